"""Products, images and chunks of a workspace: written in bulk, read for the tail and for export."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from tasks.storage.bulk import Changes, Row, update_columns, upsert
from tasks.storage.database import Connection, Database
from tasks.storage.rows import ImageRow


class ImageLabelRow(NamedTuple):
    """An image's class. Below the threshold `label` is None and the image stays pending."""

    image_id: uuid.UUID
    label: str | None
    confidence: float
    reason: str
    pending: bool
    engine: str


class StoredImage(NamedTuple):
    """An image of the library, where its bytes are, and where it was seen first."""

    id: uuid.UUID
    sha256: str
    storage_path: str
    document_id: uuid.UUID | None
    page_number: int | None


class TextVector(NamedTuple):
    """The text vector of one chunk or product, and the content it speaks for."""

    id: uuid.UUID
    vector: np.ndarray
    model: str
    schema_version: int
    content_hash: str


class TextItem(NamedTuple):
    """A chunk or product whose text vector is missing or out of date."""

    id: uuid.UUID
    text: str
    content_hash: str


async def save_images(connection: Connection, rows: Sequence[ImageRow], document: uuid.UUID | None) -> Changes:
    """Write images; the document that showed one first stays its `document_id`."""
    changes = await upsert(connection, rows)
    if document and changes.created:
        await connection.execute(
            "update public.document_images set document_id = %s where id = any(%s) and document_id is null",
            (document, sorted(changes.created)),
        )
    return changes


async def mark_embedded(connection: Connection, images: Iterable[uuid.UUID], model: str, schema_version: int) -> None:
    """Set the flag of images whose vector was stored in the same transaction."""
    await connection.execute(
        "update public.document_images set has_slig_embedding = true, embedding_model = %s, "
        "embedding_schema_version = %s where id = any(%s) and (not has_slig_embedding "
        "or embedding_model is distinct from %s or embedding_schema_version is distinct from %s)",
        (model, schema_version, sorted(images), model, schema_version),
    )


async def list_embedded(
    database: Database, images: Sequence[uuid.UUID], model: str, schema_version: int
) -> set[uuid.UUID]:
    """Which of `images` have a vector of this model and version already."""
    rows = await database.fetch(
        "select id from public.document_images where id = any(%s) and has_slig_embedding "
        "and embedding_model = %s and embedding_schema_version = %s",
        list(images),
        model,
        schema_version,
    )
    return {row[0] for row in rows}


async def save_labels(connection: Connection, labels: Sequence[ImageLabelRow]) -> None:
    columns = [
        "id",
        "image_type",
        "confidence",
        "classification_reason",
        "classification_pending",
        "classification_engine",
    ]
    await update_columns(connection, "public.document_images", columns, labels)


async def save_chunk_vectors(connection: Connection, vectors: Sequence[TextVector]) -> None:
    columns = ["id", "text_embedding", "embedding_model", "embedding_schema_version"]
    rows = ((item.id, item.vector, item.model, item.schema_version) for item in vectors)
    await update_columns(connection, "public.document_chunks", columns, rows)


async def save_product_vectors(connection: Connection, vectors: Sequence[TextVector]) -> None:
    columns = [
        "id",
        "text_embedding_1024",
        "text_embedding_1024_model",
        "text_embedding_schema_version",
        "text_embedding_content_hash",
    ]
    rows = ((item.id, item.vector, item.model, item.schema_version, item.content_hash) for item in vectors)
    await update_columns(connection, "public.products", columns, rows)


async def delete_stale(connection: Connection, table: type[Row], document: uuid.UUID, keep: Iterable[uuid.UUID]) -> int:
    """Delete the document's rows in `table` that this reading no longer gave; returns how many."""
    cursor = await connection.execute(
        f"delete from {table.TABLE} where document_id = %s and not (id = any(%s))".encode(), (document, sorted(keep))
    )
    return cursor.rowcount


async def mark_missing_products(
    connection: Connection, workspace: uuid.UUID, source: str, keep: Iterable[uuid.UUID]
) -> list[str]:
    """Mark the source's products that this reading no longer gave; returns their names."""
    cursor = await connection.execute(
        "update public.products set status = 'missing', updated_at = now() where workspace_id = %s and source = %s "
        "and not (id = any(%s)) and status <> 'missing' returning name",
        (workspace, source, sorted(keep)),
    )
    return sorted(row[0] for row in await cursor.fetchall())


async def list_images_to_embed(
    database: Database, workspace: uuid.UUID, model: str, schema_version: int, document: uuid.UUID | None
) -> list[StoredImage]:
    """Images without a vector of this model and version, oldest first."""
    rows = await database.fetch(
        "select id, sha256, storage_path, document_id, (select min(page_number) from public.image_occurrences o "
        "where o.image_id = i.id and o.document_id = i.document_id) from public.document_images i "
        "where workspace_id = %s and (not has_slig_embedding or embedding_model is distinct from %s "
        "or embedding_schema_version is distinct from %s) and (%s::uuid is null or exists ("
        "select from public.image_occurrences o where o.image_id = i.id and o.document_id = %s::uuid)) "
        "order by created_at, id",
        workspace,
        model,
        schema_version,
        document,
        document,
    )
    return [StoredImage(*row) for row in rows]


async def list_chunks_to_embed(
    database: Database, workspace: uuid.UUID, model: str, schema_version: int, document: uuid.UUID | None
) -> list[TextItem]:
    """Chunks without a vector of this model and version. A chunk's text never changes: it is its identity."""
    rows = await database.fetch(
        "select id, content, content_hash from public.document_chunks where workspace_id = %s "
        "and (text_embedding is null or embedding_model is distinct from %s "
        "or embedding_schema_version is distinct from %s) and (%s::uuid is null or document_id = %s::uuid) "
        "order by document_id, chunk_index",
        workspace,
        model,
        schema_version,
        document,
        document,
    )
    return [TextItem(*row) for row in rows]


async def list_products_to_embed(
    database: Database, workspace: uuid.UUID, model: str, schema_version: int, document: uuid.UUID | None
) -> list[tuple[uuid.UUID, str, dict[str, Any]]]:
    """Products whose vector is missing, of another model, or speaks for other content: id, content_hash, columns."""
    rows = await database.fetch_dicts(
        "select id, content_hash, name, description, brand, category, external_sku, attributes from public.products "
        "where workspace_id = %s and (text_embedding_1024 is null or text_embedding_1024_model is distinct from %s "
        "or text_embedding_schema_version is distinct from %s "
        "or text_embedding_content_hash is distinct from content_hash) "
        "and (%s::uuid is null or source_document_id = %s::uuid) order by source, source_key",
        workspace,
        model,
        schema_version,
        document,
        document,
    )
    return [(row.pop("id"), row.pop("content_hash"), row) for row in rows]


async def list_products(database: Database, document: uuid.UUID) -> list[dict[str, Any]]:
    """Every product that the document now has, in the order of reading, with its linked images' stored files."""
    return await database.fetch_dicts(
        "select p.*, coalesce((select jsonb_object_agg(i.sha256, jsonb_build_object("
        "'path', i.storage_path, 'label', i.image_type)) from public.image_product_associations a "
        "join public.document_images i on i.id = a.image_id where a.product_id = p.id), '{}'::jsonb) as stored_images"
        ", (select filename from public.documents d where d.id = p.source_document_id) as document "
        "from public.products p where p.source_document_id = %s and p.status <> 'missing' "
        "order by p.position, p.source_key",
        document,
    )


async def list_product_keys(database: Database, document: uuid.UUID) -> list[str]:
    """The keys of the products that the document has in the library."""
    rows = await database.fetch(
        "select source_key from public.products where source_document_id = %s and status <> 'missing'", document
    )
    return [str(row[0]) for row in rows]


async def count_document(database: Database, document: uuid.UUID) -> dict[str, int]:
    """How many pages, products, images and chunks the library holds of the document."""
    rows = await database.fetch_dicts(
        "select (select count(*) from public.document_pages where document_id = %(d)s) as page, "
        "(select count(*) from public.products where source_document_id = %(d)s and status <> 'missing') as product, "
        "(select count(distinct image_id) from public.image_occurrences where document_id = %(d)s) as image, "
        "(select count(*) from public.document_chunks where document_id = %(d)s) as chunk".replace("%(d)s", "%s"),
        *[document] * 4,
    )
    return {kind: int(count) for kind, count in rows[0].items()}


async def count_vectors(database: Database, document: uuid.UUID) -> dict[str, int]:
    """Vectors the library holds of the document, by collection or table."""
    rows = await database.fetch_dicts(
        "select (select count(distinct i.id) from public.document_images i join public.image_occurrences o "
        "on o.image_id = i.id where o.document_id = %s and i.has_slig_embedding) as image_slig_embeddings, "
        "(select count(*) from public.document_chunks where document_id = %s and text_embedding is not null) "
        "as document_chunks, "
        "(select count(*) from public.products where source_document_id = %s and text_embedding_1024 is not null) "
        "as products",
        *[document] * 3,
    )
    return {name: int(count) for name, count in rows[0].items()}
