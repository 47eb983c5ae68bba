"""Products of a document: discovered by pure rules, then written with their links to images, a batch a task."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence
from typing import NamedTuple

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.catalog import ids
from tasks.catalog.pages import Page
from tasks.catalog.products import Discovery, ImageLink, Product
from tasks.engines import get_engines
from tasks.jobs import Job
from tasks.local.discovery import LocalDiscoverer
from tasks.product_rows import product_row
from tasks.storage import library
from tasks.storage.bulk import upsert
from tasks.storage.jobs import Item
from tasks.storage.rows import ImageProductRow, ProductRow, RowOrigin, seal

SAVE_STAGE = "save-products"


class PlacedProduct(NamedTuple):
    """A product and its place in the order of reading."""

    product: Product
    position: int


@task(task_run_name="discover products", cache_policy=NO_CACHE, persist_result=False)
async def discover_products(pages: Sequence[Page], source: str, services: bool) -> Discovery:
    """Everything the document's pages say of products, with their images linked; `source` names the document.

    Without `services` the rules read it, whatever engine is configured.
    """
    engine = get_engines().discoverer if services else LocalDiscoverer()
    return await engine.discover(pages, source)


@task(task_run_name="save products {number} of {total}", cache_policy=NO_CACHE, persist_result=False)
async def save_products(
    job: Job, document: uuid.UUID, batch: Sequence[PlacedProduct], engine: str, number: int, total: int
) -> list[uuid.UUID]:
    """Write the batch's products, their image links and their ledger lines in one transaction; returns their ids."""
    rows = [_product_row(job, document, placed, engine) for placed in batch]
    links = [
        _link_row(job, document, row.id, link)
        for row, placed in zip(rows, batch, strict=True)
        for link in placed.product.images
    ]
    async with job.database.transaction() as connection:
        changes = await upsert(connection, rows)
        await library.restore_products(connection, [row.id for row in rows])
        await connection.execute(
            "delete from public.image_product_associations where product_id = any(%s) and not (id = any(%s))",
            ([row.id for row in rows], [link.id for link in links]),
        )
        await upsert(connection, links)
        await job.record(connection, [Item("product", str(row.id), SAVE_STAGE, changes.of(row.id)) for row in rows])
    return [row.id for row in rows]


def product_id(job: Job, document: uuid.UUID, product: Product) -> uuid.UUID:
    return ids.product_id(job.workspace_id, str(document), product.key)


def _product_row(job: Job, document: uuid.UUID, placed: PlacedProduct, engine: str) -> ProductRow:
    product = placed.product
    origin = RowOrigin(job.workspace_id, job.id, str(document), "pdf", engine)
    row = product_row(product, placed.position, origin)
    data = product.model_dump(mode="json", include={"attributes", "variants", "images", "provenance"})
    return seal(dataclasses.replace(row, source_document_id=document, **data))


def _link_row(job: Job, document: uuid.UUID, product: uuid.UUID, link: ImageLink) -> ImageProductRow:
    image = ids.image_id(job.workspace_id, link.sha256)
    return seal(
        ImageProductRow(
            id=ids.link_id("image-product", image, product),
            workspace_id=job.workspace_id,
            image_id=image,
            product_id=product,
            document_id=document,
            page_number=link.page,
            overall_score=link.score,
            reasoning=link.reason,
        )
    )
