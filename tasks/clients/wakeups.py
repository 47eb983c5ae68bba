"""A scaled-to-zero endpoint is woken by one caller of the process; the others wait for it, without a slot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tasks.clients.errors import ServiceParkedError
from tasks.clients.replies import EndpointLoadingError

WAKE_SECONDS = 600.0  # how long an endpoint may take to start
POLL_SECONDS = 10.0  # between two tries while it starts, unless it names a time itself

Result = TypeVar("Result")


class WakeGate:
    """One per endpoint and event loop."""

    def __init__(self, service: str, *, wake_seconds: float = WAKE_SECONDS, poll_seconds: float = POLL_SECONDS) -> None:
        self._service = service
        self._wake_seconds = wake_seconds
        self._poll_seconds = poll_seconds
        self._waking: asyncio.Future[bool] | None = None

    async def send(self, request: Callable[[], Awaitable[Result]]) -> Result:
        """The result of `request`; while the endpoint starts, one caller repeats its own and all others wait."""
        while True:
            if self._waking is not None:
                if not await asyncio.shield(self._waking):
                    raise self._asleep()
                continue
            try:
                return await request()
            except EndpointLoadingError as error:
                if self._waking is None:
                    return await self._wake(request, error)

    async def _wake(self, request: Callable[[], Awaitable[Result]], error: EndpointLoadingError) -> Result:
        loop = asyncio.get_running_loop()
        self._waking = waking = loop.create_future()
        give_up = loop.time() + self._wake_seconds
        awake = True  # after any other error or a cancellation, too: the next caller finds out
        try:
            while True:
                wait = min(error.retry_after or self._poll_seconds, self._poll_seconds)
                if loop.time() + wait > give_up:
                    awake = False
                    raise self._asleep() from error
                await asyncio.sleep(wait)
                try:
                    return await request()
                except EndpointLoadingError as again:
                    error = again
        finally:
            self._waking = None
            waking.set_result(awake)

    def _asleep(self) -> ServiceParkedError:
        return ServiceParkedError(self._service, f"the endpoint did not start within {self._wake_seconds:g} s")
