"""Hosts that asked for a pause: while it lasts, none of our requests goes there, whichever of them was told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tasks.clients.errors import ServiceError, ServiceParkedError, TransientServiceError
from tasks.clients.web_body import SERVICE


class HostPauses:
    """`await pauses.wait(host)` before each request, outside its slot; `async with pauses.learn(host)` around it.

    For one event loop. A Retry-After up to `longest_seconds` is kept by all requests to the host. After `patience`
    refusals with none answered between them, the host is given up: `ServiceParkedError` at once.
    """

    def __init__(self, *, longest_seconds: float, patience: int) -> None:
        self._longest_seconds, self._patience = longest_seconds, patience
        self._until: dict[str, float] = {}
        self._refusals: dict[str, int] = {}

    async def wait(self, host: str) -> None:
        """Waits until the host may be asked."""
        while True:
            left = self._until.get(host, 0.0) - time.monotonic()
            if self._is_given_up(host):
                reason = f"{host} refused {self._patience} requests in a row; it is left alone for now"
                raise ServiceParkedError(SERVICE, reason, retry_after=max(0.0, left))
            if left <= 0:
                return
            await asyncio.sleep(left)

    @asynccontextmanager
    async def learn(self, host: str) -> AsyncIterator[None]:
        """Takes note of how the request in the block went."""
        try:
            yield
        except TransientServiceError as error:
            if error.retry_after is not None:
                self._refuse(host, error.retry_after)
            raise
        except ServiceError:
            self._refusals.pop(host, None)  # a 404 is an answer
            raise
        self._refusals.pop(host, None)

    def is_paused(self, host: str) -> bool:
        """Whether `wait` would wait or raise."""
        return self._is_given_up(host) or self._until.get(host, 0.0) > time.monotonic()

    def _is_given_up(self, host: str) -> bool:
        return self._refusals.get(host, 0) >= self._patience

    def _refuse(self, host: str, seconds: float) -> None:
        self._refusals[host] = self._refusals.get(host, 0) + 1
        until = time.monotonic() + min(seconds, self._longest_seconds)
        self._until[host] = max(self._until.get(host, 0.0), until)
