"""Tear sheets: one product a page under a large heading, its specification in a column, lists of others beside it."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.catalog.products import Measure

_OVERALL = 'W 31½" D 33" H 30¾"'
_ROWS = (("Seat height", '16½"'), ("Materials", "Solid white oak frame; eight-way"),
         ("", "hand-tied seat; foam cushion"), ("COM", "5½ yds"),
         ("Weight", "58 lb"), ("Lead time", "8-10 weeks"))  # fmt: skip
_FINISHES = ("Natural Oak", "Fumed Oak", "Walnut", "Ebonized")


def _sheet(catalog: Any, name: str, code: str, seed: int, overall: str = _OVERALL) -> Any:
    catalog.page(612, 792).picture(54, 86, 330, 264, seed, kind="JPEG").text(54, 384, name, 24).text(
        54, 399, "Design: A. Vale", 8
    )
    catalog.text(543, 376, "SKU", 6.5, bold=True).text(502, 388, code, 10, bold=True)
    y = 440
    for label, value in (("Overall", overall), *_ROWS):
        y += 14.5 if label else 10
        catalog.text(54, y, label.upper(), 6.5, bold=True).text(148, y, value, 8)
    return catalog.text(342, 455, "FINISH OPTIONS", 6.5, bold=True)


def test_the_page_s_heading_is_the_product_and_no_companion_piece(catalog: Any) -> None:
    for index, (name, code) in enumerate((("Marlow Lounge Chair", "HP-2104-LC"), ("Delphine Sofa", "HP-3310-84"))):
        _sheet(catalog, name, code, index)
        for column, finish in enumerate(_FINISHES):
            catalog.text(342 + 55 * column, 484, finish, 6)
        catalog.text(342, 520, "COMPANION PIECES", 6.5, bold=True).text(342, 532, "Marlow Ottoman, Marlow Settee", 7.5)
    products = catalog.discover().products
    assert [(one.name, one.sku) for one in products] == [
        ("Marlow Lounge Chair", "HP-2104-LC"),
        ("Delphine Sofa", "HP-3310-84"),
    ]
    first = products[0].attributes
    assert first["material"] == "Solid white oak frame; eight-way hand-tied seat; foam cushion"
    assert first["weight"] == Measure(value="58", unit="lb")
    assert first["width"] == Measure(value="31.5", unit="in")
    assert "finish" not in first


def test_a_table_of_sizes_beside_the_specification_holds_the_variants(catalog: Any) -> None:
    _sheet(catalog, "Corbin Dining Table", "HP-5520", 3, "See available sizes").text(
        342, 500, "AVAILABLE SIZES", 6.5, bold=True
    )
    sizes = (("SKU", "W", "D", "H"), ("HP-5520-72", '72"', '38"', '29½"'), ("HP-5520-84", '84"', '40"', '29½"'),
             ("HP-5520-96", '96"', '42"', '29½"'))  # fmt: skip
    for index, row in enumerate(sizes):
        for column, cell in enumerate(row):
            catalog.text(342 + (74, 110, 146)[column - 1] * bool(column), 512 + 11 * index, cell, 7, bold=not index)
    (table,) = catalog.discover().products
    assert (table.name, table.sku) == ("Corbin Dining Table", "HP-5520")
    assert [one.sku for one in table.variants] == ["HP-5520-72", "HP-5520-84", "HP-5520-96"]
    assert table.attributes["height"] == Measure(value="29.5", unit="in")


@pytest.mark.parametrize("facts", [True, False])
def test_patterns_in_their_colours_are_products_of_the_collection(catalog: Any, facts: bool) -> None:
    patterns = ("Larkmead", "Larkmead", "Ottoway Stripe", "Ottoway Stripe", "Bramfield", "Bramfield")
    colours = ("Indigo", "Moss", "Indigo", "Saffron", "Plum", "Duck Egg")
    catalog.page().text(40, 60, "The Larkmead Weaves", 24)
    if facts:
        catalog.text(220, 80, "Composition", 7).text(280, 80, "54% linen, 46% viscose", 7)
        catalog.text(220, 91, "Width", 7).text(280, 91, "140 cm (55 in) usable", 7)
    for index, (pattern, colour) in enumerate(zip(patterns, colours, strict=True)):
        x, y = 40 + 180 * (index % 3), 110 + 220 * (index // 3)
        catalog.picture(x, y, 150, 150, index).text(x, y + 162, pattern, 8, bold=True)
        catalog.text(x, y + 172, colour, 8).text(x, y + 182, f"F22{index // 2}0-0{index % 2 + 1}", 6.5)
    products = catalog.discover().products
    assert [one.name for one in products] == [f"{p} {c}" for p, c in zip(patterns, colours, strict=True)]
    assert [one.sku for one in products] == [f"F22{index // 2}0-0{index % 2 + 1}" for index in range(6)]
    if facts:
        assert [one.attributes["colours"] for one in products] == list(colours)
        assert {one.attributes["material"] for one in products} == {"54% linen, 46% viscose"}
        assert {one.attributes["width"] for one in products} == {Measure(value="140", unit="cm")}
    assert {one.attributes.get("collection") for one in products} == {"The Larkmead Weaves"}


def test_a_picture_that_comes_again_on_companions_cards_is_shown_on_its_own_sheet(catalog: Any) -> None:
    names = ("Wren Wing Chair", "Pell Lounge Chair", "Orrin Ottoman", "Cobb Bench")
    for index, name in enumerate(names):
        _sheet(catalog, name, f"HX-33{index}2", index).text(54, 560, "COMPANION PRODUCTS", 6.5, bold=True)
        for place, other in enumerate(number for number in range(len(names)) if number != index):
            x = 54 + (100 + 12 * index) * place
            catalog.picture(x, 580, 84, 67, other, kind="JPEG").text(x, 658, names[other], 7).text(
                x, 667, f"HX-33{other}2", 7
            )
    products = catalog.discover().products
    assert sorted(one.name for one in products) == sorted(names)
    for one in products:
        assert one.attributes["weight"] == Measure(value="58", unit="lb")
        assert len({link.sha256 for link in one.images}) == 1


def test_a_table_with_a_column_of_pages_is_an_index(catalog: Any) -> None:
    rows = [(name, f"F45{index}1", "140 cm", f"V {index + 3} cm, H 8 cm", str(index + 2)) for index, name in
            enumerate(("Hazel Trellis", "Ashdown Leaf", "Selbourne", "Fernhill Stripe", "Cotter Check"))]  # fmt: skip
    head = ("PATTERN", "NUMBER", "WIDTH", "REPEAT", "PAGE")
    found = (
        catalog.page().text(48, 60, "Patterns of the season", 20).table(head, rows, (48, 189, 290, 351, 499)).discover()
    )
    assert not found.products
    assert found.page_kinds == {1: "index"}
