"""Crawl sessions and their frontier. Each operation is one statement, or a few in the caller's transaction.

A page is claimed by a process (`holder`), which proves by an advisory lock that it lives. What it found is written in
one transaction, so that a process killed at any moment leaves pages either finished or to be claimed again.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, NamedTuple

from psycopg.types.json import Jsonb

from tasks.catalog.web.scope import find_form
from tasks.catalog.web.urls import PageUrl
from tasks.storage.database import Connection, Database, lock_key

PageState = Literal["queued", "fetching", "fetched", "extracted", "skipped", "failed", "pending"]
SessionStatus = Literal["pending", "processing", "completed", "failed", "paused", "cancelled"]


class SessionRow(NamedTuple):
    """What is known of a session when it starts. `id` may be the job's own; `config` holds the options as given."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    source_urls: Sequence[str]
    max_pages: int
    config: Mapping[str, Any] = {}
    job_id: uuid.UUID | None = None


class NewPage(NamedTuple):
    """A page for the frontier. With `skip_reason` it is listed, never fetched. Lower `priority` comes first."""

    page: PageUrl
    depth: int = 0
    priority: int = 0
    skip_reason: str | None = None


class ClaimedPage(NamedTuple):
    """A page that this process, and no other, fetches now. With `turn` its host is reserved for it (`end_turns`)."""

    id: uuid.UUID
    url: str
    url_hash: str
    host: str
    origin: str
    depth: int
    priority: int
    retry_count: int
    turn: uuid.UUID | None


class Claim(NamedTuple):
    """The pages claimed; when there are none, seconds until one may be (None: nothing is queued)."""

    pages: tuple[ClaimedPage, ...]
    wait_seconds: float | None = None


@asynccontextmanager
async def hold_lease(database: Database) -> AsyncIterator[int]:
    """This process's number as a holder, alive for the length of the block."""
    token = uuid.uuid4()
    async with database.exclusive("crawler", token):
        yield lock_key("crawler", token)


async def open_session(database: Database, row: SessionRow) -> bool:
    """Insert the session, or take it up again under the same id; True when it is new. The page limit may be changed.

    What its sitemaps came to (`note_sitemaps`) is kept.
    """
    rows = await database.fetch(
        "insert into public.scraping_sessions as stored "
        "(id, workspace_id, job_id, source_urls, config, status, max_pages) "
        "values (%s, %s, %s, %s, %s, 'processing', %s) on conflict (id) do update set status = 'processing', "
        "job_id = excluded.job_id, max_pages = excluded.max_pages, complete = null, updated_at = now(), config = "
        "excluded.config || jsonb_strip_nulls(jsonb_build_object('sitemap_problems', stored.config "
        "-> 'sitemap_problems')) returning xmax = 0",
        row.id,
        row.workspace_id,
        row.job_id,
        list(row.source_urls),
        Jsonb(dict(row.config)),
        row.max_pages,
    )
    return bool(rows[0][0])


async def read_session(database: Database, session: uuid.UUID) -> dict[str, Any] | None:
    rows = await database.fetch_dicts("select * from public.scraping_sessions where id = %s", session)
    return rows[0] if rows else None


async def note_sitemaps(connection: Connection, session: uuid.UUID, problems: Sequence[str]) -> None:
    """The session's sitemaps were read, but for these problems: in the transaction that adds their pages."""
    await connection.execute(
        "update public.scraping_sessions set config = config || jsonb_build_object('sitemap_problems', %s::jsonb), "
        "updated_at = now() where id = %s",
        (Jsonb(list(problems)), session),
    )


async def read_sitemap_problems(database: Database, session: uuid.UUID) -> list[str] | None:
    """What `note_sitemaps` was told of the session; None where its sitemaps were not read."""
    rows = await database.fetch(
        "select config -> 'sitemap_problems' from public.scraping_sessions where id = %s", session
    )
    return list(rows[0][0]) if rows and rows[0][0] is not None else None


def page_id(session: uuid.UUID, page: PageUrl) -> uuid.UUID:
    return uuid.uuid5(session, page.key)


async def add_pages(
    connection: Connection,
    session: uuid.UUID,
    pages: Sequence[NewPage],
    *,
    max_known: int,
    found_on: uuid.UUID | None = None,
) -> int:
    """Add pages that the session does not know yet; returns how many. Beyond `max_known` rows nothing is added.

    That bound is on memory; how many are fetched is the session's `max_pages`, counted when a page is claimed.
    """
    return await insert_pages(connection, session, [(new, found_on) for new in pages], max_known)


async def insert_pages(
    connection: Connection, session: uuid.UUID, found: Sequence[tuple[NewPage, uuid.UUID | None]], max_known: int
) -> int:
    """As `add_pages`, each with the page that it was found on."""
    fresh: dict[str, dict[str, Any]] = {}
    for new, found_on in found:
        fresh.setdefault(new.page.key, _describe(session, new, found_on))
    if not fresh:
        return 0
    cursor = await connection.execute(
        """
        with session as (
          select id, workspace_id, %(max_known)s - pages_known as room
          from public.scraping_sessions where id = %(session)s for update
        ), unknown as (
          select f.*, session.workspace_id, row_number() over (order by f.nr) as place, session.room
          from session, jsonb_to_recordset(%(fresh)s) as f(
            nr int, id uuid, url text, url_hash text, host text, origin text, form text, depth int, found_on uuid,
            priority int, state text, reason text)
          where not exists (select from public.scraping_pages p where p.id = f.id)
        ), added as (
          insert into public.scraping_pages (id, session_id, workspace_id, url, url_hash, host, origin, form, depth,
            found_on, priority, state, reason)
          select id, %(session)s, workspace_id, url, url_hash, host, origin, form, depth, found_on, priority, state,
            reason
          from unknown where place <= room order by nr
          on conflict do nothing returning 1
        )
        update public.scraping_sessions set pages_known = pages_known + (select count(*) from added)
        where id = %(session)s and exists (select from added) returning (select count(*) from added)
        """,
        {"session": session, "max_known": max_known, "fresh": Jsonb(_number(fresh.values()))},
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


def _number(rows: Any) -> list[dict[str, Any]]:
    return [{"nr": number, **row} for number, row in enumerate(rows)]


def _describe(session: uuid.UUID, new: NewPage, found_on: uuid.UUID | None) -> dict[str, Any]:
    return {
        "id": str(page_id(session, new.page)),
        "url": new.page.url,
        "url_hash": new.page.hash,
        "host": new.page.host,
        "origin": new.page.origin,
        "form": find_form(new.page),
        "depth": new.depth,
        "found_on": str(found_on) if found_on else None,
        "priority": new.priority,
        "state": "skipped" if new.skip_reason else "queued",
        "reason": new.skip_reason,
    }


_CLAIM = """
with session as (
  select id, greatest(max_pages - pages_started, 0) as room from public.scraping_sessions
  where id = %(session)s and status in ('pending', 'processing') for update
), hosts as materialized (
  select h.host, h.delay_seconds, h.next_at, session.room from session, quarry.web_hosts h
  where h.next_at <= clock_timestamp() and exists (
    select from public.scraping_pages p where p.session_id = %(session)s and p.host = h.host and p.state = 'queued')
  order by h.next_at, h.host for update of h skip locked
), candidates as (
  select p.*, h.next_at, h.delay_seconds, h.room,
    row_number() over (partition by h.host order by p.priority, p.seq) as turn_number
  from hosts h cross join lateral (
    select id, host, attempts, priority, seq from public.scraping_pages q
    where q.session_id = %(session)s and q.host = h.host and q.state = 'queued' and q.not_before <= clock_timestamp()
      and (q.attempts > 0 or h.room > 0)
      and exists (select from quarry.web_robots r where r.origin = q.origin and r.valid_until > clock_timestamp())
    order by q.priority, q.seq limit case when h.delay_seconds > 0 then 1 else %(count)s end for update skip locked
  ) p
), numbered as (
  select *, count(*) filter (where attempts = 0) over (order by turn_number, next_at, host) as new_number,
    row_number() over (order by turn_number, next_at, host) as number
  from candidates
), chosen as (
  select *, case when delay_seconds > 0 then gen_random_uuid() end as turn from numbered
  where number <= %(count)s and (attempts > 0 or new_number <= room)
), reserved as (
  update quarry.web_hosts h set next_at = clock_timestamp() + make_interval(secs => %(turn_seconds)s),
    holder = %(holder)s, turn = chosen.turn, pause_reason = null, updated_at = now()
  from chosen where h.host = chosen.host and chosen.turn is not null
), counted as (
  update public.scraping_sessions set pages_started = pages_started + (select count(*) from chosen where attempts = 0)
  where id = %(session)s and exists (select from chosen where attempts = 0)
)
update public.scraping_pages p set state = 'fetching', reason = null, attempts = p.attempts + 1,
  holder = %(holder)s, lease_until = clock_timestamp() + make_interval(secs => %(lease_seconds)s), updated_at = now()
from chosen where p.id = chosen.id
returning p.id, p.url, p.url_hash, p.host, p.origin, p.depth, p.priority, p.retry_count, chosen.turn
"""

_NEXT_DUE = """
select min(extract(epoch from greatest(q.due, h.next_at) - clock_timestamp()))::float8
from (
  select p.host, p.origin, min(p.not_before) as due from public.scraping_pages p, public.scraping_sessions s
  where p.session_id = %(session)s and s.id = p.session_id and p.state = 'queued'
    and (p.attempts > 0 or s.pages_started < s.max_pages)
  group by p.host, p.origin
) q left join quarry.web_hosts h using (host)
"""


async def claim_pages(
    database: Database,
    session: uuid.UUID,
    holder: int,
    count: int,
    *,
    lease_seconds: float,
    turn_seconds: float,
) -> Claim:
    """Claim up to `count` pages that may be asked for now, hosts in turn, the one that has waited longest first.

    A host with a delay gives one page, and is reserved for it: nobody asks it before the turn is ended, or
    `turn_seconds` have passed without that. Pages of an origin without a valid robots.txt are not given
    (`list_origins`), nor any of a session that is paused or over, nor new ones beyond its `max_pages`.
    """
    async with database.transaction() as connection:
        parameters = {
            "session": session, "holder": holder, "count": count,
            "lease_seconds": lease_seconds, "turn_seconds": turn_seconds,
        }  # fmt: skip
        cursor = await connection.execute(_CLAIM.encode(), parameters)
        pages = tuple(ClaimedPage(*row) for row in await cursor.fetchall())
        if pages:
            return Claim(pages)
        row = await (await connection.execute(_NEXT_DUE.encode(), parameters)).fetchone()
    wait = row[0] if row else None
    return Claim((), None if wait is None else max(0.0, float(wait)))


async def list_origins(database: Database, session: uuid.UUID) -> dict[str, bool]:
    """origin -> whether its robots.txt is known and its host open, for those with queued pages. The rest wait."""
    rows = await database.fetch(
        "select q.origin, r.origin is not null and h.host is not null from "
        "(select distinct origin, host from public.scraping_pages where session_id = %s and state = 'queued') q "
        "left join quarry.web_robots r on r.origin = q.origin and r.valid_until > clock_timestamp() "
        "left join quarry.web_hosts h on h.host = q.host order by 1",
        session,
    )
    return {str(origin): bool(known) for origin, known in rows}
