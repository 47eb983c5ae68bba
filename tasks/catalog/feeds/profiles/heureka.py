"""Heureka and Zbozi, the Czech and Slovak price comparisons: SHOP/SHOPITEM.

Sources: heureka.github.io/xml-feed-specs, napoveda.zbozi.cz (specification of the feed). PRICE is without VAT,
PRICE_VAT is what is paid; DELIVERY_DATE counts days, 0 is in stock. Neither names a currency.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tasks.catalog.feeds.heads import Head
from tasks.catalog.feeds.mapping import FeedMapping, Pairs
from tasks.catalog.feeds.profiles.base import Profile, Rules
from tasks.catalog.feeds.records import Values, first
from tasks.catalog.feeds.stream import Element

_RELEASED = ".released"  # no element is called so: the release that DELIVERY_DATE names is over
_RECORD = "/SHOP/SHOPITEM"
_ZBOZI_NAMES = frozenset(
    ["max_cpc", "max_cpc_search", "extra_message", "shop_depots", "visibility", "custom_label_0", "product_line"]
)
_HEUREKA_NAMES = frozenset(
    ["heureka_cpc", "itemgroup_id", "delivery", "gift", "accessory", "item_type", "dues", "special_service"]
)
_CURRENCIES = {"sk": "EUR", "cz": "CZK"}


def _fit(head: Head, name: str) -> FeedMapping | None:
    if head.root.casefold() != "shop" or (head.find("SHOPITEM", "shopitem") is None and len(head.counts) > 1):
        return None
    if _guess_name(head) != name:
        return None
    record = head.find("SHOPITEM", "shopitem") or _RECORD
    return FeedMapping(
        name=name,
        record=record,
        fields={
            "id": ("ITEM_ID",),
            "gtin": ("EAN", "ISBN"),
            "sku": ("PRODUCTCODE", "CODE"),
            "mpn": ("PRODUCTNO",),
            "name": ("PRODUCTNAME", "PRODUCT"),
            "brand": ("MANUFACTURER", "BRAND"),
            "category": ("CATEGORYTEXT",),
            "description": ("DESCRIPTION",),
            "price": ("PRICE_VAT", "PRICE"),
            "price_net": ("PRICE", "PRICE_NO_VAT"),
            "list_price": ("LIST_PRICE", "PRICE_BEFORE_DISCOUNT"),
            "currency": ("CURRENCY",),
            "vat_rate": ("VAT",),
            "availability": (_RELEASED, "DELIVERY_DATE"),
            "url": ("URL",),
            "image": ("IMGURL", "IMGURL_ALTERNATIVE"),
            "group": ("ITEMGROUP_ID", "ITEM_GROUP_ID"),
        },
        pairs=(Pairs(path="PARAM", name="PARAM_NAME | NAME", value="VAL", unit="UNIT"),),
        variant="VARIANT",
        variant_fields={
            "id": ("VARIANT_ID", "ITEM_ID"),
            "sku": ("VARIANTCODE", "PRODUCTCODE"),
            "gtin": ("EAN",),
            "mpn": ("PRODUCTNO",),
            "name": ("PRODUCTNAMETEXT", "PRODUCTNAMEEXT", "PRODUCTNAME", "PRODUCT"),
            "price": ("PRICE_VAT", "PRICE"),
            "price_net": ("PRICE",),
            "availability": ("DELIVERY_DATE",),
            "url": ("URL",),
            "image": ("IMGURL", "IMGURL_ALTERNATIVE"),
        },
        availability_scale="days",
    )


def _guess_name(head: Head) -> str:
    """Which of the two: the namespace says it, else the names that only one of them has."""
    for name in ("zbozi", "heureka"):
        if head.prefix_of(name) or name in head.prefixes.get("", ""):
            return name
    children = head.children(head.find("SHOPITEM", "shopitem") or _RECORD)
    return "zbozi" if len(children & _ZBOZI_NAMES) > len(children & _HEUREKA_NAMES) else "heureka"


class HeurekaRules(Rules):
    """The currency is that of the country in whose domain the shop is."""

    dated = re.compile(rb"DELIVERY_DATE>\s*\d{4}-")

    def start(self, head: Head) -> None:
        ends = [
            (urlsplit(url).hostname or "").rpartition(".")[2]
            for url in head.texts.get(f"{self.mapping.record}/URL", ())
        ]
        told = [_CURRENCIES[end] for end in ends if end in _CURRENCIES]
        self.currency = max(sorted(set(told)), key=told.count) if told else "CZK"

    def prepare(self, record: Element, values: Values) -> None:
        delivery = first(values.get("DELIVERY_DATE")) or ""
        if self.today is not None and "-" in delivery[1:] and delivery <= self.today.isoformat():
            values[_RELEASED] = "0"


PROFILES = (
    Profile("zbozi", lambda head: _fit(head, "zbozi"), HeurekaRules, ("name",)),
    Profile("heureka", lambda head: _fit(head, "heureka"), HeurekaRules, ("name",)),
)
