"""Line drawings: what is printed on a page beside its text and pictures, in thin lines, and no rule."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
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
_STROKE_POINTS = 3.0  # what is thinner is a rule
_LEAST_SHAPES, _MOST_SHAPES = 3, 400  # of a page, that cross; more need not be compared with each other
_RULE_POINTS = 150.0
_MOST_SHAPE_POINTS = 350.0  # larger ones are panels
_HELD_SHARE = 0.9  # of the smaller shape: it lies in the other


def may_hold_drawings(vectors: Sequence[Box]) -> bool:
    """Whether shapes cross each other, as strokes of a drawing do; cells, frames and fills touch or hold each other."""
    shapes = {Box(*map(round, box)) for box in vectors if min(box.width, box.height) > _STROKE_POINTS}
    shapes = {box for box in shapes if max(box.width, box.height) <= _MOST_SHAPE_POINTS}
    if not _LEAST_SHAPES <= len(shapes) <= _MOST_SHAPES:
        return len(shapes) > _MOST_SHAPES
    crossing: set[Box] = set()
    for one, other in combinations(shapes, 2):
        shared = one.intersection(other)
        if 0 < shared < _HELD_SHARE * min(one.area, other.area):
            crossing |= {one, other}
            if len(crossing) >= _LEAST_SHAPES:
                return True
    return False


def is_rule(box: Box) -> bool:
    """Whether a shape is a rule of the page or of a table, longer than a drawing's strokes."""
    short, long = sorted((box.width, box.height))
    return short <= _STROKE_POINTS and long >= _RULE_POINTS


def find_drawings(
    display_list: Any, survey: PageRaster, words: Sequence[Word], known: Sequence[Box] = ()
) -> tuple[Box, ...]:
    """Boxes of the drawings on a page, in points; `words` are what was read on it, also in the drawings.

    `known` are boxes of what is no drawing: pictures and rules.
    """
    if not survey.is_plain:
        return ()
    pixmap = display_list.get_pixmap(matrix=pymupdf.Identity, colorspace=pymupdf.csGRAY)
    grey = np.asarray(to_pillow(pixmap)).astype(np.int16)
    red, green, blue = survey.background
    ink = round(0.299 * red + 0.587 * green + 0.114 * blue) - grey > _INK_DIFFERENCE
    told = [word.box for word in words if _is_sure(word)]
    for box in (*told, *survey.pictures, *(panel.box for panel in survey.panels), *known):
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
