"""Skroutz and BestPrice, the Greek price comparisons: products/product, under a root of the shop's choice.

Sources: developer.skroutz.gr (XML feed), merchants.bestprice.gr (feed specification). Prices include VAT, in euro.
"""

from __future__ import annotations

from tasks.catalog.feeds.heads import Head
from tasks.catalog.feeds.mapping import FeedMapping, Target
from tasks.catalog.feeds.profiles.base import Profile, Rules

_SKROUTZ_NAMES = frozenset(
    ["uniqueid", "price_with_vat", "instock", "additionalimage", "additional_imageurl", "additionalimageurl"]
)
_BESTPRICE_NAMES = frozenset(
    ["productid", "producturl", "imageurl", "imagesurl", "categorypath", "categoryid", "netprice", "oldprice"]
)
_SHARED_NAMES = frozenset(
    ["name", "title", "link", "manufacturer", "mpn", "availability", "category", "image", "price", "brand", "stock"]
)


def _find_record(head: Head, own: frozenset[str]) -> str | None:
    """The products of a feed with at least one telling name of its own and the usual ones beside it."""
    for path in head.counts:
        if path.count("/") > 1 and path.rpartition("/")[2].casefold() in ("product", "item"):
            names = head.children(path)
            if len(names & own) >= 2 or (names & own and len(names & _SHARED_NAMES) >= 4):
                return path
    return None


def fit_skroutz(head: Head) -> FeedMapping | None:
    """Skroutz: names differ from shop to shop in case and underscores."""
    record = _find_record(head, _SKROUTZ_NAMES)
    if record is None:
        return None
    return FeedMapping(
        name="skroutz",
        record=record,
        fields={
            "id": ("UniqueID", "unique_id", "id", "productId", "@id"),
            "sku": ("sku",),
            "gtin": ("ean", "barcode"),
            "mpn": ("mpn", "manufacturersku"),
            "name": ("name", "title"),
            "brand": ("manufacturer", "brand"),
            "category": ("category", "category_path"),
            "description": ("description",),
            "price": ("price_with_vat", "price"),
            "vat_rate": ("vat",),
            "availability": ("instock", "availability", "quantity"),
            "url": ("link", "url"),
            "image": ("image", "additionalimage", "additional_imageurl", "additionalimageurl"),
            "weight": ("weight",),
            "color": ("color",),
            "size": ("size",),
        },
        attributes={"category/@id": "category_id"},
        variant="variations/variation",
        variant_fields={
            "id": ("variationid", "variation_id"),
            "sku": ("manufacturersku", "sku"),
            "gtin": ("ean",),
            "price": ("price_with_vat", "price"),
            "availability": ("availability", "quantity"),
            "url": ("link",),
            "size": ("size",),
            "color": ("color",),
        },
        units={"weight": "g"},
        currency="EUR",
    )


def fit_bestprice(head: Head) -> FeedMapping | None:
    """BestPrice: names in camel case."""
    record = _find_record(head, _BESTPRICE_NAMES)
    if record is None:
        return None
    return FeedMapping(
        name="bestprice",
        record=record,
        fields={
            "id": ("productId", "product_id", "id", "@id"),
            "sku": ("sku",),
            "gtin": ("EAN", "barcode"),
            "mpn": ("MPN",),
            "name": ("title", "name"),
            "brand": ("brand", "manufacturer"),
            "category": ("categoryPath", "category_path", "category"),
            "description": ("description",),
            "price": ("price",),
            "price_net": ("netprice",),
            "list_price": ("oldPrice",),
            "availability": ("stock", "availability"),
            "url": ("productURL", "link"),
            "image": ("imageURL", "image", "imagesURL/img1", "imagesURL/img2", "imagesURL/img3", "imagesURL/img4",
                      "imagesURL/img5", "imagesURL/img6"),
            "weight": ("weight",),
            "color": ("color",),
            "size": ("size",),
        },
        attributes={"categoryID": "category_id"},
        units={"weight": "g"},
        currency="EUR",
    )  # fmt: skip


class GreekRules(Rules):
    """A shop names itself beside its products, if at all."""

    def start(self, head: Head) -> None:
        above = self.mapping.record.rpartition("/")[0]
        self.title = head.text(f"{above}/title") or head.text(f"/{head.root}/title")


_NEEDED: tuple[Target, ...] = ("name", "price", "url", "image")  # that both ask of every product
PROFILES = (
    Profile("skroutz", fit_skroutz, GreekRules, _NEEDED),
    Profile("bestprice", fit_bestprice, GreekRules, _NEEDED),
)
