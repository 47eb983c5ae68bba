"""Politeness that all processes share: whose turn it is at a host, until when it is left alone, and its robots.txt.

The clock is the server's. A turn is one request: taking it moves the host's `next_at` beyond it, ending it moves
`next_at` to one delay from now. An answer that has been read was asked for earlier, so two requests can never reach the
host closer together than the delay, whatever either process or the network does in between.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.web.robots import RobotsRules, read_robots
from tasks.storage.database import Connection, Database


class Refused(NamedTuple):
    """It is not our turn: seconds until it may be. `pause_reason` where the host has asked to be left alone."""

    wait_seconds: float
    pause_reason: str | None = None


async def set_delay(database: Database, host: str, base_seconds: float, limit_seconds: float | None = None) -> None:
    """The time between two requests to `host` from now on, unless its robots.txt asks for more; makes it known.

    `limit_seconds` is what the host's Prefect limit was last given by us, to tell an operator's edit from our own.
    """
    await database.execute(
        "insert into quarry.web_hosts as stored (host, base_seconds, limit_seconds) values (%s, %s, %s) "
        "on conflict (host) do update set base_seconds = excluded.base_seconds, "
        "limit_seconds = excluded.limit_seconds, updated_at = now() "
        "where (stored.base_seconds, stored.limit_seconds) "
        "is distinct from (excluded.base_seconds, excluded.limit_seconds)",
        host,
        base_seconds,
        limit_seconds,
    )


async def set_crawl_delay(database: Database, host: str, seconds: float) -> None:
    """What the host's robots.txt asks for, 0 for nothing; that file was the last request, so it counts from now."""
    await database.execute(
        "update quarry.web_hosts set crawl_delay_seconds = %s, updated_at = now(), "
        "next_at = greatest(next_at, clock_timestamp() + make_interval(secs => greatest(base_seconds, %s))) "
        "where host = %s and crawl_delay_seconds <> %s",
        seconds,
        seconds,
        host,
        seconds,
    )


async def read_limit(database: Database, host: str) -> float | None:
    """What the host's Prefect limit was last given by us, in seconds between requests; None when nothing was."""
    rows = await database.fetch("select limit_seconds from quarry.web_hosts where host = %s", host)
    return None if not rows or rows[0][0] is None else float(rows[0][0])


async def take_turn(database: Database, host: str, holder: int, turn_seconds: float) -> uuid.UUID | Refused:
    """Reserve `host` for one request. A turn that nobody ends is over after `turn_seconds`.

    A host without a delay is only kept from being asked during a pause. KeyError for a host without `set_delay`.
    """
    rows = await database.fetch(
        "with mine as (update quarry.web_hosts set pause_reason = null, holder = %s, updated_at = now(), "
        "turn = case when delay_seconds > 0 then gen_random_uuid() end, "
        "next_at = case when delay_seconds > 0 then clock_timestamp() + make_interval(secs => %s) else next_at end "
        "where host = %s and next_at <= clock_timestamp() returning coalesce(turn, gen_random_uuid()) as turn) "
        "select mine.turn, extract(epoch from h.next_at - clock_timestamp())::float8, h.pause_reason "
        "from quarry.web_hosts h left join mine on true where h.host = %s",
        holder,
        turn_seconds,
        host,
        host,
    )
    if not rows:
        raise KeyError(f"the delay of {host} is not known")
    turn, wait, reason = rows[0]
    return turn if turn is not None else Refused(max(0.0, float(wait)), reason)


async def end_turns(database: Database, hosts: Sequence[str], turns: Sequence[uuid.UUID], asked: bool = True) -> None:
    """The answers of these turns are there. Not `asked`: nothing was sent, so the host is free at once."""
    await database.execute(
        "update quarry.web_hosts h set turn = null, holder = null, updated_at = now(), "
        "next_at = clock_timestamp() + make_interval(secs => case when %s then delay_seconds else 0 end) "
        "from unnest(%s::text[], %s::uuid[]) as mine(host, turn) "
        "where h.host = mine.host and h.turn = mine.turn and h.delay_seconds > 0 and h.pause_reason is null",
        asked,
        list(hosts),
        list(turns),
    )


async def pause_host(connection: Connection, host: str, seconds: float, reason: str) -> None:
    """Nobody asks `host` for that long: it said so (429, 503), or seems to be down. Never shortens a pause."""
    await connection.execute(
        "update quarry.web_hosts set pause_reason = %s, turn = null, holder = null, updated_at = now(), "
        "next_at = greatest(case when turn is null then next_at else '-infinity' end, "
        "clock_timestamp() + make_interval(secs => greatest(%s, delay_seconds))) where host = %s",
        (reason, seconds, host),
    )


async def free_dead_turns(database: Database) -> int:
    """Turns of processes that died: what they sent has been sent by now, so each host is free after one delay."""
    return await database.execute(
        "update quarry.web_hosts set turn = null, holder = null, updated_at = now(), "
        "next_at = clock_timestamp() + make_interval(secs => delay_seconds) "
        "where turn is not null and delay_seconds > 0 and pause_reason is null and not quarry.is_alive(holder)"
    )


async def read_pause(database: Database, host: str) -> Refused | None:
    """The pause that `host` asked for, None when there is none now."""
    rows = await database.fetch(
        "select extract(epoch from next_at - clock_timestamp())::float8, pause_reason from quarry.web_hosts "
        "where host = %s and pause_reason is not null and next_at > clock_timestamp()",
        host,
    )
    return Refused(float(rows[0][0]), str(rows[0][1])) if rows else None


async def save_robots(database: Database, origin: str, status: int, body: bytes, keep_seconds: float) -> RobotsRules:
    """Keep what an origin's robots.txt answered; returns its rules. A file that could be read outlives a failure:

    while the last good copy is younger than `keep_seconds`, an answer that forbids everything does not replace it.
    """
    rules = read_robots(status, body)
    rows = await database.fetch(
        "insert into quarry.web_robots as stored (origin, status, body, fetched_at, valid_until) "
        "values (%s, %s, %s, now(), now() + make_interval(secs => %s)) on conflict (origin) do update set "
        "status = excluded.status, body = excluded.body, fetched_at = excluded.fetched_at, "
        "valid_until = excluded.valid_until where not (%s and stored.valid_until > now()) returning status",
        origin,
        status,
        rules.text,
        keep_seconds,
        rules.is_temporary,
    )
    return rules if rows else (await find_robots(database, origin)) or rules


async def find_robots(database: Database, origin: str) -> RobotsRules | None:
    """The rules of an origin; None when they are not known, or too old."""
    rows = await database.fetch(
        "select status, body from quarry.web_robots where origin = %s and valid_until > now()", origin
    )
    return read_robots(int(rows[0][0]), str(rows[0][1]).encode()) if rows else None
