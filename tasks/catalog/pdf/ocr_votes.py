"""Which of several readings of a line is believed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from statistics import median
from typing import TypeVar

from PIL import Image

from tasks.catalog.boxes import Box, union
from tasks.catalog.pdf.ocr_crops import Scan
from tasks.catalog.pdf.ocr_engine import INK_SIZES, ReadLine, ReadWord
from tasks.catalog.pdf.ocr_strokes import crop_word, ends_in_letter, measure_fill, read_numeral

SURE = 0.9  # a word's confidence above it needs but one second reading
DOUBT = 0.8  # a word's confidence below it is doubtful at any size
_VOTE = 0.01  # what a reading counts that has no confidence at all
_SAME_WORD = 0.6  # of the wider of two words' widths, that they share where both are one
_ICON_FILL = 0.7  # of a word's box that is ink: letters have two thirds at most, strokes side by side apart
_NOTHING = 0.35  # confidence in marks that are none
_SMUDGE_LETTERS = 2
_NAME_WORDS = 6  # longer lines are no names
_STROKES = re.compile(r"(?=.*[Il])[Il1|!i\]\[]{2,3}|[Il1|!i]V|V[Il1|!i]{1,3}")
_Candidate = TypeVar("_Candidate")


def settle(line: ReadLine, readings: Sequence[ReadLine], scan: Scan) -> ReadLine:
    """The reading that most agree on, and in it each word as most read it there: a smudge beside a name, which reads
    differently every time, is no argument against the name."""
    base = vote([(reading.text, reading.confidence, reading) for reading in readings or [line]])
    words = [_settle_word(word, readings) for word in base.words]
    while len(words) > 1 and _is_smudge(words[-1], readings, scan):
        words.pop()
    size = min(line.size, INK_SIZES * median(word.box.height for word in words))
    return ReadLine(tuple(words), union(word.box for word in words), size)


def _settle_word(word: ReadWord, readings: Sequence[ReadLine]) -> ReadWord:
    there = [one for reading in readings for one in reading.words if _stands_at(one.box, word.box)] or [word]
    best = vote([(one.text, one.confidence, one) for one in there])
    for other in there:  # a capital I in bold type is read as a mark of exclamation more often than the reverse
        if other.text != best.text and other.text == best.text.replace("!", "I"):
            best = other
    return best._replace(box=word.box)


def _stands_at(box: Box, other: Box) -> bool:
    common = min(box.x1, other.x1) - max(box.x0, other.x0)
    return common > _SAME_WORD * max(box.width, other.width)


def _is_smudge(word: ReadWord, readings: Sequence[ReadLine], scan: Scan) -> bool:
    """Whether the few letters at a line's end are an icon beside it: filled, or read differently every time."""
    picture = _crop_word(word, scan)
    if len(word.text) > _SMUDGE_LETTERS or _STROKES.fullmatch(word.text) or read_numeral(word.text, picture):
        return False
    there = [one for reading in readings for one in reading.words if _stands_at(one.box, word.box)]
    agreeing = sum(one.text == word.text for one in there)
    if measure_fill(picture) > _ICON_FILL:
        return True
    drawn = not any(char.isalnum() for char in word.text)  # "@&" for an icon
    return word.confidence < (_NOTHING if drawn else 0) or (word.confidence < SURE and 2 * agreeing <= len(readings))


def vote(candidates: Sequence[tuple[str, float, _Candidate]]) -> _Candidate:
    """The most confident of the candidates whose text has the most confidence behind it."""
    weights: defaultdict[str, float] = defaultdict(float)
    for text, confidence, _ in candidates:
        weights[text] += confidence + _VOTE
    winner = max(weights, key=lambda text: weights[text])
    return max((one for one in candidates if one[0] == winner), key=lambda one: one[1])[2]


def mend_strokes(line: ReadLine, scan: Scan) -> ReadLine:
    """A numeral that ends a name, and an I that ends a word, by the pixels: strokes are what recognition confuses."""
    words = list(line.words)
    for index, word in enumerate(words):
        if word.text.endswith("!") and word.text[:-1].isupper() and _ends_in_letter(word, scan):
            words[index] = word._replace(text=word.text[:-1] + "I")
    for index in range(1, len(words) if len(words) <= _NAME_WORDS else 0):
        word, last = words[index], index == len(words) - 1
        doubtful = word.confidence < DOUBT or _STROKES.fullmatch(word.text) or word.text == "I"
        if doubtful and words[index - 1].text[:1].isupper():
            numeral = read_numeral(word.text, _crop_word(word, scan)) or (_mend_numeral(word.text) if last else None)
            words[index] = word._replace(text=numeral or word.text)
    return line._replace(words=tuple(words))


def _mend_numeral(text: str) -> str | None:
    """A numeral all of whose characters were read as strokes, however they stand: "Il" after a name is II."""
    if not _STROKES.fullmatch(text) or text.isdigit():
        return None
    return "".join("V" if char == "V" else "I" for char in text)


def _ends_in_letter(word: ReadWord, scan: Scan) -> bool:
    return ends_in_letter(_crop_word(word, scan))


def _crop_word(word: ReadWord, scan: Scan) -> Image.Image:
    return crop_word(scan.picture, Box(*(edge * scan.scale for edge in word.box)))
