"""Pages whose text must be recognised."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from tasks.catalog.pages import Page
from tasks.catalog.pdf.ocr_words import rate_word
from tasks.catalog.pdf.options import ReadOptions
from tasks.catalog.pdf.reader import read_page

ReadFirst = Callable[..., Page]
TEXT = "Lounge chair Bergamo\nSolid walnut, oiled\nWidth 72 cm, depth 80 cm"


def scan(document: pymupdf.Document, turn: int = 0) -> pymupdf.Page:
    """A page that is one picture of a page with text, turned clockwise by `turn` degrees."""
    with pymupdf.open() as source:
        page = source.new_page(width=400, height=300)
        page.insert_text((50, 100), TEXT, fontsize=14, lineheight=1.6)
        pixmap = page.get_pixmap(dpi=200)
    picture = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples).rotate(-turn, expand=True)
    page = document.new_page(width=picture.width * 72 / 200, height=picture.height * 72 / 200)
    turned = pymupdf.Pixmap(pymupdf.csRGB, picture.width, picture.height, picture.tobytes(), False)
    page.insert_image(page.rect, pixmap=turned)
    return page


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_scan_is_recognised_whichever_way_it_lies(
    document: pymupdf.Document, read_first: ReadFirst, turn: int
) -> None:
    page = scan(document, turn)
    read = read_first(document)
    assert read.text_source == "ocr"
    assert [line.text for line in read.lines] == TEXT.split("\n")
    upright = {0: (50, 85, 200, 105), 90: (195, 50, 215, 200), 180: (200, 195, 350, 215), 270: (85, 200, 105, 350)}
    assert pymupdf.Rect(*read.lines[0].box).intersects(pymupdf.Rect(upright[turn]))
    assert pymupdf.Rect(*read.lines[0].box) in page.rect
    assert all(0 < word.confidence <= 1 for line in read.lines for word in line.words)


def test_a_scan_is_rendered_as_a_whole(document: pymupdf.Document, read_first: ReadFirst) -> None:
    scan(document)
    embedded, render = read_first(document).images
    assert (embedded.layer, render.layer) == ("embedded", "full_render")
    assert render.width == pytest.approx(400 * 250 / 72, abs=2)


def test_pictures_on_a_scan_are_images_with_their_captions(document: pymupdf.Document, read_first: ReadFirst) -> None:
    with pymupdf.open() as source:
        page = source.new_page(width=500, height=400)
        for number, color in enumerate([(0.7, 0.2, 0.1), (0.1, 0.3, 0.6)]):
            x = 50 + 230 * number
            page.draw_rect((x, 50, x + 150, 250), fill=color)
            page.insert_text((x, 272), ["Canvas Tuscan", "Heritage Mink"][number], fontsize=12)
        pixmap = page.get_pixmap(dpi=150)
    page = document.new_page(width=500, height=400)
    page.insert_image(page.rect, pixmap=pixmap)
    pictures = [image for image in read_first(document).images if image.boxes[0].width < 200]
    assert [image.nearest_text for image in pictures] == ["Canvas Tuscan", "Heritage Mink"]


def test_line_drawings_on_a_scan_are_images_and_frames_around_text_are_not(
    document: pymupdf.Document, read_first: ReadFirst
) -> None:
    with pymupdf.open() as source:
        page = source.new_page(width=500, height=400)
        for x0, y0, x1, y1 in ((50, 60, 150, 70), (55, 70, 62, 130), (138, 70, 145, 130)):  # a table
            page.draw_rect((x0, y0, x1, y1), width=0.8)
        page.insert_text((180, 80), "Rectangular desk", fontsize=13)
        page.draw_line((40, 160), (460, 160), width=1)
        for number, line in enumerate(["Delivery terms", "Carriage paid", "Prices exclude tax", "Order in writing"]):
            page.insert_text((60, 215 + 18 * number), line, fontsize=11)
        page.draw_rect((50, 190, 220, 290), width=0.8)
        pixmap = page.get_pixmap(dpi=150)
    page = document.new_page(width=500, height=400)
    page.insert_image(page.rect, pixmap=pixmap)
    boxes = [image.boxes[0] for image in read_first(document).images if image.boxes[0].width < 400]
    assert [tuple(round(edge / 10) for edge in box) for box in boxes] == [(5, 6, 15, 13)]


def test_a_page_with_a_text_layer_is_not_recognised_again(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = scan(document)
    page.insert_text((50, 50), "A text layer that is good enough to be kept", render_mode=3)
    read = read_first(document)
    assert read.text_source == "layer"
    assert read.text == "A text layer that is good enough to be kept"


def test_a_stamp_on_a_scan_does_not_hide_its_text_and_is_not_read_twice(
    document: pymupdf.Document, read_first: ReadFirst
) -> None:
    page = scan(document)
    page.insert_text((50, 100), "Lounge chair Bergamo", fontsize=14, render_mode=3)
    read = read_first(document)
    assert read.text_source == "ocr"
    assert [line.text for line in read.lines] == TEXT.split("\n")


def test_a_photograph_gives_no_text(
    document: pymupdf.Document,
    read_first: ReadFirst,
    make_photo: Callable[..., Image.Image],
    encode: Callable[..., bytes],
) -> None:
    page = document.new_page(width=300, height=240)
    page.insert_image(page.rect, stream=encode(make_photo(3, 900, 720), "JPEG"))
    read = read_first(document)
    assert (read.text_source, read.text) == ("none", "")


def test_without_ocr_a_scan_has_no_text(document: pymupdf.Document, read_first: ReadFirst) -> None:
    scan(document)
    assert read_first(document, ocr=False).text_source == "none"


def test_a_language_without_data_is_named(document: pymupdf.Document, read_first: ReadFirst) -> None:
    scan(document)
    read = read_first(document, ocr_language="eng+xxx")
    assert read.text_source == "none"
    assert any("no OCR data for language xxx" in problem for problem in read.problems)


def test_a_page_that_takes_too_long_says_so(document: pymupdf.Document, read_first: ReadFirst) -> None:
    scan(document)
    read = read_first(document, ocr_seconds=0.001)
    assert (read.text_source, read.text) == ("none", "")
    assert read.problems == ("no OCR: not recognised within 0.001 s",)


def test_german_is_read_as_german(document: pymupdf.Document, read_first: ReadFirst) -> None:
    with pymupdf.open() as source:
        lines = "Für die Küche: Stühle mit Füßen.\nDie Bezüge sind für den Außen-\nbereich und nicht größer als"
        source.new_page(width=400, height=300).insert_text((50, 100), lines, fontsize=14, lineheight=1.6)
        pixmap = source[0].get_pixmap(dpi=150)
    page = document.new_page(width=400, height=300)
    page.insert_image(page.rect, pixmap=pixmap)
    text = read_first(document).text
    assert all(word in text for word in ("Für", "Küche", "Stühle", "Füßen", "Bezüge", "Außen", "größer"))


def test_captions_at_screen_resolution_are_read(document: pymupdf.Document, read_first: ReadFirst) -> None:
    """Type of 7 to 8 points at 100 dpi, as PDF swatch books for the screen have it, white on grey."""
    names = ["CANVAS TUSCAN", "HERITAGE MINK II", "DOLCE MANGO", "ACCORD KOI III", "RIB NATURAL", "EL GRECO CALYPSO"]
    codes = ["5417-0021", "1805-0040", "5600-0013", "4592-0001", "7704-0036", "4570-0064"]
    with pymupdf.open() as source:
        page = source.new_page(width=500, height=400)
        page.draw_rect(page.rect, fill=(0.5, 0.5, 0.52), color=None)
        for number, (name, code) in enumerate(zip(names, codes, strict=True)):
            x, y = 30 + number % 3 * 150, 30 + number // 3 * 180
            page.draw_rect((x, y, x + 120, y + 120), fill=(0.9, 0.2 + 0.1 * number, 0.1), color=None)
            page.insert_text((x, y + 134), name, fontsize=8, fontname="hebo", color=(1, 1, 1))
            page.insert_text((x, y + 144), code, fontsize=7, fontname="hebo", color=(1, 1, 1))
        pixmap = page.get_pixmap(dpi=100)
    page = document.new_page(width=500, height=400)
    page.insert_image(page.rect, stream=pixmap.tobytes("jpg", jpg_quality=80))
    read = read_first(document)
    lines = {line.text for line in read.lines}
    assert len(lines & set(names)) >= 5
    assert len(lines & set(codes)) >= 5
    assert len({round(line.size, 1) for line in read.lines if line.text in names}) == 1


def test_type_is_as_large_as_in_the_document_whatever_letters_a_line_has(
    document: pymupdf.Document, read_first: ReadFirst
) -> None:
    lines = ["rose and moss", "Grey limestone", "tumbled", "NATURAL", "1200 x 600", "sage, pebble"]
    with pymupdf.open() as source:
        page = source.new_page(width=400, height=400)
        page.insert_text((40, 60), "Stone and Ground", fontsize=26)
        for number, line in enumerate(lines):
            page.insert_text((40, 110 + 40 * number), line, fontsize=14)
        layer = [pymupdf.Rect(line["bbox"]) for block in page.get_text("dict")["blocks"] for line in block["lines"]]
        pixmap = page.get_pixmap(dpi=200)
    page = document.new_page(width=400, height=400)
    page.insert_image(page.rect, pixmap=pixmap)
    read = sorted(read_first(document).lines, key=lambda line: line.box.y0)
    assert [line.text for line in read] == ["Stone and Ground", *lines]
    assert read[0].size == pytest.approx(26, rel=0.1)
    assert [line.size for line in read[1:]] == pytest.approx([14] * len(lines), rel=0.1)
    assert len({line.size for line in read[1:]}) == 1
    assert all(
        pymupdf.Rect(*line.box) in box for line, box in zip(read, sorted(layer, key=lambda r: r.y0), strict=True)
    )


def test_text_on_a_tinted_ground_is_read_and_a_pattern_stays_a_picture(
    document: pymupdf.Document, read_first: ReadFirst
) -> None:
    notes = ["Prices are in euro", "Delivery takes four weeks", "Orders over 500 ship free", "Colours may vary"]
    with pymupdf.open() as source:
        page = source.new_page(width=500, height=400)
        for tone, left, ink in ((0.85, 30, 0.0), (0.2, 260, 1.0)):
            page.draw_rect((left, 30, left + 200, 130), color=None, fill=(tone,) * 3)
            for number, line in enumerate(notes):
                page.insert_text((left + 15, 55 + 20 * number), line, fontsize=11, color=(ink,) * 3)
        page.draw_rect((30, 200, 200, 340), color=None, fill=(0.9, 0.85, 0.6))
        for number in range(80):  # motifs in rows of their own, on a ground of one colour
            x, y = 40 + number % 10 * 16, 210 + number // 10 * 16
            page.draw_rect((x, y, x + 7, y + 7), color=None, fill=(0.8, 0.4, 0.1))
        pixmap = page.get_pixmap(dpi=150)
    page = document.new_page(width=500, height=400)
    page.insert_image(page.rect, pixmap=pixmap)
    read = read_first(document)
    assert sorted(line.text for line in read.lines) == sorted([*notes, *notes])
    pictures = [image.boxes[0] for image in read.images if image.boxes[0].width < 400]
    assert [tuple(round(edge / 10) for edge in box) for box in pictures] == [(3, 20, 20, 34)]


@pytest.mark.parametrize(
    ("word", "plausible"),
    [
        ("walnut", True),
        ("Sunbrella,", True),
        ("58002-0000", True),
        ("£1,299", True),
        ("$3,313.95", True),
        ("145€", True),
        ("$", False),
        ("12.5", True),
        ("мебель", True),
        ("椅子", True),
        ("|", False),
        ("~*'", False),
        ("tstctsest", False),
        ("WxDxHmm", True),
        ("xQzT", False),
    ],
)
def test_words_are_told_from_noise(word: str, plausible: bool) -> None:
    assert (rate_word(word) > 0.5) == plausible


@pytest.mark.parametrize("page_number", [2, 9])
def test_a_real_swatch_book_is_recognised(corpus: Path, tmp_path: Path, page_number: int) -> None:
    with pymupdf.open(corpus / "pdf" / "catalog" / "sunbrella-fabrics-imageonly.pdf") as document:
        page = read_page(document, page_number, tmp_path, ReadOptions())
    truth = json.loads((corpus / "gt" / "pdf" / "sunbrella-p2-p9.json").read_text())["products"]
    names = [product["name"] for product in truth if product["page"] == page_number]
    captions = [set((image.nearest_text or "").upper().split()) for image in page.images]
    found = [name for name in names if any(set(name.upper().split()) <= caption for caption in captions)]
    assert len(found) >= 0.8 * len(names)


def test_a_real_turned_scan_is_read(corpus: Path, tmp_path: Path) -> None:
    with pymupdf.open(corpus / "pdf" / "hard" / "rotated-90-scan.pdf") as document:
        page = read_page(document, 1, tmp_path, ReadOptions())
    assert page.text.startswith("Docling bundles PDF document conversion to")
