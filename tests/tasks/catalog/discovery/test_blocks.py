"""Blocks: a heading that names a product over (or beside) a small table of its forms."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.catalog.products import Discovery, Product

FINISHES = ["Chrome", "Matt black", "Brushed nickel"]
MODELS = ["Arno basin mixer", "Brenta basin mixer", "Celio bath filler", "Dora shower valve"]


def _variants(product: Product) -> list[tuple[str | None, str | None, str | None]]:
    return [(one.name, one.sku, one.price) for one in product.variants]


def _stacked(catalog: Any, labels: tuple[str, ...] = ("Code", "Finish", "EUR"), *, beside: bool = False) -> Discovery:
    """Four blocks on a page: heading, a line of description, and a table under its head or to the right of both."""
    page = catalog.page().text(40, 50, "Prices in EUR", 8)
    for index, model in enumerate(MODELS):
        y = 90 + index * 130
        page.text(40, y, model, 13, bold=True).text(40, y + 13, "Ceramic cartridge", 8)
        top = y if beside else y + 30
        for x, label in zip((250, 340, 500), labels, strict=True):
            page.text(x, top, label, 7)
        for row, finish in enumerate(FINISHES[: 2 + index % 2]):
            line = top + 13 * (row + 1)
            page.text(250, line, f"AB{index}1{row}", 8).text(340, line, finish, 8)
            page.text(500, line, f"{120 + index * 10 + row}.50", 8)
    return page.discover()  # type: ignore[no-any-return]


@pytest.mark.parametrize("beside", [False, True])
def test_the_heading_is_the_product_and_its_rows_are_forms(catalog: Any, beside: bool) -> None:
    found = _stacked(catalog, beside=beside)
    assert [one.name for one in found.products] == MODELS
    first = found.products[0]
    assert _variants(first) == [("Chrome", "AB010", "120.50"), ("Matt black", "AB011", "121.50")]
    assert (first.currency, first.sku, first.price) == ("EUR", None, None)


def test_labels_nobody_knows_do_not_hide_the_forms(catalog: Any) -> None:
    found = _stacked(catalog, ("Xq", "Zorp", "EUR"))
    assert [one.name for one in found.products] == MODELS
    assert [len(one.variants) for one in found.products] == [2, 3, 2, 3]


def test_rows_with_names_of_their_own_stay_products(catalog: Any) -> None:
    page = catalog.page().text(40, 50, "Prices in EUR", 8)
    names = [f"{word} {kind}" for kind in ("chair", "table", "lamp") for word in ("Oslo", "Bergen", "Tana", "Voss")]
    for group, kind in enumerate(("Chairs", "Tables", "Lamps")):
        y = 90 + group * 120
        page.text(40, y, kind, 13, bold=True)
        for x, label in zip((40, 130, 500), ("Code", "Article", "EUR"), strict=True):
            page.text(x, y + 15, label, 7)
        for row, name in enumerate(names[group * 4 : group * 4 + 4]):
            line = y + 28 + row * 13
            page.text(40, line, f"P{group}{row}7", 8).text(130, line, name, 8).text(500, line, f"{99 + row * 80}.00", 8)
    found = page.discover()
    assert [one.name for one in found.products] == names
    assert not any(one.variants for one in found.products)


def test_a_single_row_gives_its_code_and_prices_to_the_product(catalog: Any) -> None:
    page = catalog.page().text(40, 50, "All prices in US dollars", 8)
    for index in range(5):
        y = 90 + index * 90
        page.text(40, y, f"Model {4500 + index}", 13, bold=True)
        for place, grade in enumerate(("Pattern", "COM", "1", "2", "3")):
            page.text(200 + place * 70, y + 16, grade, 7, bold=True)
        for row in range(2 if index == 4 else 1):
            page.text(200, y + 29 + row * 12, f"{4500 + index}{'-A' * row}", 8)
            for place in range(4):
                page.text(270 + place * 70, y + 29 + row * 12, str(800 + index * 40 + place * 60 + row), 8)
    found = page.discover()
    assert [one.name for one in found.products] == [f"Model {4500 + index}" for index in range(5)]
    assert found.products[0].sku == "4500"
    assert found.products[0].prices == {"COM": "800", "1": "860", "2": "920", "3": "980"}
    assert [one.sku for one in found.products[4].variants] == ["4504", "4504-A"]


def test_prices_under_two_storeys_of_labels_keep_both_and_their_currency(catalog: Any) -> None:
    page = catalog.page()
    for index, model in enumerate(MODELS):
        y = 90 + index * 110
        page.text(40, y, model, 13, bold=True).text(40, y + 12, "Ceramic cartridge", 8)
        page.text(120, y + 25, "Item no.", 7).text(180, y + 25, "Finish", 7)
        page.text(360, y + 25, "DKK", 7).text(480, y + 25, "EUR", 7)
        for place in range(4):
            page.text(330 + place * 60, y + 36, ("excl. VAT", "incl. VAT")[place % 2], 7)
        for row, finish in enumerate(FINISHES[:2]):
            line = y + 50 + row * 13
            page.text(120, line, f"1{index}0{row}1", 8).text(180, line, finish, 8)
            for place, amount in enumerate(("5.596,00", "6.995,00", "750,00", "938,00")):
                page.text(330 + place * 60, line, amount, 8)
    one = page.discover().products[0].variants[0]
    assert one.prices == {
        "DKK excl. VAT": "5596.00", "DKK incl. VAT": "6995.00", "EUR excl. VAT": "750.00", "EUR incl. VAT": "938.00",
    }  # fmt: skip


def test_rows_without_a_head_of_their_own_are_forms_where_the_page_says_the_labels_once(catalog: Any) -> None:
    page = catalog.page().text(40, 40, "Code", 8, bold=True).text(200, 40, "Finish", 8, bold=True)
    page.text(500, 40, "Price EUR", 8, bold=True)
    for index, model in enumerate([*MODELS, "Elba basin mixer"]):
        y = 70 + index * 80
        page.text(40, y, model, 12, bold=True).text(40, y + 12, "Ceramic cartridge", 8)
        for row, finish in enumerate(FINISHES[: 2 + index % 2]):
            line = y + 26 + row * 12
            page.text(40, line, f"AB{index}1{row}", 8).text(200, line, finish, 8).text(500, line, f"{120 + row}.50", 8)
    found = page.discover()
    assert [one.name for one in found.products] == [*MODELS, "Elba basin mixer"]
    assert _variants(found.products[0]) == [("Chrome", "AB010", "120.50"), ("Matt black", "AB011", "121.50")]


def test_a_table_goes_on_after_the_page_s_end(catalog: Any) -> None:
    def labels(y: float) -> None:
        catalog.text(40, y, "Code", 7).text(200, y, "Finish", 7).text(500, y, "EUR", 7)

    def row(y: float, code: str, finish: str) -> None:
        catalog.text(40, y, code, 8).text(200, y, finish, 8).text(500, y, "120.50", 8)

    catalog.page()
    for index, model in enumerate(MODELS):
        y = 90 + index * 190
        catalog.text(40, y, model, 13, bold=True)
        labels(y + 20)
        for number, finish in enumerate(FINISHES):
            row(y + 33 + number * 12, f"AB{index}1{number}", finish)
    catalog.page()
    labels(60)
    row(73, "AB315", "White")
    found = catalog.discover()
    assert [one.name for one in found.products] == MODELS
    assert [one.sku for one in found.products[3].variants] == ["AB310", "AB311", "AB312", "AB315"]


def test_pictures_over_the_headings_are_their_own(catalog: Any) -> None:
    page = catalog.page()
    for index, model in enumerate(MODELS):
        x, y = 40 + index % 2 * 280, 60 + index // 2 * 380
        page.picture(x, y, 230, 150, seed=index).text(x, y + 172, model, 13, bold=True)
        page.text(x, y + 190, "Code", 7).text(x + 90, y + 190, "Finish", 7).text(x + 200, y + 190, "EUR", 7)
        for row, finish in enumerate(FINISHES[:2]):
            line = y + 203 + row * 13
            page.text(x, line, f"AB{index}1{row}", 8).text(x + 90, line, finish, 8).text(x + 200, line, "120.50", 8)
    pages = page.read()
    by_place = {box: image.sha256 for image in pages[0].images for box in image.boxes}
    ordered = [sha256 for _, sha256 in sorted(by_place.items(), key=lambda one: (round(one[0].y0), one[0].x0))]
    found = page.discover()
    assert {one.name: [link.sha256 for link in one.images] for one in found.products} == {
        model: [sha256] for model, sha256 in zip(MODELS, ordered, strict=True)
    }


def test_options_that_add_to_the_price_are_neither_products_nor_prices(catalog: Any) -> None:
    page = catalog.page().text(40, 50, "All prices in US dollars", 8)
    for index, model in enumerate(MODELS):
        y = 90 + index * 130
        page.text(40, y, model, 13, bold=True)
        for row, (code, option, added) in enumerate((("BK", "Black", "+$0"), ("CR", "Chrome", "+$84"))):
            line = y + 40 + row * 11
            page.text(40, line, code, 8).text(70, line, option, 8).text(200, line, added, 8)
        for place, grade in enumerate(("COM", "A", "B")):
            page.text(400 + place * 50, y + 16, grade, 7, bold=True)
        page.text(340, y + 29, f"MR{index}01", 8, bold=True)
        for place in range(3):
            page.text(400 + place * 50, y + 29, f"${538 + place * 40}", 8)
    found = page.discover()
    assert [(one.name, one.sku) for one in found.products] == [(m, f"MR{i}01") for i, m in enumerate(MODELS)]
    assert found.products[0].prices == {"COM": "538", "A": "578", "B": "618"}
    assert not any(one.variants for one in found.products)


def test_a_head_printed_once_on_each_page_counts_for_the_blocks_below(catalog: Any) -> None:
    for number in range(2):
        page = catalog.page()
        for index, model in enumerate(MODELS):
            y = 70 + index * 100
            page.text(40, y, f"{model} {number}", 12, bold=True)
            if index == 0:
                page.text(40, y + 14, "Code", 7).text(200, y + 14, "Finish", 7).text(500, y + 14, "EUR", 7)
            for row, finish in enumerate(FINISHES[:2]):
                line = y + 28 + row * 12
                page.text(40, line, f"AB{number}{index}{row}", 8).text(200, line, finish, 8)
                page.text(500, line, f"{120 + row}.50", 8)
    found = catalog.discover()
    assert [one.name for one in found.products] == [f"{model} {number}" for number in range(2) for model in MODELS]
    assert [len(one.variants) for one in found.products] == [2] * 8


def test_lines_with_leaders_in_columns_side_by_side(catalog: Any) -> None:
    page = catalog.page().text(40, 40, "Prices in EUR", 8)
    names = [f"{word} pendant" for word in ("Oslo", "Bergen", "Tana", "Voss", "Alta", "Hamar")]
    for index, name in enumerate(names):
        x, y = 40 + index % 3 * 178, 80 + index // 3 * 150
        page.text(x, y, name, 11, bold=True).text(x, y + 12, "Blown glass, cord of 2 m", 7)
        for row, size in enumerate((25, 35, 50)[: 2 + index % 2]):
            page.text(x, y + 28 + row * 12, f"\u00d8 {size} cm ............... {129 + index * 10 + row * 60},00", 8)
    found = page.discover()
    assert sorted(one.name for one in found.products) == sorted(names)
    first = next(one for one in found.products if one.name == names[0])
    assert [one.price for one in first.variants] == ["129.00", "189.00"]


def test_modules_that_come_back_in_every_family_are_products(catalog: Any) -> None:
    kinds = ["Armchair", "Sofa 2 seater", "Sofa 3 seater"]
    for number in range(3):
        page = catalog.page().text(40, 60, ("Heima", "Strand", "Vind")[number], 26, bold=True)
        for x, label in zip((40, 140, 300, 500), ("Code", "Item", "W x D x H cm", "EUR"), strict=True):
            page.text(x, 100, label, 7, bold=True)
        for row, kind in enumerate(kinds):
            y = 114 + row * 14
            page.text(40, y, f"HS{number}{row}0", 8).text(140, y, kind, 8)
            page.text(300, y, f"{70 + row * 60} x 80 x 75", 8).text(500, y, f"{500 + row * 400}.00", 8)
    found = catalog.discover()
    assert [one.name for one in found.products] == kinds * 3


def test_tariffs_of_freight_under_headings_are_no_forms(catalog: Any) -> None:
    page = catalog.page().text(40, 50, "All amounts in EUR", 8)
    for index, country in enumerate(("Germany", "France", "Italy", "Poland", "Spain")):
        y = 90 + index * 80
        page.text(40, y, country, 12, bold=True)
        for x, label in zip((40, 250, 480), ("Zone", "Delivery time", "EUR per delivery"), strict=True):
            page.text(x, y + 14, label, 7, bold=True)
        for row in range(3):
            line = y + 26 + row * 12
            page.text(40, line, f"Zone {row + 1}", 8).text(250, line, f"{3 + row * 2} working days", 8)
            page.text(500, line, f"{45 + row * 20}.00", 8)
    assert not any(one.variants for one in page.discover().products)


def test_a_heading_s_second_table_under_the_same_head_is_its_own(catalog: Any) -> None:
    page = catalog.page().text(40, 50, "Prices in EUR", 8)
    for index, model in enumerate(MODELS):
        y = 80 + index * 180
        page.text(40, y, model, 13, bold=True)
        for part, name in enumerate(("Wall mounted", "Deck mounted")):
            top = y + 16 + part * 75
            page.text(40, top, name, 8)
            page.text(40, top + 14, "Code", 7).text(200, top + 14, "Finish", 7).text(500, top + 14, "EUR", 7)
            for row, finish in enumerate(FINISHES[:2]):
                line = top + 27 + row * 12
                page.text(40, line, f"AB{index}{part}{row}", 8).text(200, line, finish, 8).text(500, line, "99.50", 8)
    found = page.discover()
    assert [one.name for one in found.products] == MODELS
    assert [one.sku for one in found.products[1].variants] == ["AB100", "AB101", "AB110", "AB111"]


def test_single_rows_far_apart_are_the_facts_of_the_headings_over_them_beside_forms(catalog: Any) -> None:
    page = catalog.page().text(40, 40, "List prices in USD", 8)
    chairs = ["High Task Chair", "Mid Task Chair", "Guest Chair", "Draft Stool"]
    for index, name in enumerate(chairs):
        y = 70 + index * 90
        page.picture(40, y - 10, 70, 70, index).text(130, y, name, 10, bold=True).text(130, y + 11, "Wt 43 lb", 7)
        for row, arms in enumerate(("Armless", "Fixed loop arms")):
            cells = [f"KST-4{index}{row}0", arms, f"6{row}{index}.00", f"7{row}{index}.00", f"8{row}{index}.00"]
            for x, cell in zip((130, 200, 340, 400, 460), cells, strict=True):
                page.text(x, y + 26 + row * 12, cell, 7)
    page = catalog.page()
    tables = [f"{size} {shape} Table" for size in ("Low", "Mid", "High") for shape in ("Round", "Square", "Oval")]
    for index, name in enumerate(tables):
        y = 70 + index * 80
        page.picture(40, y - 10, 60, 60, 10 + index).text(130, y, name, 10, bold=True).text(130, y + 11, "Wt 20 lb", 7)
        page.text(130, y + 26, f"PEL-3{index}0", 7).text(275, y + 26, f"31{index}.00", 7)
    forms = {one.name: [form.sku for form in one.variants] for one in page.discover().products}
    assert {name: forms[name] for name in chairs} == {
        name: [f"KST-4{index}00", f"KST-4{index}10"] for index, name in enumerate(chairs)
    }
    assert set(forms) == {*chairs, *tables}
