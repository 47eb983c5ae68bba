"""Pages of a document, read on Dask workers and handed on one by one.

A Dask task takes a span of pages and reads each through a child process that can be killed alone. What is read lies in
files; the worker announces page numbers, so pages can be used while their span is still being read. A page that hangs,
crashes or explodes costs that page; a worker that dies costs nothing: its unread pages are asked for again.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from distributed import get_worker
from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect_dask.task_runners import DaskTaskRunner, PrefectDaskFuture
from pydantic import SecretStr

from tasks import resources
from tasks.catalog import ids
from tasks.catalog.pages import Page
from tasks.catalog.pdf.deadlines import page_deadline_seconds
from tasks.catalog.pdf.options import ReadOptions
from tasks.cluster import get_cluster
from tasks.documents import ReceivedDocument, pages_folder, read_options
from tasks.jobs import Job
from tasks.local.page_reader import PageChild, PageFailed, page_path, start_spare
from tasks.settings import Settings, load_settings
from tasks.storage import documents as store
from tasks.storage.jobs import Item, list_keys
from tasks.storage.rows import PageRow, seal

READ_STAGE = "read-pages"
SAVE_STAGE = "save-pages"
# So much of what is left is dealt out in one round, a span a worker: long spans first, since Prefect takes as long to
# start a task on a Dask worker as it takes to read fifty pages; short ones last, since no worker shall wait for long.
ROUND_SHARE = 0.7
LEAST_SPAN_SHARE = 1 / 40  # of all pages: spans are no shorter, unless pages run out
# How often a span is asked for again after its worker died; then its pages are asked for one by one.
WORKER_DEATHS_ALLOWED = 2
# Pages read within this time are announced together.
ANNOUNCE_SECONDS = 0.2
# So many announced pages are loaded at once, at most.
LOADED_PAGES = 20
# After a document's deadline its workers have this long to say so.
WORKER_ANSWER_SECONDS = 30.0


class PagePlan(NamedTuple):
    """What every span of a document shares."""

    document: str
    folder: str
    topic: str
    options: ReadOptions
    deadline_seconds: float  # of one page
    stop_at: float  # the document's deadline, as time.time()
    late: str  # why a page was not read once that has passed
    memory_bytes: int
    pages_per_child: int
    password: SecretStr | None


class PageNews(NamedTuple):
    """A page is through: its file is there, or `problem` says why there is none."""

    number: int
    problem: str | None


_children: dict[PagePlan, PageChild] = {}  # on a worker: the child stays for the next span of its document


def dask_setup(_: object) -> None:
    """Called by Dask in a worker that has just started."""
    start_spare(load_settings().page_memory_mb << 20)


@task(task_run_name="read {count} pages from {first} to {last}", cache_policy=NO_CACHE, persist_result=False)
def read_span(plan: PagePlan, numbers: Sequence[int], count: int, first: int, last: int) -> list[PageNews]:
    """Read pages `numbers` on a Dask worker and announce them as they come; returns all of the news again at the end.

    The first page is announced at once, the others together, several times a second: an announcement passes three
    processes and costs as much as reading a page.
    """
    worker, all_news, announced = get_worker(), [], 0
    said = time.monotonic() - ANNOUNCE_SECONDS
    for number in numbers:
        all_news.append(_read_page(plan, number))
        if time.monotonic() - said >= ANNOUNCE_SECONDS:
            worker.log_event(plan.topic, [tuple(news) for news in all_news[announced:]])
            announced, said = len(all_news), time.monotonic()
    return all_news


def _read_page(plan: PagePlan, number: int) -> PageNews:
    if page_path(Path(plan.folder), number).exists():  # read before the worker, or the whole job, was interrupted
        return PageNews(number, None)
    left = plan.stop_at - time.time()
    if left <= 0:
        return PageNews(number, plan.late)
    try:
        _child_for(plan).read(number, deadline_seconds=min(left, plan.deadline_seconds))
    except PageFailed as failure:
        return PageNews(number, plan.late if time.time() >= plan.stop_at else failure.reason)
    return PageNews(number, None)


def _child_for(plan: PagePlan) -> PageChild:
    if plan not in _children:
        for old in list(_children):
            _children.pop(old).close()
        _children[plan] = PageChild(
            Path(plan.document),
            Path(plan.folder),
            options=plan.options,
            password=plan.password,
            memory_bytes=plan.memory_bytes,
            pages_per_child=plan.pages_per_child,
        )
    return _children[plan]


async def read_pages(job: Job, received: ReceivedDocument, *, limit: int | None) -> AsyncIterator[tuple[Page, Path]]:
    """Every readable page of the document with the folder of its images, in the order of reading.

    Pages that cannot be read are recorded as failed with their reason; pages that failed in an earlier attempt of the
    same job are not tried again. `limit` reads only the first pages.
    """
    settings, folder = resources.current().settings, pages_folder(received.id)
    count = min(limit or received.facts.page_count, received.facts.page_count)
    async with job.database.transaction() as connection:
        await job.declare(connection, "page", count)
    failed_before = await list_keys(job.database, job.id, "page", "failed")
    numbers = [number for number in range(1, count + 1) if str(number) not in failed_before]
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    plan = _plan(received, folder, settings)
    done = len(failed_before)
    async for batch in _stream(plan, numbers, settings):
        pages = await asyncio.to_thread(_load_pages, folder, [news.number for news in batch if news.problem is None])
        for news in batch:
            done += 1
            job.announce("read pages", done, count, f"CPU, {settings.page_workers} workers")
            if news.problem is not None:
                await _record_failure(job, news)
            else:
                yield pages.pop(news.number), folder
            await job.write_progress(READ_STAGE)


def _plan(received: ReceivedDocument, folder: Path, settings: Settings) -> PagePlan:
    return PagePlan(
        document=str(received.local.path.absolute()),
        folder=str(folder),
        topic=f"pages-{received.id}-{uuid.uuid4().hex[:8]}",
        options=read_options(settings),
        deadline_seconds=page_deadline_seconds(
            received.local.bytes / 1e6, received.facts.page_count, least_seconds=settings.page_deadline_seconds
        ),
        stop_at=time.time() + settings.document_deadline_seconds,
        late=f"the document's deadline of {settings.document_deadline_seconds:g} s has passed",
        memory_bytes=settings.page_memory_mb << 20,
        pages_per_child=settings.pages_per_child,
        password=received.password,
    )


def _load_pages(folder: Path, numbers: Sequence[int]) -> dict[int, Page]:
    return {number: Page.model_validate_json(page_path(folder, number).read_bytes()) for number in numbers}


async def _record_failure(job: Job, news: PageNews) -> None:
    get_run_logger().warning("page %d could not be read: %s", news.number, news.problem)
    async with job.database.transaction() as connection:
        await job.record(connection, [Item("page", str(news.number), READ_STAGE, "failed", news.problem)])


async def _stream(plan: PagePlan, numbers: Sequence[int], settings: Settings) -> AsyncIterator[list[PageNews]]:
    """Announcements of all `numbers`, in batches as they come, each exactly once, whatever happens to the workers."""
    queue: asyncio.Queue[PageNews | None] = asyncio.Queue()
    reader = asyncio.create_task(_read_all(plan, numbers, settings, queue))
    reader.add_done_callback(lambda _: queue.put_nowait(None))
    seen: set[int] = set()
    try:
        over = False
        while not over:
            batch = [await queue.get()]
            while len(batch) < LOADED_PAGES and not queue.empty():
                batch.append(queue.get_nowait())
            over = None in batch
            fresh = {news.number: news for news in batch if news is not None and news.number not in seen}
            seen.update(fresh)
            if fresh:
                yield list(fresh.values())
        await reader
    finally:
        reader.cancel()


async def _read_all(
    plan: PagePlan, numbers: Sequence[int], settings: Settings, queue: asyncio.Queue[PageNews | None]
) -> None:
    """Put news of every number on `queue`; the document's deadline turns what is left into failures.

    The workers stop by themselves at the deadline; those that do not answer then are waited for no longer.
    """
    spans = _Spans(plan, settings, queue)
    try:
        async with asyncio.timeout(plan.stop_at - time.time() + WORKER_ANSWER_SECONDS):
            await spans.read(numbers)
    except TimeoutError:
        for number in numbers:
            if number not in spans.heard:
                queue.put_nowait(PageNews(number, plan.late))


class _Spans:
    """Spans of one document on the cluster, a few at a time."""

    def __init__(self, plan: PagePlan, settings: Settings, queue: asyncio.Queue[PageNews | None]) -> None:
        self._plan, self._settings, self._queue = plan, settings, queue
        self._room = asyncio.Semaphore(settings.page_workers + 1)  # one waits, so that no worker does
        self.heard: set[int] = set()

    async def read(self, numbers: Sequence[int]) -> None:
        loop, cluster = asyncio.get_running_loop(), await get_cluster()
        with DaskTaskRunner(cluster=cluster) as runner:
            client: Any = await asyncio.to_thread(getattr, runner, "client")
            client.subscribe_topic(self._plan.topic, lambda event: loop.call_soon_threadsafe(self._hear_all, event[1]))
            await self._read_with(runner, numbers)

    async def _read_with(self, runner: DaskTaskRunner, numbers: Sequence[int]) -> None:
        for _ in range(WORKER_DEATHS_ALLOWED):
            left = [number for number in numbers if number not in self.heard]
            spans = cut_spans(left, self._settings.page_workers, self._settings.pages_per_worker)
            await asyncio.gather(*(self._read_span(runner, span) for span in spans))
        # What is still unread was in the hands of workers that died: one by one, to name the page that kills them.
        for number in [number for number in numbers if number not in self.heard]:
            await self._read_span(runner, [number])
            if number not in self.heard:
                self._hear(PageNews(number, "the worker that read it died"))

    async def _read_span(self, runner: DaskTaskRunner, span: Sequence[int]) -> None:
        async with self._room:
            parameters = {"plan": self._plan, "numbers": list(span), "count": len(span)}
            parameters |= {"first": span[0], "last": span[-1]}
            future = await asyncio.to_thread(runner.submit, read_span, parameters)
            try:
                for news in await self._wait(future):  # those whose announcement was lost or is late
                    self._hear(PageNews(*news))
            except Exception as error:  # a dead worker; its pages are asked for again
                get_run_logger().warning("pages from %d to %d: %s", span[0], span[-1], type(error).__name__)
            finally:
                _dask(future).release()  # else results stay on the worker and are made again with it

    async def _wait(self, future: PrefectDaskFuture[Any]) -> Sequence[PageNews]:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        _dask(future).add_done_callback(lambda _: loop.call_soon_threadsafe(done.set))
        await done.wait()
        news: Sequence[PageNews] = await asyncio.to_thread(future.result)
        return news

    def _hear_all(self, announced: Sequence[tuple[int, str | None]]) -> None:
        for news in announced:
            self._hear(PageNews(*news))

    def _hear(self, news: PageNews) -> None:
        if news.number not in self.heard:
            self.heard.add(news.number)
            self._queue.put_nowait(news)


def cut_spans(numbers: Sequence[int], workers: int, least: int) -> list[Sequence[int]]:
    """Page `numbers` in spans of at least `least` pages (fewer only where there are no more), the longest first.

    The spans of a round take turns page by page: what is hard to read in a document stands together, and would be one
    worker's work.
    """
    spans: list[Sequence[int]] = []
    start, least = 0, max(least, int(len(numbers) * LEAST_SPAN_SHARE))
    while start < len(numbers):
        end = start + max(least * workers, int((len(numbers) - start) * ROUND_SHARE))
        if len(numbers) - end < least * workers:
            end = len(numbers)
        dealt = numbers[start:end]
        hands = min(workers, -(-len(dealt) // least))
        spans += [dealt[hand::hands] for hand in range(hands)]
        start = end
    return spans


def _dask(future: PrefectDaskFuture[Any]) -> Any:
    """Dask's own future, which ships no types."""
    return future.wrapped_future


@task(task_run_name="save pages {number} of {total}", cache_policy=NO_CACHE, persist_result=False)
async def save_pages(
    job: Job, document: uuid.UUID, batch: Sequence[Page], kinds: Mapping[int, str], number: int, total: int
) -> int:
    """Write the batch's pages and their ledger lines in one transaction; returns how many."""
    rows = [_page_row(job, document, page, kinds.get(page.number)) for page in batch]
    async with job.database.transaction() as connection:
        changes = await store.save_pages(connection, rows)
        await job.record(
            connection, [Item("page", str(row.page_number), SAVE_STAGE, changes.of(row.id)) for row in rows]
        )
    return len(rows)


def _page_row(job: Job, document: uuid.UUID, page: Page, kind: str | None) -> PageRow:
    return seal(
        PageRow(
            id=ids.page_id(document, page.number),
            workspace_id=job.workspace_id,
            document_id=document,
            page_number=page.number,
            kind=kind,
            text_source=page.text_source,
            content=page.text.replace("\x00", ""),  # Postgres stores no NUL
            tables=[{"headers": table.headers, "rows": table.rows} for table in page.tables],
            problems=list(page.problems),
            schema_version=page.schema_version,
            source_job_id=job.id,
        )
    )
