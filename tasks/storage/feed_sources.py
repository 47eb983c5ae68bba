"""What is remembered of a feed between its deliveries: how it was read, and which delivery was read last."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

from psycopg.types.json import Jsonb

from tasks.storage.database import Connection, Database


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FeedSource:
    """`context_digest` is of everything outside a record and the mapping that decides how it is read."""

    workspace_id: uuid.UUID
    source: str
    profile: str
    mapping: dict[str, Any]
    mapping_digest: str
    context_digest: str
    etag: str | None
    last_modified: str | None
    sha256: str | None
    records: int
    source_job_id: uuid.UUID


_COLUMNS = tuple(field.name for field in dataclasses.fields(FeedSource))


async def find_feed_source(database: Database, workspace: uuid.UUID, source: str) -> FeedSource | None:
    rows = await database.fetch_dicts(
        f"select {', '.join(_COLUMNS)} from public.feed_sources where workspace_id = %s and source = %s",
        workspace,
        source,
    )
    return FeedSource(**rows[0]) if rows else None


async def save_feed_source(connection: Connection, feed: FeedSource) -> None:
    """Remember the delivery, in the transaction that brings it into the library."""
    values = [Jsonb(v) if isinstance(v, dict) else v for v in (getattr(feed, name) for name in _COLUMNS)]
    changing = [name for name in _COLUMNS if name not in ("workspace_id", "source")]
    told = [name for name in changing if name != "source_job_id"]  # a delivery that says the same writes nothing
    columns, marks = ", ".join(_COLUMNS), ", ".join(["%s"] * len(_COLUMNS))
    await connection.execute(
        f"insert into public.feed_sources as stored ({columns}) values ({marks}) "
        "on conflict (workspace_id, source) do update set completed_at = now(), "
        f"{', '.join(f'{name} = excluded.{name}' for name in changing)} "
        f"where ({', '.join(f'stored.{name}' for name in told)}) "
        f"is distinct from ({', '.join(f'excluded.{name}' for name in told)})".encode(),
        values,
    )
