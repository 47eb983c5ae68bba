"""A piece of a line, which all rules of discovery work on."""

from __future__ import annotations

from typing import NamedTuple

from tasks.catalog.boxes import Box
from tasks.catalog.pages import Word

_LIKE_RATIO, _LAYER_LIKE_RATIO, _OCR_LIKE_RATIO = 1.1, 1.4, 1.2  # of type sizes; in a layer of OCR, read here
_LAYER_FONT, _OCR_FONT = "GlyphLess", "ocr"  # of Tesseract's text layers, of what was read here


class Segment(NamedTuple):
    """A run of words on one line, as far as no wide gap divides it."""

    text: str
    box: Box
    size: float
    bold: bool = False
    italic: bool = False
    color: int = 0
    font: str = ""
    words: tuple[Word, ...] = ()

    @property
    def from_ocr(self) -> bool:
        return self.font.startswith((_LAYER_FONT, _OCR_FONT))

    @property
    def measured(self) -> bool:
        """Whether its size is that of the ink, which tells clear differences."""
        return self.font == _OCR_FONT

    def looks_like(self, other: Segment) -> bool:
        """Whether both are set alike: size, weight and colour; OCR knows a size only roughly and no weight."""
        small, large = sorted((self.size, other.size))
        if self.from_ocr:
            return large <= (_OCR_LIKE_RATIO if self.measured else _LAYER_LIKE_RATIO) * small
        return large <= _LIKE_RATIO * small and self.bold == other.bold and self.color == other.color
