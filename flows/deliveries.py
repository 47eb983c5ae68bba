"""One delivery of a feed into the library: scanned, judged, and written whole or not at all."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field
from typing import NamedTuple

from flows.matches import match_job
from tasks import resources
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.report import Merge
from tasks.feed_reader import ROWS_AT_ONCE, FeedReader
from tasks.feeds import (
    SAVE_STAGE,
    Diff,
    FeedFile,
    ReceivedFeed,
    SavedRows,
    Scan,
    describe_first,
    map_unknown_feed,
    open_feed,
    save_records,
    scan_records,
)
from tasks.jobs import Job
from tasks.settings import Settings
from tasks.storage.deliveries import Delivery, MissingPolicy, open_delivery
from tasks.storage.feed_sources import FeedSource, save_feed_source
from tasks.storage.jobs import Item
from tasks.storage.keywords import index_keywords
from tasks.storage.positions import Positions
from tasks.storage.rows import RowOrigin

# Products whose words for keyword search are computed in one statement.
_KEYWORDS_AT_ONCE = 5000


class DeliveryRefusedError(ValueError):
    """A delivery that is not taken; the message names it and the remedy, in one line."""


class DeliveryOptions(NamedTuple):
    """How a delivery is taken."""

    mapping: FeedMapping | None
    limit: int | None
    missing: MissingPolicy
    allow_partial: bool
    force: bool
    ask: bool = False  # Claude what fields of an unknown feed are


@dataclass
class Imported:
    """What a delivery did."""

    diff: Diff
    records: int = 0
    broken: str | None = None
    failed: dict[str, str] = field(default_factory=dict)  # key of a record that is no product -> why
    missing: tuple[str, ...] = ()  # names of the first products that left
    merged: tuple[Merge, ...] = ()


async def import_delivery(job: Job, received: ReceivedFeed, named: str, options: DeliveryOptions) -> Imported:
    """Bring the library in step with the delivery; raises `DeliveryRefusedError` or `SourceError` with nothing written.

    Rows are visible, all at once, when it returns; images, chunks and vectors are not there yet.
    """
    settings = resources.current().settings
    assert received.local is not None, "an unchanged delivery has no file"
    mapping = options.mapping
    if mapping is None and options.ask and settings.claude_key:
        mapping = await map_unknown_feed(received.local, settings)
    imported = Imported(Diff(settings.feed_changes_reported))
    async with (
        open_feed(FeedFile(received.local, received.source, named), mapping, settings) as reader,
        job.stage("import records") as counter,
        job.database.transaction() as connection,
    ):
        async with open_delivery(connection, job.workspace_id, received.source) as delivery:
            work = _Writing(job, delivery, reader, received, imported)
            if options.limit is None and not reader.state.gathers and await delivery.is_first():
                await work.write_first(options)
            else:
                await work.write_changes(options)
        if imported.broken is None and options.limit is None:
            await save_feed_source(connection, _describe(job, received, reader, imported.records))
        counter.items = imported.records
    await _finish_rows(job, imported, delivery)
    return imported


class _Writing:
    """One delivery on its way into its transaction."""

    def __init__(
        self, job: Job, delivery: Delivery, reader: FeedReader, received: ReceivedFeed, imported: Imported
    ) -> None:
        assert received.local is not None, "an unchanged delivery has no file"
        self._job, self._delivery, self._reader, self._imported = job, delivery, reader, imported
        self._source, self._origin = received.source, received.local.origin
        self._settings = resources.current().settings
        delivery.record_with_rows(job.id, SAVE_STAGE)

    async def write_first(self, options: DeliveryOptions) -> None:
        """Of a source without products there is nothing to compare with: all is written as it is read, in one pass."""
        context = self._reader.state.context_digest
        await self._write(None, None, 0)
        scan = describe_first(self._reader)
        await self._accept(scan, options)
        if self._reader.state.context_digest != context:
            await self._delivery.renew_version(context, self._reader.state.context_digest)

    async def write_changes(self, options: DeliveryOptions) -> None:
        """Scan the delivery, then read its new and changed records and write them."""
        job, delivery = self._job, self._delivery
        scan = await scan_records(delivery, self._reader, options.limit, f"{job.id}" if options.force else None)
        await self._accept(scan, options)
        if wanted := await delivery.list_positions_to_read():
            batches = -(-len(wanted) // ROWS_AT_ONCE)
            await self._write(wanted, await delivery.list_new_positions(), batches)
        await self._settle(scan, options)

    async def _accept(self, scan: Scan, options: DeliveryOptions) -> None:
        """Refuse a delivery that is not to be taken; else say how many records there are.

        That a delivery breaks off is an item of its own, which failed.
        """
        check_delivery(self._origin, self._source, scan, options, self._settings)
        self._imported.records, self._imported.broken = scan.records, scan.broken
        async with self._job.database.transaction() as connection:
            await self._job.declare(connection, "product", scan.records + (1 if scan.broken else 0))

    async def _write(self, wanted: Positions | None, new: Positions | None, total: int) -> None:
        """Read records and write their products, task by task. Without a `total` it is guessed by the bytes read."""
        job, reader = self._job, self._reader
        engine = f"{reader.state.profile}/{reader.mapping.version}"
        context = reader.state.context_digest
        origin = RowOrigin(job.workspace_id, job.id, self._source, "feed", engine, context)

        def announce(done: int, share: float | None) -> None:
            job.announce("save records", *_guess(done, total, share))

        saved = SavedRows(self._imported.diff, announce)
        async with aclosing(reader.read(origin, wanted, new, self._imported.diff.room)) as batches:
            while not saved.is_end:
                await save_records(self._delivery, batches, saved, self._settings.feed_task_rows)
                await job.batch_done("save records", *_guess(saved.batches, total, saved.share))
        self._imported.failed |= saved.failed

    async def _settle(self, scan: Scan, options: DeliveryOptions) -> None:
        """Products that are back or gone, and a line of the ledger for every record."""
        job, delivery = self._job, self._delivery
        await delivery.restore(job.id)
        if scan.whole and scan.counts.absent:
            most = self._settings.feed_changes_reported
            self._imported.missing = tuple(product.name for product in await delivery.list_missing(most))
            await delivery.apply_missing(job.id, options.missing)
        await delivery.record(job.id, SAVE_STAGE)


def _guess(done: int, total: int, share: float | None) -> tuple[int, int]:
    """`done` of how many batches: as told, else by the share of the feed that was read; 0 where neither is known."""
    return done, total or (max(done, round(done / share)) if share else 0)


def check_delivery(origin: str, source: str, scan: Scan, options: DeliveryOptions, settings: Settings) -> None:
    """Refuse a delivery that breaks off, or in which much of what was there is gone."""
    if scan.broken and not options.allow_partial:
        raise DeliveryRefusedError(
            f"{origin}: {scan.broken}; nothing was imported (--allow-partial imports the {scan.records} "
            "whole records before it)"
        )
    missing, present = scan.counts.missing, scan.counts.present
    if scan.whole and not options.force and missing > settings.feed_missing_share * present:
        raise DeliveryRefusedError(
            f"{origin}: {missing} of the {present} products of {source} are not in this delivery, "
            f"more than {settings.feed_missing_share:.0%}; nothing was imported (--force accepts it, "
            "--source names another delivery line)"
        )


def _describe(job: Job, received: ReceivedFeed, reader: FeedReader, records: int) -> FeedSource:
    assert received.local is not None
    return FeedSource(
        workspace_id=job.workspace_id,
        source=received.source,
        profile=reader.state.profile,
        mapping=reader.mapping.model_dump(mode="json"),
        mapping_digest=reader.mapping.digest,
        context_digest=reader.state.context_digest,
        etag=received.local.validators.etag,
        last_modified=received.local.validators.last_modified,
        sha256=received.local.sha256,
        records=records,
        source_job_id=job.id,
    )


async def _finish_rows(job: Job, imported: Imported, delivery: Delivery) -> None:
    """What rests on the rows: records that failed, matches with other sources, words for keyword search."""
    failed = [Item("product", key, SAVE_STAGE, "failed", reason) for key, reason in imported.failed.items()]
    if imported.broken:
        place = f"after {imported.records} records"
        failed.append(Item("product", place, SAVE_STAGE, "failed", f"the feed breaks off: {imported.broken}"))
    async with job.database.transaction() as connection:
        await job.record(connection, failed)
    imported.merged = await match_job(job, delivery.bereft)
    while await index_keywords(job.database, job.workspace_id, _KEYWORDS_AT_ONCE):
        pass
