"""Text of a page: order, places and type."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from tasks.catalog.pages import Page
from tasks.catalog.pdf.options import ReadOptions
from tasks.catalog.pdf.reader import read_document, read_page

ReadFirst = Callable[..., Page]
PROSE = "The grain of oak is closed with oil before the boards are brushed and left to dry for a day. " * 6


def positions(page: Page, *texts: str) -> list[int]:
    return [page.text.index(text) for text in texts]


def test_columns_are_read_one_after_the_other_below_their_title(
    document: pymupdf.Document, read_first: ReadFirst
) -> None:
    page = document.new_page()
    page.insert_text((180, 60), "A title across both columns", fontsize=18)
    page.insert_textbox((320, 100, 540, 500), "RIGHT " + PROSE, fontsize=9)  # drawn first, read last
    page.insert_textbox((60, 100, 280, 500), "LEFT " + PROSE, fontsize=9)
    page.insert_text((300, 800), "7", fontsize=9)
    read = read_first(document)
    order = positions(read, "A title", "LEFT", "RIGHT", "\n7")
    assert order == sorted(order)
    assert [len(block.lines) for block in read.blocks][1:3] == [len(read.blocks[1].lines)] * 2


def test_captions_of_a_grid_stay_whole_and_are_read_row_by_row(
    document: pymupdf.Document, read_first: ReadFirst
) -> None:
    page = document.new_page()
    for row in range(2):
        for column in range(3):
            x, y = 60 + 170 * column, 80 + 250 * row
            page.draw_rect((x, y, x + 140, y + 180), fill=(0.2, 0.4, 0.1 * column))
            page.insert_text((x, y + 195), f"Stone {row}{column}", fontsize=11)
            page.insert_text((x, y + 208), f"code {row}{column}", fontsize=11)
    read = read_first(document)
    assert [block.text for block in read.blocks] == [
        f"Stone {row}{column}\ncode {row}{column}" for row in range(2) for column in range(3)
    ]


def test_a_hyphen_that_is_drawn_is_a_hyphen(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    page.insert_font(fontname="own", fontbuffer=pymupdf.Font("helv").buffer)
    page.insert_text((60, 80), "Arm\u00adchair LX\u00ad204 up\u00ad", fontname="own")
    page.insert_text((60, 95), "holstered", fontname="own")
    page.insert_text((60, 110), "14 995,\u00ad", fontname="own")  # for cents, at the line's end
    assert read_first(document).text == "Arm-chair LX-204 up\u00ad\nholstered\n14 995,-"


def test_accents_stand_on_their_letters(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    page.insert_font(fontname="own", fontbuffer=pymupdf.Font("cjk").buffer)
    page.insert_text((60, 80), "Cafe\u0301", fontname="own")
    assert read_first(document).text == "Caf\u00e9"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_are_where_the_rotated_page_shows_the_text(
    document: pymupdf.Document, read_first: ReadFirst, rotation: int
) -> None:
    page = document.new_page(width=400, height=600)
    page.insert_text((50, 100), "Walnut", fontsize=20)
    page.insert_text((50, 140), "Cherry", fontsize=20)
    page.set_rotation(rotation)
    shown = page.search_for("Walnut")[0] * page.rotation_matrix
    read = read_first(document)
    assert (read.rotation, read.width, read.height) == (rotation, *((400, 600) if rotation % 180 == 0 else (600, 400)))
    line = read.lines[0]
    assert line.text == "Walnut"  # the order follows the direction of reading
    assert pymupdf.Rect(*line.box).intersects(shown)
    assert abs(pymupdf.Rect(*line.box).get_area() / shown.get_area() - 1) < 0.5


def test_headings_keep_size_weight_font_and_colour(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    page.insert_text((60, 80), "Heading", fontsize=24, fontname="hebo", color=(1, 0, 0))
    page.insert_text((60, 120), "body text", fontsize=10, fontname="heit")
    heading, body = read_first(document).lines
    assert (heading.size, heading.bold, heading.color) == (24, True, 0xFF0000)
    assert (body.size, body.bold, body.italic) == (10, False, True)
    assert "Helvetica" in heading.font


def test_words_have_boxes_in_order_within_their_line(document: pymupdf.Document, read_first: ReadFirst) -> None:
    document.new_page().insert_text((60, 80), "solid oak, oiled", fontsize=12)
    (line,) = read_first(document).lines
    assert [word.text for word in line.words] == ["solid", "oak,", "oiled"]
    assert [word.box.x0 for word in line.words] == sorted(word.box.x0 for word in line.words)
    assert all(line.box.intersection(word.box) > 0.9 * word.box.area for word in line.words)


def test_text_far_apart_on_a_line_is_two_lines(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    page.insert_text((60, 80), "Chair", fontsize=12)
    page.insert_text((300, 80), "Table", fontsize=12)
    assert [line.text for line in read_first(document).lines] == ["Chair", "Table"]


def test_text_drawn_twice_to_look_bold_is_read_once(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    for shift in (0, 0.4):
        page.insert_text((60 + shift, 80), "Collection", fontsize=12)
        page.insert_text((60 + shift, 110), "Terrazzo", fontsize=12)
    assert read_first(document).text.count("Collection") == 1


def test_hidden_text_outside_the_page_is_left_out(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page(width=300, height=300)
    page.insert_text((50, 50), "shown")
    page.insert_text((900, 50), "hidden")
    assert read_first(document).text == "shown"


def test_right_to_left_text_is_in_logical_order(corpus: Path, tmp_path: Path) -> None:
    with pymupdf.open(corpus / "pdf" / "hard" / "arabic-rtl.pdf") as document:
        page = read_page(document, 1, tmp_path, ReadOptions())
    first = page.lines[0]
    assert first.rtl
    assert first.text.startswith("تحسين الإنتاجية وحل المشكلات")
    assert next(word.box.x1 for word in first.words) > first.words[-1].box.x1


def test_chinese_and_korean_text_is_read(corpus: Path, tmp_path: Path) -> None:
    assert "標準マーケットモデル" in read_document(corpus / "pdf" / "hard" / "chinese.pdf", tmp_path)[0].text
    assert "할인점" in read_document(corpus / "pdf" / "hard" / "korean-tables.pdf", tmp_path)[0].text


def test_a_real_two_column_paper_is_read_column_by_column(corpus: Path, tmp_path: Path) -> None:
    with pymupdf.open(corpus / "pdf" / "hard" / "two-column-paper-180-inline-images.pdf") as document:
        page = read_page(document, 1, tmp_path, ReadOptions())
    order = positions(page, "Abstract", "General Terms", "Introduction", "Permission to make", "and is used for the")
    assert order == sorted(order)


def test_a_damaged_page_costs_that_page(corpus: Path, tmp_path: Path) -> None:
    first, second = read_document(corpus / "pdf" / "hard" / "page-tree-cycle.pdf", tmp_path)
    assert first.blocks
    assert not first.problems
    assert "cycle" in second.problems[0]


def test_a_specification_beside_prose_is_read_row_by_row(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    page.insert_textbox((60, 92, 260, 400), PROSE, fontsize=9)
    for number, (label, value) in enumerate(
        [("Width", "58 cm"), ("Depth", "38 cm"), ("Height", "14 cm"), ("Seats", "6")]
    ):
        page.insert_text((320, 100 + 17 * number), label, fontsize=9)
        page.insert_text((400, 100 + 17 * number), value, fontsize=9)
    text = read_first(document).text
    assert text.index("The grain") < text.index("Width")
    assert [line for line in text.split("\n") if line][-8:] == [
        "Width",
        "58 cm",
        "Depth",
        "38 cm",
        "Height",
        "14 cm",
        "Seats",
        "6",
    ]


def test_definitions_in_two_columns_are_read_by_columns(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    for column in range(2):
        for number in range(3):
            x, y = 60 + 250 * column, 120 + 60 * number
            page.insert_text((x, y), f"Term {column}{number}", fontsize=12)
            page.insert_text((x, y + 14), "It is ground in seven steps until it is a mirror that", fontsize=8)
            page.insert_text((x, y + 24), "shows colour and veining.", fontsize=8)
    text = read_first(document).text
    assert [text.index(f"Term {column}{number}") for column in range(2) for number in range(3)] == sorted(
        text.index(f"Term {column}{number}") for column in range(2) for number in range(3)
    )


def test_a_rule_across_the_page_parts_what_is_above_it(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    for y in (100, 160):
        for x, side in ((60, "left"), (330, "right")):
            page.insert_text((x, y), f"{side} {y} " + "words of prose that fill the column", fontsize=9)
            page.insert_text((x, y + 12), "and go on for a second line of the same", fontsize=9)
    page.draw_line((60, 136), (540, 136))
    text = read_first(document).text
    order = [text.index(f"{side} {y}") for y in (100, 160) for side in ("left", "right")]
    assert order == sorted(order)


@pytest.mark.parametrize("labels", [("Width:", "Depth:"), ("Material:", "Finish:", "Seats:")])
def test_what_stands_beside_a_label_follows_it(
    document: pymupdf.Document, read_first: ReadFirst, labels: tuple[str, ...]
) -> None:
    page = document.new_page()
    for number, label in enumerate(labels):
        page.insert_text((60, 100 + 20 * number), label)
        page.insert_text((200, 100 + 20 * number), f"value {number}")
    assert (
        read_first(document).text.split()
        == " ".join(f"{label} value {number}" for number, label in enumerate(labels)).split()
    )


def test_a_line_knows_where_its_type_changes(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    page.insert_htmlbox((60, 60, 500, 120), '<p><b>Side table</b> <i style="font-size:.7em">Mesa auxiliar</i> oval</p>')
    page.insert_text((60, 200), "All in one type", fontsize=9)
    mixed, plain = read_first(document).lines
    assert mixed.text == "Side table Mesa auxiliar oval"
    assert [(run.start, run.bold, run.italic) for run in mixed.runs] == [
        (0, True, False),
        (2, False, True),
        (4, False, False),
    ]
    assert mixed.runs[1].size == pytest.approx(0.7 * mixed.runs[0].size, rel=0.01)
    assert plain.runs == ()


def test_a_mark_drawn_in_a_words_own_type_starts_no_run(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    page.insert_htmlbox((60, 60, 500, 120), "<p>Lamp 5788<sup>1</sup></p>")
    assert read_first(document).lines[0].runs == ()
