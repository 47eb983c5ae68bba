"""Vectors of images, chunks and products, a batch a task: made by the engine that the settings choose, then saved."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.catalog.engines import EngineVersion, ImageCase, ImageViews, ItemFailure, View
from tasks.catalog.image_analysis import ImageAnalysis, serialize
from tasks.catalog.report import ItemKind, ItemStatus
from tasks.engines import get_engines
from tasks.jobs import Job
from tasks.storage import library, vectors
from tasks.storage.jobs import Item
from tasks.storage.library import AnalysedImage, TextItem, TextVector
from tasks.storage.vectors import ImageVector

IMAGE_STAGE = "embed-images"
ANALYSIS_STAGE = "embed-analyses"
TEXT_STAGE = "embed-texts"

# What a product's vector speaks for, in this order: name, description, brand, and what a person filters by.
_DESCRIPTION_CHARACTERS = 500
_FACETS = ("collection", "designer", "color", "colors", "colours", "finish", "material", "size", "dimensions")


class ImageToEmbed(NamedTuple):
    """An image and a local file with its bytes."""

    id: uuid.UUID
    sha256: str
    path: Path
    document_id: uuid.UUID | None
    page_number: int | None


@task(task_run_name="embed images {number}", cache_policy=NO_CACHE, persist_result=False)
async def embed_images(job: Job, batch: Sequence[ImageToEmbed], number: int) -> int:
    """Give every image of the batch its vectors, one a view (768); returns how many images got them.

    Vectors and flags are one transaction: an image is never marked as embedded without its vectors. An image that
    cannot be embedded is recorded as failed, alone.
    """
    engine = get_engines().images
    answers = await engine.embed([ImageCase(image.sha256, image.path) for image in batch])
    good = [(image, answer) for image, answer in zip(batch, answers, strict=True) if isinstance(answer, ImageViews)]
    bad = [
        Item("image", image.sha256, IMAGE_STAGE, "failed" if answer.permanent else "pending", answer.reason)
        for image, answer in zip(batch, answers, strict=True)
        if isinstance(answer, ItemFailure)
    ]
    await _save_image_vectors(job, good, bad, engine.version)
    return len(good)


async def _save_image_vectors(
    job: Job, good: Sequence[tuple[ImageToEmbed, ImageViews]], bad: Sequence[Item], version: EngineVersion
) -> None:
    by_views: dict[frozenset[View], list[uuid.UUID]] = defaultdict(list)
    for image, answer in good:
        by_views[frozenset(answer.views)].append(image.id)
    async with job.database.transaction() as connection:
        for view, collection in vectors.COLLECTION_OF_VIEW.items():
            rows = [
                ImageVector(
                    image.id,
                    answer.views[view],
                    version.model,
                    version.schema_version,
                    image.document_id,
                    image.page_number,
                )
                for image, answer in good
                if view in answer.views
            ]
            await vectors.save_vectors(connection, collection, job.workspace_id, rows)
        for views, images in by_views.items():
            await library.mark_embedded(connection, images, views, version)
        items = [Item("image", image.sha256, IMAGE_STAGE, "updated") for image, _ in good]
        await job.record(connection, [*items, *bad])


@task(task_run_name="embed analyses {number} of {total}", cache_policy=NO_CACHE, persist_result=False)
async def embed_analyses(job: Job, batch: Sequence[AnalysedImage], number: int, total: int) -> int:
    """Give every analysed image of the batch the vector (1024) of what its analysis says; returns how many got one."""
    engine = get_engines().texts
    texts = [serialize(ImageAnalysis.model_validate(image.analysis)) for image in batch]
    known = [(image, text) for image, text in zip(batch, texts, strict=True) if text]
    answers = await engine.embed([text for _, text in known], "document")
    rows, bad = [], []
    for (image, _), answer in zip(known, answers, strict=True):
        if isinstance(answer, ItemFailure):
            status: ItemStatus = "failed" if answer.permanent else "pending"
            bad.append(Item("image", image.sha256, ANALYSIS_STAGE, status, answer.reason))
        else:
            version = engine.version
            rows.append(ImageVector(image.id, answer, version.model, version.schema_version, image.document_id))
    async with job.database.transaction() as connection:
        await vectors.save_vectors(connection, vectors.UNDERSTANDING, job.workspace_id, rows)
        await library.mark_understood(connection, [row.image_id for row in rows], engine.version)
        done = [Item("image", image.sha256, ANALYSIS_STAGE, "updated") for image in batch]
        await job.record(connection, [*done, *bad])
    return len(rows)


@task(task_run_name="embed chunks {number} of {total}", cache_policy=NO_CACHE, persist_result=False)
async def embed_chunks(job: Job, batch: Sequence[TextItem], number: int, total: int) -> int:
    """Give every chunk of the batch its text vector (1024); returns how many got one."""
    rows, bad = await _embed_texts("chunk", batch)
    async with job.database.transaction() as connection:
        await library.save_chunk_vectors(connection, rows)
        await job.record(connection, [*(Item("chunk", str(row.id), TEXT_STAGE, "updated") for row in rows), *bad])
    return len(rows)


@task(task_run_name="embed products {number} of {total}", cache_policy=NO_CACHE, persist_result=False)
async def embed_products(job: Job, batch: Sequence[TextItem], number: int, total: int) -> int:
    """Give every product of the batch its text vector (1024); returns how many got one."""
    rows, bad = await _embed_texts("product", batch)
    async with job.database.transaction() as connection:
        await library.save_product_vectors(connection, rows)
        await job.record(connection, [*(Item("product", str(row.id), TEXT_STAGE, "updated") for row in rows), *bad])
    return len(rows)


async def _embed_texts(kind: ItemKind, batch: Sequence[TextItem]) -> tuple[list[TextVector], list[Item]]:
    """Vectors of the texts that got one, and ledger lines of those that did not."""
    engine = get_engines().texts
    rows, bad = [], []
    for item, answer in zip(batch, await engine.embed([item.text for item in batch], "document"), strict=True):
        if isinstance(answer, ItemFailure):
            status: ItemStatus = "failed" if answer.permanent else "pending"
            bad.append(Item(kind, str(item.id), TEXT_STAGE, status, answer.reason))
        else:
            version = engine.version
            rows.append(TextVector(item.id, answer, version.model, version.schema_version, item.content_hash))
    return rows, bad


def describe_product(product: dict[str, Any]) -> str:
    """The text that a product's vector speaks for: name, description, brand, category and facets."""
    attributes = product["attributes"]
    facets = [str(attributes[name]) for name in _FACETS if attributes.get(name)]
    parts = [
        product["name"],
        (product["description"] or "")[:_DESCRIPTION_CHARACTERS],
        ", ".join(filter(None, [product["brand"], product["category"], product["external_sku"], *facets])),
    ]
    return " | ".join(part for part in parts if part)
