"""The technical line drawing of the installation page, as a greyscale PNG."""

from __future__ import annotations

import math

import pymupdf

BLACK = (0, 0, 0)
Point = tuple[float, float]


def draw_basin(size: tuple[float, float], dpi: int) -> bytes:
    """Section and plan of the vessel basin with dimensions; `size` in points."""
    document = pymupdf.open()
    page = document.new_page(width=size[0], height=size[1])
    scale = 0.30  # points per millimetre
    middle = size[0] / 2 + 4
    _draw_section(page, middle, 84, scale)
    _draw_plan(page, middle, 164, scale)
    data: bytes = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY).tobytes("png")
    return data


def _curve(page: pymupdf.Page, points: list[Point], weight: float, dashes: str | None = None) -> None:
    page.draw_polyline(points, color=BLACK, width=weight, dashes=dashes, lineJoin=1)


def _draw_section(page: pymupdf.Page, x: float, ground: float, scale: float) -> None:
    def bowl(half: float, bottom: float, top: float) -> list[Point]:
        turn = [math.pi * i / 40 for i in range(41)]
        return [(x - half * math.cos(a) * scale, ground - (top - (top - bottom) * math.sin(a)) * scale) for a in turn]

    outside, inside = bowl(290, 12, 142), bowl(282, 28, 142)
    _curve(page, outside, 0.9)
    _curve(page, inside, 0.9)
    for left, right in ((outside[0], inside[0]), (outside[-1], inside[-1])):
        page.draw_line(left, right, color=BLACK, width=0.9)
    for share in range(3, 38, 2):
        page.draw_line(outside[share], inside[share], color=BLACK, width=0.25)
    page.draw_line((x - 120 * scale, ground), (x + 120 * scale, ground), color=BLACK, width=0.9)
    page.draw_line((x - 345 * scale, ground), (x + 345 * scale, ground), color=BLACK, width=0.5)
    page.draw_line((x, ground - 170 * scale), (x, ground + 14), color=BLACK, width=0.3, dashes="[6 2 1 2] 0")
    _dimension(page, (x - 290 * scale, ground - 142 * scale), (x + 290 * scale, ground - 142 * scale), -18, "580")
    _dimension(page, (x - 345 * scale, ground - 142 * scale), (x - 345 * scale, ground), -8, "142")


def _draw_plan(page: pymupdf.Page, x: float, y: float, scale: float) -> None:
    for half_x, half_y, weight in ((290, 192.75, 0.9), (282, 184.75, 0.5)):
        box = pymupdf.Rect(x - half_x * scale, y - half_y * scale, x + half_x * scale, y + half_y * scale)
        page.draw_oval(box, color=BLACK, width=weight)
    page.draw_circle((x, y), 22.5 * scale, color=BLACK, width=0.7)
    page.draw_circle((x, y), 16 * scale, color=BLACK, width=0.4)
    for start, end in (((x - 320 * scale, y), (x + 320 * scale, y)), ((x, y - 215 * scale), (x, y + 215 * scale))):
        page.draw_line(start, end, color=BLACK, width=0.3, dashes="[6 2 1 2] 0")
    _dimension(page, (x - 345 * scale, y - 192.75 * scale), (x - 345 * scale, y + 192.75 * scale), -8, "385,5")
    page.draw_line((x + 16 * scale, y - 16 * scale), (x + 70 * scale, y - 62 * scale), color=BLACK, width=0.35)
    page.insert_text((x + 74 * scale, y - 64 * scale), "ø 45", fontname="helv", fontsize=7)


def _dimension(page: pymupdf.Page, start: Point, end: Point, offset: float, text: str) -> None:
    """A dimension line beside start-end: above a level one, left of an upright one."""
    level = abs(start[1] - end[1]) < abs(start[0] - end[0])
    shift = (0.0, offset) if level else (offset, 0.0)
    a, b = (start[0] + shift[0], start[1] + shift[1]), (end[0] + shift[0], end[1] + shift[1])
    page.draw_line(a, b, color=BLACK, width=0.35)
    for near, far in ((start, a), (end, b)):
        page.draw_line(near, (far[0] + shift[0] * 0.2, far[1] + shift[1] * 0.2), color=BLACK, width=0.25)
        page.draw_line((far[0] - 2, far[1] + 2), (far[0] + 2, far[1] - 2), color=BLACK, width=0.7)
    wide = pymupdf.get_text_length(text, fontname="helv", fontsize=7)
    if level:
        page.insert_text(((a[0] + b[0] - wide) / 2, a[1] - 3), text, fontname="helv", fontsize=7)
    else:
        page.insert_text((a[0] - 3, (a[1] + b[1] + wide) / 2), text, fontname="helv", fontsize=7, rotate=90)
