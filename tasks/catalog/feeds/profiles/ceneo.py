"""Ceneo, the Polish price comparison: offers/o. Source: Ceneo's specification of the offer file, versions 1 and 2."""

from __future__ import annotations

from tasks.catalog.feeds.heads import Head
from tasks.catalog.feeds.mapping import FeedMapping, Pairs
from tasks.catalog.feeds.profiles.base import Profile


def fit(head: Head) -> FeedMapping | None:
    """Version 2 has the offers below the root, version 1 in groups (books, tyres, other) by their kind."""
    if head.root != "offers":
        return None
    record = head.find("offers/o", "group/o") or "/offers/o"
    if head.counts.get(record) and not {"id", "price"} <= head.keys.get(record, set()):
        return None
    if not head.counts.get(record) and len(head.counts) > 1:
        return None
    return FeedMapping(
        name=PROFILE.name,
        record=record,
        fields={
            "id": ("@id",),
            "name": ("name",),
            "url": ("@url",),
            "price": ("@price",),
            "availability": ("@avail",),
            "weight": ("@weight",),
            "category": ("cat",),
            "description": ("desc",),
            "image": ("imgs/main/@url", "imgs/i/@url"),
            "brand": ("attrs/a[Producent]",),
            "mpn": ("attrs/a[Kod producenta]", "attrs/a[Kod_producenta]"),
            "gtin": ("attrs/a[EAN]", "attrs/a[ISBN]"),
        },
        pairs=(Pairs(path="attrs/a", name="@name"),),
        units={"weight": "kg"},
        availability_scale="ceneo",
        currency="PLN",
    )


PROFILE = Profile("ceneo", fit)
