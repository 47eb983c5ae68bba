"""The document as a whole: catalogs with covers and articles, and documents without any product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

STONES = [
    "Carrara",
    "Nero Marquina",
    "Verde Alpi",
    "Calacatta Oro",
    "Bianco Puro",
    "Rosso Levanto",
    "Emperador",
    "Botticino",
]


def _lines(catalog: Any, rows: list[tuple[str, ...]], places: tuple[float, ...], y: float = 160) -> Any:
    for number, row in enumerate(rows):
        for x, text in zip(places, row, strict=True):
            catalog.text(x, y + number * 16, text, 9, bold=number == 0)
    return catalog


def _invoice(catalog: Any) -> Any:
    catalog.page().text(50, 60, "INVOICE", 24, bold=True).text(50, 90, "Invoice No: 2024-118", 10)
    catalog.text(50, 104, "Bill to: Acme Ltd", 10).text(50, 118, "Amount due within 30 days", 10)
    rows = [("Item", "Description", "Unit price")] + [
        (f"AB-{10 + i}", f"{STONES[i]} tiles", f"${20 + i}.00") for i in range(6)
    ]
    return _lines(catalog, rows, (50, 120, 360))


def _paper(catalog: Any) -> Any:
    for number in range(4):
        catalog.page().prose(20).picture(60, 420, 200, 150, number).picture(300, 420, 200, 150, 10 + number)
        catalog.text(60, 585, f"Figure {2 * number + 1}: Response time", 9).text(
            300, 585, f"Figure {2 * number + 2}: Throughput", 9
        )
    return catalog


def _team(catalog: Any) -> Any:
    catalog.page().text(50, 60, "Our team", 24, bold=True)
    for index, name in enumerate(["Anna Berg", "Jon Dahl", "Mia Holm", "Lars Vik", "Eva Lund", "Per Moe"]):
        x, y = 50 + index % 3 * 170, 100 + index // 3 * 250
        catalog.picture(x, y, 140, 170, index).text(x, y + 185, name, 11, bold=True).text(x, y + 199, "Architect", 9)
    for _ in range(5):
        catalog.page().prose()
    return catalog


def _balance_sheet(catalog: Any) -> Any:
    names = [
        "Revenue",
        "Cost of sales",
        "Gross profit",
        "Administration",
        "Operating profit",
        "Finance cost",
        "Net profit",
    ]
    rows = [("", "2023", "2022")] + [(name, f"${1200 + i * 37}", f"${1100 + i * 31}") for i, name in enumerate(names)]
    return _lines(catalog.page().text(50, 60, "Annual report", 24, bold=True), rows, (50, 250, 330)).prose(20, 320)


def _test_report(catalog: Any) -> Any:
    rows = [("Sample", "Width (mm)", "Load (N)", "Result")] + [
        (f"S{i}", str(40 + i), str(1200 + i), "pass") for i in range(8)
    ]
    return _lines(catalog.page().prose(6, 90), rows, (50, 150, 250, 350), 200).prose(15, 400)


def _form(catalog: Any) -> Any:
    catalog.page().text(50, 60, "Application form", 20, bold=True)
    for index, label in enumerate(["Name:", "Address:", "Phone:", "Item no:", "Size:", "Colour:", "Material:"]):
        catalog.text(50, 100 + index * 25, label, 10).rectangle(150, 102 + index * 25, 450, 103 + index * 25)
    return catalog


def _letter(catalog: Any) -> Any:
    return catalog.page().text(50, 80, "Dear Mr. Dahl,", 11).prose(12).text(50, 420, "Sincerely, Anna Berg", 11)


def _portfolio(catalog: Any) -> Any:
    for index in range(5):
        catalog.page().picture(40, 60, 515, 380, index).text(40, 470, f"Villa {STONES[index]}", 20, bold=True)
        catalog.text(40, 495, "Location: Oslo, 2019", 10).prose(8, 520)
    return catalog


def _manual(catalog: Any) -> Any:
    for _ in range(44):
        catalog.page().prose(40, 80)
    rows = [("Part number", "Description")] + [(f"604K-{100 + i}", f"Fuser unit {i}") for i in range(8)]
    return _lines(catalog.page().text(50, 60, "Replacement parts", 18, bold=True), rows, (50, 200))


def _two_photographs(catalog: Any) -> Any:
    catalog.page().picture(50, 100, 240, 160, 1).text(50, 275, "At the beach", 10)
    return catalog.picture(310, 100, 240, 160, 2).text(310, 275, "In the woods", 10)


@pytest.mark.parametrize(
    "make",
    [_invoice, _paper, _team, _balance_sheet, _test_report, _form, _letter, _portfolio, _manual, _two_photographs],
    ids=lambda make: make.__name__.strip("_"),
)
def test_a_document_without_products_gives_none_and_the_reason(catalog: Any, make: Callable[[Any], Any]) -> None:
    found = make(catalog).discover()
    assert found.products == ()
    assert found.reason
    assert "\n" not in found.reason
    assert "products" not in found.page_kinds.values()


def test_a_blank_document_says_that_it_has_no_text(catalog: Any) -> None:
    found = catalog.page().page().discover()
    assert found.products == ()
    assert found.page_kinds == {1: "empty", 2: "empty"}
    assert found.reason == "no text could be read on any page"


@pytest.fixture
def whole(catalog: Any) -> Any:
    """A catalog as they come: cover, contents, products, an article, an index."""
    catalog.page().text(60, 300, "NORDLYS", 48, bold=True).text(60, 350, "Collection 2024", 16)
    catalog.page().text(40, 80, "Contents", 24, bold=True)
    for index, (title, page) in enumerate([("Chairs", 3), ("Tables", 4), ("Lamps", 5), ("Care", 7)]):
        catalog.text(40, 120 + index * 20, title, 11).text(300, 120 + index * 20, str(page), 11)
    for index in range(4):
        fields = {"Ref.": f"TX-{100 + index}", "Dimensions": "60 x 60 x 1 cm", "Finish": "Matt"}
        catalog.page().specification(STONES[index], fields, seed=index).text(500, 820, "www.nordlys.com", 7)
    catalog.page().text(40, 80, "About us", 24, bold=True).prose()
    catalog.page().text(40, 60, "Index", 24, bold=True)
    for index, name in enumerate(sorted(STONES[:4])):
        catalog.text(40, 100 + index * 20, name, 10).text(200, 100 + index * 20, f"TX-{100 + STONES.index(name)}", 8)
        catalog.text(300, 100 + index * 20, str(3 + STONES.index(name)), 10)
    return catalog.discover()


def test_only_product_pages_give_products(whole: Any) -> None:
    assert [(one.name, one.pages) for one in whole.products] == [(STONES[i], (3 + i,)) for i in range(4)]
    kinds = ["cover", "contents", "products", "products", "products", "products", "prose", "index"]
    assert [whole.page_kinds[number] for number in range(1, 9)] == kinds


def test_the_cover_gives_the_title_and_the_brand(whole: Any) -> None:
    assert (whole.title, whole.brand, whole.reason) == ("NORDLYS", "NORDLYS", None)


def test_names_in_a_grid_are_no_title(catalog: Any) -> None:
    found = catalog.page().grid(3, 2, lambda i: [(STONES[i], 10, False)]).discover()
    assert (found.title, found.brand) == (None, None)


def test_a_table_s_header_that_repeats_on_every_page_is_no_running_line(catalog: Any) -> None:
    for number in range(4):
        rows = [(f"C{number}{10 + i}", STONES[i], f"${100 + i}", f"${200 + i}") for i in range(8)]
        catalog.page().table(("Item", "Description", "Frame", "Prem"), rows, (40, 110, 300, 400), y=60)
    found = catalog.discover().products
    assert len(found) == 32
    assert {tuple(one.prices) for one in found} == {("Frame", "Prem")}


def test_a_letter_about_prices_is_no_catalog(catalog: Any) -> None:
    catalog.page().text(50, 60, "KELMOR", 16, bold=True).text(400, 124, "Ref. BL5803").text(50, 200, "Price 2026", 11)
    catalog.text(50, 218, "Dear partners,", 10).prose(8, 240).text(50, 400, "Kind regards", 10)
    discovery = catalog.discover()
    assert (discovery.products, discovery.reason) == ((), "the document is a letter, not a catalog")


def test_a_year_behind_the_word_price_is_no_price(catalog: Any) -> None:
    catalog.page().specification("Oslo Chair", {"Code": "OS-204", "Material": "Oak"}).text(320, 200, "Price 2026", 9)
    (product,) = catalog.discover().products
    assert (product.sku, product.price) == ("OS-204", None)


def test_items_of_a_list_lose_their_bullets(catalog: Any) -> None:
    catalog.page().picture(0, 0, 280, 842).text(320, 110, "Marlow sofa", 24, bold=True)
    for index, text in enumerate(["\u00b7 Material: Teak", "- Dimensions: 165 x 80 x 75 cm", "\u00b7 SKU: VS 4747"]):
        catalog.text(320, 160 + 17 * index, text, 10)
    (product,) = catalog.discover().products
    assert (product.name, product.sku, product.attributes["material"]) == ("Marlow sofa", "VS 4747", "Teak")


def test_a_page_s_heading_over_a_room_is_no_swatch_and_names_the_collection(catalog: Any) -> None:
    catalog.page().text(45, 64, "Corvo", 26, bold=True).picture(45, 96, 505, 190)
    for index in range(4):
        x = 45 + index * 129
        catalog.picture(x, 302, 119, 83, index + 1).text(x, 396, STONES[index], 9, bold=True)
        catalog.text(x, 406, f"EN{3270 + 97 * index}", 7.5)  # a prefix that norms have, too
    products = catalog.discover().products
    assert [(one.name, one.sku) for one in products] == [
        (STONES[index], f"EN{3270 + 97 * index}") for index in range(4)
    ]
    assert {one.attributes.get("collection") for one in products} == {"Corvo"}


def test_a_cover_with_contents_and_terms_shows_no_product(catalog: Any) -> None:
    page = catalog.page().picture(0, 0, 595, 459).text(50, 528, "Wexford & Lane", 30)
    page.text(50, 547, "Bath & Kitchen Accessories | 2027 List Prices", 13)
    contents = ("Contents", "Corbin bath hardware . . . . 2", "Free-standing & shower . . . . 3", "Kitchen . . . . 4")
    terms = (
        "Ordering",
        "Please order by item number including finish suffix. Minimum",
        "opening order $500.00; reorders $150.00. Orders over",
        "$1,500.00 ship freight prepaid within the contiguous 48 states.",
        "Showroom Hours Mon-Fri 9-5. orders@wexfordlane.example",
        "T 555-0142",
    )
    for x, lines in ((50, contents), (324, terms)):
        for number, line in enumerate(lines):
            page.text(x, 588 + 12.6 * number, line, 8.4, bold=number == 0)
    rows = [(f"KV-{100 + i}", name, f"$ {200 + i}.00") for i, name in enumerate(STONES[:6])]
    catalog.page().table(("Code", "Model", "Price"), rows, (40, 130, 400))
    assert [one.name for one in catalog.discover().products] == STONES[:6]


def test_a_first_page_of_products_under_a_running_head_is_no_cover(catalog: Any) -> None:
    for number in range(3):
        page = catalog.page(420, 595).text(36, 48, f"Stone collection, part {number + 1}", 18, bold=True)
        for column in range(2):
            left = 36 + 190 * column
            page.picture(left, 80, 160, 160, 2 * number + column).text(left, 256, STONES[2 * number + column], 11)
            page.text(left, 270, f"ST-{number}{column}001   60 x 60 cm", 9)
        page.text(36, 330, f"Each piece of part {number + 1} is cut from one block of our collection.", 10)
    assert [one.name for one in catalog.discover().products] == STONES[:6]
