"""For tests of steps that hold caps."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture
def home_server(dsn: str) -> Iterator[None]:
    """Prefect's client talks to the home's server."""
    from tasks.prefect_server import use_home_server

    with use_home_server():
        yield


@pytest.fixture
async def own_limit(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Makes limits of the test's own: rows of the table and of the server."""
    from tasks.limits import LIMITS, Limit, ensure_limits

    async def make(slots: int, **more: Any) -> str:
        name = f"test-{uuid.uuid4().hex[:8]}"
        monkeypatch.setitem(LIMITS, name, Limit(name, slots, "a test", "a test", **more))
        await ensure_limits()
        return name

    return make
