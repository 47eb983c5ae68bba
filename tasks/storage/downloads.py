"""Which images were fetched from which URLs, so that what is known is not fetched again.

A URL may carry a signature: it is found by the hash of the whole of it and stored without its secrets.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Sequence
from typing import Any, ClassVar, NamedTuple

from tasks.catalog import ids
from tasks.catalog.redaction import redact
from tasks.storage.bulk import Changes, upsert
from tasks.storage.database import Connection, Database
from tasks.storage.rows import seal

_FIND = (
    "select d.url_sha256, d.id, d.etag, d.last_modified, d.received_sha256, "
    "d.immutable or d.updated_at + make_interval(secs => least(d.max_age_seconds, %s::int)) > now(), "
    "d.sha256, d.extension, i.width, i.height, i.file_size, i.perceptual_hash, i.stats "
    "from public.downloads d join public.document_images i on i.workspace_id = d.workspace_id and i.sha256 = d.sha256 "
    "where d.workspace_id = %s and d.url_sha256 = any(%s)"
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DownloadRow:
    """`make_row` fills in what is computed."""

    TABLE: ClassVar[str] = "public.downloads"
    id: uuid.UUID
    workspace_id: uuid.UUID
    url_sha256: str
    url: str
    etag: str | None
    last_modified: str | None
    max_age_seconds: int
    immutable: bool
    received_sha256: str
    content_type: str | None
    sha256: str
    extension: str
    file_size: int
    source_job_id: uuid.UUID
    content_hash: str = ""


class KnownImage(NamedTuple):
    """An image that the library holds, as `document_images` describes it."""

    sha256: str
    ext: str
    width: int
    height: int
    bytes: int
    phash: str
    stats: dict[str, Any]


class KnownDownload(NamedTuple):
    """What an earlier fetch of a URL brought; `fresh` says that the server need not even be asked."""

    id: uuid.UUID
    etag: str | None
    last_modified: str | None
    received_sha256: str
    fresh: bool
    image: KnownImage


def clean_url(url: str) -> str:
    """The URL as it is asked for: a fragment never goes to the server."""
    return url.strip().partition("#")[0]


def hash_url(url: str) -> str:
    return ids.sha256_hex(clean_url(url).encode("utf-8", "surrogatepass"))


def show_url(url: str) -> str:
    """The URL without secrets; one that had some keeps what tells it apart from others like it."""
    shown = make_storable(redact(clean_url(url)))
    return shown if shown == clean_url(url) else f"{shown}#{hash_url(url)[:8]}"


def make_storable(text: str) -> str:
    """`text` as Postgres takes it: feeds hold NULs and halves of characters too."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


def make_row(workspace: uuid.UUID, url: str, **facts: Any) -> DownloadRow:
    """The row of `url` (the whole one); `facts` are the columns that a fetch brings."""
    digest = hash_url(url)
    row_id = ids.link_id("download", workspace, uuid.uuid5(ids.NAMESPACE, digest))
    return seal(
        DownloadRow(
            id=row_id, workspace_id=workspace, url_sha256=digest, url=make_storable(redact(clean_url(url))), **facts
        )
    )


async def find_known(
    database: Database, workspace: uuid.UUID, url_hashes: Collection[str], *, longest_fresh_seconds: int
) -> dict[str, KnownDownload]:
    """What is known of URLs (`hash_url`) whose image the library holds. No server is believed for longer than that."""
    if not url_hashes:
        return {}
    rows = await database.fetch(_FIND, longest_fresh_seconds, workspace, list(url_hashes))
    return {row[0]: KnownDownload._make((*row[1:6], KnownImage._make(row[6:]))) for row in rows}


async def save_downloads(connection: Connection, rows: Sequence[DownloadRow]) -> Changes:
    """Write what was fetched; a row that says the same as before is left alone."""
    return await upsert(connection, list({row.id: row for row in rows}.values()))


async def confirm_downloads(connection: Connection, downloads: Collection[uuid.UUID]) -> None:
    """The server said again that these are current: what it lets us keep for a while is kept from now on."""
    if downloads:
        await connection.execute(
            "update public.downloads set updated_at = now() where id in (select id from public.downloads "
            # In one order, so that two jobs do not lock each other out.
            "where id = any(%s) and max_age_seconds > 0 order by id for update)",
            (list(downloads),),
        )
