"""How pages are read: what an operator may change, handed down from the settings."""

from __future__ import annotations

from typing import NamedTuple


class ReadOptions(NamedTuple):
    """Options of `read_page`. Hashable and plain, because it travels to other processes."""

    render_dpi: int = 250  # of re-rendered images and pages
    low_dpi: int = 100  # embedded images below this effective resolution are rendered again
    max_pixels: int = 100_000_000  # an image, page render or OCR raster above it is not decoded
    min_image_pixels: int = 8  # images narrower or lower than this are dropped
    phash_distance: int = 5  # images of one layer whose hashes differ in at most this many bits are one image
    ocr: bool = True
    ocr_dpi: int = 300  # Tesseract is trained on type of about 30 pixels, 10 points at 300 dpi
    ocr_language: str = "eng"  # Tesseract languages joined by "+"
    tables: bool = True
