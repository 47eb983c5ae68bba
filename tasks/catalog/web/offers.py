"""schema.org's offers: prices, stock and codes, single, several or aggregated, and the one that the page is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from tasks.catalog.feeds.values import parse_availability
from tasks.catalog.prices import find_prices
from tasks.catalog.web.amounts import read_amount, read_code, read_currency
from tasks.catalog.web.dom import Document
from tasks.catalog.web.json_ld import Node
from tasks.catalog.web.nodes import address_of, gtin_of, many, plain

_LIST_PRICES = ("listprice", "srp", "msrp", "suggestedretailprice", "strikethroughprice", "regularprice")


class Offer(NamedTuple):
    """One offer of a node. `net` holds where its price is said to be without VAT."""

    price: str | None
    list_price: str | None
    currency: str | None
    availability: str | None
    sku: str | None
    gtin: str | None
    name: str | None
    url: str | None
    net: bool = False


def read_offers(value: Any, document: Document, depth: int = 0) -> Iterator[Offer]:
    """The offers of a property: plain ones, those inside an aggregate, else the aggregate's lowest price."""
    for one in many(value):
        if not isinstance(one, dict) or depth > 3:
            continue
        inner = list(read_offers(one.get("offers"), document, depth + 1))
        if inner:
            yield from inner
            continue
        yield _offer(one, document)


def _offer(node: Node, document: Document) -> Offer:
    price = next(
        (found for one in ("price", "lowprice") for found in (_lowest(node.get(one), document),) if found), None
    )
    currency, listed, net = read_currency(plain(node.get("pricecurrency")), document), None, False
    for part in many(node.get("pricespecification")):
        if not isinstance(part, dict):
            continue
        amount = _lowest(part.get("price") or part.get("minprice"), document)
        currency = currency or read_currency(plain(part.get("pricecurrency")), document)
        kind = str(plain(part.get("pricetype")) or "").rpartition("/")[2].lower()
        if kind in _LIST_PRICES:
            listed = listed or amount
        elif price is None and amount and not part.get("billingduration"):
            price, net = amount, str(part.get("valueaddedtaxincluded")).lower() == "false"
    item = node.get("itemoffered") if isinstance(node.get("itemoffered"), dict) else {}
    return Offer(
        price,
        listed,
        currency or (read_currency_of_price(plain(node.get("price")), document)),
        parse_availability(str(plain(node.get("availability")) or "")) or ("InStock" if _has_offers(node) else None),
        read_code(plain(node.get("sku") or (item or {}).get("sku"))),
        gtin_of(node) or gtin_of(item or {}),
        plain((item or {}).get("name")),
        address_of(node.get("url")),
        net,
    )


def _has_offers(node: Node) -> bool:
    """Whether an aggregate counts offers of shops: they sell it now."""
    return str(plain(node.get("offercount")) or "0").isdigit() and int(str(plain(node.get("offercount")) or "0")) > 0


def read_currency_of_price(text: str | None, document: Document) -> str | None:
    """The currency that stands beside a printed price ("€ 1.299")."""
    found = find_prices(text or "", dollar=document.local_currency("$") or "USD")
    return found[0].currency if found else None


def _lowest(value: Any, document: Document) -> str | None:
    amounts = [found for one in many(value) if not isinstance(one, dict) and (found := read_amount(one, document))]
    return min(amounts, key=float) if amounts else None


def choose_offer(offers: list[Offer], document: Document) -> Offer | None:
    """The offer that the page's address selects, else the first that can be had, else the first with a price."""
    priced = [one for one in offers if one.price or one.availability]
    wanted = {value for values in parse_qs(urlsplit(document.url).query).values() for value in values if len(value) > 3}
    for one in priced:
        if one.url and wanted and wanted & {v for vs in parse_qs(urlsplit(one.url).query).values() for v in vs}:
            return one
    available = [one for one in priced if one.price and one.availability in (None, "InStock")]
    return next(iter(available or [one for one in priced if one.price] or priced), None)
