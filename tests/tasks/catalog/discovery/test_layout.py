"""Lines cut into pieces, from left to right and from right to left."""

from __future__ import annotations

import pytest

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.layout import split_line
from tasks.catalog.pages import Line, Word


@pytest.mark.parametrize(
    ("lefts", "rtl", "expected"),
    [
        ((100, 134, 168), False, ["one two three"]),
        ((100, 134, 260), False, ["one two", "three"]),
        ((168, 134, 100), True, ["one two three"]),
        ((260, 134, 100), True, ["one", "two three"]),
    ],
)
def test_words_far_apart_are_pieces_in_either_direction(lefts: tuple[int, ...], rtl: bool, expected: list[str]) -> None:
    words = tuple(Word(text, Box(x, 50, x + 30, 60)) for text, x in zip(("one", "two", "three"), lefts, strict=True))
    line = Line(text="one two three", box=union(word.box for word in words), size=9, rtl=rtl, words=words)
    assert [segment.text for segment in split_line(line)] == expected
