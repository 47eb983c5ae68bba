"""Collections by their own names: "ASHMERE COLLECTION" is Ashmere, wherever on the pages it was read."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.discovery.materials import collection_of
from tasks.catalog.products import Product


def with_bare_collections(products: Sequence[Product]) -> tuple[Product, ...]:
    """Products whose collections are named without the word that only says that it is one."""
    return tuple(_bare(one) for one in products)


def _bare(one: Product) -> Product:
    printed = one.attributes.get("collection")
    name = collection_of(printed) if isinstance(printed, str) else None
    return one.model_copy(update={"attributes": {**one.attributes, "collection": name}}) if name else one
