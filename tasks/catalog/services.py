"""What is remembered of a paid call, and the stores that clients of outside services take as parameters.

The stores stand in `tasks/storage`, the clients in `tasks/clients`; neither knows the other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol


class Answer(NamedTuple):
    """One item's answer from a service, with its share of what the request cost."""

    key: str  # of `answer_key`
    service: str
    model: str
    answer: Mapping[str, Any]  # JSON
    cost_usd: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0


class Journal(Protocol):
    """Answers that were paid for, shared by all flows, sources and processes."""

    async def get(self, keys: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """The answers that are known, by key."""

    async def put(self, answers: Sequence[Answer]) -> None:
        """Store the answers, durably when this returns; a known key's answer is replaced."""


class Permit(NamedTuple):
    """Leave to make one request. `probe` names the one request that tries a service whose breaker was open."""

    probe: float | None = None


class Refusal(NamedTuple):
    """No request now: the breaker is open, or its probe is under way."""

    wait_seconds: float


class Breaker(Protocol):
    """A service's circuit breaker, the same for all processes. Every permit ends in exactly one of the other three."""

    async def ask(self, service: str) -> Permit | Refusal: ...

    async def succeed(self, service: str, permit: Permit) -> None:
        """The service answered, with whatever status that is no sign of overload."""

    async def fail(self, service: str, permit: Permit) -> None:
        """Overload: a timeout, a lost connection, 429, 5xx."""

    async def release(self, service: str, permit: Permit) -> None:
        """The request ended without saying anything of the service (cancelled, never sent)."""


def answer_key(service: str, model: str, prompt: str, inputs: object, parameters: object = None) -> str:
    """The identity of a call: SHA-256 over service, model, prompt with its version, inputs and parameters (JSON)."""
    parts = [service, model, prompt, inputs, parameters]
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
