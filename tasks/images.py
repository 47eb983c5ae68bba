"""Images of a document: stored by content, a row each, and the class that rules give them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks import resources
from tasks.catalog import ids
from tasks.catalog.engines import EngineVersion, Examination, ImageCase, ImageUse, ItemFailure
from tasks.catalog.pages import PAGE_SCHEMA_VERSION, ImageStats, Page, PageImage
from tasks.engines import get_engines
from tasks.jobs import Job
from tasks.storage import files, library
from tasks.storage.bulk import Changes, upsert
from tasks.storage.jobs import UNCERTAIN, Item
from tasks.storage.library import ExaminedRow
from tasks.storage.rows import ImageRow, OccurrenceRow, seal

STORE_STAGE = "store-images"
CLASSIFY_STAGE = "classify-images"

CONTENT_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


class SeenImage(NamedTuple):
    """An image as a source shows it: its row, the file that holds its bytes, and what is known around it."""

    row: ImageRow
    path: Path
    stats: ImageStats
    use: ImageUse
    page_number: int | None = None  # where a document showed it first

    @property
    def sha256(self) -> str:
        return self.row.sha256

    @property
    def case(self) -> ImageCase:
        return ImageCase(self.sha256, self.path, self.stats, self.use)


def see_page_image(job: Job, image: PageImage, page_number: int, folder: Path) -> SeenImage:
    """The image of a page, whose bytes lie in `folder` under their hash."""
    path, use = folder / f"{image.sha256}.{image.ext}", ImageUse(nearest_text=image.nearest_text)
    return SeenImage(image_row(job, image, image.layer), path, image.stats, use, page_number)


@task(task_run_name="store images {number}", cache_policy=NO_CACHE, persist_result=False)
async def store_images(job: Job, document: uuid.UUID | None, batch: Sequence[SeenImage], number: int) -> Changes:
    """Put the batch's bytes into the files' store, then write its rows and ledger lines in one transaction."""
    store, rows = resources.current().files, [seen.row for seen in batch]
    await asyncio.gather(*(store.put(row.storage_path, seen.path) for row, seen in zip(rows, batch, strict=True)))
    async with job.database.transaction() as connection:
        changes = await library.save_images(connection, rows, document)
        items = [Item("image", row.sha256, STORE_STAGE, changes.of(row.id)) for row in rows]
        await job.record(connection, items)
    return changes


@task(task_run_name="save image places", cache_policy=NO_CACHE, persist_result=False)
async def save_occurrences(job: Job, document: uuid.UUID, pages: Sequence[Page], stored: Collection[str]) -> int:
    """Write where each stored image is shown (page, box, caption) and drop other places; returns how many."""
    rows = [
        row
        for page in pages
        for image in page.images
        if image.sha256 in stored
        for row in _occurrence_rows(job, document, page.number, image)
    ]
    async with job.database.transaction() as connection:
        await upsert(connection, rows)
        await library.delete_stale(connection, OccurrenceRow, document, [row.id for row in rows])
    return len(rows)


def _occurrence_rows(job: Job, document: uuid.UUID, page: int, image: PageImage) -> list[OccurrenceRow]:
    return [
        seal(
            OccurrenceRow(
                id=ids.occurrence_id(document, image.sha256, page, index),
                workspace_id=job.workspace_id,
                image_id=ids.image_id(job.workspace_id, image.sha256),
                document_id=document,
                page_number=page,
                bbox=(box.x0, box.y0, box.x1, box.y1),
                caption=image.nearest_text,
            )
        )
        for index, box in enumerate(image.boxes)
    ]


class ImageFacts(Protocol):
    """What a row needs to know of an image, wherever it comes from; sizes in pixels."""

    @property
    def sha256(self) -> str: ...
    @property
    def ext(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def phash(self) -> str: ...
    @property
    def stats(self) -> ImageStats: ...


def image_row(job: Job, image: ImageFacts, layer: str) -> ImageRow:
    """The library's row of an image; `layer` says how it was had: embedded, full_render or download."""
    return seal(
        ImageRow(
            id=ids.image_id(job.workspace_id, image.sha256),
            workspace_id=job.workspace_id,
            sha256=image.sha256,
            storage_path=files.image_path(job.workspace, image.sha256, image.ext),
            content_type=CONTENT_TYPES[image.ext],
            width=image.width,
            height=image.height,
            file_size=image.bytes,
            extraction_layer=layer,
            perceptual_hash=image.phash,
            stats=image.stats.model_dump(),
            schema_version=PAGE_SCHEMA_VERSION,
            source_job_id=job.id,
        )
    )


@task(task_run_name="examine images {number}", cache_policy=NO_CACHE, persist_result=False)
async def examine_images(job: Job, batch: Sequence[ImageCase], number: int, total: int | None) -> set[uuid.UUID]:
    """Label and analyse the batch's images and write what was seen; returns the images that certainly show products.

    A label below the threshold is left open and pending, and so is an image that the engine failed on.
    """
    engine = get_engines().examiner
    threshold = resources.current().settings.classification_threshold
    answers = await engine.examine(batch)
    rows = [
        _examined_row(job, case, answer, engine.version, threshold) for case, answer in zip(batch, answers, strict=True)
    ]
    async with job.database.transaction() as connection:
        changed = await library.save_examinations(connection, rows)
        items = [_item(case, row, row.image_id in changed) for case, row in zip(batch, rows, strict=True)]
        await job.record(connection, items)
    return {row.image_id for row in rows if row.label in library.PRODUCT_LABELS}


def _item(case: ImageCase, row: ExaminedRow, changed: bool) -> Item:
    if row.pending:
        return Item("image", case.sha256, CLASSIFY_STAGE, "pending", row.reason)
    return Item("image", case.sha256, CLASSIFY_STAGE, "updated" if changed else "unchanged")


def _examined_row(
    job: Job, case: ImageCase, answer: Examination | ItemFailure, version: EngineVersion, threshold: float
) -> ExaminedRow:
    image = ids.image_id(job.workspace_id, case.sha256)
    if isinstance(answer, ItemFailure):
        return ExaminedRow(image, None, None, answer.reason, True, version.engine, None, version)
    label = answer.label
    certain = label.confidence >= threshold
    reason = label.reason if certain else f"{UNCERTAIN} ({label.confidence:.2f}): {label.reason}"
    analysis = answer.analysis.model_dump(mode="json") if answer.analysis else None
    shown = label.label if certain else None
    return ExaminedRow(image, shown, label.confidence, reason, not certain, version.engine, analysis, version)
