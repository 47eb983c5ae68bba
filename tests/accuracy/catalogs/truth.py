"""What a generated catalog truly holds."""

from __future__ import annotations

from dataclasses import dataclass, field

Rect = tuple[float, float, float, float]


@dataclass
class TrueProduct:
    """A product as a reader would write it down; `picture` is where its image stands on page `picture_page`."""

    name: str
    page: int
    sku: str | None = None
    price: str | None = None
    currency: str | None = None
    prices: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, tuple[str, str | None] | str] = field(default_factory=dict)  # (value, unit) or text
    variants: tuple[str, ...] = ()  # their codes
    variant_prices: list[dict[str, str]] = field(default_factory=list)  # by column; "" for the only price
    picture: Rect | None = None
    picture_page: int = 0


@dataclass
class Made:
    """A catalog: its name, its PDF, and the truth."""

    name: str
    data: bytes
    products: list[TrueProduct]
