"""A job's products as the lines of the documented export, from what the library holds."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from tasks.storage import jobs, library
from tasks.storage.database import Database

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


async def export_job(database: Database, job: uuid.UUID) -> list[dict[str, Any]]:
    """Every product that the job's documents now have, unchanged ones too; of a parent, its children's."""
    rows = await database.fetch_dicts(
        "select id, document_id from public.background_jobs where (id = %s or parent_job_id = %s) "
        "and document_id is not null order by created_at",
        job,
        job,
    )
    lines = []
    for row in rows:
        changes = await jobs.list_changes(database, row["id"], "product")
        for product in await library.list_products(database, row["document_id"]):
            lines.append(export_line(product, changes.get(str(product["id"]), "unchanged")))
    return lines


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
    file = stored.get(image["sha256"])
    return {
        "source": image.get("url") or {"document": document, "page": image["page"]},
        "sha256": image["sha256"] if file else None,
        "path": file["path"] if file else None,
        "label": file["label"] if file else None,
    }
