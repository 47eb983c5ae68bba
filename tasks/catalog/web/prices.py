"""Prices that a page prints: every amount after the headline, told apart by its words and names, and the one to pay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from tasks.catalog.decimals import western_digits
from tasks.catalog.prices import Price
from tasks.catalog.vocabulary import TEXT_CACHE
from tasks.catalog.web.content import Content
from tasks.catalog.web.controls import Controls
from tasks.catalog.web.dom import Document, Element
from tasks.catalog.web.printed import (
    Reading,
    has_digit,
    parents,
    price_element,
    price_text,
    printed_prices,
    reading_of,
)
from tasks.catalog.web.words import mentions

Kind = Literal["current", "old", "net", "aside", "option"]

_PRICE_NAMES = re.compile(
    r"price|preis|prix|precio|preco|prezzo|cena|cijena|tsena|hind(?:$|[\s_-])|fiyat|kaina|hinta|(?:^|[\s_-])(?:ara?|pret)(?:$|[\s_-])|pris(?:$|[\s_-])|amount|cost",
    re.IGNORECASE,
)
_MAIN_NAMES = re.compile(r"current|final|sale|special|now|our|actual|main|product|live|today|new", re.IGNORECASE)
_OLD_NAMES = re.compile(
    r"(?:^|[\s_-])(?:old|was|regular|list|compare(?:-?at)?|rrp|uvp|msrp|crossed|strike\w*|before|original|previous|retail|former|stara)(?:$|[\s_-])|"
    r"price-?old|oldprice|was-?price|line-through",
    re.IGNORECASE,
)
_NET_NAMES = re.compile(r"(?:excl|without|no|ex|net)[-_]?(?:vat|tax|mwst|dph)|price-tax|netto", re.IGNORECASE)
_ASIDE_NAMES = re.compile(
    r"install?ment|finan[cz]|monthly|shipping|delivery|versand|saving|discount|you-save|warranty|insurance|points|loyalty|unit-?price|per-?unit|deposit|coupon",
    re.IGNORECASE,
)
_PER_UNIT = re.compile(
    r"^\s*(?:/|per\b|pro\b|al\b|za\b|за\b)\s*(?:100\s?)?(?:kg|g|l|ml|cl|кг|л|litre?|liter|kilo)\b", re.IGNORECASE
)
_LONGEST_CONTEXT = 140  # characters
_REACH = 700  # elements after the headline in which prices are looked for
_NEAR_CONTROL = 80  # elements
_ELEMENTS_A_POINT = (
    30  # so many elements further down weigh a point: the first amounts after the headline are the product's
)


class PagePrice(NamedTuple):
    """One amount of the page and what it is."""

    amount: str
    currency: str | None
    kind: Kind
    label: str
    score: float
    place: int  # among the content's elements
    element: Element


class PagePrices(NamedTuple):
    """The price to pay, the regular one beside it, and those without VAT under their printed labels."""

    current: PagePrice | None
    old: PagePrice | None
    net: dict[str, str]


def read_prices(document: Document, content: Content, controls: Controls) -> PagePrices:
    """The product's prices. A lone old or net price is the price: nothing stands against it."""
    found = list(_candidates(document, content, controls))
    current = max((one for one in found if one.kind == "current"), key=lambda one: one.score, default=None)
    if current is None:
        current = max(
            (one for one in found if one.kind == "old" and not _is_struck(one.element)),
            key=lambda one: one.score,
            default=None,
        )
        current = current or next((one for one in found if one.kind == "net"), None)
    if current is None:
        return PagePrices(None, None, {})
    more = [one for one in found if one.kind == "old" and float(one.amount) > float(current.amount)]
    old = min(more, key=lambda one: abs(one.place - current.place), default=None)
    old = old if old and abs(old.place - current.place) <= _NEAR_CONTROL else None
    net = {
        one.label or "net": one.amount
        for one in found
        if one.kind == "net" and abs(one.place - current.place) <= _NEAR_CONTROL
    }
    return PagePrices(current, old, {} if current.kind == "net" else net)


def _candidates(document: Document, content: Content, controls: Controls) -> Iterator[PagePrice]:
    reading = reading_of(document)
    seen: set[Element] = set()
    for index in range(content.start + 1, min(len(content.elements), content.start + _REACH)):
        element = content.elements[index]
        if not has_digit(element):
            continue
        named = _is_named(f"{element.get('class') or ''} {element.get('id') or ''}")
        place = price_element(element, reading, named)
        if place is None or place in seen:
            continue
        seen.add(place)
        for price in printed_prices(price_text(place), reading, named)[:1]:
            if float(price.amount) > 0:
                yield _judge(content, controls, index, place, price, reading)


def _judge(
    content: Content, controls: Controls, index: int, element: Element, price: Price, reading: Reading
) -> PagePrice:
    around = [element, *(one for one in parents(element, 4) if len(one) < 25)]
    names = " ".join(f"{one.get('class') or ''} {one.get('id') or ''}" for one in around[:3])
    label, after = _label(element, price.amount, reading)
    kind = _kind(element, around, names, label, after)
    score = (3.0 + 1.5 * bool(_MAIN_NAMES.search(names))) * _is_named(names) + (1.0 if price.currency else 0.0)
    score -= (index - content.start) / _ELEMENTS_A_POINT
    distance = min((abs(index - one) for one in controls.buy), default=_REACH)
    score += 2 if distance <= _NEAR_CONTROL else 1 if distance <= 3 * _NEAR_CONTROL else 0
    if any(one.tag == "a" for one in around):
        score -= 2  # of something that the page links to
    if element in content.hidden:
        score -= 4
    return PagePrice(price.amount, price.currency, kind, label, score, index, element)


@lru_cache(maxsize=TEXT_CACHE)
def _is_named(names: str) -> bool:
    return bool(_PRICE_NAMES.search(names))


def _is_struck(element: Element) -> bool:
    return any(one.tag in ("del", "s", "strike") for one in (element, *parents(element, 3), *element.iter()))


def _kind(element: Element, around: list[Element], names: str, label: str, after: str) -> Kind:
    if any(one.tag in ("button", "label", "option", "select") for one in around):
        return "option"
    if _is_struck(element) or _OLD_NAMES.search(names) or (label and mentions("old", label)):
        return "old"
    if mentions("net", label) or _NET_NAMES.search(names):
        return "net"
    if _ASIDE_NAMES.search(names) or _PER_UNIT.match(after):
        return "aside"
    if any(mentions(name, label) for name in ("instalment", "delivery", "saving")) or mentions(
        "instalment", after[:25]
    ):
        return "aside"
    return "current"


def _label(element: Element, amount: str, reading: Reading) -> tuple[str, str]:
    """What is printed with an amount: the words before it and after it, in the smallest block that has some.

    In a row of several the words before each are its own, unless the row begins with an amount: then those after.
    """
    before = after = ""
    for one in (element, *parents(element, 3)):
        text = western_digits(price_text(one))
        if len(text) > _LONGEST_CONTEXT:
            break
        prices = printed_prices(text, reading)
        at = next((n for n, price in enumerate(prices) if price.amount == amount), None)
        if at is None:
            continue
        before = text[prices[at - 1].end if at else 0 : prices[at].start].strip(" :()-–|/")
        rest = text[prices[at].end :]
        after = rest[: prices[at + 1].start - prices[at].end] if at + 1 < len(prices) else rest
        between = text[prices[0].end : prices[1].start].rstrip() if len(prices) > 1 else ""
        leads = bool(text[: prices[0].start].strip(" :()-–|/")) or between.endswith(":")
        if not leads and len(prices) > 1:
            before = ""
        if any(char.isalpha() for char in before):
            return before, after.strip() if len(prices) == 1 else ""
        if any(char.isalpha() for char in after) and not leads:
            return after.strip(" :()-–|"), after
    return before, after
