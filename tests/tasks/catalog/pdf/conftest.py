"""PDFs made by the tests, and one way to read a page of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PIL import Image

from tasks.catalog.pages import Page
from tasks.catalog.pdf.reader import ReadOptions, read_page

ReadFirst = Callable[..., Page]


@pytest.fixture
def document() -> pymupdf.Document:
    """An empty document."""
    return pymupdf.open()


@pytest.fixture
def read_first(tmp_path: Path) -> ReadFirst:
    """Save a document, open it again as a stranger would, and read its first page into the test's folder."""

    def read(document: pymupdf.Document, number: int = 1, **options: object) -> Page:
        path = tmp_path / "made.pdf"
        document.save(path)
        with pymupdf.open(path) as opened:
            return read_page(opened, number, tmp_path, ReadOptions(**options))  # type: ignore[arg-type]

    return read


@pytest.fixture(scope="session")
def make_photo() -> Callable[..., Image.Image]:
    """A maker of pictures of many colours; no two seeds' pictures resemble each other."""

    def make(seed: int, width: int = 200, height: int = 160) -> Image.Image:
        coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
        return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)

    return make


@pytest.fixture(scope="session")
def encode() -> Callable[..., bytes]:
    """An image as the bytes of a file."""

    def save(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
        out = io.BytesIO()
        image.save(out, kind, **options)
        return out.getvalue()

    return save
