"""Forms of one product: lines of finishes with codes, of sizes with prices, small tables under headings."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.catalog.discovery.options import is_form, share_stem
from tasks.catalog.products import Measure

SIZES = [("140 x 200 cm", "£420.00"), ("170 x 240 cm", "£690.00"), ("200 x 300 cm", "£980.00")]


def test_sizes_with_prices_are_the_product_s_variants(catalog: Any) -> None:
    catalog.page()
    for place, name in enumerate(("Ostro", "Brenta")):
        top = 60 + 380 * place
        catalog.picture(45, top, 230, 310, place).text(300, top + 18, name, 18, bold=True)
        for index, (size, price) in enumerate(SIZES):
            catalog.text(300, top + 66 + 15 * index, size).text(495, top + 66 + 15 * index, price)
    products = catalog.discover().products
    assert [one.name for one in products] == ["Ostro", "Brenta"]
    assert [[(v.name, v.price) for v in one.variants] for one in products] == [
        [("140 x 200 cm", "420.00"), ("170 x 240 cm", "690.00"), ("200 x 300 cm", "980.00")]
    ] * 2
    assert {one.currency for one in products} == {"GBP"}
    assert products[0].provenance["variants.2"].page == 1


def test_finishes_with_codes_are_the_product_s_variants(catalog: Any) -> None:
    catalog.page().picture(45, 116, 320, 320).text(45, 80, "Calypso", 28, bold=True)
    for index, (label, value) in enumerate([("Diameter", "45 cm"), ("Weight", "3 kg"), ("Material", "Steel")]):
        catalog.text(45, 470 + 14 * index, label).text(160, 470 + 14 * index, value)
    for index, (finish, code) in enumerate(
        [("Deep sea", "KN-4721.DS"), ("White", "KN-4721.WH"), ("Rust", "KN-4721.RU")]
    ):
        catalog.text(68, 590 + 20 * index, finish).text(220, 590 + 20 * index, code)
    (product,) = catalog.discover().products
    assert (product.name, product.sku) == ("Calypso", None)
    assert [(v.name, v.sku) for v in product.variants] == [
        ("Deep sea", "KN-4721.DS"), ("White", "KN-4721.WH"), ("Rust", "KN-4721.RU")
    ]  # fmt: skip


def test_rows_of_finishes_under_each_heading_are_variants(catalog: Any) -> None:
    catalog.page().text(45, 50, "Brassware", 20, bold=True)
    for place, name in enumerate(("Fjorda mixer", "Ostro shower", "Zephyr spout")):
        top = 90 + 180 * place
        catalog.picture(45, top, 130, 130, place).text(200, top + 12, name, 12, bold=True)
        for index, finish in enumerate(("Chromium", "Nickel brushed", "Night")):
            y = top + 44 + 14 * index
            catalog.text(200, y, f"FX-{4101 + 100 * place + index}", 8.5).text(300, y, finish, 8.5)
            catalog.text(500, y, f"£{120 + 40 * index + place}.00", 8.5)
    products = catalog.discover().products
    assert [one.name for one in products] == ["Fjorda mixer", "Ostro shower", "Zephyr spout"]
    assert [[v.sku for v in one.variants] for one in products][1] == ["FX-4201", "FX-4202", "FX-4203"]
    assert [v.name for v in products[2].variants] == ["Chromium", "Nickel brushed", "Night"]
    assert [len(one.images) for one in products] == [1, 1, 1]


def test_rows_with_names_of_their_own_stay_products(catalog: Any) -> None:
    catalog.page().text(45, 50, "Brassware", 20, bold=True).picture(45, 90, 130, 130)
    for index, name in enumerate(("Fjorda mixer", "Ostro shower", "Zephyr spout", "Corvo rail")):
        y = 260 + 16 * index
        catalog.text(45, y, f"FX-{4101 + 37 * index}").text(150, y, name).text(480, y, f"£{120 + 40 * index}.00")
    assert [one.name for one in catalog.discover().products] == [
        "Fjorda mixer", "Ostro shower", "Zephyr spout", "Corvo rail"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "shared"),
    [
        (["6681-53.CR", "6681-53.NI"], True),
        (["LX-1020.BK", "LX-1020.WH", "LX-1020.RU"], True),
        (["AB-1234", "AB-1245"], False),
        (["LX-1020.BK", "LX-1021.BK"], False),
        (["LX-1020.BK", "LX-1020.BK"], False),
    ],
)
def test_codes_of_one_product_differ_in_their_last_part(codes: list[str], shared: bool) -> None:
    assert share_stem(codes) is shared


def test_a_form_is_a_finish_a_material_or_a_size() -> None:
    assert [is_form(name) for name in ("Oak, oiled", "polished", "60 x 60 cm", "Oslo", "Oak chair")] == [
        True, True, True, False, False
    ]  # fmt: skip


def test_sizes_side_by_side_over_their_prices_are_variants(catalog: Any) -> None:
    catalog.page()
    for place, name in enumerate(("Old Harbour", "Tidal")):
        x = 50 + 260 * place
        catalog.text(x, 70, name, 14).picture(x, 80, 235, 250, place)
        for column, (size, price) in enumerate(SIZES):
            catalog.text(x + 70 * column, 350, size.removesuffix(" cm"), 7).text(x + 70 * column, 361, price, 8)
    products = catalog.discover().products
    assert [one.name for one in products] == ["Old Harbour", "Tidal"]
    assert [[v.price for v in one.variants] for one in products] == [["420.00", "690.00", "980.00"]] * 2


def test_codes_by_size_and_finish_are_variants(catalog: Any) -> None:
    catalog.page()
    for place, name in enumerate(("Arc Bar", "Knurled Pull")):
        y = 60 + 245 * place
        catalog.picture(45, y, 170, 190, place).text(235, y + 16, name, 15, bold=True).text(235, y + 60, "Centres", 8)
        for column, finish in enumerate(("Brass", "Nickel")):
            catalog.text(310 + 90 * column, y + 60, finish, 8)
            for row, centre in enumerate((96, 128, 160)):
                catalog.text(310 + 90 * column, y + 78 + 18 * row, f"H{place}07.{centre}.{finish[:2].upper()}", 8)
        for row, centre in enumerate((96, 128, 160)):
            catalog.text(235, y + 78 + 18 * row, f"{centre} mm", 8)
    first = catalog.discover().products[0]
    assert {v.sku for v in first.variants} == {f"H007.{c}.{f}" for c in (96, 128, 160) for f in ("BR", "NI")}
    assert first.variants[0].name == "Brass, 96 mm"


def _lamp(page: Any, name: str, x: float, y: float, stem: str) -> None:
    """A name, a drawing's room, labels, and under each size codes with the number of a finish."""
    page.text(x, y, name, 30).text(x, y + 40, "Marta Quiles, 2016", 8)
    for index, (label, value) in enumerate((("Material", "Glazed stoneware"), ("IP", "20"), ("Net weight", "1.4 kg"))):
        page.text(x, y + 150 + index * 10, label, 7.2).text(x + 55, y + 150 + index * 10, value, 7.2)
    for number, size in enumerate((22, 35)):
        top = y + 200 + 50 * number
        page.text(x, top, f"{name} {size} Ø {size} × D {size / 2:g} cm", 7.2, bold=True)
        for line, (finish, colour) in enumerate((("11", "Chalk"), ("64", "Iron"), ("70", "Sea green"))[: 2 + number]):
            page.text(x, top + 14 + 9 * line, f"{stem}-0{size} {finish}", 7.2).text(
                x + 55, top + 14 + 9 * line, colour, 7.2
            )


def test_codes_with_the_number_of_a_finish_are_forms_in_each_size_below_a_drawing(catalog: Any) -> None:
    page = catalog.page().picture(40, 40, 230, 330, 1).picture(325, 420, 230, 330, 2)
    _lamp(page, "Tramuntana", 298, 60, "A733")
    _lamp(page, "Onda", 40, 440, "A688")
    found = {one.name: one for one in page.discover().products}
    assert list(found) == ["Tramuntana", "Onda"]
    forms = found["Tramuntana"].variants
    assert [form.sku for form in forms] == ["A733-022 11", "A733-022 64", "A733-035 11", "A733-035 64", "A733-035 70"]
    assert [form.name for form in forms] == ["Chalk", "Iron", "Chalk", "Iron", "Sea green"]
    assert forms[2].attributes["diameter"] == Measure(value="35", unit="cm")
    assert found["Onda"].attributes["material"] == "Glazed stoneware"


def test_text_beside_a_column_of_codes_does_not_part_its_forms(catalog: Any) -> None:
    page = catalog.page().picture(0, 0, 595, 400, 1).text(40, 445, "Ondina", 40)
    for line in range(12):
        page.text(40, 480 + 11 * line, "A single sheet of spun aluminium turned", 8.2)
    page.text(402, 450, "Ø 25 × H 14 cm", 7.2, bold=True)
    codes = [f"A701-025 {number}" for number in (11, 39, 88, 90)]
    for line, (code, colour) in enumerate(zip(codes, ("Chalk", "Terracotta", "Graphite", "Amber"), strict=True)):
        page.text(402, 464 + 9 * line, code, 7.2).text(455, 464 + 9 * line, colour, 7.2)
    [one] = page.discover().products
    assert [form.sku for form in one.variants] == codes
