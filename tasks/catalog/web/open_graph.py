"""OpenGraph, product: metas and their like, as claims. They are often a template's: other sources come first."""

from __future__ import annotations

from tasks.catalog.feeds.values import parse_availability, parse_gtin
from tasks.catalog.web.amounts import read_amount, read_code, read_currency
from tasks.catalog.web.claims import Claims
from tasks.catalog.web.dom import Document, clean

_SALE = ("product:sale_price:amount",)
_PRICE = ("product:price:amount", "og:price:amount", "price", "product:price", "og:price:standard_amount")
_LIST = ("product:original_price:amount", "og:price:original_amount", "og:price:compare_at_amount")
_CURRENCY = (
    "product:sale_price:currency",
    "product:price:currency",
    "og:price:currency",
    "product:currency",
    "og:currency",
)
_STOCK = ("product:availability", "og:availability", "availability")
_CODES = {
    "sku": ("product:sku", "og:sku", "product:retailer_item_id", "product:retailer_part_no"),
    "mpn": ("product:mfr_part_no", "product:mpn", "og:mpn"),
}
_BRAND = ("product:brand", "og:brand", "product:manufacturer", "brand")
_GTIN = ("product:ean", "product:gtin", "product:upc", "og:ean", "og:upc", "og:gtin", "product:isbn")
_ATTRIBUTES = {
    "color": ("product:color",),
    "material": ("product:material",),
    "size": ("product:size",),
    "pattern": ("product:pattern",),
}


def _path(document: Document, name: str) -> str:
    return f'//meta[@property="{name}" or @name="{name}"]/@content'


def read_open_graph(document: Document) -> Claims:
    """What the page's metas say. Where there is a sale's price, the plain one is the regular price."""
    claims = Claims()

    def take(field: str, names: tuple[str, ...], read: object = clean) -> None:
        for name in names:
            for content in document.meta.get(name, ())[:1]:
                claims.add(field, read(content), "opengraph", _path(document, name))  # type: ignore[operator]

    def amount(content: str) -> str | None:
        return read_amount(content, document)

    take("title", ("og:title",))
    take("url", ("og:url",), document.absolute)
    take("description", ("og:description", "description"))
    take("price", _SALE, amount)
    take("list_price" if claims.first("price") else "price", _PRICE, amount)
    take("list_price", _LIST, amount)
    take("currency", _CURRENCY, lambda content: read_currency(content, document))
    take("availability", _STOCK, parse_availability)
    for field, names in _CODES.items():
        take(field, names, read_code)
    take("gtin", _GTIN, parse_gtin)
    take("brand", _BRAND)
    for name, names in _ATTRIBUTES.items():
        if text := document.first_meta(*names):
            claims.add_attribute(name, clean(text), "opengraph", _path(document, names[0]))
    for name in ("og:image", "og:image:secure_url", "og:image:url", "twitter:image"):
        for content in document.meta.get(name, ()):
            claims.add_image(document.absolute(content), "opengraph", _path(document, name))
    return claims


def is_product_page(document: Document) -> bool:
    """Whether the metas say that this page is a product's."""
    kind = (document.first_meta("og:type") or "").lower()
    priced = document.first_meta("product:price:amount", "og:price:amount", "product:retailer_item_id")
    return kind in ("product", "product.item", "og:product", "product:item") or bool(priced and amount_is_real(priced))


def amount_is_real(text: str) -> bool:
    """Whether a price meta holds more than a placeholder."""
    return any(char in "123456789" for char in text)
