"""Google Merchant feeds, RSS and Atom. Source: Google's product data specification (support.google.com/merchants)."""

from __future__ import annotations

import re
from datetime import date, datetime

from tasks.catalog.feeds.heads import Head
from tasks.catalog.feeds.mapping import FeedMapping, Pairs, Target
from tasks.catalog.feeds.profiles.base import Profile, Rules
from tasks.catalog.feeds.records import Values, first
from tasks.catalog.feeds.stream import Element

_NAMESPACE = "base.google.com/"
_LATER = ".later/sale_price"  # no element is called so: a sale price that does not run today
_NAMES: dict[Target, tuple[str, ...]] = {
    "id": ("id",),
    "sku": ("sku",),
    "gtin": ("gtin", "ean", "upc", "isbn"),
    "mpn": ("mpn",),
    "name": ("title",),
    "brand": ("brand", "manufacturer"),
    "category": ("product_type",),
    "description": ("description",),
    "price": ("price",),
    "sale_price": ("sale_price",),
    "availability": ("availability",),
    "url": ("link",),
    "image": ("image_link", "additional_image_link"),
    "group": ("item_group_id",),
    "color": ("color",),
    "size": ("size",),
    "material": ("material",),
    "length": ("product_length",),
    "width": ("product_width",),
    "height": ("product_height",),
    "weight": ("product_weight",),
}
# The feed's own elements, of RSS or Atom.
_PLAIN: dict[Target, tuple[str, ...]] = {
    "id": ("guid",),
    "url": ("link/@href",),
    "description": ("summary", "content"),
    "image": ("image",),
}


def fit(head: Head) -> FeedMapping | None:
    """A mapping for any feed whose records have elements of Google's namespace, under the prefix that it uses."""
    prefix = head.prefix_of(_NAMESPACE)
    if prefix is None:
        return None
    record = _find_record(head)
    if record is None:
        return None
    fields: dict[Target, tuple[str, ...]] = {}
    for target, names in _NAMES.items():
        fields[target] = (*(f"{prefix}:{name}" for name in names), *names, *_PLAIN.get(target, ()))
    return FeedMapping(
        name=PROFILE.name,
        record=record,
        fields=fields,
        prices={_LATER: "sale_price"},
        pairs=(Pairs(path=f"{prefix}:product_detail", name="attribute_name", value="attribute_value"),),
        ignore=("link/@rel", "link/@type", "link/@hreflang", "guid/@isPermaLink"),
    )


def _find_record(head: Head) -> str | None:
    """The shallowest parent of an element of Google's; by convention where the feed has no record."""
    parents = [path.rpartition("/")[0] for path, (_, uri) in head.names.items() if _NAMESPACE in uri]
    shallow = min(parents, key=lambda path: path.count("/"), default="")
    if shallow.count("/") > 1:
        return shallow
    plain = head.find("channel/item", "feed/entry", "RDF/item")
    if plain or shallow:
        return plain or shallow
    return {"rss": "/rss/channel/item", "feed": "/feed/entry"}.get(head.root)


class GoogleRules(Rules):
    """Sale prices run in their time; a category given in words stands in for the shop's own."""

    dated = re.compile(rb"sale_price_effective_date>")

    def start(self, head: Head) -> None:
        above = self.mapping.record.rpartition("/")[0]
        self.title = head.text(f"{above}/title")
        self.link = head.text(f"{above}/link")
        fields = self.mapping.fields
        self._sale = fields.get("sale_price", ())
        self._prefix = next(iter(fields.get("category", ())), "").rpartition(":")[0]

    def prepare(self, record: Element, values: Values) -> None:
        categories = self.mapping.fields.get("category", ())
        if categories and not any(path in values for path in categories):
            words = first(values.get("google_product_category"))
            if words and not words.isdigit():
                values[categories[0]] = words
        if self.today is None or "sale_price_effective_date" not in values:
            return
        if not _runs(first(values["sale_price_effective_date"]) or "", self.today):
            for path in self._sale:
                if (value := values.pop(path, None)) is not None:
                    values[_LATER] = value


def _runs(interval: str, today: date) -> bool:
    """Whether `today` lies in an interval of ISO 8601; one that cannot be read holds always."""
    start, _, end = interval.partition("/")
    try:
        return _day(start) <= today <= _day(end)
    except ValueError:
        return True


def _day(text: str) -> date:
    text = text.strip()
    return datetime.fromisoformat(text).date() if len(text) > 10 else date.fromisoformat(text)


PROFILE = Profile("google", fit, GoogleRules)
