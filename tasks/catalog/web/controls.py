"""What a visitor can do and is told on a product's page: the buy control and the words about stock."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from tasks.catalog.feeds.values import parse_availability
from tasks.catalog.vocabulary import TEXT_CACHE
from tasks.catalog.web.content import Content
from tasks.catalog.web.dom import Element, text_of
from tasks.catalog.web.facts import Fact
from tasks.catalog.web.words import field_of, mentions

_CONTROL_NAMES = re.compile(
    r"add[-_ ]?(?:item[-_ ]?)?to[-_ ]?(?:shopping[-_ ]?)?(?:cart|basket|bag|trolley|wagen|korb)|"
    r"add2cart|buy[-_]?(?:now|button|btn|box|form)|"
    r"(?:btn|button)[-_]?(?:add|buy|cart|basket|order)|cart[-_]?(?:btn|button|add|form)|to[-_]?(?:cart|basket)(?:$|[\s_-])|purchase",
    re.IGNORECASE,
)
_FORM_ACTION = re.compile(
    r"/(?:cart|basket|warenkorb|carrello|panier|carrito|carrinho|winkelwagen|koszyk|kosik|basket|sepet)\b", re.I
)
_PRODUCT_INPUT = re.compile(
    r"^(?:product|item|article|variation|variant|sku|offer|goods)s?[-_\[]?(?:id|item|sku|no)?s?\]?$|^add-to-cart$", re.I
)
_QUANTITY_INPUT = re.compile(
    r"(?:^|[-_\[.])(?:quantity|qty|amount|menge|anzahl|kolicina|ilosc|quantite|cantidad|количество)\]?$", re.I
)
_STOCK_NAMES = re.compile(
    r"(?:^|[\s_-])(?:stock|availability|available|unavailable|dostupnost|lager\w*|inventory|delivery-?status|out-?of-?stock|in-?stock|sold-?out)(?:$|[\s_-])",
    re.I,
)
_LONGEST_CONTROL, _LONGEST_STATEMENT = 45, 110  # characters
_TEXTS = frozenset({"a", "button", "span", "div", "p", "strong", "b", "li", "td", "label"})
_NEAR = 260  # elements after the headline in which a statement is about this product


class Controls(NamedTuple):
    """`buy` are the places among the content's elements of controls that buy; `open` those of them that can be used."""

    buy: list[int]
    open: list[int]
    inputs: list[Element]  # that hold the product's number
    quantity: bool
    inquiry: bool = False  # it asks to ask for the price


def find_controls(content: Content) -> Controls:
    """Buy controls and a product form's inputs in the content."""
    buy, usable, inputs, quantity, inquiry = [], [], [], False, False
    for index, element in enumerate(content.elements):
        tag = element.tag
        if tag == "input" and element.get("type") not in ("submit", "button", "image"):
            name = element.get("name") or element.get("id") or ""
            if _PRODUCT_INPUT.search(name) and element.get("value"):
                inputs.append(element)
            quantity = quantity or bool(_QUANTITY_INPUT.search(name))
        elif (
            tag in ("button", "input", "a", "img", "span", "div", "form") and not _is_inner(element) and _buys(element)
        ):
            buy.append(index)
            if (
                element not in content.hidden
                and element.get("disabled") is None
                and "disabled" not in (element.get("class") or "")
            ):
                usable.append(index)
        elif tag in _TEXTS and not inquiry and index > content.start:
            own = (element.text or "").strip()
            inquiry = 3 < len(own) <= _LONGEST_CONTROL and mentions("inquiry", own)
    return Controls(buy, usable, inputs, quantity, inquiry)


def _is_inner(element: Element) -> bool:
    """Whether an element is part of a button: what the button is, it is."""
    return element.tag in ("span", "div", "img") and any(
        one.tag in ("button", "a") for one in element.iterancestors("button", "a")
    )


def _buys(element: Element) -> bool:
    tag = element.tag
    names = " ".join(
        filter(None, (element.get(name) for name in ("id", "class", "name", "data-action", "data-testid", "data-test")))
    )
    if tag == "form":
        return bool(_FORM_ACTION.search(element.get("action") or ""))
    if tag in ("span", "div", "img"):  # made into controls by a script
        clickable = element.get("onclick") is not None or element.get("role") == "button" or tag == "img"
        if not clickable and not re.search(r"btn|button", names, re.IGNORECASE):
            return False
    text = element.get("value") if tag == "input" else element.get("alt") if tag == "img" else None
    text = (
        text
        or (text_of(element, _LONGEST_CONTROL + 1) if len(element) <= 6 else "")
        or element.get("title")
        or element.get("aria-label")
        or ""
    )
    if len(text) > _LONGEST_CONTROL:
        return False
    if text and mentions("buy", text):
        return tag != "a" or bool(
            re.search(r"btn|button|cart|basket|buy|koszyk|kosik", names + (element.get("href") or ""), re.I)
        )
    return bool(
        names and tag in ("button", "input", "a", "img") and _names_control(names) and not mentions("basket", text)
    )


@lru_cache(maxsize=TEXT_CACHE)
def _names_control(names: str) -> bool:
    return bool(_CONTROL_NAMES.search(names))


def _is_one_of_states(element: Element) -> bool:
    """Whether an element stands beside a buy control's text: templates hold every state, and a script shows one."""
    parent = element.getparent()
    return parent is not None and any(one is not element and mentions("buy", text_of(one, 60)) for one in parent)


class Stock(NamedTuple):
    """What the page says of availability; `told` is False where it only follows from a control."""

    availability: str
    told: bool
    element: Element


def read_stock(content: Content, controls: Controls, facts: list[Fact]) -> Stock | None:
    """The page's own word on availability: a labelled value, a phrase, an element named after stock, the control."""
    for fact in facts:
        if (
            field_of(fact.label) == "availability"
            and (found := parse_availability(fact.value))
            and fact.element not in content.hidden
        ):
            return Stock(found, True, fact.element)
    end = max([content.start + _NEAR, *(index + 40 for index in controls.buy[:1])])
    stated: Stock | None = None
    for element in content.elements[max(0, content.start - 40) : end]:
        if element in content.hidden or element.tag in ("option", "input", "a", "title") or len(element) > 6:
            continue
        named = _STOCK_NAMES.search(f"{element.get('class') or ''} {element.get('id') or ''}")
        if not named and not (element.text or "").strip():
            continue
        text = text_of(element, _LONGEST_STATEMENT + 1)
        if not text or len(text) > _LONGEST_STATEMENT:
            continue
        if mentions("unavailable", text) and element.tag not in ("button", "label"):
            if not controls.open:
                return Stock("OutOfStock", True, element)
            if named and stated is None and not _is_one_of_states(element):
                stated = Stock("OutOfStock", True, element)
        elif (
            named
            and stated is None
            and (found := parse_availability(text) or ("InStock" if mentions("available", text) else None))
        ):
            stated = Stock(found, True, element)
    if stated:
        return stated
    return Stock("InStock", False, content.elements[controls.open[0]]) if controls.open else None
