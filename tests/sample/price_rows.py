"""The price list of the sample catalog: its rows as printed, and the products that they describe."""

from __future__ import annotations

from typing import NamedTuple

from records import Product, mm

PRICE_COLUMNS = ("Oak", "Walnut", "Black ash")


class PriceRow(NamedTuple):
    """One line of the price list, as printed. `mark` is the footnote sign behind the code; prices may be a dash."""

    group: str
    category: str
    code: str
    mark: str
    text: str
    size: tuple[str, str, str]
    prices: tuple[str, str, str]


PRICE_ROWS = (
    PriceRow(
        "Näve · seating",
        "Furniture > Chairs",
        "NVE-310",
        "",
        "Näve dining chair",
        ("470", "525,5", "785"),
        ("420,00", "485,00", "445,00"),
    ),
    PriceRow(
        "Näve · seating",
        "Furniture > Chairs",
        "NVE-320",
        "†",
        "Näve bar chair",
        ("455", "510", "1040"),
        ("510,00", "575,00", "–"),
    ),
    PriceRow(
        "Näve · seating",
        "Furniture > Armchairs",
        "NVE-330",
        "",
        "Näve lounge chair",
        ("770", "820", "865,5"),
        ("1.180,00", "1.345,00", "1.220,00"),
    ),
    PriceRow(
        "Rinnsal · storage",
        "Furniture > Sideboards",
        "RNS-610",
        "",
        "Rinnsal sideboard, 3 doors",
        ("1800", "460", "740"),
        ("2.360,00", "2.790,00", "2.440,00"),
    ),
    PriceRow(
        "Rinnsal · storage",
        "Furniture > Sideboards",
        "RNS-620",
        "†",
        "Rinnsal highboard, 2 doors",
        ("1200", "460", "1265"),
        ("2.120,00", "2.515,00", "–"),
    ),
    PriceRow(
        "Skarv · small tables",
        "Furniture > Coffee tables",
        "SKV-710",
        "",
        "Skarv coffee table",
        ("900", "600", "382,5"),
        ("690,00", "815,00", "720,00"),
    ),
    PriceRow(
        "Skarv · small tables",
        "Furniture > Console tables",
        "SKV-720",
        "‡",
        "Skarv console table",
        ("1100", "340", "760"),
        ("780,00", "905,00", "810,00"),
    ),
)

PRICE_PICTURED = {"NVE-310": "chair_portrait", "NVE-330": "armchair_portrait"}
PRICE_NOTES = (
    "† Made to order, delivery in eight weeks.   ‡ Supplied with wall fixing.   – Not available.",
    "Recommended retail prices in euro including VAT, free to the door within the EU. W × D × H in millimetres.",
)


def to_decimal(printed: str) -> str:
    """'1.180,00' as '1180.00'."""
    return printed.replace(".", "").replace(",", ".")


def list_product(row: PriceRow) -> Product:
    """The product that a row of the price list describes."""
    width, depth, height = (mm(to_decimal(value)) for value in row.size)
    prices = {label: to_decimal(price) for label, price in zip(PRICE_COLUMNS, row.prices, strict=True) if price != "–"}
    return Product(
        row.text,
        row.code,
        10,
        row.group.split(" · ")[0],
        row.category,
        {"width": width, "depth": depth, "height": height},
        PRICE_PICTURED.get(row.code),
        None,
        prices,
    )
