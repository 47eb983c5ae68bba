"""The tail of records: rows of a feed or a shop are there, and their images, chunks and vectors follow.

Work is found in the library, not carried over from the import: whatever stopped an earlier run, the next one goes on.
Products are taken in windows, so that a large source never piles up; of a window, batches run side by side.
"""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from prefect.utilities.annotations import quote

from flows.batches import Stage
from flows.images import ImageTail
from tasks import resources
from tasks.catalog.engines import ItemFailure
from tasks.catalog.key_sets import KeySet
from tasks.downloads import OWN_MANNERS, Downloaded, ImageFetches, ImageManners, download_images, open_downloads
from tasks.embeddings import TEXT_STAGE, describe_product, embed_chunks, embed_products
from tasks.engines import get_engines
from tasks.jobs import Job
from tasks.limits import LIMITS
from tasks.records import bring_known, link_images, list_images, save_record_chunks, store_downloads
from tasks.storage import records as store
from tasks.storage.jobs import list_changes
from tasks.storage.library import TextItem
from tasks.storage.records import Extent, UnfinishedProduct

FINISH_STAGE = "finish-records"


async def finish_records(
    job: Job, *sources: str, enrich: bool, images: bool, manners: ImageManners = OWN_MANNERS
) -> None:
    """Bring every product of `sources` whose content is new to its end; declares the job's images and chunks.

    Without `enrich` no engine is asked; without `images` none are fetched. `manners`: how image hosts are asked.
    """
    folder = resources.current().settings.home / "work" / f"records-{job.id}"
    tail = _Tail(job, sources, folder, manners, enrich=enrich, images=images)
    try:
        await tail.recall()
        async with job.stage(FINISH_STAGE) as counter, AsyncExitStack() as stack:
            async for window in tail.list_windows():
                await tail.finish(window, stack)
                counter.items += len(window)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    async with job.database.transaction() as connection:
        await job.declare(connection, "image", len(tail.images))
        await job.declare(connection, "chunk", len(tail.chunks))


class _Tail:
    """One job's records on their way. `images` and `chunks` are keys of ledger lines: hashes or dead addresses; ids."""

    def __init__(
        self, job: Job, sources: Sequence[str], folder: Path, manners: ImageManners, *, enrich: bool, images: bool
    ) -> None:
        self._job, self._sources, self._folder, self._manners = job, sources, folder, manners
        self._enrich, self._fetches = enrich, images
        self._extent: Extent = ("all" if enrich else "rows") if images else ("texts" if enrich else "text-rows")
        self._settings = resources.current().settings
        self._downloads: ImageFetches | None = None
        self._linked: bool | None = None
        self.images, self.chunks = KeySet(), KeySet()

    async def recall(self) -> None:
        """What an earlier life of the job brought to its end is not done again, and is the job's all the same."""
        if self._job.attempt > 1:
            self.images.update(await list_changes(self._job.database, self._job.id, "image"))
            self.chunks.update(await list_changes(self._job.database, self._job.id, "chunk"))

    async def list_windows(self) -> AsyncIterator[list[UnfinishedProduct]]:
        """Products whose content has not been finished, in each source's order, some at a time."""
        job, size = self._job, self._settings.record_window if self._enrich else self._settings.record_rows
        for source in self._sources:
            async for window in store.list_unfinished(job.database, job.workspace_id, source, self._extent, size):
                yield window

    async def finish(self, window: Sequence[UnfinishedProduct], stack: AsyncExitStack) -> None:
        """Images, chunks and vectors of a window; it counts as finished when nothing of it has to be tried again."""
        fetches = self._fetches and any(product.images for product in window)
        if fetches and self._downloads is None:
            opened = open_downloads(self._job, self._folder, self._settings, **self._manners._asdict())
            self._downloads = await stack.enter_async_context(opened)
        # Where no service is asked, there are only rows to write: those of a window at once.
        size = self._settings.product_batch if fetches or self._enrich else len(window)
        downloads = self._downloads if fetches else None
        links = self._fetches and await self._has_links()
        work = _Window(self._job, downloads, self._folder, size, links=links, enrich=self._enrich)
        try:
            await work.run(window)
        finally:
            await work.stop()
            self.images.update(work.images)
            self.chunks.update(work.chunks)
        done = [product for product in window if product.id not in work.unready]
        async with self._job.database.transaction() as connection:
            await store.mark_finished(connection, done, self._extent)

    async def _has_links(self) -> bool:
        """Whether any product of the sources had images before this run; asked once."""
        if self._linked is None:
            self._linked = await store.has_linked_images(self._job.database, self._job.workspace_id, self._sources)
        return self._linked


class _Window:
    """Some products at once: batches of records, behind them the images' tail and the texts' vectors."""

    def __init__(
        self, job: Job, downloads: ImageFetches | None, folder: Path, size: int, *, links: bool, enrich: bool
    ) -> None:
        settings = resources.current().settings
        self._job, self._downloads, self._folder, self._settings = job, downloads, folder, settings
        self._links = links
        self.images: set[str] = set()
        self.chunks: set[str] = set()
        self.unready: set[uuid.UUID] = set()  # to be tried again by the next run
        self._reached: set[uuid.UUID] = set()
        # Enough batches side by side that the slowest picture of one leaves no slot of the cap idle.
        self._records: Stage[UnfinishedProduct, None] = Stage(
            job, FINISH_STAGE, "product", size, self._finish_batch, _product_key,
            at_once=LIMITS["downloads"].slots, bound="downloads" if downloads else "",
        )  # fmt: skip
        # Engines are loaded only where they are asked.
        self._engines = _Engines(job) if enrich else None

    async def run(self, products: Sequence[UnfinishedProduct]) -> None:
        await self._records.put(products)
        await self._records.finish()
        if self._engines:
            await self._engines.finish()
        self.unready |= {product.id for product in products} - self._reached  # of batches that failed

    async def stop(self) -> None:
        await self._records.stop()
        if self._engines:
            await self._engines.stop()

    async def _finish_batch(self, batch: Sequence[UnfinishedProduct], number: int, total: int | None) -> None:
        if self._downloads is not None:
            await self._fetch(self._downloads, batch, number, total)
        elif self._links:  # none is listed any more
            await link_images(self._job, quote(batch), [], number)
        # Quoted, or Prefect walks through all that the products hold.
        self.chunks.update(await save_record_chunks(self._job, quote(batch), number))
        if self._engines:
            await self._engines.embed_texts([product.id for product in batch])
        self._reached |= {product.id for product in batch}

    async def _fetch(
        self, downloads: ImageFetches, batch: Sequence[UnfinishedProduct], number: int, total: int | None
    ) -> None:
        """Fetch and store the pictures of the batch, link them to their products, and hand them to the tail."""
        listed = list_images(batch, self._settings.record_images)
        results = await download_images(downloads, [one.request for one in listed], number, total)
        fetched = [(one, r) for one, r in zip(listed, results, strict=True) if isinstance(r, Downloaded)]
        for one, result in zip(listed, results, strict=True):
            if isinstance(result, ItemFailure):
                self.images.add(one.request.ledger_key)
                if not result.permanent:
                    self.unready.add(one.product.id)
        self.images.update(image.sha256 for _, image in fetched)
        seen = await store_downloads(self._job, fetched, number)
        await link_images(self._job, batch, fetched, number)
        if self._engines:
            await self._engines.images.pass_on(seen + await bring_known(self._job, fetched, self._folder))


class _Engines:
    """What engines do for a window's products: pictures are labelled and embedded, texts embedded."""

    def __init__(self, job: Job) -> None:
        self._database, engines, size = job.database, get_engines(), resources.current().settings.text_batch
        self.images = ImageTail(job, None, enrich=True, uses_known=True)
        self._version = engines.texts.version
        self._chunks: Stage[TextItem, int] = Stage(
            job, TEXT_STAGE, "chunk", size, lambda b, n, t: embed_chunks(job, b, n, t or 0), _text_key,
            at_once=engines.texts_at_once, bound=self._version.engine,
        )  # fmt: skip
        self._products: Stage[TextItem, int] = Stage(
            job, TEXT_STAGE, "product", size, lambda b, n, t: embed_products(job, b, n, t or 0), _text_key,
            at_once=engines.texts_at_once, bound=self._version.engine,
        )  # fmt: skip

    async def embed_texts(self, products: Sequence[uuid.UUID]) -> None:
        """Take the products' chunks and what the products say, where they have no vector for it."""
        await self._chunks.put(await store.list_chunks_to_embed(self._database, products, self._version))
        rows = await store.list_products_to_embed(self._database, products, self._version)
        await self._products.put(
            [TextItem(row_id, describe_product(columns), content) for row_id, content, columns in rows]
        )

    async def finish(self) -> None:
        for part in (self.images, self._chunks, self._products):
            await part.finish()

    async def stop(self) -> None:
        for part in (self.images, self._chunks, self._products):
            await part.stop()


def _product_key(product: UnfinishedProduct) -> str:
    return str(product.id)


def _text_key(item: TextItem) -> str:
    return str(item.id)
