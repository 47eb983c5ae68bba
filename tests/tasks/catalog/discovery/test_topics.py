"""Pages that look like grids or lists of goods and offer none: tickets, people, care, instructions."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.catalog.discovery.topics import heads_data


@pytest.mark.parametrize(("heading", "goods"), [("Tickets", 0), ("3. Admission", 0), ("Our team", 0), ("Vases", 4)])
def test_a_list_under_a_heading_of_something_else_offers_nothing(catalog: Any, heading: str, goods: int) -> None:
    catalog.page().text(50, 60, heading, 22, bold=True)
    rows = (("Amber", "EUR 24.00"), ("Birch", "EUR 16.00"), ("Cedar", "EUR 79.00"), ("Dune", "EUR 9.50"))
    for row, (name, price) in enumerate(rows):
        catalog.text(50, 110 + 22 * row, name, 11).text(400, 110 + 22 * row, price, 11)
    assert len(catalog.discover().products) == goods


@pytest.mark.parametrize(
    ("line", "goods"), [("Chief executive", 0), ("Photo: A. Meier", 0), ("Geschäftsführer", 0), ("Hand-glazed", 4)]
)
def test_portraits_and_credited_photographs_are_no_swatches(catalog: Any, line: str, goods: int) -> None:
    catalog.page()
    for index, name in enumerate(("Ruth Alder", "Tom Vane", "Nina Okafor", "Lars Juhl")):
        x, y = 50 + index % 2 * 260, 100 + index // 2 * 260
        catalog.picture(x, y, 150, 180, index).text(x, y + 196, name, 12, bold=True).text(x, y + 212, line, 9)
    assert len(catalog.discover().products) == goods


def test_instructions_offer_nothing(catalog: Any) -> None:
    catalog.page().text(50, 80, "Wardrobe Norr", 26, bold=True).text(50, 105, "Assembly instructions", 14)
    catalog.page().text(50, 70, "What is inside", 18, bold=True)
    for row, part in enumerate(("Side panel left", "Side panel right", "Top", "Base", "Back")):
        catalog.text(50, 100 + 24 * row, part, 10).text(330, 100 + 24 * row, f"NR-{1200 + row}", 9)
    found = catalog.discover()
    assert found.products == ()
    assert found.reason


@pytest.mark.parametrize(
    ("heading", "data"),
    [
        ("Formats and technical data", True),
        ("3. Technische Daten", True),
        ("Dati tecnici, imballi", True),
        ("Oak and formats", False),
        ("Oslo", False),
    ],
)
def test_a_heading_of_data_names_no_product(heading: str, data: bool) -> None:
    assert heads_data(heading) is data
