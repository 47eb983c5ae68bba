"""Many rows in one statement: COPY into a temporary table, then one insert that updates only what differs.

Nothing here writes a row at a time. A row type is a frozen dataclass whose fields are the table's columns; the table's
key is `id`, and `content_hash` decides whether an existing row is left alone.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple, cast

import numpy as np
from psycopg import sql
from psycopg.types.json import Jsonb

from tasks.storage.database import Connection
from tasks.storage.sealing import Row


class Changes(NamedTuple):
    """What an upsert did, by row id."""

    created: frozenset[uuid.UUID]
    updated: frozenset[uuid.UUID]
    unchanged: frozenset[uuid.UUID]

    def of(self, row_id: uuid.UUID) -> Literal["created", "updated", "unchanged"]:
        """`created`, `updated` or `unchanged`."""
        return "created" if row_id in self.created else "updated" if row_id in self.updated else "unchanged"


def _adapt(value: object) -> object:
    """A Python value as psycopg should send it: JSON for mappings, pgvector's text form for arrays of floats."""
    if isinstance(value, dict):
        return Jsonb(value)
    if isinstance(value, np.ndarray):
        return "[" + ",".join(map(repr, value.astype(float).tolist())) + "]"
    if isinstance(value, tuple):
        # Integer and real tuples are Postgres arrays; tuples of anything else are JSON.
        return list(value) if all(isinstance(item, int | float) for item in value) else Jsonb(list(value))
    if isinstance(value, list):
        return Jsonb(value)
    return value


async def copy_into(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """COPY `rows` into `table` (schema-qualified or temporary)."""
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    async with connection.cursor().copy(statement) as copy:
        for row in rows:
            await copy.write_row([_adapt(value) for value in row])


async def create_scratch(connection: Connection, like: str, columns: Sequence[str]) -> str:
    """A temporary table with some columns of `like`, gone at the end of the transaction; returns its name."""
    name = f"scratch_{uuid.uuid4().hex[:12]}"
    await connection.execute(
        sql.SQL("create temp table {} on commit drop as select {} from {} with no data").format(
            sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(*like.split("."))
        )
    )
    return name


async def upsert(connection: Connection, rows: Sequence[Row]) -> Changes:
    """Write `rows` (all of one type) inside the caller's transaction and say which were new, changed or known.

    A row whose `content_hash` is already stored is not touched, so its `updated_at` stays.
    """
    if not rows:
        return Changes(frozenset(), frozenset(), frozenset())
    table, columns = type(rows[0]).TABLE, [field.name for field in dataclasses.fields(cast(Any, rows[0]))]
    scratch = await create_scratch(connection, table, columns)
    await copy_into(connection, scratch, columns, ([getattr(row, name) for name in columns] for row in rows))
    has_times = "source_job_id" in columns  # the tables that jobs write carry updated_at too
    settable = [name for name in columns if name != "id"]
    assignments: list[sql.Composable] = [
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in settable
    ]
    if has_times:
        assignments.append(sql.SQL("updated_at = now()"))
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    cursor = await connection.execute(
        sql.SQL(
            # What is known never reaches the insert, which would compute its words and only then find it there.
            "insert into {table} as stored ({names}) select {names} from {scratch} as fresh where not exists "
            "(select from {table} as known where known.id = fresh.id and known.content_hash = fresh.content_hash) "
            "order by id "
            "on conflict (id) do update set {assignments} "
            "where stored.content_hash is distinct from excluded.content_hash "
            "returning id, (xmax = 0)"
        ).format(
            table=sql.Identifier(*table.split(".")),
            names=names,
            scratch=sql.Identifier(scratch),
            assignments=sql.SQL(", ").join(assignments),
        )
    )
    written = {row[0]: bool(row[1]) for row in await cursor.fetchall()}
    every = {row.id for row in rows}
    created = frozenset(row_id for row_id, inserted in written.items() if inserted)
    return Changes(created, frozenset(written) - created, frozenset(every - written.keys()))


async def update_columns(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> int:
    """Set `columns` (the first is the key `id`) of many existing rows in one statement; returns how many were set."""
    scratch = await create_scratch(connection, table, columns)
    await copy_into(connection, scratch, columns, rows)
    cursor = await connection.execute(
        sql.SQL("update {table} as stored set {assignments} from {scratch} as fresh where stored.id = fresh.id").format(
            table=sql.Identifier(*table.split(".")),
            assignments=sql.SQL(", ").join(
                sql.SQL("{0} = fresh.{0}").format(sql.Identifier(name)) for name in columns[1:]
            ),
            scratch=sql.Identifier(scratch),
        )
    )
    return cursor.rowcount
