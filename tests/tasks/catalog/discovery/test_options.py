"""Forms of one product: lines of finishes with codes, of sizes with prices, small tables under headings."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.catalog.discovery.options import is_form, share_stem

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
