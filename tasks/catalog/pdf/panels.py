"""Tinted grounds with text on them: the shaded columns of a price list, a box of notes. They look like pictures from
afar, and painted over as pictures they would take their text with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.catalog.boxes import Box

_FLAT_DIFFERENCE = 10  # of 255 in any channel: what differs less from a ground belongs to it
_FLAT_SHARE = 0.6  # of a panel is ground
_GROUND_SHARE = 0.15  # of a panel, at least, for each of its grounds: shaded and plain columns
_GROUNDS = 2
_RULE_PIXELS = 40  # ink without a break over this length is a rule, at 72 dpi
_LEAST_TYPE, _MOST_TYPE = 4, 30  # height of a line's ink, in pixels at 72 dpi
_HEIGHT_ERROR = 0.45  # of a line's height, by what letters it has
_ALIKE_SHARE = 0.6  # of the lines are of one height
_WORD_GAP = 2  # pixels of ground between words, more than between letters
_WORD_ASPECT = 1.4  # a word is so much wider than high
_TYPE_SHARE = 0.7  # of the ink is in words
_LEAST_LINES, _LEAST_WORDS = 3, 8

Cut = Callable[[NDArray[np.bool_], int], list[Box]]


class Panel(NamedTuple):
    """A ground other than the page's, and its tone: 0 black to 255 white."""

    box: Box
    tone: int


def find_panels(pixels: NDArray[np.uint8], boxes: Sequence[Box], cut: Cut) -> list[Panel]:
    """Those of `boxes` that hold lines of type on a flat ground; `pixels` are the page's, one a point."""
    return [panel for box in boxes if (panel := _read_panel(pixels, box, cut))]


def _read_panel(pixels: NDArray[np.uint8], box: Box, cut: Cut) -> Panel | None:
    part = pixels[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)].astype(np.int16)
    ink = np.ones(part.shape[:2], bool)
    tones: list[int] = []
    for _ in range(_GROUNDS):
        color = _find_color(part[ink])
        ground = ink & (np.abs(part - color).max(axis=2) <= _FLAT_DIFFERENCE)
        if ground.mean() < _GROUND_SHARE:
            break
        ink &= ~ground
        tones.append(round(float(color @ (0.299, 0.587, 0.114))))
    if 1 - ink.mean() < _FLAT_SHARE or not _holds_type(_without_rules(ink), cut):
        return None
    return Panel(box, min(tones))


def _find_color(pixels: NDArray[np.int16]) -> NDArray[np.int16]:
    """The most frequent colour, 4 bits a channel, then the median within."""
    if not pixels.size:
        return np.zeros(3, np.int16)
    codes = (pixels >> 4) @ np.array((256, 16, 1), np.int16)
    usual = np.bincount(codes, minlength=4096).argmax()
    color: NDArray[np.int16] = np.median(pixels[codes == usual], axis=0).astype(np.int16)
    return color


def _without_rules(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return ink & ~_in_runs(ink) & ~_in_runs(ink.T).T


def _in_runs(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What lies in unbroken runs along rows."""
    counts = np.cumsum(np.pad(ink, ((0, 0), (_RULE_PIXELS, _RULE_PIXELS))), axis=1, dtype=np.int32)
    full = counts[:, _RULE_PIXELS:] - counts[:, :-_RULE_PIXELS] == _RULE_PIXELS  # at the end of each whole run
    reach = np.cumsum(full, axis=1, dtype=np.int32)
    reach = np.pad(reach, ((0, 0), (1, 0)))
    width = ink.shape[1]
    return reach[:, _RULE_PIXELS : _RULE_PIXELS + width] - reach[:, :width] > 0


def _holds_type(ink: NDArray[np.bool_], cut: Cut) -> bool:
    """Whether most of the ink is words, in several lines of about one height with ground between them. The motifs of a
    fabric or a tile stand in each other's rows, or are as high as wide."""
    lines = _measure_lines(ink)
    type_height = float(np.median(lines)) if lines.size else 0.0
    alike = int((np.abs(lines - type_height) <= _HEIGHT_ERROR * type_height).sum())
    if not _LEAST_TYPE <= type_height <= _MOST_TYPE or alike < max(_LEAST_LINES, _ALIKE_SHARE * lines.size):
        return False
    words = [box for box in cut(ink, _WORD_GAP) if box.height >= _LEAST_TYPE / 2]
    wide = [box for box in words if box.height <= _MOST_TYPE and box.width >= _WORD_ASPECT * box.height]
    return len(wide) >= _LEAST_WORDS and _weigh(wide, ink) >= _TYPE_SHARE * _weigh(words, ink)


def _measure_lines(ink: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Heights of the rows of ink, in pixels."""
    edges = np.flatnonzero(np.diff(np.r_[False, ink.any(axis=1), False]))
    heights: NDArray[np.intp] = edges[1::2] - edges[::2]
    return heights


def _weigh(boxes: Sequence[Box], ink: NDArray[np.bool_]) -> int:
    return sum(int(ink[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)].sum()) for box in boxes)
