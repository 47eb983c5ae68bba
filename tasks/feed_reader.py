"""A feed read in a process of its own (`feed_child`), from the side of the flow."""

from __future__ import annotations

import asyncio
import base64
import json
import signal
import struct
import sys
import uuid
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.sources import Limits
from tasks.local.json_child import child_environment
from tasks.storage.positions import Positions
from tasks.storage.product_lines import PreparedRows
from tasks.storage.rows import RowOrigin

_LENGTH = struct.Struct("<Q")  # as `page_messages` frames them
_STREAM_BYTES = 1 << 20  # read ahead of an answer
# What travels to the database at once: stubs of records, rows.
_STUBS_AT_ONCE, ROWS_AT_ONCE = 5000, 1000


class FeedState(NamedTuple):
    """What is known of a feed: after it was opened, and more after it was read to its end.

    `gathers`: it has to be scanned before any record is read. `is_update`: the delivery holds changes only.
    `context_digest` names all outside a record that decides how it is read. `broken` says why the feed ends early.
    """

    profile: str
    gathers: bool
    is_update: bool
    context_digest: str
    records: int
    broken: str | None = None


class RowBatch:
    """Records as rows to be written. `share` is how much of the feed was read, None where its size is not known.

    `named` are the first new products (key, name); `changed` the columns of products that were there, as
    `product_lines.to_columns` gives them; `failed` the records that are no products: key -> why.
    A plain class: Prefect walks through every collection and dataclass that a task is given.
    """

    def __init__(self, share: float | None, head: bytes, *rows: bytes) -> None:
        created, ids, changed, columns = rows
        message = json.loads(head)
        self.rows = PreparedRows(created, ids.decode().split(",") if ids else [], changed)
        self.named: list[tuple[str, str]] = [(key, name) for key, name in message["named"]]
        self.changed: list[dict[str, Any]] = json.loads(columns)
        self.failed: dict[str, str] = message["failed"]
        self.share = share


class FeedReading(NamedTuple):
    """How a feed is read: see `reader.open_feed`. A batch that takes longer than `seconds` ends the reading process."""

    path: Path
    mapping: FeedMapping | None
    today: date
    source: str
    base_url: str | None
    limits: Limits
    seconds: float
    memory_bytes: int


@asynccontextmanager
async def open_feed_reader(reading: FeedReading) -> AsyncIterator[FeedReader]:
    """The feed, opened in a process that ends with the block. `FeedError` where it is none, or cannot be read."""
    process = await asyncio.create_subprocess_exec(
        # -P: nothing of the working folder is importable.
        *(sys.executable, "-P", "-m", "tasks.feed_child", str(reading.memory_bytes)),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        cwd="/",
        env=child_environment(),
        limit=_STREAM_BYTES,
    )
    reader = FeedReader(process, reading.seconds)
    try:
        await reader.open(reading)
        yield reader
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        process._transport.close()  # type: ignore[attr-defined]  # or its pipes warn when the loop is gone


class FeedReader:
    """Made by `open_feed_reader`; `state` and `mapping` are the feed's. One call at a time."""

    def __init__(self, process: Process, seconds: float) -> None:
        self._process, self._seconds = process, seconds
        self.state: FeedState
        self.mapping: FeedMapping

    async def open(self, reading: FeedReading) -> None:
        options = {
            "path": str(reading.path.absolute()),
            "mapping": reading.mapping.model_dump(mode="json") if reading.mapping else None,
            "today": str(reading.today),
            "limits": list(reading.limits),
            "source": reading.source,
            "base_url": reading.base_url,
            "accept_orders": True,  # who names a cart wants what is in it
        }
        await self._send("open", options)
        message, _ = await self._receive()
        self.mapping = FeedMapping.model_validate(message["mapping"])
        self._settle(message)

    async def scan(self, limit: int | None) -> AsyncGenerator[bytes, None]:
        """The first `limit` records' stubs, as lines of a COPY, some thousands at a time. The whole feed is looked at,
        and `state` holds what it showed.
        """
        async with aclosing(self._list_answers("scan", size=_STUBS_AT_ONCE, limit=limit)) as answers:
            async for _, [stubs] in answers:
                yield stubs

    async def read(
        self, origin: RowOrigin, wanted: Positions | None, new: Positions | None, labels: int = 0
    ) -> AsyncGenerator[RowBatch, None]:
        """Rows of the records at `wanted`, some at a time; with None of all in one pass, which needs no scan before.

        While a batch is written, the next one is made. `new` are the positions of new records (None: all); the first
        `labels` of them are named. To be read to its end.
        """
        options: dict[str, Any] = {"origin": _describe(origin), "size": ROWS_AT_ONCE, "labels": labels}
        options |= {"wanted": _pack(wanted), "new": _pack(new)}
        async with aclosing(self._list_answers("read", **options)) as answers:
            async for message, parts in answers:
                yield RowBatch(message["share"], *parts)

    async def _list_answers(self, ask: str, **options: Any) -> AsyncGenerator[tuple[dict[str, Any], list[bytes]], None]:
        await self._send(ask, options)
        # The next answer is taken while this one is used: a child whose pipe is full makes no rows.
        coming = asyncio.create_task(self._receive())
        try:
            while True:
                message, parts = await coming
                if message.get("end"):
                    self._settle(message)
                    return
                coming = asyncio.create_task(self._receive())
                yield message, parts
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    def _settle(self, message: Mapping[str, Any]) -> None:
        told = {name: message[name] for name in FeedState._fields if name in message}
        self.state = FeedState(**told)

    async def _send(self, ask: str, options: dict[str, Any]) -> None:
        data = json.dumps({"ask": ask, "options": options}).encode()
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(_LENGTH.pack(len(data)) + data)
            await self._process.stdin.drain()
        except ConnectionError:
            pass  # it is gone: `_receive` says how

    async def _receive(self) -> tuple[dict[str, Any], list[bytes]]:
        """The next message and what follows it; `FeedError` that the child met, or that it is gone."""
        assert self._process.stdout is not None
        read = self._process.stdout.readexactly
        try:
            async with asyncio.timeout(self._seconds):
                message: dict[str, Any] = json.loads(await read(_LENGTH.unpack(await read(_LENGTH.size))[0]))
                parts = [await read(size) for size in message["sizes"]]
        except TimeoutError:
            raise FeedError(f"reading some of its records took longer than {self._seconds:g} s") from None
        except asyncio.IncompleteReadError:
            raise FeedError(f"reading it crashed ({_explain(await self._process.wait())})") from None
        if "error" in message:
            raise FeedError(message["error"])
        return message, parts


def _describe(origin: RowOrigin) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, uuid.UUID) else value for name, value in origin._asdict().items()}


def _pack(positions: Positions | None) -> str | None:
    return None if positions is None else base64.b64encode(positions.bits).decode()


def _explain(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
