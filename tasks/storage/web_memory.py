"""What is remembered of web pages between crawls: validators, content hash, links, and the products they gave."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from tasks.catalog import ids
from tasks.storage.database import Connection, Database


@dataclass(frozen=True)
class PageMemory:
    """A page as a crawl left it. `version` is the extraction's: under another one the page is read again."""

    url_hash: str
    url: str
    host: str
    version: str
    etag: str | None = None
    last_modified: str | None = None
    content_sha256: str | None = None
    final_url: str | None = None
    canonical_url: str | None = None
    kind: str | None = None
    title: str | None = None
    product_ids: tuple[uuid.UUID, ...] = ()
    links: tuple[str, ...] = ()
    markdown: str | None = None  # its main content; not recalled
    gone: bool = False


_COLUMNS = tuple(PageMemory.__dataclass_fields__)
_RECALLED = tuple(name for name in _COLUMNS if name != "markdown")


def memory_id(workspace: uuid.UUID, url_hash: str) -> uuid.UUID:
    return uuid.uuid5(ids.NAMESPACE, f"web page {workspace} {url_hash}")


async def remember_pages(
    connection: Connection, workspace: uuid.UUID, session: uuid.UUID, pages: Sequence[PageMemory]
) -> None:
    """Write what these pages are now, in the transaction of their results; what was known of them is replaced."""
    if not pages:
        return
    names = ", ".join(_COLUMNS)
    fresh = {page.url_hash: _as_json(workspace, page) for page in pages}
    await connection.execute(
        f"insert into public.web_pages (id, workspace_id, session_id, fetched_at, checked_at, {names}) "
        f"select id, %s, %s, clock_timestamp(), clock_timestamp(), {names} from jsonb_to_recordset(%s) as f("
        "id uuid, url_hash text, url text, host text, version text, etag text, last_modified text, "
        "content_sha256 text, final_url text, canonical_url text, kind text, title text, product_ids uuid[], "
        "links jsonb, markdown text, gone boolean) order by id on conflict (id) do update set "
        "session_id = excluded.session_id, "
        "fetched_at = excluded.fetched_at, checked_at = excluded.checked_at, updated_at = now(), "
        f"{', '.join(f'{name} = excluded.{name}' for name in _COLUMNS if name != 'url_hash')}".encode(),
        (workspace, session, Jsonb(list(fresh.values()))),
    )


def _as_json(workspace: uuid.UUID, page: PageMemory) -> dict[str, Any]:
    values = {name: _storable(getattr(page, name)) for name in _COLUMNS}
    return {**values, "id": str(memory_id(workspace, page.url_hash)), "product_ids": [str(i) for i in page.product_ids]}


def _storable(value: Any) -> Any:
    return value.replace("\0", "").encode("utf-8", "replace").decode() if isinstance(value, str) else value


async def confirm_pages(
    connection: Connection, workspace: uuid.UUID, session: uuid.UUID, url_hashes: Collection[str]
) -> None:
    """These pages were asked for and have not changed."""
    await connection.execute(
        "update public.web_pages set session_id = %s, checked_at = clock_timestamp(), gone = false, updated_at = now() "
        "where workspace_id = %s and url_hash = any(%s)",
        (session, workspace, list(url_hashes)),
    )


async def forget_products(connection: Connection, workspace: uuid.UUID, url_hashes: Collection[str]) -> list[uuid.UUID]:
    """These pages are gone (404, 410): returns the products that they gave, and keeps the pages as gone."""
    cursor = await connection.execute(
        "with gone as (select id, product_ids from public.web_pages where workspace_id = %s and url_hash = any(%s) "
        "for update) update public.web_pages p set gone = true, product_ids = '{}', etag = null, last_modified = null, "
        "content_sha256 = null, checked_at = clock_timestamp(), updated_at = now() from gone where p.id = gone.id "
        "returning gone.product_ids",
        (workspace, list(url_hashes)),
    )
    return [product for (products,) in await cursor.fetchall() for product in products]


async def recall_pages(
    database: Database, workspace: uuid.UUID, url_hashes: Collection[str], version: str
) -> dict[str, PageMemory]:
    """url_hash -> what is known of the page, for those that the extraction `version` has read and that are not gone."""
    rows = await database.fetch_dicts(
        f"select {', '.join(_RECALLED)} from public.web_pages "
        "where workspace_id = %s and url_hash = any(%s) and version = %s and not gone",
        workspace,
        list(url_hashes),
        version,
    )
    return {
        row["url_hash"]: PageMemory(**{**row, "product_ids": tuple(row["product_ids"]), "links": tuple(row["links"])})
        for row in rows
    }


async def list_seen_products(database: Database, session: uuid.UUID) -> list[uuid.UUID]:
    """The products on pages that the session fetched or found unchanged: after a complete crawl, all that there are."""
    rows = await database.fetch(
        "select distinct unnest(product_ids) from public.web_pages where session_id = %s and not gone", session
    )
    return [row[0] for row in rows]


async def count_known(database: Database, workspace: uuid.UUID, host: str) -> tuple[int, int]:
    """(pages, products) that the workspace knows of a host."""
    rows = await database.fetch(
        "select count(*), coalesce(sum(cardinality(product_ids)), 0) from public.web_pages "
        "where workspace_id = %s and host = %s and not gone",
        workspace,
        host,
    )
    return int(rows[0][0]), int(rows[0][1])
