"""How a product of the sample catalog is written down."""

from __future__ import annotations

from typing import NamedTuple

Measure = dict[str, str]
Attributes = dict[str, str | Measure]


class Product(NamedTuple):
    """One product. `lines` is what is printed under a swatch; `rows` the label and value lines of a specification."""

    name: str
    sku: str
    page: int
    collection: str
    category: str
    attributes: Attributes
    picture: str | None = None
    price: str | None = None
    prices: dict[str, str] = {}
    description: str | None = None
    subtitle: str = ""
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()


def mm(value: str) -> Measure:
    return {"value": value, "unit": "mm"}
