"""Amounts of feeds: "23.00 KWD", "$2.44", "5 000,50", "1.299,00 €", "12.500000"."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from tasks.catalog.decimals import NUMBER_PATTERN, DecimalMark, parse_decimal, western_digits
from tasks.catalog.feeds.values_data import VALUE_CACHE, data
from tasks.catalog.vocabulary import table

_PLAIN = re.compile(r"(?:([A-Z]{3}) ?)?((?:0|[1-9]\d{0,11})(?:\.\d{1,2})?)(?: ?([A-Z]{3}))?", re.ASCII)
_SCIENTIFIC = re.compile(r"\d+(?:\.\d+)?[eE][+-]?\d{1,2}", re.ASCII)
_NUMBER = re.compile(rf"(?<![\w.,])(?:{NUMBER_PATTERN})(?![\w%])|(?<![\w.,])(?:{NUMBER_PATTERN})(?=[^\W\d_])")
_PER_UNIT = re.compile(r"[/(].*$", re.DOTALL)
_MARKS = {0x066B: ".", 0x066C: ",", 0x2212: "-"}  # Arabic decimal and thousands marks, the minus sign
_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN", "CLP", "COP", "ARS", "TWD"})


class Money(NamedTuple):
    """An amount as a decimal string with a dot, and its currency in ISO 4217 (None: the feed does not say)."""

    amount: str
    currency: str | None


def parse_money(text: str, currency: str | None = None, mark: DecimalMark | None = None) -> Money | None:
    """The one amount of `text`; None for none, several, a negative one or words.

    `currency` holds where the text names none. `mark` is the feed's decimal mark; without it "1.234" alone is what a
    machine wrote (1.234), beside a currency's sign what a shop printed (1234); more than two decimals lose their zeros.
    """
    text = text.strip()
    if match := _PLAIN.fullmatch(text):  # as most are written
        before, amount, after = match.groups()
        code = before or after
        if code is None:
            return Money(amount, currency)
        if code in _codes():
            return Money(amount, code)
    return _read(text, currency, mark)


@lru_cache(maxsize=VALUE_CACHE)
def parse_currency(text: str) -> str | None:
    """ISO 4217's code of a currency's code, sign or name ("RUR", "zł", "KD"); None for what is none or several."""
    text = text.strip()
    if text in _codes():
        return text
    return _signs().get(text.casefold()) or None


@lru_cache(maxsize=VALUE_CACHE)
def _read(text: str, currency: str | None, mark: DecimalMark | None) -> Money | None:
    text = western_digits(text).translate(_MARKS)
    if _SCIENTIFIC.fullmatch(text):
        return Money(_trim(format(Decimal(text), "f")), currency)
    text = _PER_UNIT.sub("", text).strip() or text
    numbers = list(_NUMBER.finditer(text))
    if len(numbers) != 1 or re.search(r"(?:^|\s)[-–]\s?\d", text[: numbers[0].end()]):
        return None
    number = numbers[0]
    before, after = text[: number.start()].strip(), text[number.end() :].strip()
    named = _currency_beside(before, after, currency)
    if not named and any(char.isalpha() for char in before + after):
        return None  # a word beside a number: "3 pieces", "on request from 2027"
    three = named in data("three_decimal_currencies")
    amount = parse_decimal(number.group(), mark or ("." if three else None), grouped=_is_printed(number.group(), named))
    return Money(_trim(amount), named or currency) if amount is not None else None


def _is_printed(number: str, named: str | None) -> bool:
    """Whether three digits after a lone mark are thousands: beside a currency, or after a comma."""
    return bool(named) or "," in number


def _currency_beside(before: str, after: str, currency: str | None) -> str | None:
    for side in (after, before):
        words = re.split(r"[\s:;]+", side.lstrip(".,-–—").strip())
        candidates = [side.strip(), *(words if side is after else words[::-1])]
        for word in candidates:
            word = word.strip(",-–—()*")
            if word == "$":
                return currency if currency in _DOLLARS else "USD"
            if (found := parse_currency(word)) or (found := parse_currency(word.rstrip("."))):
                return found
            if word and word.casefold() in _signs():
                return currency  # "kr": several countries'
    return None


def _trim(amount: str) -> str:
    """Without leading zeros; zeros after the second decimal say nothing ("12.500000")."""
    whole, dot, fraction = amount.partition(".")
    if len(fraction) > 2:
        fraction = fraction[:2] + fraction[2:].rstrip("0")
    if whole[:1] == "0":
        whole = whole.lstrip("0") or "0"
    return whole + dot + fraction


@cache
def _codes() -> frozenset[str]:
    return frozenset(data("currency_codes").split())


@cache
def _signs() -> dict[str, str]:
    own = {sign.casefold(): code for code, signs in data("currency_signs").items() for sign in signs}
    return {code.casefold(): code for code in _codes()} | dict(table("currencies")) | own
