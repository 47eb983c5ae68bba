"""Price lists: a row is a product."""

from __future__ import annotations

from typing import Any

import pymupdf
import pytest

from tasks.catalog.products import Measure

STONES = [
    "Carrara",
    "Nero Marquina",
    "Verde Alpi",
    "Calacatta Oro",
    "Bianco Puro",
    "Rosso Levanto",
    "Emperador",
    "Botticino",
    "Onice Miele",
    "Statuario",
]
GREEK = ["Λευκό Θάσου", "Γκρι Καβάλας", "Κρέμα Ιωαννίνων", "Μαύρο Λέσβου", "Πράσινο Τήνου", "Ροζ Πεντέλης"]
RUSSIAN = ["Кресло Осло", "Стул Берген", "Диван Тромсё", "Стол Ставангер", "Пуф Лофотен", "Комод Альта"]


@pytest.mark.parametrize(
    ("header", "names", "code", "price", "expected", "currency"),
    [
        (("Code", "Description", "Price USD"), STONES, "BD-{}", "{}.00", "199.00", "USD"),
        (("Art.-Nr.", "Bezeichnung", "Preis/m² €"), STONES, "4010{}", "1.{},90", "1199.90", "EUR"),
        (("Codice", "Descrizione", "Prezzo €/mq"), STONES, "RV{}", "{},50", "199.50", "EUR"),
        (("Κωδικός", "Περιγραφή", "Τιμή"), GREEK, "K-{}", "{},50 €", "199.50", "EUR"),
        (("Артикул", "Наименование", "Цена"), RUSSIAN, "АБ-{}", "1 {} ₽", "1199", "RUB"),
        (("", "", ""), STONES, "BD-{}", "$1,{}.00", "1199.00", "USD"),
    ],
)
def test_rows_by_word_positions_are_products(
    catalog: Any, header: tuple[str, ...], names: list[str], code: str, price: str, expected: str, currency: str
) -> None:
    rows = [(code.format(100 + i), name, price.format(199 + i)) for i, name in enumerate(names)]
    found = catalog.page().table(header, rows, (40, 130, 400)).discover()
    assert [one.name for one in found.products] == names
    assert [one.sku for one in found.products] == [code.format(100 + i) for i in range(len(names))]
    assert (found.products[0].price, found.products[0].currency) == (expected, currency)


def test_every_price_column_stands_under_its_printed_label(catalog: Any) -> None:
    rows = [
        (f"SF-{100 + i}", name, *(str(1000 + i * 10 + grade * 100) for grade in range(4)))
        for i, name in enumerate(STONES)
    ]
    catalog.page().text(300, 85, "Retail price in EUR by fabric grade", 8, bold=True)
    found = (
        catalog.table(("Ref.", "Model", "A", "B", "C", "D"), rows, (40, 110, 290, 350, 410, 470)).discover().products
    )
    assert len(found) == len(STONES)
    assert found[1].prices == {"A": "1010", "B": "1110", "C": "1210", "D": "1310"}
    assert found[1].price is None


def test_sizes_come_with_the_unit_of_their_header(catalog: Any) -> None:
    rows = [(f"C{100 + i}", name, "50,5", "60", "80", f"{300 + i},00") for i, name in enumerate(STONES)]
    header = ("Code", "Name", "W (cm)", "D (cm)", "H (cm)", "Preis €")
    found = catalog.page().table(header, rows, (40, 110, 260, 320, 380, 460)).discover().products
    assert found[0].attributes["width"] == Measure(value="50.5", unit="cm")
    assert found[0].attributes["height"] == Measure(value="80", unit="cm")


def test_footnote_marks_are_no_part_of_codes(catalog: Any) -> None:
    rows = [(f"GV{10 + i}{mark}", STONES[i], f"${300 + i}") for i, mark in enumerate(["*", "*†", "", "†", "§", "*"])]
    found = catalog.page().table(("Item", "Description", "Price"), rows, (40, 110, 400)).discover().products
    assert [one.sku for one in found] == [f"GV{10 + i}" for i in range(6)]


def test_headings_between_rows_are_the_collection(catalog: Any) -> None:
    rows = [(f"BD-{100 + i}", name, f"{199 + i}.00") for i, name in enumerate(STONES)]
    catalog.page().table(
        ("Code", "Description", "Price £"), rows, (46, 120, 420), groups={0: "Oslo", 4: "Bergen (continued)", 8: "Alta"}
    )
    found = catalog.discover().products
    assert [one.attributes["collection"] for one in found] == ["Oslo"] * 4 + ["Bergen"] * 4 + ["Alta"] * 2


def test_a_description_runs_over_two_lines(catalog: Any) -> None:
    rows = [
        (f"BD-{100 + i}", f"{name} chair with a high back\nand wool seat", f"{199 + i}.00")
        for i, name in enumerate(STONES)
    ]
    found = catalog.page().table(("Code", "Description", "Price £"), rows, (40, 110, 420)).discover().products
    assert [one.name for one in found] == [f"{name} chair with a high back and wool seat" for name in STONES]


def test_tables_side_by_side_are_read_each(catalog: Any) -> None:
    left = [(f"A-{100 + i}", STONES[i], f"{20 + i},00") for i in range(10)]
    right = [(f"B-{100 + i}", STONES[i], f"{40 + i},00") for i in range(8)]
    header = ("Code", "Name", "EUR")
    catalog.page().table(header, left, (40, 90, 240)).table(header, right, (310, 360, 510), y=104)
    found = catalog.discover().products
    assert {(one.sku, one.price) for one in found} == {
        (code, price.replace(",", ".")) for code, _, price in [*left, *right]
    }


def test_a_table_goes_on_without_its_header(catalog: Any) -> None:
    header, places = ("Item", "Description", "W", "D", "H", "Price"), (40, 110, 300, 340, 380, 450)
    first = [(f"C{100 + i}", STONES[i], "50", "60", "80", f"${300 + i}") for i in range(10)]
    second = [(f"C{200 + i}", STONES[i], "50", "60", "80", f"{400 + i}") for i in range(10)]
    catalog.page().table(header, first, places).page().table(("",) * 6, second, places, y=60)
    found = catalog.discover().products
    assert len(found) == 20
    assert found[-1].price == "409"
    assert "height" in found[-1].attributes


def test_ruled_tables_are_read_cell_by_cell(catalog: Any) -> None:
    rows = [
        ("Code", "Product", "Size", "Price €"),
        *((f"TL-{100 + i}", name, "60x60 cm", f"{20 + i},50") for i, name in enumerate(STONES)),
    ]
    found = catalog.page().ruled(rows, (40, 110, 280, 400, 500)).discover().products
    assert [(one.sku, one.name, one.price) for one in found] == [
        (f"TL-{100 + i}", name, f"{20 + i}.50") for i, name in enumerate(STONES)
    ]
    assert found[0].attributes["width"] == Measure(value="60", unit="cm")


def test_a_name_printed_once_holds_for_the_rows_below(catalog: Any) -> None:
    rows = [("Product", "Code", "Finish", "Price €")]
    rows += [
        (STONES[i // 2] if i % 2 == 0 else "", f"TL-{100 + i}", "Matt" if i % 2 else "Gloss", f"{20 + i},50")
        for i in range(8)
    ]
    found = catalog.page().ruled(rows, (40, 180, 260, 400, 500)).discover().products
    assert [one.name for one in found] == STONES[:4]
    assert [(one.name, one.sku, one.price) for one in found[0].variants] == [
        ("Gloss", "TL-100", "20.50"),
        ("Matt", "TL-101", "21.50"),
    ]


def test_a_picture_in_a_row_shows_the_row_s_product(catalog: Any) -> None:
    catalog.page().text(110, 70, "Code", 8, bold=True).text(180, 70, "Description", 8, bold=True).text(
        420, 70, "Price", 8, bold=True
    )
    for index in range(8):
        y = 80 + index * 75
        catalog.picture(40, y, 55, 55, index).text(110, y + 30, f"TH-{10 + index}", 8)
        catalog.text(180, y + 30, STONES[index], 8).text(420, y + 30, f"£{10 + index}.00", 8)
    found = catalog.discover().products
    assert [one.sku for one in found] == [f"TH-{10 + index}" for index in range(8)]
    assert len({one.images[0].sha256 for one in found}) == 8


def test_rows_with_pictures_go_on_behind_one_of_several_forms(catalog: Any) -> None:
    page = catalog.page().text(300, 90, "Art. No.", 7).text(470, 90, "Group A", 7).text(525, 90, "Group B", 7)
    page.text(40, 60, "Prices in EUR", 8)
    for index, (name, codes) in enumerate(
        {"Middle": ("3310",), "End": ("3314 L", "3314 R"), "Chair": ("3301",), "Daybed": ("3340",)}.items()
    ):
        y = 120 + 88 * index
        page.picture(40, y - 8, 100, 76, seed=index).text(160, y, name, 8.6, bold=True)
        page.text(160, y + 11, "W 78 x D 88 x H 66 cm", 7.6)
        for row, code in enumerate(codes):
            page.text(300, y + 2 + 13 * row, code, 7.6).text(480, y + 2 + 13 * row, f"{900 + index}.00", 7.6)
            page.text(535, y + 2 + 13 * row, f"{1100 + index}.00", 7.6)
            page.text(350, y + 2 + 13 * row, ("Arm left", "Arm right")[row] if len(codes) > 1 else "", 7.6)
    found = page.discover().products
    assert [one.name for one in found] == ["Middle", "End", "Chair", "Daybed"]
    assert found[2].prices == {"Group A": "902.00", "Group B": "1102.00"}
    assert found[3].attributes["width"] == Measure(value="78", unit="cm")  # the last row's second line


def test_packaging_columns_are_attributes(catalog: Any) -> None:
    header = ("Code", "Format", "Pcs/box", "m²/box", "Kg/box", "€/m²")
    rows = [(f"PK-{100 + i}", "60x60", "4", "1,44", "32,5", f"{20 + i},90") for i in range(8)]
    found = catalog.page().table(header, rows, (40, 110, 190, 250, 310, 400)).discover().products
    assert found[0].attributes["coverage_per_box_m2"] == Measure(value="1.44", unit="m2")
    assert found[0].price == "20.90"


def test_one_code_sighted_on_two_pages_is_one_product(catalog: Any) -> None:
    catalog.page().grid(3, 2, lambda i: [(STONES[i], 10, True), (f"MB-{100 + i}", 8, False)])
    rows = [(f"MB-{100 + i}", STONES[i], f"{20 + i},00") for i in range(6)]
    found = catalog.page().table(("Code", "Name", "EUR"), rows, (40, 110, 400)).discover().products
    assert len(found) == 6
    assert {one.pages for one in found} == {(1, 2)}
    assert (found[0].price, len(found[0].images)) == ("20.00", 1)


def test_labels_flush_left_over_numbers_flush_right_stand_over_their_own_columns(catalog: Any) -> None:
    edges = [45, 110, 240, 285, 330, 380, 430, 480]
    page = catalog.page()
    for index, label in enumerate(("Code", "Name", "Width", "Depth", "A", "B", "C")):
        page.text(edges[index] + 3, 72, label, 7, bold=True)
    for index, below in enumerate(("(mm)", "(mm)", "EUR", "EUR", "EUR")):
        page.text(edges[2 + index] + 3, 81, below, 7, bold=True)
    for row, name in enumerate(STONES):
        y = 100 + 15 * row
        page.text(48, y, f"SX-{200 + row}", 7.5).text(113, y, name, 7.5)
        cells = (f"{800 + row}", f"{450 + row}", f"{900 + row},00", f"{950 + row},00", f"{990 + row},00")
        for index, text in enumerate(cells):
            page.text(edges[3 + index] - 3 - pymupdf.get_text_length(text, "helv", 7.5), y, text, 7.5)
    found = page.discover().products
    assert [one.name for one in found] == STONES
    assert found[1].attributes["width"] == Measure(value="801", unit="mm")
    assert found[1].attributes["depth"] == Measure(value="451", unit="mm")
    assert found[1].prices == {"A": "901.00", "B": "951.00", "C": "991.00"}


@pytest.mark.parametrize(("step", "priced"), [(55, True), (-55, False)])
def test_columns_of_letters_are_grades_where_amounts_rise_in_every_row(catalog: Any, step: int, priced: bool) -> None:
    rows = [
        (f"SF-{100 + i}", name, *(str(1000 + i * 10 + grade * step) for grade in range(3)))
        for i, name in enumerate(STONES)
    ]
    page = catalog.page().text(40, 50, "Dealer list 2026, USD", 16, bold=True)
    found = page.table(("Code", "Name", "A", "B", "C"), rows, (40, 110, 290, 350, 410)).discover().products
    assert [one.prices for one in found[:1]] == [{"A": "1000", "B": "1055", "C": "1110"} if priced else {}]


def test_type_set_otherwise_under_a_name_is_a_remark(catalog: Any) -> None:
    page = catalog.page().text(45, 60, "Code", 8, bold=True).text(120, 60, "Name", 8, bold=True)
    page.text(420, 60, "Price EUR", 8, bold=True)
    for row, name in enumerate(STONES[:6]):
        y = 80 + 36 * row
        page.text(45, y, f"SF-{100 + row}", 8).text(120, y, name, 8.5, bold=True).text(120, y + 11, "Oak, oiled", 7)
        page.text(420, y, f"{100 + row}.00", 8)
    found = page.discover().products
    assert [one.name for one in found] == STONES[:6]
    assert (found[0].attributes["material"], found[0].attributes["finish"]) == ("Oak", "oiled")


def test_running_text_and_labelled_lines_over_a_table_are_the_products_and_not_its_header(catalog: Any) -> None:
    page = catalog.page().picture(45, 60, 220, 160).text(45, 250, "Carrara", 22, bold=True)
    page.text(45, 272, "Every slab is cut and polished by hand.", 9).text(45, 290, "Material: Marble", 9)
    rows = [(f"SF-{100 + i}", str(60 + 10 * i), f"{300 + i}.00") for i in range(4)]
    [found] = page.table(("Code", "Width (cm)", "Price EUR"), rows, (45, 150, 300), y=312).discover().products
    assert (found.name, found.attributes["material"]) == ("Carrara", "Marble")
    assert [one.sku for one in found.variants] == ["SF-100", "SF-101", "SF-102", "SF-103"]


def test_a_second_row_of_labels_under_merged_cells_is_header(catalog: Any) -> None:
    edges = (45, 120, 260, 310, 360, 420)
    page = catalog.page()
    for left, right, text in ((45, 120, "Code"), (120, 260, "Name"), (260, 360, "Dimensions (mm)"), (360, 420, "")):
        page.rectangle(left, 100, right, 118).text(left + 4, 112, text, 8, bold=True)
    rows = [("", "", "Width", "Depth", "Price EUR")]
    rows += [(f"SF-{100 + i}", name, str(500 + i), str(300 + i), f"{100 + i},50") for i, name in enumerate(STONES)]
    found = page.ruled(rows, edges, y=118).discover().products
    assert [one.name for one in found] == STONES
    assert found[0].attributes["width"] == Measure(value="500", unit="mm")
    assert found[0].price == "100.50"


def test_a_group_that_ends_at_once_over_the_next_one_labels_no_column(catalog: Any) -> None:
    rows = [(f"SF-{100 + i}", name, f"{100 + i}.00") for i, name in enumerate(STONES)]
    page = catalog.page().text(40, 60, "Code", 8, bold=True).text(120, 60, "Name", 8, bold=True)
    page.text(400, 60, "Price EUR", 8, bold=True).text(40, 74, "Alba (continued)", 8.5, bold=True)
    found = page.table(("Brenta", "", ""), rows, (40, 120, 400), y=88).discover().products
    assert [one.sku for one in found] == [f"SF-{100 + i}" for i in range(len(STONES))]
    assert {one.attributes["collection"] for one in found} == {"Brenta"}


def test_a_code_and_a_size_may_stand_in_the_name_s_cell(catalog: Any) -> None:
    catalog.page().text(45, 60, "Listino prezzi 2026", 18, bold=True)
    for index in range(6):
        catalog.text(45, 100 + 14 * index, f"{1200 + 11 * index} Tavolo Brenta {60 + 20 * index}x80", 8.5)
        catalog.text(330, 100 + 14 * index, "rovere", 8.5).text(470, 100 + 14 * index, f"{300 + 77 * index},00", 8.5)
    products = catalog.discover().products
    assert [(one.sku, one.name, one.price) for one in products][:2] == [
        ("1200", "Tavolo Brenta 60x80", "300.00"), ("1211", "Tavolo Brenta 80x80", "377.00")
    ]  # fmt: skip
    assert len(products) == 6


@pytest.mark.parametrize("dates", ["{:02}/03", "2026-03-{:02}", "{} March 2026"])
def test_payments_with_a_date_each_are_no_offers(catalog: Any, dates: str) -> None:
    rows = [(dates.format(i + 1), name, f"{20 + i}.50") for i, name in enumerate(STONES)]
    found = catalog.page().table(("Date", "Description", "Amount USD"), rows, (40, 130, 400)).discover()
    assert not found.products


def test_offers_with_codes_may_have_a_date_each(catalog: Any) -> None:
    rows = [(f"BD-{100 + i}", name, f"{i + 1:02}.03.2026", f"{20 + i}.50") for i, name in enumerate(STONES)]
    found = (
        catalog.page().table(("Code", "Description", "Valid from", "Price USD"), rows, (40, 130, 300, 430)).discover()
    )
    assert [one.name for one in found.products] == STONES


def test_names_and_numbers_of_a_document_that_lists_no_prices_are_no_offers(catalog: Any, new_catalog: Any) -> None:
    rows = [(name, f"{88 + 7 * i}.00") for i, name in enumerate(STONES)]
    assert (
        not catalog.page().text(40, 60, "Borehole 1, depths", 14).table(("", ""), rows, (40, 300)).discover().products
    )
    named = new_catalog().page().text(40, 60, "Price list", 14).table(("", ""), rows, (40, 300)).discover()
    assert [one.name for one in named.products] == STONES


def test_what_options_add_is_no_product_under_a_price_list(catalog: Any) -> None:
    page = catalog.page().text(40, 40, "List prices in USD", 8)
    rows = [
        ("KST-4100", "Task Chair", "$ 623"),
        ("KST-5100", "Task Stool", "$ 707"),
        ("KST-3100", "Guest Chair", "$ 571"),
    ]
    options = [("PA", "Polished base", "+ $ 88"), ("FB", "Fog nylon base", "+ $ 22"), ("HC", "Hard casters", "+ $ 14")]
    for number, row in enumerate([("Model No.", "Description", "List"), *rows, *options]):
        for x, cell in zip((40, 120, 300), row, strict=True):
            page.text(x, 60 + number * 13, cell, 8, bold=number == 0)
    assert [one.name for one in page.discover().products] == ["Task Chair", "Task Stool", "Guest Chair"]
