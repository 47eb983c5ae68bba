"""A document's pages with what the library holds of it drawn over them."""

from __future__ import annotations

import asyncio
import tempfile
import uuid
from pathlib import Path
from typing import Any

from tasks import resources
from tasks.catalog.annotation import AnnotationPlan
from tasks.catalog.products import Product
from tasks.local.page_reader import annotate_in_child
from tasks.storage import library
from tasks.storage.database import Database
from tasks.storage.documents import Document
from tasks.storage.places import list_job_documents, list_places

_COLUMNS = ("name", "gtin", "mpn", "brand", "currency", "prices", "attributes", "variants", "images", "pages")


async def annotate_job(job: uuid.UUID, target: Path) -> list[Path]:
    """Draw over each document of the job; returns the files written.

    Of one document the file is `target`; of several, each is named after its document: OUT-catalog.pdf.
    Raises `DocumentError` and `PageFailed`.
    """
    documents = await list_job_documents(resources.current().database, job)
    written = []
    for document in documents:
        own = target if len(documents) == 1 else target.with_name(f"{target.stem}-{Path(document.filename).stem}.pdf")
        await annotate_document(document, own)
        written.append(own)
    return written


async def annotate_document(document: Document, target: Path) -> int:
    """Draw over a stored document in a child process and write the copy to `target`; the number of marks."""
    opened = resources.current()
    plan = await read_plan(opened.database, document.id)
    work = opened.settings.home / "work"
    with tempfile.TemporaryDirectory(prefix="annotate-", dir=work) as name:
        folder = Path(name)
        source, drawn, listed = folder / "source.pdf", folder / "drawn.pdf", folder / "plan.json"
        await opened.files.fetch(document.storage_path, source)
        await asyncio.to_thread(listed.write_text, plan.model_dump_json(), encoding="utf-8")
        marks = await asyncio.to_thread(
            annotate_in_child,
            source,
            drawn,
            listed,
            opened.settings.pdf_password,
            memory_bytes=opened.settings.page_memory_mb << 20,
            seconds=opened.settings.document_deadline_seconds,
        )
        await asyncio.to_thread(_move, drawn, target)
    return marks


def _move(source: Path, target: Path) -> None:
    """Put the whole file under its name at once, also across file systems."""
    partial = target.with_name(f".{target.name}.partial")
    partial.write_bytes(source.read_bytes())
    partial.replace(target)


async def read_plan(database: Database, document: uuid.UUID) -> AnnotationPlan:
    """What the library holds of the document: its products, and where its images are shown."""
    rows = await library.list_products(database, document)
    places = await list_places(database, document)
    return AnnotationPlan(products=tuple(map(_product, rows)), places=tuple(places))


def _product(row: dict[str, Any]) -> Product:
    data = {name: row[name] for name in _COLUMNS} | {
        "key": row["source_key"],
        "sku": row["external_sku"],
        "price": _decimal(row["price"]),
        "list_price": _decimal(row["list_price"]),
        "provenance": row["provenance"],
        "confidence": row["confidence_score"],
    }
    return Product.model_validate(data)


def _decimal(value: Any) -> str | None:
    return None if value is None else format(value, "f")
