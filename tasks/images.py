"""Images of a document: stored by content, a row each, and the class that rules give them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks import resources
from tasks.catalog import ids
from tasks.catalog.classification import ENGINE, ImageLabel
from tasks.catalog.pages import PAGE_SCHEMA_VERSION, Page, PageImage
from tasks.jobs import Job
from tasks.storage import files, library
from tasks.storage.bulk import Changes, upsert
from tasks.storage.jobs import Item
from tasks.storage.library import ImageLabelRow
from tasks.storage.rows import ImageRow, OccurrenceRow, seal

STORE_STAGE = "store-images"
CLASSIFY_STAGE = "classify-images"

CONTENT_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


class SeenImage(NamedTuple):
    """An image as one page shows it, with the file that holds its bytes."""

    image: PageImage
    page_number: int
    path: Path


@task(task_run_name="store images {number}", cache_policy=NO_CACHE, persist_result=False)
async def store_images(job: Job, document: uuid.UUID, batch: Sequence[SeenImage], number: int) -> Changes:
    """Put the batch's bytes into the files' store, then write its rows and ledger lines in one transaction."""
    store = resources.current().files
    rows = [_image_row(job, seen.image) for seen in batch]
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


def _image_row(job: Job, image: PageImage) -> ImageRow:
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
            extraction_layer=image.layer,
            perceptual_hash=image.phash,
            stats=image.stats.model_dump(),
            schema_version=PAGE_SCHEMA_VERSION,
            source_job_id=job.id,
        )
    )


@task(task_run_name="classify images {number} of {total}", cache_policy=NO_CACHE, persist_result=False)
async def save_classes(job: Job, batch: Sequence[tuple[str, ImageLabel]], number: int, total: int) -> int:
    """Write the batch's classes; an uncertain one is left open and pending. Returns how many are certain."""
    threshold = resources.current().settings.classification_threshold
    rows, items = [], []
    for sha256, label in batch:
        certain = label.confidence >= threshold
        rows.append(
            ImageLabelRow(
                ids.image_id(job.workspace_id, sha256),
                label.label if certain else None,
                label.confidence,
                label.reason,
                not certain,
                ENGINE,
            )
        )
        if not certain:
            reason = f"classification uncertain ({label.confidence:.2f}): {label.reason}"
            items.append(Item("image", sha256, CLASSIFY_STAGE, "pending", reason))
    async with job.database.transaction() as connection:
        await library.save_labels(connection, rows)
        await job.record(connection, items)
    return len(batch) - len(items)
