"""Captioned pictures in rows and columns."""

from __future__ import annotations

from typing import Any

import pytest

STONES = [
    "Carrara", "Nero Marquina", "Verde Alpi", "Calacatta Oro", "Bianco Puro", "Rosso Levanto", "Emperador", "Botticino",
    "Travertino Noce", "Onice Miele", "Grigio Carnico", "Statuario", "Thassos", "Volakas", "Pentelikon", "Kavala Semi",
]  # fmt: skip
GREEK = ["Λευκό Θάσου", "Γκρι Καβάλας", "Κρέμα Ιωαννίνων", "Μαύρο Λέσβου", "Πράσινο Τήνου", "Ροζ Πεντέλης"]
RUSSIAN = ["Кресло Осло", "Стул Берген", "Диван Тромсё", "Стол Ставангер", "Пуф Лофотен", "Комод Альта"]


@pytest.mark.parametrize(
    ("columns", "rows", "side", "font"),
    [
        (3, 2, "below", "helv"),
        (4, 4, "below", "tiro"),
        (3, 3, "above", "tiro"),
        (2, 3, "inside", "helv"),
        (2, 5, "right", "helv"),
        (2, 4, "left", "cour"),
    ],
)
def test_every_captioned_picture_is_a_product(catalog: Any, columns: int, rows: int, side: str, font: str) -> None:
    found = catalog.page().grid(columns, rows, lambda i: [(STONES[i], 10, False)], side=side, font=font).discover()
    assert [one.name for one in found.products] == STONES[: columns * rows]
    assert {one.images[0].reason for one in found.products} == {f"caption_{side}"}
    assert len({one.images[0].sha256 for one in found.products}) == columns * rows
    assert found.page_kinds == {1: "products"}


def test_equal_names_at_different_places_are_different_products(catalog: Any) -> None:
    found = catalog.page().grid(3, 3, lambda i: [("Travertino", 10, False)]).discover()
    assert len(found.products) == 9
    assert len({one.key for one in found.products}) == 9


def test_keys_are_the_same_in_every_run(new_catalog: Any) -> None:
    keys = [
        [one.key for one in new_catalog().page().grid(3, 2, lambda i: [(STONES[i % 3], 10, False)]).discover().products]
        for _ in range(2)
    ]
    assert keys[0] == keys[1]


def test_a_name_runs_over_lines_where_captions_differ_in_length(catalog: Any) -> None:
    names = [
        "Sinai pearl limestone honed",
        "Galala",
        "Milly brown sandblasted",
        "Silvia",
        "Sunny Minya acid washed",
        "Imperial",
    ]
    lines = [
        ["Sinai pearl limestone", "honed"],
        ["Galala"],
        ["Milly brown", "sandblasted"],
        ["Silvia"],
        ["Sunny Minya acid", "washed"],
        ["Imperial"],
    ]
    found = catalog.page().grid(3, 2, lambda i: [(text, 10, False) for text in lines[i]]).discover()
    assert [one.name for one in found.products] == names


def test_lines_that_every_caption_has_are_fields(catalog: Any) -> None:
    found = (
        catalog.page()
        .grid(3, 3, lambda i: [(STONES[i], 9, False), ("Polished", 9, False), ("60 x 120 cm", 9, False)], room=50)
        .discover()
    )
    assert [one.name for one in found.products] == STONES[:9]
    assert {one.attributes["finish"] for one in found.products} == {"Polished"}


@pytest.mark.parametrize(
    ("names", "code", "price", "currency"),
    [
        (STONES, "Art. MB-{}", "€ 1.290,50", "EUR"),
        (GREEK, "Κωδ. {}", "39,90 €", "EUR"),
        (RUSSIAN, "Арт. К-{}", "39 990 ₽", "RUB"),
        (STONES, "Art.-Nr. {}", "CHF 1'290.00", "CHF"),
        (STONES, "SKU: WP-{}", "$1,290.00", "USD"),
    ],
)
def test_captions_carry_codes_and_prices_in_many_languages(
    catalog: Any, names: list[str], code: str, price: str, currency: str
) -> None:
    found = (
        catalog.page()
        .grid(3, 2, lambda i: [(names[i], 11, True), (code.format(3200 + i), 8, False), (price, 8, False)], room=50)
        .discover()
    )
    assert [one.name for one in found.products] == names[:6]
    assert [one.sku for one in found.products] == [code.format(3200 + i).split()[-1] for i in range(6)]
    assert {one.currency for one in found.products} == {currency}
    assert all(one.price for one in found.products)
    assert found.currency == currency


@pytest.mark.parametrize(
    ("caption", "name", "sku"),
    [
        ("MB-{} {}", "Carrara", "MB-204"),
        ("{1} - MB-{0}", "Carrara", "MB-204"),
        ("{1} | MB-{0} | 53 cm x 10 m", "Carrara", "MB-204"),
    ],
)
def test_name_and_code_share_a_line(catalog: Any, caption: str, name: str, sku: str) -> None:
    found = catalog.page().grid(3, 2, lambda i: [(caption.format(204 + i, STONES[i]), 8, False)]).discover()
    assert (found.products[0].name, found.products[0].sku) == (name, sku)
    assert len(found.products) == 6


def test_a_large_heading_over_the_grid_is_the_collection(catalog: Any) -> None:
    catalog.page().text(40, 50, "Mediterraneo", 22, bold=True)
    found = catalog.grid(3, 2, lambda i: [(STONES[i], 10, False), (f"MB-{i + 10}", 8, False)]).discover()
    assert {one.attributes["collection"] for one in found.products} == {"Mediterraneo"}


def test_every_field_says_where_it_was_read(catalog: Any) -> None:
    found = (
        catalog.page()
        .grid(2, 2, lambda i: [(STONES[i], 11, True), (f"MB-{i + 10}", 8, False), ("60 x 60 cm", 8, False)], room=60)
        .discover()
    )
    for product in found.products:
        for field in ("name", "sku", "width", "length"):
            place = product.provenance[field]
            assert place.source == "catalog.pdf"
            assert place.page == 1
            assert place.bbox is not None
            assert place.bbox.area > 0


def test_swatches_beside_a_documented_product_are_its_variants(catalog: Any) -> None:
    catalog.page().specification(
        "Luna Pendant", {"Code": "LU-10", "Dimensions": "Ø 40 x H 35 cm", "Material": "Blown glass", "Price": "€ 420"}
    )
    for index, colour in enumerate(["Amber", "Smoke", "Opal", "Green"]):
        catalog.picture(40 + index * 70, 500, 55, 55, 10 + index).text(40 + index * 70, 568, colour, 8)
    (product,) = catalog.discover().products
    assert product.name == "Luna Pendant"
    assert [variant.name for variant in product.variants] == ["Amber", "Smoke", "Opal", "Green"]


def test_a_rotated_page_is_read_as_displayed(catalog: Any) -> None:
    catalog.page().grid(3, 2, lambda i: [(STONES[i], 10, False), (f"MB-{i + 10}", 8, False)]).rotate(90)
    assert len(catalog.discover().products) == 6


@pytest.mark.parametrize("code", ["ST-71001{}", "GRN 20{}-A", "LX4{}0"])
def test_a_code_beside_a_size_is_the_code(catalog: Any, code: str) -> None:
    def lines(index: int) -> list[tuple[str, float, bool]]:
        return [(STONES[index], 11, True), (f"{code.format(index).replace(' ', '-')}   60 x 60 cm", 9, False)]

    found = catalog.page().grid(3, 2, lines).discover()
    assert [one.sku for one in found.products] == [code.format(index).replace(" ", "-") for index in range(6)]
    assert all(one.attributes["width"].value == "60" for one in found.products)


def test_plain_numbers_in_every_caption_are_the_codes(catalog: Any) -> None:
    catalog.page().grid(3, 3, lambda i: ((f"{STONE_NAMES[i]}", 9, True), (f"{6326 + 17 * i}", 7, False)))
    found = catalog.discover().products
    assert [one.sku for one in found] == [str(6326 + 17 * i) for i in range(9)]


def test_the_same_year_in_every_caption_is_no_code(catalog: Any) -> None:
    catalog.page().grid(3, 3, lambda i: ((f"{STONE_NAMES[i]}", 9, True), ("2026", 7, False)))
    assert all(one.sku is None for one in catalog.discover().products)


STONE_NAMES = ["Carrara", "Nero", "Verde", "Calacatta", "Bianco", "Rosso", "Emperador", "Botticino", "Onice"]


def test_each_heading_names_the_collection_of_the_pictures_under_it(catalog: Any) -> None:
    page = catalog.page()
    for row, collection in enumerate(("Alba", "Brenta", "Corvo")):
        y = 60 + 245 * row
        page.text(45, y, collection, 16, bold=True).text(45, y + 15, "Marble, polished", 13)
        for column in range(3):
            x = 45 + 170 * column
            page.picture(x, y + 28, 150, 150, seed=3 * row + column)
            page.text(x, y + 192, STONES[3 * row + column], 8).text(x, y + 202, f"SX-{100 + 3 * row + column}", 7)
    found = page.discover().products
    assert [one.attributes["collection"] for one in found] == ["Alba"] * 3 + ["Brenta"] * 3 + ["Corvo"] * 3


@pytest.mark.parametrize(("code", "price"), [("KR {}", "${}.50"), ("VK {}", "€ {},50")])
def test_a_code_whose_letters_are_also_a_currency_or_label_is_a_code(catalog: Any, code: str, price: str) -> None:
    found = (
        catalog.page()
        .grid(
            3, 2, lambda i: [(STONES[i], 10, True), (code.format(4100 + i), 8, False), (price.format(60 + i), 8, False)]
        )
        .discover()
    )
    assert [one.sku for one in found.products] == [code.format(4100 + i) for i in range(6)]
    assert [one.price for one in found.products] == [f"{60 + i}.50" for i in range(6)]
