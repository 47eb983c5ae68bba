"""The Prefect limit of a host: where an operator sees, changes or stops how fast it is asked.

Its name is `host-<host>`; one slot, given back `slot_decay_per_second` times a second: 1.0 is a request a second, 0.5
one in two seconds. Switched off, or with no slot, the host is not asked at all. The limit is the number; it is enforced
by the clock in Postgres (`storage/web_hosts.py`): a rate in Prefect may let two requests through closer together, and a
process that died keeps its slot there for a minute.
"""

from __future__ import annotations

import math

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, GlobalConcurrencyLimitUpdate
from prefect.exceptions import ObjectNotFound

from tasks.limit_table import LimitUnavailableError

_LONGEST_SECONDS = 86_400.0  # a limit whose slot never comes back stops the host


def limit_name(host: str) -> str:
    """`host-shop.example`; Prefect allows no slash, percent sign, ampersand or angle bracket in a name."""
    return f"host-{host}"


async def settle_limit(host: str, wanted_seconds: float, written_seconds: float | None) -> float:
    """Seconds between two requests to `host`, as its limit says; 0 is no delay.

    `wanted_seconds` is the setting, `written_seconds` what the limit was last given by us (None: nothing yet). A limit
    that still says so follows the setting; one that an operator has changed is obeyed; one that is gone is made again.
    Raises `LimitUnavailableError` when it is switched off, has no slot, or cannot be read.
    """
    try:
        async with get_client() as client:
            return await _settle(client, host, wanted_seconds, written_seconds)
    except (httpx.HTTPError, OSError) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise LimitUnavailableError(f"the limit {limit_name(host)!r} cannot be read: {reason}") from error


async def _settle(client: PrefectClient, host: str, wanted: float, written: float | None) -> float:
    name = limit_name(host)
    try:
        found = await client.read_global_concurrency_limit_by_name(name)
    except ObjectNotFound:
        if wanted:
            await _create(client, name, wanted)
        return wanted
    if not found.active or found.limit < 1:
        raise LimitUnavailableError(f"the limit {name!r} is switched off: {host} is not asked")
    live = 1 / found.slot_decay_per_second if found.slot_decay_per_second else _LONGEST_SECONDS
    if written is None or not math.isclose(live, written, rel_tol=1e-3) or math.isclose(live, wanted, rel_tol=1e-3):
        return live
    if wanted:
        await client.update_global_concurrency_limit(
            name, GlobalConcurrencyLimitUpdate(slot_decay_per_second=1 / wanted)
        )
    else:
        await client.delete_global_concurrency_limit_by_name(name)
    return wanted


async def _create(client: PrefectClient, name: str, seconds: float) -> None:
    wanted = GlobalConcurrencyLimitCreate(name=name, limit=1, active=True, slot_decay_per_second=1 / seconds)
    try:
        await client.create_global_concurrency_limit(wanted)
    except httpx.HTTPStatusError as error:
        if error.response.status_code != httpx.codes.CONFLICT:  # another process was faster
            raise
