"""Products shown on one page and told on another: price lists at the end, matrices of models, facing pages."""

from __future__ import annotations

from typing import Any


def test_a_price_list_at_the_end_tells_of_the_products_that_pages_show(catalog: Any) -> None:
    names = ("Capri sofa", "Bali table", "Hampton chair")
    for number, name in enumerate(names):
        catalog.page().picture(0, 0, 595, 420, number).text(40, 470, name, 26)
        catalog.text(40, 500, "It brings the calm of the coast home, and dries within an hour of rain.", 10)
    catalog.page().text(40, 60, "Index & prices", 20)
    for row, name in enumerate(names):
        y = 120 + 24 * row
        catalog.text(40, y, name, 10).text(230, y, f"Art. 4120{row}", 9).text(340, y, f"p. {row + 1}", 9)
        catalog.text(480, y, f"EUR {900 + row}.00", 10)
    found = catalog.discover().products
    assert [(one.name, one.sku, one.price, one.pages) for one in found] == [
        (name, f"4120{row}", f"{900 + row}.00", (row + 1, 4)) for row, name in enumerate(names)
    ]
    assert [len(one.images) for one in found] == [1, 1, 1]
    assert [one.provenance["name"].page for one in found] == [1, 2, 3]


def test_models_across_and_sizes_down_are_variants_of_the_models(catalog: Any) -> None:
    models = ("Dormia Classic", "Aqua Latex", "Visco Soft")
    catalog.page()
    for number, name in enumerate(models):
        y = 60 + 240 * number
        catalog.picture(45, y, 230, 150, number).text(295, y + 16, name, 16, bold=True)
        catalog.text(295, y + 40, "Height: 24 cm", 10).text(295, y + 55, "Core: cold foam", 10)
    catalog.page().text(45, 40, "Price list", 16, bold=True).text(45, 60, "EUR incl. VAT", 8)
    catalog.text(45, 100, "Size (cm)", 9, bold=True)
    for column, name in enumerate(models):
        catalog.text(180 + 130 * column, 100, name, 9, bold=True)
    for row, size in enumerate(("80 x 200", "90 x 200", "140 x 200", "180 x 200")):
        catalog.text(45, 124 + 20 * row, size, 9)
        for column in range(3):
            catalog.text(190 + 130 * column, 124 + 20 * row, f"{300 + 100 * column + 10 * row},-", 9)
    found = catalog.discover().products
    assert [one.name for one in found] == list(models)
    assert [v.price for v in found[1].variants] == ["400", "410", "420", "430"]
    assert found[1].variants[0].name == "80 x 200"
    assert found[1].pages == (1, 2)


def test_a_specification_without_a_name_belongs_to_the_facing_picture(catalog: Any) -> None:
    for number, name in enumerate(("Kontor", "Verto")):
        catalog.page().text(50, 90, name, 40, bold=True).picture(0, 160, 595, 560, number)
        catalog.page().text(50, 70, "Features", 14, bold=True).text(50, 92, "Backrest in breathable mesh", 9)
        catalog.text(50, 150, "Dimensions (mm)", 14, bold=True)
        for row, (label, value) in enumerate((("Width", "640"), ("Depth", "610"), ("Height", "990"))):
            catalog.text(50, 170 + 16 * row, label, 9).text(180, 170 + 16 * row, value, 9)
        catalog.text(50, 250, "Order codes", 14, bold=True)
        for row, option in enumerate(("Without armrests", "With fixed armrests", "With 4D armrests")):
            catalog.text(50, 270 + 18 * row, option, 9).text(330, 270 + 18 * row, f"KTR-{number}1{row}", 9)
    found = catalog.discover().products
    assert [(one.name, one.pages) for one in found] == [("Kontor", (1, 2)), ("Verto", (3, 4))]
    assert [v.sku for v in found[1].variants] == ["KTR-110", "KTR-111", "KTR-112"]
    assert found[0].attributes["width"].unit == "mm"
    assert found[0].images[0].page == 1
