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
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from prefect.client.schemas.objects import State
from prefect.runtime import flow_run as current_run
from pydantic import BaseModel, ConfigDict, Field

from flows.batches import run_batches, split
from flows.control import obey
from flows.outcomes import conclude
from flows.resume import hold_job
from tasks import resources
from tasks.catalog import ids
from tasks.catalog.engines import ImageCase
from tasks.catalog.report import ItemKind, JobReport, Outcome
from tasks.embeddings import (
    IMAGE_STAGE,
    TEXT_STAGE,
    ImageToEmbed,
    describe_product,
    embed_analyses,
    embed_chunks,
    embed_images,
    embed_products,
)
from tasks.engines import get_engines
from tasks.images import examine_images
from tasks.jobs import Job, JobKind, job_flow, open_job
from tasks.limits import ensure_limits
from tasks.storage import library
from tasks.storage.library import AnalysedImage, StoredImage, TextItem


class _Identified(Protocol):
    @property
    def id(self) -> uuid.UUID: ...


T = TypeVar("T", bound=_Identified)

ENRICH = JobKind(
    "enrich",
    weights={"image": 0.5, "chunk": 0.3, "product": 0.2},
    final_stages={"image": IMAGE_STAGE, "chunk": TEXT_STAGE, "product": TEXT_STAGE},
)


async def list_chunks(job: Job, document: uuid.UUID | None) -> list[TextItem]:
    """Chunks without a vector of the present engine."""
    version = get_engines().texts.version
    return await library.list_chunks_to_embed(job.database, job.workspace_id, version, document)


async def list_products(job: Job, document: uuid.UUID | None) -> list[TextItem]:
    """Products without a vector of the present engine for what they say now."""
    version = get_engines().texts.version
    rows = await library.list_products_to_embed(job.database, job.workspace_id, version, document)
    return [TextItem(row_id, describe_product(columns), content) for row_id, content, columns in rows]


async def list_analyses(job: Job, document: uuid.UUID | None) -> list[AnalysedImage]:
    """Images whose analysis has no vector of the present engine."""
    version = get_engines().texts.version
    return await library.list_analyses_to_embed(job.database, job.workspace_id, version, document)


async def embed_understanding(job: Job, images: Sequence[AnalysedImage]) -> None:
    """Give images the vectors of their analyses, batch by batch."""
    engines = get_engines()
    await run_batches(
        job,
        "embed analyses",
        "image",
        split(images, resources.current().settings.text_batch),
        lambda b, n, t: embed_analyses(job, b, n, t),
        lambda image: image.sha256,
        engines.texts.version.engine,
        engines.texts_at_once,
    )


async def embed_texts(job: Job, chunks: Sequence[TextItem], products: Sequence[TextItem]) -> None:
    """Give chunks and products their vectors, batch by batch."""
    engines, size = get_engines(), resources.current().settings.text_batch
    work: list[tuple[ItemKind, Sequence[TextItem], Callable[..., Awaitable[int]]]] = [
        ("chunk", chunks, embed_chunks),
        ("product", products, embed_products),
    ]
    for kind, items, embed in work:
        await run_batches(
            job,
            f"embed {kind}s",
            kind,
            split(items, size),
            partial(embed, job),
            _text_key,
            engines.texts.version.engine,
            engines.texts_at_once,
        )


def _text_key(item: TextItem) -> str:
    return str(item.id)


class Enrich(BaseModel):
    """What to bring up to date."""

    model_config = ConfigDict(extra="forbid")

    workspace: str = Field(ids.DEFAULT_WORKSPACE, pattern=ids.WORKSPACE_PATTERN, description="Tenant to work in")
    documents: list[uuid.UUID] = Field([], description="Only these documents; empty for the whole workspace")
    max_cost_usd: float | None = Field(None, ge=0, description="Stop paying for AI calls here; the rest stays pending")


def fingerprint(params: Enrich) -> str:
    """What the job is about."""
    return ids.sha256_hex(f"enrich {params.model_dump_json(exclude={'max_cost_usd'})}".encode())


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
            max_cost_usd=params.max_cost_usd,
        )
        return await obey(job, lambda _: conclude(job, lambda: _enrich(job, params.documents)))


async def _enrich(job: Job, documents: Sequence[uuid.UUID]) -> tuple[JobReport, Outcome]:
    chosen: list[uuid.UUID | None] = list(documents) or [None]
    unseen = await _gather(_list_unseen, job, chosen)
    images = await _gather(_list_images, job, chosen)
    chunks = await _gather(list_chunks, job, chosen)
    products = await _gather(list_products, job, chosen)
    known = await _gather(list_analyses, job, chosen)
    async with job.database.transaction() as connection:
        await job.declare(
            connection,
            "image",
            len({image.id for image in unseen} | {image.id for image in images} | {image.id for image in known}),
        )
        await job.declare(connection, "chunk", len(chunks))
        await job.declare(connection, "product", len(products))
    await _examine_stored(job, unseen)
    await _embed_stored(job, await _gather(_list_images, job, chosen))
    await embed_understanding(job, await _gather(list_analyses, job, chosen))
    await embed_texts(job, chunks, products)
    return await job.close(empty_reason=None if unseen or images or known or chunks or products else "nothing_to_do")


async def _gather(
    find: Callable[[Job, uuid.UUID | None], Awaitable[list[T]]], job: Job, documents: Sequence[uuid.UUID | None]
) -> list[T]:
    """What `find` gives for each document, each item once."""
    return list({item.id: item for document in documents for item in await find(job, document)}.values())


async def _list_unseen(job: Job, document: uuid.UUID | None) -> list[StoredImage]:
    version = get_engines().examiner.version
    return await library.list_images_to_examine(job.database, job.workspace_id, version, document)


async def _list_images(job: Job, document: uuid.UUID | None) -> list[StoredImage]:
    """Images without vectors of the present engine; only those of products where labels come before vectors."""
    engines = get_engines()
    labels = None if engines.examiner.needs_document else library.PRODUCT_LABELS
    return await library.list_images_to_embed(job.database, job.workspace_id, engines.images.version, document, labels)


async def _examine_stored(job: Job, images: Sequence[StoredImage]) -> None:
    """Label and analyse images of the library; what is around them is not known any more, so by their pixels."""
    engines, size = get_engines(), resources.current().settings.classify_batch

    async def work(batch: Sequence[StoredImage], number: int, total: int) -> set[uuid.UUID]:
        async with _fetched(job, batch) as paths:
            return await examine_images(job, [ImageCase(row.sha256, paths[row.id]) for row in batch], number, total)

    await run_batches(
        job,
        "examine images",
        "image",
        split(images, size),
        work,
        lambda row: row.sha256,
        engines.examiner.version.engine,
        at_once=engines.examiner_at_once,
    )


async def _embed_stored(job: Job, images: Sequence[StoredImage]) -> None:
    engines, size = get_engines(), resources.current().settings.image_batch

    async def work(batch: Sequence[StoredImage], number: int, total: int) -> int:
        async with _fetched(job, batch) as paths:
            items = [ImageToEmbed(row.id, row.sha256, paths[row.id], row.document_id, row.page_number) for row in batch]
            return await embed_images(job, items, number)

    await run_batches(
        job,
        "embed images",
        "image",
        split(images, size),
        work,
        lambda row: row.sha256,
        engines.images.version.engine,
        at_once=engines.images_at_once,
    )


@asynccontextmanager
async def _fetched(job: Job, images: Sequence[StoredImage]) -> AsyncIterator[dict[uuid.UUID, Path]]:
    """The images' bytes in a folder for the length of the block: the path of each, by id."""
    opened = resources.current()
    folder = opened.settings.home / "work" / f"enrich-{job.id}" / uuid.uuid4().hex
    paths = {row.id: folder / Path(row.storage_path).name for row in images}
    try:
        await asyncio.gather(*(opened.files.fetch(row.storage_path, paths[row.id]) for row in images))
        yield paths
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
