"""Caps against the real Prefect server of the session."""

import asyncio
from collections.abc import Iterator

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate

from tasks import limits
from tasks.limits import LIMITS, LimitUnavailableError, ensure_limits, hold
from tasks.prefect_server import use_home_server


@pytest.fixture(autouse=True)
def server(dsn: str) -> Iterator[None]:
    with use_home_server():
        yield


async def test_limits_are_created_once_and_keep_the_operators_number() -> None:
    await ensure_limits()
    async with get_client() as client:
        await client.update_global_concurrency_limit("downloads", GlobalConcurrencyLimitUpdate(limit=4))
    assert await ensure_limits() == []
    async with get_client() as client:
        assert (await client.read_global_concurrency_limit_by_name("downloads")).limit == 4
        await client.update_global_concurrency_limit("downloads", GlobalConcurrencyLimitUpdate(limit=5))
        for limit in LIMITS.values():
            assert (await client.read_global_concurrency_limit_by_name(limit.name)).limit == limit.slots


async def test_never_more_than_the_cap_at_once() -> None:
    await ensure_limits()
    now, most, full = 0, 0, asyncio.Event()

    async def work() -> None:
        nonlocal now, most
        async with hold("jobs"):
            now += 1
            most = max(most, now)
            if now == LIMITS["jobs"].slots:
                full.set()
            await asyncio.wait_for(full.wait(), 60)  # nobody leaves before every slot was taken
            await asyncio.sleep(0.2)
            now -= 1

    await asyncio.gather(*(work() for _ in range(5)))
    assert most == LIMITS["jobs"].slots


async def test_a_missing_limit_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, "not-created", LIMITS["jobs"]._replace(name="not-created"))
    with pytest.raises(LimitUnavailableError, match="does not exist"):
        async with hold("not-created"):
            pytest.fail("worked without a cap")


async def test_an_unknown_limit_is_an_error() -> None:
    with pytest.raises(LimitUnavailableError, match="no limit named"):
        async with hold("nothing"):
            pytest.fail("worked without a cap")


async def test_a_limit_that_is_switched_off_stops_work() -> None:
    await ensure_limits()
    async with get_client() as client:
        await client.update_global_concurrency_limit("uploads", GlobalConcurrencyLimitUpdate(active=False))
        try:
            with pytest.raises(LimitUnavailableError, match="switched off"):
                async with hold("uploads"):
                    pytest.fail("worked without a cap")
        finally:
            await client.update_global_concurrency_limit("uploads", GlobalConcurrencyLimitUpdate(active=True))
