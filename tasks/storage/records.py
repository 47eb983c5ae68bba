"""Products that come as records (of a feed, of a shop), and what each of them still lacks: images, chunks, vectors."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Literal, NamedTuple

from tasks.catalog.engines import EngineVersion
from tasks.storage import vectors
from tasks.storage.bulk import copy_into, create_scratch
from tasks.storage.database import Connection, Database
from tasks.storage.library import FLAG_OF_VIEW, TextItem

# How far a product's present content was taken; fewer steps are enough for who asks for fewer.
Extent = Literal["all", "rows", "texts", "text-rows"]
_ENOUGH: dict[Extent, tuple[Extent, ...]] = {
    "all": ("all",),
    "rows": ("all", "rows"),  # no engine
    "texts": ("all", "texts"),  # no images
    "text-rows": ("all", "rows", "texts", "text-rows"),
}
_ID_BYTES = 16


class UnfinishedProduct(NamedTuple):
    """A product whose present content has not gone through the tail."""

    id: uuid.UUID
    position: int
    content_hash: str
    name: str
    brand: str | None
    category: str | None
    description: str | None
    attributes: dict[str, Any]
    images: list[dict[str, Any]]  # as the source lists them, `url` each
    page_text: str | None = None  # the main content of its page, of a shop's product


async def list_unfinished(
    database: Database, workspace: uuid.UUID, source: str, extent: Extent, window: int
) -> AsyncIterator[list[UnfinishedProduct]]:
    """The products of `source` that have not gone as far as `extent`, `window` at a time, in the source's order."""
    rows = await database.fetch(
        "select coalesce(string_agg(uuid_send(id), ''::bytea order by position, id), ''::bytea) from public.products "
        "where workspace_id = %s and source = %s and status <> 'missing' and (finished_for is null "
        "or not finished_for = any(select content_hash || ':' || e from unnest(%s::text[]) e))",
        workspace,
        source,
        list(_ENOUGH[extent]),
    )
    packed = bytes(rows[0][0])
    for start in range(0, len(packed), window * _ID_BYTES):
        part = packed[start : start + window * _ID_BYTES]
        chosen = [uuid.UUID(bytes=part[place : place + _ID_BYTES]) for place in range(0, len(part), _ID_BYTES)]
        yield await _read_products(database, chosen)


async def _read_products(database: Database, products: Sequence[uuid.UUID]) -> list[UnfinishedProduct]:
    rows = await database.fetch(
        "select p.id, position, content_hash, name, brand, category, description, attributes, images, page.markdown "
        "from public.products p left join lateral (select markdown from public.web_pages w "
        "where p.source_type = 'web' and w.product_ids @> array[p.id] and not w.gone "
        "order by w.canonical_url is distinct from p.url, w.fetched_at desc limit 1) as page on true "
        "where p.id = any(%s) order by position, p.id",
        list(products),
    )
    return [UnfinishedProduct(*row) for row in rows]


async def mark_finished(connection: Connection, products: Iterable[UnfinishedProduct], extent: Extent) -> None:
    """Their present content has gone as far as `extent`; content that came in meanwhile has not."""
    rows = [(product.id, f"{product.content_hash}:{extent}") for product in products]
    await connection.execute(
        "update public.products p set finished_for = fresh.finished from unnest(%s::uuid[], %s::text[]) "
        "as fresh (id, finished) where p.id = fresh.id",
        ([row[0] for row in rows], [row[1] for row in rows]),
    )


class RecordImage(NamedTuple):
    """A picture that a product lists: the address, its bytes' image, and how much it speaks for the product."""

    id: uuid.UUID
    image_id: uuid.UUID
    product_id: uuid.UUID
    score: float
    reason: str
    url: str


async def save_record_images(
    connection: Connection, workspace: uuid.UUID, products: Sequence[uuid.UUID], links: Sequence[RecordImage]
) -> None:
    """The products' links to images become `links`; others that they had are dropped, the same ones are left alone."""
    table = "public.image_product_associations"
    await connection.execute(
        f"delete from {table} where product_id = any(%s) and not (id = any(%s))".encode(),
        (list(products), [link.id for link in links]),
    )
    columns = ["id", "workspace_id", "image_id", "product_id", "overall_score", "reasoning", "source_url"]
    columns.append("content_hash")
    scratch = await create_scratch(connection, table, columns)
    rows = ((link.id, workspace, *link[1:], f"{link.url} {link.score}") for link in links)
    await copy_into(connection, scratch, columns, rows)
    names = ", ".join(columns)
    await connection.execute(
        f"insert into {table} as stored ({names}) select {names} from {scratch} order by id on conflict (id) do update "
        "set overall_score = excluded.overall_score, reasoning = excluded.reasoning, source_url = excluded.source_url, "
        "content_hash = excluded.content_hash where stored.content_hash is distinct from excluded.content_hash".encode()
    )


async def has_linked_images(database: Database, workspace: uuid.UUID, sources: Sequence[str]) -> bool:
    """Whether any product of the sources has a link to an image."""
    rows = await database.fetch(
        "select exists (select from public.products p join public.image_product_associations a on a.product_id = p.id "
        "where p.workspace_id = %s and p.source = any(%s))",
        workspace,
        list(sources),
    )
    return bool(rows[0][0])


async def delete_stale_chunks(connection: Connection, products: Sequence[uuid.UUID], keep: Sequence[uuid.UUID]) -> None:
    """Drop chunks of the products' descriptions that they no longer have."""
    await connection.execute(
        "delete from public.document_chunks where product_id = any(%s) and document_id is null and not (id = any(%s))",
        (list(products), list(keep)),
    )


async def list_chunks_to_embed(
    database: Database, products: Sequence[uuid.UUID], version: EngineVersion
) -> list[TextItem]:
    """Chunks of these products' descriptions without a vector of this engine."""
    rows = await database.fetch(
        "select id, content, content_hash from public.document_chunks where product_id = any(%s) "
        "and document_id is null and (text_embedding is null or embedding_model is distinct from %s "
        "or embedding_schema_version is distinct from %s) order by product_id, chunk_index",
        list(products),
        version.model,
        version.schema_version,
    )
    return [TextItem(*row) for row in rows]


async def list_products_to_embed(
    database: Database, products: Sequence[uuid.UUID], version: EngineVersion
) -> list[tuple[uuid.UUID, str, dict[str, Any]]]:
    """Those of these products whose vector is missing, of another engine, or speaks for other content."""
    rows = await database.fetch_dicts(
        "select id, content_hash, name, description, brand, category, external_sku, attributes from public.products "
        "where id = any(%s) and (text_embedding_1024 is null or text_embedding_1024_model is distinct from %s "
        "or text_embedding_schema_version is distinct from %s "
        "or text_embedding_content_hash is distinct from content_hash) order by position, id",
        list(products),
        version.model,
        version.schema_version,
    )
    return [(row.pop("id"), row.pop("content_hash"), row) for row in rows]


async def count_vectors(database: Database, workspace: uuid.UUID, source: str) -> dict[str, int]:
    """Vectors that the library holds of the source's products, by collection or table."""
    flags = {vectors.COLLECTION_OF_VIEW[view]: flag for view, flag in FLAG_OF_VIEW.items()}
    flags[vectors.UNDERSTANDING] = "has_understanding_embedding"
    counts = ", ".join(f"count(*) filter (where i.{flag}) as {name}" for name, flag in flags.items())
    images = await database.fetch_dicts(
        f"select {counts} from public.document_images i where i.workspace_id = %s and exists "
        "(select from public.image_product_associations a join public.products p on p.id = a.product_id "
        "where a.image_id = i.id and p.source = %s)",
        workspace,
        source,
    )
    texts = await database.fetch_dicts(
        "select (select count(*) from public.document_chunks c join public.products p on p.id = c.product_id "
        "where p.workspace_id = %s and p.source = %s and c.text_embedding is not null) as document_chunks, "
        "(select count(*) from public.products where workspace_id = %s and source = %s "
        "and text_embedding_1024 is not null) as products",
        *(workspace, source) * 2,
    )
    return {name: int(count) for name, count in (images[0] | texts[0]).items()}


async def count_source(database: Database, workspace: uuid.UUID, source: str) -> int:
    """How many products the source has."""
    rows = await database.fetch(
        "select count(*) from public.products where workspace_id = %s and source = %s and status <> 'missing'",
        workspace,
        source,
    )
    return int(rows[0][0])
