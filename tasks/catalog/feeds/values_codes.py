"""Codes and rates of feeds: GTINs with their check digit, VAT in percent."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from tasks.catalog.decimals import parse_decimal, western_digits
from tasks.catalog.feeds.values_data import VALUE_CACHE, data, fold_words

_GTIN_LENGTHS = frozenset({8, 12, 13, 14})
_SEPARATORS = str.maketrans("", "", " -\u00a0\u2010\u2011\t\n")
_VAT = re.compile(r"(?:vat_?)?\s*(\d{1,3}(?:[.,]\d+)?)\s*%?", re.IGNORECASE)
_MOST_VAT = 100


def parse_gtin(text: str) -> str | None:
    """The digits of a GTIN-8, -12, -13 or -14 (ISBN-13 too) as written, without spaces; None if its check fails.

    Source of the check digit: GS1 General Specifications, 7.9.
    """
    text = text.strip()
    if not text.isdecimal() or not text.isascii():
        text = western_digits(text).translate(_SEPARATORS)
        if not text.isdecimal():
            return None
    if len(text) not in _GTIN_LENGTHS:
        return None
    digits = text.encode("ascii")
    total = 3 * sum(digits[-2::-2]) + sum(digits[-1::-2])
    # The codes of the digits are 48 more than they are: 48 * (3 * half + rest), taken off again.
    total -= 48 * (3 * (len(digits) // 2) + (len(digits) + 1) // 2)
    return text if total % 10 == 0 and text.strip("0") else None


@lru_cache(maxsize=VALUE_CACHE)
def parse_vat(text: str) -> str | None:
    """A VAT rate in percent as a decimal string: "20", "0,20", "VAT_20" and "20 %" are "20"; without VAT is "0"."""
    text = western_digits(text).strip()
    if fold_words(text) in _no_vat():
        return "0"
    match = _VAT.search(text)
    value = parse_decimal(match[1]) if match else None
    if value is None:
        return None
    rate = float(value)
    if 0 < rate < 1:
        rate *= 100
    return f"{rate:.2f}".rstrip("0").rstrip(".") if rate < _MOST_VAT else None


@cache
def _no_vat() -> frozenset[str]:
    return frozenset(fold_words(word) for word in data("no_vat"))
