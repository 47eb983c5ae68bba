"""A PDF catalog becomes products: `python -m flows.pdf catalog.pdf`.

One document is one run. Its pages are read on Dask workers and handed on one by one; their images are stored and
embedded meanwhile; products are discovered over all pages; products, chunks and text vectors follow in batches.
Several documents are one parent run with a child run each.
"""

from __future__ import annotations

if __name__ == "__main__":  # parsed before Prefect is imported below, so that --help and wrong usage answer at once
    from flows.cli.pdf import main

    main()
    raise SystemExit(0)

import asyncio
import uuid
from collections.abc import Sequence
from typing import NamedTuple

from prefect.client.schemas.objects import State
from prefect.runtime import flow_run as current_run
from pydantic import BaseModel, ConfigDict, Field

from flows.batches import gather, record_batch
from flows.children import run_children
from flows.control import gate, hold_unless_paused, obey
from flows.discovery import discover
from flows.enrich import embed_texts, embed_understanding, list_analyses, list_chunks, list_products
from flows.images import ImageTail
from flows.matches import match_job
from flows.opening import has_several, list_files, name_run, open_ingest
from flows.outcomes import conclude
from flows.pdf_rows import save_document_rows, save_page_rows
from flows.resume import hold_job
from tasks import resources
from tasks.catalog import ids
from tasks.catalog.pages import Page
from tasks.catalog.products import Discovery
from tasks.catalog.report import JobReport, Outcome
from tasks.documents import ReceivedDocument, finish_document, is_complete, receive_document, register_document
from tasks.embeddings import IMAGE_STAGE, TEXT_STAGE
from tasks.images import see_page_image
from tasks.jobs import Job, JobKind, job_flow
from tasks.limits import ensure_limits
from tasks.pages import SAVE_STAGE as PAGES_SAVED
from tasks.pages import read_pages
from tasks.sources import fingerprint_sources

PDF = JobKind(
    "pdf",
    weights={"page": 0.5, "image": 0.2, "product": 0.1, "chunk": 0.2},
    final_stages={"page": PAGES_SAVED, "image": IMAGE_STAGE, "product": TEXT_STAGE, "chunk": TEXT_STAGE},
)
PDF_PARENT = JobKind("pdf-batch", weights={}, final_stages={})


class PdfIngest(BaseModel):
    """What to ingest, and how."""

    model_config = ConfigDict(extra="forbid")

    sources: list[str] = Field(min_length=1, description="PDF files, folders of them, or URLs")
    workspace: str = Field(ids.DEFAULT_WORKSPACE, pattern=ids.WORKSPACE_PATTERN, description="Tenant to write to")
    limit: int | None = Field(None, ge=1, description="Read only the first N pages of each document")
    enrich: bool = Field(True, description="Make vectors too; off means rows and images only")
    force: bool = Field(False, description="Read again what this workspace already has")
    max_cost_usd: float | None = Field(None, ge=0, description="Stop paying for AI calls here; the rest stays pending")
    password_block: str | None = Field(
        None, description="Name of a Prefect Secret block with the password of encrypted documents"
    )


def _run_name() -> str:
    return name_run("pdf", current_run.parameters["params"].sources)


@job_flow("ingest-pdf", _run_name)
async def ingest_pdf(params: PdfIngest) -> State[None]:
    """Ingest PDF documents into the library of a workspace."""
    run_id = uuid.UUID(str(current_run.id))
    async with resources.open_resources(), hold_job(run_id):
        await ensure_limits()
        several = await asyncio.to_thread(has_several, params)
        about = await asyncio.to_thread(fingerprint, params)
        job = await open_ingest(PDF_PARENT if several else PDF, run_id, params, about)
        work = _ingest_each if several else _ingest_one
        return await obey(job, lambda _: conclude(job, lambda: work(job, params)))


def fingerprint(params: PdfIngest) -> str:
    """What the job is about: the documents' bytes (or addresses) and the options that change its result."""
    options = params.model_dump_json(exclude={"sources", "password_block", "max_cost_usd"})
    return fingerprint_sources("pdf", params.sources, options)


async def _ingest_each(job: Job, params: PdfIngest) -> tuple[JobReport, Outcome]:
    """One child run for each document."""
    sources = await asyncio.to_thread(list_files, params, ".pdf")
    if not sources:
        return await job.close(empty_reason="nothing_found: no .pdf file is there")
    children = [params.model_copy(update={"sources": [source]}) for source in sources]
    return await run_children(job, ingest_pdf, children, fingerprint)


async def _ingest_one(job: Job, params: PdfIngest) -> tuple[JobReport, Outcome]:
    """Receive the document, and ingest it unless the workspace has it already."""
    [source] = await asyncio.to_thread(list_files, params, ".pdf")
    received = await receive_document(job, source, params.password_block)
    async with hold_unless_paused("jobs"), job.database.exclusive("document", received.id):
        if not params.force and await is_complete(job, received):
            return await job.close_unchanged(received.id, "already_complete")
        return await _ingest_document(job, received, params)


async def _ingest_document(job: Job, received: ReceivedDocument, params: PdfIngest) -> tuple[JobReport, Outcome]:
    await register_document(job, received)
    tail = ImageTail(job, received.id, enrich=params.enrich)
    try:
        pages = await _read(job, received, params, tail)
        # What the images still wait for need not hold up the products, nor the other way round.
        understood, _ = await gather(_understand(job, received, params, pages, tail), _finish_images(job, tail))
    finally:
        await tail.stop()
    if params.enrich:
        await embed_understanding(job, await list_analyses(job, received.id))
    facts = {
        "missing": understood.missing,
        "merged": await match_job(job),
        "vectors": await job.count_vectors(received.id),
    }
    report, outcome = await job.close(empty_reason=understood.empty_reason, **facts)
    whole = params.enrich and params.limit is None and not outcome.failed
    complete = whole and not _failures(report) and not await job.count_retryable()
    await finish_document(job, received, understood.discovery, complete=complete)
    return report, outcome


class _Understood(NamedTuple):
    """What came of a document's pages. `missing` are names of products that it no longer has."""

    discovery: Discovery
    missing: tuple[str, ...] = ()

    @property
    def empty_reason(self) -> str | None:
        return None if self.discovery.products else f"no_products: {self.discovery.reason}"


async def _understand(
    job: Job, received: ReceivedDocument, params: PdfIngest, pages: Sequence[Page], tail: ImageTail
) -> _Understood:
    """Find the products, save everything, embed the texts."""
    discovery, _ = await gather(discover(job, pages, received, params.enrich), tail.wait_stored())
    if isinstance(discovery, Exception):
        return await _leave_undiscovered(job, received, pages, tail, discovery)
    examine = params.enrich and not tail.examined
    if examine:
        await tail.finish()  # two writers of the same images' rows could wait for each other
    saved = await save_document_rows(job, received, pages, discovery, tail.stored, examine=examine)
    for page, fault in discovery.faults.items():
        await record_batch(job, "discover products", "page", [str(page)], RuntimeError(fault))
    if params.enrich:
        await embed_texts(job, await list_chunks(job, received.id), await list_products(job, received.id))
    return _Understood(discovery, tuple(saved.missing))


async def _leave_undiscovered(
    job: Job, received: ReceivedDocument, pages: Sequence[Page], tail: ImageTail, reason: Exception
) -> _Understood:
    """Save the pages and leave them pending; what the library has of the document's products stays."""
    await save_page_rows(job, received, pages, {}, tail.stored)
    await record_batch(job, "discover products", "page", [str(page.number) for page in pages], reason, "pending")
    return _Understood(Discovery(reason=str(reason)))


async def _read(job: Job, received: ReceivedDocument, params: PdfIngest, tail: ImageTail) -> list[Page]:
    """Read the pages; their images go through the tail while later pages are read."""
    pages: list[Page] = []
    async with job.stage("read pages") as counter:
        async for page, images in read_pages(job, received, limit=params.limit):
            await gate()
            pages.append(page)
            counter.items += 1
            await tail.add([see_page_image(job, image, page.number, images) for image in page.images])
    return sorted(pages, key=lambda page: page.number)


async def _finish_images(job: Job, tail: ImageTail) -> None:
    async with job.stage("images") as counter:
        await tail.finish()
        counter.items = tail.declared
    async with job.database.transaction() as connection:
        await job.declare(connection, "image", tail.declared)


def _failures(report: JobReport) -> int:
    return sum(counts.failed for counts in report.items.values())
