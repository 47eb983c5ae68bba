"""Products of several sources that are one: decided by `catalog/matching.py` over all rows that share a key.

What a job touched is widened to every row that shares a key with it, directly or through others, and decided anew: so
the outcome does not depend on the order of imports, and a merge ends when its keys no longer say so. Every row stays;
a merged one points to its group's canonical product (`merged_into`), and each decision is a row of `product_matches`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, LiteralString, NamedTuple

from tasks.catalog.match_keys import MINIMUM_SKU_LENGTH
from tasks.catalog.matching import Decision, MatchRow, Pair, decide_matches
from tasks.storage.database import Connection, Database
from tasks.storage.product_lines import copy_statement

# Rows held in a source's last delivery take part; one that left its source takes no product with it.
_THERE: LiteralString = "p.status <> 'missing'"
# `p` and `o` say the same maker and code.
_SAME_CODE: LiteralString = (
    "o.external_sku_folded = p.external_sku_folded "
    "and (o.brand_folded in (p.brand_folded, p.supplier_folded) "
    "or o.supplier_folded in (p.brand_folded, p.supplier_folded))"
)
_CODE: LiteralString = f"length(p.external_sku_folded) >= {MINIMUM_SKU_LENGTH} and p.external_sku_folded ~ '[0-9]'"
_SHARES_KEY: LiteralString = (
    "exists (select from public.products o where o.workspace_id = p.workspace_id and o.gtin14 = p.gtin14 "
    "and o.source <> p.source) or "
    f"({_CODE} and exists (select from public.products o where o.workspace_id = p.workspace_id "
    f"and o.source <> p.source and {_SAME_CODE}))"
)
_IS_MATCHED: LiteralString = (
    "p.merged_into is not null or exists (select from public.product_matches m where m.ended_at is null "
    "and m.product_id = p.id) or exists (select from public.product_matches m where m.ended_at is null "
    "and m.canonical_id = p.id)"
)
# One step outwards from the rows that the last step found (`match_new`).
_WIDEN: LiteralString = f"""
insert into match_next select distinct found.id from (
  select o.id from match_new n join public.products p on p.id = n.id
    join public.products o on o.workspace_id = p.workspace_id and o.gtin14 = p.gtin14
  union all
  select o.id from match_new n join public.products p on p.id = n.id
    join public.products o on o.workspace_id = p.workspace_id and {_SAME_CODE} where {_CODE}
  union all
  select m.canonical_id from match_new n join public.product_matches m on m.product_id = n.id and m.ended_at is null
  union all
  select m.product_id from match_new n join public.product_matches m on m.canonical_id = n.id and m.ended_at is null
) found where not exists (select from match_rows r where r.id = found.id)
"""
_TABLES: tuple[LiteralString, ...] = (
    "create temp table if not exists match_rows (id uuid primary key) on commit drop",
    "create temp table if not exists match_new (id uuid) on commit drop",
    "create temp table if not exists match_next (id uuid) on commit drop",
    "create temp table if not exists match_decisions (id uuid, product_id uuid, canonical_id uuid, rule text, "
    "key text, kind text, reason text) on commit drop",
    "truncate match_rows, match_new, match_next, match_decisions",
)


class Match(NamedTuple):
    """A product of one source linked to, or merged into, one of another, with their names for a report."""

    product_id: uuid.UUID
    product: str
    source: str
    canonical_id: uuid.UUID
    canonical: str
    canonical_source: str
    rule: str
    key: str
    kind: str
    reason: str | None


async def match_products(
    connection: Connection, workspace: uuid.UUID, job: uuid.UUID, also: Sequence[uuid.UUID] = (), most: int = 1000
) -> list[Match]:
    """Decide anew on all that the job wrote, and on `also`; returns the first `most` matches that the job made.

    `also` are products matched with deleted ones (`Delivery.bereft`), for whom nothing else speaks. In the caller's
    transaction, after the job's rows. Jobs of one workspace wait here for one another.
    """
    await _prepare(connection, workspace)
    await connection.execute(
        "insert into match_new select p.id from public.products p where p.workspace_id = %s "
        f"and (p.source_job_id = %s or p.id = any(%s)) and ({_SHARES_KEY} or {_IS_MATCHED})",
        (workspace, job, list(also)),
    )
    await _decide(connection, workspace, job)
    return await list_matches(connection, job, most)


async def list_matches(connection: Connection, job: uuid.UUID, most: int) -> list[Match]:
    """The matches that the job made and that still hold; merges first."""
    cursor = await connection.execute(
        "select m.product_id, p.name, p.source, m.canonical_id, c.name, c.source, m.rule, m.key, m.kind, m.reason "
        "from public.product_matches m join public.products p on p.id = m.product_id "
        "join public.products c on c.id = m.canonical_id where m.source_job_id = %s and m.ended_at is null "
        "and m.undone_at is null order by m.kind desc, p.name, m.id limit %s",
        (job, most),
    )
    return [Match(*row) for row in await cursor.fetchall()]


async def count_matches(connection: Connection, job: uuid.UUID) -> dict[str, int]:
    """kind -> how many matches the job made that still hold."""
    cursor = await connection.execute(
        "select kind, count(*) from public.product_matches where source_job_id = %s and ended_at is null "
        "and undone_at is null group by kind",
        (job,),
    )
    return {"merged": 0, "linked": 0} | {str(kind): int(count) for kind, count in await cursor.fetchall()}


async def undo_matches(
    database: Database, workspace: uuid.UUID, *, job: uuid.UUID | None = None, product: uuid.UUID | None = None
) -> int:
    """Take apart what `job` merged, or `product` from its group; returns how many products leave a group.

    Each is kept apart from every product that was in its group, whatever later deliveries say.
    """
    async with database.transaction() as connection:
        await _prepare(connection, workspace)
        cursor = await connection.execute(
            "select distinct m.product_id from public.product_matches m where m.workspace_id = %s "
            "and m.kind = 'merged' and m.ended_at is null and m.undone_at is null "
            "and (m.source_job_id = %s or m.product_id = %s or m.canonical_id = %s)",
            (workspace, job, product, product),
        )
        members = [row[0] for row in await cursor.fetchall()]
        leaving = [product] if product is not None and members else members
        if leaving:
            await _keep_apart(connection, workspace, leaving)
            await _decide(connection, workspace, None)
        return len(leaving)


async def _keep_apart(connection: Connection, workspace: uuid.UUID, leaving: Sequence[uuid.UUID]) -> None:
    """Note for each of `leaving` that it is none of its group's other members; all of them are to be decided anew."""
    await connection.execute(
        "with groups as (select id, coalesce(merged_into, id) as root from public.products where workspace_id = %(w)s "
        "and coalesce(merged_into, id) in "
        "(select coalesce(merged_into, id) from public.products where id = any(%(l)s))), "
        "pairs as (select a.id as product_id, b.id as canonical_id from groups a join groups b on b.root = a.root "
        "and b.id <> a.id and (b.id < a.id or not b.id = any(%(l)s)) where a.id = any(%(l)s)), "
        "noted as (insert into public.product_matches (id, workspace_id, product_id, canonical_id, rule, key, kind, "
        "ended_at, undone_at) select md5(product_id::text || canonical_id::text || 'undone')::uuid, %(w)s, product_id, "
        "canonical_id, coalesce((select rule from public.product_matches m where m.product_id = pairs.product_id "
        "and m.ended_at is null limit 1), 'gtin'), '', 'merged', now(), now() from pairs "
        "on conflict (id) do update set undone_at = now()) "
        "insert into match_new select id from groups",
        {"w": workspace, "l": list(leaving)},
    )
    await connection.execute(
        "update public.product_matches m set undone_at = now() where kind = 'merged' and ended_at is null "
        "and (product_id = any(%s) or canonical_id = any(%s)) and undone_at is null",
        (list(leaving), list(leaving)),
    )


async def _prepare(connection: Connection, workspace: uuid.UUID) -> None:
    await connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"matches {workspace}",))
    for statement in _TABLES:
        await connection.execute(statement)


async def _decide(connection: Connection, workspace: uuid.UUID, job: uuid.UUID | None) -> None:
    while (await connection.execute("insert into match_rows select distinct id from match_new")).rowcount:
        await connection.execute(_WIDEN)
        await connection.execute("truncate match_new")
        await connection.execute("insert into match_new select id from match_next")
        await connection.execute("truncate match_next")
    rows = await _read_rows(connection)
    decisions = decide_matches(rows, await _read_apart(connection))
    await _save(connection, workspace, job, decisions)


async def _read_rows(connection: Connection) -> list[MatchRow]:
    cursor = await connection.execute(
        "select p.id, p.source, extract(epoch from p.created_at)::float8, p.gtin14, p.brand_folded, p.supplier_folded, "
        f"p.external_sku_folded from match_rows r join public.products p on p.id = r.id where {_THERE}"
    )
    return [
        MatchRow(id_, source, age, gtin, tuple(maker for maker in (brand, supplier) if maker), sku)
        for id_, source, age, gtin, brand, supplier, sku in await cursor.fetchall()
    ]


async def _read_apart(connection: Connection) -> frozenset[Pair]:
    cursor = await connection.execute(
        "select m.product_id, m.canonical_id from public.product_matches m join match_rows r on r.id = m.product_id "
        "where m.undone_at is not null"
    )
    return frozenset(Pair(row) for row in await cursor.fetchall())


async def _save(
    connection: Connection, workspace: uuid.UUID, job: uuid.UUID | None, decisions: Sequence[Decision]
) -> None:
    """Make the stored matches of `match_rows` what was decided: what holds already is not written again."""
    columns = ("product_id", "canonical_id", "rule", "key", "kind", "reason")
    lines = "".join(
        f"{d.product}\x1f{d.canonical}\x1f{d.rule}\x1f{d.key}\x1f{d.kind}\x1f{d.reason or chr(0x1E)}\n"
        for d in decisions
    )
    if lines:
        async with connection.cursor().copy(copy_statement("match_decisions", columns).encode()) as copy:
            await copy.write(lines)
    statements: tuple[str, ...] = (
        "update match_decisions set id = md5(product_id::text || canonical_id::text || kind || rule || key)::uuid",
        "update public.product_matches m set ended_at = now() where ended_at is null "
        "and (product_id in (select id from match_rows) or canonical_id in (select id from match_rows)) "
        "and not exists (select from match_decisions d where d.id = m.id)",
        "insert into public.product_matches as stored (id, workspace_id, product_id, canonical_id, rule, key, kind, "
        "reason, source_job_id) select id, %(workspace)s, product_id, canonical_id, rule, key, kind, reason, %(job)s "
        "from match_decisions order by id on conflict (id) do update set ended_at = null, reason = excluded.reason, "
        "source_job_id = excluded.source_job_id where stored.ended_at is not null",
        "update public.products p set merged_into = d.canonical_id from (select r.id, m.canonical_id from match_rows r "
        "left join match_decisions m on m.product_id = r.id and m.kind = 'merged') d "
        "where d.id = p.id and p.merged_into is distinct from d.canonical_id",
    )
    for statement in statements:
        await connection.execute(statement.encode(), _named(statement, workspace=workspace, job=job))


def _named(statement: str, **values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if f"%({name})s" in statement}
