"""Which of a page's sources is believed for which field, and the product that follows.

| field | the first that says something |
|---|---|
| name | markup, the headline, embedded data, og:title (1) |
| price, list_price, currency | markup, metas, embedded data, the page (2); the currency of the price's own source |
| availability | markup, metas, embedded data, the page (3) |
| sku, gtin, mpn, brand | markup, the page's labels, embedded data, metas (4) |
| description | the longest of markup, embedded data and the page; else the metas' |
| category | breadcrumbs of JSON-LD, microdata or the page; else the product's own |
| images | those of markup, then OpenGraph, then the gallery; one form of each |

Markup is JSON-LD, then microdata, then RDFa: machines read it every day and shops are told of its mistakes. Metas are
filled by templates for sharing.
1: a name that goes on after the headline with a labelled code ("X  Model: Y") is cut to the headline.
2: where the page strikes the price out beside a lower one, the lower one; a list price is above the price or is none.
3: where the page says in words that it cannot be bought, and no buy control is open, it is OutOfStock.
4: metas' numbers are often another system's; a SKU that is words and an MPN that is in the address were swapped and are
put back; of several numbers that the page prints, the one in its address.

What the others said stays in `provenance` under "field@source", with its value in `WebPage.conflicts`.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from tasks.catalog.products import Place, Product
from tasks.catalog.vocabulary import fold, fold_label
from tasks.catalog.web.claims import Claim, Claims
from tasks.catalog.web.dom import Document, text_of
from tasks.catalog.web.gallery import resolve_images
from tasks.catalog.web.models import Conflict, Source
from tasks.catalog.web.urls import read_url

_MARKUP: tuple[Source, ...] = ("json-ld", "microdata", "rdfa")
_ORDERS: dict[str, tuple[Source, ...]] = {
    "name": (*_MARKUP, "page", "state", "opengraph"),
    "price": (*_MARKUP, "opengraph", "state", "page"),
    "sku": (*_MARKUP, "page", "state", "opengraph"),
    "mpn": (*_MARKUP, "page", "state", "opengraph"),
    "gtin": (*_MARKUP, "page", "state", "opengraph"),
    "brand": (*_MARKUP, "page", "state", "opengraph"),
    "description": (*_MARKUP, "state", "page", "opengraph"),
}
_FIELDS = (
    "name",
    "sku",
    "gtin",
    "mpn",
    "brand",
    "category",
    "description",
    "price",
    "list_price",
    "currency",
    "availability",
)
_LONGEST_CONFLICT = 200  # characters


def canonical_address(url: str) -> str:
    """An address without its fragment, session and tracking parameters."""
    read = read_url(url)
    return read.url if read else url


def pick(claims: Claims, field: str, address: str = "") -> Claim | None:
    """The claim that is believed; of several article numbers that the page prints, the one in its address."""
    order = _ORDERS.get(field, (*_MARKUP, "opengraph", "state", "page"))
    found = [one for source in order for one in claims.fields.get(field, ()) if one.source == source]
    if field == "sku" and found and found[0].source == "page":
        return next((one for one in found if one.source == "page" and _is_token(one.value, address)), found[0])
    return found[0] if found else None


def _is_token(code: str, address: str) -> bool:
    return (
        len(code) > 3 and re.search(rf"(?<![A-Za-z0-9]){re.escape(code)}(?![A-Za-z0-9])", unquote(address)) is not None
    )


def resolve(
    claims: Claims, document: Document, url: str, confidence: float
) -> tuple[Product, tuple[Conflict, ...]] | None:
    """The product of a page, and what its sources do not agree on; None without a name."""
    taken = {
        field: claim for field in _FIELDS if (claim := pick(claims, field, urlsplit(document.url).path)) is not None
    }
    _correct_name(taken, document)
    _correct_codes(taken, document)
    _correct_money(taken, claims)
    _correct_stock(taken, claims)
    if (longest := _longest_description(claims)) is not None:
        taken["description"] = longest
    if "name" not in taken:
        return None
    images = resolve_images(claims)
    conflicts = tuple(_conflicts(taken, claims))
    provenance = {field: Place(source=one.source, url=url, xpath=one.xpath) for field, one in taken.items()}
    provenance |= {
        f"{one.field}@{one.source}": Place(source=one.source, url=url, xpath=one.xpath, value=one.value)
        for one in conflicts
    }
    if images:
        main = next(one for one in claims.images if one.value == images[0])
        provenance["images"] = Place(source=main.source, url=url, xpath=main.xpath)
    for name, (_, claim) in claims.attributes.items():
        provenance.setdefault(f"attributes.{name}", Place(source=claim.source, url=url, xpath=claim.xpath))
    if claims.variants:
        claim = claims.variants[0][1]
        provenance["variants"] = Place(source=claim.source, url=url, xpath=claim.xpath)
    product = Product(
        key=read.key if (read := read_url(url)) else url,
        **{field: one.value for field, one in taken.items()},
        prices=claims.prices,
        url=url,
        attributes={name: value for name, (value, _) in claims.attributes.items()},
        variants=tuple(one for one, _ in claims.variants),
        image_urls=images,
        provenance=provenance,
        confidence=confidence,
        method="web",
    )
    return product, conflicts


def _correct_name(taken: dict[str, Claim], document: Document) -> None:
    name = taken.get("name")
    headline = text_of(document.headline) if document.headline is not None else ""
    if name is None or not headline or not name.value.startswith(headline) or len(headline.split()) < 2:
        return
    rest = name.value[len(headline) :]
    if re.match(r"\s*[-–|,(]?\s*[^\W\d_][\w .]{1,20}:\s*\S", rest):
        taken["name"] = Claim(headline, name.source, name.xpath)


def _correct_codes(taken: dict[str, Claim], document: Document) -> None:
    """SKU and MPN put back where a template swapped them: the MPN is a token of the address, the SKU is words."""
    sku, mpn = taken.get("sku"), taken.get("mpn")
    if sku is None or mpn is None or " " not in sku.value or sku.value == mpn.value:
        return
    tokens = set(re.split(r"[^\w]+", unquote(urlsplit(document.url).path)))
    if mpn.value in tokens and any(char.isdigit() for char in mpn.value):
        taken["sku"], taken["mpn"] = mpn, sku


def _correct_money(taken: dict[str, Claim], claims: Claims) -> None:
    price, old = taken.get("price"), claims.first("list_price", "page")
    shown = next((one for one in claims.fields.get("price", ()) if one.source == "page"), None)
    if (
        price
        and shown
        and old
        and price.source != "page"
        and _equal(price.value, old)
        and float(shown.value) < float(old)
    ):
        taken["price"] = shown
        taken["list_price"] = Claim(old, "page", None)
    price = taken.get("price")
    if price is not None:
        own = next((one for one in claims.fields.get("currency", ()) if one.source == price.source), None)
        if own is not None:
            taken["currency"] = own
    else:
        taken.pop("currency", None)
    higher = [one for one in claims.fields.get("list_price", ()) if price and float(one.value) > float(price.value)]
    if higher:
        taken["list_price"] = taken["list_price"] if taken.get("list_price") in higher else higher[0]
    else:
        taken.pop("list_price", None)


def _correct_stock(taken: dict[str, Claim], claims: Claims) -> None:
    said = next((one for one in claims.fields.get("stock_told", ()) if one.value == "OutOfStock"), None)
    if said is not None and taken.get("availability", said).value in ("InStock", "LimitedAvailability"):
        taken["availability"] = said


def _longest_description(claims: Claims) -> Claim | None:
    found = [one for one in claims.fields.get("description", ()) if one.source not in ("opengraph",)]
    return max(found, key=lambda one: len(one.value)) if found else None


def _conflicts(taken: dict[str, Claim], claims: Claims) -> list[Conflict]:
    found = []
    for field, claim in taken.items():
        if field == "description":
            continue
        for other in claims.fields.get(field, ()):
            if other.source != claim.source and not _agree(field, claim.value, other.value):
                found.append(
                    Conflict(
                        field=field,
                        taken=claim.value[:_LONGEST_CONFLICT],
                        source=other.source,
                        value=other.value[:_LONGEST_CONFLICT],
                        xpath=other.xpath,
                    )
                )
    return found


def _agree(field: str, one: str, other: str) -> bool:
    if field in ("price", "list_price"):
        return _equal(one, other)
    return fold_label(one) == fold_label(other) or (
        field == "name" and (fold(one) in fold(other) or fold(other) in fold(one))
    )


def _equal(one: str, other: str) -> bool:
    return abs(float(one) - float(other)) < 0.005


def number_in_address(document: Document, images: list[str], inputs: list[str]) -> str | None:
    """The shop's own number: a token of the address that the main picture's address or the product form repeats."""
    tokens = [token for token in re.split(r"[^\w]+|_", unquote(urlsplit(document.url).path)) if token]
    for token in reversed(tokens):
        token = re.sub(r"\.html?$", "", token)
        if len(token) < 5 or sum(char.isdigit() for char in token) < 4 or len(token) > 20:
            continue
        repeated = any(re.search(rf"(?<![A-Za-z0-9]){re.escape(token)}(?![A-Za-z0-9])", url) for url in images[:2])
        if repeated or token in inputs:
            return token
    return None
