"""Figures of each service in this process: the proof that its cap was held, and how well it was used.

Calls that hold a limit are counted by `tasks.limits.hold`. What a job asked for, got from the journal, tried again and
paid is counted per job, in `tasks.accounts`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

_MINUTE_SECONDS = 60.0


class RollingCount:
    """The largest number of starts in any window of a length."""

    def __init__(self) -> None:
        self._starts: deque[float] = deque()
        self.largest = 0

    def add(self, now: float, window_seconds: float) -> None:
        self._starts.append(now)
        while self._starts[0] <= now - window_seconds:
            self._starts.popleft()
        self.largest = max(self.largest, len(self._starts))


@dataclass
class ServiceFigures:
    """Counts of one service. `busy_seconds` are slot-seconds in use; `offered_seconds` those that the cap allowed while
    any call ran or waited."""

    slots: int = 0
    window_seconds: float = 0.0
    requests: int = 0
    in_flight: int = 0
    waiting: int = 0
    max_in_flight: int = 0
    busy_seconds: float = 0.0
    offered_seconds: float = 0.0
    per_minute: RollingCount = field(default_factory=RollingCount)
    per_window: RollingCount = field(default_factory=RollingCount)
    _since: float = field(default_factory=time.monotonic)

    def settle(self, now: float) -> None:
        """Add the time since the last change to the sums."""
        if self.in_flight or self.waiting:
            self.busy_seconds += (now - self._since) * self.in_flight
            self.offered_seconds += (now - self._since) * self.slots
        self._since = now

    def start(self, now: float) -> None:
        self.requests += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        self.per_minute.add(now, _MINUTE_SECONDS)
        if self.window_seconds:
            self.per_window.add(now, self.window_seconds)

    def utilisation(self, now: float) -> float | None:
        """The share of the cap that was used while there was work for it, in this process; None before any."""
        self.settle(now)
        if not self.offered_seconds:
            return None
        if self.window_seconds:  # a slot is a call's for a whole window: calls made of those allowed
            return min(1.0, self.requests * self.window_seconds / self.offered_seconds)
        return self.busy_seconds / self.offered_seconds


_lock = threading.Lock()
_services: dict[str, ServiceFigures] = {}


def _of(name: str) -> ServiceFigures:
    return _services.setdefault(name, ServiceFigures())


def change_waiting(name: str, by: int) -> None:
    with _lock:
        figures = _of(name)
        figures.settle(time.monotonic())
        figures.waiting += by


def start_call(name: str) -> None:
    """A waiting call has its slot."""
    now = time.monotonic()
    with _lock:
        figures = _of(name)
        figures.settle(now)
        figures.waiting -= 1
        figures.start(now)


def end_call(name: str) -> None:
    with _lock:
        figures = _of(name)
        figures.settle(time.monotonic())
        figures.in_flight -= 1


def set_cap(name: str, slots: int, window_seconds: float) -> None:
    """The cap as it is now."""
    with _lock:
        figures = _of(name)
        figures.settle(time.monotonic())
        figures.slots, figures.window_seconds = slots, window_seconds


def snapshot() -> dict[str, dict[str, Any]]:
    """For each limit that was used, its figures in this process so far.

    `max_per_60s` is the largest count of starts in any 60 s; `max_per_window` that in any window of the limit's own
    length (None when it has none). Utilisation is this process's share of the whole cap.
    """
    now = time.monotonic()
    with _lock:
        return {name: _describe(figures, now) for name, figures in sorted(_services.items()) if _was_used(figures)}


def _was_used(figures: ServiceFigures) -> bool:
    return bool(figures.requests or figures.waiting or figures.in_flight)


def _describe(figures: ServiceFigures, now: float) -> dict[str, Any]:
    share = figures.utilisation(now)
    return {
        "requests": figures.requests,
        "in_flight": figures.in_flight,
        "waiting": figures.waiting,
        "max_in_flight": figures.max_in_flight,
        "max_per_60s": figures.per_minute.largest,
        "max_per_window": figures.per_window.largest if figures.window_seconds else None,
        "utilisation": None if share is None else round(share, 3),
    }
