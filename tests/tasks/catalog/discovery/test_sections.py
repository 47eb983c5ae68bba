"""Products told in words: specifications, cards, several on a page."""

from __future__ import annotations

from typing import Any

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
    "Onice",
]
SPECIFICATIONS = {
    "en": (
        "Oslo Lounge Chair",
        {
            "Code": "OS-204",
            "Dimensions": "W 80 x D 75 x H 90 cm",
            "Material": "Solid oak, wool",
            "Weight": "18.5 kg",
            "Price": "€ 1,290.00",
        },
    ),
    "de": (
        "Sessel Oslo",
        {
            "Art.-Nr.": "OS-204",
            "Maße": "B 80 x T 75 x H 90 cm",
            "Material": "Eiche massiv",
            "Gewicht": "18,5 kg",
            "Preis": "1.290,00 €",
        },
    ),
    "it": (
        "Poltrona Oslo",
        {
            "Codice": "OS-204",
            "Dimensioni": "L 80 x P 75 x H 90 cm",
            "Materiale": "Rovere massello",
            "Peso": "18,5 kg",
            "Prezzo": "€ 1.290,00",
        },
    ),
    "fr": (
        "Fauteuil Oslo",
        {
            "Réf.": "OS-204",
            "Dimensions": "L 80 x P 75 x H 90 cm",
            "Matière": "Chêne massif",
            "Poids": "18,5 kg",
            "Prix": "1 290,00 €",
        },
    ),
    "el": (
        "Πολυθρόνα Όσλο",
        {
            "Κωδικός": "OS-204",
            "Διαστάσεις": "Π 80 x Β 75 x Υ 90 εκ.",
            "Υλικό": "Μασίφ δρυς",
            "Βάρος": "18,5 κιλά",
            "Τιμή": "1.290,00 €",
        },
    ),
    "ru": (
        "Кресло Осло",
        {
            "Артикул": "OS-204",
            "Размеры": "Ш 80 x Г 75 x В 90 см",
            "Материал": "Массив дуба",
            "Вес": "18,5 кг",
            "Цена": "1 290,00 ₽",
        },
    ),
}


@pytest.mark.parametrize("columns", [False, True])
@pytest.mark.parametrize("language", SPECIFICATIONS)
def test_a_specification_is_read_in_every_language(catalog: Any, language: str, columns: bool) -> None:
    name, fields = SPECIFICATIONS[language]
    (product,) = catalog.page().specification(name, fields, columns=columns).discover().products
    assert (product.name, product.sku, product.price) == (name, "OS-204", "1290.00")
    assert product.attributes["height"] == Measure(value="90", unit="cm")
    assert product.attributes["weight"] == Measure(value="18.5", unit="kg")
    assert product.attributes["material"] == list(fields.values())[2]
    assert [link.reason for link in product.images] == ["only_product_on_page"]


def test_labels_stand_above_their_values(catalog: Any) -> None:
    catalog.page().picture(40, 80, 250, 330).text(320, 100, "Oslo Lounge", 26, bold=True)
    for index, (label, value) in enumerate(
        [("DIMENSIONS", "W 80 x D 75 x H 90 cm"), ("COLOURS", "Grey, Blue, Rust"), ("CODE", "OS-204")]
    ):
        catalog.text(320, 150 + index * 32, label, 7, bold=True).text(320, 162 + index * 32, value, 9)
    (product,) = catalog.discover().products
    assert (product.name, product.sku) == ("Oslo Lounge", "OS-204")
    assert product.attributes["colours"] == ("Grey", "Blue", "Rust")


def test_labels_need_no_colon(catalog: Any) -> None:
    catalog.page().picture(40, 80, 250, 330).text(320, 100, "Botanica", 26, bold=True)
    for index, line in enumerate(["Width 53 cm", "Length 10 m", "Material Non-woven", "Code BT-22", "Price €64.00"]):
        catalog.text(320, 150 + index * 14, line, 9)
    (product,) = catalog.discover().products
    assert (product.sku, product.price) == ("BT-22", "64.00")
    assert product.attributes["width"] == Measure(value="53", unit="cm")
    assert product.attributes["length"] == Measure(value="10", unit="m")


def test_labels_of_the_source_s_own_become_attributes(catalog: Any) -> None:
    fields = {"Code": "KV-3", "Material": "Brass", "Cable length": "2.5 m", "Protection": "IP20"}
    (product,) = catalog.page().specification("Kveld", fields, columns=True).discover().products
    assert product.attributes["cable_length"] == Measure(value="2.5", unit="m")
    assert product.attributes["protection"] == "IP20"


@pytest.mark.parametrize("pictures", [True, False])
def test_cards_in_columns_and_rows_are_products(catalog: Any, pictures: bool) -> None:
    catalog.page()
    for index in range(8):
        x, y = 40 + index % 2 * 270, 60 + index // 2 * 190
        if pictures:
            catalog.picture(x, y, 110, 150, index)
        catalog.text(x + 120, y + 15, STONES[index], 13, bold=True).text(x + 120, y + 32, f"Ref. {5010 + index}", 8)
        catalog.text(x + 120, y + 46, "45 x 50 x 82 cm", 8).text(x + 120, y + 66, f"£{200 + index}.00", 10, bold=True)
    found = catalog.discover().products
    assert [(one.name, one.sku, one.price) for one in found] == [
        (STONES[i], f"{5010 + i}", f"{200 + i}.00") for i in range(8)
    ]
    assert all(len(one.images) == pictures for one in found)


def test_a_chart_of_names_and_codes_needs_no_pictures(catalog: Any) -> None:
    catalog.page()
    for index in range(9):
        x, y = 40 + index % 3 * 180, 100 + index // 3 * 200
        catalog.text(x, y, STONES[index], 10, bold=True).text(x, y + 12, f"NC-{1000 + index}", 8)
    assert [one.sku for one in catalog.discover().products] == [f"NC-{1000 + index}" for index in range(9)]


def test_two_products_share_a_landscape_spread(catalog: Any) -> None:
    catalog.page(842, 595)
    for index, (name, x) in enumerate([("Luna", 40), ("Stella", 460)]):
        catalog.picture(x, 60, 340, 260, index).text(x, 360, name, 24, bold=True)
        catalog.text(x, 385, "A table lamp of blown glass with a brass foot and a linen cord.", 8)
        for line, (label, value) in enumerate(
            [("Code", f"LT-{10 + index}"), ("Dimensions", "Ø 30 x H 45 cm"), ("Material", "Glass")]
        ):
            catalog.text(x, 410 + line * 14, label, 8).text(x + 90, 410 + line * 14, value, 8)
    found = catalog.discover().products
    assert [(one.name, one.sku) for one in found] == [("Luna", "LT-10"), ("Stella", "LT-11")]
    assert [len(one.images) for one in found] == [1, 1]
    assert found[0].images[0].sha256 != found[1].images[0].sha256


def test_a_table_of_sizes_under_a_product_holds_its_variants(catalog: Any) -> None:
    catalog.page().specification("Luna Pendant", {"Material": "Blown glass", "Designer": "A. Rossi"})
    rows = [("LU-10", "Ø 20 cm", "€ 220,00"), ("LU-20", "Ø 30 cm", "€ 320,00"), ("LU-30", "Ø 40 cm", "€ 420,00")]
    catalog.table(("Code", "Size", "Price"), rows, (60, 180, 300), y=500)
    (product,) = catalog.discover().products
    assert product.name == "Luna Pendant"
    assert [(one.sku, one.price) for one in product.variants] == [
        ("LU-10", "220.00"),
        ("LU-20", "320.00"),
        ("LU-30", "420.00"),
    ]


def test_a_product_that_goes_on_overleaf_is_one_product(catalog: Any) -> None:
    catalog.page().text(50, 110, "Indra side table", 26, bold=True)
    for index, line in enumerate(("Item No.: IN-310", "Width: 60 cm", "Depth: 45 cm")):
        catalog.text(50, 160 + 16 * index, line)
    catalog.page().text(50, 90, "Indra side table (continued)", 18, bold=True)
    for index, line in enumerate(("Height: 48 cm", "Material: oak", "Price: £ 310.00")):
        catalog.text(50, 130 + 16 * index, line)
    [found] = catalog.discover().products
    assert (found.name, found.sku, found.price, found.pages) == ("Indra side table", "IN-310", "310.00", (1, 2))


def test_labels_over_their_values_leave_the_heading_the_name(catalog: Any) -> None:
    page = catalog.page().picture(45, 70, 240, 300).text(310, 92, "Lindos", 22, bold=True)
    page.text(310, 120, "Every board is chosen by hand and rests for two", 9)
    page.text(310, 132, "winters before it becomes furniture. Our house", 9).text(310, 144, "has done so for years.", 9)
    fields = {"CODE": "TB-7956", "WIDTH": "42.5 cm", "DEPTH": "67 cm", "MATERIAL": "Velvet", "PRICE": "£ 2,718.50"}
    for index, (label, value) in enumerate(fields.items()):
        page.text(310, 180 + 29 * index, label, 6.5).text(310, 191 + 29 * index, value, 9.5)
    [found] = catalog.discover().products
    assert (found.name, found.sku, found.price) == ("Lindos", "TB-7956", "2718.50")
    assert found.attributes["material"] == "Velvet"
