"""Amounts as a page prints them: the text of a price's elements, and every amount in it with its currency."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tasks.catalog.decimals import NUMBER_PATTERN, DecimalMark, parse_decimal, western_digits
from tasks.catalog.feeds.values import parse_money
from tasks.catalog.prices import Price, find_prices
from tasks.catalog.web.amounts import read_currency
from tasks.catalog.web.dom import Document, Element, clean

_FRACTION_NAMES = re.compile(r"cents?|fraction|decimals?|kopeck|penny|grosze|haleru", re.IGNORECASE)
_FRACTION = re.compile(r"[.,]?\d{2}")
_UNREAD = frozenset({"script", "style", "option", "noscript"})
_NUMBER = re.compile(rf"(?:{NUMBER_PATTERN})(?:,-|,–)?")
_TIGHT_BEFORE = re.compile(r"(?<=[\u3040-\u9fff\uac00-\ud7af])([$¥￥€])(?=\s?\d)")
_TIGHT_AFTER = re.compile(r"(?<=\d)(\s?[元円圓原])(?=[\u3040-\u9fff\uac00-\ud7af])")
_SHARED_SIGN = re.compile(r"\bkr\b|元|圓")
# Short Latin signs ("SR", "KD", "Ft") begin codes and sizes, too: they count where the element is named a price.
_CLEAR_SIGN = re.compile(r"[^\W\d_a-zA-Z]|[₸₾֏₫฿₱₦]|\b[A-Z]{3}\b")
_CODE_LIKE = re.compile(r"[^\W\d_]-\d")
# Signs of one country's dollar that the tables do not have.
_OWN_DOLLARS = re.compile(r"\bNT\s?\$")
_LONGEST_PRICE, _MOST_TEXT = 60, 420  # characters: of a price, and read of an element
_LONGEST_OWN_TEXT = 30  # characters beside a number that is no price by itself


class Reading(NamedTuple):
    """How a page's amounts are read: its decimal mark, and what its signs of several countries mean."""

    mark: DecimalMark | None
    dollar: str
    document: Document


def reading_of(document: Document) -> Reading:
    mark: DecimalMark | None = "," if document.mark == "," else "." if document.mark == "." else None
    return Reading(mark, document.local_currency("$") or "USD", document)


def printed_prices(text: str, reading: Reading, named: bool = False) -> tuple[Price, ...]:
    """Every amount beside a currency; of a short text also one beside a sign that only feeds' tables know.

    With `named` (the element says that it is a price) a number alone is one, too, without a currency.
    """
    text = western_digits(_OWN_DOLLARS.sub("TWD ", text))
    if found := find_prices(text, reading.mark, reading.dollar):
        return tuple(price._replace(currency=_local(price.currency, text, reading)) for price in found)
    if len(text) > _LONGEST_PRICE or not any(char.isdigit() for char in text):
        return ()
    money = parse_money(text, None, reading.mark)
    if money and money.currency and not _CODE_LIKE.search(text) and (named or _CLEAR_SIGN.search(text)):
        return (Price(money.amount, money.currency, 0, len(text)),)
    if named and (match := _NUMBER.fullmatch(text.strip())) and (amount := _amount(match.group(), reading.mark)):
        return (Price(amount, None, 0, len(text)),)
    return ()


def _amount(text: str, mark: DecimalMark | None) -> str | None:
    return parse_decimal(text.removesuffix(",-").removesuffix(",–"), mark, grouped=True)


def _local(currency: str | None, text: str, reading: Reading) -> str | None:
    """The currency of a sign that several countries share, by the page's country."""
    if currency == "CNY" and reading.document.country in ("tw", "hk"):
        return reading.document.local_currency("元")
    if currency is None and (sign := _SHARED_SIGN.search(text)):
        return read_currency(sign.group(), reading.document)
    return currency


def price_element(element: Element, reading: Reading, named: bool) -> Element | None:
    """The smallest element around a number that says its currency, too, or that is named a price."""
    lone: Element | None = None  # a number without currency, if none is printed around it
    for one in (element, *parents(element, 4)):
        text = price_text(one)
        if len(text) > _LONGEST_PRICE:
            return lone
        if found := printed_prices(text, reading, named):
            if found[0].currency or not named:
                return one
            lone = lone if lone is not None else one
        if one is element and len(own := clean(_own_text(one))) > _LONGEST_OWN_TEXT and not _NUMBER.fullmatch(own):
            return lone
    return lone


def parents(element: Element, count: int) -> Iterator[Element]:
    """The next `count` elements around one, below the body."""
    parent = element.getparent()
    while parent is not None and count > 0 and parent.tag != "body":
        yield parent
        parent, count = parent.getparent(), count - 1


def _own_text(element: Element) -> str:
    return (element.text or "") + "".join(child.tail or "" for child in element)


def has_digit(element: Element) -> bool:
    """Whether an element's own text holds a digit."""
    text = element.text
    if text and any(char.isdigit() for char in text):
        return True
    return any(child.tail and any(char.isdigit() for char in child.tail) for child in element)


def price_text(element: Element) -> str:
    """The element's text with small raised decimals put behind their mark: "36<sup>90</sup> €" is "36.90 €"."""
    text, size = "", 0
    stack: list[Element | str] = [element]
    while stack and size <= _MOST_TEXT:
        one = stack.pop()
        if isinstance(one, str):
            text = f"{text} {one.strip()}"
            continue
        if one is not element and one.tail and not one.tail.isspace():
            stack.append(one.tail)
        if isinstance(one.tag, str) and one.tag not in _UNREAD:
            stack.extend(reversed(one))
            own = (one.text or "").strip()
            text = _add_fraction(text, own) if _is_fraction(one, own) else f"{text} {own}" if own else text
            size = len(text)
    text = clean(text)
    # Signs between letters of scripts that write no spaces: "最低價$29元起".
    return text if text.isascii() else _TIGHT_AFTER.sub(r"\1 ", _TIGHT_BEFORE.sub(r" \1", text))


def _is_fraction(element: Element, text: str) -> bool:
    """Whether an element holds two raised decimals, with or without their mark."""
    if not _FRACTION.fullmatch(text):
        return False
    return element.tag in ("sup", "small") or bool(_FRACTION_NAMES.search(element.get("class") or ""))


def _add_fraction(text: str, fraction: str) -> str:
    """The decimals behind a whole number; after thousands with the other mark ("1.299" + "00" is "1.299,00")."""
    digits = fraction.lstrip(".,")
    if text[-1:] in (".", ","):
        return text + digits
    if not text[-1:].isdigit():
        return f"{text} {fraction}"
    return text + ("," if re.search(r"\.\d{3}$", text) else ".") + digits
