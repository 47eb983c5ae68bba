"""Whether products are what a supplier's feed says: the count, the keys, each field of each record, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from supplier_feeds import SupplierFeed, Truth

from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.reader import open_feed
from tasks.catalog.products import Measure, Product, Variant

Check = tuple[str, bool, Any]  # field, whether it is right, what was read


class SupplierScore(NamedTuple):
    """Records that were read of those there are; fields right of all; each wrong field once, with what was read."""

    name: str
    true_count: int
    found_count: int
    fields: int
    right: int
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        line = f"{self.name:16} {self.found_count} of {self.true_count} products, {self.right} of {self.fields} fields"
        return "\n".join([line, *(f"    {fault}" for fault in self.wrong)])


def measure_feed(feed: SupplierFeed, folder: Path) -> SupplierScore:
    """Write the feed, read it as an import does, and compare."""
    path = folder / f"{feed.name}.xml"
    path.write_bytes(feed.write())
    try:
        opened = open_feed(path)
        keys = [stub.key for stub in opened.scan()]
        products = [record.product for record in opened.read()]
    except FeedError as error:
        return SupplierScore(feed.name, feed.records, 0, 1, 0, (f"refused: {error}",))
    checks = [("unique keys", len(set(keys)) == len(keys), keys[:3])]
    for number, truth in enumerate(feed.truths()):
        product = products[number] if number < len(products) else None
        checks += list(_check(product, truth, keys[number] if number < len(keys) else None))
    wrong: dict[str, Any] = {}
    for field, is_right, read in checks:
        if not is_right:
            wrong.setdefault(field, read)
    right = sum(is_right for _, is_right, _ in checks)
    faults = tuple(f"{field}: {str(read)[:150]}" for field, read in wrong.items())
    return SupplierScore(feed.name, feed.records, len(keys), len(checks), right, faults)


def _check(product: Product | None, truth: Truth, key: str | None) -> Iterator[Check]:
    for field, true in truth.items():
        if field == "key":
            yield field, key == true, key
        elif field == "none":
            yield from (
                (f"no {one}", product is not None and not getattr(product, one), getattr(product, one, None))
                for one in true
            )
        elif field == "kept":
            texts = list(_texts(product.model_dump(exclude={"provenance"}))) if product else []
            yield from ((f"kept {place}", any(one in text for text in texts), one) for place, one in enumerate(true))
        elif field == "attributes":
            found = product.attributes if product else {}
            yield from ((name, _same(one, found.get(name)), found.get(name)) for name, one in true.items())
        elif field == "images":
            read = list(product.image_urls) if product else None
            yield field, read == true, read
        elif field == "variants":
            yield field, product is not None and len(product.variants) == true, product and len(product.variants)
        elif field.startswith("variant"):
            yield from _check_variant(product, int(field[len("variant") :]), true)
        else:
            read = getattr(product, field, None)
            yield field, _same(true, read), read


def _check_variant(product: Product | None, number: int, true: Truth) -> Iterator[Check]:
    variants: tuple[Variant, ...] = product.variants if product else ()
    variant = variants[number] if number < len(variants) else None
    for field, one in true.items():
        read = getattr(variant, field, None)
        yield f"variant {field}", _same(one, read), read


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
    elif value is not None:
        yield str(value)


def _same(true: Any, read: Any) -> bool:
    if isinstance(read, Measure):
        read = f"{read.value} {read.unit or ''}"
    texts = [" ".join(str(one).split()) for one in (true, read)]
    amounts = [text.partition(" ") for text in texts]
    try:
        return Decimal(amounts[0][0]) == Decimal(amounts[1][0]) and amounts[0][2] == amounts[1][2]
    except InvalidOperation:
        return texts[0].casefold() == texts[1].casefold()
