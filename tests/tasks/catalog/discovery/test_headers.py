"""Headers of price lists: labels of groups, units, axes in many languages, lists without any label."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.catalog.products import Measure

PLACES = (45, 120, 320, 360, 400, 450, 500, 550)
NAMES = ["Brenta", "Kelmor", "Tessano", "Olvik", "Malaga", "Sorrel"]


def write_list(catalog: Any, letters: str, group: str, unit: str, grades: Any, price: str) -> Any:
    """A list with two lines of labels: the groups in the middle over their columns, then a letter a column."""
    page = catalog.page()
    page.text(360 - len(group) * 2, 100, f"{group} ({unit})", 8, bold=True).text(480, 100, price, 8, bold=True)
    for x, label in zip(PLACES, ("Code", "Description", *letters, *grades), strict=True):
        page.text(x, 114, label, 8, bold=True)
    for index, name in enumerate(NAMES):
        y = 130 + 14 * index
        cells = (f"KM-{410 + index}", f"{name} chair", f"{60 + index}", f"{50 + index}", f"{80 + index}",
                 f"{100 + index}.00", f"{120 + index}.00", f"{140 + index}.00")  # fmt: skip
        for x, cell in zip(PLACES, cells, strict=True):
            page.text(x, y, cell, 8)
    return catalog


@pytest.mark.parametrize(
    ("letters", "group"), [("WDH", "Dimensions"), ("BTH", "Abmessungen"), ("LPH", "Dimensioni"), ("SGW", "Wymiary")]
)
def test_a_group_s_label_gives_its_unit_to_every_axis_and_none_to_the_grades(
    catalog: Any, letters: str, group: str
) -> None:
    found = write_list(catalog, letters, group, "cm", "ABC", "Price EUR").discover().products
    assert [one.name for one in found] == [f"{name} chair" for name in NAMES]
    assert found[1].attributes["width"] == Measure(value="61", unit="cm")
    assert found[1].attributes["depth"] == Measure(value="51", unit="cm")
    assert found[1].attributes["height"] == Measure(value="81", unit="cm")
    assert found[1].prices == {"A": "101.00", "B": "121.00", "C": "141.00"}
    assert found[1].currency == "EUR"


def test_axes_and_roman_grades_side_by_side_are_told_apart(catalog: Any) -> None:
    found = write_list(catalog, "LPA", "Dimensioni", "cm", ("I", "II", "III"), "Prezzo EUR").discover().products
    assert found[1].attributes["height"] == Measure(value="81", unit="cm")
    assert found[1].prices == {"I": "101.00", "II": "121.00", "III": "141.00"}


def test_a_ruled_header_in_two_lines_is_read_line_by_line(catalog: Any) -> None:
    page = catalog.page()
    edges = [45, 110, 230, 270, 310, 350, 420, 490]
    page.text(255, 95, "Dimensions (mm)", 7, bold=True).text(395, 95, "Price GBP", 7, bold=True)
    for x, label in zip(edges, ("Item", "Product", "W", "D", "H", "Oak", "Walnut"), strict=False):
        page.text(x + 4, 108, label, 7, bold=True)
    for edge in edges:
        page.rectangle(edge, 86, edge + 0.1, 112)
    page.rectangle(45, 86, 490, 86.1).rectangle(45, 112, 490, 112.1)
    rows = [
        (f"TR{20 + i}", f"{name} bench", f"{900 + i}", f"{400 + i}", f"{450 + i}", f"{310 + i}", f"{390 + i}")
        for i, name in enumerate(NAMES)
    ]
    page.ruled(rows, edges, 112)
    found = catalog.discover().products
    assert found[2].attributes["depth"] == Measure(value="402", unit="mm")
    assert found[2].prices == {"Oak": "312", "Walnut": "392"}


def test_names_with_leaders_and_prices_need_no_label(catalog: Any) -> None:
    page = catalog.page().text(45, 60, "List Price 2026", 20, bold=True).text(45, 100, "Haven", 11, bold=True)
    for index, name in enumerate(NAMES):
        y = 118 + 15 * index
        page.text(45, y, f"{name} stool", 8.5).text(110, y, "." * 60, 8.5).text(260, y, f"${1 + index},083.95", 8.5)
    found = catalog.discover().products
    assert [(one.name, one.price) for one in found] == [
        (f"{name} stool", f"{1 + index}083.95") for index, name in enumerate(NAMES)
    ]


def test_small_tables_under_several_headings_list_the_variants_of_each(catalog: Any) -> None:
    page = catalog.page()
    for place, name in enumerate(("Elba lamp", "Selene shelf")):
        top = 70 + 370 * place
        page.picture(45, top, 220, 180, seed=place).text(285, top + 20, name, 20, bold=True)
        page.text(285, top + 60, "Material: oak", 9)
        cells = [("Item No.", "Width cm", "Colour", "Price")]
        cells += [
            (f"DK 62{place}{i}", f"{66 + i}", ("oiled", "smoked", "white")[i], f"£{310 + i}.00") for i in range(3)
        ]
        for line, row in enumerate(cells):
            for x, text in zip((45, 150, 260, 380), row, strict=True):
                page.text(x, top + 210 + 14 * line, text, 8, bold=not line)
    found = catalog.discover().products
    assert [one.name for one in found] == ["Elba lamp", "Selene shelf"]
    assert [[variant.sku for variant in one.variants] for one in found] == [
        ["DK 6200", "DK 6201", "DK 6202"], ["DK 6210", "DK 6211", "DK 6212"],
    ]  # fmt: skip
