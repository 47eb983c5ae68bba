"""A feed read in a process of its own: what comes back, and what a feed or the process that breaks leaves behind."""

import os
import signal
import uuid
from collections.abc import Callable
from contextlib import aclosing
from datetime import date
from pathlib import Path

import pytest

from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.sources import Limits
from tasks.feed_reader import FeedReader, FeedReading, RowBatch, open_feed_reader
from tasks.storage.positions import Positions
from tasks.storage.rows import RowOrigin

ORIGIN = RowOrigin(uuid.uuid4(), uuid.uuid4(), "feed", "feed", "test/1", "v1")
HEAD = '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>'
Write = Callable[..., FeedReading]


def write_item(number: int) -> str:
    return f"<item><g:id>{number}</g:id><title>Chair {number}</title><g:price>{number}.00 EUR</g:price></item>"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A feed of `count` items as a reading; `tail` ends it."""

    def make(count: int = 5, tail: str = "</channel></rss>", **changes: object) -> FeedReading:
        path = tmp_path / "feed.xml"
        path.write_text(HEAD + "".join(map(write_item, range(count))) + tail)
        reading = FeedReading(path, None, date(2026, 1, 1), "feed.xml", None, Limits(), seconds=60, memory_bytes=0)
        return reading._replace(**changes)

    return make


async def read(reader: FeedReader, wanted: Positions | None, new: Positions | None) -> list[RowBatch]:
    async with aclosing(reader.read(ORIGIN, wanted, new, labels=1)) as batches:
        return [batch async for batch in batches]


async def scan(reader: FeedReader, limit: int | None = None) -> str:
    async with aclosing(reader.scan(limit)) as stubs:
        return b"".join([lines async for lines in stubs]).decode()


async def test_all_records_come_in_one_pass(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.feed_reader.ROWS_AT_ONCE", 2)
    async with open_feed_reader(write()) as reader:
        assert not reader.state.gathers
        before = reader.state.context_digest
        batches = await read(reader, None, None)
        assert (reader.state.records, reader.state.broken, reader.state.context_digest) == (5, None, before)
    assert [len(batch.rows.new_ids) for batch in batches] == [2, 2, 1]
    assert [batch.named for batch in batches] == [[("0", "Chair 0")], [], []]
    assert b"Chair 4" in batches[-1].rows.new
    assert batches[-1].share == pytest.approx(1, abs=0.1)


async def test_a_scan_comes_before_what_is_wanted(write: Write) -> None:
    async with open_feed_reader(write()) as reader:
        assert (await scan(reader)).count("\n") == 5
        [batch] = await read(reader, Positions.first(2), Positions.first(1))
    assert len(batch.rows.new_ids) == 1
    assert [columns["name"] for columns in batch.changed] == ["Chair 1"]
    assert batch.rows.changed.count(b"\n") == 1


async def test_a_limit_bounds_what_is_told_not_what_is_looked_at(write: Write) -> None:
    async with open_feed_reader(write()) as reader:
        assert (await scan(reader, limit=3)).count("\n") == 3
        assert reader.state.records == 5


async def test_a_feed_that_breaks_off_gives_its_whole_records(write: Write) -> None:
    async with open_feed_reader(write(tail="<item><title>Half")) as reader:
        batches = await read(reader, None, None)
        assert sum(len(batch.rows.new_ids) for batch in batches) == reader.state.records == 5
        assert "ends early" in (reader.state.broken or "")


async def test_what_is_no_feed_is_said_in_one_line(write: Write) -> None:
    reading = write()
    reading.path.write_text("<!DOCTYPE html><html><body>Sorry</body></html>")
    with pytest.raises(FeedError, match="web page"):
        async with open_feed_reader(reading):
            pass


async def test_a_process_that_dies_costs_its_feed_and_is_named(write: Write) -> None:
    async with open_feed_reader(write()) as reader:
        os.kill(reader._process.pid, signal.SIGKILL)
        with pytest.raises(FeedError, match="signal SIGKILL"):
            await scan(reader)


async def test_a_batch_has_its_time(write: Write) -> None:
    with pytest.raises(FeedError, match=r"longer than 0\.001 s"):
        async with open_feed_reader(write(seconds=0.001)):
            pass


async def test_the_process_ends_with_its_block(write: Write) -> None:
    async with open_feed_reader(write()) as reader:
        process = reader._process
    assert process.returncode is not None
