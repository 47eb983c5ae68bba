"""Tables of a page as data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from tasks.catalog.pages import Page
from tasks.catalog.pdf.options import ReadOptions
from tasks.catalog.pdf.reader import read_page

ReadFirst = Callable[..., Page]
XS = [60, 160, 300, 400]
ROWS = [
    ("Code", "Name", "Price"),
    ("A-1", "Oak table", "120.00"),
    ("A-2", "Ash bench", "80.50"),
    ("A-3", "Elm", "9.00"),
]


def write_row(page: pymupdf.Page, y: float, cells: tuple[str, ...], xs: list[int] = XS, **style: object) -> None:
    for x, text in zip(xs, cells, strict=False):
        page.insert_text((x + 4, y), text, **style)


def draw_grid(page: pymupdf.Page, ys: list[int], xs: list[int] = XS) -> None:
    for y in ys:
        page.draw_line((xs[0], y), (xs[-1], y))
    for x in xs:
        page.draw_line((x, ys[0]), (x, ys[-1]))


@pytest.mark.parametrize("rotation", [0, 90])
def test_a_ruled_table_has_headers_rows_and_boxes(
    document: pymupdf.Document, read_first: ReadFirst, rotation: int
) -> None:
    page = document.new_page()
    draw_grid(page, [100, 120, 140, 160, 180])
    for number, row in enumerate(ROWS):
        write_row(page, 114 + 20 * number, row, fontsize=10, fontname="hebo" if number == 0 else "helv")
    page.set_rotation(rotation)
    read = read_first(document)
    (table,) = read.tables
    assert (table.method, table.headers, table.rows) == ("ruled", ROWS[0], tuple(ROWS[1:]))
    box = table.row_boxes[1][1]
    assert box is not None
    line = next(line for line in read.lines if line.text == "Ash bench")
    assert box.intersection(line.box) > 0.9 * line.box.area


def test_lines_within_a_cell_are_one_text_and_a_merged_cell_stands_in_its_first_column(
    document: pymupdf.Document, read_first: ReadFirst
) -> None:
    page = document.new_page()
    for y in (100, 140, 160, 180):
        page.draw_line((60, y), (400, y))
    for x in (60, 400):
        page.draw_line((x, 100), (x, 180))
    for x in (160, 300):
        page.draw_line((x, 100), (x, 160))
    write_row(page, 114, ("Material", "Solid oak,", "10"), fontsize=10)
    page.insert_text((164, 128), "oiled", fontsize=10)
    write_row(page, 154, ("Finish", "Wax", "20"), fontsize=10)
    page.insert_text((64, 174), "All prices without delivery", fontsize=10)
    (table,) = read_first(document).tables
    assert table.rows == (
        ("Material", "Solid oak, oiled", "10"),
        ("Finish", "Wax", "20"),
        ("All prices without delivery", "", ""),
    )


def price_list(page: pymupdf.Page, left: int = 60) -> None:
    xs = [left, left + 60, left + 190]
    write_row(page, 100, ("Code", "Description", "Price"), xs, fontsize=8, fontname="hebo")
    for number in range(8):
        write_row(
            page, 116 + 14 * number, (f"K{number}", f"Lounge chair {number}", f"{100 + number}.00"), xs, fontsize=8
        )


def test_a_price_list_without_rulings_is_a_table(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    page.insert_text((60, 60), "PRICE LIST", fontsize=16)
    price_list(page)
    (table,) = read_first(document).tables
    assert (table.method, table.headers, len(table.rows)) == ("positions", ("Code", "Description", "Price"), 8)
    assert table.rows[3] == ("K3", "Lounge chair 3", "103.00")


def test_two_price_lists_side_by_side_are_two_tables(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    price_list(page)
    price_list(page, 320)
    tables = read_first(document).tables
    assert [table.headers for table in tables] == [("Code", "Description", "Price")] * 2
    assert tables[0].box.x1 < tables[1].box.x0


def test_rows_of_a_table_are_read_row_by_row(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    price_list(page)
    assert "K3\nLounge chair 3\n103.00" in read_first(document).text


@pytest.mark.parametrize("kind", ["prose", "captions", "frame"])
def test_what_only_stands_in_columns_is_no_table(document: pymupdf.Document, read_first: ReadFirst, kind: str) -> None:
    page = document.new_page()
    if kind == "prose":
        for x in (50, 230, 410):
            page.insert_textbox(
                (x, 80, x + 160, 500), "in 2024 the grain of 3 oaks is closed with oil. " * 20, fontsize=9
            )
    elif kind == "captions":
        for number in range(9):
            page.insert_text((60 + 170 * (number % 3), 200 + 200 * (number // 3)), f"Stone {number}")
    else:
        page.draw_rect((50, 50, 500, 700))
        page.insert_text((60, 80), "A page with a frame")
    assert read_first(document).tables == ()


def test_rows_that_rulings_only_frame_together_are_told_apart(
    document: pymupdf.Document, read_first: ReadFirst
) -> None:
    page = document.new_page()
    draw_grid(page, [100, 120, 180])
    for number, row in enumerate(ROWS):
        write_row(page, 114 + 18 * number, row, fontsize=10, fontname="hebo" if number == 0 else "helv")
    (table,) = read_first(document).tables
    assert (table.headers, table.rows) == (ROWS[0], tuple(ROWS[1:]))


@pytest.mark.parametrize("year", [2022, 2023])
def test_a_real_price_lists_rows_are_right(corpus: Path, tmp_path: Path, year: int) -> None:
    with pymupdf.open(corpus / "pdf" / "catalog" / f"kingsleybate-pricelist-{year}.pdf") as document:
        (table,) = read_page(document, 1, tmp_path, ReadOptions()).tables
    rows = {row[0]: dict(zip(table.headers, row, strict=True)) for row in table.rows}
    truth = json.loads((corpus / "gt" / "pdf" / f"kingsleybate-{year}-p1.json").read_text())["products"]
    wrong = []
    for product in truth:
        row = rows.get(product["code_as_printed"], {})
        prices = {column: product.get(f"price_{column}") for column in ("A", "AA", "AAA", "Prem")}
        prices["Frame"] = product.get("price_frame")
        read = {column: row.get(column, "").strip("$").replace(",", "") for column in prices}
        expected = {column: str(price) if price is not None else "" for column, price in prices.items()}
        if row.get("Description") != product["description"] or read != expected:
            wrong.append((product["code"], row))
    assert wrong == []


def test_a_real_ruled_table_in_korean(corpus: Path, tmp_path: Path) -> None:
    with pymupdf.open(corpus / "pdf" / "hard" / "korean-tables.pdf") as document:
        tables = read_page(document, 1, tmp_path, ReadOptions()).tables
    assert [table.headers for table in tables] == [("업종", "적립 대상")] * 2
    assert tables[0].rows[1] == ("주유", "모든 주유소")
