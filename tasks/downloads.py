"""Images of feeds and shops: fetched politely, once, and only if they are not known; a dead one fails alone.

`open_downloads` holds what a job's batches share; `download_images` is a batch. Bytes are stored by content in the
job's folder; rows and files of the library are written by who stores images.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks import resources
from tasks.catalog.engines import ItemFailure
from tasks.clients.web import WebClient
from tasks.download_settings import DownloadSettings
from tasks.image_fetches import ImageFetches, ImageLeftAloneError, Turn
from tasks.image_outcomes import Downloaded
from tasks.jobs import Job
from tasks.local.picture_reader import PictureReader
from tasks.storage import downloads as store
from tasks.storage.jobs import Item

__all__ = [
    "DOWNLOAD_STAGE",
    "OWN_MANNERS",
    "Downloaded",
    "ImageFetches",
    "ImageLeftAloneError",
    "ImageManners",
    "ImageRequest",
    "Turn",
    "download_images",
    "open_downloads",
]

DOWNLOAD_STAGE = "download-images"


class ImageManners(NamedTuple):
    """How hosts of images are asked: as whom, and what is held for each request, before the cap's slot."""

    user_agent: str | None = None
    turn: Turn = lambda _url: nullcontext()


OWN_MANNERS = ImageManners()


class ImageRequest(NamedTuple):
    """An image to be had. `key` names it in the job's ledger, should it fail; by default its URL without secrets."""

    url: str
    key: str | None = None

    @property
    def ledger_key(self) -> str:
        return self.key or store.show_url(self.url)


@asynccontextmanager
async def open_downloads(
    job: Job,
    folder: Path,
    settings: DownloadSettings,
    *,
    force: bool = False,
    user_agent: str | None = None,
    turn: Turn = lambda _url: nullcontext(),
) -> AsyncIterator[ImageFetches]:
    """What the batches of one job share: connections, decoders, and the memory of URLs that it had already.

    Images are written to `folder`. `force` fetches also what is known. `turn` is held for each request, before the cap.
    """
    web = WebClient(
        allow_private_hosts=resources.current().settings.allow_private_hosts,
        user_agent=user_agent,
        attempts=settings.download_retries + 1,
        first_wait_seconds=settings.download_backoff_seconds,
        longest_wait_seconds=settings.download_longest_pause_seconds,
    )
    pictures = PictureReader(
        max_pixels=int(settings.download_max_megapixels * 1e6),
        min_side_pixels=settings.download_min_pixels,
        seconds=settings.download_decode_seconds,
        memory_bytes=settings.download_memory_mb << 20,
        children=settings.download_decoders,
    )
    async with web, pictures:
        opened = ImageFetches(job, folder, settings, web, pictures, force=force, turn=turn)
        try:
            yield opened
        finally:
            await opened.stop()


@task(task_run_name="download images {number}", cache_policy=NO_CACHE, persist_result=False)
async def download_images(
    downloads: ImageFetches, batch: Sequence[ImageRequest], number: int, total: int | None
) -> list[Downloaded | ItemFailure]:
    """What each request of the batch brought, in its order; the same URL is fetched once in a job.

    An image that cannot be had is recorded as failed, alone; as pending where its server asked for more patience than
    we have.
    """
    fetched = await downloads.get({request.url for request in batch})
    outcomes = [fetched.outcomes[request.url] for request in batch]
    unwell = {
        request.ledger_key: Item("image", request.ledger_key, DOWNLOAD_STAGE, outcome.status, outcome.result.reason)
        for request, outcome in zip(batch, outcomes, strict=True)
        if isinstance(outcome.result, ItemFailure)
    }
    job = downloads.job
    async with job.database.transaction() as connection:
        await store.save_downloads(connection, fetched.rows)
        await store.confirm_downloads(connection, fetched.confirmed)
        await job.record(connection, list(unwell.values()))
    return [outcome.result for outcome in outcomes]
