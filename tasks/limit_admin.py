"""The table of caps and the Prefect server: what differs, and bringing the server in line."""

from __future__ import annotations

from typing import NamedTuple

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, GlobalConcurrencyLimitUpdate
from prefect.client.schemas.responses import GlobalConcurrencyLimitResponse
from prefect.exceptions import ObjectNotFound

from tasks.limit_table import LIMITS, Limit


class Change(NamedTuple):
    """What the table wants of a limit that the server lacks or has otherwise; `found` is its number there."""

    limit: Limit
    found: int | None
    decays: bool = False

    def __str__(self) -> str:
        if self.found is None:
            return f"limit {self.limit.name}: create with {self.limit.slots}"
        number = "" if self.found == self.limit.slots else f" {self.found} -> {self.limit.slots}"
        return f"limit {self.limit.name}:{number}{' without decay' if self.decays else ''}"


async def plan_limits() -> list[Change]:
    """How the server's limits differ from the table. Whether one is switched on is the operator's business."""
    changes = []
    async with get_client() as client:
        for limit in LIMITS.values():
            found = await _read(client, limit.name)
            if found is None:
                changes.append(Change(limit, None))
            elif found.limit != limit.slots or found.slot_decay_per_second:
                changes.append(Change(limit, found.limit, bool(found.slot_decay_per_second)))
    return changes


async def apply_limits(changes: list[Change]) -> None:
    """Create and update limits as planned."""
    async with get_client() as client:
        for change in changes:
            if change.found is None:
                await _create(client, change.limit)
            else:
                update = GlobalConcurrencyLimitUpdate(limit=change.limit.slots, slot_decay_per_second=0)
                await client.update_global_concurrency_limit(change.limit.name, update)


async def ensure_limits() -> list[str]:
    """Create the limits that the server does not have yet; returns their names. Existing ones keep their numbers."""
    missing = [change.limit for change in await plan_limits() if change.found is None]
    async with get_client() as client:
        return [limit.name for limit in missing if await _create(client, limit)]


async def _read(client: PrefectClient, name: str) -> GlobalConcurrencyLimitResponse | None:
    try:
        return await client.read_global_concurrency_limit_by_name(name)
    except ObjectNotFound:
        return None


async def _create(client: PrefectClient, limit: Limit) -> bool:
    """False when another process was faster."""
    wanted = GlobalConcurrencyLimitCreate(name=limit.name, limit=limit.slots, active=True, slot_decay_per_second=0)
    try:
        await client.create_global_concurrency_limit(wanted)
    except httpx.HTTPStatusError as error:
        if error.response.status_code != httpx.codes.CONFLICT:
            raise
        return False
    return True
