"""BMEcat 1.2 and 2005: articles or products, then the map of their groups. Source: bmecat.org, both specifications."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urljoin

from tasks.catalog.feeds.categories import CategoryTree
from tasks.catalog.feeds.heads import Head
from tasks.catalog.feeds.mapping import FeedMapping, Pairs
from tasks.catalog.feeds.profiles.base import Profile, Rules
from tasks.catalog.feeds.records import Values, first, first_at, local_name
from tasks.catalog.feeds.stream import Element
from tasks.catalog.feeds.values_money import parse_currency

# What a consumer pays comes first: gross list price, recommended retail price, then what is net of VAT.
_PRICE_TYPES = ("gros_list", "nrp", "net_list", "net_customer", "net_customer_exp")
_CATEGORY, _IMAGE, _SUPPLIER = ".category", ".image", ".supplier"  # no elements are called so
_PURPOSES = ("normal", "detail", "thumbnail", "icon", "logo", "others")  # MIME_PURPOSE, the product's own view first
_PICTURE_ENDS = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".tif", ".tiff", ".bmp")


def fit(head: Head) -> FeedMapping | None:
    """1.2 has articles with SUPPLIER_AID, 2005 products with SUPPLIER_PID, in a transaction of three kinds."""
    if head.root != "BMECAT":
        return None
    record = next(
        (path for path in head.counts if path.count("/") == 3 and path.endswith(("/ARTICLE", "/PRODUCT"))), None
    )
    is_2005 = record.endswith("PRODUCT") if record else head.attributes.get("version", "").startswith("2005")
    kind, part = ("PRODUCT", "PID") if is_2005 else ("ARTICLE", "AID")
    details, price = f"{kind}_DETAILS", f"{kind}_PRICE_DETAILS/{kind}_PRICE"
    return FeedMapping(
        name=PROFILE.name,
        record=record or f"/BMECAT/*/{kind}",
        fields={
            "id": (f"SUPPLIER_{part}",),
            "sku": (f"SUPPLIER_{part}",),
            "gtin": (f"{details}/EAN", f"{details}/INTERNATIONAL_{part}"),
            "mpn": (f"{details}/MANUFACTURER_{part}",),
            "name": (f"{details}/DESCRIPTION_SHORT", f"{details}/DESCRIPTION_LONG"),
            "brand": (f"{details}/MANUFACTURER_NAME",),
            "supplier": (_SUPPLIER,),
            "category": (_CATEGORY,),
            "description": (f"{details}/DESCRIPTION_LONG",),
            "price": tuple(f"{price}[{kind}]" for kind in _PRICE_TYPES),
            "image": (_IMAGE,),
        },
        prices={price: "price"},
        decimal_mark=".",
        pairs=(
            Pairs(path=price, name="@price_type", value="PRICE_AMOUNT", unit="PRICE_CURRENCY", note="LOWER_BOUND"),
            Pairs(
                path=f"{kind}_FEATURES/FEATURE",
                name="FNAME | ../REFERENCE_FEATURE_GROUP_NAME | ../REFERENCE_FEATURE_SYSTEM_NAME",
                value="FVALUE",
                unit="FUNIT",
            ),
        ),
        ignore=("@mode", f"{kind}_FEATURES/FEATURE/FORDER"),
    )


class BmecatRules(Rules):
    """Groups are a tree before the products and a map after them; the header says supplier and currency."""

    dated = re.compile(rb"valid_(?:start|end)_date")
    watched = ("HEADER", "CATALOG_STRUCTURE", "ARTICLE_TO_CATALOGGROUP_MAP", "PRODUCT_TO_CATALOGGROUP_MAP")

    def start(self, head: Head) -> None:
        self._kind = self.mapping.record.rpartition("/")[2]
        self._part = "PID" if self._kind == "PRODUCT" else "AID"
        self._groups = CategoryTree()
        self._group_of: dict[str, str] = {}
        self._pictures = head.text("/BMECAT/HEADER/CATALOG/MIME_ROOT") or ""
        self.title = head.text("/BMECAT/HEADER/CATALOG/CATALOG_NAME") or head.text(
            "/BMECAT/HEADER/SUPPLIER/SUPPLIER_NAME"
        )
        self.currency = parse_currency(head.text("/BMECAT/HEADER/CATALOG/CURRENCY") or "")
        self.is_update = any(path.startswith("/BMECAT/T_UPDATE") for path in head.counts)
        self._supplier = head.text("/BMECAT/HEADER/SUPPLIER/SUPPLIER_NAME")

    def gather(self, element: Element) -> str | None:
        name = local_name(element.tag)
        if name == "CATALOG_STRUCTURE":
            facts = [first_at(element, part) for part in ("GROUP_ID", "GROUP_NAME", "PARENT_ID")]
            if element.get("type") != "root":  # the root names the catalog, not a group
                self._groups.add(facts[0], facts[1] or facts[0], facts[2])
            self.remember(*facts)
        elif name == "HEADER":
            self._supplier = self._supplier or first_at(element, "SUPPLIER/SUPPLIER_NAME") or None
            self.remember(self._supplier or "")
        else:
            key = first_at(element, "ART_ID") or first_at(element, "PROD_ID")
            group = first_at(element, "CATALOG_GROUP_ID")
            self._group_of.setdefault(key, group)
            self.remember(key, group)
        return None

    def skip(self, record: Element, *, gathering: bool) -> str | None:
        return "deleted in the feed" if record.get("mode") == "delete" else None

    def trim(self, record: Element) -> None:
        """Of several lists of prices, those whose time is not today."""
        lists = list(record.iterchildren(f"{{*}}{self._kind}_PRICE_DETAILS"))
        if self.today is None or len(lists) < 2:
            return
        valid = [one for one in lists if _is_valid(one, self.today)]
        for one in lists if valid else ():
            if one not in valid:
                record.remove(one)

    def prepare(self, record: Element, values: Values) -> None:
        group = self._group_of.get(first(values.get(f"SUPPLIER_{self._part}")) or "")
        if group and (path := self._groups.path(group)):
            values[_CATEGORY] = path
        if self._supplier:
            values[_SUPPLIER] = self._supplier
        if pictures := [name for name, _ in sorted(_pictures(record), key=lambda one: one[1])]:
            root = self._pictures
            values[_IMAGE] = [urljoin(root, name) if root else name for name in pictures]


def _pictures(record: Element) -> Iterator[tuple[str, int]]:
    """The pictures of a record, each with the rank of its purpose."""
    for mime in record.iterfind("{*}MIME_INFO/{*}MIME"):
        name, kind = first_at(mime, "MIME_SOURCE"), first_at(mime, "MIME_TYPE").lower()
        if name and (kind.startswith("image/") or (not kind and name.lower().endswith(_PICTURE_ENDS))):
            purpose = first_at(mime, "MIME_PURPOSE")
            yield name, _PURPOSES.index(purpose) if purpose in _PURPOSES else len(_PURPOSES)


def _is_valid(prices: Element, today: date) -> bool:
    for when in prices.iterchildren("{*}DATETIME"):
        try:
            day = date.fromisoformat(first_at(when, "DATE"))
        except ValueError:
            continue
        kind = when.get("type")
        if (kind == "valid_start_date" and today < day) or (kind == "valid_end_date" and today > day):
            return False
    return True


PROFILE = Profile("bmecat", fit, BmecatRules)
