"""Documents and their pages."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence
from typing import Any

from psycopg.types.json import Jsonb

from tasks.storage.bulk import Changes, upsert
from tasks.storage.database import Connection, Database
from tasks.storage.rows import PageRow


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A source document of a workspace, known by its bytes."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    sha256: str
    filename: str
    source: str
    content_type: str
    file_size: int
    storage_path: str
    page_count: int
    processing_status: str = "processing"
    pipeline_version: str = ""
    reason: str | None = None
    source_job_id: uuid.UUID | None = None


async def register_workspace(database: Database, workspace: uuid.UUID, name: str) -> None:
    await database.execute(
        "insert into public.workspaces (id, name) values (%s, %s) on conflict (id) do nothing", workspace, name
    )


async def find_document(database: Database, document: uuid.UUID) -> Document | None:
    names = ", ".join(field.name for field in dataclasses.fields(Document))
    rows = await database.fetch_dicts(f"select {names} from public.documents where id = %s", document)
    return Document(**rows[0]) if rows else None


async def register_document(database: Database, document: Document) -> None:
    """Insert the document, or set it back to processing when it is known and incomplete."""
    await database.execute(
        "insert into public.documents (id, workspace_id, sha256, filename, source, content_type, file_size, "
        "storage_path, page_count, processing_status, pipeline_version, source_job_id) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'processing', %s, %s) "
        "on conflict (id) do update set processing_status = 'processing', reason = null, "
        "pipeline_version = excluded.pipeline_version, updated_at = now()",
        document.id,
        document.workspace_id,
        document.sha256,
        document.filename,
        document.source,
        document.content_type,
        document.file_size,
        document.storage_path,
        document.page_count,
        document.pipeline_version,
        document.source_job_id,
    )


async def finish_document(
    database: Database,
    document: uuid.UUID,
    status: str,
    *,
    title: str | None,
    brand: str | None,
    currency: str | None,
    reason: str | None,
    valid_from: str | None = None,
    valid_until: str | None = None,
    validity: dict[str, Any] | None = None,
    terms: Sequence[dict[str, Any]] = (),
) -> None:
    """Record what the document turned out to be; `status` is complete or partial, dates are ISO."""
    await database.execute(
        "update public.documents set processing_status = %s, title = %s, brand = %s, currency = %s, reason = %s, "
        "valid_from = %s::date, valid_until = %s::date, validity = %s, terms = %s, updated_at = now() where id = %s",
        status,
        title,
        brand,
        currency,
        reason,
        valid_from,
        valid_until,
        Jsonb(validity) if validity else None,
        Jsonb(list(terms)),
        document,
    )


async def save_pages(connection: Connection, rows: list[PageRow]) -> Changes:
    return await upsert(connection, rows)
