"""One delivery of a source, compared with what the library holds of it and written in bulk.

Its records are staged as (position, key, digest of the record); one join says which are new, changed, unchanged or back
again, and which products are missing. Rows of new records are copied straight into `products`, those of changed ones
pass a temporary table, and the ledger is written from these tables: nothing is sent twice and no list of the delivery
is held in Python.

A `Delivery` lives in one transaction of the caller, who holds the source's lock (`Database.exclusive`) for as long:
either the whole delivery is in the library, or nothing of it.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Literal, LiteralString, NamedTuple

import numpy as np
import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tasks.catalog.changes import COMPARED
from tasks.storage.database import Connection
from tasks.storage.feed_sources import FeedSource, find_feed_source, save_feed_source
from tasks.storage.jobs import ITEM_COLUMNS, ON_KNOWN_ITEM
from tasks.storage.keywords import defer_keywords
from tasks.storage.positions import Positions
from tasks.storage.product_lines import COLUMNS, PreparedRows, copy_statement

__all__ = ["Delivery", "DeliveryCounts", "DuplicateKeysError", "FeedSource", "MissingPolicy", "MissingProduct",
           "Positions", "find_feed_source", "open_delivery", "save_feed_source"]  # fmt: skip

MissingPolicy = Literal["mark", "keep", "draft", "delete"]

_TABLES: LiteralString = """
create temp table delivery (position integer, key text, digest bytea) on commit drop;
create temp table delivery_rows on commit drop as select {columns} from public.products with no data;
create temp table delivery_written (id uuid, change text) on commit drop;
"""
# state: n(ew), c(hanged), r(eturned) with the record as it was, u(nchanged).
_COMPARE: LiteralString = """
create temp table delivery_state on commit drop as
select d.position, d.key, p.id, coalesce(p.missing_since is not null or p.status = 'missing', false) as was_missing,
  (case when p.id is null then 'n'
    when p.record_hash is distinct from d.digest or p.mapping_version is distinct from {version} then 'c'
    when p.missing_since is not null or p.status = 'missing' then 'r' else 'u' end)::"char" as state
from delivery d
left join public.products p on p.workspace_id = {workspace} and p.source = {source} and p.source_key = d.key
"""
# What was not there when the delivery was compared is there by this delivery.
_NEW_LINES: LiteralString = (
    "select p.id, 'created' from delivery_state s join public.products p on p.source_key = s.key "
    "where s.state = 'n' and p.workspace_id = %(workspace)s and p.source = %(source)s union all "
)
_ABSENT: LiteralString = (
    "p.workspace_id = %(workspace)s and p.source = %(source)s "
    "and not exists (select from delivery d where d.key = p.source_key)"
)
_NEWLY: LiteralString = "p.missing_since is null and p.status <> 'missing'"
# What each policy does to a product that left, and to which it has not been done yet.
_APPLY: dict[str, tuple[LiteralString, LiteralString]] = {
    "mark": ("status = 'missing', status_before_missing = coalesce(status_before_missing, status), ", "status"),
    "draft": ("status = 'draft', status_before_missing = coalesce(status_before_missing, status), ", "status"),
    "keep": ("", ""),
}


class DeliveryCounts(NamedTuple):
    """How the delivery's records and the source's products compare.

    `changed` are records to read again; whether their products change is known when they are written. `returned` were
    missing, changed or not. `missing` are products that left with this delivery; `present` were there before it;
    `absent` are all that are not in it, those that left earlier included.
    """

    new: int
    changed: int
    unchanged: int
    returned: int
    missing: int
    present: int
    absent: int


class MissingProduct(NamedTuple):
    id: uuid.UUID
    key: str
    name: str


class DuplicateKeysError(ValueError):
    """Records of one delivery were given the same key: they would overwrite one another."""


@asynccontextmanager
async def open_delivery(connection: Connection, workspace: uuid.UUID, source: str) -> AsyncIterator[Delivery]:
    """A delivery inside the caller's transaction; the connection is its own until the block ends."""
    await defer_keywords(connection)
    for statement in _TABLES.format(columns=", ".join(COLUMNS)).split(";")[:-1]:
        await connection.execute(statement.encode())
    delivery = Delivery(connection, workspace, source)
    try:
        yield delivery
    except BaseException as error:
        await delivery.abort(error)
        raise
    await delivery.end()


class Delivery:
    """Made by `open_delivery`. Order of calls: stage (many), compare, send (many), restore, apply_missing, record.

    Of a source without products (`is_first`) nothing is staged, and everything is new: send (many) is all.
    """

    def __init__(self, connection: Connection, workspace: uuid.UUID, source: str) -> None:
        self._connection = connection
        self._names = {"workspace": workspace, "source": source}
        self.bereft: list[uuid.UUID] = []  # products matched with deleted ones: for `matches.match_products`
        self._open_copy: AsyncExitStack | None = None
        self._ledger: tuple[uuid.UUID, str] | None = None
        self._created = 0  # of which the ledger has a line
        self._known_item: str | None = None  # asked once: a delivery has one line a product
        self._write_new: Callable[[bytes], Awaitable[None]]

    async def is_first(self) -> bool:
        """Whether the source has no product yet."""
        rows = await self._fetch(
            "select exists (select from public.products where workspace_id = %(workspace)s and source = %(source)s)"
        )
        return not rows[0][0]

    async def stage(self, stubs: bytes) -> None:
        """Add records, as `write_stubs` writes them: position in the delivery from 0, key, digest of the record."""
        await self._copy("delivery", ("position", "key", "digest"), stubs)

    async def compare(self, version: str) -> DeliveryCounts:
        """Compare what was staged. Raises `DuplicateKeysError`.

        `version` names the mapping and everything else outside a record that decides how it is read: a record whose row
        was made under another one (`ProductRow.mapping_version`) counts as changed.
        """
        await self._plan_for("whole")
        await self._refuse_duplicates()
        await self._execute("analyze delivery")
        names = {name: sql.Literal(value) for name, value in (self._names | {"version": version}).items()}
        await self._connection.execute(sql.SQL(_COMPARE).format(**names))  # utility statements take no parameters
        states = await self._fetch("select state::text, was_missing, count(*) from delivery_state group by 1, 2")
        count = {state: sum(row[2] for row in states if row[0] == state) for state in "ncru"}
        returned = sum(row[2] for row in states if row[1])
        [[missing, present, absent]] = await self._fetch(
            f"select count(*) filter (where d.key is null and {_NEWLY}), count(*) filter (where {_NEWLY}), "
            "count(*) filter (where d.key is null) from public.products p left join delivery d on d.key = p.source_key "
            "where p.workspace_id = %(workspace)s and p.source = %(source)s"
        )
        await self._execute("analyze delivery_state")
        await self._plan_for("batches")
        return DeliveryCounts(count["n"], count["c"], count["u"], returned, missing, present, absent)

    async def list_positions_to_read(self) -> Positions:
        """The records to map and write: new and changed ones."""
        return await self._list_positions("nc")

    async def list_new_positions(self) -> Positions:
        """Those of them whose key the source did not have."""
        return await self._list_positions("n")

    async def read_stored(self, products: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
        """The columns of those that are stored, as they are before they are written: for `changes.diff_products`."""
        await self._end_copy()
        cursor = self._connection.cursor(row_factory=dict_row)
        await cursor.execute(
            f"select id, {', '.join(COMPARED)} from public.products where id = any(%s)".encode(), (list(products),)
        )
        return {row.pop("id"): row for row in await cursor.fetchall()}

    def record_with_rows(self, job: uuid.UUID, stage: str) -> None:
        """Write the ledger lines of new rows as these are sent: the server has time then, while the caller reads on."""
        self._ledger = job, stage

    async def send(self, prepared: PreparedRows) -> None:
        """Write rows of new and changed records; a row's `position` is its record's.

        New rows go into one COPY that stays open until another statement comes: the server works on what is in the
        socket while the caller reads on.
        """
        if prepared.new:
            await self._send_new(prepared.new)
            await self._record_new(prepared.new_ids)
        if prepared.changed:
            await self._write_changed(prepared.changed)

    async def renew_version(self, before: str, after: str) -> None:
        """Rows that this delivery wrote under the version `before` are of `after`, which its end has shown."""
        await self._execute(
            "update public.products p set mapping_version = %(after)s where p.workspace_id = %(workspace)s "
            "and p.source = %(source)s and p.mapping_version = %(before)s",
            before=before,
            after=after,
        )

    async def restore(self, job: uuid.UUID) -> int:
        """Give products that are back the status that they had; returns how many."""
        await self._plan_for("whole")
        return await self._execute(
            "update public.products p set status = coalesce(status_before_missing, 'published'), "
            "status_before_missing = null, missing_since = null, source_job_id = %(job)s, updated_at = now() "
            "from delivery_state s where s.id = p.id and s.was_missing",
            job=job,
        )

    async def list_missing(self, most: int) -> list[MissingProduct]:
        """Products that left with this delivery, the first `most` by key."""
        await self._plan_for("whole")
        rows = await self._fetch(
            f"select p.id, p.source_key, p.name from public.products p where {_ABSENT} and {_NEWLY} "
            "order by p.source_key limit %(most)s",
            most=most,
        )
        return [MissingProduct(*row) for row in rows]

    async def apply_missing(self, job: uuid.UUID, policy: MissingPolicy) -> int:
        """Do with all absent products what `policy` says, unless it was done before; returns to how many.

        `mark` and `draft` set the status (remembered for their return), `keep` only notes since when, `delete` deletes.
        """
        await self._plan_for("whole")
        if policy == "delete":
            matched = await self._fetch(
                "select case when m.product_id = p.id then m.canonical_id else m.product_id end "
                "from public.products p join public.product_matches m on p.id in (m.product_id, m.canonical_id) "
                f"where {_ABSENT} and m.ended_at is null"
            )
            self.bereft = sorted({row[0] for row in matched})
            return await self._execute(f"delete from public.products p where {_ABSENT}")
        assignments, column = _APPLY[policy]
        not_yet = f"p.{column} <> %(wanted)s" if column else "p.missing_since is null"
        return await self._execute(
            f"update public.products p set {assignments}missing_since = coalesce(missing_since, now()), "
            f"source_job_id = %(job)s, updated_at = now() where {_ABSENT} and {not_yet}",
            job=job,
            wanted="missing" if policy == "mark" else policy,
        )

    async def record(self, job: uuid.UUID, stage: str) -> dict[str, int]:
        """Write the ledger lines of every record that was written, is back or is unchanged; change -> how many.

        Records that were to be read and were not written (skipped, failed) are the caller's to record.
        """
        await self._plan_for("whole")
        rows = await self._fetch(
            "with lines as (select w.id, case when w.change = 'unchanged' and s.was_missing then 'updated' "
            "else w.change end as change from delivery_written w join delivery_state s on s.id = w.id union all "
            f"{'' if self._ledger else _NEW_LINES}"
            "select id, case state when 'r' then 'updated' else 'unchanged' end from delivery_state "
            "where state in ('r', 'u')), "
            f"recorded as (insert into public.job_items as stored ({ITEM_COLUMNS}) select %(job)s, %(workspace)s, "
            "'product', id::text, %(stage)s, change, change, null, 1 from lines order by id "
            f"{await self._on_known(job)}) select change, count(*) from lines group by 1",
            job=job,
            stage=stage,
        )
        counts = {"created": 0, "updated": 0, "unchanged": 0} | {str(change): int(count) for change, count in rows}
        return counts | {"created": counts["created"] + self._created}

    async def _record_new(self, ids: Sequence[str]) -> None:
        if self._ledger is None:
            return
        job, stage = self._ledger
        self._created += await self._execute(
            f"insert into public.job_items as stored ({ITEM_COLUMNS}) select %(job)s, %(workspace)s, 'product', "
            "id::text, %(stage)s, 'created', 'created', null, 1 from unnest(%(ids)s::uuid[]) as id order by id "
            f"{await self._on_known(job)}",
            job=job,
            stage=stage,
            ids="{" + ",".join(ids) + "}",
        )

    async def _on_known(self, job: uuid.UUID) -> str:
        """What happens to a line that the ledger has: nothing has to be looked up in that of a job's first attempt."""
        if self._known_item is None:
            lines = await self._fetch(
                "select exists (select from public.job_items where job_id = %(job)s and kind = 'product')", job=job
            )
            self._known_item = ON_KNOWN_ITEM if lines[0][0] else ""
        return self._known_item

    async def _refuse_duplicates(self) -> None:
        rows = await self._fetch("select key from delivery group by key having count(*) > 1 order by key limit 5")
        if rows:
            raise DuplicateKeysError(f"several records have the key {', '.join(repr(row[0]) for row in rows)}")

    async def _list_positions(self, states: str) -> Positions:
        [[packed]] = await self._fetch(
            "select string_agg(int4send(position), ''::bytea) from delivery_state where state::text = any(%(states)s)",
            states=list(states),
        )
        positions = np.frombuffer(packed or b"", dtype=">i4")
        chosen = np.zeros(int(positions.max()) + 1 if positions.size else 0, dtype=bool)
        chosen[positions] = True
        return Positions(np.packbits(chosen, bitorder="little").tobytes())

    async def _write_changed(self, lines: bytes) -> None:
        await self._plan_for("batches")
        await self._copy("delivery_rows", COLUMNS, lines)
        settable = [name for name in COLUMNS if name != "id"]
        names, assignments = ", ".join(COLUMNS), ", ".join(f"{name} = excluded.{name}" for name in settable)
        await self._execute(
            f"with written as (insert into public.products as stored ({names}) select {names} from delivery_rows fresh "
            "where not exists (select from public.products known where known.id = fresh.id "
            "and known.content_hash = fresh.content_hash) order by id on conflict (id) do update "
            f"set {assignments}, keywords = null, updated_at = now() returning id, xmax = 0 as inserted) "
            "insert into delivery_written select id, case when w.inserted then 'created' when w.inserted is null "
            "then 'unchanged' else 'updated' end from delivery_rows left join written w using (id)"
        )
        # The record differs where nothing of the product does: not to be read again the next time.
        await self._execute(
            "update public.products p set record_hash = fresh.record_hash, mapping_version = fresh.mapping_version "
            "from delivery_rows fresh where p.id = fresh.id and (p.record_hash, p.mapping_version) "
            "is distinct from (fresh.record_hash, fresh.mapping_version)"
        )
        await self._execute("truncate delivery_rows")

    async def _plan_for(self, part: Literal["whole", "batches"] | None) -> None:
        """Join whole tables by hashing, batches through indexes; None: as the planner likes.

        Statistics of what was written a moment ago are not there yet: left alone, the planner once took a nested loop
        over two whole tables, 20,000 rows in 20 s.
        """
        await self._end_copy()
        off = {"whole": ("nestloop",), "batches": ("hashjoin", "mergejoin"), None: ()}[part]
        for join in ("nestloop", "hashjoin", "mergejoin"):
            setting = "off" if join in off else "on"
            await self._connection.execute("select set_config(%s, %s, true)", (f"enable_{join}", setting))

    async def _copy(self, table: str, columns: Sequence[str], lines: bytes) -> None:
        await self._end_copy()
        async with self._connection.cursor().copy(copy_statement(table, columns).encode()) as copy:
            await copy.write(lines)

    async def _send_new(self, lines: bytes) -> None:
        if self._open_copy is None:
            self._open_copy = AsyncExitStack()
            statement = copy_statement("public.products", COLUMNS).encode()
            copy = await self._open_copy.enter_async_context(self._connection.cursor().copy(statement))
            self._write_new = copy.write
        await self._write_new(lines)

    async def abort(self, error: BaseException) -> None:
        """Break off what is being sent, so that the transaction can be rolled back."""
        if self._open_copy is not None:
            stack, self._open_copy = self._open_copy, None
            with suppress(psycopg.Error):
                await stack.__aexit__(type(error), error, error.__traceback__)

    async def end(self) -> None:
        await self._plan_for(None)

    async def _end_copy(self) -> None:
        if self._open_copy is not None:
            stack, self._open_copy = self._open_copy, None
            await stack.aclose()

    async def _execute(self, query: str, **parameters: Any) -> int:
        await self._end_copy()
        return (await self._connection.execute(query.encode(), self._names | parameters)).rowcount

    async def _fetch(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        await self._end_copy()
        return await (await self._connection.execute(query.encode(), self._names | parameters)).fetchall()
