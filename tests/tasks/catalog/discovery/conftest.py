"""Catalogs made on the spot: pages set with PyMuPDF and read by the real reader."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageFilter

from tasks.catalog.discovery import discover
from tasks.catalog.pages import Page
from tasks.catalog.pdf.reader import ReadOptions, read_page
from tasks.catalog.products import Discovery

_BOLD = {"helv": "hebo", "tiro": "tibo", "cour": "cobo"}
_PROSE = "The committee reviewed the proposal in detail and agreed that further work would be needed before June."

CaptionLines = Sequence[tuple[str, float, bool]]  # text, size, bold


def texture(seed: int, size: int = 90, kind: str = "PNG") -> bytes:
    """An image that looks like a material, another one for every seed."""
    random = np.random.default_rng(seed)
    base = random.integers(40, 220, 3)
    waves = np.sin(np.arange(size) / random.integers(3, 20))[None, :, None] * 25
    pixels = np.clip(base + random.normal(0, 18, (size, size, 3)) + waves, 0, 255).astype("uint8")
    buffer = io.BytesIO()
    Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(1)).save(buffer, kind)
    return buffer.getvalue()


class Catalog:
    """A document under construction; places are points from the top left, text stands on its baseline."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._document = pymupdf.open()

    def page(self, width: float = 595, height: float = 842) -> Catalog:
        """Start the next page."""
        self._page = self._document.new_page(width=width, height=height)
        return self

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 9,
        *,
        bold: bool = False,
        font: str = "helv",
        width: float = 250,
    ) -> Catalog:
        """One line; what the base fonts lack (Greek, Cyrillic, the euro sign) is set with a fallback font."""
        if all(ord(char) < 0x100 for char in text):
            self._page.insert_text((x, y), text, fontsize=size, fontname=_BOLD[font] if bold else font)
        else:
            weight = "bold" if bold else "normal"
            style = f"font-family:sans-serif;font-size:{size}px;font-weight:{weight};margin:0"
            box = pymupdf.Rect(x, y - size, x + width, y + size * 8)
            self._page.insert_htmlbox(box, f'<p style="{style}">{text}</p>')
        return self

    def picture(self, x: float, y: float, width: float, height: float, seed: int = 0, *, kind: str = "PNG") -> Catalog:
        """An image, another one for every seed; a JPEG is large enough to be the same image wherever it is shown."""
        data, place = texture(seed, 90 if kind == "PNG" else 720, kind), pymupdf.Rect(x, y, x + width, y + height)
        self._page.insert_image(place, stream=data, keep_proportion=False)
        return self

    def rectangle(self, x0: float, y0: float, x1: float, y1: float) -> Catalog:
        self._page.draw_rect(pymupdf.Rect(x0, y0, x1, y1), color=(0, 0, 0))
        return self

    def shade(self, x0: float, y0: float, x1: float, y1: float) -> Catalog:
        """A grey ground, for what is set on it afterwards."""
        self._page.draw_rect(pymupdf.Rect(x0, y0, x1, y1), color=None, fill=(0.85, 0.85, 0.85))
        return self

    def scan(self, dpi: int) -> Catalog:
        """Make each page so far one picture of itself."""
        scanned = pymupdf.open()
        for page in self._document:
            picture = page.get_pixmap(dpi=dpi).tobytes("jpg", jpg_quality=85)
            scanned.new_page(width=page.rect.width, height=page.rect.height).insert_image(page.rect, stream=picture)
        self._document = scanned
        return self

    def prose(self, lines: int = 25, y: float = 120) -> Catalog:
        for index in range(lines):
            self.text(50, y + index * 14, _PROSE, 10)
        return self

    def grid(
        self,
        columns: int,
        rows: int,
        caption: Callable[[int], CaptionLines],
        *,
        side: str = "below",
        room: float = 44,
        font: str = "helv",
        start: int = 0,
    ) -> Catalog:
        """Pictures in rows and columns, each with its caption on one side; `room` is what a caption takes in points."""
        page, gap, top = self._page.rect, 20.0, 80.0
        width = (page.width - 80 - (columns - 1) * gap) / columns
        height = (page.height - top - 50 - (rows - 1) * gap) / rows
        for index in range(columns * rows):
            x = 40 + index % columns * (width + gap)
            y = top + index // columns * (height + gap)
            image, (tx, ty) = _cell(side, x, y, width, height, room)
            self.picture(*image, seed=start + index)
            for text, size, bold in caption(start + index):
                self.text(
                    tx, ty, text, size, bold=bold, font=font, width=width * (0.55 if side in ("right", "left") else 1)
                )
                ty += size * 1.25
        return self

    def specification(
        self, name: str, fields: Mapping[str, str], *, columns: bool = False, picture: bool = True, seed: int = 0
    ) -> Catalog:
        """A product's page: a picture, a heading, labelled lines ("label: value", or in two columns)."""
        if picture:
            self.picture(40, 80, 250, 330, seed)
        self.text(320, 100, name, 26, bold=True)
        for index, (label, value) in enumerate(fields.items()):
            y = 150 + index * 14
            if columns:
                self.text(320, y, label, 8, width=90).text(415, y, value, 8, width=170)
            else:
                self.text(320, y, f"{label}: {value}", 9)
        return self

    def table(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[str]],
        places: Sequence[float],
        *,
        y: float = 100,
        groups: Mapping[int, str] | None = None,
        right: Sequence[int] = (),
    ) -> Catalog:
        """Rows by word positions only; `groups` are bold headings before the rows of these numbers."""
        for number, row in enumerate([header, *rows]):
            if groups and number - 1 in groups:
                self.text(places[0] - 6, y, groups[number - 1], 8, bold=True)
                y += 13
            for column, (x, text) in enumerate(zip(places, row, strict=True)):
                left = x - pymupdf.get_text_length(text, "helv", 8) if column in right else x
                for line, part in enumerate(text.split("\n")):
                    self.text(left, y + line * 10, part, 8, bold=number == 0)
            y += 13 + 10 * max(text.count("\n") for text in row)
        return self

    def ruled(self, rows: Sequence[Sequence[str]], edges: Sequence[float], y: float = 100) -> Catalog:
        """A table with every cell in a box; the first row is bold."""
        for number, row in enumerate(rows):
            for text, left, right in zip(row, edges, edges[1:], strict=False):
                self.rectangle(left, y, right, y + 18).text(left + 4, y + 12, text, 8, bold=number == 0)
            y += 18
        return self

    def rotate(self, degrees: int) -> Catalog:
        self._page.set_rotation(degrees)
        return self

    def read(self) -> list[Page]:
        document = pymupdf.open("pdf", self._document.tobytes())
        return [
            read_page(document, number, self._folder, ReadOptions()) for number in range(1, document.page_count + 1)
        ]

    def discover(self) -> Discovery:
        return discover(self.read(), "catalog.pdf")


def _cell(side: str, x: float, y: float, w: float, h: float, room: float) -> tuple[Any, tuple[float, float]]:
    """The picture's place and the caption's first baseline."""
    places: dict[str, tuple[Any, tuple[float, float]]] = {
        "below": ((x, y, w, h - room), (x, y + h - room + 12)),
        "above": ((x, y + room, w, h - room), (x, y + 10)),
        "right": ((x, y, w * 0.45, h), (x + w * 0.45 + 8, y + 12)),
        "left": ((x + w * 0.55, y, w * 0.45, h), (x, y + 12)),
        "inside": ((x, y, w, h), (x + 6, y + h - room + 8)),
    }
    return places[side]


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """An empty document; start a page first."""
    return Catalog(tmp_path)


@pytest.fixture
def new_catalog(tmp_path: Path) -> Callable[[], Catalog]:
    return lambda: Catalog(tmp_path)
