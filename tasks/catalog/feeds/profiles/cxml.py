"""cXML catalogs: Index/IndexItem/IndexItemAdd. Source: cXML reference guide (cxml.org), "Catalog definitions"."""

from __future__ import annotations

from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.heads import Head
from tasks.catalog.feeds.mapping import FeedMapping, Pairs
from tasks.catalog.feeds.profiles.base import Profile, Rules
from tasks.catalog.feeds.records import local_name
from tasks.catalog.feeds.stream import Element

_DETAIL = "ItemDetail"
_TRAIT = f"{_DETAIL}/ItemDetailIndustry/ItemDetailRetail/Characteristic"
_SKIPPED = {
    "IndexItemDelete": "deleted in the feed",
    "IndexItemPunchout": "an item of a shop to visit, without a price",
}


def fit(head: Head) -> FeedMapping | None:
    """The mapping of an index. FeedError for a cXML document that orders or answers instead of offering."""
    record = head.find("IndexItem/IndexItemAdd")
    if record is None and head.root == "cXML":
        raise FeedError(f"a cXML message ({_find_kind(head)}), not a catalog", 1)
    if record is None and (head.root != "Index" or not (head.find("IndexItem") or "loadmode" in head.attributes)):
        return None
    return _make_mapping(record or "/Index/IndexItem/IndexItemAdd")


def fit_order(head: Head) -> FeedMapping | None:
    """The mapping of the items of an order or a cart, for who wants them read as products nevertheless."""
    record = head.find("ItemIn", "ItemOut") if head.root == "cXML" else None
    return _make_mapping(record) if record else None


def _find_kind(head: Head) -> str:
    """What a message is, by the name of its body."""
    bodies = (path for path in head.counts if path.count("/") == 3 and not path.startswith("/cXML/Header"))
    return next((path.rpartition("/")[2] for path in bodies), "without a body")


def _make_mapping(record: str) -> FeedMapping:
    return FeedMapping(
        name=PROFILE.name,
        record=record,
        decimal_mark=".",
        fields={
            "id": ("ItemID/SupplierPartID",),
            "sku": ("ItemID/SupplierPartID",),
            "mpn": (f"{_DETAIL}/ManufacturerPartID",),
            "name": (f"{_DETAIL}/Description/ShortName", f"{_DETAIL}/Description"),
            "brand": (f"{_DETAIL}/ManufacturerName",),
            "category": (f"{_DETAIL}/Classification",),
            "description": (f"{_DETAIL}/Description",),
            "price": (f"{_DETAIL}/UnitPrice/Money",),
            "currency": (f"{_DETAIL}/UnitPrice/Money/@currency",),
            "gtin": (f"{_DETAIL}/ItemDetailIndustry/ItemDetailRetail/EANID",),
            "url": (f"{_DETAIL}/URL",),
            "image": (
                f"{_DETAIL}/AttachmentReference/URL",
                f"{_DETAIL}/Extrinsic[image]",
                f"{_DETAIL}/Extrinsic[Image]",
            ),
            "color": (f"{_TRAIT}[color]", f"{_TRAIT}[colour]"),
            "size": (f"{_TRAIT}[size]",),
        },
        pairs=(
            Pairs(path=_TRAIT, name="@domain", value="@value"),
            Pairs(path=f"{_DETAIL}/Extrinsic", name="@name"),
        ),
    )


class CxmlRules(Rules):
    """Items that are taken out of the index are counted, not read."""

    watched = tuple(_SKIPPED)

    def start(self, head: Head) -> None:
        self.title = head.text("/Index/SupplierID")
        self.is_update = head.attributes.get("loadmode", "").casefold() == "incremental"

    def gather(self, element: Element) -> str | None:
        return _SKIPPED[local_name(element.tag)]


PROFILE = Profile("cxml", fit, CxmlRules)
