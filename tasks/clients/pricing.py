"""What a call costs: from tokens, or from the seconds that a rented GPU worked on it.

The default prices are list prices in US dollars as of 2026-11-22; all of them are settings.
"""

from __future__ import annotations

import time
from typing import NamedTuple

_MILLION = 1_000_000
_HOUR_SECONDS = 3600.0


class Price(NamedTuple):
    """US dollars per million tokens in and out, and per hour of the endpoint's GPU; what does not apply is 0."""

    input_per_million: float = 0.0
    output_per_million: float = 0.0
    gpu_hour: float = 0.0

    def cost(self, usage: Usage) -> float:
        tokens = usage.input_tokens * self.input_per_million + usage.output_tokens * self.output_per_million
        return tokens / _MILLION + usage.gpu_seconds / _HOUR_SECONDS * self.gpu_hour


class Usage(NamedTuple):
    """What one request used."""

    input_tokens: int = 0
    output_tokens: int = 0
    gpu_seconds: float = 0.0


QWEN_PRICE = Price(gpu_hour=2.5)  # one A100 80 GB of Hugging Face Inference Endpoints
SLIG_PRICE = Price(gpu_hour=0.5)  # one T4 of the same
CLAUDE_PRICE = Price(2.0, 10.0)  # Claude Sonnet 5.5
VOYAGE_PRICE = Price(0.06)  # voyage-3.5
OPENAI_CHAT_PRICE = Price(0.4, 1.6)  # gpt-4.1-mini
OPENAI_EMBEDDING_PRICE = Price(0.13)  # text-embedding-3-large


class SharedSeconds:
    """Seconds of one endpoint, divided evenly among the requests that are in flight, so that none is billed twice."""

    def __init__(self) -> None:
        self._in_flight = 0
        self._per_request = 0.0
        self._changed = time.monotonic()

    def start(self) -> float:
        """A mark to hand to `stop`."""
        self._advance()
        self._in_flight += 1
        return self._per_request

    def stop(self, mark: float) -> float:
        """This request's share of the seconds since `mark`."""
        self._advance()
        self._in_flight -= 1
        return self._per_request - mark

    def _advance(self) -> None:
        now = time.monotonic()
        if self._in_flight:
            self._per_request += (now - self._changed) / self._in_flight
        self._changed = now
