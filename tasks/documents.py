"""A document of a workspace: received, looked at before anything else, registered, and finished."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr

from tasks import resources
from tasks.catalog import ids
from tasks.catalog.pdf.document import DocumentFacts
from tasks.catalog.pdf.options import ReadOptions
from tasks.catalog.products import Discovery
from tasks.jobs import Job
from tasks.local.page_reader import inspect_in_child
from tasks.settings import Settings
from tasks.sources import LocalSource, receive
from tasks.storage import documents as store
from tasks.storage import files, jobs, library
from tasks.storage.documents import Document
from tasks.storage.rows import ChunkRow

# Raised when the same bytes must be understood anew: a document read by another version is not "already complete".
PIPELINE_VERSION = "1"
CONTENT_TYPE = "application/pdf"
PDF_LIMIT = "QUARRY_PDF_MAX_MB"  # the setting that bounds a document's size


class ReceivedDocument(NamedTuple):
    """A validated document: its id in the workspace, its file here, and what the file is."""

    id: uuid.UUID
    local: LocalSource
    facts: DocumentFacts
    password: SecretStr | None


async def receive_document(job: Job, source: str, password_block: str | None) -> ReceivedDocument:
    """Fetch or find the source and look at it in a child process.

    Raises `SourceError` or `DocumentError`, each with one line that names the file and the remedy.
    """
    settings = resources.current().settings
    job.announce("checking", 0, 0)
    local = await receive(source, settings.home / "work" / "downloads", int(settings.pdf_max_mb * 1e6), PDF_LIMIT)
    password = await _find_password(password_block)
    facts = await asyncio.to_thread(inspect_in_child, local.path, password, memory_bytes=settings.page_memory_mb << 20)
    facts.check(local.filename, max_pages=settings.pdf_max_pages)
    document = ids.document_id(job.workspace_id, local.sha256)
    return ReceivedDocument(document, local, facts, password)


async def _find_password(block: str | None) -> SecretStr | None:
    if not block:
        return resources.current().settings.pdf_password
    from prefect.blocks.system import Secret

    secret: Any = await Secret.aload(block)
    return SecretStr(str(secret.get()))


async def is_complete(job: Job, received: ReceivedDocument) -> bool:
    """Whether the workspace has everything this version would make of the document."""
    known = await store.find_document(job.database, received.id)
    return known is not None and known.processing_status == "complete" and known.pipeline_version == PIPELINE_VERSION


async def register_document(job: Job, received: ReceivedDocument) -> None:
    """Keep the source with the library's files and write the document's row and the number of its pages."""
    opened, local = resources.current(), received.local
    path = files.source_path(job.workspace, local.sha256, "pdf")
    await opened.files.put(path, local.path)
    await store.register_document(
        job.database,
        Document(
            id=received.id,
            workspace_id=job.workspace_id,
            sha256=local.sha256,
            filename=local.filename,
            source=local.origin,
            content_type=CONTENT_TYPE,
            file_size=local.bytes,
            storage_path=path,
            page_count=received.facts.page_count,
            pipeline_version=PIPELINE_VERSION,
            source_job_id=job.id,
        ),
    )
    await jobs.attach_document(job.database, job.id, received.id)


async def delete_stale_rows(
    job: Job, document: uuid.UUID, products: Sequence[uuid.UUID], chunks: Iterable[uuid.UUID]
) -> list[str]:
    """Remove what an earlier reading of the document gave and this one did not; returns the products' names."""
    async with job.database.transaction() as connection:
        await library.delete_stale(connection, ChunkRow, document, chunks)
        return await library.mark_missing_products(connection, job.workspace_id, str(document), products)


async def finish_document(job: Job, received: ReceivedDocument, discovery: Discovery, *, complete: bool) -> None:
    """Record what the document is; once it is complete its working files go."""
    await store.finish_document(
        job.database,
        received.id,
        "complete" if complete else "partial",
        title=discovery.title,
        brand=discovery.brand,
        currency=discovery.currency,
        reason=discovery.reason,
        valid_from=discovery.valid_from,
        valid_until=discovery.valid_until,
        validity=discovery.validity.model_dump(mode="json") if discovery.validity else None,
        terms=[remark.model_dump(mode="json") for remark in discovery.terms],
    )
    if complete:
        await asyncio.to_thread(_remove, resources.current().work_folder(received.id))


def _remove(folder: Path) -> None:
    """Remove the folder even while somebody still writes into it: under its own name it is gone at once."""
    doomed = tempfile.TemporaryDirectory(dir=folder.parent, prefix=".done-", ignore_cleanup_errors=True)
    with doomed as name, contextlib.suppress(FileNotFoundError):
        folder.rename(Path(name) / folder.name)


def read_options(settings: Settings) -> ReadOptions:
    """How pages are read, from the settings."""
    return ReadOptions(
        render_dpi=settings.render_dpi,
        low_dpi=settings.low_dpi,
        max_pixels=int(settings.page_max_megapixels * 1e6),
        min_image_pixels=settings.min_image_pixels,
        phash_distance=settings.phash_distance,
        ocr_dpi=settings.ocr_dpi,
        ocr_language=settings.ocr_language,
        ocr_seconds=settings.ocr_seconds,
        ocr_rereads=settings.ocr_rereads,
    )


def pages_folder(document: uuid.UUID) -> Path:
    return resources.current().work_folder(document) / "pages"
