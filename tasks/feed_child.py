"""The program that reads feeds: `python -m tasks.feed_child MEMORY_BYTES`. Started by `feed_reader`.

A process of its own maps records while the flow's process writes them, keeps one libxml2 parser in one thread, and
costs, where a feed crashes or hangs a parser, that delivery only. Without secrets in its environment; it ends with its
input. It imports no Prefect and no database: it is up in half a second and takes 40 MB.

A request is a message (`page_messages`); an answer is a message, followed by as many bytes as its `sizes` add up to.
"""

from __future__ import annotations

import base64
import fcntl
import gc
import os
import resource
import sys
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from pydantic_core import to_json

from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.reader import Feed, FeedRecord, open_feed
from tasks.catalog.feeds.sources import Limits
from tasks.local.page_messages import receive_message, send_message
from tasks.storage.positions import Positions
from tasks.storage.product_lines import LineWriter, to_columns, write_stubs
from tasks.storage.rows import RowOrigin

# Records come and go without cycles: looking for these took a tenth of the time.
_GARBAGE_THRESHOLDS = (200_000, 20, 100)

_PIPE_BYTES = 1 << 20  # read in larger pieces than of the usual 64 kB

T = TypeVar("T")


def main(memory_bytes: int) -> int:
    """Serve requests until the input ends. `memory_bytes` bounds the address space; 0 does not."""
    if memory_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints is no answer
    with suppress(AttributeError, OSError):  # Linux only, and bounded there for who is not root
        fcntl.fcntl(answers, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    gc.freeze()
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    session = FeedSession(answers)
    while (request := receive_message(sys.stdin.buffer)) is not None:
        try:
            getattr(session, f"answer_{request['ask']}")(**request["options"])
        except FeedError as error:
            session.send({"end": True, "error": str(error)})
        except MemoryError:
            session.send({"end": True, "error": "reading it needs more memory than allowed"})
        except Exception as error:  # the feed's edge: whatever a value raises costs this delivery, and is named
            session.send({"end": True, "error": f"it cannot be read: {type(error).__name__}: {error}"})
    return 0


class FeedSession:
    """One feed: opened, scanned, read. Answers with batches, and with a last message that has `end`."""

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers
        self._feed: Feed

    def send(self, message: dict[str, Any], *parts: bytes) -> None:
        send_message(self._answers, message | {"sizes": [len(part) for part in parts]})
        for part in parts:
            _write_all(self._answers, part)

    def answer_open(
        self, path: str, mapping: dict[str, Any] | None, today: str, limits: list[int], **options: Any
    ) -> None:
        """Recognise the feed."""
        self._feed = open_feed(
            Path(path),
            FeedMapping.model_validate(mapping) if mapping else None,
            today=date.fromisoformat(today),
            limits=Limits(*limits),
            **options,
        )
        self.send({"end": True, "mapping": self._feed.mapping.model_dump(mode="json"), **self._describe()})

    def answer_scan(self, size: int, limit: int | None) -> None:
        """Stubs of the first `limit` records, as lines of a COPY; all records are looked at."""
        stubs, seen, broken = self._feed.scan(), 0, None
        while broken is None:
            batch, broken = _take(stubs, size)
            if not batch:
                break
            told = batch if limit is None else batch[: max(0, limit - seen)]
            seen += len(batch)
            self.send({"records": seen}, write_stubs(told))
        stubs.close()
        self.send({"end": True, "broken": broken, **self._describe()})

    def answer_read(self, wanted: str | None, new: str | None, origin: dict[str, Any], size: int, labels: int) -> None:
        """Rows of the records at `wanted` (None: of all, in one pass without a scan before it), `size` at a time.

        `new` are the positions of records that are new (None: all). The first `labels` new products are named.
        """
        ids = {name: uuid.UUID(origin[name]) for name in ("workspace_id", "job_id")}
        writer = BatchWriter(RowOrigin(**(origin | ids)), _unpack(new), labels)
        records = self._feed.read_first() if wanted is None else self._feed.read(_unpack(wanted))
        broken = None
        try:
            for record in records:
                writer.add(record)
                if writer.records == size:
                    self.send({"share": self._feed.share}, *writer.take())
        except FeedError as error:  # what came before a break is kept
            broken = str(error)
        if writer.records:
            self.send({"share": self._feed.share}, *writer.take())
        self.send({"end": True, "broken": broken, **self._describe()})

    def _describe(self) -> dict[str, Any]:
        feed = self._feed
        return {
            "profile": feed.profile,
            "gathers": feed.gathers,
            "is_update": feed.is_update,
            "context_digest": feed.context_digest,
            "records": feed.records,
        }


class BatchWriter:
    """Records as rows to be written, until they are taken. A record is a line as soon as it is read."""

    def __init__(self, origin: RowOrigin, new: Positions | None, labels: int) -> None:
        self._origin, self._new, self._labels = origin, new, labels
        self._lines = LineWriter(origin)
        self._begin()

    def _begin(self) -> None:
        self.records = 0
        self._created: list[bytes] = []
        self._ids: list[str] = []
        self._changed: list[bytes] = []
        self._columns: list[dict[str, Any]] = []
        self._named: list[tuple[str, str]] = []
        self._failed: dict[str, str] = {}

    def add(self, record: FeedRecord) -> None:
        self.records += 1
        product = record.product
        if product is None:
            self._failed[record.key] = str(record.problem)
            return
        identity, line = self._lines.write(product, record.index, record.digest)
        if self._new is None or record.index in self._new:
            self._created.append(line)
            self._ids.append(identity)
            if self._labels:
                self._labels -= 1
                self._named.append((product.key, product.name))
        else:
            self._changed.append(line)
            self._columns.append(to_columns(product, self._origin.workspace_id, self._origin.source))

    def take(self) -> tuple[bytes, ...]:
        """What `RowBatch` holds: a head, lines of new rows, their ids, lines of changed rows, their columns."""
        head = to_json({"failed": self._failed, "named": self._named})
        created, changed = b"".join(self._created), b"".join(self._changed)
        parts = head, created, ",".join(self._ids).encode(), changed, to_json(self._columns)
        self._begin()
        return parts


def _unpack(bits: str | None) -> Positions | None:
    return None if bits is None else Positions(base64.b64decode(bits))


def _take(items: Iterator[T], count: int) -> tuple[list[T], str | None]:
    """The next items, fewer at the end; and why the feed breaks off there, if it does."""
    batch: list[T] = []
    try:
        for item in islice(items, count):
            batch.append(item)  # what came before a break is kept
    except FeedError as error:
        return batch, str(error)
    return batch, None


def _write_all(stream: BinaryIO, data: bytes) -> None:
    """`write` of an unbuffered pipe may take a part only."""
    view = memoryview(data)
    while view:
        view = view[stream.write(view) :]


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1])))
