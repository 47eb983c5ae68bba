"""`--dry-run` of a feed: what a delivery would change, with nothing written."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from flows.cli.display import Display, fail, stderr_console
from flows.cli.run import DONE, PARTIAL, print_json
from flows.cli.summary import open_console
from flows.deliveries import DeliveryOptions, DeliveryRefusedError, check_delivery
from flows.feed import FEED_SUFFIXES
from tasks import progress
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.ids import workspace_id
from tasks.feed_reader import ROWS_AT_ONCE, FeedReader, RowBatch
from tasks.feeds import (
    Diff,
    FeedFile,
    ReceivedFeed,
    Scan,
    compare_rows,
    describe_first,
    open_feed,
    receive_feed,
    scan_records,
)
from tasks.progress import Progress
from tasks.resources import open_resources
from tasks.settings import Settings, load_settings
from tasks.sources import list_sources
from tasks.storage.database import Database
from tasks.storage.deliveries import Delivery, open_delivery
from tasks.storage.positions import Positions
from tasks.storage.rows import RowOrigin

CHANGES_SHOWN = 30


@dataclass
class FeedDiff:
    """What importing one delivery would do."""

    source: str
    records: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    missing: int = 0
    missing_names: list[str] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    refused: str | None = None


def print_diff(options: Mapping[str, Any], as_json: bool) -> int:
    """Print what importing the deliveries would change; returns the exit code."""
    with Display(stderr_console()) as display:
        progress.listen(display.show)
        diffs, errors = asyncio.run(_compare_all(options))
    for error in (*errors, *(diff.refused for diff in diffs if diff.refused)):
        fail(error)
    if as_json:
        print_json({"dry_run": True, "feeds": [asdict(diff) for diff in diffs], "errors": errors})
    console = open_console(stderr=as_json)
    if diffs:
        console.print(_sums(diffs))
    for diff in diffs:
        console.print(changes_table(diff.changes, diff.missing_names))
    return PARTIAL if errors or any(diff.refused for diff in diffs) else DONE


async def _compare_all(options: Mapping[str, Any]) -> tuple[list[FeedDiff], list[str]]:
    settings, diffs, errors = load_settings(), [], []
    async with AsyncExitStack() as stack:
        # A home that is not there yet is not made: then everything is new.
        known = settings.supabase_db_url or settings.home.exists()
        database = (await stack.enter_async_context(open_resources())).database if known else None
        for named in list_sources(options["sources"], FEED_SUFFIXES, None):
            try:
                diffs.append(await _compare(database, named, options, settings))
            except ValueError as error:  # a source that an import would refuse
                errors.append(str(error))
    return diffs, errors


async def _compare(database: Database | None, named: str, options: Mapping[str, Any], settings: Settings) -> FeedDiff:
    """Everything that an import does but its writes, in a transaction that ends with nothing."""
    workspace = workspace_id(options["workspace"])
    received = await receive_feed(named, options["source_name"], settings, database, workspace, conditional=False)
    assert received.local is not None, "without validators there is no version to be unchanged"
    mapping = FeedMapping.model_validate(options["mapping"]) if options["mapping"] else None
    taken = DeliveryOptions(mapping, options["limit"], options["missing"], options["allow_partial"], options["force"])
    comparison = _Comparison(received, taken, settings, workspace)
    async with open_feed(FeedFile(received.local, received.source, named), mapping, settings) as reader:
        if database is None:
            await comparison.count_new(reader)
        else:
            async with (
                database.rehearsal() as connection,
                open_delivery(connection, workspace, received.source) as delivery,
            ):
                await comparison.compare(reader, delivery)
    return comparison.end()


class _Comparison:
    """One delivery beside what the library holds."""

    def __init__(
        self, received: ReceivedFeed, options: DeliveryOptions, settings: Settings, workspace: uuid.UUID
    ) -> None:
        assert received.local is not None, "without validators there is no version to be unchanged"
        self._source, self._options, self._settings, self._workspace = received.source, options, settings, workspace
        self._found, self._diff = FeedDiff(received.local.origin), Diff(settings.feed_changes_reported)

    async def compare(self, reader: FeedReader, delivery: Delivery) -> None:
        options, found = self._options, self._found
        scan = await scan_records.fn(delivery, reader, options.limit, uuid.uuid4().hex if options.force else None)
        self._judge(scan)
        wanted, new = await delivery.list_positions_to_read(), await delivery.list_new_positions()
        async with aclosing(self._read(reader, wanted, new)) as batches:
            async for batch in batches:
                await compare_rows(delivery, batch, self._diff)
        found.unchanged = scan.counts.unchanged
        if scan.whole:
            found.missing = scan.counts.missing
            missing = await delivery.list_missing(self._settings.feed_changes_reported)
            found.missing_names = [product.name for product in missing]

    async def count_new(self, reader: FeedReader) -> None:
        """Without a library every record is new."""
        async with aclosing(reader.scan(self._options.limit)) as stubs:
            async for _ in stubs:
                pass
        self._judge(describe_first(reader))
        self._found.records = min(self._found.records, self._options.limit or self._found.records)
        everything = Positions.first(self._found.records)
        async with aclosing(self._read(reader, everything, everything)) as batches:
            async for batch in batches:
                self._diff.add(batch, {})

    def end(self) -> FeedDiff:
        counts, found = self._diff.counts, self._found
        found.created, found.updated = counts["created"], counts["updated"]
        found.unchanged += counts["unchanged"]
        found.changes = [change.model_dump(mode="json") for change in self._diff.changes]
        return found

    def _judge(self, scan: Scan) -> None:
        self._found.records = scan.records
        try:
            check_delivery(self._found.source, self._source, scan, self._options, self._settings)
        except DeliveryRefusedError as error:
            self._found.refused = str(error)

    async def _read(self, reader: FeedReader, wanted: Positions, new: Positions) -> AsyncGenerator[RowBatch, None]:
        state = reader.state
        origin = RowOrigin(self._workspace, self._workspace, self._source, "feed", state.profile, state.context_digest)
        async with aclosing(reader.read(origin, wanted, new, self._diff.room)) as batches:
            number = 0
            async for batch in batches:
                yield batch
                number += 1
                self._found.failed += len(batch.failed)
                total = -(-len(wanted) // ROWS_AT_ONCE)
                progress.announce(Progress(None, self._source.rsplit("/", 1)[-1], "compare", number, total))


def _sums(diffs: list[FeedDiff]) -> Table:
    table = Table(title="What would be done", title_justify="left", box=SIMPLE_HEAD)
    names = ("records", "created", "updated", "unchanged", "failed", "missing")
    for name in ("feed", *names):
        table.add_column(name, justify="left" if name == "feed" else "right")
    for diff in diffs:
        table.add_row(Text(diff.source), *(str(getattr(diff, name)) for name in names))
    return table


def changes_table(changes: list[dict[str, Any]], missing: list[str]) -> Table:
    """The first changes of a delivery, field by field; text from the source is printed as it is."""
    table = Table(title="Changes", title_justify="left", box=SIMPLE_HEAD)
    for name in ("change", "product", "field", "before", "after"):
        table.add_column(name, overflow="ellipsis", no_wrap=name in ("change", "product", "field"))
    for change in changes[:CHANGES_SHOWN]:
        fields = change["fields"] or [{"field": "", "before": None, "after": None}]
        for position, one in enumerate(fields):
            head = (change["change"], change["name"]) if position == 0 else ("", "")
            table.add_row(*map(Text, (*head, one["field"], one["before"] or "", one["after"] or "")))
    for name in missing[:CHANGES_SHOWN]:
        table.add_row("missing", Text(name), "", "", "")
    more = max(0, len(changes) - CHANGES_SHOWN) + max(0, len(missing) - CHANGES_SHOWN)
    if more:
        table.caption = f"... and {more} more in the report (--json)"
    return table
