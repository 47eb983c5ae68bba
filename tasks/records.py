"""What products of feeds and shops get after their rows: links to their images, and chunks of their descriptions."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks import resources
from tasks.catalog import ids
from tasks.catalog.chunking import CHUNK_SCHEMA_VERSION, Chunk
from tasks.catalog.engines import ImageUse
from tasks.catalog.products import ImageLink
from tasks.catalog.text_chunks import chunk_text
from tasks.chunks import SAVE_STAGE
from tasks.downloads import Downloaded, ImageRequest
from tasks.engines import get_engines
from tasks.images import STORE_STAGE, SeenImage, image_row, store_images
from tasks.jobs import Job
from tasks.storage import files, library
from tasks.storage import records as store
from tasks.storage.bulk import upsert
from tasks.storage.jobs import Item
from tasks.storage.library import PRODUCT_LABELS
from tasks.storage.records import RecordImage, UnfinishedProduct
from tasks.storage.rows import ChunkRow, seal

# The first picture of a record is the product's own; each further one speaks a little less for it (the domain's rule).
_SCORE_STEP = 0.05
_LISTED = "listed by the source"


class ListedImage(NamedTuple):
    """A picture that a product lists; `place` is 0 for its first."""

    product: UnfinishedProduct
    place: int
    request: ImageRequest

    @property
    def score(self) -> float:
        return round(max(0.0, 1.0 - _SCORE_STEP * self.place), 2)


def list_images(products: Sequence[UnfinishedProduct], most: int) -> list[ListedImage]:
    """The pictures to be fetched: the first `most` of each product, in its order, the same address once a product."""
    return [
        ListedImage(product, index, ImageRequest(url))
        for product in products
        for index, url in enumerate(dict.fromkeys(image["url"] for image in product.images[:most]))
    ]


Fetched = tuple[ListedImage, Downloaded]


async def store_downloads(job: Job, fetched: Sequence[Fetched], number: int) -> list[SeenImage]:
    """Store the pictures that are new to the library, each once, and record those that it knows; returns the new."""
    different = _each_once(fetched)
    seen = [_see(job, listed, image, image.path) for listed, image in different if image.path is not None]
    if seen:
        await store_images(job, None, seen, number)
    known = [Item("image", image.sha256, STORE_STAGE, "unchanged") for _, image in different if image.path is None]
    async with job.database.transaction() as connection:
        await job.record(connection, known)
    return seen


async def bring_known(job: Job, fetched: Sequence[Fetched], folder: Path) -> list[SeenImage]:
    """Of pictures that the library had already, those that no engine has seen to the end: fetched from its files."""
    known = {ids.image_id(job.workspace_id, image.sha256): (listed, image) for listed, image in _each_once(fetched)
             if image.path is None}  # fmt: skip
    engines, database = get_engines(), job.database
    embedded = await library.list_embedded(database, list(known), engines.images.version)
    labels = await library.list_examined(database, list(known), engines.examiner.version)
    seen = []
    for row, (listed, image) in known.items():
        if row in embedded or labels.get(row, PRODUCT_LABELS[0]) not in PRODUCT_LABELS:
            continue
        local = folder / f"{image.sha256}.{image.ext}"
        await resources.current().files.fetch(files.image_path(job.workspace, image.sha256, image.ext), local)
        seen.append(_see(job, listed, image, local))
    return seen


def _each_once(fetched: Sequence[Fetched]) -> list[Fetched]:
    """Each different picture with the first product that lists it."""
    return list({image.sha256: (listed, image) for listed, image in reversed(fetched)}.values())


def _see(job: Job, listed: ListedImage, image: Downloaded, path: Path) -> SeenImage:
    """A picture as the tail takes it, with what its product's record says."""
    product = listed.product
    facts = {
        "name": product.name,
        "brand": product.brand,
        "category": product.category,
        "description": product.description,
        **product.attributes,
    }
    use = ImageUse(
        has_products=True,
        links=(ImageLink(sha256=image.sha256, page=0, score=listed.score, reason=_LISTED),),
        nearest_text=product.name,
        product={name: value for name, value in facts.items() if value},
    )
    return SeenImage(image_row(job, image, "download"), path, image.stats, use)


@task(task_run_name="link images {number}", cache_policy=NO_CACHE, persist_result=False)
async def link_images(
    job: Job,
    products: Sequence[UnfinishedProduct],
    fetched: Sequence[Fetched],
    number: int,
) -> int:
    """Write which stored images belong to the batch's products; returns how many links."""
    links: dict[uuid.UUID, RecordImage] = {}
    for listed, image in fetched:
        row = ids.image_id(job.workspace_id, image.sha256)
        link = ids.link_id("image-product", row, listed.product.id)
        found = RecordImage(link, row, listed.product.id, listed.score, _LISTED, listed.request.url)
        links.setdefault(link, found)  # the same picture under two addresses: the first one counts
    async with job.database.transaction() as connection:
        await store.save_record_images(
            connection, job.workspace_id, [product.id for product in products], list(links.values())
        )
    return len(links)


@task(task_run_name="save chunks {number}", cache_policy=NO_CACHE, persist_result=False)
async def save_record_chunks(job: Job, products: Sequence[UnfinishedProduct], number: int) -> list[str]:
    """Write the chunks of what the products' pages, else descriptions, say, with ledger lines; their keys."""
    settings = resources.current().settings
    rows = [
        _chunk_row(job, product.id, chunk, settings.chunk_quality_threshold)
        for product in products
        for chunk in chunk_text(
            product.page_text or product.description or "",
            least_chars=settings.record_chunk_characters,
            max_chars=settings.chunk_characters,
            overlap_chars=settings.chunk_overlap,
        )
    ]
    async with job.database.transaction() as connection:
        await store.delete_stale_chunks(connection, [product.id for product in products], [row.id for row in rows])
        changes = await upsert(connection, rows)
        await job.record(connection, [Item("chunk", str(row.id), SAVE_STAGE, changes.of(row.id)) for row in rows])
    return [str(row.id) for row in rows]


def _chunk_row(job: Job, product: uuid.UUID, chunk: Chunk, threshold: float) -> ChunkRow:
    return seal(
        ChunkRow(
            id=ids.chunk_id(product, 0, chunk.text),
            workspace_id=job.workspace_id,
            document_id=None,
            product_id=product,
            content=chunk.text,
            chunk_index=chunk.index,
            chunk_kind=chunk.kind,
            page_number=None,
            pages=(),
            quality_score=chunk.quality,
            quality_flagged=chunk.quality < threshold,
            schema_version=CHUNK_SCHEMA_VERSION,
            source_job_id=job.id,
        )
    )
