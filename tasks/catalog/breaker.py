"""A circuit breaker as pure transitions of a small state; where the state lives is the caller's choice.

Closed: calls go on, overload failures in a row are counted and a success forgets them. Open: calls are refused.
After the recovery time one probe may go (half open): it closes the breaker or opens it again. A probe that never
reports (its process died) is given up after the probe time. Times are seconds of one clock, given by the caller.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from tasks.catalog.services import Permit, Refusal

Status = Literal["closed", "open", "half_open"]

FAILURES = 5  # overload failures in a row that open it (first seed)
WINDOW_SECONDS = 300.0  # older failures are forgotten: a failure an hour is no outage
RECOVERY_SECONDS = 60.0  # open for so long before a probe (first seed)
PROBE_SECONDS = 240.0  # longer than a request may take
WAIT_FOR_PROBE_SECONDS = 5.0  # when to look again while a probe is under way


class BreakerRules(NamedTuple):
    """When a breaker opens and closes."""

    failures: int = FAILURES
    window_seconds: float = WINDOW_SECONDS
    recovery_seconds: float = RECOVERY_SECONDS
    probe_seconds: float = PROBE_SECONDS
    wait_for_probe_seconds: float = WAIT_FOR_PROBE_SECONDS


class BreakerState(NamedTuple):
    """What is stored of one service's breaker."""

    status: Status = "closed"
    failures: tuple[float, ...] = ()  # times, oldest first
    opened_at: float | None = None
    probe_until: float | None = None  # of the probe under way; it also names that probe


CLOSED = BreakerState()


def ask(state: BreakerState, now: float, rules: BreakerRules) -> tuple[BreakerState, Permit | Refusal]:
    """Leave for one request, or how long to wait before asking again."""
    if state.status == "closed":
        return state, Permit()
    if state.status == "open":
        wait = (state.opened_at or 0.0) + rules.recovery_seconds - now
        if wait > 0:
            return state, Refusal(min(wait, rules.recovery_seconds))
    elif state.probe_until is not None and now < state.probe_until:
        return state, Refusal(min(state.probe_until - now, rules.wait_for_probe_seconds))
    probe = now + rules.probe_seconds
    return state._replace(status="half_open", probe_until=probe), Permit(probe)


def succeed(state: BreakerState, permit: Permit) -> BreakerState:
    """A good probe closes it; calls that began before it opened say nothing while it is open."""
    return CLOSED if state.status == "closed" or _is_probe(state, permit) else state


def fail(state: BreakerState, permit: Permit, now: float, rules: BreakerRules) -> BreakerState:
    """One more overload failure."""
    if state.status == "closed":
        recent = [time for time in state.failures if now - time < rules.window_seconds]
        failures = (*recent, now)[-rules.failures :]
        full = len(failures) >= rules.failures
        return BreakerState("open", failures, now) if full else BreakerState("closed", failures)
    if _is_probe(state, permit):
        return state._replace(status="open", opened_at=now, probe_until=None)
    return state


def release(state: BreakerState, permit: Permit) -> BreakerState:
    """The permit's request said nothing; a probe that was given up leaves its place to the next caller at once."""
    return state._replace(status="open", probe_until=None) if _is_probe(state, permit) else state


def _is_probe(state: BreakerState, permit: Permit) -> bool:
    return state.status == "half_open" and permit.probe is not None and permit.probe == state.probe_until
