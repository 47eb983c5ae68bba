"""What the shop saw: every request with its time, and from that what a crawler did wrong."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any


@dataclass
class Request:
    """One request to one host. Times are this process's monotonic seconds; `begun` is when its head was complete."""

    begun: float
    target: str
    agent: str
    forbidden: bool
    conditional: bool
    status: int = 0
    ended: float | None = None
    retry_after: float | None = None


@dataclass
class HostLedger:
    """The requests to one host, in order of arrival."""

    requests: list[Request] = field(default_factory=list)
    in_flight: int = 0
    max_in_flight: int = 0

    def begin(self, target: str, headers: dict[str, str], forbidden: bool) -> Request:
        conditional = "if-none-match" in headers or "if-modified-since" in headers
        entry = Request(time.monotonic(), target, headers.get("user-agent", ""), forbidden, conditional)
        self.requests.append(entry)
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        return entry

    def end(self, entry: Request, status: int, retry_after: float | None = None) -> None:
        entry.status, entry.ended, entry.retry_after = status, time.monotonic(), retry_after
        self.in_flight -= 1

    def describe(self, delay: float) -> dict[str, Any]:
        """Counts. `rate_violations`: requests less than `delay` after the one before, by this process's clock."""
        times = [entry.begun for entry in self.requests]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        return {
            "requests": len(self.requests),
            "targets": dict(Counter(entry.target for entry in self.requests)),
            "statuses": dict(Counter(str(entry.status) for entry in self.requests)),
            "agents": sorted({entry.agent for entry in self.requests}),
            "conditional": sum(entry.conditional for entry in self.requests),
            "max_in_flight": self.max_in_flight,
            "least_gap": min(gaps, default=None),
            "rate_violations": sum(gap < delay for gap in gaps),
            "robots_violations": [entry.target for entry in self.requests if entry.forbidden],
            "pause_violations": self._count_pause_violations(),
            "seconds": times[-1] - times[0] if times else 0.0,
        }

    def _count_pause_violations(self) -> int:
        """Requests that came while the host had asked to be left alone."""
        until, count = 0.0, 0
        for entry in self.requests:
            count += entry.begun < until
            if entry.retry_after is not None and entry.ended is not None:
                until = max(until, entry.ended + entry.retry_after)
        return count
