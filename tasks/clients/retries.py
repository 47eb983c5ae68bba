"""The first of the two retry layers: seconds, inside one call. The second, in minutes, is the Prefect task's."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import stamina

from tasks.clients.errors import TransientServiceError

ATTEMPTS = 3
FIRST_WAIT_SECONDS = 1.0  # doubles with each attempt
LONGEST_WAIT_SECONDS = 30.0  # a service that asks for more is left to the next layer
JITTER_SHARE = 0.25  # so that callers refused together do not come back together

Result = TypeVar("Result")


async def call_with_retries(
    call: Callable[[], Awaitable[Result]],
    *,
    attempts: int = ATTEMPTS,
    first_wait_seconds: float = FIRST_WAIT_SECONDS,
    longest_wait_seconds: float = LONGEST_WAIT_SECONDS,
) -> Result:
    """The result of `call`, tried again after a TransientServiceError; the last error where no attempt went well.

    Waits as long as the service asked in Retry-After; if that is more than `longest_wait_seconds`, gives up at once.
    """
    failures = 0

    def choose_wait(error: Exception) -> bool | float:
        nonlocal failures
        if not isinstance(error, TransientServiceError) or not error.retry_at_once:
            return False
        failures += 1
        wait: float = first_wait_seconds * 2 ** (failures - 1)
        if error.retry_after is not None:
            if error.retry_after > longest_wait_seconds:
                return False
            return error.retry_after + random.uniform(0, JITTER_SHARE) * min(wait, longest_wait_seconds)
        return min(wait, longest_wait_seconds) * random.uniform(1 - JITTER_SHARE, 1 + JITTER_SHARE)

    async for attempt in stamina.retry_context(on=choose_wait, attempts=attempts, timeout=None):
        with attempt:
            return await call()
    raise AssertionError("stamina ends with a result or an error")


def read_retry_after(value: str | None, *, now: datetime | None = None) -> float | None:
    """Seconds from a Retry-After header (a number or a date; RFC 9110 10.2.3), at least 0; None when unreadable."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value.strip())
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - (now or datetime.now(UTC))).total_seconds())
