"""The shared tail of every source: images stored and embedded, rows saved, texts embedded, the report.

Also a flow of its own: `python -m flows.enrich` (or its deployment) does what is still missing or out of date in a
workspace, such as vectors after an interrupted batch, or after the engine was changed.
"""

from __future__ import annotations

if __name__ == "__main__":  # parsed before Prefect is imported below, so that --help and wrong usage answer at once
    from flows.cli.enrich import main

    main()
    raise SystemExit(0)

import asyncio
import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path

from prefect.client.schemas.objects import State
from prefect.runtime import flow_run as current_run
from pydantic import BaseModel, ConfigDict, Field

from flows.batches import fail_batch, run_batches, split
from flows.outcomes import conclude
from flows.resume import hold_job
from tasks import resources
from tasks.catalog import ids
from tasks.catalog.pages import Page
from tasks.catalog.report import JobReport, Outcome
from tasks.embeddings import (
    IMAGE_STAGE,
    TEXT_STAGE,
    ImageToEmbed,
    describe_product,
    embed_chunks,
    embed_images,
    embed_products,
)
from tasks.images import STORE_STAGE, SeenImage, store_images
from tasks.jobs import Job, JobKind, job_flow, open_job
from tasks.limits import ensure_limits
from tasks.local import image_vectors, text_vectors
from tasks.storage import library
from tasks.storage.library import StoredImage, TextItem

ENRICH = JobKind(
    "enrich",
    weights={"image": 0.5, "chunk": 0.3, "product": 0.2},
    final_stages={"image": IMAGE_STAGE, "chunk": TEXT_STAGE, "product": TEXT_STAGE},
)


class ImageTail:
    """Takes the images of pages as they are read; stores and embeds them in batches while later pages are read.

    At most `2 * batch` images wait: `add` holds the reading back until there is room.
    """

    def __init__(self, job: Job, document: uuid.UUID, *, embed: bool) -> None:
        self._job, self._document, self._embed = job, document, embed
        self._size = resources.current().settings.image_batch
        self._queue: asyncio.Queue[SeenImage | None] = asyncio.Queue(maxsize=2 * self._size)
        self._seen: set[str] = set()
        self._numbers = 0
        self.stored: set[str] = set()
        self._consumer = asyncio.create_task(self._consume())

    @property
    def declared(self) -> int:
        """How many different images came in."""
        return len(self._seen)

    async def add(self, page: Page, folder: Path) -> None:
        """Hand over a page's images; those the document showed before are known."""
        for image in page.images:
            if image.sha256 not in self._seen:
                self._seen.add(image.sha256)
                await self._queue.put(SeenImage(image, page.number, folder / f"{image.sha256}.{image.ext}"))

    async def finish(self) -> None:
        """Wait until every image is through."""
        await self._queue.put(None)
        await self._consumer

    async def stop(self) -> None:
        """Give up what waits; for a run that ends early."""
        self._consumer.cancel()
        await asyncio.gather(self._consumer, return_exceptions=True)

    async def _consume(self) -> None:
        batch: list[SeenImage] = []
        while (seen := await self._queue.get()) is not None:
            batch.append(seen)
            if len(batch) == self._size:
                await self._run_batch(batch)
                batch = []
        if batch:
            await self._run_batch(batch)

    async def _run_batch(self, batch: Sequence[SeenImage]) -> None:
        self._numbers += 1
        keys, stage = [seen.image.sha256 for seen in batch], STORE_STAGE
        try:
            await store_images(self._job, self._document, batch, self._numbers)
            self.stored.update(keys)
            stage = IMAGE_STAGE
            if self._embed:
                await self._embed_new(batch)
        except Exception as error:  # the batch's edge: one reason for all of its images
            await fail_batch(self._job, stage, "image", keys, error)
        await self._job.batch_done("images", self._numbers, self._numbers)

    async def _embed_new(self, batch: Sequence[SeenImage]) -> None:
        items = [self._image_to_embed(seen) for seen in batch]
        known = await library.list_embedded(
            self._job.database, [item.id for item in items], image_vectors.MODEL, image_vectors.SCHEMA_VERSION
        )
        if missing := [item for item in items if item.id not in known]:
            await embed_images(self._job, missing, self._numbers, self._numbers)

    def _image_to_embed(self, seen: SeenImage) -> ImageToEmbed:
        sha256 = seen.image.sha256
        image = ids.image_id(self._job.workspace_id, sha256)
        return ImageToEmbed(image, sha256, seen.path, self._document, seen.page_number)


async def list_chunks(job: Job, document: uuid.UUID | None) -> list[TextItem]:
    """Chunks without a vector of the present engine."""
    return await library.list_chunks_to_embed(
        job.database, job.workspace_id, text_vectors.MODEL, text_vectors.SCHEMA_VERSION, document
    )


async def list_products(job: Job, document: uuid.UUID | None) -> list[TextItem]:
    """Products without a vector of the present engine for what they say now."""
    rows = await library.list_products_to_embed(
        job.database, job.workspace_id, text_vectors.MODEL, text_vectors.SCHEMA_VERSION, document
    )
    return [TextItem(row_id, describe_product(columns), content) for row_id, content, columns in rows]


async def embed_texts(job: Job, chunks: Sequence[TextItem], products: Sequence[TextItem]) -> None:
    """Give chunks and products their vectors, batch by batch."""
    size = resources.current().settings.text_batch
    await run_batches(
        job, "embed chunks", "chunk", split(chunks, size), lambda b, n, t: embed_chunks(job, b, n, t), _text_key, "CPU"
    )
    await run_batches(
        job,
        "embed products",
        "product",
        split(products, size),
        lambda b, n, t: embed_products(job, b, n, t),
        _text_key,
        "CPU",
    )


def _text_key(item: TextItem) -> str:
    return str(item.id)


class Enrich(BaseModel):
    """What to bring up to date."""

    model_config = ConfigDict(extra="forbid")

    workspace: str = Field(ids.DEFAULT_WORKSPACE, pattern=ids.WORKSPACE_PATTERN, description="Tenant to work in")
    documents: list[uuid.UUID] = Field([], description="Only these documents; empty for the whole workspace")


def fingerprint(params: Enrich) -> str:
    """What the job is about."""
    return ids.sha256_hex(f"enrich {params.model_dump_json()}".encode())


def _run_name() -> str:
    return f"enrich-{current_run.parameters['params'].workspace}"


@job_flow("enrich", _run_name)
async def enrich(params: Enrich) -> State[None]:
    """Give every image, chunk and product of the workspace the vectors it lacks or has from another engine."""
    run_id = uuid.UUID(str(current_run.id))
    async with resources.open_resources(), hold_job(run_id):
        await ensure_limits()
        job = await open_job(
            ENRICH,
            run_id=run_id,
            workspace_id=ids.workspace_id(params.workspace),
            workspace=params.workspace,
            source=f"workspace {params.workspace}",
            label=params.workspace,
            fingerprint=fingerprint(params),
            parameters=params.model_dump(mode="json"),
        )
        return await conclude(job, lambda: _enrich(job, params.documents))


async def _enrich(job: Job, documents: Sequence[uuid.UUID]) -> tuple[JobReport, Outcome]:
    chosen: list[uuid.UUID | None] = list(documents) or [None]
    images = [image for document in chosen for image in await _list_images(job, document)]
    chunks = [chunk for document in chosen for chunk in await list_chunks(job, document)]
    products = [product for document in chosen for product in await list_products(job, document)]
    async with job.database.transaction() as connection:
        await job.declare(connection, "image", len(images))
        await job.declare(connection, "chunk", len(chunks))
        await job.declare(connection, "product", len(products))
    await _embed_stored_images(job, images)
    await embed_texts(job, chunks, products)
    return await job.close(empty_reason=None if images or chunks or products else "nothing_to_do")


async def _list_images(job: Job, document: uuid.UUID | None) -> list[StoredImage]:
    return await library.list_images_to_embed(
        job.database, job.workspace_id, image_vectors.MODEL, image_vectors.SCHEMA_VERSION, document
    )


async def _embed_stored_images(job: Job, images: Sequence[StoredImage]) -> None:
    opened = resources.current()
    folder = opened.settings.home / "work" / f"enrich-{job.id}"

    async def work(batch: Sequence[StoredImage], number: int, total: int) -> int:
        items = [
            ImageToEmbed(row.id, row.sha256, folder / Path(row.storage_path).name, row.document_id, row.page_number)
            for row in batch
        ]
        await asyncio.gather(
            *(opened.files.fetch(row.storage_path, item.path) for row, item in zip(batch, items, strict=True))
        )
        return await embed_images(job, items, number, total)

    try:
        batches = split(images, opened.settings.image_batch)
        await run_batches(job, "embed images", "image", batches, work, lambda row: row.sha256, "CPU")
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
