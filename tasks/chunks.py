"""Chunks of a document: cut by pure rules, then written with their products, a batch a task."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks import resources
from tasks.catalog import ids
from tasks.catalog.chunk_products import locate_products
from tasks.catalog.chunking import CHUNK_SCHEMA_VERSION, Chunk, ChunkingResult, chunk_pages
from tasks.catalog.pages import Page
from tasks.catalog.products import Product
from tasks.jobs import Job
from tasks.storage.bulk import upsert
from tasks.storage.jobs import Item
from tasks.storage.rows import ChunkProductRow, ChunkRow, seal

SAVE_STAGE = "save-chunks"


@task(task_run_name="cut chunks", cache_policy=NO_CACHE, persist_result=False)
async def cut_chunks(pages: Sequence[Page], products: Sequence[Product]) -> ChunkingResult:
    """The document's text as chunks, each with its pages and the keys of the products it speaks of."""
    settings = resources.current().settings
    return await asyncio.to_thread(
        chunk_pages,
        pages,
        locate_products(products),
        max_chars=settings.chunk_characters,
        overlap_chars=settings.chunk_overlap,
    )


@task(task_run_name="save chunks {number} of {total}", cache_policy=NO_CACHE, persist_result=False)
async def save_chunks(
    job: Job,
    document: uuid.UUID,
    batch: Sequence[Chunk],
    product_ids: Mapping[str, uuid.UUID],
    number: int,
    total: int,
) -> list[uuid.UUID]:
    """Write the batch's chunks, their links to products and their ledger lines in one transaction; returns their ids.

    `product_ids` maps a product's key to the id it was saved under.
    """
    threshold = resources.current().settings.chunk_quality_threshold
    rows = [_chunk_row(job, document, chunk, product_ids, threshold) for chunk in batch]
    links = [
        _link_row(job, document, row.id, product_ids[key])
        for row, chunk in zip(rows, batch, strict=True)
        for key in chunk.products
        if key in product_ids
    ]
    async with job.database.transaction() as connection:
        changes = await upsert(connection, rows)
        await connection.execute(
            "delete from public.chunk_product_relationships where chunk_id = any(%s) and not (id = any(%s))",
            ([row.id for row in rows], [link.id for link in links]),
        )
        await upsert(connection, links)
        await job.record(connection, [Item("chunk", str(row.id), SAVE_STAGE, changes.of(row.id)) for row in rows])
    return [row.id for row in rows]


def chunk_key(document: uuid.UUID, chunk: Chunk) -> str:
    """The chunk's name in the ledger."""
    return str(ids.chunk_id(document, chunk.page, chunk.text))


def _chunk_row(
    job: Job, document: uuid.UUID, chunk: Chunk, product_ids: Mapping[str, uuid.UUID], threshold: float
) -> ChunkRow:
    owners = [product_ids[key] for key in chunk.products if key in product_ids]
    return seal(
        ChunkRow(
            id=ids.chunk_id(document, chunk.page, chunk.text),
            workspace_id=job.workspace_id,
            document_id=document,
            product_id=owners[0] if len(owners) == 1 else None,  # a chunk about several has its links only
            content=chunk.text,
            chunk_index=chunk.index,
            chunk_kind=chunk.kind,
            page_number=chunk.page,
            pages=chunk.pages,
            quality_score=chunk.quality,
            quality_flagged=chunk.quality < threshold,
            schema_version=CHUNK_SCHEMA_VERSION,
            source_job_id=job.id,
        )
    )


def _link_row(job: Job, document: uuid.UUID, chunk: uuid.UUID, product: uuid.UUID) -> ChunkProductRow:
    return seal(
        ChunkProductRow(
            id=ids.link_id("chunk-product", chunk, product),
            workspace_id=job.workspace_id,
            chunk_id=chunk,
            product_id=product,
            document_id=document,
            relationship_type="source",
            relevance_score=1.0,
        )
    )
