"""The caps as they are now, over all processes: what `python -m flows.jobs limits` shows."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
from prefect.settings import PREFECT_API_URL

from tasks import resources
from tasks.limit_peers import CLAIM_SECONDS, listen_for_waiting
from tasks.limit_server import keeps_leases_in_memory, open_server
from tasks.limit_table import LIMITS, Limit
from tasks.limit_thread import describe_memory
from tasks.storage.database import Database
from tasks.storage.service_breakers import list_breakers

# Processes repeat what they wait for every second.
LISTEN_SECONDS = CLAIM_SECONDS * 1.5


async def read_limits() -> tuple[list[dict[str, Any]], str | None]:
    """A row for each limit of the table, and a warning when the server cannot keep them safely.

    `in_use` counts slots that processes have leased, those within their window too. `waiting` are calls without a slot,
    None when the database passes no messages. `breaker` is the state of the service's circuit breaker, None where the
    limit protects no service that has one.
    """
    dsn = await asyncio.to_thread(resources.database_dsn)
    async with Database(dsn) as database:
        breakers = await list_breakers(database)
    async with open_server() as server:
        waiting = await _read_waiting(dsn)
        rows = [
            {**_describe(limit, await server.read(limit.name), waiting), "breaker": breakers.get(limit.name)}
            for limit in LIMITS.values()
        ]
        in_memory = keeps_leases_in_memory(await server.read_lease_storage())
    return rows, describe_memory(str(PREFECT_API_URL.value())) if in_memory else None


async def _read_waiting(dsn: str) -> dict[str, int] | None:
    try:
        return await listen_for_waiting(dsn, LISTEN_SECONDS)
    except psycopg.Error:
        return None


def _describe(limit: Limit, live: Any, waiting: dict[str, int] | None) -> dict[str, Any]:
    now = limit._replace(slots=live.slots) if live else limit
    return {
        "name": limit.name,
        "slots": live.slots if live else None,
        "window_seconds": limit.window_seconds or None,
        "cap": now.rate,
        "in_use": live.in_use if live else None,
        "waiting": None if waiting is None else waiting.get(limit.name, 0),
        "state": "missing" if live is None else "active" if live.active else "switched off",
        "default": limit.slots,
        "protects": limit.protects,
        "source": limit.source,
    }
