"""Articles in lines of text, and products that stand side by side in columns."""

from __future__ import annotations

from typing import Any

from tasks.catalog.products import Measure

ARTICLES = ["Screw set, 12 pcs, £4.50", "Wall bracket, £12.90", "Felt gliders, 4 pcs, £3.00", "Raccord, £7.20"]


def test_a_line_is_an_article(catalog: Any) -> None:
    catalog.page().text(45, 60, "Accessories", 18, bold=True)
    for index, text in enumerate(ARTICLES):
        catalog.text(45, 100 + 15 * index, f"Art. {3965 + 111 * index} {text}", 9.5)
    products = catalog.discover().products
    assert [(one.sku, one.name, one.price) for one in products] == [
        ("3965", "Screw set, 12 pcs", "4.50"),
        ("4076", "Wall bracket", "12.90"),
        ("4187", "Felt gliders, 4 pcs", "3.00"),
        ("4298", "Raccord", "7.20"),
    ]
    assert {one.currency for one in products} == {"GBP"}


def test_fewer_lines_than_three_are_no_list(catalog: Any) -> None:
    catalog.page().text(45, 60, "Our house", 18, bold=True).prose(20)
    catalog.text(45, 500, f"Art. 3965 {ARTICLES[0]}", 9.5).text(45, 515, f"Art. 4076 {ARTICLES[1]}", 9.5)
    assert not [one for one in catalog.discover().products if one.sku == "4076"]


def test_sentences_that_begin_with_codes_are_no_articles(catalog: Any) -> None:
    catalog.page()
    for index in range(4):
        text = f"EN {1021 + index} asks the maker to show, at his own cost, that covers of £20.00 do not burn for long."
        catalog.text(45, 100 + 15 * index, text, 9.5)
    assert catalog.discover().products == ()


def test_codes_side_by_side_are_no_line(catalog: Any) -> None:
    catalog.page()
    for index, name in enumerate(
        ("Grove sofa", "Wexford ottoman", "Tundra bench", "Nomad stool", "Ostro bed", "Elba rug")
    ):
        x, y = 45 + index % 2 * 265, 60 + index // 2 * 245
        catalog.picture(x, y, 235, 140, index).text(x, y + 155, name, 12, bold=True)
        catalog.text(x, y + 172, f"Item BR{1130 + 87 * index}.29", 8).text(x, y + 186, f"${210 + index}.00", 9)
    products = catalog.discover().products
    assert [(one.name, one.sku) for one in products][:2] == [
        ("Grove sofa", "BR1130.29"),
        ("Wexford ottoman", "BR1217.29"),
    ]
    assert len(products) == 6


def _columns(catalog: Any, names: tuple[str, ...], labels: tuple[str, ...], pictures: int = 3) -> Any:
    catalog.page().text(45, 60, "Harrow", 20, bold=True)
    values = {
        labels[0]: [f"MV-{6030 + 7 * index}" for index in range(len(names))],
        labels[1]: [str(60 + 5 * index) for index in range(len(names))],
        labels[2]: [str(90 + 5 * index) for index in range(len(names))],
        labels[3]: [f"€ {410 + 15 * index},00" for index in range(len(names))],
    }
    for index, name in enumerate(names):
        catalog.text(150 + 120 * index, 226, name, 10, bold=True)
        if index < pictures:
            catalog.picture(150 + 120 * index, 100, 100, 110, index)
    for row, (label, texts) in enumerate(values.items()):
        catalog.text(45, 246 + 16 * row, label, 8.5)
        for index, text in enumerate(texts):
            catalog.text(150 + 120 * index, 246 + 16 * row, text, 8.5, width=80)
    return catalog


def test_columns_of_a_table_with_labels_in_front_are_products(catalog: Any) -> None:
    labels = ("Référence", "Largeur (cm)", "Hauteur (cm)", "Prix")
    products = _columns(catalog, ("Pavane", "Kobe", "Elba"), labels).discover().products
    assert [(one.name, one.sku, one.price) for one in products] == [
        ("Pavane", "MV-6030", "410.00"), ("Kobe", "MV-6037", "425.00"), ("Elba", "MV-6044", "440.00")
    ]  # fmt: skip
    assert products[1].attributes["width"] == Measure(value="65", unit="cm")
    assert products[2].attributes["height"] == Measure(value="100", unit="cm")
    assert {one.attributes["collection"] for one in products} == {"Harrow"}
    assert all(len(one.images) == 1 for one in products)


def test_columns_named_by_material_are_variants_of_the_heading(catalog: Any) -> None:
    labels = ("Référence", "Largeur (cm)", "Hauteur (cm)", "Prix")
    (product,) = _columns(catalog, ("Chêne", "Noyer"), labels, pictures=1).discover().products
    assert (product.name, [v.sku for v in product.variants]) == ("Harrow", ["MV-6030", "MV-6037"])
