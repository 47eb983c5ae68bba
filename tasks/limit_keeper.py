"""Keeps one pool's slots at the server: leases, renews and returns them, follows the limit's number. On one event loop.

What is lost on the way is lost on the safe side. A lease is believed to end when it may end at the earliest; a slot is
given back once, and not at all when its lease is about to end; a grant or an answer that does not arrive frees itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

from tasks.limit_peers import CLAIM_SECONDS, Peers
from tasks.limit_pool import GUARD_SECONDS, Pool, Slot
from tasks.limit_server import LimitServer, ServerUnreachableError

logger = logging.getLogger("quarry.limits")

TICK_SECONDS = 0.1
# A slot that nobody here wants goes back after so long.
IDLE_SECONDS = 0.3
# How soon a number changed in the Prefect UI, or a limit switched off there, is noticed.
REFRESH_SECONDS = 2.0
# How often a denied process asks again: where it hears of freed slots, and where it does not.
POLL_SECONDS = 1.0
POLL_UNHEARD_SECONDS = 0.25
# A freed slot is left to those that are due first, this long for each.
PRECEDENCE_SECONDS = 0.03
# A process that has given a slot back leaves it to the others for so long.
AFTER_RETURN_SECONDS = 0.2
# A lease is renewed when it has less than this left beyond the time that a call on it needs.
_RENEW_AHEAD_SECONDS = 8.5
_RENEW_SHARE = 0.75
# Waiting calls outlast a restart of the server (5 to 15 s), not its absence.
UNREACHABLE_SECONDS = 60.0
# A lease with less left is not given back: the server might be ending it at the same time, and count it twice.
_RETURN_AHEAD_SECONDS = 10.0


class Keeper:
    """The background work of one pool; `run` ends when the pool is closed and its slots are returned."""

    def __init__(self, pool: Pool, server: LimitServer, peers: Peers, where: str) -> None:
        self._pool, self._server, self._peers, self._where = pool, server, peers, where
        self._name = pool.limit.name
        self._changed = asyncio.Event()
        self._freed = asyncio.Event()
        self._returnable = asyncio.Event()
        self._read_at = 0.0
        self._try_at = 0.0
        self._unreachable_since: float | None = None
        self._told: tuple[int, int] = (0, 0)
        self._told_at = 0.0

    def wake(self) -> None:
        """Something changed in the pool; on the loop only."""
        self._changed.set()
        self._freed.set()
        self._returnable.set()

    def hear_freed(self) -> None:
        """Another process has given a slot back."""
        self._try_at = min(self._try_at, time.monotonic() + PRECEDENCE_SECONDS * self._pool.count_before())
        self._freed.set()

    async def run(self) -> None:
        loops = (self._watch, self._refresh, self._renew, self._return, self._acquire)
        await asyncio.gather(*(self._repeat(step) for step in loops))

    async def _repeat(self, step: Callable[[], Awaitable[None]]) -> None:
        while not self._pool.is_closed if step == self._return else not self._pool.closing:
            try:
                await step()
            except ServerUnreachableError as error:
                self._lose_server(error)
                await asyncio.sleep(1.0)
            except Exception:  # the edge of a background task: calls wait for it
                logger.exception("limit %s", self._name)
                await asyncio.sleep(1.0)

    async def _watch(self) -> None:
        """Every tick: stop calls whose lease ends, collect idle slots, tell the others."""
        self._pool.expire()
        self._pool.take_idle(IDLE_SECONDS)
        self._tell()
        await self._rest(TICK_SECONDS)

    async def _rest(self, seconds: float) -> None:
        """Sleep; while nobody uses the limit, until somebody does."""
        if not self._pool.is_busy:
            self._changed.clear()
            await self._changed.wait()
        else:
            await asyncio.sleep(seconds)

    def _tell(self) -> None:
        claim = self._pool.claim()
        state, now = (claim.waiting, claim.held), time.monotonic()
        if state == self._told and (now - self._told_at < CLAIM_SECONDS or state == (0, 0)):
            return
        if any(state) or any(self._told):
            self._peers.tell(self._name, claim)
        self._told, self._told_at = state, now

    # --- the limit's number ---

    async def _refresh(self) -> None:
        if self._pool.is_busy and time.monotonic() - self._read_at >= REFRESH_SECONDS:
            await self._read()
        await self._rest(TICK_SECONDS)

    async def _read(self) -> bool:
        """Follow the limit as it is on the server; whether calls may run."""
        live = await self._server.read(self._name)
        self._read_at = time.monotonic()
        self._unreachable_since = None
        if live is None:
            self._pool.refuse(
                f"the limit {self._name!r} does not exist on the Prefect server: run python -m deployments.bootstrap"
            )
        elif not live.active:
            self._pool.refuse(
                f"the limit {self._name!r} is switched off in Prefect: switch it on to go on", switched_off=True
            )
        elif live.slots == 0:
            self._pool.refuse(f"the limit {self._name!r} is set to 0 in Prefect: no call may run")
        else:
            self._pool.set_live(live)
            self._pool.serve_free()
            return True
        return False

    def _lose_server(self, error: ServerUnreachableError) -> None:
        now = time.monotonic()
        if self._unreachable_since is None:
            self._unreachable_since = now
            logger.warning("limit %s: the Prefect server %s does not answer (%s)", self._name, self._where, error)
        elif now - self._unreachable_since > UNREACHABLE_SECONDS:
            self._pool.refuse(f"the limit {self._name!r} cannot be held: {self._where} does not answer ({error})")

    # --- leases ---

    async def _acquire(self) -> None:
        self._freed.clear()
        now = time.monotonic()
        if self._pool.is_busy and not self._pool.slots and now - self._read_at > REFRESH_SECONDS:
            await self._read()
        wanted = self._pool.count_wanted()
        if wanted <= 0:
            await self._wait_freed(None if not self._pool.is_busy else TICK_SECONDS * 5)
        elif now < self._try_at:
            await self._wait_freed(self._try_at - now)
        elif not await self._lease(wanted):
            poll = POLL_SECONDS if self._peers.connected else POLL_UNHEARD_SECONDS
            self._try_at = time.monotonic() + poll * random.uniform(0.7, 1.3)

    async def _wait_freed(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._freed.wait(), seconds)

    async def _lease(self, count: int) -> bool:
        """Lease so many slots; whether all were granted. Raises when an answer is missing, after using the others."""
        asked, length = time.monotonic(), self._pool.lease_seconds
        answers = await asyncio.gather(
            *(self._server.acquire(self._name, length) for _ in range(count)), return_exceptions=True
        )
        leases = [answer for answer in answers if isinstance(answer, UUID)]
        if leases:
            await self._use(leases, asked + length)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return len(leases) == count

    async def _use(self, leases: list[UUID], deadline: float) -> None:
        """A limit that is switched off grants everything and counts nothing: look again before slots are used."""
        usable = False
        try:
            usable = await self._read()
        finally:
            for lease in leases:
                if usable:
                    self._pool.add(Slot(lease, deadline, time.monotonic()))
                else:
                    with contextlib.suppress(ServerUnreachableError):
                        await self._server.release(lease)
        self._try_at = time.monotonic() + PRECEDENCE_SECONDS * self._pool.count_before()

    async def _renew(self) -> None:
        due = [slot for slot in list(self._pool.slots) if self._is_due(slot)]
        if due:
            await asyncio.gather(*map(self._renew_one, due))
            self._pool.serve_free()
        await self._rest(TICK_SECONDS)

    def _is_due(self, slot: Slot) -> bool:
        now, pool = time.monotonic(), self._pool
        if slot.lost or (slot in pool.returning and not pool.switched_off) or now > slot.deadline - GUARD_SECONDS:
            return False
        if slot.ready_at > now and slot.deadline > slot.ready_at + _RETURN_AHEAD_SECONDS:
            return False
        return slot.deadline - now < max(_RENEW_SHARE * pool.lease_seconds, pool.guard + _RENEW_AHEAD_SECONDS)

    async def _renew_one(self, slot: Slot) -> None:
        asked = time.monotonic()
        known = await self._server.renew(slot.lease, self._pool.lease_seconds)
        if known and time.monotonic() < slot.deadline:
            slot.deadline = asked + self._pool.lease_seconds
        else:  # an answer after the lease's end says nothing about who has the slot now
            slot.lost = True
            logger.warning(
                "limit %s: the Prefect server %s has forgotten a lease before its end. If it was restarted, it keeps "
                "leases in memory, and their slots stay taken: set PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE="
                "prefect.server.concurrency.lease_storage.filesystem there", self._name, self._where,
            )  # fmt: skip

    async def _return(self) -> None:
        """Give a slot back that is not wanted. While the limit is switched off the server would not count that."""
        pool = self._pool
        self._returnable.clear()
        if not pool.returning or (pool.switched_off and not pool.closing):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._returnable.wait(), TICK_SECONDS if pool.is_busy else None)
            return
        slot = pool.returning[0]
        try:
            if not slot.lost and slot.deadline - time.monotonic() > _RETURN_AHEAD_SECONDS and not pool.switched_off:
                await self._server.release(slot.lease)
                self._peers.tell_freed(self._name)
        finally:
            pool.drop(slot)
            if pool.claim().waiting:  # given up in favour of others
                self._try_at = max(self._try_at, time.monotonic() + AFTER_RETURN_SECONDS)
