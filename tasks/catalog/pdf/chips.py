"""Chips of a colour card that are drawn as filled shapes: they are pictures as much as photographs of a sample are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import pymupdf
from numpy.typing import NDArray

from tasks.catalog.boxes import Box
from tasks.catalog.pages import Word
from tasks.catalog.pdf.image_files import to_pillow

_LEAST_SIDE_POINTS, _MOST_SIDE_POINTS = 30.0, 250.0  # smaller ones show the choices of a product
_LEAST_CHIPS = 4  # of one size on a page
_LEAST_COLORS = 3  # among them; the shaded cells of a table have one or two
_SIZE_STEP_POINTS = 2.0
_FLAT = 6.0  # standard deviation of a channel, of 255; a chip has one colour
_INNER = 0.25  # of a side, from the edge: what lies within is the chip's colour


def find_chips(display_list: Any, vectors: Sequence[Box], words: Sequence[Word]) -> tuple[Box, ...]:
    """Boxes of the page's chips, in points: shapes of one size, without words in them, in several colours."""
    sizes: dict[tuple[int, int], set[Box]] = defaultdict(set)
    for box in vectors:
        if min(box.width, box.height) >= _LEAST_SIDE_POINTS and max(box.width, box.height) <= _MOST_SIDE_POINTS:
            size = round(box.width / _SIZE_STEP_POINTS), round(box.height / _SIZE_STEP_POINTS)
            sizes[size].add(Box(*(float(round(edge)) for edge in box)))
    alike = [found for found in sizes.values() if len(found) >= _LEAST_CHIPS]
    groups = [free for found in alike if len(free := _without_words(found, words)) >= _LEAST_CHIPS]
    if not groups:
        return ()
    pixels = np.asarray(to_pillow(display_list.get_pixmap(matrix=pymupdf.Identity)))
    chips: list[Box] = []
    for group in groups:
        colors = {box: color for box in group if (color := _read_color(pixels, box)) is not None}
        if len(colors) >= _LEAST_CHIPS and len(set(colors.values())) >= _LEAST_COLORS:
            chips += sorted(colors, key=lambda box: (box.y0, box.x0))
    return tuple(chips)


def _without_words(boxes: set[Box], words: Sequence[Word]) -> list[Box]:
    return [box for box in boxes if not any(word.box.intersection(box) > 0.5 * word.box.area for word in words)]


def _read_color(pixels: NDArray[np.uint8], box: Box) -> tuple[int, int, int] | None:
    """A chip's colour, 4 bits a channel; None where it has more than one, as a photograph behind a frame has."""
    dx, dy = box.width * _INNER, box.height * _INNER
    inner = pixels[round(box.y0 + dy) : round(box.y1 - dy), round(box.x0 + dx) : round(box.x1 - dx)].reshape(-1, 3)
    if not len(inner) or float(inner.std(axis=0).max()) > _FLAT:
        return None
    red, green, blue = (int(value) >> 4 for value in inner.mean(axis=0))
    return red, green, blue
