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


LAMPS: dict[str, tuple[tuple[str, str], ...]] = {
    "Luma pendant": (("LUM.S25", "Ø 25 H 28 cm"), ("LUM.S40", "Ø 40 H 44 cm")),
    "Luma table": (("LUM.T20", "Ø 20 H 36 cm"),),
    "Luma floor": (("LUM.F30", "Ø 30 H 152 cm"),),
}


def _list_prices(page: Any, rows: list[tuple[str, str, str]]) -> None:
    page.text(40, 60, "Price list", 26)
    for x, label in zip((40, 120, 300, 480), ("Code", "Model", "Size", "EUR"), strict=True):
        page.text(x, 100, label, 8, bold=True)
    for number, (code, name, size) in enumerate(rows):
        for x, cell in zip((40, 120, 300, 480), (code, name, size, f"{42 + number}0,00"), strict=True):
            page.text(x, 120 + number * 18, cell, 8)


def test_listed_codes_of_forms_give_those_their_prices(catalog: Any) -> None:
    page = catalog.page().text(40, 60, "Luma", 26)
    for index, (name, forms) in enumerate(LAMPS.items()):
        x = 40 + index * 175
        page.picture(x, 90, 160, 130, seed=index).text(x, 240, name, 9.5, bold=True)
        for row, (code, size) in enumerate(forms):
            page.text(x, 256 + row * 26, code, 7.4, bold=True).text(x, 267 + row * 26, size, 7.4)
    _list_prices(catalog.page(), [(code, name, size) for name, forms in LAMPS.items() for code, size in forms])
    found = catalog.discover().products
    assert [(one.name, one.sku, one.price, one.pages) for one in found] == [
        ("Luma pendant", None, None, (1, 2)),
        ("Luma table", "LUM.T20", "440.00", (1, 2)),
        ("Luma floor", "LUM.F30", "450.00", (1, 2)),
    ]
    assert [(form.sku, form.price) for form in found[0].variants] == [("LUM.S25", "420.00"), ("LUM.S40", "430.00")]
    assert found[0].currency == "EUR"


def _shown_and_listed(catalog: Any, codes: list[tuple[str, str]]) -> Any:
    """Three lamps, each with a picture and a name alone; `codes` are those of the list's rows, with their names."""
    for index, name in enumerate(LAMPS):
        page = catalog.page().picture(0, 0, 595, 420, index).text(40, 470, name, 26)
        page.text(40, 500, "It brings the calm of the coast home, and lights a whole room.", 10)
    _list_prices(catalog.page(), [(code, name, f"Ø 2{row} H 3{row} cm") for row, (code, name) in enumerate(codes)])
    return catalog.discover().products


def test_listed_rows_of_one_name_are_the_forms_of_what_another_page_shows(catalog: Any) -> None:
    codes = [(code, name) for name, forms in LAMPS.items() for code, _ in forms]
    found = _shown_and_listed(catalog, codes)
    assert [(one.name, one.sku, one.pages) for one in found] == [
        ("Luma pendant", None, (1, 4)),
        ("Luma table", "LUM.T20", (2, 4)),
        ("Luma floor", "LUM.F30", (3, 4)),
    ]
    forms = found[0].variants
    assert [(form.sku, form.price, form.attributes["height"].value) for form in forms] == [
        ("LUM.S25", "420.00", "30"),
        ("LUM.S40", "430.00", "31"),
    ]
    assert not found[0].attributes.keys() & {"height", "diameter"}


def test_listed_rows_of_one_name_with_codes_of_other_kinds_are_other_goods(catalog: Any) -> None:
    codes = [("LUM.S25", "Luma pendant"), ("8-4411", "Luma pendant"), ("LUM.T20", "Luma table")]
    found = _shown_and_listed(catalog, codes)
    assert sorted(one.sku for one in found if one.name == "Luma pendant" and one.sku) == ["8-4411", "LUM.S25"]


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
