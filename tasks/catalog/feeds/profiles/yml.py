"""YML (Yandex Market Language): yml_catalog/shop/offers/offer. Source: yandex.ru/support/marketplace (YML format)."""

from __future__ import annotations

from tasks.catalog.feeds.categories import CategoryTree
from tasks.catalog.feeds.heads import Head
from tasks.catalog.feeds.mapping import FeedMapping, Pairs
from tasks.catalog.feeds.profiles.base import Profile, Rules
from tasks.catalog.feeds.records import Values, all_texts, first, local_name
from tasks.catalog.feeds.stream import Element
from tasks.catalog.feeds.values_money import parse_currency

_NAME = ".name"  # no element is called so: the name of an offer that gives it in parts
_SIDES = ("length", "width", "height")  # of <dimensions>20.1/20.5/22.5</dimensions>, in centimetres


def fit(head: Head) -> FeedMapping | None:
    """The mapping of a feed whose root is yml_catalog, or that has categories beside offers like one."""
    record = head.find("offers/offer")
    if head.root != "yml_catalog" and not (record and {"currencyid", "categoryid"} & head.children(record)):
        return None
    return FeedMapping(
        name=PROFILE.name,
        record=record or "/yml_catalog/shop/offers/offer",
        fields={
            "id": ("@id",),
            "sku": ("shop-sku", "sku", "vendorCode"),
            "gtin": ("barcode",),
            "mpn": ("vendorCode",),
            "name": ("name", _NAME, "model", "title"),
            "brand": ("vendor",),
            "category": ("categoryId", "market_category", "typePrefix"),
            "description": ("description",),
            "price": ("price",),
            "list_price": ("oldprice", "old_price"),
            "currency": ("currencyId",),
            "vat_rate": ("vat",),
            "availability": ("@available", "available"),
            "url": ("url",),
            "image": ("picture",),
            "group": ("@group_id",),
            "weight": ("weight",),
            **{side: (f".{side}",) for side in _SIDES},
        },
        pairs=(Pairs(path="param", name="@name", unit="@unit"),),
        units={"weight": "kg", "length": "cm", "width": "cm", "height": "cm"},
    )


class YmlRules(Rules):
    """Categories and currencies stand before the offers; names may come in parts."""

    watched = ("category", "currency")

    def start(self, head: Head) -> None:
        self.title = head.text(f"/{head.root}/shop/name") or head.text(f"/{head.root}/shop/company")
        self.link = head.text(f"/{head.root}/shop/url")
        self._categories = CategoryTree()

    def gather(self, element: Element) -> str | None:
        parent = element.getparent()
        if parent is None or local_name(parent.tag) not in ("categories", "currencies"):
            return None
        key, text = element.get("id", "").strip(), " ".join((element.text or "").split())
        if local_name(element.tag) == "category":
            self._categories.add(key, text or key, element.get("parentId"))
            self.remember(key, text, element.get("parentId") or "")
        elif element.get("rate", "1").strip() in ("1", "1.0", "1.00"):
            self.currency = self.currency or parse_currency(key)
            self.remember(key)
        return None

    def prepare(self, record: Element, values: Values) -> None:
        if keys := values.get("categoryId"):
            paths = [path for key in all_texts(keys) if (path := self._categories.path(key))]
            values["category_id"] = keys
            if paths:
                values["categoryId"] = paths
            else:
                del values["categoryId"]
        if "name" not in values:
            parts = [first(values.get(part)) for part in ("typePrefix", "vendor", "model")]
            if values.get("model") and any(parts[:2]):
                values[_NAME] = " ".join(part for part in parts if part)
            elif (title := first(values.get("title"))) and (artist := first(values.get("artist"))):
                values[_NAME] = f"{artist} - {title}"
        if dimensions := first(values.get("dimensions")):
            sides = dimensions.split("/")
            if len(sides) == len(_SIDES):
                values.update(
                    {f".{side}": text.strip() for side, text in zip(_SIDES, sides, strict=True) if text.strip()}
                )


PROFILE = Profile("yml", fit, YmlRules)
