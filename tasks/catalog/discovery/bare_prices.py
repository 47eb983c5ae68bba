"""Prices without a currency's sign on the cards of a page that says it once or never: "24.⁹⁹", "Fra 14 995,-"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from tasks.catalog.boxes import union
from tasks.catalog.decimals import parse_decimal
from tasks.catalog.discovery.context import Context
from tasks.catalog.discovery.sale_prices import SalePrice
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import are_price_words
from tasks.catalog.prices import find_prices

_MIN_CARDS, _CARD_SHARE = 3, 0.7
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_AMOUNT = re.compile(
    r"(?<![\w.,/])\d{1,3}(?:(?:(?P<group>[ \u00a0\u202f.,'’])\d{3})+|\d*)"
    r"(?P<cents>[.,]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{2}|[.,]\d{2})?(?P<dash>[.,:]?\s?[-–—]{1,2})?(?![\w.,]|/\d)"
)
_NAME_RATIO = 0.95  # of the name's type size: a price is set no smaller, or bold


def read_bare_amount(text: str, context: Context) -> str | None:
    """The amount that a line consists of beside words like "from": with cents, a dash for them, or such a word."""
    match = _AMOUNT.search(text)
    if match is None or find_prices(text, context.mark, context.dollar):
        return None
    rest = f"{text[: match.start()]} {text[match.end() :]}".strip(" *.:")
    if not are_price_words(rest) or not (match["cents"] or match["dash"] or rest):
        return None
    if match["group"] and match["cents"] and match["group"] == match["cents"][0] and match["cents"][-1].isdecimal():
        return None  # "204.581.13": one mark throughout parts an article's number
    cents = (match["cents"] or "").translate(_RAISED).strip(".,")
    ends = [match.start(part) for part in ("cents", "dash") if match[part]]
    whole = parse_decimal(text[match.start() : min(ends, default=match.end())], context.mark, grouped=True)
    if whole and cents and whole.isdigit():
        return f"{whole}.{cents}"
    return whole if whole and len(whole) > 1 else None  # one figure alone counts something


def find_bare_prices(captions: Sequence[tuple[Segment, Sequence[Segment]]], context: Context) -> list[SalePrice | None]:
    """For each caption (its name's first line, all its lines) the price; none at all where most cards have none."""
    found = [_find(name, lines, context) for name, lines in captions]
    count = sum(one is not None for one in found)
    return found if count >= max(_MIN_CARDS, _CARD_SHARE * len(captions)) else [None] * len(captions)


def _find(name: Segment, lines: Sequence[Segment], context: Context) -> SalePrice | None:
    amounts = [(one, amount) for one in lines if (amount := read_bare_amount(one.text, context))]
    loud = [(one, amount) for one, amount in amounts if one.size >= _NAME_RATIO * name.size or one.bold]
    if not loud:
        return None
    line, price = max(loud, key=lambda one: (one[0].size, -Decimal(one[1])))
    before = [(one, amount) for one, amount in amounts if Decimal(amount) > Decimal(price)]
    old = max(before, key=lambda one: one[0].size, default=None)
    boxes = [line.box, *([old[0].box] if old else [])]
    return SalePrice(price, old[1] if old else "", context.currency, union(boxes))
