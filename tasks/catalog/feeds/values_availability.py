"""Availability of feeds in schema.org's terms: words of many languages, flags, stock counts and delivery times."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal

from tasks.catalog.feeds.values_data import VALUE_CACHE, by_word, data, fold_words

# What a bare number means: a flag or count (0 is none), days until dispatch (0 is in stock), Ceneo's codes.
AvailabilityScale = Literal["flag", "days", "ceneo"]
# Ceneo, offer file specification: 1, 3, 7, 14 sent within so many days; 90 to order; 99 not known; 110 presale.
_CENEO = {"1": "InStock", "3": "InStock", "7": "InStock", "14": "InStock", "90": "BackOrder", "110": "PreOrder"}
_MOST_STOCK_DAYS = 10  # a longer delivery time is an order at the maker's
_HOURS_A_DAY = 24
_NUMBER = re.compile(r"([+-]?\d+)(?:[.,]0+)?")
_CODE = re.compile(r"0\d|\d{6}")  # a date without its marks, an article: no count
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].*)?|\d{1,2}\.\d{1,2}\.\d{4}")
_COUNT = re.compile(r"(?:([^\W\d][^\d]*?) ?)?(\d{1,6})(?: ?([^\W\d_]+))?")
_BOUND = re.compile(r"[<>≤≥+]\s*[1-9]\d*|[1-9]\d*\s*\+")


def parse_availability(text: str, scale: AvailabilityScale = "flag") -> str | None:
    """schema.org's term without its address ("InStock"), None where `text` tells none.

    A date is a release to come under the scale "days" (Heureka, Zbozi: delivery_date), else nothing.
    """
    return _read(text.strip(), scale)


@lru_cache(maxsize=VALUE_CACHE)
def _read(text: str, scale: AvailabilityScale) -> str | None:
    if not text:
        return None
    if match := _NUMBER.fullmatch(text):
        return None if _CODE.match(text) else _read_number(int(match[1]), scale)
    if _DATE.fullmatch(text):
        return "PreOrder" if scale == "days" else None
    if _BOUND.fullmatch(text):
        return "InStock" if scale == "flag" else None
    folded = fold_words(re.sub(r"^.*[/#](?=\w+$)", "", text))  # the term of an address
    return _terms().get(folded) or _find_phrase(folded) or _read_count(folded, scale) or _read_time(folded)


def _read_number(number: int, scale: AvailabilityScale) -> str | None:
    if scale == "ceneo":
        return _CENEO.get(str(number))
    if scale == "days":
        return None if number < 0 else "BackOrder" if number else "InStock"
    return "InStock" if number > 0 else "OutOfStock"


def _find_phrase(folded: str) -> str | None:
    """The longest phrase of `folded` that names a state; negations are longer than what they negate."""
    best = max((match.group() for match in _phrases().finditer(folded)), key=len, default=None)
    return _terms()[best] if best else None


def _read_count(folded: str, scale: AvailabilityScale) -> str | None:
    """A stock with its unit or bound: "12 pcs", "more than 10", "less than 5 pieces"."""
    if scale != "flag" or not (match := _COUNT.fullmatch(folded)):
        return None
    bound, count, unit = match[1] or "", int(match[2]), match[3] or ""
    if unit not in _time_words("piece_words") and (unit or not bound):
        return None
    if bound in _time_words("less_words"):
        return "LimitedAvailability"
    return _read_number(count, scale) if not bound or bound in _time_words("more_words") else None


def _read_time(folded: str) -> str | None:
    """A delivery time: the longest of "3 4 days" in days."""
    match = re.search(r"(\d+)(?: (?:\w{1,4} )?(\d+))? ?([^\W\d_]+)", folded)
    if not match:
        return None
    count, unit = int(match[2] or match[1]), match[3]
    if unit in _time_words("hour_words"):
        days = count / _HOURS_A_DAY
    elif unit in _time_words("day_words"):
        days = count
    elif unit in _time_words("week_words"):
        days = count * 7
    else:
        return None
    return "InStock" if days <= _MOST_STOCK_DAYS else "BackOrder"


@cache
def _terms() -> dict[str, str]:
    return by_word("availability") | {fold_words(term): term for term in data("availability")}


@cache
def _phrases() -> re.Pattern[str]:
    """Phrases inside a longer text; words as short as "no" or "da" are states only when alone."""
    phrases = sorted((one for one in _terms() if len(one) > 4 or " " in one), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, phrases))})(?!\w)")


@cache
def _time_words(name: str) -> frozenset[str]:
    return frozenset(fold_words(word) for word in data(name))
