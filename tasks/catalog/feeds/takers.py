"""Fields that are more than a text: availability, addresses, sizes, and words that any product may have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urljoin

from tasks.catalog.feeds.fields import Fields, attribute_of
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.records import all_texts
from tasks.catalog.feeds.values import (
    clean_url,
    parse_availability,
    parse_dimensions,
    parse_measure,
    parse_vat,
    split_urls,
)
from tasks.catalog.products import AttributeValue

_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$'()*+=%&-]+")


def take_availability(fields: Fields, mapping: FeedMapping) -> str | None:
    """schema.org's term, of the first column that tells one."""
    scale = mapping.availability_scale
    for path in fields.found.get("availability", ()):
        if term := parse_availability(fields.first(path), scale):
            # A number of days or a code says more than the term that is made of it.
            fields.note("availability", path, keep=scale != "flag")
            return term
    return None


def take_url(fields: Fields, base: str | None) -> str | None:
    """The first address; a relative one is resolved against `base`."""
    for path in fields.found.get("url", ()):
        if url := _absolute(fields.first(path), base):
            fields.note("url", path)
            return url
    return None


def take_images(fields: Fields, base: str | None) -> tuple[str, ...]:
    """Every picture's address once, the main one's column first. A relative one without `base` stays an attribute."""
    found: dict[str, None] = {}
    for path in fields.found.get("image", ()):
        urls = [url for text in all_texts(fields.values[path]) for url in _image_urls(text, base)]
        if urls:
            fields.note("image_urls", path)
            found |= dict.fromkeys(urls)
    return tuple(found)


def take_attributes(fields: Fields, mapping: FeedMapping) -> dict[str, AttributeValue]:
    """Attributes with a meaning of their own; sizes with their units."""
    attributes: dict[str, AttributeValue] = {}
    for target, path in fields.shape.words:
        fields.note(target, path)
        attributes[target] = attribute_of(fields.values[path])
    units, mark, found = mapping.units, mapping.decimal_mark, fields.found
    for target in fields.shape.measures:
        for path in found[target]:
            if measure := parse_measure(fields.first(path), units.get(target), mark):
                attributes[target] = measure
                fields.note(target, path)
                break
    for path in found.get("dimensions", ()):
        if sizes := parse_dimensions(fields.first(path), units.get("dimensions"), mark):
            fields.note("dimensions", path)
            for axis, size in sizes.items():
                attributes.setdefault(axis, size)
    if "vat_rate" in found and (rate := fields.take("vat_rate")):
        attributes["vat_rate"] = parse_vat(rate) or rate
    return attributes


def _is_plain(text: str) -> bool:
    """An address that needs no cleaning: nothing to encode, no second address in it, no entity."""
    return _PLAIN_URL.fullmatch(text) is not None and text.find("http", 4) < 0 and "&amp;" not in text


def _image_urls(text: str, base: str | None) -> Sequence[str]:
    if _is_plain(text):
        return (text,)
    if found := split_urls(text):
        return found
    url = _absolute(text, base)
    return (url,) if url else ()


def _absolute(text: str, base: str | None) -> str | None:
    if _is_plain(text):
        return text
    return clean_url(text) or (clean_url(urljoin(base, text.replace(" ", "%20"))) if base else None)
