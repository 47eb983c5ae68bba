"""A product in the data that a page keeps for its own scripts: Shopify's product and WooCommerce's variations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tasks.catalog.feeds.values import clean_html, parse_gtin
from tasks.catalog.products import AttributeValue, Variant
from tasks.catalog.web.amounts import read_amount, read_code
from tasks.catalog.web.claims import Claim, Claims
from tasks.catalog.web.dom import Document, clean
from tasks.catalog.web.nodes import address_of, many

_OBJECT = re.compile(r'\{\s*"id"\s*:\s*"?\d+')
_MOST_TRIES = 12  # objects of a script that are looked at
_MOST_VARIANTS = 500
_LEAST_TEXT = 80  # characters


def claim_state(claims: Claims, document: Document) -> None:
    """Variants, codes and pictures from embedded data of the product that the page is about."""
    name = claims.first("name") or ""
    for product, path in _shopify_products(document):
        title = clean(str(product.get("title") or ""))
        if title and name and title.casefold() != name.casefold() and title.casefold() not in name.casefold():
            continue
        _claim_shopify(claims, product, document, path)
        return
    for element in document.body.xpath(".//form[@data-product_variations]"):
        try:
            variations = json.loads(element.get("data-product_variations") or "", parse_float=Decimal)
        except ValueError:
            continue
        if isinstance(variations, list):
            _claim_woocommerce(claims, variations, document, document.path(element))


def _shopify_products(document: Document) -> Iterator[tuple[dict[str, Any], str]]:
    """Objects with a title and variants that scripts hold, those with the most told of first."""
    found = []
    for script in document.root.iter("script"):
        text = script.text or ""
        if '"variants"' not in text or len(text) < _LEAST_TEXT or "ld+json" in (script.get("type") or ""):
            continue
        path = document.path(script)
        found += [(one, path) for one in _objects(text)]
    yield from sorted(found, key=lambda one: -len(one[0]))


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder(strict=False, parse_float=Decimal)
    for match, _ in zip(_OBJECT.finditer(text), range(_MOST_TRIES), strict=False):
        try:
            value, _ = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and _has_variants(value):
            yield value
            return


def _has_variants(value: dict[str, Any]) -> bool:
    variants = value.get("variants")
    return (
        isinstance(variants, list)
        and bool(variants)
        and all(isinstance(one, dict) and "price" in one for one in variants)
    )


def _claim_shopify(claims: Claims, product: dict[str, Any], document: Document, path: str) -> None:
    options = [one.get("name") if isinstance(one, dict) else one for one in many(product.get("options"))]
    cents = _in_cents(product, claims.first("price"))
    variants = [
        _shopify_variant(one, options, cents, claims.first("currency"), document)
        for one in product["variants"][:_MOST_VARIANTS]
    ]
    claims.add("name", clean(str(product.get("title") or "")), "state", path)
    claims.add("brand", clean(str(product.get("vendor") or "")), "state", path)
    claims.add(
        "description", clean_html(str(product.get("description") or product.get("body_html") or "")), "state", path
    )
    wanted = re.search(r"[?&]variant=(\d+)", document.url)
    chosen = next((n for n, one in enumerate(product["variants"]) if wanted and str(one.get("id")) == wanted[1]), None)
    chosen = (
        next((n for n, one in enumerate(variants) if one.availability != "OutOfStock"), 0) if chosen is None else chosen
    )
    main = variants[chosen]
    for field, value in (
        ("sku", main.sku),
        ("gtin", main.gtin),
        ("price", main.price),
        ("list_price", main.list_price),
        ("availability", main.availability),
    ):
        claims.add(field, value, "state", path)
    if len(variants) > 1 and not claims.variants:
        claims.variants = [(one, Claim("", "state", path)) for one in variants]
    for image in many(product.get("images")):
        address = image.get("src") if isinstance(image, dict) else image
        claims.add_image(document.absolute(address) if isinstance(address, str) else None, "state", path)


def _in_cents(product: dict[str, Any], price: str | None) -> bool:
    """Whether whole numbers are cents: Shopify's templates write them so, its API not. A known price settles it."""
    amounts = [one.get("price") for one in product["variants"]]
    if not all(isinstance(one, int) for one in amounts):
        return False
    if price is not None:
        return any(Decimal(one) == Decimal(price) * 100 for one in amounts) or not any(
            Decimal(one) == Decimal(price) for one in amounts
        )
    return True


def _shopify_variant(
    one: dict[str, Any], options: list[Any], cents: bool, currency: str | None, document: Document
) -> Variant:
    def amount(value: Any) -> str | None:
        return read_amount(Decimal(value).scaleb(-2) if cents and isinstance(value, int) else value, document)

    listed, price = amount(one.get("compare_at_price")), amount(one.get("price"))
    attributes: dict[str, AttributeValue] = {
        clean(str(name)): clean(str(value))
        for name, value in zip(options, (one.get(f"option{n}") for n in (1, 2, 3)), strict=False)
        if name and value and str(value) != "Default Title"
    }
    title = clean(str(one.get("public_title") or one.get("title") or ""))
    available = one.get("available")
    return Variant(
        name=title if title and title != "Default Title" else None,
        sku=read_code(one.get("sku")),
        gtin=parse_gtin(str(one.get("barcode") or "")),
        price=price,
        list_price=listed if listed and price and float(listed) > float(price) else None,
        currency=currency,
        availability=None if not isinstance(available, bool) else "InStock" if available else "OutOfStock",
        attributes=attributes,
    )


def _claim_woocommerce(claims: Claims, variations: list[Any], document: Document, path: str) -> None:
    made = []
    for one in variations[:_MOST_VARIANTS]:
        if not isinstance(one, dict):
            continue
        options = one["attributes"] if isinstance(one.get("attributes"), dict) else {}
        attributes = {
            name.removeprefix("attribute_").removeprefix("pa_"): clean(str(value))
            for name, value in options.items()
            if value
        }
        price, regular = (
            read_amount(one.get("display_price"), document),
            read_amount(one.get("display_regular_price"), document),
        )
        image = one.get("image") if isinstance(one.get("image"), dict) else {}
        address = document.absolute(address_of([image.get("full_src"), image.get("src")])) if image else None
        stock = one.get("is_in_stock")
        made.append(
            Variant(
                name=" / ".join(attributes.values()) or None,
                sku=read_code(one.get("sku")),
                price=price,
                list_price=regular if regular and price and float(regular) > float(price) else None,
                currency=claims.first("currency"),
                availability=None if not isinstance(stock, bool) else "InStock" if stock else "OutOfStock",
                attributes=dict(attributes),
                image_urls=(address,) if address else (),
            )
        )
    if made and not claims.variants:
        claims.variants = [(one, Claim("", "state", path)) for one in made]
