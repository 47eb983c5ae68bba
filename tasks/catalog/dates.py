"""Dates as catalogs print them: "1 January 2026", "01.02.2026", "02/15/2026", "März 2026", "2026-01-01"."""

from __future__ import annotations

import datetime
import re
from functools import cache
from typing import NamedTuple

from tasks.catalog.decimals import western_digits
from tasks.catalog.vocabulary import fold, table

_YEARS = r"(?:19|20)\d\d"
_NUMERIC = re.compile(
    rf"(?<![\d./-])(?:(?P<iso>{_YEARS})-(?P<iso_month>\d\d)-(?P<iso_day>\d\d)"
    rf"|(?P<a>\d{{1,2}})(?P<mark>[./-])\s?(?P<b>\d{{1,2}})(?P=mark)\s?(?P<year>{_YEARS}|\d\d)"
    rf"|(?P<month>\d{{1,2}})[./](?P<of>{_YEARS}))(?![\d/-])"
)
_CENTURY = 2000  # years of two digits


class FoundDate(NamedTuple):
    """A date and where it stands; a month without a day is its first day, with `day` false."""

    date: datetime.date
    start: int
    end: int
    day: bool = True


def find_dates(text: str, *, month_first: bool = False) -> tuple[FoundDate, ...]:
    """Every date in `text`, in order; `month_first` is how "02/03/2026" is meant (never with dots)."""
    text = western_digits(text)
    found = [date for match in _NUMERIC.finditer(text) if (date := _read_numbers(match, month_first))]
    found += [
        date
        for match in _named().finditer(text)
        if (date := _read_words(match)) and not any(date.start < one.end and one.start < date.end for one in found)
    ]
    return tuple(sorted(found, key=lambda one: one.start))


def _read_numbers(match: re.Match[str], month_first: bool) -> FoundDate | None:
    if match["iso"]:
        return _make(int(match["iso"]), int(match["iso_month"]), int(match["iso_day"]), match)
    if match["of"]:
        return _make(int(match["of"]), int(match["month"]), None, match)
    year = int(match["year"]) + (_CENTURY if len(match["year"]) == 2 else 0)
    day, month = int(match["a"]), int(match["b"])
    if (month_first and match["mark"] == "/" and day <= 12) or month > 12:
        day, month = month, day
    return _make(year, month, day, match)


def _read_words(match: re.Match[str]) -> FoundDate | None:
    month = _months()[fold(match["name"])]
    day = match["day"] or match["after"]
    return _make(int(match["year"]), month, int(day) if day else None, match)


def _make(year: int, month: int, day: int | None, match: re.Match[str]) -> FoundDate | None:
    try:
        return FoundDate(datetime.date(year, month, day or 1), match.start(), match.end(), day is not None)
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    return {fold(name): int(number) for name, number in table("months").items()}


@cache
def _named() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, table("months")), key=len, reverse=True))
    return re.compile(
        rf"(?<!\w)(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|°)?\s+(?:of\s+|de\s+)?)?(?P<name>{names})\.?"
        rf"(?:\s+(?P<after>\d{{1,2}})(?:st|nd|rd|th)?,)?\s*,?\s+(?:de\s+)?(?P<year>{_YEARS})(?!\d)",
        re.IGNORECASE,
    )
