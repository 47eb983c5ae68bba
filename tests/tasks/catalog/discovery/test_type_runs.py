"""Names that are set stronger than the words behind them on their line."""

from __future__ import annotations

import pytest

from tasks.catalog.boxes import Box
from tasks.catalog.discovery.layout import split_line
from tasks.catalog.pages import Line, Run, Word


def set_line(*parts: tuple[str, str]) -> Line:
    """A line of 10 points; each part is its words and its look: any of "b" bold, "i" italic, "g" grey, "s" small."""
    words, runs, x = [], [], 0.0
    for text, look in parts:
        size = 7.0 if "s" in look else 10.0
        runs.append(Run(len(words), size, "Sans", "b" in look, "i" in look, 0x888888 if "g" in look else 0))
        for word in text.split():
            words.append(Word(word, Box(x, 0, x + 5 * len(word), size)))
            x += 5 * len(word) + 3
    around = Box(0, 0, x, 10)
    text = " ".join(word.text for word in words)
    return Line(text=text, box=around, size=10, words=tuple(words), runs=tuple(runs))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([("Mesa operativa", "b"), ("Mesa operacional", "ig")], "Mesa operativa|Mesa operacional"),
        ([("1. Bench Faro", "b"), ("oak, two seats, cushions", "")], "1. Bench Faro|oak, two seats, cushions"),
        ([("RUGA", "b"), ("Lounge chair", "")], "RUGA Lounge chair"),
        ([("Material:", "b"), ("oiled oak from managed forests", "")], "Material: oiled oak from managed forests"),
        ([("Material", "b"), ("oiled oak from managed forests", "")], "Material oiled oak from managed forests"),
        ([("Keep", "b"), ("the table", ""), ("dry", "b"), ("in winter too", "")], "Keep the table dry in winter too"),
        ([("see the", ""), ("Faro", "i"), ("bench on page two", "")], "see the Faro bench on page two"),
    ],
)
def test_a_line_is_cut_behind_a_name(parts: list[tuple[str, str]], expected: str) -> None:
    assert [segment.text for segment in split_line(set_line(*parts))] == expected.split("|")


def test_each_part_has_its_own_type() -> None:
    name, other = split_line(set_line(("Mesa operativa", "b"), ("Mesa operacional de oficina", "igs")))
    assert (name.bold, name.italic, name.size, name.color) == (True, False, 10, 0)
    assert (other.bold, other.italic, other.size, other.color) == (False, True, 7, 0x888888)
    assert name.box.x1 < other.box.x0
