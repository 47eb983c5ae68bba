"""The caps: one table, each a Prefect global concurrency limit, and the one way to hold one.

The numbers stand here with their source; the live value is the one in the Prefect UI, shared by every flow, process and
machine. A limit that is missing, unreadable or switched off is an error, never "no limit".
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.concurrency.asyncio import concurrency
from prefect.exceptions import ObjectNotFound


class Limit(NamedTuple):
    """A cap on what runs at once, over all processes. `slot_decay_per_second` 0 means plain concurrency."""

    name: str
    slots: int
    protects: str
    source: str


LIMITS: dict[str, Limit] = {
    limit.name: limit
    for limit in (
        Limit("jobs", 3, "memory and CPU: documents processed at once", "seed 2: up to 3 concurrent jobs"),
        Limit("downloads", 5, "bandwidth: sources and images fetched at once", "seed 0: 5 downloads, 30 s, 3 tries"),
        Limit("uploads", 10, "Supabase Storage: files stored at once", "seed 0: 10 uploads"),
    )
}


class LimitUnavailableError(RuntimeError):
    """A cap cannot be held: it is missing, switched off or unreadable. Nothing is called without it."""


async def ensure_limits() -> list[str]:
    """Create the limits that the server does not have yet; returns their names. Existing ones keep their numbers."""
    created = []
    async with get_client() as client:
        for limit in LIMITS.values():
            try:
                await client.read_global_concurrency_limit_by_name(limit.name)
            except ObjectNotFound:
                try:
                    await client.create_global_concurrency_limit(
                        GlobalConcurrencyLimitCreate(name=limit.name, limit=limit.slots, active=True)
                    )
                    created.append(limit.name)
                except httpx.HTTPStatusError as error:
                    if error.response.status_code != httpx.codes.CONFLICT:  # another process was faster
                        raise
    return created


@asynccontextmanager
async def hold(name: str) -> AsyncIterator[None]:
    """Hold one slot of the limit `name` for the length of the block; waits for its turn.

    This is the only place where a limit is held: a faster way of holding them is a change of this function.
    """
    if name not in LIMITS:
        raise LimitUnavailableError(f"there is no limit named {name!r} in tasks/limits.py")
    await _check_active(name)
    async with concurrency(name, occupy=1, strict=True):
        yield


async def _check_active(name: str) -> None:
    async with get_client() as client:
        try:
            limit = await client.read_global_concurrency_limit_by_name(name)
        except ObjectNotFound:
            raise LimitUnavailableError(
                f"the limit {name!r} does not exist on the Prefect server: run python -m deployments.bootstrap"
            ) from None
    if not limit.active:
        raise LimitUnavailableError(f"the limit {name!r} is switched off in Prefect: switch it on to go on")
