"""Reading the properties of a schema.org node, whichever of its many shapes they have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tasks.catalog.feeds.values import clean_html, parse_gtin
from tasks.catalog.web.dom import clean
from tasks.catalog.web.json_ld import Node

_GTINS = ("gtin", "gtin13", "gtin14", "gtin12", "gtin8", "ean", "ean13", "upc", "isbn")


def many(value: Any) -> list[Any]:
    """A property's values: none, one or several."""
    return [] if value is None else list(value) if isinstance(value, list) else [value]


def plain(value: Any) -> str | None:
    """The text of a property: of a text or number, or of a node's name or value; the first of several that has one."""
    for one in many(value):
        if isinstance(one, dict):
            one = plain(one.get("name") or one.get("@value") or one.get("value") or one.get("title"))
        if isinstance(one, bool) or one is None:
            continue
        if text := clean(clean_html(str(one)) if "<" in str(one) or "&" in str(one) else str(one)):
            return text
    return None


def gtin_of(node: Node) -> str | None:
    return next(
        (found for name in _GTINS for one in many(node.get(name)) if (found := parse_gtin(str(plain(one) or "")))), None
    )


def brand_of(value: Any) -> str | None:
    """A brand's name, without the words that a template puts before it ("More of the brand: X")."""
    text = plain(value)
    if text and ":" in text:
        text = text.rpartition(":")[2].strip()
    return text if text and len(text) <= 80 else None


def address_of(value: Any) -> str | None:
    for one in many(value):
        if isinstance(one, dict):
            one = one.get("@id") or one.get("url")
        if isinstance(one, str):
            return one
    return None


def images_of(value: Any) -> Iterator[str]:
    for item in many(value):
        one = item
        if isinstance(one, dict):
            one = next(
                (one.get(name) for name in ("contenturl", "url", "@id", "image") if isinstance(one.get(name), str)),
                None,
            )
        if isinstance(one, str) and one.strip() and not one.strip().startswith("data:"):
            yield one.strip()
