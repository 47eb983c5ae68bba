"""Tesseract's own interface in PyMuPDF's library, languages, and what is told from pixels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from tasks.catalog.pdf.ocr_engine import OcrTimeoutError, Segmentation, Tesseract, is_available, load_tesseract
from tasks.catalog.pdf.ocr_languages import OcrError, choose_language, find_tessdata, guess_language, list_languages
from tasks.catalog.pdf.ocr_pdf import PdfTesseract
from tasks.catalog.pdf.ocr_strokes import ends_in_letter, find_strokes, measure_fill, read_numeral
from tasks.catalog.pdf.ocr_words import mend_sections

Engine = Callable[[Path, str], "Tesseract | PdfTesseract"]


def draw(text: str, dpi: int = 200, *, size: float = 12, font: str = "helv") -> Image.Image:
    """A grey picture of a line of text that begins 20 points from the left."""
    with pymupdf.open() as document:
        page = document.new_page(width=400, height=60)
        page.insert_text((20, 40), text, fontsize=size, fontname=font)
        pixmap = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
    return Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)


def draw_word(text: str, dpi: int = 150, font: str = "helv") -> Image.Image:
    """A word's ink with a pixel on the left and right, as it is cut out of a page."""
    picture = draw(text, dpi, size=9, font=font)
    left, top, right, bottom = picture.point(lambda value: 255 if value < 160 else 0).getbbox() or (0, 0, 1, 1)
    return picture.crop((left - 1, top, right + 1, bottom))


def test_the_library_of_this_platform_shows_tesseract() -> None:
    assert is_available()


@pytest.mark.parametrize("engine", [load_tesseract, PdfTesseract])
def test_both_engines_read_words_with_boxes_and_confidences(engine: Engine) -> None:
    (line,) = engine(find_tessdata(), "eng").read(draw("Lounge chair Bergamo"), 200, Segmentation.AUTO, 30)
    assert line.text == "Lounge chair Bergamo"
    assert [word.text for word in line.words] == ["Lounge", "chair", "Bergamo"]
    left = 20 * 200 / 72
    assert line.words[0].box.x0 == pytest.approx(left, abs=4)
    assert all(0.5 < word.confidence <= 1 for word in line.words)
    assert line.size == pytest.approx(12 * 200 / 72, rel=0.25)


def test_letters_may_be_restricted_for_one_reading() -> None:
    engine, picture = load_tesseract(find_tessdata(), "eng"), draw("BO5 1180")
    (only_digits,) = engine.read(picture, 200, Segmentation.BLOCK, 30, letters="0123456789")
    assert only_digits.text.replace(" ", "").isdigit()
    (any_letters,) = engine.read(picture, 200, Segmentation.BLOCK, 30)
    assert any(char.isalpha() for char in any_letters.text)


def test_a_reading_ends_when_its_time_is_over_and_the_engine_goes_on() -> None:
    engine, picture = load_tesseract(find_tessdata(), "eng"), draw("Lounge chair Bergamo")
    with pytest.raises(OcrTimeoutError, match=r"0\.001 s"):
        engine.read(picture, 200, Segmentation.AUTO, 0.001)
    assert engine.read(picture, 200, Segmentation.AUTO, 30)[0].text == "Lounge chair Bergamo"


def test_an_empty_picture_has_no_lines() -> None:
    blank = Image.new("L", (300, 200), 255)
    assert load_tesseract(find_tessdata(), "eng").read(blank, 200, Segmentation.AUTO, 30) == ()


def test_data_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="xxx"):
        Tesseract(tmp_path, "xxx")


def test_languages_are_those_with_data_and_a_missing_one_is_named() -> None:
    assert list_languages()[0] == "eng"
    assert {"eng", "deu"} <= set(list_languages())
    assert "osd" not in list_languages()
    assert (choose_language("auto"), choose_language("deu+eng")) == ("eng", "deu+eng")
    with pytest.raises(OcrError, match="language xxx; there are eng"):
        choose_language("eng+xxx")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The cover of the chair is made of wool and linen", "eng"),
        ("Der Bezug ist aus Wolle und wird fur den Stuhl mit der Lehne", "deu"),
        ("Le dossier est garni pour une assise dans les salons", None),  # French, for which there is no data
        ("CANVAS TUSCAN 5417-0000", None),
    ],
)
def test_a_language_is_guessed_by_its_frequent_words(text: str, language: str | None) -> None:
    assert guess_language(text.split(), {"eng", "deu"}) == language


@pytest.mark.parametrize("font", ["helv", "hebo", "tiro", "cour"])
@pytest.mark.parametrize("numeral", ["II", "III"])
def test_strokes_of_a_numeral_are_counted(font: str, numeral: str) -> None:
    picture = draw_word(numeral, font=font)
    assert read_numeral("Il", picture) == numeral
    assert len(find_strokes(picture).places) == len(numeral)


@pytest.mark.parametrize(
    ("read", "printed"), [("IV", "IV"), ("Ill", "Fern"), ("Il", "N"), ("In", "II"), ("Sand", "II")]
)
def test_what_is_no_numeral_is_left_alone(read: str, printed: str) -> None:
    assert read_numeral(read, draw_word(printed)) is None


def test_an_i_is_told_from_a_mark_of_exclamation_by_its_gap() -> None:
    assert ends_in_letter(draw_word("KOI", font="hebo"))
    assert not ends_in_letter(draw_word("KO!", font="hebo"))


def test_an_icon_is_filled_and_letters_are_not() -> None:
    icon = Image.new("L", (12, 9), 255)
    icon.paste(60, (1, 1, 11, 8))
    assert measure_fill(icon.crop((1, 1, 12, 8))) > 0.7 > measure_fill(draw_word("M8", 100, font="hebo"))


def test_a_section_of_a_german_law_is_no_price() -> None:
    assert mend_sections(["nach", "$", "28", "Abs.", "5"]) == ["nach", "§", "28", "Abs.", "5"]
    assert mend_sections(["kostet", "$", "28", "netto"]) == ["kostet", "$", "28", "netto"]
