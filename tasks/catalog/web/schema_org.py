"""schema.org's Product nodes (JSON-LD, microdata, RDFa) as claims."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tasks.catalog.feeds.values import clean_html, parse_measure, split_category
from tasks.catalog.products import AttributeValue, Measure, Variant
from tasks.catalog.web.amounts import read_code
from tasks.catalog.web.claims import Claim, Claims
from tasks.catalog.web.dom import Document
from tasks.catalog.web.json_ld import Node, types_of
from tasks.catalog.web.models import Source
from tasks.catalog.web.nodes import address_of, brand_of, gtin_of, images_of, many, plain
from tasks.catalog.web.offers import Offer, choose_offer, read_offers

_MEASURES = ("width", "height", "depth", "weight", "length")
_TEXTS = ("color", "material", "size", "pattern")
# UN/CEFACT recommendation 20, which schema.org's unitCode uses: the units of goods.
_UNIT_CODES = {
    "CMT": "cm",
    "MMT": "mm",
    "MTR": "m",
    "INH": "in",
    "FOT": "ft",
    "KGM": "kg",
    "GRM": "g",
    "LBR": "lb",
    "ONZ": "oz",
}
_MOST_VARIANTS, _LONGEST_LABEL = 500, 60  # variants of a product; characters of an attribute's name


def read_product(node: Node, document: Document, source: Source, xpath: str) -> Claims:
    """Everything that a Product or ProductGroup node says."""
    claims = Claims()
    where = xpath if source == "json-ld" else None

    def place(name: str) -> str:
        return where or f'{xpath}//*[@{"property" if source == "rdfa" else "itemprop"}="{name}"]'

    claims.add("name", plain(node.get("name")), source, place("name"))
    claims.add("description", _prose(node.get("description")), source, place("description"))
    claims.add("sku", read_code(plain(node.get("sku"))), source, place("sku"))
    claims.add(
        "product_id", read_code(plain(node.get("productid") or node.get("identifier"))), source, place("productID")
    )
    claims.add("mpn", read_code(plain(node.get("mpn") or node.get("model"))), source, place("mpn"))
    claims.add("gtin", gtin_of(node), source, place("gtin"))
    claims.add("brand", brand_of(node.get("brand")), source, place("brand"))
    claims.add("brand", brand_of(node.get("manufacturer")), source, place("manufacturer"))
    claims.add("category", _category(node.get("category")), source, place("category"))
    claims.add("url", document.absolute(address_of(node.get("url"))), source, place("url"))
    for image in images_of(node.get("image")):
        claims.add_image(document.absolute(image), source, place("image"))
    for name, value in _attributes(node):
        claims.add_attribute(name, value, source, place(name))
    _add_offers(claims, node, document, source, place("offers"))
    return claims


def _add_offers(claims: Claims, node: Node, document: Document, source: Source, xpath: str) -> None:
    offers = list(read_offers(node.get("offers") or node.get("offer"), document))
    variants = [
        one for one in many(node.get("hasvariant") or node.get("model")) if isinstance(one, dict) and one.get("offers")
    ]
    made = [read_variant(one, document) for one in variants[:_MOST_VARIANTS]]
    if not made and len({one.sku or one.name for one in offers if one.sku or one.name}) > 1:
        made = [_offer_variant(one) for one in offers[:_MOST_VARIANTS] if one.sku or one.name]
    claims.variants = [(one, Claim("", source, xpath)) for one in made]
    offer = choose_offer(offers, document) or _of_variant(made)
    if offer is None:
        for value in many(node.get("offers")):
            if isinstance(value, dict):
                claims.add("category", _category(value.get("category")), source, xpath)
        return
    if offer.net and offer.price:
        claims.prices.setdefault("net", offer.price)
    else:
        claims.add("price", offer.price, source, xpath)
    claims.add("list_price", offer.list_price, source, xpath)
    claims.add("currency", offer.currency, source, xpath)
    claims.add("availability", offer.availability, source, xpath)
    claims.add("sku", offer.sku if len(offers) == 1 else None, source, xpath)
    claims.add("gtin", offer.gtin if len(offers) == 1 else None, source, xpath)
    for value in many(node.get("offers")):
        if isinstance(value, dict):
            claims.add("category", _category(value.get("category")), source, xpath)
            for image in images_of(value.get("image")):
                claims.add_image(document.absolute(image), source, xpath)


def _of_variant(variants: list[Variant]) -> Offer | None:
    """The offer of the first variant that can be had; a group has none of its own."""
    for one in sorted(
        (one for one in variants if one.price), key=lambda one: one.availability not in (None, "InStock")
    ):
        return Offer(one.price, one.list_price, one.currency, one.availability, None, None, None, None)
    return None


def read_variant(node: Node, document: Document) -> Variant:
    """A purchasable form, from a Product node inside a group."""
    offer = choose_offer(list(read_offers(node.get("offers"), document)), document)
    return Variant(
        name=plain(node.get("name")),
        sku=read_code(plain(node.get("sku"))) or (offer.sku if offer else None),
        gtin=gtin_of(node) or (offer.gtin if offer else None),
        price=offer.price if offer else None,
        list_price=offer.list_price if offer else None,
        currency=offer.currency if offer else None,
        availability=offer.availability if offer else None,
        attributes=dict(_attributes(node)),
        image_urls=tuple(url for image in images_of(node.get("image")) if (url := document.absolute(image))),
    )


def _offer_variant(offer: Offer) -> Variant:
    return Variant(
        name=offer.name, sku=offer.sku, gtin=offer.gtin, price=offer.price,
        list_price=offer.list_price, currency=offer.currency, availability=offer.availability,
    )  # fmt: skip


def _prose(value: Any) -> str | None:
    text = next((one for one in many(value) if isinstance(one, str) and one.strip()), None)
    return clean_html(text) if text else None


def _category(value: Any) -> str | None:
    texts = [text for one in many(value) if (text := plain(one)) and not text.startswith(("http:", "https:"))]
    if not texts:
        return None
    return split_category(texts[0]).strip(" /") if len(texts) == 1 else " > ".join(texts)


def _attributes(node: Node) -> Iterator[tuple[str, AttributeValue]]:
    for name in _TEXTS:
        if text := plain(node.get(name)):
            yield name, text
    for name in _MEASURES:
        if (measure := _measure(node.get(name))) is not None:
            yield name, measure
    for one in many(node.get("additionalproperty")):
        if isinstance(one, dict) and types_of(one) <= {"propertyvalue"}:
            label, text = plain(one.get("name")), plain(one.get("value"))
            if label and text and len(label) <= _LONGEST_LABEL:
                yield label, text


def _measure(value: Any) -> Measure | None:
    for one in many(value):
        if isinstance(one, dict):
            unit = plain(one.get("unittext")) or _UNIT_CODES.get(str(plain(one.get("unitcode")) or "").upper())
            one = f"{plain(one.get('value')) or ''} {unit or ''}"
        if one is not None and (measure := parse_measure(str(one))) is not None and measure.unit:
            return measure
    return None
