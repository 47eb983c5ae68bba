"""One delivery of a feed into the library: scanned, judged, and written whole or not at all."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field
from typing import NamedTuple

from prefect import get_run_logger

from flows.matches import match_job
from tasks import resources
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.reader import Feed
from tasks.catalog.report import Merge
from tasks.feeds import (
    SAVE_STAGE,
    Diff,
    FeedFile,
    ReceivedFeed,
    Scan,
    look_at_feed,
    map_unknown_feed,
    read_rows,
    save_records,
    scan_records,
)
from tasks.jobs import Job
from tasks.products import RowOrigin
from tasks.settings import Settings
from tasks.storage.deliveries import Delivery, MissingPolicy, open_delivery
from tasks.storage.feed_sources import FeedSource, save_feed_source
from tasks.storage.jobs import Item
from tasks.storage.keywords import index_keywords

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
    feed = await look_at_feed(FeedFile(received.local, received.source, named), mapping, settings)
    imported = Imported(Diff(settings.feed_changes_reported))
    async with job.stage("import records") as counter, job.database.transaction() as connection:
        async with open_delivery(connection, job.workspace_id, received.source) as delivery:
            version = f"{job.id}" if options.force else None
            scan = await scan_records(delivery, feed, options.limit, version)
            check_delivery(received.local.origin, received.source, scan, options, settings)
            imported.records, imported.broken = scan.records, scan.broken
            await _declare(job, scan)
            await _write(job, delivery, feed, received, imported)
            await _settle(job, delivery, scan, options, imported)
        if scan.broken is None and options.limit is None:
            await save_feed_source(connection, _describe(job, received, feed, scan))
        counter.items = scan.records
    await _finish_rows(job, imported, delivery)
    return imported


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


async def _declare(job: Job, scan: Scan) -> None:
    """Say how many records there are; that a delivery breaks off is an item of its own, which failed."""
    async with job.database.transaction() as connection:
        await job.declare(connection, "product", scan.records + (1 if scan.broken else 0))


async def _write(job: Job, delivery: Delivery, feed: Feed, received: ReceivedFeed, imported: Imported) -> None:
    """Read the new and changed records again and write their products, batch by batch."""
    wanted, size = await delivery.list_positions_to_read(), resources.current().settings.record_rows
    engine = f"{feed.profile}/{feed.mapping.version}"
    origin = RowOrigin(job.workspace_id, job.id, received.source, "feed", engine, feed.context_digest)
    total = -(-len(wanted) // size)
    number = 0
    if not wanted:
        return
    delivery.record_with_rows(job.id, SAVE_STAGE)
    async with aclosing(read_rows(delivery, feed, wanted, origin, size)) as batches:
        async for batch in batches:
            number += 1
            await save_records(delivery, batch, imported.diff, number, total)
            imported.failed |= batch.failed
            get_run_logger().info("save records: batch %d of %d (%d %%)", number, total, 100 * number // total)
            job.announce("save records", number, total)


async def _settle(job: Job, delivery: Delivery, scan: Scan, options: DeliveryOptions, imported: Imported) -> None:
    """Products that are back or gone, and a line of the ledger for every record."""
    await delivery.restore(job.id)
    if scan.whole:
        most = resources.current().settings.feed_changes_reported
        imported.missing = tuple(product.name for product in await delivery.list_missing(most))
        await delivery.apply_missing(job.id, options.missing)
    await delivery.record(job.id, SAVE_STAGE)


def _describe(job: Job, received: ReceivedFeed, feed: Feed, scan: Scan) -> FeedSource:
    assert received.local is not None
    return FeedSource(
        workspace_id=job.workspace_id,
        source=received.source,
        profile=feed.profile,
        mapping=feed.mapping.model_dump(mode="json"),
        mapping_digest=feed.mapping.digest,
        context_digest=feed.context_digest,
        etag=received.local.validators.etag,
        last_modified=received.local.validators.last_modified,
        sha256=received.local.sha256,
        records=scan.records,
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
