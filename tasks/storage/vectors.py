"""Image vectors in `vecs` collections: one row an image, dimension fixed by the table, workspace in the metadata.

Written by COPY and one upsert rather than through the `vecs` client (a row at a time through SQLAlchemy). The tables
have the client's own layout, and a test reads them with it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import LiteralString, NamedTuple

import numpy as np
from psycopg import sql

from tasks.catalog.engines import View
from tasks.storage.bulk import copy_into, create_scratch
from tasks.storage.database import Connection

VISUAL: LiteralString = "image_slig_embeddings"
COLOR: LiteralString = "image_color_embeddings"
TEXTURE: LiteralString = "image_texture_embeddings"
STYLE: LiteralString = "image_style_embeddings"
MATERIAL: LiteralString = "image_material_embeddings"
UNDERSTANDING: LiteralString = "image_understanding_embeddings"
COLLECTION_OF_VIEW: dict[View, LiteralString] = {
    "visual": VISUAL,
    "color": COLOR,
    "texture": TEXTURE,
    "style": STYLE,
    "material": MATERIAL,
}


class ImageVector(NamedTuple):
    """One vector of one image. `model` and `schema_version` say what made it; only equals are ever compared."""

    image_id: uuid.UUID
    vector: np.ndarray
    model: str
    schema_version: int
    document_id: uuid.UUID | None = None
    page_number: int | None = None


async def save_vectors(
    connection: Connection, collection: str, workspace: uuid.UUID, vectors: Sequence[ImageVector]
) -> None:
    """Upsert `vectors` into `collection` inside the caller's transaction; a wrong length is Postgres' error."""
    table, columns = f"vecs.{collection}", ["id", "vec", "metadata"]
    scratch = await create_scratch(connection, table, columns)
    rows = [(str(item.image_id), item.vector, _metadata(workspace, item)) for item in vectors]
    await copy_into(connection, scratch, columns, rows)
    await connection.execute(
        sql.SQL(
            "insert into {table} as stored (id, vec, metadata) select id, vec, metadata from {scratch} order by id "
            "on conflict (id) do update set vec = excluded.vec, metadata = excluded.metadata "
            "where stored.vec is distinct from excluded.vec or stored.metadata is distinct from excluded.metadata"
        ).format(table=sql.Identifier("vecs", collection), scratch=sql.Identifier(scratch))
    )


def _metadata(workspace: uuid.UUID, item: ImageVector) -> dict[str, object]:
    return {
        "workspace_id": str(workspace),
        "document_id": str(item.document_id) if item.document_id else None,
        "page_number": item.page_number,
        "model": item.model,
        "schema_version": item.schema_version,
    }
