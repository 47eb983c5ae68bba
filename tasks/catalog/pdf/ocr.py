"""Text of pages that have none, by the Tesseract that PyMuPDF carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from PIL import Image

from tasks.catalog.boxes import Box
from tasks.catalog.pages import Word
from tasks.catalog.pdf.content import Fragment, Style
from tasks.catalog.pdf.ocr_crops import LineReader, Scan, split_lines, strip_rules
from tasks.catalog.pdf.ocr_engine import OcrTimeoutError, ReadLine, Segmentation, is_available, load_tesseract
from tasks.catalog.pdf.ocr_languages import (
    AUTO,
    OcrError,
    choose_language,
    find_tessdata,
    guess_language,
    list_languages,
)
from tasks.catalog.pdf.ocr_lines import read_again
from tasks.catalog.pdf.ocr_pdf import PdfTesseract
from tasks.catalog.pdf.ocr_type import set_type
from tasks.catalog.pdf.ocr_words import keep_plausible, mend_sections, rate_line
from tasks.catalog.pdf.options import ReadOptions
from tasks.catalog.pdf.raster import PageRaster, enlarge, render_text
from tasks.catalog.pdf.rtl import is_rtl

__all__ = ["OcrError", "recognise_text"]

_TRIAL_DPI = 150  # enough to see which way up a page is
_PHOTO_DPI = 200  # text on a photograph is large
_OCR_PIXELS = 9_000_000  # A4 at 300 dpi; time grows with it
_LEAST_NATIVE_DPI = 72.0
_GRID_PICTURES = 3  # from here text stands about in captions and is no column
_GOOD_YIELD = 0.77  # mean plausibility of a page that stands the right way
_POOR_YIELD = 0.6  # of one that lies on its side
_LYING = 3.0  # times as high as wide is a line that runs up or down
_POOR_CONFIDENCE = 0.5  # of a page in a language that was not the one it was read in
_LEAST_WORDS = 3  # fewer words say nothing about that
_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
_GERMAN = "deu"
_FONT = "ocr"  # of fragments, whose type is not known


class _Reading(NamedTuple):
    """Lines of a picture of the page, turned upright by `turn` degrees counter-clockwise."""

    lines: tuple[ReadLine, ...]
    turn: int
    language: str

    @property
    def words(self) -> list[str]:
        return [word.text for line in self.lines for word in line.words]

    @property
    def letters(self) -> int:
        return sum(map(len, self.words))

    @property
    def plausibility(self) -> float:
        """Letters in plausible words."""
        return sum(rate_line([word.text for word in line.words]) * len(line.text) for line in self.lines)

    @property
    def confidence(self) -> float:
        """Letters by the confidence they are read with."""
        return sum(word.confidence * len(word.text) for line in self.lines for word in line.words)

    @property
    def lies(self) -> bool:
        """Whether most lines run up or down the picture: Tesseract turns such blocks itself, often on their heads."""
        lying = sum(len(line.text) for line in self.lines if line.box.height > _LYING * line.box.width)
        return 2 * lying > sum(len(line.text) for line in self.lines)

    @property
    def doubts(self) -> tuple[int, ...]:
        """Other ways up in which the page may make more sense. Lying text reads as noise, text on its head nearly as
        well as in a poor scan."""
        length = sum(len(line.text) for line in self.lines)
        if self.lies:
            return (90, 270)
        if len(self.words) < _LEAST_WORDS or self.plausibility > _GOOD_YIELD * length:
            return ()
        return (90, 180, 270) if self.plausibility < _POOR_YIELD * length else (180,)


def recognise_text(
    display_list: Any, survey: PageRaster, native_dpi: float, options: ReadOptions
) -> tuple[Fragment, ...]:
    """Fragments of text on a page that is an image, in displayed coordinates; `turn` says which way it stands.

    A word's confidence is Tesseract's, 0 to 1. Raises `OcrError` where Tesseract's data is missing, the page is too
    large or takes too long.
    """
    dpi = _choose_dpi(display_list.rect, survey, options)
    native = min(max(native_dpi, _LEAST_NATIVE_DPI), dpi)
    scanned = render_text(display_list, survey, native)
    try:
        reading = _PageReading(scanned, native, dpi, survey, options).read()
    except OcrTimeoutError as error:
        raise OcrError(str(error)) from error
    width, height = scanned.width * 72 / native, scanned.height * 72 / native
    lines = set_type([bare for line in reading.lines if (bare := strip_rules(line))], native / dpi)
    fragments = [_place(line, reading.turn, 72 / dpi, width, height) for line in lines]
    return keep_plausible(fragments, photo=not survey.is_plain)


def _choose_dpi(rect: Any, survey: PageRaster, options: ReadOptions) -> int:
    """Less than the usual resolution for pages larger than A4, whose type is larger, and for photographs."""
    area = rect.width * rect.height
    usual = options.ocr_dpi if survey.is_plain else min(options.ocr_dpi, _PHOTO_DPI)
    dpi = max(_TRIAL_DPI, min(usual, int(72 * (_OCR_PIXELS / max(area, 1.0)) ** 0.5)))
    pixels = area * (dpi / 72) ** 2
    if pixels > options.max_pixels:
        raise OcrError(f"OCR takes {pixels / 1e6:.0f} megapixels, {options.max_pixels / 1e6:.0f} are allowed")
    return dpi


class _PageReading:
    """One page read as it lies, then the other way up, in its language, and its small type again, as far as needed."""

    def __init__(self, scanned: Image.Image, native: float, dpi: int, survey: PageRaster, options: ReadOptions) -> None:
        self._scanned, self._native, self._dpi = scanned, native, dpi
        self._survey, self._options = survey, options
        self._enlarged = enlarge(scanned, dpi / native)
        grid = len(survey.pictures) >= _GRID_PICTURES
        self._segmentation = Segmentation.SPARSE if grid else Segmentation.AUTO

    def read(self) -> _Reading:
        reading = self._read_page(self._enlarged, self._dpi, 0, choose_language(self._options.ocr_language))
        if self._survey.is_plain:
            reading = self._turn_upright(reading)
        if self._options.ocr_language == AUTO:
            reading = self._change_language(reading)
        if self._survey.is_plain and is_available():
            reading = self._sharpen(reading)
        german = _GERMAN in reading.language.split("+")
        return reading._replace(lines=tuple(map(_mend_sections, reading.lines))) if german else reading

    def _turn_upright(self, reading: _Reading) -> _Reading:
        if not reading.doubts:
            return reading
        scale = _TRIAL_DPI / self._dpi
        trial = self._enlarged.resize([round(edge * scale) for edge in self._enlarged.size])
        tried = [self._read_page(trial, _TRIAL_DPI, turn, reading.language) for turn in reading.doubts]
        best = max(tried, key=lambda one: one.plausibility)
        if best.plausibility <= reading.plausibility and not reading.lies:
            return reading
        return self._read_page(self._enlarged, self._dpi, best.turn, reading.language)

    def _change_language(self, reading: _Reading) -> _Reading:
        """Read again where the words are those of another language, or make so little sense that another may."""
        languages = list_languages()
        guess = guess_language(reading.words, languages)
        if guess == reading.language or len(reading.words) < _LEAST_WORDS:
            return reading
        poor = reading.confidence < _POOR_CONFIDENCE * reading.letters
        others = [guess] if guess else [one for one in languages if one != reading.language] if poor else []
        tried = [self._read_page(self._enlarged, self._dpi, reading.turn, language) for language in others]
        return max([reading, *tried], key=lambda one: one.confidence)

    def _sharpen(self, reading: _Reading) -> _Reading:
        """The doubtful lines again, from the pixels that were scanned."""
        scan = Scan(_turn(self._scanned, reading.turn), self._native / self._dpi)
        lines = read_again(reading.lines, scan, self._read_with(reading.language), self._options.ocr_rereads)
        return reading._replace(lines=tuple(lines))

    def _read_page(self, picture: Image.Image, dpi: int, turn: int, language: str) -> _Reading:
        lines = self._read_with(language)(_turn(picture, turn), dpi, self._segmentation, "")
        return _Reading(tuple(split_lines(lines)), turn, language)

    def _read_with(self, language: str) -> LineReader:
        load = load_tesseract if is_available() else PdfTesseract
        engine, seconds = load(find_tessdata(), language), self._options.ocr_seconds

        def read(picture: Image.Image, dpi: int, segmentation: Segmentation, letters: str) -> Sequence[ReadLine]:
            return engine.read(picture, dpi, segmentation, seconds, letters=letters)

        return read


def _mend_sections(line: ReadLine) -> ReadLine:
    texts = mend_sections([word.text for word in line.words])
    return line._replace(words=tuple(w._replace(text=text) for w, text in zip(line.words, texts, strict=True)))


def _turn(picture: Image.Image, turn: int) -> Image.Image:
    """The picture of a page whose text runs in direction `turn` (degrees clockwise), upright."""
    return picture.transpose(_TURNS[turn]) if turn else picture


def _place(line: ReadLine, turn: int, points: float, width: float, height: float) -> Fragment:
    """A line of the upright picture, whose pixels measure `points`, on the page as displayed."""
    words = [
        Word(word.text, _turn_back(Box(*(edge * points for edge in word.box)), turn, width, height), word.confidence)
        for word in line.words
    ]
    style = Style(line.size * points, _FONT, False, False, 0)
    return Fragment(tuple(words), style, turn, is_rtl(line.text), opens=True, closes=True)


def _turn_back(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of the upright picture on the page as displayed, `width` x `height` points."""
    if turn == 90:
        return Box(width - box.y1, box.x0, width - box.y0, box.x1)
    if turn == 180:
        return Box(width - box.x1, height - box.y1, width - box.x0, height - box.y0)
    if turn == 270:
        return Box(box.y0, height - box.x1, box.y1, height - box.x0)
    return box
