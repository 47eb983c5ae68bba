"""Vectors of images, chunks and products, a batch a task: made by the engine that the settings choose, then saved."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks import resources
from tasks.jobs import Job
from tasks.local import image_vectors, text_vectors
from tasks.storage import library, vectors
from tasks.storage.jobs import Item
from tasks.storage.library import TextItem, TextVector
from tasks.storage.vectors import ImageVector

IMAGE_STAGE = "embed-images"
TEXT_STAGE = "embed-texts"

# What a product's vector speaks for, in this order: name, description, brand, and what a person filters by.
_DESCRIPTION_CHARACTERS = 500
_FACETS = ("collection", "designer", "color", "colors", "finish", "material", "size", "dimensions")


class ImageToEmbed(NamedTuple):
    """An image and a local file with its bytes."""

    id: uuid.UUID
    sha256: str
    path: Path
    document_id: uuid.UUID | None
    page_number: int | None


def model_cache() -> Path:
    """Where converted weights are kept."""
    return resources.current().settings.home / "models"


@task(task_run_name="embed images {number} of {total}", cache_policy=NO_CACHE, persist_result=False)
async def embed_images(job: Job, batch: Sequence[ImageToEmbed], number: int, total: int) -> int:
    """Give every image of the batch its visual vector (768); returns how many got one.

    Vectors and flags are one transaction: an image is never marked as embedded without its vector. An image that
    cannot be decoded is recorded as failed, alone.
    """
    settings = resources.current().settings
    reading = await asyncio.to_thread(
        image_vectors.read_images,
        [image.path for image in batch],
        cache_dir=model_cache(),
        threads=settings.engine_threads,
    )
    good = [batch[position] for position in reading.positions]
    bad = [
        Item("image", batch[position].sha256, IMAGE_STAGE, "failed", str(error))
        for position, error in reading.failures.items()
    ]
    await _save_image_vectors(job, good, reading.vectors, bad)
    return len(good)


async def _save_image_vectors(
    job: Job, batch: Sequence[ImageToEmbed], matrix: np.ndarray[Any, Any], failed: Sequence[Item]
) -> None:
    model, version = image_vectors.MODEL, image_vectors.SCHEMA_VERSION
    rows = [
        ImageVector(image.id, vector, model, version, image.document_id, image.page_number)
        for image, vector in zip(batch, matrix, strict=True)
    ]
    async with job.database.transaction() as connection:
        await vectors.save_vectors(connection, vectors.VISUAL, job.workspace_id, rows)
        await library.mark_embedded(
            connection, [image.id for image in batch], image_vectors.MODEL, image_vectors.SCHEMA_VERSION
        )
        items = [Item("image", image.sha256, IMAGE_STAGE, "updated") for image in batch]
        await job.record(connection, [*items, *failed])


@task(task_run_name="embed chunks {number} of {total}", cache_policy=NO_CACHE, persist_result=False)
async def embed_chunks(job: Job, batch: Sequence[TextItem], number: int, total: int) -> int:
    """Give every chunk of the batch its text vector (1024); returns how many got one."""
    rows = await _embed_texts(batch)
    async with job.database.transaction() as connection:
        await library.save_chunk_vectors(connection, rows)
        await job.record(connection, [Item("chunk", str(row.id), TEXT_STAGE, "updated") for row in rows])
    return len(rows)


@task(task_run_name="embed products {number} of {total}", cache_policy=NO_CACHE, persist_result=False)
async def embed_products(job: Job, batch: Sequence[TextItem], number: int, total: int) -> int:
    """Give every product of the batch its text vector (1024); returns how many got one."""
    rows = await _embed_texts(batch)
    async with job.database.transaction() as connection:
        await library.save_product_vectors(connection, rows)
        await job.record(connection, [Item("product", str(row.id), TEXT_STAGE, "updated") for row in rows])
    return len(rows)


async def _embed_texts(batch: Sequence[TextItem]) -> list[TextVector]:
    matrix = await asyncio.to_thread(text_vectors.embed_texts, [item.text for item in batch], "document")
    return [
        TextVector(item.id, vector, text_vectors.MODEL, text_vectors.SCHEMA_VERSION, item.content_hash)
        for item, vector in zip(batch, matrix, strict=True)
    ]


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
