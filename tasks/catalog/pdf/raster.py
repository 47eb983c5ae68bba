"""A page as pixels: its background and the pictures on it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pymupdf
from numpy.typing import NDArray
from PIL import Image

from tasks.catalog.boxes import Box
from tasks.catalog.pdf.image_files import to_pillow

_INK_DIFFERENCE = 24  # of 255 in any channel: what differs more from the background was printed on it
_LEAST_BACKGROUND = 0.15  # of the page in one colour: without it nothing can be told apart
_WHITE_GAP_PIXELS = 3  # white between two things, at 72 dpi
_PICTURE_SIDE_POINTS = 30.0  # pictures are at least this wide and high
_PICTURE_FILL = 0.4  # share of a picture's box that is printed on; text fills less


class PageRaster(NamedTuple):
    """What a page looks like from a distance, at 72 dpi: one pixel a point."""

    background: tuple[int, int, int]
    is_plain: bool  # printed on a ground of one colour, unlike a photograph that fills the page
    pictures: tuple[Box, ...]  # printed areas that are no text, in points


def survey_page(display_list: Any) -> PageRaster:
    """Tell background, pictures and text apart on a page that is one image."""
    pixels = np.asarray(to_pillow(display_list.get_pixmap(matrix=pymupdf.Identity)))
    background, share = _find_background(pixels)
    if share < _LEAST_BACKGROUND:
        return PageRaster(background, False, ())
    ink = np.abs(pixels.astype(np.int16) - np.array(background, np.int16)).max(axis=2) > _INK_DIFFERENCE
    pictures = [box for box in _cut(ink, 0, 0, 1, whole=False) if _is_picture(box, ink)]
    return PageRaster(background, True, tuple(pictures))


def render_text(display_list: Any, survey: PageRaster, native_dpi: float, dpi: int) -> Image.Image:
    """The page in grey at `dpi`, dark text on light ground, with the pictures painted over.

    Rendered at the resolution its image has and enlarged from there, which keeps the edges of small type smooth.
    """
    zoom = min(native_dpi, dpi) / 72
    pixmap = display_list.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csGRAY)
    picture = to_pillow(pixmap).copy()
    red, green, blue = survey.background
    ground = round(0.299 * red + 0.587 * green + 0.114 * blue)
    for box in survey.pictures:
        left, top, right, bottom = (round(edge * zoom) for edge in box)
        picture.paste(ground, (left, top, right, bottom))
    if ground < 140:
        picture = picture.point(lambda value: 255 - value)
    if native_dpi < dpi:
        scale = dpi / native_dpi
        size = round(picture.width * scale), round(picture.height * scale)
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    return picture


def _find_background(pixels: NDArray[np.uint8]) -> tuple[tuple[int, int, int], float]:
    """The most frequent colour (4 bits a channel, then the median within) and its share of the page."""
    reduced = (pixels >> 4).astype(np.int32)
    codes = (reduced[..., 0] << 8) | (reduced[..., 1] << 4) | reduced[..., 2]
    counts = np.bincount(codes.ravel(), minlength=4096)
    code = int(counts.argmax())
    red, green, blue = np.median(pixels[codes == code], axis=0)
    return (int(red), int(green), int(blue)), float(counts[code] / codes.size)


def _cut(ink: NDArray[np.bool_], left: int, top: int, axis: int, *, whole: bool) -> list[Box]:
    """Boxes of what is printed, by cutting along white in turn across (axis 1) and down (axis 0)."""
    used = np.flatnonzero(ink.any(axis=axis))
    if not used.size:
        return []
    breaks = np.flatnonzero(np.diff(used) > _WHITE_GAP_PIXELS)
    starts, ends = used[np.r_[0, breaks + 1]], used[np.r_[breaks, used.size - 1]] + 1
    boxes: list[Box] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        x, y = (left, top + start) if axis == 1 else (left + start, top)
        part = ink[start:end] if axis == 1 else ink[:, start:end]
        if whole and len(starts) == 1:  # neither direction has white any more
            boxes.append(Box(x, y, x + part.shape[1], y + part.shape[0]))
        else:
            boxes.extend(_cut(part, x, y, 1 - axis, whole=len(starts) == 1))
    return boxes


def _is_picture(box: Box, ink: NDArray[np.bool_]) -> bool:
    if min(box.width, box.height) < _PICTURE_SIDE_POINTS:
        return False
    return float(ink[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)].mean()) >= _PICTURE_FILL
