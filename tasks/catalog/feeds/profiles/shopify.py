"""Shopify's collection feeds in Atom (`/collections/all.atom`): entries with variants in Shopify's namespace."""

from __future__ import annotations

import re

from tasks.catalog.feeds.heads import Head
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.profiles.base import Profile, Rules
from tasks.catalog.feeds.records import Values, first
from tasks.catalog.feeds.stream import Element

_NAMESPACE = "jadedpixel.com/-/spec/shopify"
_IMAGE = re.compile(r"<img\b[^>]*?\bsrc\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)
# The summary is a table: picture and facts, then the description in a cell over both columns.
_DESCRIPTION = re.compile(r"<td\s+colspan=[\"']2[\"'][^>]*>(.*)</td>", re.IGNORECASE | re.DOTALL)


def fit(head: Head) -> FeedMapping | None:
    """The mapping of an Atom feed that declares Shopify's namespace."""
    if head.root != "feed" or head.prefix_of(_NAMESPACE) is None:
        return None
    return FeedMapping(
        name=PROFILE.name,
        record="/feed/entry",
        fields={
            "id": ("id",),
            "name": ("title",),
            "brand": ("vendor",),
            "category": ("type",),
            "description": ("summary", "content"),
            "url": ("link/@href",),
            "image": (".image",),
        },
        variant="variant",
        variant_fields={
            "id": ("id",),
            "name": ("title",),
            "sku": ("sku",),
            "gtin": ("barcode",),
            "price": ("price",),
            "currency": ("price/@currency",),
            "list_price": ("compare_at_price",),
            "weight": ("grams",),
        },
        units={"weight": "g"},
        ignore=("link/@rel", "link/@type", "summary/@type", "published", "updated"),
    )


class ShopifyRules(Rules):
    """The picture and the description are cut out of the summary's table."""

    def start(self, head: Head) -> None:
        self.title = head.text("/feed/title")
        self.link = head.text("/feed/id")

    def prepare(self, record: Element, values: Values) -> None:
        summary = first(values.get("summary"))
        if not summary:
            return
        if images := _IMAGE.findall(summary):
            values[".image"] = images
        if described := _DESCRIPTION.search(summary):
            values["summary"] = described[1]


PROFILE = Profile("shopify", fit, ShopifyRules)
