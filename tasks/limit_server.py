"""The Prefect server's side of a cap: its number, its leases. One attempt a call, nothing is sent twice.

Taking a slot and giving it back are not idempotent. Prefect's client would send them again after a lost reply, and a
slot would be taken twice, or given back twice and lent once too often. Here a lost reply costs at most the slot, until
its lease expires.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any, NamedTuple
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

# A request that finds the server restarting waits in its socket's queue for the new one.
REQUEST_TIMEOUT_SECONDS = 30.0
# Prefect's shortest lease (its API refuses less).
MIN_LEASE_SECONDS = 60.0


class LiveLimit(NamedTuple):
    """A limit as the server has it now. `in_use` counts leased slots, of all processes."""

    name: str
    slots: int
    active: bool
    in_use: int


class ServerUnreachableError(Exception):
    """No answer, or one that says nothing about the limit (5xx, no access)."""


class LimitServer:
    """Leases of one Prefect server; used within `open_server`."""

    def __init__(self, client: PrefectClient) -> None:
        self._client = client

    async def read(self, name: str) -> LiveLimit | None:
        """The limit, None when the server has none of that name."""
        with _as_unreachable():
            try:
                found = await self._client.read_global_concurrency_limit_by_name(name)
            except ObjectNotFound:
                return None
        return LiveLimit(found.name, found.limit, found.active, found.active_slots)

    async def acquire(self, name: str, lease_seconds: float) -> UUID | None:
        """Lease one slot; None when none is free."""
        with _as_unreachable():
            try:
                answer = await self._client.increment_concurrency_slots_with_lease(
                    [name], 1, "concurrency", lease_seconds
                )
            except httpx.HTTPStatusError as error:
                # 422: the limit's number was set to 0.
                if error.response.status_code in (httpx.codes.LOCKED, httpx.codes.UNPROCESSABLE_ENTITY):
                    return None
                raise
        content: dict[str, Any] = answer.json()
        # A limit deleted meanwhile is granted, and counted nowhere.
        return UUID(content["lease_id"]) if content["limits"] else None

    async def renew(self, lease: UUID, lease_seconds: float) -> bool:
        """Make the lease last `lease_seconds` from now; False when the server does not know it any more."""
        with _as_unreachable():
            try:
                await self._client.renew_concurrency_lease(lease, lease_seconds)
            except httpx.HTTPStatusError as error:
                if error.response.status_code == httpx.codes.GONE:
                    return False
                raise
        return True

    async def release(self, lease: UUID) -> None:
        """Give the slot back. After an error it must not be tried again: the lease expires."""
        with _as_unreachable():
            await self._client.release_concurrency_slots_with_lease(lease)

    async def read_lease_storage(self) -> str | None:
        """The module that keeps the server's leases; None when it does not tell."""
        with contextlib.suppress(httpx.HTTPError, KeyError, TypeError, ValueError):
            answer = await self._client.request("GET", "/admin/settings")
            return str(answer.json()["server"]["concurrency"]["lease_storage"])
        return None


def keeps_leases_in_memory(lease_storage: str | None) -> bool:
    """Whether such a server forgets its leases, not its counts, when it restarts: their slots stay taken for ever."""
    return lease_storage is not None and lease_storage.endswith(".memory")


@contextlib.asynccontextmanager
async def open_server() -> AsyncIterator[LimitServer]:
    """The configured server. Sends each request once."""
    with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}):
        async with get_client(httpx_settings={"timeout": REQUEST_TIMEOUT_SECONDS}) as client:
            yield LimitServer(client)


@contextlib.contextmanager
def _as_unreachable() -> Any:
    try:
        yield
    except (httpx.HTTPError, OSError) as error:
        raise ServerUnreachableError(f"{type(error).__name__}: {error}".splitlines()[0]) from error
