"""Saving what was understood of a document: pages, image classes and places, products, chunks, in batches of rows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from flows.batches import run_batches, split
from tasks import resources
from tasks.catalog.classification import classify_images
from tasks.catalog.pages import Page
from tasks.catalog.products import Discovery, Product
from tasks.chunks import SAVE_STAGE as CHUNKS_SAVED
from tasks.chunks import chunk_key, cut_chunks, save_chunks
from tasks.documents import ReceivedDocument, delete_stale_rows
from tasks.images import save_classes, save_occurrences
from tasks.jobs import Job
from tasks.pages import save_pages
from tasks.products import PlacedProduct, product_id, save_products


class SavedRows(NamedTuple):
    """What saving did beyond the ledger: products that the document no longer has."""

    missing: list[str]


async def save_document_rows(
    job: Job, received: ReceivedDocument, pages: Sequence[Page], discovery: Discovery, images: set[str]
) -> SavedRows:
    """Write everything that is known of the document; `images` are the hashes of those that are stored."""
    document, size = received.id, resources.current().settings.row_batch
    await run_batches(
        job,
        "save pages",
        "page",
        split(pages, size),
        lambda batch, n, total: save_pages(job, document, batch, discovery.page_kinds, n, total),
        lambda page: str(page.number),
    )
    await save_occurrences(job, document, pages, images)
    await _save_classes(job, pages, discovery, images)
    products = await _save_products(job, document, discovery, images)
    chunks = await _save_chunks(job, document, pages, discovery)
    return SavedRows(await delete_stale_rows(job, document, list(products.values()), chunks))


async def _save_classes(job: Job, pages: Sequence[Page], discovery: Discovery, images: set[str]) -> None:
    labels = classify_images(pages, discovery)
    known = [(sha256, label) for sha256, label in sorted(labels.items()) if sha256 in images]
    await run_batches(
        job,
        "classify images",
        "image",
        split(known, resources.current().settings.classify_batch),
        lambda batch, n, total: save_classes(job, batch, n, total),
        lambda item: item[0],
    )


async def _save_products(job: Job, document: uuid.UUID, discovery: Discovery, images: set[str]) -> dict[str, uuid.UUID]:
    products = [
        PlacedProduct(_with_stored_images(product, images), position)
        for position, product in enumerate(discovery.products)
    ]
    async with job.database.transaction() as connection:
        await job.declare(connection, "product", len(products))
    saved = await run_batches(
        job,
        "save products",
        "product",
        split(products, resources.current().settings.row_batch),
        lambda batch, n, total: save_products(job, document, batch, discovery.engine, n, total),
        lambda placed: str(product_id(job, document, placed.product)),
    )
    written = {row_id for batch in saved for row_id in batch}
    known = {placed.product.key: product_id(job, document, placed.product) for placed in products}
    return {key: row_id for key, row_id in known.items() if row_id in written}


def _with_stored_images(product: Product, images: set[str]) -> Product:
    links = tuple(link for link in product.images if link.sha256 in images)
    return product if len(links) == len(product.images) else product.model_copy(update={"images": links})


async def _save_chunks(job: Job, document: uuid.UUID, pages: Sequence[Page], discovery: Discovery) -> list[uuid.UUID]:
    result = await cut_chunks(pages, discovery.products)
    ids = {product.key: product_id(job, document, product) for product in discovery.products}
    async with job.database.transaction() as connection:
        await job.declare(connection, "chunk", len(result.chunks))
    saved = await run_batches(
        job,
        CHUNKS_SAVED,
        "chunk",
        split(result.chunks, resources.current().settings.row_batch),
        lambda batch, n, total: save_chunks(job, document, batch, ids, n, total),
        lambda chunk: chunk_key(document, chunk),
    )
    return [row_id for batch in saved for row_id in batch]
