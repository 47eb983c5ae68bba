"""Cards in columns that look like a table, designs over the cards of their colourways, and offers of leaflets."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.catalog.discovery.bare_prices import read_bare_amount
from tasks.catalog.discovery.context import Context

PARTS = ["Havno frame", "Havno corner unit", "Kompis shelf", "Kompis drawer", "Kompis rail", "Skymt light"]
COLOURS = ["Oatmeal", "Sage", "Plaster Pink", "Tobacco"]


def test_cards_with_prices_flush_right_are_no_table(catalog: Any) -> None:
    page = catalog.page()
    for index, name in enumerate(PARTS):
        x, y = 37 + index % 3 * 180, 100 + index // 3 * 75
        page.picture(x, y, 57, 62, seed=index).text(x + 62, y + 8, name, 7.4, bold=True)
        page.text(x + 62, y + 17, "White", 7.4).text(x + 62, y + 26, "60×37×228 cm", 7.4)
        page.text(x + 62, y + 38, f"{index + 2}04.581.{index + 13}", 7.4).text(x + 148, y + 40, f"£{75 + index}", 8.6)
    found = page.discover().products
    assert [one.name for one in found] == PARTS
    assert [one.sku for one in found] == [f"{index + 2}04.581.{index + 13}" for index in range(6)]
    assert [one.price for one in found] == [str(75 + index) for index in range(6)]
    assert all(len(one.images) == 1 for one in found)


def _design(catalog: Any, y: float, name: str, prices: list[str], start: int) -> None:
    catalog.text(34, y, name, 19).text(34, y + 20, "Small birds among brambles.", 9)
    for index, (label, value) in enumerate(
        [("Pattern repeat", "64 cm, half drop"), ("Composition", "Non-woven"), ("Fire rating", "Euroclass B")]
    ):
        catalog.text(288, y + 20 + index * 15, label, 8).text(378, y + 20 + index * 15, value, 8)
    for index, price in enumerate(prices):
        x = 34 + index * 107
        catalog.picture(x, y + 80, 100, 100, seed=start + index).text(x, y + 192, COLOURS[index], 8.4, bold=True)
        catalog.text(x, y + 203, f"HV2-{start}{index}1", 7.6).text(x, y + 215, price, 9)
        catalog.text(x + 28, y + 230, "Add to my samples", 7)


def test_cards_of_one_price_under_a_documented_heading_are_its_colourways(catalog: Any) -> None:
    page = catalog.page()
    _design(page, 60, "Hedge Trail", ["£98.00"] * 4, 14)
    _design(page, 400, "Wren Bramble", ["£112.00"] * 3, 24)
    found = page.discover().products
    assert [(one.name, one.price, len(one.variants)) for one in found] == [
        ("Hedge Trail", "98.00", 4),
        ("Wren Bramble", "112.00", 3),
    ]
    assert [(one.sku, one.name) for one in found[1].variants] == [
        ("HV2-2401", "Oatmeal"), ("HV2-2411", "Sage"), ("HV2-2421", "Plaster Pink"),
    ]  # fmt: skip
    assert [len(one.images) for one in found] == [4, 3]


def test_cards_of_several_prices_are_products(catalog: Any) -> None:
    page = catalog.page()
    _design(page, 60, "Hedge Trail", ["£98.00", "£45.00", "£12.00", "£9.00"], 14)
    assert [one.name for one in page.discover().products] == COLOURS


def test_offers_with_a_price_tag_need_no_picture(catalog: Any) -> None:
    page = catalog.page().picture(0, 140, 595, 320)
    for x, y, name, before, price in [
        (28, 500, "Loungeset Marvao", "1399,-", "979,-"),
        (334, 520, "Zweefparasol Bastia", "219,-", "149,-"),
        (334, 660, "Sierpot Olbia", None, "24,95"),
    ]:
        page.text(x, y, name, 15, bold=True).text(x, y + 13, "aluminium frame, antraciet", 8)
        if before:
            page.text(x + 6, y + 26, before, 9)
        page.text(x + 6, y + 50, price, 27, bold=True)
    found = {one.name: (one.price, one.list_price) for one in page.discover().products}
    assert found == {
        "Loungeset Marvao": ("979", "1399"), "Zweefparasol Bastia": ("149", "219"), "Sierpot Olbia": ("24.95", None),
    }  # fmt: skip


@pytest.mark.parametrize(("text", "amount"), [("204.581.13", None), ("1.299,-", "1299"), ("24.⁹⁵", "24.95")])
def test_a_number_in_parts_is_no_amount(text: str, amount: str | None) -> None:
    context = Context("x.pdf", ",", "USD", "EUR", None, 9.0)
    assert read_bare_amount(text, context) == amount
