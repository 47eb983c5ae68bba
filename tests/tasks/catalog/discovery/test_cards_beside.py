"""Cards beside other things: prices said once, tables above, text in the margin, pictures in rows."""

from __future__ import annotations

from typing import Any

import pytest

_NAMES = ("Alba", "Brenta", "Corvo", "Dorsale")


@pytest.mark.parametrize("line", ["All designs: £32.90", "Alle Dekore: £32.90", "£32.90 / m²"])
def test_one_price_over_the_cards_is_that_of_each(catalog: Any, line: str) -> None:
    catalog.page().text(40, 50, "Lumen", 22, bold=True).text(40, 70, line, 10, bold=True)
    catalog.grid(2, 2, lambda index: [(_NAMES[index], 10, True), (f"LU-{1280 + 7 * index}", 7, False)])
    products = catalog.discover().products
    assert [(one.name, one.price, one.currency) for one in products] == [(name, "32.90", "GBP") for name in _NAMES]


def test_cards_with_codes_stand_below_a_price_table(catalog: Any) -> None:
    rows = [(f"KL-20{i}", name, f"{100 + i}.00") for i, name in enumerate(("Oslo chair", "Oslo bench", "Oslo table"))]
    catalog.page().text(40, 50, "Oslo", 20, bold=True).table(("Code", "Name", "Price €"), rows, (40, 120, 400), y=80)
    catalog.text(40, 250, "Lumen", 20, bold=True)
    for index, name in enumerate(_NAMES):
        x = 40 + 130 * index
        catalog.picture(x, 280, 110, 120, index).text(x, 412, name, 10, bold=True).text(x, 423, f"LU-128{index}", 7)
    products = catalog.discover().products
    assert {one.name for one in products} == {*_NAMES, "Oslo chair", "Oslo bench", "Oslo table"}
    assert {one.attributes.get("collection") for one in products if one.name in _NAMES} == {"Lumen"}


def test_running_text_beside_a_table_is_no_column(catalog: Any) -> None:
    rows = [(name, f"FS 440{i}", f"£{219 + i}.00", f"£{129 + i}.00") for i, name in enumerate(_NAMES)]
    catalog.page().table(("Decor", "Code", "Worktop", "Splashback"), rows, (40, 130, 220, 300), y=108)
    catalog.text(400, 96, "Good to know", 12, bold=True)
    told = (
        "One 3 m strip (3000 x 45 x 1) is",
        "included with each worktop; two",
        "with each bar. Stocked decors take",
        "3-5 working days, others take 10.",
        "A 600 worktop weighs about 47 kg:",
        "always lift with two persons.",
    )
    for line, text in enumerate(told):
        catalog.text(400, 111.5 + 9 * line, text, 7.5)
    products = catalog.discover().products
    assert [one.prices for one in products][:1] == [{"Worktop": "219.00", "Splashback": "129.00"}]
    assert len(products) == 4


def test_captions_below_pictures_in_rows_are_told_from_those_of_the_row_above(catalog: Any) -> None:
    rows = [(f"CX-11{i}", f"Roble {name}", f"{80 + i}.50") for i, name in enumerate(_NAMES)]
    catalog.page().table(("Ref.", "Design", "Price €"), rows, (40, 120, 400), y=80)
    for index, name in enumerate(_NAMES):
        x, y = 40 + 260 * (index % 2), 200 + 118 * (index // 2)
        catalog.picture(x, y, 240, 100, index).text(x, y + 110, f"Roble {name}", 7)
    products = catalog.discover().products
    assert len(products) == 4
    assert all(len(one.images) == 1 for one in products)
    assert len({link.sha256 for one in products for link in one.images}) == 4


def test_the_collection_is_named_without_its_article(catalog: Any) -> None:
    catalog.page().text(40, 60, "The Fellside Collection", 22)
    catalog.grid(2, 2, lambda index: [(_NAMES[index], 10, True), (f"FS-44{index}0", 7, False)])
    assert {one.attributes["collection"] for one in catalog.discover().products} == {"Fellside"}


def test_one_picture_may_stand_in_the_rows_of_several_products(catalog: Any) -> None:
    rows = [(f"JD 50{i}", f"Chair {name}", f"{80 + i}.50") for i, name in enumerate(("Ada", "Bea", "Cleo", "Dana"))]
    catalog.page().text(120, 80, "Code", 8, bold=True).text(200, 80, "Name", 8, bold=True)
    catalog.text(420, 80, "Price €", 8, bold=True)
    for index, (code, name, price) in enumerate(rows):
        y = 100 + 60 * index
        catalog.picture(40, y, 60, 50, seed=7).text(120, y + 25, code, 8).text(200, y + 25, name, 8)
        catalog.text(420, y + 25, price, 8)
    products = catalog.discover().products
    assert [(one.sku, len(one.images)) for one in products] == [(row[0], 1) for row in rows]
