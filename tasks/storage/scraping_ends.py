"""How pages of a crawl end: finished, asked for again, skipped, left for later; and what a session came to."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from psycopg.types.json import Jsonb

from tasks.storage.database import Connection, Database
from tasks.storage.scraping import NewPage, PageState, insert_pages

EndState = Literal["fetched", "extracted", "skipped", "failed", "pending"]


@dataclass(frozen=True)
class PageResult:
    """How a claimed page ended. A skipped, failed or pending one needs a reason."""

    id: uuid.UUID
    state: EndState
    reason: str | None = None
    status_code: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    content_sha256: str | None = None
    final_url: str | None = None
    canonical_url: str | None = None
    kind: str | None = None
    title: str | None = None
    markdown_content: str | None = None
    products: int | None = None
    processing_time_ms: int | None = None
    found: Sequence[NewPage] = field(default=(), compare=False)  # pages that it links to


class Retry(NamedTuple):
    """A claimed page that is to be asked for again, `wait_seconds` from now."""

    id: uuid.UUID
    reason: str
    wait_seconds: float
    status_code: int | None = None


_RESULT_COLUMNS = (
    "status_code", "etag", "last_modified", "content_sha256", "final_url", "canonical_url", "kind", "title",
    "markdown_content", "products", "processing_time_ms",
)  # fmt: skip


async def finish_pages(
    connection: Connection, session: uuid.UUID, holder: int, results: Sequence[PageResult], *, max_known: int
) -> set[uuid.UUID]:
    """Write how claimed pages ended, and the pages that they link to; returns those that were written.

    A page that was given to another process meanwhile is not: its result is not this one's to write.
    """
    if not results:
        return set()
    cursor = await connection.execute(
        f"update public.scraping_pages p set state = f.state, reason = f.reason, holder = null, lease_until = null, "
        f"{', '.join(f'{name} = f.{name}' for name in _RESULT_COLUMNS)}, links = f.links, "
        "fetched_at = case when f.status_code is not null then clock_timestamp() end, updated_at = now() "
        "from jsonb_to_recordset(%s) as f(id uuid, state text, reason text, status_code int, etag text, "
        "last_modified text, content_sha256 text, final_url text, canonical_url text, kind text, title text, "
        "markdown_content text, products int, processing_time_ms int, links int) "
        "where p.id = f.id and p.session_id = %s and p.holder = %s and p.state = 'fetching' returning p.id".encode(),
        (Jsonb([_as_json(result) for result in results]), session, holder),
    )
    written = {row[0] for row in await cursor.fetchall()}
    found = [(new, result.id) for result in results if result.id in written for new in result.found]
    await insert_pages(connection, session, found, max_known)
    return written


def _as_json(result: PageResult) -> dict[str, Any]:
    values = {name: _storable(getattr(result, name)) for name in _RESULT_COLUMNS}
    about = {"id": str(result.id), "state": result.state, "reason": _storable(result.reason)}
    return {**about, "links": len(result.found), **values}


def _storable(value: Any) -> Any:
    """Text as Postgres takes it: no NUL and no half of a surrogate pair."""
    if not isinstance(value, str):
        return value
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


async def retry_pages(connection: Connection, session: uuid.UUID, holder: int, retries: Sequence[Retry]) -> int:
    """Put claimed pages back into the queue, each not before its time, one more retry counted; returns how many."""
    rows = [
        {"id": str(r.id), "reason": r.reason, "wait": r.wait_seconds, "status_code": r.status_code} for r in retries
    ]
    cursor = await connection.execute(
        "update public.scraping_pages p set state = 'queued', reason = f.reason, status_code = f.status_code, "
        "retry_count = retry_count + 1, holder = null, lease_until = null, "
        "not_before = clock_timestamp() + make_interval(secs => f.wait), updated_at = now() "
        "from jsonb_to_recordset(%s) as f(id uuid, reason text, wait float8, status_code int) "
        "where p.id = f.id and p.session_id = %s and p.holder = %s and p.state = 'fetching'",
        (Jsonb(rows), session, holder),
    )
    return cursor.rowcount


async def put_back(database: Database, session: uuid.UUID, holder: int) -> int:
    """Give every page that `holder` still has back to the queue, as if it had not been claimed (a clean stop)."""
    return await database.execute(
        "update public.scraping_pages set state = 'queued', holder = null, lease_until = null, updated_at = now() "
        "where session_id = %s and holder = %s and state = 'fetching'",
        session,
        holder,
    )


async def return_leases(database: Database, session: uuid.UUID, *, max_attempts: int) -> int:
    """Give pages of dead processes, and of those whose lease is over, back to the queue; returns how many.

    A page claimed `max_attempts` times without an end has failed: it may be what kills the process.
    """
    return await database.execute(
        "update public.scraping_pages set state = case when attempts >= %s then 'failed' else 'queued' end, "
        "reason = case when attempts >= %s then 'the process ended ' || attempts || ' times while it was fetched' end, "
        "holder = null, lease_until = null, updated_at = now() where session_id = %s and state = 'fetching' "
        "and (lease_until < clock_timestamp() or not quarry.is_alive(holder))",
        max_attempts,
        max_attempts,
        session,
    )


async def reopen_pages(database: Database, session: uuid.UUID, states: Sequence[PageState]) -> int:
    """Queue pages that ended in one of `states` again, with all their retries."""
    return await database.execute(
        "update public.scraping_pages set state = 'queued', reason = null, retry_count = 0, "
        "attempts = least(attempts, 1), not_before = now(), updated_at = now() "
        "where session_id = %s and state = any(%s)",
        session,
        list(states),
    )


async def skip_queued(database: Database, session: uuid.UUID, reason: str, *, host: str | None = None) -> int:
    """End what is still queued (of one host, or all) as skipped."""
    return await _end_queued(database, session, "skipped", reason, host)


async def park_queued(database: Database, session: uuid.UUID, reason: str, *, host: str | None = None) -> int:
    """End what is still queued (of one host, or all) as pending: another run may get it."""
    return await _end_queued(database, session, "pending", reason, host)


async def _end_queued(database: Database, session: uuid.UUID, state: str, reason: str, host: str | None) -> int:
    return await database.execute(
        "update public.scraping_pages set state = %s, reason = %s, updated_at = now() "
        "where session_id = %s and state = 'queued' and (%s::text is null or host = %s)",
        state,
        reason,
        session,
        host,
        host,
    )


async def skip_barren(database: Database, session: uuid.UUID, kinds: Sequence[str], least: int) -> int:
    """Skip queued pages of a form of which `least` were fetched and none was of `kinds` (product, listing, ...).

    What a calendar, a search or a blog has no end of is left after that many, however its addresses look.
    """
    return await database.execute(
        "update public.scraping_pages set state = 'skipped', updated_at = now(), reason = "
        "'trap: ' || barren.count || ' pages of the form ' || barren.form || ' were of no use' "
        "from (select form, count(*) as count from public.scraping_pages "
        "where session_id = %s and state in ('fetched', 'extracted') group by form "
        "having count(*) >= %s and count(*) filter (where kind = any(%s)) = 0) as barren "
        "where session_id = %s and state = 'queued' and scraping_pages.form = barren.form",
        session,
        least,
        list(kinds),
        session,
    )


async def count_states(database: Database, session: uuid.UUID) -> dict[str, int]:
    """state -> pages."""
    rows = await database.fetch(
        "select state, count(*) from public.scraping_pages where session_id = %s group by state", session
    )
    return {str(state): int(count) for state, count in rows}


async def count_reasons(database: Database, session: uuid.UUID, state: PageState) -> dict[str, int]:
    """reason -> pages that ended in `state`, most frequent first."""
    rows = await database.fetch(
        "select reason, count(*) from public.scraping_pages where session_id = %s and state = %s "
        "group by reason order by count(*) desc, reason",
        session,
        state,
    )
    return {str(reason): int(count) for reason, count in rows}


async def list_pages(
    database: Database, session: uuid.UUID, states: Sequence[PageState], limit: int | None = None
) -> list[dict[str, Any]]:
    """Pages in order of discovery, without their text."""
    return await database.fetch_dicts(
        "select id, url, host, depth, found_on, state, reason, attempts, retry_count, status_code, final_url, "
        "canonical_url, kind, title, products, processing_time_ms, fetched_at from public.scraping_pages "
        "where session_id = %s and state = any(%s) order by seq limit %s",
        session,
        list(states),
        limit,
    )


async def close_session(database: Database, session: uuid.UUID, complete: bool) -> dict[str, int]:
    """Write down whether the whole source was seen, and the counts; returns them. The status follows the job's."""
    counts = await count_states(database, session)
    await database.execute(
        "update public.scraping_sessions set complete = %s, counts = %s, updated_at = now() where id = %s",
        complete,
        Jsonb(counts),
        session,
    )
    return counts
