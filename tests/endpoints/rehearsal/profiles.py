"""How each service behaves: its speed, its caps and its faults. A profile is one behaviour per service.

Behaviours are flat and JSON-able, so that a test changes one number by `{"services": {"qwen": {"at_once": 3}}}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

SERVICES = ("qwen", "claude", "slig", "voyage", "openai", "uploads", "plain")
FASTEST = "fast"


@dataclass(frozen=True)
class Behaviour:
    """One service. Shares are of 1; what is drawn depends on the seed, the request's bytes and its attempt only."""

    # Speed: seconds from the request's last byte to the answer
    base_seconds: float = 0.0
    item_seconds: float = 0.0  # more for each image or text of the request
    jitter: float = 0.0  # share by which the latency varies up and down
    # Caps: a request beyond one is answered 429 and counted as a violation
    at_once: int | None = None
    windows: tuple[tuple[int, float], ...] = ()  # (requests, seconds): at most so many in any window of that length
    window_tolerance: float = 0.05  # windows are judged this much shorter: the network delays each request differently
    retry_after: float = 1.0  # seconds, in the Retry-After of 429, 503 and 529; windows state their own
    # Refusals
    max_items: int | None = None
    max_items_status: int = 400
    max_body_bytes: int | None = None  # beyond it 413
    statuses: Mapping[int, float] = field(default_factory=dict)  # error status -> share of the requests
    quota: bool = False  # the account has no credits left
    bad_key: bool = False
    cold_seconds: float = 0.0  # scaled to zero: 503 for so long after the first request or health check
    outage_seconds: tuple[tuple[float, float], ...] = ()  # (from, to) since the reset
    outage_calls: tuple[tuple[int, int], ...] = ()  # (first, last) request since the reset, counted from 1
    outage_status: int = 503
    # Answers that cannot be used as they are
    hang: float = 0.0  # no answer ever
    malformed: float = 0.0  # broken JSON, or of another shape
    truncated: float = 0.0  # the model ran out of tokens in mid-answer
    cut: float = 0.0  # the connection ends in mid-answer
    fenced: float = 0.0  # JSON inside a markdown fence: to be tolerated
    missing: float = 0.0  # share of the images without a verdict
    wrong_labels: float = 0.0  # share of the images with a label that does not exist
    uncertain: float = 0.0  # share of the images with a confidence under 0.6
    invented: float = 0.0  # discoveries with nameless products, pages beyond the document and unknown fields


Profile = Mapping[str, Behaviour]
_NAMES = frozenset(each.name for each in fields(Behaviour))


def change(behaviour: Behaviour, **changes: Any) -> Behaviour:
    """`behaviour` with some values replaced, as they come from JSON. Raises ValueError for a name that is none."""
    if unknown := changes.keys() - _NAMES:
        raise ValueError(f"no such behaviour: {', '.join(sorted(unknown))}")
    for name in ("windows", "outage_seconds", "outage_calls"):
        if name in changes:
            changes[name] = tuple((first, last) for first, last in changes[name])
    if "statuses" in changes:
        changes["statuses"] = {int(status): share for status, share in changes["statuses"].items()}
    return replace(behaviour, **changes)


_MINUTE = ((10, 60.0),)  # seed 0: 10 requests a minute, burst 5
# Caps of the table of limits; latencies as the catalog bench assumes them. OpenAI has no cap there.
_PRODUCTION: dict[str, Behaviour] = {
    "qwen": Behaviour(3.0, 0.5, at_once=5, windows=_MINUTE, max_items=15, uncertain=0.12),
    "claude": Behaviour(2.0, 1.0, at_once=2, max_items=100, max_body_bytes=32 * 2**20),
    "slig": Behaviour(4.5, at_once=5, max_items=32),
    "voyage": Behaviour(0.5, at_once=5, max_items=1000),
    "openai": Behaviour(2.0, 0.1, max_items=2048),
    "uploads": Behaviour(0.3, at_once=10),
    "plain": Behaviour(0.5, at_once=5),
}
_FAST: dict[str, Behaviour] = {name: Behaviour() for name in SERVICES}
_AI = ("qwen", "claude", "slig", "voyage", "openai")


def _faulty(*services: str, **faults: Any) -> dict[str, Behaviour]:
    """No latency, production's caps at once, and one kind of fault in some services."""
    capped = {name: Behaviour(at_once=_PRODUCTION[name].at_once) for name in SERVICES}
    return capped | {name: change(capped[name], **faults) for name in services}


_EVERYTHING: dict[str, Any] = {
    "base_seconds": 0.2, "item_seconds": 0.02, "jitter": 0.5, "cold_seconds": 4.0, "outage_calls": ((12, 18),),
    "statuses": {429: 0.04, 500: 0.04, 503: 0.04, 529: 0.03}, "hang": 0.01, "malformed": 0.05, "truncated": 0.05,
    "cut": 0.03, "fenced": 0.2, "missing": 0.06, "wrong_labels": 0.04, "uncertain": 0.12, "invented": 0.3,
}  # fmt: skip

PROFILES: Mapping[str, Profile] = {
    FASTEST: _FAST,
    "production": _PRODUCTION,
    "uncertain": _faulty("qwen", uncertain=0.5),
    "errors-500": _faulty(*_AI, "uploads", statuses={500: 0.2}),
    "errors-503": _faulty(*_AI, "uploads", statuses={503: 0.2}),
    "overloaded": _faulty(*_AI, statuses={529: 0.2}),
    "rate-limited": _faulty(*_AI, "uploads", statuses={429: 0.2}),
    "malformed": _faulty(*_AI, malformed=0.2, fenced=0.3),
    "truncated": _faulty("qwen", "claude", "openai", truncated=0.2),
    "cut": _faulty(*_AI, cut=0.2),
    "missing": _faulty("qwen", "claude", "openai", missing=0.15),
    "wrong-labels": _faulty("qwen", "claude", "openai", wrong_labels=0.15),
    "inventions": _faulty("claude", "openai", invented=1.0),
    "few-images": _faulty("qwen", max_items=4),
    "small-bodies": _faulty("qwen", "claude", max_body_bytes=2**20),
    "hangs": _faulty(*_AI, hang=0.05),
    "outage": _faulty("qwen", outage_seconds=((2.0, 20.0),)),
    "outage-calls": _faulty(*_AI, outage_calls=((3, 10),)),
    "down": _faulty("qwen", "claude", outage_calls=((1, 10**9),)),
    "slow-start": _faulty("qwen", "slig", cold_seconds=10.0),
    "no-credits": _faulty(*_AI, "uploads", quota=True),
    "bad-key": _faulty(*_AI, "uploads", bad_key=True),
    "everything-goes-wrong": {
        **{name: change(_PRODUCTION[name], **_EVERYTHING) for name in _AI},
        "uploads": change(_PRODUCTION["uploads"], statuses={500: 0.05, 503: 0.05}),
        "plain": change(_PRODUCTION["plain"], statuses={500: 0.05, 503: 0.05}),
        "qwen": change(_PRODUCTION["qwen"], **_EVERYTHING, max_items=6),
    },
}


def build(name: str, services: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Behaviour]:
    """The profile `name` with changes per service (`*`: all). Raises ValueError for what is unknown."""
    if name not in PROFILES:
        raise ValueError(f"no profile {name!r}; there are {', '.join(PROFILES)}")
    profile = dict(PROFILES[name])
    for service, changes in (services or {}).items():
        if service != "*" and service not in SERVICES:
            raise ValueError(f"no service {service!r}; there are {', '.join(SERVICES)}")
        for each in SERVICES if service == "*" else (service,):
            profile[each] = change(profile[each], **changes)
    return profile
