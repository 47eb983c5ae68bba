"""A page as pixels: its background and the pictures on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pymupdf
from numpy.typing import NDArray
from PIL import Image

from tasks.catalog.boxes import Box
from tasks.catalog.pdf.image_files import to_pillow
from tasks.catalog.pdf.panels import Panel, find_panels

_INK_DIFFERENCE = 24  # of 255 in any channel: what differs more from the background was printed on it
_LEAST_BACKGROUND = 0.15  # of the page in one colour: without it nothing can be told apart
_WHITE_GAP_PIXELS = 3  # white between two things, at 72 dpi
_PICTURE_SIDE_POINTS = 30.0  # pictures are at least this wide and high
_PICTURE_FILL = 0.4  # share of a picture's box that is printed on; text fills less
_DARK = 140  # a ground below it has light text on it
_EDGE_PIXELS = 12  # a scan's dark border is at most as wide, at 72 dpi
_EDGE_FILL = 0.9  # of its length is printed on
_BODY_FILL = 0.5  # share of a picture's row or column that is printed on, as long as it is the picture's body
_BODY_ROWS = 6  # at least, one after the other: a line of type is dense in fewer
_VALLEY_FILL = 0.08  # of one between a picture and its caption: compression leaves specks there


class PageRaster(NamedTuple):
    """What a page looks like from a distance, at 72 dpi: one pixel a point."""

    background: tuple[int, int, int]
    is_plain: bool  # printed on a ground of one colour, unlike a photograph that fills the page
    pictures: tuple[Box, ...]  # printed areas that are no text, in points
    panels: tuple[Panel, ...] = ()  # grounds of text other than the page's


def survey_page(display_list: Any) -> PageRaster:
    """Tell background, pictures and text apart on a page that is one image."""
    pixels = np.asarray(to_pillow(display_list.get_pixmap(matrix=pymupdf.Identity)))
    background, share = _find_background(pixels)
    if share < _LEAST_BACKGROUND:
        return PageRaster(background, False, ())
    ink = np.abs(pixels.astype(np.int16) - np.array(background, np.int16)).max(axis=2) > _INK_DIFFERENCE
    _clear_edges(ink)
    pictures = [_trim(box, ink) for box in _cut(ink, 0, 0, 1, whole=False) if _is_picture(box, ink)]
    panels = find_panels(pixels, pictures, cut_ink)
    tinted = {panel.box for panel in panels}
    return PageRaster(background, True, tuple(box for box in pictures if box not in tinted), tuple(panels))


def render_text(display_list: Any, survey: PageRaster, dpi: float) -> Image.Image:
    """The page in grey at `dpi`, dark text on light ground, with the pictures painted over and its panels' grounds
    made the page's."""
    zoom = dpi / 72
    pixmap = display_list.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csGRAY)
    picture = to_pillow(pixmap).copy()
    red, green, blue = survey.background
    ground = round(0.299 * red + 0.587 * green + 0.114 * blue)
    for box in survey.pictures:
        picture.paste(ground, _scale(box, zoom))
    for panel in survey.panels:
        edges = _scale(panel.box, zoom)
        picture.paste(picture.crop(edges).point(_level(panel.tone, ground)), edges)
    if ground < _DARK:
        picture = picture.point(lambda value: 255 - value)
    return picture


def _scale(box: Box, zoom: float) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(edge * zoom) for edge in box)
    return left, top, right, bottom


def _level(tone: int, ground: int) -> list[int]:
    """What each of 256 tones becomes where the ground `tone` becomes `ground`, turned over where only one is dark."""
    if (tone < _DARK) != (ground < _DARK):
        return [min(255, max(0, tone + ground - value)) for value in range(256)]
    return [min(255, max(0, value + ground - tone)) for value in range(256)]


def enlarge(picture: Image.Image, scale: float) -> Image.Image:
    """`picture` `scale` times as large; enlarged from its own pixels the edges of small type stay smooth."""
    if scale <= 1:
        return picture
    return picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)


def find_unread(picture: Image.Image, read: Sequence[Box], size: float) -> list[Box]:
    """Boxes of ink on a grey picture, dark on light, outside the boxes of what was `read`: what may be lines of type of
    about `size` pixels. A glyph's width apart they are two."""
    pixels = np.asarray(picture).astype(np.int16)
    ground = int(np.bincount(np.asarray(picture).ravel(), minlength=256).argmax())
    ink = ground - pixels > 2 * _INK_DIFFERENCE
    for box in read:
        ink[max(0, int(box.y0) - 1) : int(box.y1) + 2, max(0, int(box.x0) - 1) : int(box.x1) + 2] = False
    boxes = _cut(ink, 0, 0, 1, whole=False, gap=max(_WHITE_GAP_PIXELS, round(size)))
    return [box for box in boxes if box.height >= size / 3 and box.width >= size]


def cut_ink(ink: NDArray[np.bool_], gap: int) -> list[Box]:
    """Boxes of what is printed, parted wherever `gap` pixels or more of white lie between."""
    return _cut(ink, 0, 0, 1, whole=False, gap=gap)


def _find_background(pixels: NDArray[np.uint8]) -> tuple[tuple[int, int, int], float]:
    """The most frequent colour (4 bits a channel, then the median within) and its share of the page."""
    reduced = (pixels >> 4).astype(np.int32)
    codes = (reduced[..., 0] << 8) | (reduced[..., 1] << 4) | reduced[..., 2]
    counts = np.bincount(codes.ravel(), minlength=4096)
    code = int(counts.argmax())
    red, green, blue = np.median(pixels[codes == code], axis=0)
    return (int(red), int(green), int(blue)), float(counts[code] / codes.size)


def _cut(
    ink: NDArray[np.bool_], left: int, top: int, axis: int, *, whole: bool, gap: int = _WHITE_GAP_PIXELS
) -> list[Box]:
    """Boxes of what is printed, by cutting along white in turn across (axis 1) and down (axis 0)."""
    used = np.flatnonzero(ink.any(axis=axis))
    if not used.size:
        return []
    breaks = np.flatnonzero(np.diff(used) > gap)
    starts, ends = used[np.r_[0, breaks + 1]], used[np.r_[breaks, used.size - 1]] + 1
    boxes: list[Box] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        x, y = (left, top + start) if axis == 1 else (left + start, top)
        part = ink[start:end] if axis == 1 else ink[:, start:end]
        if whole and len(starts) == 1:  # neither direction has white any more
            boxes.append(Box(x, y, x + part.shape[1], y + part.shape[0]))
        else:
            boxes.extend(_cut(part, x, y, 1 - axis, whole=len(starts) == 1, gap=gap))
    return boxes


def _is_picture(box: Box, ink: NDArray[np.bool_]) -> bool:
    if min(box.width, box.height) < _PICTURE_SIDE_POINTS:
        return False
    return float(ink[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)].mean()) >= _PICTURE_FILL


def _clear_edges(ink: NDArray[np.bool_]) -> None:
    """Take away what a scanner or a fraction of a pixel leaves along whole sides, and what would tie all together."""
    for rows in (ink, ink[::-1], ink.T, ink.T[::-1]):  # views: what is cleared there is cleared here
        fill = rows[: _EDGE_PIXELS + 1].mean(axis=1)
        inside = np.flatnonzero(fill < _EDGE_FILL)
        if inside.size and fill[inside[0]] < _BODY_FILL:
            rows[: inside[0]] = False


def _trim(box: Box, ink: NDArray[np.bool_]) -> Box:
    """A picture without the captions that specks of compression tie to it, on any side."""
    left, top, right, bottom = (int(edge) for edge in box)
    first, last = _find_body(ink[top:bottom, left:right].mean(axis=1), _BODY_ROWS)
    top, bottom = top + first, top + last
    first, last = _find_body(ink[top:bottom, left:right].mean(axis=0), 1)
    return Box(left + first, top, left + last, bottom)


def _find_body(fill: NDArray[np.float64], least: int) -> tuple[int, int]:
    """Start and end of a picture's body in the fill of its rows: up to the valleys before the first and after the last
    of its dense rows, `least` of which follow each other: those of a line of type are fewer. A round picture, which
    thins out without a valley, is kept whole."""
    dense = _find_runs(fill >= _BODY_FILL, least)
    if not dense.size:
        return 0, len(fill)
    valleys = np.flatnonzero(fill <= _VALLEY_FILL)
    before, after = valleys[valleys < dense[0]], valleys[valleys > dense[-1]]
    return int(before[-1]) + 1 if before.size else 0, int(after[0]) if after.size else len(fill)


def _find_runs(marks: NDArray[np.bool_], least: int) -> NDArray[np.intp]:
    """Indices in runs of at least `least` marks."""
    edges = np.flatnonzero(np.diff(np.r_[False, marks, False]))
    runs = [np.arange(start, end) for start, end in edges.reshape(-1, 2).tolist() if end - start >= least]
    return np.concatenate(runs) if runs else np.array([], np.intp)
