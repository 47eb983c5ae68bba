"""Catalogs that were scanned: what is printed is read as in a document with text."""

from __future__ import annotations

from typing import Any

import pytest

RESOLUTIONS = [150, 200]


@pytest.mark.parametrize("dpi", RESOLUTIONS)
def test_shaded_columns_of_a_scanned_price_list_are_read(catalog: Any, dpi: int) -> None:
    grades = ("A", "AA", "AAA")
    page = catalog.page(612, 792).text(32, 50, "Hadley Teak Price List 2025", 12, bold=True)
    page.shade(275, 60, 450, 330).rectangle(320, 60, 450, 330).text(340, 74, "DEALER PRICE USD", 7, bold=True)
    for x, label in zip((41, 82, 288, 335, 375, 415), ("Item", "Description", "Frame", *grades), strict=True):
        page.text(x, 92, label, 7, bold=True)
    names = ("Dining Side Chair", "Dining Armchair", "Lounge Chair", "Settee", "Sofa", "Ottoman", "Side Table", "Bench")
    for row, name in enumerate(names):
        y = 110 + 14 * row
        page.text(41, y, f"HT{10 + 5 * row:02d}{'*' if row % 2 else ''}", 7).text(82, y, name, 7)
        for x, price in zip((290, 333, 373, 413), (910, 1040, 1175, 1290), strict=True):
            page.text(x, y, str(price + 37 * row), 7)
    found = page.scan(dpi).discover().products
    assert [(one.name, one.sku) for one in found] == [(name, f"HT{10 + 5 * row}") for row, name in enumerate(names)]
    assert [list(one.prices) for one in found] == [["Frame", *grades]] * len(names)
    assert [one.prices["AAA"] for one in found] == [str(1290 + 37 * row) for row in range(len(names))]


@pytest.mark.parametrize("dpi", RESOLUTIONS)
def test_captions_of_several_lines_below_scanned_swatches_are_whole(catalog: Any, dpi: int) -> None:
    names = ["Sunny Mesa honed", "Pearl Gray tumbled", "Coral Rock acid washed", "Milly Brown sanded"]
    page = catalog.page(600, 600)
    for index, name in enumerate(names):
        x, y = 60 + index % 2 * 270, 40 + index // 2 * 280
        first, last = name.rsplit(" ", 1)
        page.picture(x, y, 200, 190, index)
        page.text(x, y + 208, first, 20).text(x, y + 236, last, 20)  # the first line all but touches the picture
    found = page.scan(dpi).discover().products
    assert sorted(one.name for one in found) == sorted(names)
    assert all(one.images for one in found)
