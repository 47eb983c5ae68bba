"""Fields that are more than a text: availability, addresses, sizes, and words that any product may have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urljoin

from tasks.catalog.feeds.fields import Fields, attribute_of
from tasks.catalog.feeds.mapping import FeedMapping, Target
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

MEASURES: tuple[Target, ...] = ("width", "height", "depth", "length", "thickness", "diameter", "weight")
WORDS: tuple[Target, ...] = ("supplier", "group", "size", "color", "material", "finish", "collection", "designer")
# An address that needs no cleaning: nothing to encode, no second address in it, no entity.
_PLAIN_URL = re.compile(r"https?://(?:(?!https?:|&amp;)[A-Za-z0-9._~:/?#@!$'()*+=%&-])+")


def take_availability(fields: Fields, mapping: FeedMapping) -> str | None:
    """schema.org's term, of the first column that tells one."""
    scale = mapping.availability_scale
    for path, text in fields.offers("availability"):
        if term := parse_availability(text, scale):
            # A number of days or a code says more than the term that is made of it.
            fields.note("availability", path, keep=scale != "flag")
            return term
    return None


def take_url(fields: Fields, base: str | None) -> str | None:
    """The first address; a relative one is resolved against `base`."""
    for path, text in fields.offers("url"):
        if url := _absolute(text, base):
            fields.note("url", path)
            return url
    return None


def take_images(fields: Fields, base: str | None) -> tuple[str, ...]:
    """Every picture's address once, the main one's column first. A relative one without `base` stays an attribute."""
    found: dict[str, None] = {}
    for path, _ in fields.offers("image"):
        urls = [url for text in all_texts(fields.values[path]) for url in _image_urls(text, base)]
        if urls:
            fields.note("image_urls", path)
            found |= dict.fromkeys(urls)
    return tuple(found)


def take_attributes(
    fields: Fields, mapping: FeedMapping, words: Sequence[Target], measures: Sequence[Target]
) -> dict[str, AttributeValue]:
    """Attributes with a meaning of their own, of the targets that the mapping has; sizes with their units."""
    attributes: dict[str, AttributeValue] = {}
    units, mark = mapping.units, mapping.decimal_mark
    for target in words:
        if target in fields.found and (value := fields.take_all(target)) is not None:
            attributes[target] = attribute_of(value)
    found = fields.found
    for target in measures:
        if target not in found:
            continue
        for path, text in fields.offers(target):
            if measure := parse_measure(text, units.get(target), mark):
                attributes[target] = measure
                fields.note(target, path)
                break
    for path, text in fields.offers("dimensions") if "dimensions" in found else ():
        if sizes := parse_dimensions(text, units.get("dimensions"), mark):
            fields.note("dimensions", path)
            for axis, size in sizes.items():
                attributes.setdefault(axis, size)
    if "vat_rate" in found and (rate := fields.take("vat_rate")):
        attributes["vat_rate"] = parse_vat(rate) or rate
    return attributes


def _image_urls(text: str, base: str | None) -> Sequence[str]:
    if _PLAIN_URL.fullmatch(text):
        return (text,)
    if found := split_urls(text):
        return found
    url = _absolute(text, base)
    return (url,) if url else ()


def _absolute(text: str, base: str | None) -> str | None:
    if _PLAIN_URL.fullmatch(text):
        return text
    return clean_url(text) or (clean_url(urljoin(base, text.replace(" ", "%20"))) if base else None)
