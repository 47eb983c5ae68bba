"""The engine where Tesseract's own interface is hidden: through a PDF that PyMuPDF writes and is read again."""

from __future__ import annotations

from pathlib import Path

import pymupdf
from PIL import Image

from tasks.catalog.boxes import Box, union
from tasks.catalog.pdf.content import read_text
from tasks.catalog.pdf.ocr_engine import ReadLine, ReadWord, Segmentation
from tasks.catalog.pdf.ocr_words import rate_word


class PdfTesseract:
    """Reads whole pages only: no confidences (how plausible a word is stands in for it), no segmentation, no limit."""

    def __init__(self, folder: Path, language: str) -> None:
        self._folder, self._language = folder, language

    def read(
        self, picture: Image.Image, dpi: int, segmentation: Segmentation, seconds: float, *, letters: str = ""
    ) -> tuple[ReadLine, ...]:
        """Lines of a grey picture, dark on light; what is asked beyond that is ignored."""
        rgb = picture.convert("RGB")  # from grey pixels PyMuPDF's writer recognises nothing
        pixmap = pymupdf.Pixmap(pymupdf.csRGB, rgb.width, rgb.height, rgb.tobytes(), False)
        pixmap.set_dpi(dpi, dpi)
        data = pixmap.pdfocr_tobytes(compress=False, language=self._language, tessdata=str(self._folder))
        with pymupdf.open(stream=data, filetype="pdf") as recognised:
            content = read_text(recognised[0].get_textpage())
        scale, lines = dpi / 72, []
        for fragment in content.fragments:
            words = tuple(
                ReadWord(word.text, Box(*(edge * scale for edge in word.box)), rate_word(word.text))
                for word in fragment.words
            )
            lines.append(ReadLine(words, union(word.box for word in words), fragment.style.size * scale))
        return tuple(lines)
