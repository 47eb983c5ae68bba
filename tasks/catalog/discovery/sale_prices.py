"""Two prices of one product on one line: what it costs now, and what it did before."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.context import Context
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import is_price_line
from tasks.catalog.prices import find_prices

_SPAN_MARKS = ("-", "–", "—", "to", "bis", "/")  # between the ends of a range, or between two units
_MAX_GAP_SIZES = 8.0  # of the type size, between the pieces of the line


_DISPLAY_RATIO = 1.2  # the type of what it costs now against that of any other price


class SalePrice(NamedTuple):
    """What it costs now, what it did before, and where both stand."""

    price: str
    list_price: str
    currency: str | None
    box: Box


def find_sale_price(row: Sequence[Segment], context: Context) -> SalePrice | None:
    """The pair that a visual row holds beside words like "now" and "was"; None for ranges and for anything else.

    "£165.00 Now £129.00", "statt 499 € 399 €", "Regular price $69 Sale price $49": whichever comes first.
    """
    pieces = [one for one in row if any(char.isalnum() for char in one.text)]
    priced = [one for one in pieces if is_price_line(one.text)]
    if not priced or any(two.box.x0 - one.box.x1 > _MAX_GAP_SIZES * one.size for one, two in pairwise(pieces)):
        return None
    text = " ".join(one.text for one in pieces)
    found = find_prices(text, context.mark, context.dollar)
    if len(found) != 2 or found[0].currency != found[1].currency or not is_price_line(text):
        return None
    between = text[found[0].end : found[1].start].strip().casefold()
    low, high = sorted(found, key=lambda price: Decimal(price.amount))
    if between in _SPAN_MARKS or Decimal(low.amount) in (0, Decimal(high.amount)):
        return None
    return SalePrice(low.amount, high.amount, low.currency, union(one.box for one in pieces))


def find_display_price(segments: Sequence[Segment], context: Context) -> SalePrice | None:
    """The price set in the largest type, where another line of the same product gives a higher one in smaller type."""
    lines = [
        (one, found[0])
        for one in segments
        if is_price_line(one.text) and len(found := find_prices(one.text, context.mark, context.dollar)) == 1
    ]
    if len(lines) < 2:
        return None
    (largest, price), *others = sorted(lines, key=lambda line: -line[0].size)
    higher = [(one, other) for one, other in others if Decimal(other.amount) > Decimal(price.amount)]
    if largest.size < _DISPLAY_RATIO * others[0][0].size or not higher:
        return None
    before, old = max(higher, key=lambda line: line[0].size)
    return SalePrice(price.amount, old.amount, price.currency, union([largest.box, before.box]))
