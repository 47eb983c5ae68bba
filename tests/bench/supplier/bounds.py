"""What an import of rows cannot do without: parsing the feed, and sending its rows to Postgres by COPY."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import psycopg
from lxml import etree

_BLOCK_BYTES = 1 << 18


class Bound(NamedTuple):
    """Seconds of a bare parse, and of a bare COPY into a table without and with the indexes of `products`."""

    parse: float
    copy: float
    copy_indexed: float

    @property
    def seconds(self) -> float:
        """The bound: nothing looked at, nothing compared, nothing indexed."""
        return self.parse + self.copy


def parse(path: Path) -> tuple[float, int]:
    """lxml's iterparse over the feed, each record thrown away; seconds and records."""
    started, records = time.monotonic(), 0
    for _, element in etree.iterparse(str(path), tag="item"):
        records += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return time.monotonic() - started, records


def dump_rows(dsn: str, workspace: str, columns: Sequence[str], path: Path) -> int:
    """Write the columns of a workspace's products to `path` as COPY's text; returns its bytes."""
    query = (
        f"copy (select {', '.join(columns)} from public.products where workspace_id = "
        f"(select id from public.workspaces where name = '{workspace}') order by position) to stdout"
    )
    with psycopg.connect(dsn) as connection, path.open("wb") as file, connection.cursor().copy(query.encode()) as copy:
        for block in copy:
            file.write(block)
    return path.stat().st_size


def copy_rows(dsn: str, columns: Sequence[str], path: Path, *, indexed: bool) -> float:
    """Seconds of COPY, commit included, of the dumped rows into an empty table with the columns of `products`."""
    extra = "including defaults including indexes" if indexed else "including defaults"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("checkpoint")
        connection.execute(f"create table public.bench_bare (like public.products {extra})".encode())
        try:
            started = time.monotonic()
            statement = f"copy public.bench_bare ({', '.join(columns)}) from stdin".encode()
            with path.open("rb") as file, connection.cursor().copy(statement) as copy:
                while block := file.read(_BLOCK_BYTES):
                    copy.write(block)
            return time.monotonic() - started
        finally:
            connection.execute("drop table public.bench_bare")


def measure(dsn: str, feed: Path, columns: Sequence[str], rows: Path, rounds: int) -> Bound:
    """The median of `rounds`, parse and both copies in turn, so that a busy moment touches all of them."""
    found = [
        Bound(parse(feed)[0], copy_rows(dsn, columns, rows, indexed=False), copy_rows(dsn, columns, rows, indexed=True))
        for _ in range(rounds)
    ]
    return sorted(found, key=lambda bound: bound.seconds)[rounds // 2]
