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
    ocr_language: str = "auto"  # or Tesseract languages joined by "+"
    ocr_seconds: float = 60.0  # for one reading of a page; a page that takes longer has no text
    ocr_rereads: int = 80  # lines of a page that are read again from crops, about 0.1 s each
    tables: bool = True
