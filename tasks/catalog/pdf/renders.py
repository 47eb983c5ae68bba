"""Parts of a page rendered anew: scans, images of too few pixels, drawings, and pictures inside a scan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pymupdf

from tasks.catalog.boxes import Box, union
from tasks.catalog.pages import Block
from tasks.catalog.pdf.drawings import may_hold_drawings
from tasks.catalog.pdf.image_files import ImageError, encode_pixels, to_pillow
from tasks.catalog.pdf.images import FoundImage, ImageStore
from tasks.catalog.pdf.options import ReadOptions

_SCAN_SHARE = 0.85  # of the page covered by one image: a scan
_LEAST_SIDE_POINTS = 36.0  # half an inch: smaller images are ornaments, which more pixels do not help
_DRAWING_SHARE = 0.1  # of the page covered by a drawing worth a picture
_DRAWING_PARTS = 8  # fewer shapes are backgrounds and frames
_STROKE_POINTS = 3.0  # what is thinner is a rule
_WORDY_CHARACTERS = 600  # a page with more text shows text with boxes around it, not a drawing


def is_scan(boxes: Sequence[Box], page: Box) -> bool:
    """Whether one image covers the page."""
    return any(box.intersection(page) >= _SCAN_SHARE * page.area for box in boxes)


def choose_renders(
    images: Sequence[FoundImage], vectors: Sequence[Box], blocks: Sequence[Block], page: Box, options: ReadOptions
) -> list[Box]:
    """The boxes to render: the page when it is one scan, images of low resolution, or the page's drawing."""
    if is_scan([box for image in images for box in image.boxes], page):
        return [page]
    if images:
        low = [image for image in images if image.effective_dpi < options.low_dpi]
        boxes = [max(image.boxes, key=lambda box: box.area) for image in low]
        return [box for box in boxes if min(box.width, box.height) >= _LEAST_SIDE_POINTS]
    drawing = _find_drawing(vectors, page)
    characters = sum(len(line.text) for block in blocks for line in block.lines)
    return [drawing] if drawing and characters <= _WORDY_CHARACTERS and may_hold_drawings(vectors) else []


def _find_drawing(vectors: Sequence[Box], page: Box) -> Box | None:
    shapes = [
        box
        for box in vectors
        if min(box.width, box.height) > _STROKE_POINTS and box.intersection(page) < 0.9 * page.area
    ]
    if len(shapes) < _DRAWING_PARTS:
        return None
    around = union(shapes)
    return around if around.intersection(page) >= _DRAWING_SHARE * page.area else None


def render_box(display_list: Any, box: Box, page: Box, store: ImageStore, options: ReadOptions) -> FoundImage:
    """`box` of the page as an image of its own, written to `store`; raises `ImageError` when it is too large."""
    zoom = options.render_dpi / 72
    clip = Box(max(box.x0, page.x0), max(box.y0, page.y0), min(box.x1, page.x1), min(box.y1, page.y1))
    pixels = clip.area * zoom * zoom
    if pixels > options.max_pixels:
        raise ImageError(
            f"rendering it takes {pixels / 1e6:.0f} megapixels, {options.max_pixels / 1e6:.0f} are allowed"
        )
    pixmap = display_list.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), clip=pymupdf.Rect(*clip))
    stored = store.save(encode_pixels(to_pillow(pixmap)))
    return FoundImage(stored, "full_render", (clip,), float(options.render_dpi))
