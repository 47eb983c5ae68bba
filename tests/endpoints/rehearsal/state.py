"""What the server has seen of one service: who is in flight, who came when, what was paid for.

A request is in flight from its last byte received until just before its answer's last byte is sent, or until its
client is gone. All of this runs on the server's one event loop, so nothing is locked.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from rehearsal.profiles import Behaviour

REPORTED_WINDOWS = (1.0, 60.0)  # seconds; those of the caps besides


def largest_window(arrivals: Sequence[float], seconds: float) -> int:
    """The most arrivals in any half-open window of that length; `arrivals` is sorted."""
    first = largest = 0
    for last, arrival in enumerate(arrivals):
        while arrival - arrivals[first] >= seconds:
            first += 1
        largest = max(largest, last - first + 1)
    return largest


class Service:
    """The counters of one service since the last reset."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.started = self._last_change = time.monotonic()
        self.in_flight = self.max_in_flight = self.violations = self.impatient = self.abandoned = 0
        self.max_items = self.items = self.tokens = 0
        self.busy_seconds = 0.0
        self.arrivals: list[float] = []  # every request's last byte, refused ones too
        self.admitted: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.faults: Counter[str] = Counter()
        self.attempts: Counter[str] = Counter()  # by the request's bytes
        self.answered: Counter[str] = Counter()  # by the request's bytes: answers that were whole and right
        self.items_answered: Counter[str] = Counter()  # by the image's or text's bytes
        self._not_before: dict[str, float] = {}
        self.use(behaviour)

    def use(self, behaviour: Behaviour) -> None:
        """Behave so from now on: outages and cold starts count from here, the counters go on."""
        self.behaviour = behaviour
        self.started = time.monotonic()
        self.calls_before = len(self.arrivals)
        self._awake_from: float | None = None

    def arrive(self, now: float) -> float | None:
        """Count a request in. None if it may be served (and is in flight now), else after how many seconds."""
        self.arrivals.append(now)
        self.max_in_flight = max(self.max_in_flight, self.in_flight + 1)
        limits = self.behaviour
        waits = [wait for cap in limits.windows if (wait := self._window_wait(*cap, now)) > 0]
        if limits.at_once is not None and self.in_flight >= limits.at_once:
            waits.append(limits.retry_after)
        if waits:
            self.violations += 1
            return max(waits)
        self.admitted.append(now)
        self._change(1, now)
        return None

    def _window_wait(self, count: int, seconds: float, now: float) -> float:
        """Seconds until another request fits into the window; 0 or less when it does."""
        opened = now - seconds * (1 - self.behaviour.window_tolerance)
        return self.admitted[-count] - opened if len(self.admitted) >= count else 0.0

    def leave(self, now: float) -> None:
        self._change(-1, now)

    def _change(self, step: int, now: float) -> None:
        self.busy_seconds += self.in_flight * (now - self._last_change)
        self._last_change = now
        self.in_flight += step

    def attempt(self, body: str, now: float) -> int:
        """How often these bytes have come, this time included; notes who did not wait for Retry-After."""
        self.impatient += now < self._not_before.get(body, 0.0)
        self.attempts[body] += 1
        return self.attempts[body]

    def refuse_until(self, body: str, moment: float) -> None:
        self._not_before[body] = moment

    def count(self, items: int, tokens: int) -> None:
        """A request with that many images or texts is being answered."""
        self.items += items
        self.max_items = max(self.max_items, items)
        self.tokens += tokens

    def pay(self, body: str, items: Collection[str], *, whole: bool) -> None:
        """An answer went out: with all that was asked for, or with `items` only."""
        self.answered[body] += whole
        self.items_answered.update(items)

    def is_out(self, now: float) -> bool:
        """Whether an outage of the behaviour covers this moment, or the latest request."""
        elapsed, call = now - self.started, len(self.arrivals) - self.calls_before
        return any(start <= elapsed < end for start, end in self.behaviour.outage_seconds) or any(
            first <= call <= last for first, last in self.behaviour.outage_calls
        )

    def warm(self, now: float) -> float:
        """Seconds until the endpoint is up; the first one to ask wakes it."""
        if self._awake_from is None:
            self._awake_from = now + self.behaviour.cold_seconds
        return max(0.0, self._awake_from - now)

    def report(self, *, arrivals: bool = False) -> dict[str, Any]:
        """The counters as JSON; times are of the machine's monotonic clock."""
        now = time.monotonic()
        self._change(0, now)
        windows = {*REPORTED_WINDOWS, *(seconds for _, seconds in self.behaviour.windows)}
        tolerance = 1 - self.behaviour.window_tolerance
        return {
            "requests": len(self.arrivals),
            "violations": self.violations,
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
            "max_per_window": {f"{seconds:g}": largest_window(self.arrivals, seconds) for seconds in sorted(windows)},
            "max_per_judged_window": {
                f"{seconds:g}": largest_window(self.arrivals, seconds * tolerance) for seconds in sorted(windows)
            },
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "faults": dict(sorted(self.faults.items())),
            "items": self.items,
            "max_items": self.max_items,
            "distinct_items": len(self.items_answered),
            "distinct_requests": len(self.attempts),
            "paid": sum(self.answered.values()),
            "paid_twice": sum(count - 1 for count in self.answered.values() if count > 1),
            "items_paid_twice": sum(count - 1 for count in self.items_answered.values() if count > 1),
            "abandoned": self.abandoned,
            "impatient": self.impatient,
            "tokens": self.tokens,
            "busy_seconds": round(self.busy_seconds, 6),
            "first": self.arrivals[0] if self.arrivals else None,
            "last": self.arrivals[-1] if self.arrivals else None,
            **({"arrivals": self.arrivals} if arrivals else {}),
        }
