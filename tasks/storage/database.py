"""A pool of connections to the one Postgres, embedded or Supabase's."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

Connection = psycopg.AsyncConnection[TupleRow]

POOL_SIZE = 6
CONNECT_TIMEOUT_SECONDS = 30.0
# `extensions` is where Supabase keeps pgvector; naming it here makes every server behave alike.
# With filters, pgvector goes on scanning its index until enough rows pass (0.8 and newer; older ones ignore it).
_OPTIONS = "-c search_path=public,extensions -c hnsw.iterative_scan=relaxed_order"


# The newest file of deployments/supabase/migrations (a test holds them equal): an older schema is not written to.
SCHEMA_VERSION = "20261122100000"


class DatabaseUnavailableError(RuntimeError):
    """The database cannot be reached, refuses the credentials or is too old; names neither password nor DSN."""


class Database:
    """An open pool. `async with Database(dsn) as database:`; one per process."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            dsn,
            min_size=1,
            max_size=POOL_SIZE,
            open=False,
            kwargs={"options": _OPTIONS},
            check=AsyncConnectionPool.check_connection,
            name="quarry",
        )

    async def __aenter__(self) -> Database:
        try:
            await self._pool.open(wait=True, timeout=CONNECT_TIMEOUT_SECONDS)
        except psycopg.errors.Error as error:
            await self._pool.close()
            raise DatabaseUnavailableError(f"the database cannot be reached: {type(error).__name__}") from error
        try:
            await self._check_schema()
        except BaseException:
            await self._pool.close()
            raise
        return self

    async def _check_schema(self) -> None:
        """Refuse a schema older than this program's: a server that was started before an update, or a hosted one."""
        try:
            rows = await self.fetch("select max(version) from supabase_migrations.schema_migrations")
        except psycopg.errors.UndefinedTable:
            rows = [(None,)]
        if (found := str(rows[0][0] or "")) < SCHEMA_VERSION:
            raise DatabaseUnavailableError(
                f"the database's schema is {'at ' + found if found else 'not there yet'}, this program needs "
                f"{SCHEMA_VERSION}: run python -m deployments.migrations"
            )

    async def __aexit__(self, *_: object) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection inside one transaction: committed at the end of the block, rolled back on an exception."""
        async with self._pool.connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def rehearsal(self) -> AsyncIterator[Connection]:
        """As `transaction`, but nothing of it stays."""
        async with self._pool.connection() as connection, connection.transaction(force_rollback=True):
            yield connection

    async def fetch(self, query: str, *parameters: Any) -> list[TupleRow]:
        """All rows of one query (`%s` placeholders)."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query.encode(), parameters)
            return await cursor.fetchall()

    async def fetch_dicts(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """All rows of one query as dictionaries by column name."""
        async with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
            await cursor.execute(query.encode(), parameters)
            return await cursor.fetchall()

    async def stream_dicts(
        self, query: str, *parameters: Any, rows_at_once: int = 500
    ) -> AsyncGenerator[dict[str, Any], None]:
        """As `fetch_dicts`, a part at a time: for results that should not be in memory whole."""
        name = f"stream_{uuid.uuid4().hex}"
        async with (
            self.transaction() as connection,
            connection.cursor(name, row_factory=psycopg.rows.dict_row) as cursor,
        ):
            cursor.itersize = rows_at_once
            await cursor.execute(query.encode(), parameters)
            async for row in cursor:
                yield row

    async def fetch_named(self, query: str, parameters: Mapping[str, Any]) -> list[TupleRow]:
        """All rows of one query with `%(name)s` placeholders."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query.encode(), parameters)
            return await cursor.fetchall()

    async def execute(self, query: str, *parameters: Any) -> int:
        """Run one statement in its own transaction; returns the number of rows it touched."""
        async with self._pool.connection() as connection:
            return (await connection.execute(query.encode(), parameters)).rowcount

    @asynccontextmanager
    async def exclusive(self, *parts: str | uuid.UUID) -> AsyncIterator[None]:
        """Hold the lock named by `parts` across all processes; waits for it.

        It lives on a connection of its own, so the server frees it the moment the holder dies. Needs a session
        connection (not Supabase's transaction pooler on port 6543).
        """
        async with await psycopg.AsyncConnection.connect(self._dsn, autocommit=True) as connection:
            await connection.execute("select pg_advisory_lock(%s)", (lock_key(*parts),))
            yield

    @asynccontextmanager
    async def try_exclusive(self, *parts: str | uuid.UUID) -> AsyncIterator[bool]:
        """As `exclusive`, but without waiting: False when some live process holds the lock."""
        async with await psycopg.AsyncConnection.connect(self._dsn, autocommit=True) as connection:
            cursor = await connection.execute("select pg_try_advisory_lock(%s)", (lock_key(*parts),))
            row = await cursor.fetchone()
            yield bool(row and row[0])

    async def is_locked(self, *parts: str | uuid.UUID) -> bool:
        """Whether some live process holds the lock named by `parts`."""
        async with self.try_exclusive(*parts) as free:
            return not free


def lock_key(*parts: str | uuid.UUID) -> int:
    """A signed 64-bit key for Postgres' advisory locks, from any names."""
    digest = uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join(map(str, parts))).bytes
    return int.from_bytes(digest[:8], "big", signed=True)
