"""Pictures that are drawn in lines and shapes, on pages with text."""

from __future__ import annotations

from collections.abc import Callable

import pymupdf

from tasks.catalog.boxes import Box
from tasks.catalog.pages import Page

ReadFirst = Callable[..., Page]


def draw_table(page: pymupdf.Page, x: float, y: float) -> None:
    """A table with a slanted top and four legs that reach into it, 90 points wide and 60 high."""
    page.draw_polyline([(x, y + 20), (x + 60, y), (x + 90, y + 12), (x + 30, y + 34), (x, y + 20)])
    for dx, dy in ((2, 18), (28, 30), (60, 2), (84, 12)):
        page.draw_rect((x + dx, y + dy, x + dx + 5, y + dy + 28))


def test_each_drawing_beside_text_is_an_image(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    for row in range(2):
        draw_table(page, 50, 100 + 200 * row)
        page.insert_text((180, 120 + 200 * row), f"Table {row}, with enough words beside it to be read", fontsize=9)
        page.draw_line((40, 90 + 200 * row), (560, 90 + 200 * row))
    read = read_first(document)
    boxes = sorted(image.boxes[0] for image in read.images for _ in image.boxes)
    assert [image.layer for image in read.images] == ["full_render"]  # both are alike: one image at two places
    places = sorted(read.images[0].boxes, key=lambda box: box.y0)
    assert len(places) == 2 == len(boxes)
    for place, y in zip(places, (100, 300), strict=True):
        assert place.intersection(Box(48, y - 2, 142, y + 62)) >= 0.9 * place.area
        assert place.area >= 0.8 * 90 * 56


def test_frames_cells_and_fills_are_no_drawings(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    for row in range(12):
        y = 100 + 20 * row
        page.draw_rect((40, y, 300, y + 20))
        page.draw_rect((300, y, 420, y + 20), fill=(0.9, 0.9, 0.9))
        page.insert_text((44, y + 14), f"Oak board {row}", fontsize=9)
        page.insert_text((304, y + 14), f"{row}20.00", fontsize=9)
    page.draw_rect((36, 96, 424, 344))
    page.draw_rect((440, 96, 560, 200), fill=(0.8, 0.9, 0.8))
    page.draw_rect((450, 106, 550, 140), fill=(1, 1, 1))
    assert read_first(document).images == ()


def test_chips_of_a_colour_card_are_images_each_of_its_own(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    colors = [(0.9, 0.2, 0.1), (0.1, 0.5, 0.8), (0.3, 0.6, 0.2), (0.8, 0.8, 0.3), (0.4, 0.2, 0.5), (0.2, 0.2, 0.2)]
    for number, color in enumerate(colors):
        x, y = 60 + 160 * (number % 3), 100 + 150 * (number // 3)
        page.draw_rect((x, y, x + 120, y + 90), fill=color)
        page.insert_text((x, y + 104), f"Shade {number}", fontsize=9)
    for row in range(6):  # the shaded cells of a table are none
        page.draw_rect((60, 500 + 30 * row, 180, 530 + 30 * row), fill=(0.9, 0.9, 0.9) if row % 2 else (1, 1, 1))
    images = read_first(document).images
    assert sorted(tuple(image.boxes[0])[:2] for image in images) == sorted(
        (60 + 160 * (number % 3), 100 + 150 * (number // 3)) for number in range(6)
    )
    assert len({image.sha256 for image in images}) == len(colors)
    assert all(len(image.boxes) == 1 for image in images)
