"""A deadline that runs while work is done or backing off, and stands while a call waits for its turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager


class WorkClock:
    """`async with clock.running():` raises TimeoutError, and stops the work, when the time is up."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._timeout: asyncio.Timeout | None = None
        self._left: float | None = None  # while it stands

    @property
    def expired(self) -> bool:
        return self._timeout is not None and self._timeout.expired()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.timeout(self.seconds) as self._timeout:
            yield

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Time inside this block does not count, but for the blocks of `counting` inside it."""
        self._stop()
        try:
            yield
        finally:
            self._start()

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Time inside this block counts."""
        self._start()
        try:
            yield
        finally:
            self._stop()

    def _stop(self) -> None:
        if self._timeout is None or self.expired or self._left is not None:
            return
        self._left = (self._timeout.when() or 0.0) - asyncio.get_running_loop().time()
        self._timeout.reschedule(None)

    def _start(self) -> None:
        if self._timeout is None or self.expired or self._left is None:
            return
        self._timeout.reschedule(asyncio.get_running_loop().time() + self._left)
        self._left = None
