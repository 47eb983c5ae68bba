"""The size of type and the boxes of words, from their ink: a text layer tells them, a recognised line does not.

How high a line's ink is depends on its letters: "rose" has no ascender, "rough" a descender as well. With one size and
one height for all of a type's lines, a scanned page has the blocks, captions and rows that it would have with text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from statistics import median

from tasks.catalog.boxes import Box, union
from tasks.catalog.pdf.ocr_engine import ReadLine, ReadWord

# Heights over and under the baseline in ems, as common fonts have them.
_CAPITAL, _X_HEIGHT, _DESCENDER, _COMMA = 0.72, 0.52, 0.21, 0.12
_BOX_ABOVE, _BOX_BELOW = 0.74, 0.21  # of a word's box: less than a font's, since rows of a scan lie askew
_LOW = frozenset("acegmnopqrsuvwxyzαγεηικμνοπρστυχωςагдежзийклмнопрстухцчшщъыьэюя")
_HANGING = frozenset("gjpqy()[]{}|/§βγζημξρφχψруфцщ")
_COMMAS = frozenset(",;")
_FLAT = frozenset("-–—~=*'\"“”‘’°^_.:·•…")  # says nothing of where the line stands
_MOST_ERROR = 1.3  # times what Tesseract measures: a word that is higher has a speck or the wrong box
_AGREEING = 1.12  # from the smallest to the largest size that a line's words tell
_LEAST_MEASURED = 3  # lines say how Tesseract's sizes compare
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "DIGIT")
_SIZE_ERROR, _PIXEL_ERROR = 0.08, 1.5  # of a line's size; the second in pixels as scanned


def set_type(lines: Sequence[ReadLine], scale: float) -> list[ReadLine]:
    """`lines` with sizes in ems and words' boxes as high as their type's, in pixels, of which `scale` were scanned."""
    sizes = _even(_measure_sizes(lines), _PIXEL_ERROR / scale)
    return [_frame(line._replace(size=size)) for line, size in zip(lines, sizes, strict=True)]


def _measure_sizes(lines: Sequence[ReadLine]) -> list[float]:
    """Ems by the letters of each line's words. A word's box is now and then its block's, and another script's heights
    are not known: there by Tesseract's size, from descender to ascender, as the page's other lines compare."""
    measured = [_measure_size(line) for line in lines]
    ratios = [size / line.size for size, line in zip(measured, lines, strict=True) if size]
    usual = median(ratios) if len(ratios) >= _LEAST_MEASURED else 1 / (_CAPITAL + _DESCENDER)
    return [size or line.size * usual for size, line in zip(measured, lines, strict=True)]


def _measure_size(line: ReadLine) -> float | None:
    told = [(word.box.height, sum(heights)) for word in line.words if (heights := _describe_ink(word.text))]
    found = [height / share for height, share in told]
    if len({share for _, share in told}) > 1 and max(found) <= _AGREEING * min(found):
        return median(found)  # words with and without descenders say the same, whatever Tesseract's rows made of it
    own = [size for size in found if size <= _MOST_ERROR * line.size]
    return median(own) if own else None


def _describe_ink(text: str) -> tuple[float, float] | None:
    """Ems of ink over and under the baseline."""
    told = [char for char in text if char not in _FLAT]
    if not told or not all(_is_known(char) for char in told if char.isalnum()) or not any(map(str.isalnum, told)):
        return None
    above = _X_HEIGHT if all(char in _LOW or char in _COMMAS for char in told) and not _has_dots(text) else _CAPITAL
    below = _DESCENDER if any(char in _HANGING for char in told) else _COMMA if set(told) & _COMMAS else 0.0
    return above, below


def _has_dots(text: str) -> bool:
    """Whether quotes, or accents over small letters, rise over them."""
    return any(char in "\"'“”‘’°" or len(unicodedata.normalize("NFD", char)) > 1 for char in text)


def _is_known(char: str) -> bool:
    return unicodedata.name(char, "").startswith(_SCRIPTS)


def _even(sizes: Sequence[float], least: float) -> list[float]:
    """Sizes that differ by no more than measuring does made equal, from the most usual on."""
    evened, left = list(sizes), set(range(len(sizes)))
    while left:
        near = max((_list_near(one, left, sizes, least) for one in sorted(left)), key=len)
        usual = median(sizes[index] for index in near)
        for index in near:
            evened[index] = usual
        left.difference_update(near)
    return evened


def _list_near(one: int, others: Collection[int], sizes: Sequence[float], least: float) -> list[int]:
    error = max(least, _SIZE_ERROR * sizes[one])
    return [index for index in others if abs(sizes[index] - sizes[one]) <= error]


def _frame(line: ReadLine) -> ReadLine:
    """Each word in a box from over the ascenders to under the descenders, on its own baseline: lines of a scan lie
    askew."""
    told = [(word, heights) for word in line.words if (heights := _describe_ink(word.text))]
    usual = median(_find_baseline(word, heights, line.size) for word, heights in told) if told else None
    words = []
    for word in line.words:
        heights = _describe_ink(word.text)
        own = _find_baseline(word, heights, line.size) if heights else usual
        baseline = word.box.y1 if own is None else own
        hangs = any(map(str.isalpha, word.text))  # a number ends at its foot: it may stand close over a picture
        top, bottom = baseline - _BOX_ABOVE * line.size, baseline + (_BOX_BELOW * line.size if hangs else 0)
        words.append(word._replace(box=Box(word.box.x0, top, word.box.x1, bottom)))
    return line._replace(words=tuple(words), box=union(word.box for word in words))


def _find_baseline(word: ReadWord, heights: tuple[float, float], size: float) -> float:
    """By the lower edge of the ink; by its middle where the box is higher than the word can be."""
    above, below = heights
    if word.box.height > _MOST_ERROR * (above + below) * size:
        return (word.box.y0 + word.box.y1 + (above - below) * size) / 2
    return word.box.y1 - below * size
