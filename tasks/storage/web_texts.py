"""Pages of a session whose words may offer products, and the products that were found in them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from tasks.storage.database import Connection, Database


class TextRow(NamedTuple):
    """A page as the crawl left it; `product_ids` are empty where its content is new."""

    id: uuid.UUID
    url: str
    url_hash: str
    final_url: str | None
    canonical_url: str
    title: str | None
    product_ids: Sequence[uuid.UUID]


class KnownProduct(NamedTuple):
    """A product of the library that was read on a page, by `engine`."""

    id: uuid.UUID
    engine: str


async def list_texts(database: Database, workspace: uuid.UUID, session: uuid.UUID) -> list[TextRow]:
    """The session's unstructured pages, each canonical address once, its own page before others that name it."""
    rows = await database.fetch(
        "select distinct on (coalesce(canonical_url, url)) id, url, url_hash, final_url, "
        "coalesce(canonical_url, url), title, product_ids from public.web_pages "
        "where workspace_id = %s and session_id = %s and kind = 'unstructured' and not gone and markdown is not null "
        "order by coalesce(canonical_url, url), (url = canonical_url) desc, url",
        workspace,
        session,
    )
    return [TextRow(*row) for row in rows]


async def list_known(
    database: Database, workspace: uuid.UUID, urls: Collection[str]
) -> dict[str, tuple[KnownProduct, ...]]:
    """address of a page -> products of the library that were read there and are not missing."""
    rows = await database.fetch(
        "select url, id, engine from public.products where workspace_id = %s and source_type = 'web' "
        "and url = any(%s) and status <> 'missing' order by position, id",
        workspace,
        list(urls),
    )
    known: dict[str, tuple[KnownProduct, ...]] = {}
    for url, product, engine in rows:
        known[url] = (*known.get(url, ()), KnownProduct(product, str(engine)))
    return known


async def read_markdown(database: Database, pages: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """page id -> its main content."""
    rows = await database.fetch("select id, markdown from public.web_pages where id = any(%s)", list(pages))
    return {row[0]: str(row[1] or "") for row in rows}


async def link_products(
    connection: Connection, session: uuid.UUID, products: Mapping[uuid.UUID, Sequence[uuid.UUID]]
) -> None:
    """Remember that pages (by id) show these products, and count them on the session's pages.

    A page that another session has read meanwhile is left to that one.
    """
    for page, shown in sorted(products.items()):
        await connection.execute(
            "with page as (update public.web_pages set product_ids = %s, updated_at = now() "
            "where id = %s and session_id = %s returning url_hash) "
            "update public.scraping_pages p set products = %s, "
            "state = case when %s > 0 and state = 'fetched' then 'extracted' else state end, updated_at = now() "
            "from page where p.session_id = %s and p.url_hash = page.url_hash",
            (list(shown), page, session, len(shown), len(shown), session),
        )
