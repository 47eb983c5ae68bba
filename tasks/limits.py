"""The caps, and the one way to hold one: `async with hold("claude"): ...`.

Each cap is a Prefect global concurrency limit (`limit_table.py`), shared by all flows, processes and machines. A limit
that is missing, unreadable or switched off is an error, never "no limit". One background thread a process leases slots
and hands each to the process's next waiting call at once (`limit_pool.py`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tasks import limit_admin, limit_figures
from tasks.limit_pool import Pool, Slot
from tasks.limit_table import LIMITS, Limit, LimitUnavailableError, find_limit
from tasks.limit_thread import close_limits, find_pool, open_pool, open_thread

__all__ = ["LIMITS", "Held", "Limit", "LimitUnavailableError", "close_limits", "ensure_limits", "hold"]


async def ensure_limits() -> list[str]:
    """Create the limits that the server does not have yet; returns their names. Existing ones keep their numbers.

    Also connects this process, so that its first call does not wait for that.
    """
    created = await limit_admin.ensure_limits()
    await asyncio.to_thread(open_thread)
    return created


class Held:
    """A held slot, for the length of the block."""

    def __init__(self, pool: Pool, slot: Slot) -> None:
        self._pool, self._slot = pool, slot
        self._detached = False
        self._began = False
        self._also: Held | None = None
        self.expired = False

    @property
    def deadline(self) -> float:
        """When the block is stopped unless the lease is renewed meanwhile, in `time.monotonic()`; it moves on."""
        return self._slot.deadline - self._pool.guard

    def sent(self) -> None:
        """The request has been sent. The window of a rate counts from here; without this call, from the block's end."""
        if self._also:
            self._also.sent()
        if not self._pool.window:
            return
        now = time.monotonic()
        if not self._detached:
            self._detached = True
            self._pool.give_back(self._slot, now)
        elif not self._pool.prolong_window(self._slot, now):
            raise RuntimeError(f"two requests were sent under one hold of the limit {self._pool.limit.name!r}")

    async def trace(self, event: str, info: dict[str, Any]) -> None:
        """For `httpx`: `extensions={"trace": held.trace}` on a request calls `sent` at the right moment."""
        if event.endswith("send_request_body.complete"):
            self.sent()

    def _begin(self) -> None:
        self._began = True
        limit_figures.start_call(self._pool.limit.name)

    def _end(self) -> None:
        if self._began:
            limit_figures.end_call(self._pool.limit.name)
        else:
            limit_figures.change_waiting(self._pool.limit.name, -1)
        if not self._detached:
            self._detached = True
            self._pool.give_back(self._slot, time.monotonic() if self._began else None)


@asynccontextmanager
async def hold(name: str) -> AsyncIterator[Held]:
    """Hold one slot of the limit `name` for the length of the block, which is one request; waits for its turn.

    A limit with an `at_once` is held together with that one. Raises `LimitUnavailableError`, from within the block
    when the lease cannot be kept: then the block's work is cancelled before another process can have the slot.
    """
    limit = find_limit(name)
    if limit.at_once is None:
        async with _hold_one(name) as held:
            held._begin()
            yield held
        return
    # The window first: a slot of the other limit is then held for the request only.
    async with _hold_one(name) as window, _hold_one(limit.at_once) as held:
        window._begin()
        held._begin()
        held._also = window
        yield held


@asynccontextmanager
async def _hold_one(name: str) -> AsyncIterator[Held]:
    limit = find_limit(name)
    pool = find_pool(limit)
    if pool is None:
        pool = await asyncio.to_thread(open_pool, limit)
    held = Held(pool, await _take(pool))
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(None) as guard:

            def stop() -> None:
                held.expired = True
                if not loop.is_closed():
                    loop.call_soon_threadsafe(_stop, guard)

            held._slot.on_expiry = stop
            yield held
    except TimeoutError:
        if not held.expired:
            raise
        raise LimitUnavailableError(f"the limit {name!r} could not be held on: its lease ended") from None
    finally:
        held._end()


def _stop(guard: asyncio.Timeout) -> None:
    if not guard.expired():
        try:
            guard.reschedule(asyncio.get_running_loop().time())
        except RuntimeError:  # the block has ended
            return


async def _take(pool: Pool) -> Slot:
    future = pool.ask()
    try:
        return await asyncio.wrap_future(future)
    except LimitUnavailableError:
        limit_figures.change_waiting(pool.limit.name, -1)
        raise
    except BaseException:
        pool.abandon(future)
        raise
