"""Products, images and chunks of a workspace: written in bulk, read for the tail and for export."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, LiteralString, NamedTuple

import numpy as np
from psycopg.types.json import Jsonb

from tasks.catalog.engines import EngineVersion, View
from tasks.storage import vectors
from tasks.storage.bulk import Changes, update_columns, upsert
from tasks.storage.database import Connection, Database
from tasks.storage.rows import ImageRow
from tasks.storage.sealing import Row

FLAG_OF_VIEW: dict[View, str] = {
    "visual": "has_slig_embedding",
    "color": "has_color_slig",
    "texture": "has_texture_slig",
    "style": "has_style_slig",
    "material": "has_material_slig",
}
# Products with their linked images' stored files, by hash or the address that lists them, and their document's name.
SELECT_PRODUCTS: LiteralString = (
    "select p.*, coalesce((select jsonb_object_agg(coalesce(a.source_url, i.sha256), jsonb_build_object("
    "'sha256', i.sha256, 'path', i.storage_path, 'label', i.image_type)) from public.image_product_associations a "
    "join public.document_images i on i.id = a.image_id where a.product_id = p.id), '{}'::jsonb) as stored_images"
    ", (select filename from public.documents d where d.id = p.source_document_id) as document from public.products p"
)
_SELECT_STORED = (
    "select id, sha256, storage_path, document_id, (select min(page_number) from public.image_occurrences o "
    "where o.image_id = i.id and o.document_id = i.document_id) from public.document_images i"
)
# Of a document, or of all: takes its id twice.
_SHOWN_BY = (
    "(%s::uuid is null or exists (select from public.image_occurrences o "
    "where o.image_id = i.id and o.document_id = %s::uuid))"
)
_LABEL_COLUMNS = [
    "id",
    "image_type",
    "confidence",
    "classification_reason",
    "classification_pending",
    "classification_engine",
]


# Labels of images that show what is sold; the others are kept and not embedded by a paid service.
PRODUCT_LABELS = ("PRODUCT_IMAGE", "MIXED")


class ExaminedRow(NamedTuple):
    """What was seen in an image. Below the threshold `label` is None and the image stays pending."""

    image_id: uuid.UUID
    label: str | None
    confidence: float | None
    reason: str
    pending: bool
    engine: str
    analysis: dict[str, Any] | None
    version: EngineVersion


class AnalysedImage(NamedTuple):
    """An image and its analysis (`catalog/image_analysis.py`)."""

    id: uuid.UUID
    sha256: str
    analysis: dict[str, Any]
    document_id: uuid.UUID | None


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


async def mark_embedded(
    connection: Connection, images: Iterable[uuid.UUID], views: Iterable[View], version: EngineVersion
) -> None:
    """Set the flags of images whose vectors were stored in the same transaction; `views` must hold the visual one."""
    held = set(views)
    flags = ", ".join(f"{FLAG_OF_VIEW[view]} = {str(view in held).lower()}" for view in FLAG_OF_VIEW)
    await connection.execute(
        f"update public.document_images set {flags}, embedding_model = %s, embedding_schema_version = %s "
        f"where id = any(%s) and ({' or '.join(f'not {FLAG_OF_VIEW[view]}' for view in FLAG_OF_VIEW if view in held)} "
        "or embedding_model is distinct from %s or embedding_schema_version is distinct from %s)".encode(),
        (version.model, version.schema_version, sorted(images), version.model, version.schema_version),
    )


async def mark_understood(connection: Connection, images: Iterable[uuid.UUID], version: EngineVersion) -> None:
    """As `mark_embedded`, for the vector of an image's analysis."""
    await connection.execute(
        "update public.document_images set has_understanding_embedding = true, understanding_embedding_model = %s, "
        "understanding_embedding_schema_version = %s where id = any(%s)",
        (version.model, version.schema_version, sorted(images)),
    )


async def list_embedded(database: Database, images: Sequence[uuid.UUID], version: EngineVersion) -> set[uuid.UUID]:
    """Which of `images` have a vector of this model and version already."""
    rows = await database.fetch(
        "select id from public.document_images where id = any(%s) and has_slig_embedding "
        "and embedding_model = %s and embedding_schema_version = %s",
        list(images),
        version.model,
        version.schema_version,
    )
    return {row[0] for row in rows}


async def save_examinations(connection: Connection, rows: Sequence[ExaminedRow]) -> set[uuid.UUID]:
    """Write labels and analyses; returns the images whose label or analysis is another one now.

    Where an analysis changed, the vector that spoke for the old one no longer counts.
    """
    cursor = await connection.execute(
        "select id, image_type, classification_pending, vision_analysis from public.document_images where id = any(%s)",
        ([row.image_id for row in rows],),
    )
    before = {row[0]: tuple(row[1:]) for row in await cursor.fetchall()}
    labels = [(*row[:6],) for row in rows]
    await update_columns(connection, "public.document_images", _LABEL_COLUMNS, labels)
    analysed = [(row.image_id, row.analysis, *row.version) for row in rows if row.analysis is not None]
    await connection.execute(
        "update public.document_images i set has_understanding_embedding = false from unnest(%s::uuid[], %s::jsonb[]) "
        "as fresh (id, analysis) where i.id = fresh.id and i.has_understanding_embedding "
        "and i.vision_analysis is distinct from fresh.analysis",
        ([row[0] for row in analysed], [Jsonb(row[1]) for row in analysed]),
    )
    columns = ["id", "vision_analysis", "vision_engine", "vision_model", "vision_schema_version"]
    await update_columns(connection, "public.document_images", columns, analysed)
    after = {row.image_id: (row.label, row.pending, row.analysis) for row in rows}
    return {image for image, found in after.items() if before.get(image) != found}


async def list_examined(
    database: Database, images: Sequence[uuid.UUID], version: EngineVersion
) -> dict[uuid.UUID, str]:
    """The labels of those of `images` that this engine has labelled with certainty."""
    rows = await database.fetch(
        "select id, image_type from public.document_images where id = any(%s) and not classification_pending "
        "and vision_engine = %s and vision_model = %s and vision_schema_version = %s",
        list(images),
        *version,
    )
    return {row[0]: row[1] for row in rows}


async def list_images_to_examine(
    database: Database, workspace: uuid.UUID, version: EngineVersion, document: uuid.UUID | None
) -> list[StoredImage]:
    """Images without a certain label that this engine has not seen yet, or failed on; oldest first."""
    rows = await database.fetch(
        f"{_SELECT_STORED} where workspace_id = %s and classification_pending and (confidence is null or "
        "(vision_engine, vision_model, vision_schema_version) is distinct from (%s, %s, %s)) and "
        f"{_SHOWN_BY} order by created_at, id",
        workspace,
        *version,
        document,
        document,
    )
    return [StoredImage(*row) for row in rows]


async def list_analyses_to_embed(
    database: Database, workspace: uuid.UUID, version: EngineVersion, document: uuid.UUID | None
) -> list[AnalysedImage]:
    """Images with an analysis that no vector of this engine speaks for."""
    rows = await database.fetch(
        "select id, sha256, vision_analysis, document_id from public.document_images i where workspace_id = %s "
        "and vision_analysis is not null and not classification_pending and (not has_understanding_embedding "
        "or understanding_embedding_model is distinct from %s "
        "or understanding_embedding_schema_version is distinct from %s) and " + _SHOWN_BY + " "
        "order by created_at, id",
        workspace,
        version.model,
        version.schema_version,
        document,
        document,
    )
    return [AnalysedImage(*row) for row in rows]


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
        "update public.products set status_before_missing = status, status = 'missing', "
        "missing_since = coalesce(missing_since, now()), updated_at = now() where workspace_id = %s and source = %s "
        "and not (id = any(%s)) and status <> 'missing' returning name",
        (workspace, source, sorted(keep)),
    )
    return sorted(row[0] for row in await cursor.fetchall())


async def restore_products(connection: Connection, products: Sequence[uuid.UUID]) -> None:
    """Give those of the products that were missing the status that they had: their source has them again."""
    await connection.execute(
        "update public.products set status = coalesce(status_before_missing, 'published'), "
        "status_before_missing = null, missing_since = null, updated_at = now() "
        "where id = any(%s) and (status = 'missing' or missing_since is not null)",
        (list(products),),
    )


async def list_images_to_embed(
    database: Database,
    workspace: uuid.UUID,
    version: EngineVersion,
    document: uuid.UUID | None,
    labels: Sequence[str] | None = None,
) -> list[StoredImage]:
    """Images without vectors of this model and version, oldest first; with `labels`, only images of these classes."""
    rows = await database.fetch(
        f"{_SELECT_STORED} where workspace_id = %s and (not has_slig_embedding or embedding_model is distinct from %s "
        "or embedding_schema_version is distinct from %s) and " + _SHOWN_BY + " "
        "and (%s::text[] is null or image_type = any(%s::text[])) order by created_at, id",
        workspace,
        version.model,
        version.schema_version,
        document,
        document,
        list(labels) if labels else None,
        list(labels) if labels else None,
    )
    return [StoredImage(*row) for row in rows]


async def list_chunks_to_embed(
    database: Database, workspace: uuid.UUID, version: EngineVersion, document: uuid.UUID | None
) -> list[TextItem]:
    """Chunks without a vector of this model and version. A chunk's text never changes: it is its identity."""
    rows = await database.fetch(
        "select id, content, content_hash from public.document_chunks where workspace_id = %s "
        "and (text_embedding is null or embedding_model is distinct from %s "
        "or embedding_schema_version is distinct from %s) and (%s::uuid is null or document_id = %s::uuid) "
        "order by document_id, chunk_index",
        workspace,
        version.model,
        version.schema_version,
        document,
        document,
    )
    return [TextItem(*row) for row in rows]


async def list_products_to_embed(
    database: Database, workspace: uuid.UUID, version: EngineVersion, document: uuid.UUID | None
) -> list[tuple[uuid.UUID, str, dict[str, Any]]]:
    """Products whose vector is missing, of another model, or speaks for other content: id, content_hash, columns."""
    rows = await database.fetch_dicts(
        "select id, content_hash, name, description, brand, category, external_sku, attributes from public.products "
        "where workspace_id = %s and (text_embedding_1024 is null or text_embedding_1024_model is distinct from %s "
        "or text_embedding_schema_version is distinct from %s "
        "or text_embedding_content_hash is distinct from content_hash) "
        "and (%s::uuid is null or source_document_id = %s::uuid) order by source, source_key",
        workspace,
        version.model,
        version.schema_version,
        document,
        document,
    )
    return [(row.pop("id"), row.pop("content_hash"), row) for row in rows]


async def list_products(database: Database, document: uuid.UUID) -> list[dict[str, Any]]:
    """Every product that the document now has, in the order of reading, with its linked images' stored files."""
    return await database.fetch_dicts(
        f"{SELECT_PRODUCTS} where p.source_document_id = %s and p.status <> 'missing' "
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
    flags = {vectors.COLLECTION_OF_VIEW[view]: flag for view, flag in FLAG_OF_VIEW.items()}
    flags[vectors.UNDERSTANDING] = "has_understanding_embedding"
    counts = ", ".join(f"count(*) filter (where i.{flag}) as {name}" for name, flag in flags.items())
    images = await database.fetch_dicts(
        f"select {counts} from public.document_images i where exists (select from public.image_occurrences o "
        "where o.image_id = i.id and o.document_id = %s)",
        document,
    )
    texts = await database.fetch_dicts(
        "select (select count(*) from public.document_chunks where document_id = %s and text_embedding is not null) "
        "as document_chunks, (select count(*) from public.products where source_document_id = %s "
        "and text_embedding_1024 is not null) as products",
        document,
        document,
    )
    return {name: int(count) for name, count in (images[0] | texts[0]).items()}
