"""Products of shops that are gone, and those that are back."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from psycopg.types.json import Jsonb

from tasks.storage.database import Connection

_GONE = (
    "status = 'missing', status_before_missing = coalesce(p.status_before_missing, p.status), "
    "missing_since = coalesce(p.missing_since, now()), source_job_id = %s, updated_at = now()"
)


async def restore_products(connection: Connection, job: uuid.UUID, products: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Give those of `products` that were missing the status that they had; returns which."""
    cursor = await connection.execute(
        "update public.products set status = coalesce(status_before_missing, 'published'), "
        "status_before_missing = null, missing_since = null, source_job_id = %s, updated_at = now() "
        "where id = any(%s) and (status = 'missing' or missing_since is not null) returning id",
        (job, list(products)),
    )
    return {row[0] for row in await cursor.fetchall()}


async def mark_gone(connection: Connection, job: uuid.UUID, products: Collection[uuid.UUID]) -> list[str]:
    """Their pages are gone: those that no other page shows are missing from now on; returns their names."""
    cursor = await connection.execute(
        f"update public.products p set {_GONE} where p.id = any(%s) and p.status <> 'missing' and not exists "
        "(select from public.web_pages w where w.product_ids @> array[p.id] and not w.gone) returning p.name".encode(),
        (job, list(products)),
    )
    return sorted(str(row[0]) for row in await cursor.fetchall())


async def find_vanished(
    connection: Connection, workspace: uuid.UUID, session: uuid.UUID, scope: Mapping[str, Any]
) -> tuple[list[uuid.UUID], int]:
    """After a complete crawl: products that an earlier one of the same scope saw last and this one did not see, and how
    many such crawls know. Another scope sees other pages: that it does not see a product says nothing.
    """
    cursor = await connection.execute(
        "with known as (select distinct p.id, bool_or(w.session_id = %(session)s) over (partition by p.id) as seen "
        "from public.web_pages w join public.scraping_sessions s on s.id = w.session_id "
        "cross join unnest(w.product_ids) as shown(id) join public.products p on p.id = shown.id "
        "where w.workspace_id = %(workspace)s and s.workspace_id = %(workspace)s and not w.gone "
        "and s.config -> 'scope' = %(scope)s and p.status <> 'missing') "
        "select array_agg(id) filter (where not seen), count(*) from known",
        {"session": session, "workspace": workspace, "scope": Jsonb(dict(scope))},
    )
    [(vanished, known)] = await cursor.fetchall()
    return list(vanished or ()), int(known)


async def mark_missing(connection: Connection, job: uuid.UUID, products: Collection[uuid.UUID]) -> list[str]:
    """These products are missing from now on; returns their names."""
    cursor = await connection.execute(
        f"update public.products p set {_GONE} "
        "where p.id = any(%s) and p.status <> 'missing' returning p.name".encode(),
        (job, list(products)),
    )
    return sorted(str(row[0]) for row in await cursor.fetchall())


async def list_listed(connection: Connection, job: uuid.UUID, products: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of `products` that the job's ledger holds already."""
    cursor = await connection.execute(
        "select key::uuid from public.job_items where job_id = %s and kind = 'product' and key = any(%s)",
        (job, [str(product) for product in products]),
    )
    return {row[0] for row in await cursor.fetchall()}


async def list_sources(connection: Connection, job: uuid.UUID) -> list[str]:
    """The sources, as in `products.source`, of the products in the job's ledger and of those that it wrote."""
    cursor = await connection.execute(
        "select distinct p.source from public.job_items l join public.products p on p.id::text = l.key "
        "where l.job_id = %s and l.kind = 'product' order by 1",
        (job,),
    )
    return [str(row[0]) for row in await cursor.fetchall()]
