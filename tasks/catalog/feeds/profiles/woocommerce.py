"""WooCommerce products in WordPress' export (WXR): items of many post types, of which products are products.

Variations are items of their own that name their parent, pictures are attachments that are named by their number; both
may stand anywhere, so they are gathered on the first pass. Source: WordPress export 1.2, WooCommerce's post meta keys.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from tasks.catalog.feeds.categories import CategoryTree
from tasks.catalog.feeds.heads import Head
from tasks.catalog.feeds.mapping import FeedMapping, Pairs, Target
from tasks.catalog.feeds.profiles.base import Profile, Rules
from tasks.catalog.feeds.records import RecordReader, Values, add, all_texts, first, first_at
from tasks.catalog.feeds.stream import Element

_NAMESPACE = "wordpress.org/export/"
_IMAGE, _LATER, _CATEGORY = ".image", ".later/sale_price", ".category"  # no elements are called so
_META = "postmeta"
_VARIATION_PREFIX = "attribute_"
_INTERNAL = ("_edit_lock", "_edit_last", "_wp_old_slug", "_product_version", "_wc_review_count", "_wc_rating_count",
             "_wc_average_rating", "_wpcom_is_markdown", "_thumbnail_id", "_product_image_gallery", "total_sales",
             "_download_expiry", "_download_limit", "_sale_price_dates_from", "_sale_price_dates_to")  # fmt: skip
_EMPTY_LIST = "a:0:{}"  # as PHP writes it
# An attribute as PHP writes it: its name, its options, whether it is a taxonomy that the shop shares.
_OPTIONS = re.compile(
    r's:4:"name";s:\d+:"([^"]*)";s:5:"value";s:\d+:"([^"]*)";(?:(?!s:4:"name").)*?s:11:"is_taxonomy";i:(\d)', re.DOTALL
)
_SIDES: tuple[Target, ...] = ("weight", "length", "width", "height")


def fit(head: Head) -> FeedMapping | None:
    """The mapping of an RSS export whose items are WordPress posts."""
    if head.root != "rss" or head.prefix_of(_NAMESPACE) is None:
        return None
    return FeedMapping(
        name=PROFILE.name,
        record="/rss/channel/item",
        fields={
            "id": ("post_id",),
            "sku": (f"{_META}[_sku]",),
            "gtin": (f"{_META}[_global_unique_id]", f"{_META}[_ean]", f"{_META}[_gtin]", f"{_META}[_wpm_gtin_code]"),
            "name": ("title",),
            "brand": ("category[product_brand]", "category[pa_brand]", "category[brand]"),
            "category": (_CATEGORY,),
            "description": ("content:encoded", "excerpt:encoded", f"{_META}[_variation_description]"),
            "price": (f"{_META}[_regular_price]", f"{_META}[_price]"),
            "sale_price": (f"{_META}[_sale_price]",),
            "availability": (f"{_META}[_stock_status]",),
            "url": ("link",),
            "image": (_IMAGE,),
            **{side: (f"{_META}[_{side}]",) for side in _SIDES},
        },
        attributes={"excerpt:encoded": "short_description"},
        prices={_LATER: "sale_price"},
        pairs=(
            Pairs(path=_META, name="meta_key", value="meta_value"),
            Pairs(path="category", name="@domain"),
        ),
        ignore=("pubDate", "creator", "guid", "post_date", "post_date_gmt", "post_modified", "post_modified_gmt",
                "comment_status", "ping_status", "post_parent", "menu_order", "post_type", "post_password", "is_sticky",
                "category/@nicename", "comment"),
    )  # fmt: skip


class WooCommerceRules(Rules):
    """Items that are no products are put aside; variations and pictures wait for their product."""

    watched = ("term",)
    dated = re.compile(rb"_sale_price_dates_\w+(?:\]\]>)?</[^>]*>\s*<[^>]*>(?:<!\[CDATA\[)?\d")

    def start(self, head: Head) -> None:
        self.title = head.text("/rss/channel/title")
        self.link = head.text("/rss/channel/link")
        self._pictures: dict[str, str] = {}
        self._variations: dict[str, list[Values]] = {}
        self._categories = CategoryTree()
        self._slugs: dict[str, str] = {}  # name of a category -> its slug, which the tree is built of
        paths = [path for paths in self.mapping.fields.values() for path in paths]
        self._reader = RecordReader(paths, self.mapping)

    def gather(self, element: Element) -> str | None:
        if first_at(element, "term_taxonomy") == "product_cat":
            slug, name, parent = (first_at(element, part) for part in ("term_slug", "term_name", "term_parent"))
            self._categories.add(slug, name or slug, parent)
            self._slugs.setdefault(name, slug)
            self.remember(slug, name, parent)
        return None

    def skip(self, record: Element, *, gathering: bool) -> str | None:
        kind = first_at(record, "post_type") or "post"
        if kind == "product":
            return "in the shop's bin" if first_at(record, "status") == "trash" else None
        if gathering and kind == "attachment":
            self._pictures[first_at(record, "post_id")] = first_at(record, "attachment_url") or first_at(record, "guid")
            self.remember(first_at(record, "post_id"), self._pictures[first_at(record, "post_id")])
        elif gathering and kind == "product_variation":
            values, _ = self._reader.read(record)
            self._variations.setdefault(first_at(record, "post_parent"), []).append(values)
            self.remember(repr(sorted(values.items())))
        return "variation" if kind == "product_variation" else kind

    def prepare(self, record: Element, values: Values) -> None:
        self._settle(values)
        if first(values.get("post_id")) in self._variations and (prices := values.pop(f"{_META}[_price]", None)):
            values["price_range"] = prices  # the lowest and the highest of its variations
        names = all_texts(values.get("category[product_cat]", []))
        paths = [self._categories.path(self._slugs.get(name, name)) or name for name in names]
        if paths:
            values[_CATEGORY] = max(paths, key=lambda path: path.count(" > "))
            if len(paths) == 1:
                del values["category[product_cat]"]

    def variants(self, values: Values) -> list[Values]:
        """The variations of the product, their options under the name of the attribute."""
        found = []
        for one in self._variations.get(first(values.get("post_id")) or "", ()):
            made = dict(one)
            self._settle(made)
            for path in list(made):
                if path.startswith(f"{_META}[{_VARIATION_PREFIX}"):
                    made[path.replace(_VARIATION_PREFIX, "", 1)] = made.pop(path)
            for path in ("link", "post_name", "post_id", "status"):
                made.pop(path, None)
            found.append(made)
        return found

    def _settle(self, values: Values) -> None:
        """Pictures by their number; a sale price in its time only; what WooCommerce notes for itself."""
        numbers = [*all_texts(values.get(f"{_META}[_thumbnail_id]", []))]
        numbers += (first(values.get(f"{_META}[_product_image_gallery]")) or "").split(",")
        if pictures := [url for number in numbers if (url := self._pictures.get(number.strip()))]:
            values[_IMAGE] = list(dict.fromkeys(pictures))
        sale = values.get(f"{_META}[_sale_price]")
        if sale is not None and not self._runs(values):
            values[_LATER] = values.pop(f"{_META}[_sale_price]")
        if f"{_META}[_regular_price]" in values:
            values.pop(f"{_META}[_price]", None)
        if described := first(values.pop(f"{_META}[_product_attributes]", None)):
            for name, text, is_shared in _OPTIONS.findall(described):
                if is_shared == "0" and text:
                    add(values, name, " | ".join(part.strip() for part in text.split("|")))
        for path in [path for path, value in values.items() if value == _EMPTY_LIST]:
            del values[path]
        for key in _INTERNAL:
            values.pop(f"{_META}[{key}]", None)

    def _runs(self, values: Values) -> bool:
        if self.today is None:
            return True
        start = _day(first(values.get(f"{_META}[_sale_price_dates_from]")))
        end = _day(first(values.get(f"{_META}[_sale_price_dates_to]")))
        return (start is None or start <= self.today) and (end is None or self.today <= end)


def _day(text: str | None) -> date | None:
    """The day of a time in seconds since 1970, or of a date."""
    if not text:
        return None
    try:
        return datetime.fromtimestamp(int(text), UTC).date() if text.isdigit() else date.fromisoformat(text[:10])
    except (ValueError, OverflowError, OSError):
        return None


PROFILE = Profile("woocommerce", fit, WooCommerceRules)
