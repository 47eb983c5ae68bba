"""Right-to-left text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.pages import Word

_LAM = "\u0644"
_ALEFS = "\u0622\u0623\u0625\u0627"
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_ZERO_WIDTH_POINTS = 0.05
_LTR_CLASSES = frozenset(("L", "EN", "AN", "ES", "ET", "CS"))  # letters, numbers and what belongs to numbers
_WORD_GAP = 0.15  # of the line's height; a space takes 0.2 to 0.3


class _Run(NamedTuple):
    """Neighbouring characters of one direction, or of white space."""

    kind: str
    text: str
    box: Box


def has_rtl(text: str) -> bool:
    """Whether any letter of `text` is written from right to left."""
    return _RTL.search(text) is not None


def is_rtl(text: str) -> bool:
    """Whether most of the letters of `text` are written from right to left."""
    if not has_rtl(text):
        return False
    kinds = [unicodedata.bidirectional(character) for character in text]
    rtl = sum(kind in ("R", "AL") for kind in kinds)
    return rtl > 0 and rtl >= kinds.count("L")


def join_ligatures(characters: Sequence[tuple[str, Box]]) -> list[tuple[str, Box]]:
    """Put lam before alef where one glyph stands for both.

    MuPDF turns right-to-left text into logical order glyph by glyph, which turns the parts of a ligature around. The
    second part of a ligature has no width of its own and starts where the first ends.
    """
    fixed = list(characters)
    for place in range(len(fixed) - 1):
        (first, alef), (second, lam) = fixed[place], fixed[place + 1]
        if first in _ALEFS and second == _LAM and alef.width < _ZERO_WIDTH_POINTS and abs(alef.x0 - lam.x1) < 1:
            fixed[place], fixed[place + 1] = fixed[place + 1], fixed[place]
    return fixed


def split_words(characters: Sequence[tuple[str, Box]]) -> list[Word]:
    """Words of a line in logical order, some of whose text is written from right to left.

    Cut at white space, and where runs stand apart although no space is drawn between them.
    """
    words: list[Word] = []
    text, box, last = "", Box(0, 0, 0, 0), Box(0, 0, 0, 0)
    for run in _place_spaces(_find_runs(characters)):
        apart = run.kind == "space" or last.gap(run.box) > _WORD_GAP * last.height
        if text and apart:
            words.append(Word(text, box))
            text = ""
        if run.kind != "space":
            box = union((box, run.box)) if text else run.box
            text += run.text
            last = run.box
    return [*words, Word(text, box)] if text else words


def _find_runs(characters: Sequence[tuple[str, Box]]) -> list[_Run]:
    runs = []
    for kind, group in groupby(characters, key=lambda character: _find_kind(character[0])):
        members = list(group)
        text = "".join(character for character, _ in members)
        runs.append(_Run(kind, text, union(box for _, box in members)))
    return runs


def _find_kind(character: str) -> str:
    if character.isspace():
        return "space"
    return "ltr" if unicodedata.bidirectional(character) in _LTR_CLASSES else "rtl"


def _place_spaces(runs: list[_Run]) -> list[_Run]:
    """A space drawn to the right of a left-to-right run comes before it; MuPDF leaves it behind."""
    placed = list(runs)
    for place in range(len(placed) - 1):
        run, space = placed[place], placed[place + 1]
        horizontal = run.box.width >= run.box.height or len(run.text) == 1
        if run.kind == "ltr" and space.kind == "space" and horizontal and space.box.x0 >= run.box.x1 - 1:
            follows = placed[place + 2 : place + 3]
            if not follows or follows[0].kind == "rtl":
                placed[place], placed[place + 1] = space, run
    return placed
