"""Amounts and codes as shops' machines write them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from tasks.catalog.decimals import NUMBER_PATTERN, DecimalMark, parse_decimal, western_digits
from tasks.catalog.feeds.values import parse_currency, parse_money
from tasks.catalog.web.dom import Document, clean

_NUMBER = re.compile(rf"(?<![\w.,])(?:{NUMBER_PATTERN})|(?<=[^\W\d_])(?:{NUMBER_PATTERN})")
_LONGEST_CODE = 60  # characters
_NO_CODE = frozenset(
    {"n/a", "na", "none", "null", "undefined", "false", "true", "0", "-", "--", "default", "no sku", "unknown"}
)


def read_amount(value: Any, document: Document) -> str | None:
    """A property's amount as a decimal string, of a range the lower end; None for zero, shops' "unknown"."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, Decimal)):
        amount = format(value, "f") if isinstance(value, Decimal) else str(value)
        return amount if Decimal(amount) > 0 else None
    text = western_digits(clean(str(value)))
    mark: DecimalMark | None = "," if document.mark == "," else "."
    money = parse_money(text, None, mark)
    if money is None:  # "499€499€499", "12.00 - 15.00"
        numbers = [parse_decimal(one.group(), mark, grouped=True) for one in _NUMBER.finditer(text)]
        amounts = [Decimal(one) for one in numbers if one]
        if not amounts or (len(set(amounts)) > 1 and not re.search(r"\d\s*(?:[-–—]|to|bis|do|a)\s*\D{0,4}\d", text)):
            return None
        return format(min(amounts), "f") if min(amounts) > 0 else None
    return money.amount if Decimal(money.amount) > 0 else None


def read_currency(value: Any, document: Document) -> str | None:
    """ISO 4217 of a code or a sign; signs of several countries by the page's own."""
    text = clean(str(value)) if isinstance(value, str) else ""
    if not text or len(text) > 12:
        return None
    if text in ("$", "kr", "kr.", "元", "圓"):
        return document.local_currency(text) or ("USD" if text == "$" else None)
    return parse_currency(text) or parse_currency(text.upper())


def read_code(value: Any) -> str | None:
    """A SKU or part number as written; None for placeholders and prose."""
    text = clean(str(value)) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    text = re.sub(r"^(?:sku|mpn|isbn|gtin\d*|ean):\s*", "", text, flags=re.IGNORECASE)
    return text if 0 < len(text) <= _LONGEST_CODE and text.casefold() not in _NO_CODE else None
