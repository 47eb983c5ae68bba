"""What kinds of value a text can be: each kind is a test that a column's share is counted of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from tasks.catalog.feeds.suggestions_names import name_data
from tasks.catalog.feeds.values import (
    parse_availability,
    parse_currency,
    parse_dimensions,
    parse_gtin,
    parse_measure,
    parse_money,
    parse_vat,
    split_urls,
)

_NUMBER = re.compile(r"[+-]?\d+(?:[ .,]\d+)*")
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]\d{1,2}:\d\d.*)?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?: \d{1,2}:\d\d.*)?"
    r"|\w{3}, \d{1,2} \w{3} \d{4} .*"
)
_SHORT_DATE = re.compile(r"(?:(\d\d)(\d\d)\d\d|(?:19|20)\d\d(\d\d)(\d\d))")
_ZERO = re.compile(r"0+(?:[.,]0+)?\s?[^\W\d_]{0,5}\.?")
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|gif|tiff?|bmp|avif|svg)(?:[?#!].*)?$", re.IGNORECASE)
_PICTURE_HOST = re.compile(
    r"//(?:img|images?|cdn|media|static|photos?|pics?)\b|/(?:images?|img|media|photos?|pics?|gallery)/", re.IGNORECASE
)
_SEPARATED = re.compile(r"\S\s*(?:>|»|→|\||::| / )\s*\S")
_MASSES = frozenset({"kg", "g", "lb", "oz", "mg", "t"})
_LONGEST = 200  # characters of a value that is no prose
_LONGEST_CODE = 40
_LONGEST_RATE = 8


def kinds_of(value: str) -> Iterator[str]:
    """Every kind that `value` reads as: "number", "url", "picture", "money", "gtin", "state", ..."""
    yield from _address_kinds(value)
    if "</" in value or "<br" in value:
        yield "html"
    if len(value) > _LONGEST:
        return
    yield from _shape_kinds(value)
    yield from _amount_kinds(value)
    if parse_gtin(value):
        yield "gtin"
    if parse_availability(value):
        yield "state" if any(char.isalpha() for char in value) else "count"
    if _SEPARATED.search(value):
        yield "path"


def _address_kinds(value: str) -> Iterator[str]:
    urls = split_urls(value)
    if urls:
        yield "url"
        if any(_PICTURE.search(url) for url in urls):
            yield "picture"
        elif _PICTURE_HOST.search(value):
            yield "maybe_picture"
    elif len(value) <= _LONGEST and _PICTURE.search(value):
        yield "file"


def _shape_kinds(value: str) -> Iterator[str]:
    if _NUMBER.fullmatch(value):
        yield "number"
        if value.lstrip("+-").isdigit():
            yield "digits"
    folded = value.casefold()
    if folded in _words("booleans"):
        yield "boolean"
    elif folded in _words("conditions"):
        yield "condition"
    if _DATE.fullmatch(value):
        yield "date"
    elif _is_short_date(value):
        yield "short_date"
    if len(value) <= _LONGEST_CODE and " " not in value and any(char.isdigit() for char in value):
        yield "code"


def _is_short_date(value: str) -> bool:
    """Six or eight digits with a month and a day among them: 031599, 20240131."""
    if not (match := _SHORT_DATE.fullmatch(value)):
        return False
    pairs = ((match[1], match[2]), (match[2], match[1]), (match[3], match[4]))
    return any(1 <= int(month or 99) <= 12 and 1 <= int(day or 99) <= 31 for month, day in pairs)


def _amount_kinds(value: str) -> Iterator[str]:
    if parse_money(value):
        yield "money"
        if not _NUMBER.fullmatch(value):
            yield "priced"
    if parse_currency(value):
        yield "currency"
    if len(value) <= _LONGEST_RATE and parse_vat(value):
        yield "vat"
    if measure := parse_measure(value):
        yield "measure"
        if measure.unit:
            yield "mass" if measure.unit in _MASSES else "length"
    elif _ZERO.fullmatch(value):
        yield "measure"  # nothing known, as feeds write it
    if len(parse_dimensions(value)) > 1:
        yield "dimensions"


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(name_data(name).split(", "))
