"""Deliveries of feeds: received, scanned, compared with the library, and written, a batch of records a task."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Container, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.catalog.changes import diff_products
from tasks.catalog.feeds.heads import read_head
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.preview import Preview, preview
from tasks.catalog.feeds.profiles import recognise
from tasks.catalog.feeds.reader import Feed, FeedError, FeedRecord, open_feed
from tasks.catalog.feeds.source_names import name_source
from tasks.catalog.feeds.sources import Limits, open_source
from tasks.catalog.feeds.suggestions import Suggestion, suggest_for
from tasks.catalog.redaction import redact
from tasks.catalog.report import ChangedField, ProductChange
from tasks.clients.web_answers import Validators
from tasks.engines import OverBudgetError, ParkedError, UnavailableError, get_engines
from tasks.products import RowOrigin, product_row
from tasks.reader_thread import read_beside
from tasks.settings import Settings
from tasks.sources import LocalSource, SourceError, is_url, receive, receive_if_changed
from tasks.storage.database import Database
from tasks.storage.deliveries import Delivery, DeliveryCounts
from tasks.storage.feed_sources import FeedSource, find_feed_source
from tasks.storage.product_lines import to_columns
from tasks.storage.rows import ProductRow

SAVE_STAGE = "save-records"
FEED_LIMIT = "QUARRY_FEED_MAX_MB"  # the setting that bounds a feed's size
# Stubs of records that travel from the reading thread to the database at once.
_STUBS_AT_ONCE = 5000

T = TypeVar("T")
Improve = Callable[[Suggestion], Awaitable[Suggestion]]
logger = logging.getLogger(__name__)


class ReceivedFeed(NamedTuple):
    """A delivery: the line it belongs to, what the library knows of that line, and its file.

    `local` is None where the server says that nothing has changed.
    """

    source: str
    known: FeedSource | None
    local: LocalSource | None


async def receive_feed(
    named: str,
    source_name: str | None,
    settings: Settings,
    database: Database | None,
    workspace: uuid.UUID,
    *,
    conditional: bool,
) -> ReceivedFeed:
    """Fetch or look at the delivery; with `conditional` a server is asked only for what is new.

    Without a `database` nothing is known yet. Raises `SourceError`.
    """
    source = source_name or name_source(redact(named))
    known = await find_feed_source(database, workspace, source) if database else None
    validators = Validators(known.etag, known.last_modified) if known and conditional else Validators()
    folder = settings.home / "work" / "downloads"
    local = await receive_if_changed(named, folder, int(settings.feed_max_mb * 1e6), validators, FEED_LIMIT)
    return ReceivedFeed(source, known, local)


class FeedFile(NamedTuple):
    """A delivery's file: `named` is what the user named, `source` its delivery line."""

    local: LocalSource
    source: str
    named: str


async def look_at_feed(file: FeedFile, mapping: FeedMapping | None, settings: Settings) -> Feed:
    """The feed in the file, recognised by its beginning; SourceError names the file and says why it is none.

    Provenance names the delivery line, since the file of each delivery may be called otherwise.
    """
    source = file.source
    try:
        return await read_beside(
            open_feed,
            file.local.path,
            mapping,
            today=date.today(),
            source=source.rstrip("/").rpartition("/")[2] or source,
            base_url=file.named if is_url(file.named) else None,
            accept_orders=True,  # who names a cart wants what is in it
            limits=_limits(settings),
        )
    except FeedError as error:
        raise SourceError(f"{file.local.origin}: {error}") from None


def _limits(settings: Settings) -> Limits:
    return Limits(feed_bytes=int(settings.feed_max_mb * 1e6))


async def preview_feed(
    local: LocalSource, mapping: FeedMapping | None, settings: Settings, improve: Improve | None
) -> Preview:
    """What an import would make of the feed's fields; `improve` is asked where a suggestion is unsure of some."""
    try:
        encoding = mapping.encoding if mapping else None
        source = await read_beside(open_source, local.path, encoding, _limits(settings))
        mapping = mapping or recognise(await read_beside(read_head, source), accept_orders=True)
        suggestion = None if mapping else await read_beside(suggest_for, source)
    except FeedError as error:
        raise SourceError(f"{local.origin}: {error}") from None
    if suggestion and improve:
        suggestion = await improve(suggestion)
    mapping = suggestion.mapping if suggestion else mapping
    assert mapping is not None, "what is not recognised has a suggestion"
    return await read_beside(
        preview,
        source,
        mapping,
        confidence=suggestion.score if suggestion else 1.0,
        suggestion=suggestion,
        records=settings.feed_preview_records,
    )


async def preview_source(
    named: str, folder: Path, mapping: FeedMapping | None, settings: Settings, improve: Improve | None
) -> Preview:
    """`preview_feed` of a path or an address, which is fetched into `folder`."""
    local = await receive(named, folder, int(settings.feed_max_mb * 1e6), FEED_LIMIT)
    return await preview_feed(local, mapping, settings, improve)


async def improve_suggestion(suggestion: Suggestion) -> Suggestion:
    """The suggestion with what Claude takes unsure fields for, where it is configured; as it is where that fails."""
    suggester = get_engines().suggester
    if suggester is None:
        return suggestion
    try:
        return await suggester.improve(suggestion)
    except (UnavailableError, ParkedError, OverBudgetError) as error:
        logger.warning("fields of the feed are mapped by their names and values alone: %s", error)
        return suggestion


async def map_unknown_feed(local: LocalSource, settings: Settings) -> FeedMapping | None:
    """A mapping for a feed without a profile, made with Claude's help; None where the reader needs none."""
    shown = await preview_feed(local, None, settings, improve_suggestion)
    return shown.mapping if shown.confidence < 1 else None


class Diff:
    """What the delivery changes, for the report: the first `most` changes in full, all of them counted.

    A plain class, as `RowBatch` is: Prefect walks through every collection and dataclass that a task is given.
    """

    def __init__(self, most: int) -> None:
        self.changes: list[ProductChange] = []
        self.counts = {"created": 0, "updated": 0, "unchanged": 0}
        self._most = most

    def add(self, rows: Sequence[ProductRow], stored: Mapping[uuid.UUID, Mapping[str, Any]]) -> None:
        """Compare rows that are about to be written with what is stored of them."""
        for row in rows:
            before = stored.get(row.id)
            if before is None:
                self._note(row, "created", ())
            elif fields := diff_products(before, to_columns(row)):
                self._note(row, "updated", tuple(ChangedField(**change._asdict()) for change in fields))
            else:
                self.counts["unchanged"] += 1

    def _note(self, row: ProductRow, change: Literal["created", "updated"], fields: tuple[ChangedField, ...]) -> None:
        self.counts[change] += 1
        if len(self.changes) < self._most:
            self.changes.append(ProductChange(key=row.source_key, name=row.name, change=change, fields=fields))


class Scan(NamedTuple):
    """What one pass over the delivery found. `broken` says where and why it ends early.

    `whole`: what is not in it has left its source. A delivery of changes only, and one that is read in part, is not.
    """

    records: int
    counts: DeliveryCounts
    broken: str | None
    whole: bool


@task(task_run_name="scan records", cache_policy=NO_CACHE, persist_result=False)
async def scan_records(delivery: Delivery, feed: Feed, limit: int | None, version: str | None = None) -> Scan:
    """Read the whole delivery once and compare its records with the library; `limit` compares the first ones only.

    `version` stands for the digest of the feed's context: another one has every record read again.
    """
    stubs, records, broken = feed.scan(), 0, None
    try:
        while True:
            batch, broken = await read_beside(_take, stubs, _STUBS_AT_ONCE)
            await delivery.stage(batch if limit is None else batch[: max(0, limit - records)])
            records += len(batch)
            if broken or len(batch) < _STUBS_AT_ONCE:
                break
    finally:
        await read_beside(stubs.close)
    counts = await delivery.compare(version or feed.context_digest)
    whole = broken is None and limit is None and not feed.is_update
    return Scan(records if limit is None else min(limit, records), counts, broken, whole)


def _take(stubs: Iterator[T], count: int) -> tuple[list[T], str | None]:
    """The next items, fewer at the end; and why the feed breaks off there, if it does."""
    batch: list[T] = []
    try:
        for stub in islice(stubs, count):
            batch.append(stub)  # what came before a break is kept
    except FeedError as error:
        return batch, str(error)
    return batch, None


async def read_batches(feed: Feed, wanted: Container[int], size: int) -> AsyncIterator[list[FeedRecord]]:
    """The wanted records as products, `size` at a time, read beside the event loop."""
    records = feed.read(wanted)
    try:
        while batch := await read_beside(lambda: list(islice(records, size))):
            yield batch
    finally:
        await read_beside(records.close)


def make_rows(batch: Sequence[FeedRecord], origin: RowOrigin) -> list[ProductRow]:
    """The rows of the batch's products; records that are none are left out."""
    return [
        product_row(record.product, record.index, origin, record.digest)
        for record in batch
        if record.product is not None
    ]


class RowBatch:
    """Records as rows to be written. `failed` are those that are no products: key -> why.

    A plain class: walking through a thousand rows took Prefect ten times as long as making and writing them.
    """

    def __init__(self, records: Sequence[FeedRecord], delivery: Delivery, origin: RowOrigin) -> None:
        self.rows = make_rows(records, origin)
        self.prepared = delivery.prepare(self.rows)
        self.failed = {record.key: str(record.problem) for record in records if record.product is None}


async def read_rows(
    delivery: Delivery, feed: Feed, wanted: Container[int], origin: RowOrigin, size: int
) -> AsyncGenerator[RowBatch, None]:
    """The wanted records' rows, `size` at a time; while some are written, the next ones are read in a thread.

    To be closed (`aclosing`): a thread may still be reading.
    """
    records = feed.read(wanted)

    def take() -> RowBatch | None:
        batch = list(islice(records, size))
        return RowBatch(batch, delivery, origin) if batch else None

    coming = asyncio.create_task(read_beside(take))
    try:
        while batch := await coming:
            coming = asyncio.create_task(read_beside(take))
            yield batch
    finally:
        await asyncio.gather(coming, return_exceptions=True)
        await read_beside(records.close)


async def compare_rows(delivery: Delivery, rows: Sequence[ProductRow], diff: Diff) -> None:
    """Note in `diff` what writing the rows would change."""
    known = [row.id for row in rows if not delivery.is_new(row.position)]
    diff.add(rows, await delivery.read_stored(known) if known else {})


@task(task_run_name="save records {number} of {total}", cache_policy=NO_CACHE, persist_result=False)
async def save_records(delivery: Delivery, batch: RowBatch, diff: Diff, number: int, total: int) -> int:
    """Write rows of new and changed records, noting what they change; returns how many."""
    await compare_rows(delivery, batch.rows, diff)
    await delivery.send(batch.prepared)
    return len(batch.rows)
