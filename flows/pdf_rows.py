"""Saving what was understood of a document: pages, image classes and places, products, chunks, in batches of rows.

What is large is quoted: Prefect looks through every argument of a task for futures, 9 ms for each page of words.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from prefect.utilities.annotations import quote

from flows.batches import run_batches, split
from tasks import resources
from tasks.catalog.engines import ImageCase
from tasks.catalog.image_uses import describe_uses
from tasks.catalog.pages import Page
from tasks.catalog.products import Discovery, Product
from tasks.chunks import SAVE_STAGE as CHUNKS_SAVED
from tasks.chunks import chunk_key, cut_chunks, save_chunks
from tasks.documents import ReceivedDocument, delete_stale_rows, pages_folder
from tasks.images import examine_images, save_occurrences
from tasks.jobs import Job
from tasks.pages import save_pages
from tasks.products import PlacedProduct, product_id, save_products


class SavedRows(NamedTuple):
    """What saving did beyond the ledger: products that the document no longer has."""

    missing: list[str]


async def save_document_rows(
    job: Job,
    received: ReceivedDocument,
    pages: Sequence[Page],
    discovery: Discovery,
    images: set[str],
    *,
    examine: bool,
) -> SavedRows:
    """Write everything that is known of the document; `images` are the hashes of those that are stored.

    With `examine` they are labelled now, with what discovery found.
    """
    document = received.id
    await save_page_rows(job, received, pages, discovery.page_kinds, images)
    if examine:
        await _examine_images(job, document, pages, discovery, images)
    products = await _save_products(job, document, discovery, images)
    chunks = await _save_chunks(job, document, pages, discovery)
    if len(pages) < received.facts.page_count or discovery.faults:
        return SavedRows([])  # what pages had that were not read or understood this time is not known to be gone
    return SavedRows(await delete_stale_rows(job, document, list(products.values()), chunks))


async def save_page_rows(
    job: Job, received: ReceivedDocument, pages: Sequence[Page], kinds: Mapping[int, str], images: set[str]
) -> None:
    """Write the pages, and where they show the stored images."""
    await run_batches(
        job,
        "save pages",
        "page",
        split(pages, resources.current().settings.row_batch),
        lambda batch, n, total: save_pages(job, received.id, quote(batch), kinds, n, total),
        lambda page: str(page.number),
    )
    await save_occurrences(job, received.id, quote(pages), images)


async def _examine_images(
    job: Job, document: uuid.UUID, pages: Sequence[Page], discovery: Discovery, images: set[str]
) -> None:
    folder, uses = pages_folder(document), describe_uses(pages, discovery)
    shown = {image.sha256: image for page in pages for image in page.images if image.sha256 in images}
    cases = [
        ImageCase(sha256, folder / f"{sha256}.{image.ext}", image.stats, uses[sha256])
        for sha256, image in sorted(shown.items())
    ]
    await run_batches(
        job,
        "examine images",
        "image",
        split(cases, resources.current().settings.classify_batch),
        lambda batch, n, total: examine_images(job, batch, n, total),
        lambda case: case.sha256,
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
        lambda batch, n, total: save_products(job, document, quote(batch), discovery.engine, n, total),
        lambda placed: str(product_id(job, document, placed.product)),
    )
    written = {row_id for batch in saved for row_id in batch}
    known = {placed.product.key: product_id(job, document, placed.product) for placed in products}
    return {key: row_id for key, row_id in known.items() if row_id in written}


def _with_stored_images(product: Product, images: set[str]) -> Product:
    links = tuple(link for link in product.images if link.sha256 in images)
    return product if len(links) == len(product.images) else product.model_copy(update={"images": links})


async def _save_chunks(job: Job, document: uuid.UUID, pages: Sequence[Page], discovery: Discovery) -> list[uuid.UUID]:
    result = await cut_chunks(quote(pages), quote(discovery.products))
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
