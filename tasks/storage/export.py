"""A job's products as the lines of the documented export, from what the library holds."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing
from decimal import Decimal
from typing import Any, LiteralString

from tasks.storage import jobs, library
from tasks.storage.database import Database
from tasks.storage.library import SELECT_PRODUCTS

_COPIED = (
    "name",
    "gtin",
    "mpn",
    "brand",
    "category",
    "description",
    "prices",
    "currency",
    "availability",
    "url",
    "attributes",
    "variants",
    "pages",
    "provenance",
    "engine",
)


# Products of a job whose ledger names them (feeds, shops), in the source's order.
_BY_LEDGER: LiteralString = (
    "with listed as (select p.id, coalesce(l.change, l.status) as change from public.job_items l "
    "join public.products p on p.id = case when l.key ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' "
    "then l.key::uuid end where l.job_id = %s and l.kind = 'product') "
    f"select products.*, listed.change from listed join ({SELECT_PRODUCTS}) as products "
    "on products.id = listed.id order by products.position, products.id"
)
# Where the source was as it is known, so that nothing of it went into the ledger.
_BY_SOURCE: LiteralString = (
    f"select products.*, 'unchanged' as change from ({SELECT_PRODUCTS}) as products "
    "where workspace_id = %s and source = %s and status <> 'missing' and missing_since is null order by position, id"
)


async def export_job(database: Database, job: uuid.UUID) -> AsyncIterator[dict[str, Any]]:
    """Every product that the job's sources now have, unchanged ones too, as export lines; of a parent, its children's.

    Of a delivery that was not taken whole only what it brought. Products come as they are read.
    """
    rows = await database.fetch_dicts(
        "select id, workspace_id, document_id, product_source, exists (select from public.job_items l "
        "where l.job_id = j.id and l.kind = 'product') as listed from public.background_jobs j "
        "where id = %s or parent_job_id = %s order by created_at",
        job,
        job,
    )
    for row in rows:
        if row["document_id"]:
            changes = await jobs.list_changes(database, row["id"], "product")
            for product in await library.list_products(database, row["document_id"]):
                yield export_line(product, changes.get(str(product["id"]), "unchanged"))
        elif row["product_source"]:
            of = (row["id"],) if row["listed"] else (row["workspace_id"], row["product_source"])
            async with aclosing(database.stream_dicts(_BY_LEDGER if row["listed"] else _BY_SOURCE, *of)) as products:
                async for product in products:
                    yield export_line(product, product["change"])


def export_line(product: dict[str, Any], change: str) -> dict[str, Any]:
    """One line of the export: what is unknown is null, prices are decimal strings, unstored images are listed too."""
    stored = product["stored_images"]
    return {
        "id": str(product["id"]),
        "change": change,
        "sku": product["external_sku"],
        "price": _decimal(product["price"]),
        "list_price": _decimal(product["list_price"]),
        "images": [_image(image, stored, product["document"]) for image in product["images"]],
        **{name: product[name] for name in _COPIED},
    }


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _image(image: dict[str, Any], stored: dict[str, Any], document: str | None) -> dict[str, Any]:
    file = stored.get(image.get("url") or image["sha256"])
    return {
        "source": image.get("url") or {"document": document, "page": image["page"]},
        "sha256": file["sha256"] if file else None,
        "path": file["path"] if file else None,
        "label": file["label"] if file else None,
    }
