"""Deliveries of feeds: received, scanned, compared with the library, and written, a batch of records a task."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.catalog.changes import diff_products
from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.heads import read_head
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.preview import Preview, preview
from tasks.catalog.feeds.profiles import recognise
from tasks.catalog.feeds.source_names import name_source
from tasks.catalog.feeds.sources import Limits, open_source
from tasks.catalog.feeds.suggestions import Suggestion, suggest_for
from tasks.catalog.redaction import redact
from tasks.catalog.report import ChangedField, ProductChange
from tasks.clients.web_answers import Validators
from tasks.engines import OverBudgetError, ParkedError, UnavailableError, get_engines
from tasks.feed_reader import FeedReader, FeedReading, RowBatch, open_feed_reader
from tasks.reader_thread import read_beside
from tasks.settings import Settings
from tasks.sources import LocalSource, SourceError, is_url, receive, receive_if_changed
from tasks.storage.database import Database
from tasks.storage.deliveries import Delivery, DeliveryCounts
from tasks.storage.feed_sources import FeedSource, find_feed_source

SAVE_STAGE = "save-records"
FEED_LIMIT = "QUARRY_FEED_MAX_MB"  # the setting that bounds a feed's size
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


@asynccontextmanager
async def open_feed(file: FeedFile, mapping: FeedMapping | None, settings: Settings) -> AsyncIterator[FeedReader]:
    """The feed in the file, recognised by its beginning; SourceError names the file and says what is wrong with it.

    Provenance names the delivery line, since the file of each delivery may be called otherwise.
    """
    source = file.source
    reading = FeedReading(
        file.local.path,
        mapping,
        today=date.today(),
        source=source.rstrip("/").rpartition("/")[2] or source,
        base_url=file.named if is_url(file.named) else None,
        limits=_limits(settings),
        seconds=settings.feed_batch_seconds,
        memory_bytes=int(settings.feed_reader_memory_mb * 1e6),
    )
    try:
        async with open_feed_reader(reading) as reader:
            yield reader
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

    A plain class: Prefect walks through every collection and dataclass that a task is given.
    """

    def __init__(self, most: int) -> None:
        self.changes: list[ProductChange] = []
        self.counts = {"created": 0, "updated": 0, "unchanged": 0}
        self._most = most

    @property
    def room(self) -> int:
        """How many more changes are told in full."""
        return max(0, self._most - len(self.changes))

    def add(self, batch: RowBatch, stored: Mapping[uuid.UUID, Mapping[str, Any]]) -> None:
        """Compare rows that are about to be written with what is stored of them."""
        self.counts["created"] += len(batch.rows.new_ids)
        for key, name in batch.named[: self.room]:
            self.changes.append(ProductChange(key=key, name=name, change="created", fields=()))
        for columns in batch.changed:
            fields = diff_products(stored[uuid.UUID(columns["id"])], columns)
            self.counts["updated" if fields else "unchanged"] += 1
            if fields and self.room:
                told = tuple(ChangedField(**change._asdict()) for change in fields)
                key, name = columns["source_key"], columns["name"]
                self.changes.append(ProductChange(key=key, name=name, change="updated", fields=told))


class Scan(NamedTuple):
    """What one pass over the delivery found. `broken` says where and why it ends early.

    `whole`: what is not in it has left its source. A delivery of changes only, and one that is read in part, is not.
    """

    records: int
    counts: DeliveryCounts
    broken: str | None
    whole: bool


def describe_first(reader: FeedReader) -> Scan:
    """What the pass over the first delivery of a source has found: everything is new."""
    state = reader.state
    counts = DeliveryCounts(state.records, 0, 0, 0, 0, 0, 0)
    return Scan(state.records, counts, state.broken, state.broken is None and not state.is_update)


@task(task_run_name="scan records", cache_policy=NO_CACHE, persist_result=False)
async def scan_records(delivery: Delivery, reader: FeedReader, limit: int | None, version: str | None = None) -> Scan:
    """Read the whole delivery once and compare its records with the library; `limit` compares the first ones only.

    `version` stands for the digest of the feed's context: another one has every record read again.
    """
    async with aclosing(reader.scan(limit)) as stubs:
        async for lines in stubs:
            await delivery.stage(lines)
    state = reader.state
    counts = await delivery.compare(version or state.context_digest)
    records = state.records if limit is None else min(limit, state.records)
    return Scan(records, counts, state.broken, state.broken is None and limit is None and not state.is_update)


async def compare_rows(delivery: Delivery, batch: RowBatch, diff: Diff) -> None:
    """Note in `diff` what writing the rows would change."""
    known = [uuid.UUID(columns["id"]) for columns in batch.changed]
    diff.add(batch, await delivery.read_stored(known) if known else {})


class SavedRows:
    """What was written of a delivery so far. `announce` is told the number of batches and the share of the feed."""

    def __init__(self, diff: Diff, announce: Callable[[int, float | None], None]) -> None:
        self.diff, self.announce = diff, announce
        self.batches, self.rows = 0, 0
        self.failed: dict[str, str] = {}
        self.share: float | None = None
        self.is_end = False


@task(task_run_name="save records after {saved.rows}", cache_policy=NO_CACHE, persist_result=False)
async def save_records(delivery: Delivery, batches: AsyncIterator[RowBatch], saved: SavedRows, most: int) -> int:
    """Write the next rows of new and changed records, about `most`, noting what they change; returns how many."""
    before = saved.rows
    while saved.rows - before < most:
        batch = await anext(batches, None)
        if batch is None:
            saved.is_end = True
            break
        await compare_rows(delivery, batch, saved.diff)
        await delivery.send(batch.rows)
        saved.rows += len(batch.rows.new_ids) + len(batch.changed)
        saved.batches, saved.share = saved.batches + 1, batch.share
        saved.failed |= batch.failed
        saved.announce(saved.batches, saved.share)
    return saved.rows - before
