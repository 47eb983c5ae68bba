"""Line drawings on a scan: what is printed there beside the text, in thin lines, and no rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pymupdf
from numpy.typing import NDArray

from tasks.catalog.boxes import Box
from tasks.catalog.pages import Word
from tasks.catalog.pdf.image_files import to_pillow
from tasks.catalog.pdf.raster import PageRaster, cut_ink

_INK_DIFFERENCE = 36  # of 255, darker than the ground: a thin line at 72 dpi is half as dark as printed
_NEIGHBOURS = 2  # a pixel of ink with fewer around it is a speck of the paper
_GAP_PIXELS = 8  # white between two drawings, at 72 dpi; the parts of one stand nearer
_LEAST_SIDE_POINTS = 30.0
_MOST_SHARE = 0.4  # of the page
_MOST_ASPECT = 5.0
_LEAST_FILL, _MOST_FILL = 0.02, 0.6  # share of a drawing's box that is ink
_SPREAD = 0.3  # of a drawing's rows, and of its columns, hold ink at least; specks on a stain do not
_MOST_WORDS = 3  # sizes written into it; a frame around more is a table
_SURE, _SURE_LETTERS = 0.5, 2


def find_drawings(display_list: Any, survey: PageRaster, words: Sequence[Word]) -> tuple[Box, ...]:
    """Boxes of the drawings on a scanned page, in points; `words` are what OCR read on it, also in the drawings."""
    if not survey.is_plain:
        return ()
    pixmap = display_list.get_pixmap(matrix=pymupdf.Identity, colorspace=pymupdf.csGRAY)
    grey = np.asarray(to_pillow(pixmap)).astype(np.int16)
    red, green, blue = survey.background
    ink = round(0.299 * red + 0.587 * green + 0.114 * blue) - grey > _INK_DIFFERENCE
    told = [word.box for word in words if _is_sure(word)]
    for box in (*told, *survey.pictures):
        ink[max(0, int(box.y0) - 1) : int(box.y1) + 2, max(0, int(box.x0) - 1) : int(box.x1) + 2] = False
    ink = _without_specks(ink)
    boxes = cut_ink(ink, _GAP_PIXELS)
    most = _MOST_SHARE * ink.size
    return tuple(box for box in boxes if box.area <= most and _is_drawing(box, ink, told))


def _is_sure(word: Word) -> bool:
    return word.confidence >= _SURE and sum(map(str.isalnum, word.text)) >= _SURE_LETTERS


def _without_specks(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    padded = np.pad(ink.astype(np.uint8), 1)
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    around = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    kept: NDArray[np.bool_] = ink & (around > _NEIGHBOURS)
    return kept


def _is_drawing(box: Box, ink: NDArray[np.bool_], words: Sequence[Box]) -> bool:
    short, long = sorted((box.width, box.height))
    if short < _LEAST_SIDE_POINTS or long > _MOST_ASPECT * short:
        return False
    part = ink[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)]
    spread = min(float(part.any(axis=0).mean()), float(part.any(axis=1).mean()))
    inside = sum(word.intersection(box) > 0.5 * word.area for word in words)
    return _LEAST_FILL <= float(part.mean()) <= _MOST_FILL and spread >= _SPREAD and inside <= _MOST_WORDS
