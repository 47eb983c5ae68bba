"""One limit in one process: its leased slots and the calls that wait for one, in any thread or loop.

A slot that comes free goes to the next waiting call at once; to another process when that is its due
(`limit_shares.py`); back to the server when nobody waits. A slot of a limit with a window serves its next call a whole
window after the previous one was *sent*: N such slots are N calls in any window, whatever happens in between.

Locking: everything below `self._lock` may be called from any thread; talking to the server happens in `limit_keeper`.
"""

from __future__ import annotations

import contextlib
import math
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from uuid import UUID

from tasks import limit_figures
from tasks.limit_peers import Peers
from tasks.limit_server import MIN_LEASE_SECONDS, LiveLimit
from tasks.limit_shares import Claim, count_before, must_give_up, turn_seconds
from tasks.limit_table import Limit, LimitUnavailableError

# A slot stays in a process for so long while others wait (measured: 8 s broke the 15 s of fairness).
TURN_SECONDS = 5.0
# With more processes than slots, a round of turns takes no longer.
PATIENCE_SECONDS = 10.0
# Slots given up within this time have perhaps not been seen by those they are for.
GIVEN_SECONDS = 0.3
# Work on a slot stops so long before its lease may expire: time to stop it.
GUARD_SECONDS = 5.0
# A window's lease outlives the window, so that its holder frees the slot, and the server only a dead holder's.
WINDOW_LEASE_EXTRA_SECONDS = 15.0
# A process that ends waits for windows of this length, and leaves longer ones to their leases.
CLOSING_WINDOW_SECONDS = 1.5


@dataclass(eq=False)
class Slot:
    """A leased slot. Times are `time.monotonic()`; `deadline` is when its lease may expire at the earliest."""

    lease: UUID
    deadline: float
    taken_at: float
    turn_jitter: float = field(default_factory=lambda: random.uniform(0.8, 1.2))
    ready_at: float = 0.0  # end of its window
    idle_since: float = 0.0
    on_expiry: Callable[[], None] | None = None  # stops the call that uses it
    lost: bool = False  # the server does not know the lease any more


class Pool:
    """See the module. Public methods may be called from any thread."""

    def __init__(self, limit: Limit, peers: Peers, wake: Callable[[], None], call_at: Callable[..., None]) -> None:
        self.limit = limit
        self.window = limit.window_seconds + limit.margin_seconds
        self.lease_seconds = max(MIN_LEASE_SECONDS, limit.window_seconds + WINDOW_LEASE_EXTRA_SECONDS)
        # So much of its lease a slot must have left to serve a call.
        self.guard = max(GUARD_SECONDS, self.window + 1.0)
        self.live: LiveLimit | None = None
        self.refusal: str | None = None
        self.switched_off = False
        self.slots: set[Slot] = set()
        self.returning: deque[Slot] = deque()
        self._peers = peers
        self._wake = wake
        self._call_at = call_at
        self._lock = threading.Lock()
        self._waiters: deque[Future[Slot]] = deque()
        self._free: list[Slot] = []
        self._given: deque[float] = deque()
        self._hungry_since = 0.0
        self._allowed = 0  # slots that the last look at the server's numbers leaves this process
        self.closing = False

    # --- callers ---

    def ask(self) -> Future[Slot]:
        """A future of a slot; give it back with `give_back`, or `abandon` it."""
        future: Future[Slot] = Future()
        limit_figures.change_waiting(self.limit.name, 1)
        with self._lock:
            is_first = not self._waiters
            if is_first:
                self._hungry_since = time.monotonic()
            self._waiters.append(future)
            if self.refusal is None and self._free:
                self._reuse(self._free.pop(), time.monotonic())
        if is_first and not future.done():  # of further ones the keeper learns by itself
            self._wake()
        return future

    def abandon(self, future: Future[Slot]) -> None:
        """The call does not wait any more; a slot that it was just given goes on."""
        limit_figures.change_waiting(self.limit.name, -1)
        with self._lock:
            if future.cancel():
                with contextlib.suppress(ValueError):  # its caller's loop may have cancelled it before
                    self._waiters.remove(future)
            elif future.exception() is None:
                self._reuse(future.result(), time.monotonic())

    def give_back(self, slot: Slot, used_at: float | None) -> None:
        """The call on this slot has ended. `used_at`: when its request had been sent; None when none was."""
        with self._lock:
            slot.on_expiry = None
            slot.ready_at = used_at + self.window if used_at is not None and self.window else 0.0
            now = time.monotonic()
            if slot.ready_at <= now:
                self._reuse(slot, now)
                return
        self._call_at(slot.ready_at, self.end_window, slot)

    def end_window(self, slot: Slot) -> None:
        with self._lock:
            now = time.monotonic()
            if slot.ready_at > now + 0.001:  # sent once more meanwhile
                self._call_at(slot.ready_at, self.end_window, slot)
            else:
                self._reuse(slot, now)

    def prolong_window(self, slot: Slot, used_at: float) -> bool:
        """A further request was sent on a slot whose window has begun; False when another call has it already."""
        with self._lock:
            if slot.ready_at <= time.monotonic():
                return False
            slot.ready_at = used_at + self.window
            return True

    # --- the keeper, on its loop ---

    @property
    def is_busy(self) -> bool:
        return bool(self._waiters or self.slots)

    @property
    def is_closed(self) -> bool:
        """Closing, and nothing is left that will come back within moments."""
        now = time.monotonic()
        soon = any(now - 0.1 < slot.ready_at < now + CLOSING_WINDOW_SECONDS for slot in self.slots)
        return self.closing and not self.returning and not soon

    def claim(self) -> Claim:
        with self._lock:
            return self._claim(time.monotonic())

    def count_wanted(self) -> int:
        """Slots to lease now: all that can be used while no other process has a claim, else one by one."""
        with self._lock:
            if not self._waiters or self._free or self.refusal or self.closing or not self.live:
                return 0
            wanted = min(len(self._waiters), self.live.slots - len(self.slots))
            return min(wanted, 1) if self._peers.claims(self.limit.name) else wanted

    def count_before(self) -> int:
        """How many other processes are due before this one."""
        return count_before(self.claim(), self._peers.claims(self.limit.name))

    def add(self, slot: Slot) -> None:
        with self._lock:
            self.slots.add(slot)
            self._hungry_since = time.monotonic()
            self._reuse(slot, slot.taken_at)

    def drop(self, slot: Slot) -> None:
        """The first of `returning` has been given back, or left to expire."""
        with self._lock:
            self.returning.popleft()
            self.slots.discard(slot)

    def close(self) -> None:
        """Hand nothing out any more; free slots are to be returned, those in a window are left to the server."""
        with self._lock:
            self.closing = True
        self.refuse("the process ends")
        with self._lock:
            self.returning.extend(self._free)
            self._free.clear()

    def set_live(self, live: LiveLimit) -> None:
        """The limit as just read; when more is leased than it allows, this process returns its part of that."""
        with self._lock:
            self.live, self.refusal, self.switched_off = live, None, False
            held, above = self._held(), live.in_use - live.slots
            self._allowed = held - math.ceil(above * held / live.in_use) if above > 0 else live.slots
        limit_figures.set_cap(self.limit.name, live.slots, self.limit.window_seconds)

    def refuse(self, reason: str, *, switched_off: bool = False) -> None:
        """No further calls until `set_live`; those that wait fail with the reason. Calls that run go on."""
        with self._lock:
            self.refusal, self.switched_off = reason, switched_off or (self.closing and self.switched_off)
            waiters, self._waiters = list(self._waiters), deque()
            for waiter in waiters:
                if waiter.set_running_or_notify_cancel():
                    waiter.set_exception(LimitUnavailableError(reason))

    def take_idle(self, idle_seconds: float) -> None:
        """Mark free slots for return: those that nobody wanted for a while, at once when somebody else waits."""
        with self._lock:
            now = time.monotonic()
            others = any(peer.waiting for peer in self._peers.claims(self.limit.name))
            for slot in [s for s in self._free if others or self.closing or now - s.idle_since >= idle_seconds]:
                self._free.remove(slot)
                self.returning.append(slot)

    def serve_free(self) -> None:
        """Give free slots to calls that began to wait while none could be given."""
        with self._lock:
            now = time.monotonic()
            for slot in [s for s in self._free if now <= s.deadline - self.guard][: len(self._waiters)]:
                self._free.remove(slot)
                self._reuse(slot, now)

    def expire(self) -> None:
        """Stop the calls whose lease may soon expire."""
        with self._lock:
            now = time.monotonic()
            overdue = [s for s in self.slots if s.on_expiry and now > s.deadline - self.guard]
            for slot in overdue:
                slot.lost = True
        for slot in overdue:
            stop, slot.on_expiry = slot.on_expiry, None
            if stop:
                stop()

    # --- with the lock held ---

    def _reuse(self, slot: Slot, now: float) -> None:
        if slot.lost or self.closing or now > slot.deadline - GUARD_SECONDS:
            self.returning.append(slot)
        elif self.refusal is not None or now > slot.deadline - self.guard:  # the keeper renews it first
            self._keep(slot, now)
        elif self._held() > self._allowed or self._must_give_up(slot, now):
            self._given.append(now)
            self._hungry_since = now
            self.returning.append(slot)
        elif not self._hand(slot):
            self._keep(slot, now)
            return
        else:
            return
        self._wake()

    def _keep(self, slot: Slot, now: float) -> None:
        slot.idle_since = now
        self._free.append(slot)
        self._wake()

    def _hand(self, slot: Slot) -> bool:
        while self._waiters:
            waiter = self._waiters.popleft()
            if waiter.set_running_or_notify_cancel():
                waiter.set_result(slot)
                return True
        return False

    def _claim(self, now: float) -> Claim:
        return Claim(len(self._waiters), self._held(), now - self._hungry_since if self._waiters else 0.0)

    def _held(self) -> int:
        return len(self.slots) - len(self.returning)

    def _must_give_up(self, slot: Slot, now: float) -> bool:
        if not self._waiters:
            return False
        age = now - slot.taken_at
        if not self._peers.connected:
            return age > TURN_SECONDS * slot.turn_jitter
        peers = self._peers.claims(self.limit.name)
        if not peers:
            return False
        turn = turn_seconds(TURN_SECONDS, self.live.slots if self.live else 1, len(peers) + 1, PATIENCE_SECONDS)
        while self._given and self._given[0] < now - GIVEN_SECONDS:
            self._given.popleft()
        return must_give_up(
            self._claim(now), peers, given_lately=len(self._given), turn_is_over=age > turn * slot.turn_jitter
        )
