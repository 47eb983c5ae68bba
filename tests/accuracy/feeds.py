"""How well feeds are read: every feed with ground truth, and the hostile ones, which must be refused.

    QUARRY_CORPUS=folder python tests/accuracy/feeds.py [NAME...]

Prints counts and every field that is missing or wrong, file by file, and ends with a RESULT line.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from tasks.catalog.feeds.reader import FeedError, open_feed
from tasks.catalog.products import Measure, Product

Truth = dict[str, Any]
Check = tuple[str, Any, Any]  # field, true value, read value

# Fields of the truth, by feed, and where ours stand; what needs more than a name is written out below.
_NAMES = {
    "id": "key", "post_id": "key", "supplier_aid": "key", "UniqueID": "key",
    "name": "name", "title": "name", "short": "name", "COMMON": "name",
    "manufacturer": "brand", "vendor": "brand", "brand": "brand",
    "mpn": "mpn", "vendorCode": "mpn", "manufacturer_aid": "mpn", "sku": "sku", "ean": "gtin", "gtin": "gtin",
    "link": "url", "url": "url", "currency": "currency", "description_en": "description",
    "price_with_vat": "price", "PRICE": "price", "price_vat": "price",
}  # fmt: skip
_ATTRIBUTES = ("category_id", "condition", "google_product_category", "quantity", "BOTANICAL", "ZONE", "LIGHT",
               "AVAILABILITY", "weight")  # fmt: skip
_AVAILABLE = {"Y": "InStock", "N": "OutOfStock", "true": "InStock", "false": "OutOfStock", "in_stock": "InStock"}


class Score(NamedTuple):
    """What was read of one feed."""

    name: str
    true_count: int
    found_count: int
    fields: int = 0
    right: int = 0
    faults: tuple[str, ...] = ()

    def __str__(self) -> str:
        line = f"{self.name}: {self.found_count} of {self.true_count} products, {self.right} of {self.fields} fields"
        return "\n".join([line, *(f"    {fault}" for fault in self.faults)])


def measure_feed(path: Path, truth: Truth) -> Score:
    """Counts and fields of one feed; an order is read as one on demand only."""
    name = path.stem
    is_order = "order" in name
    if is_order and not is_refused(path):
        return Score(name, truth["product_count"], 0, faults=("an order is taken for a catalog",))
    feed = open_feed(path, accept_orders=is_order)
    stubs = list(feed.scan())
    records = list(feed.read())
    products = [record.product for record in records]
    checks = [check for sample in truth["samples"] for check in _sample_checks(sample, products)]
    if "variant_count_total" in truth:
        total = sum(len(product.variants) for product in products if product)
        checks.append(("variant_count_total", truth["variant_count_total"], total))
    if "unique_ids" in truth:
        checks.append(("unique_ids", truth["unique_ids"], len({stub.key for stub in stubs})))
    faults = [f"{field}: {true!r} read as {read!r}" for field, true, read in checks if not _same(true, read)]
    faults += [f"record {record.index}: {record.problem}" for record in records if record.problem]
    wrong = sum(not _same(true, read) for _, true, read in checks)
    return Score(name, truth["product_count"], len(stubs), len(checks), len(checks) - wrong, tuple(faults))


def _sample_checks(sample: Truth, products: list[Product | None]) -> Iterator[Check]:
    index = sample["index"]
    product = products[index] if index < len(products) else None
    if product is None:
        yield f"record {index}", "a product", None
        return
    for field, true in sample.items():
        if field == "index" or (true in (None, "", [], {}) and field not in ("price", "vat")):
            continue
        label = f"record {index} {field}"
        if special := _SPECIAL.get(field):
            yield from ((f"{label} {name}".strip(), *pair) for name, *pair in special(true, product, sample))
        elif field in _ATTRIBUTES:
            yield label, true, product.attributes.get(field)
        else:
            yield label, true, getattr(product, _NAMES[field])


def _check_price(true: Any, product: Product, sample: Truth) -> Iterator[Check]:
    """The feed's column "price": the regular one beside a sale, the net one beside a gross one."""
    if sample.get("price_vat"):
        if true is not None:
            yield "net", true, product.prices.get("PRICE")
    elif sample.get("sale_price"):
        yield "regular", true.split()[0], product.list_price
    elif true is not None:
        yield "", true, product.price
    if isinstance(true, str) and " " in true:
        yield "currency", true.split()[-1], product.currency


def _check_variants(true: Any, product: Product, sample: Truth) -> Iterator[Check]:
    for number, one in enumerate(true):
        read = product.variants[number]
        for field, ours in (
            ("title", read.name),
            ("price", read.price),
            ("currency", read.currency),
            ("sku", read.sku),
        ):
            yield f"{number} {field}", one[field], ours
        yield f"{number} grams", one["grams"], read.attributes.get("weight") or read.attributes.get("grams")


def _check_params(true: Any, product: Product, sample: Truth) -> Iterator[Check]:
    fields = {"Producent": product.brand, "Kod producenta": product.mpn, "EAN": product.gtin}
    for name, value in true.items():
        read = fields.get(name) or product.attributes.get(name)
        yield name, value, value if isinstance(read, tuple) and value in read else read


def _check_features(true: Any, product: Product, sample: Truth) -> Iterator[Check]:
    """BMEcat's features are the attributes that no other element's path names."""
    elements = ("ARTICLE_", "PRODUCT_", "MIME_INFO/", "USER_DEFINED_EXTENSIONS/", "supplier")
    own = [value for name, value in product.attributes.items() if not name.startswith(elements)]
    yield "", true, sum(len(value) if isinstance(value, tuple) else 1 for value in own)


def _check_prices(true: Any, product: Product, sample: Truth) -> Iterator[Check]:
    for one in true:
        yield one["type"], one["amount"], product.prices.get(one["type"])
        yield f"{one['type']} currency", one["currency"], product.currency


def _one(
    read: Callable[[Product], Any], make: Callable[[Any], Any] = lambda true: true
) -> Callable[..., Iterator[Check]]:
    def check(true: Any, product: Product, sample: Truth) -> Iterator[Check]:
        yield "", make(true), read(product)

    return check


def _path(text: str) -> str:
    for separator in (">", "|", "/"):
        if separator in text:
            return " > ".join(part.strip() for part in text.split(separator))
    return text


_SPECIAL: dict[str, Callable[..., Iterator[Check]]] = {
    "price": _check_price,
    "sale_price": _one(lambda product: product.price, lambda true: true.split()[0]),
    "regular_price": _one(lambda product: product.list_price or product.price),
    "variants_first3": _check_variants,
    "variant_count": _one(lambda product: len(product.variants)),
    "params": _check_params,
    "attrs": _check_params,
    "features": _check_features,
    "prices": _check_prices,
    "mime": _one(lambda product: list(product.attributes.get("MIME_INFO/MIME/MIME_SOURCE", ()))),  # type: ignore[arg-type]
    "product": _one(lambda product: product.name),
    "productname": _one(lambda product: product.name),
    "vat": _one(lambda product: product.attributes.get("vat_rate"), lambda true: _percent(true) if true else None),
    "category": _one(lambda product: product.category, _path),
    "categories": _one(lambda product: [product.category]),
    "type": _one(lambda product: product.category),
    "product_type": _one(lambda product: product.attributes.get("product_type"), lambda true: true[0]),
    "categoryId": _one(lambda product: product.attributes.get("category_id")),
    "image": _one(lambda product: product.image_urls[0]),
    "img": _one(lambda product: product.image_urls[0]),
    "image_link": _one(lambda product: product.image_urls[0]),
    "main_image": _one(lambda product: product.image_urls[0]),
    "images": _one(lambda product: list(product.image_urls[1:])),
    "pictures": _one(lambda product: list(product.image_urls)),
    "instock": _one(lambda product: product.availability, _AVAILABLE.get),
    "available": _one(lambda product: product.availability, _AVAILABLE.get),
    "availability": _one(lambda product: product.availability, _AVAILABLE.get),
    "additional_images": _one(lambda product: len(product.image_urls) - 1),
    "shipping_blocks": _one(lambda product: len(product.attributes.get("shipping/price", ()))),  # type: ignore[arg-type]
}


def _percent(text: str) -> str:
    rate = Decimal(text.replace(",", "."))
    return f"{(rate * 100 if rate < 1 else rate).normalize():f}"


def _same(true: Any, read: Any) -> bool:
    if isinstance(true, list) and isinstance(read, list):
        return len(true) == len(read) and all(map(_same, true, read))
    if isinstance(read, Measure):
        read = f"{read.value} {read.unit}"
        true = true if " " in str(true) else f"{true} g"
    texts = [" ".join(str(one).split()).casefold() for one in (true, read)]
    if texts[0].startswith("http"):
        texts = [text.replace("%20", "").replace(" ", "") for text in texts]
    try:
        return Decimal(texts[0].strip("$ ").replace(",", ".")) == Decimal(texts[1])
    except InvalidOperation:
        return texts[0] == texts[1]


def is_refused(path: Path) -> bool:
    """Whether a file is turned down with a reason, whole or at its break."""
    try:
        for _ in open_feed(path).scan():
            pass
    except FeedError as error:
        print(f"{path.name}: refused: {error}")
        return True
    return False


def main(wanted: list[str]) -> int:
    corpus = os.environ.get("QUARRY_CORPUS")
    if not corpus:
        print("QUARRY_CORPUS names no folder of real files: nothing to measure")
        print("RESULT accuracy-feeds skipped=1")
        return 0
    truths: dict[str, Truth] = json.loads((Path(corpus) / "gt" / "feeds.json").read_text(encoding="utf-8"))
    scores = []
    for name, truth in truths.items():
        if not wanted or name in wanted:
            scores.append(measure_feed(Path(corpus) / truth["file"], truth))
            print(scores[-1], flush=True)
    hostile = [is_refused(path) for path in sorted((Path(corpus) / "xml" / "hostile").iterdir())]
    figures = {
        "feeds": len(scores),
        "orders_on_demand": sum("order" in score.name for score in scores),  # refused without `accept_orders`
        "counts_exact": sum(score.true_count == score.found_count for score in scores),
        "fields": sum(score.fields for score in scores),
        "fields_right": sum(score.right for score in scores),
        "hostile": len(hostile),
        "hostile_refused": sum(hostile),
    }
    print("RESULT accuracy-feeds " + " ".join(f"{key}={value}" for key, value in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
