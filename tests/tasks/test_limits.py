"""Caps against the real Prefect server of the session."""

import asyncio
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from capped import change, count_in_use, wait_for_use
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate

from tasks import limit_figures, limits
from tasks.limit_admin import plan_limits
from tasks.limit_pool import GUARD_SECONDS
from tasks.limit_server import keeps_leases_in_memory, open_server
from tasks.limits import LIMITS, LimitUnavailableError, close_limits, ensure_limits, hold

pytestmark = pytest.mark.usefixtures("home_server")


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


async def test_a_slot_goes_to_waiting_calls_of_any_thread_and_comes_back(own_limit: Callable[..., Any]) -> None:
    name, lock, now, most = await own_limit(2), threading.Lock(), 0, 0

    async def work() -> None:
        nonlocal now, most
        async with hold(name):
            with lock:
                now += 1
                most = max(most, now)
            await asyncio.sleep(0.01)
            with lock:
                now -= 1

    async def work_often() -> None:
        await asyncio.gather(*(work() for _ in range(20)))

    await asyncio.gather(*(asyncio.to_thread(asyncio.run, work_often()) for _ in range(3)))
    assert most == 2
    assert limit_figures.snapshot()[name]["requests"] == 60
    assert limit_figures.snapshot()[name]["max_in_flight"] == 2
    await wait_for_use(name, 0)


async def test_a_cancelled_call_keeps_no_slot(own_limit: Callable[..., Any]) -> None:
    name = await own_limit(1)

    async def work() -> None:
        async with hold(name):
            await asyncio.sleep(0.005)

    tasks = [asyncio.create_task(work()) for _ in range(50)]
    for number, task in enumerate(tasks):
        await asyncio.sleep(0.01)
        if number % 2:
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(20), hold(name):
        pass
    await wait_for_use(name, 0)
    figures = limit_figures.snapshot()[name]
    assert (figures["in_flight"], figures["waiting"]) == (0, 0)


async def test_a_number_changed_in_the_ui_takes_effect_while_calls_run(own_limit: Callable[..., Any]) -> None:
    name, running, stopped = await own_limit(1), 0, False

    async def work() -> None:
        nonlocal running
        while not stopped:
            async with hold(name):
                running += 1
                await asyncio.sleep(0.05)
                running -= 1

    async def wait_until(count: int) -> None:
        async with asyncio.timeout(30):
            while running != count or await count_in_use(name) != count:  # noqa: ASYNC110  # no event tells it
                await asyncio.sleep(0.01)

    workers = [asyncio.create_task(work()) for _ in range(6)]
    await wait_until(1)
    await change(name, limit=4)
    await wait_until(4)
    await change(name, limit=2)
    await wait_until(2)
    stopped = True
    await asyncio.gather(*workers)


async def test_switching_a_limit_off_and_on_leaves_its_count_right(own_limit: Callable[..., Any]) -> None:
    name = await own_limit(3)
    async with hold(name):
        async with hold(name):
            await change(name, active=False)
            waiting = asyncio.create_task(_hold_and_leave(name))
            with pytest.raises(LimitUnavailableError, match="switched off"):
                await waiting
        await asyncio.sleep(1)  # the inner slot is not wanted any more, and not counted while the limit is off
        await change(name, active=True)
        await wait_for_use(name, 1)
    await wait_for_use(name, 0)


async def _hold_and_leave(name: str) -> None:
    async with hold(name), hold(name):  # one slot is free, both are not
        pytest.fail("worked without a cap")


async def test_the_homes_server_grants_nothing_while_off_and_counts_what_comes_back(
    own_limit: Callable[..., Any],
) -> None:
    name = await own_limit(2)
    async with open_server() as server:
        first, second = await server.acquire(name, 60), await server.acquire(name, 60)
        assert first
        assert second
        await change(name, active=False)
        assert await server.acquire(name, 60) is None
        await server.release(first)
        await change(name, active=True)
        assert await count_in_use(name) == 1
        await server.release(second)
    assert await count_in_use(name) == 0


async def test_work_is_stopped_before_its_lease_ends(own_limit: Callable[..., Any]) -> None:
    name = await own_limit(1)

    async def work() -> None:
        async with hold(name) as held:
            held._slot.lost = True  # as after the server has said so: not renewed any more
            held._slot.deadline = time.monotonic() + GUARD_SECONDS + 0.5
            await asyncio.sleep(30)
            pytest.fail("went on after the lease")

    with pytest.raises(LimitUnavailableError, match="lease ended"):
        await work()


async def test_never_more_in_a_window_than_its_cap_by_the_end_of_sending(own_limit: Callable[..., Any]) -> None:
    name, sent = await own_limit(3, window_seconds=1.0), []

    async def call(number: int) -> None:
        async with hold(name) as held:
            await asyncio.sleep(0.01 * (number % 4))  # sending takes unequal time
            sent.append(time.monotonic())
            held.sent()
            await asyncio.sleep(1.5)  # the answer may take longer than the window

    await asyncio.gather(*(call(number) for number in range(12)))
    assert len(sent) == 12
    assert all(later - earlier >= 1.0 for earlier, later in zip(sorted(sent), sorted(sent)[3:], strict=False))
    assert limit_figures.snapshot()[name]["max_per_window"] <= 3
    await wait_for_use(name, 0)


async def test_a_window_is_held_together_with_its_limit_at_once(own_limit: Callable[..., Any]) -> None:
    at_once = await own_limit(2)
    name, now, most = await own_limit(6, window_seconds=2.0, at_once=at_once), 0, 0

    async def call() -> None:
        nonlocal now, most
        async with hold(name):
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.1)
            now -= 1

    await asyncio.gather(*(call() for _ in range(6)))
    assert most == 2
    assert limit_figures.snapshot()[name]["max_in_flight"] == 2
    await wait_for_use(at_once, 0)
    await wait_for_use(name, 0)


async def test_two_requests_under_one_hold_prolong_its_window(own_limit: Callable[..., Any]) -> None:
    name, times = await own_limit(1, window_seconds=1.0), []
    async with hold(name) as held:
        held.sent()
        await asyncio.sleep(0.5)
        held.sent()
        times.append(time.monotonic())
    async with hold(name):
        times.append(time.monotonic())
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(times))


async def test_plan_tells_numbers_that_differ_and_missing_limits(own_limit: Callable[..., Any]) -> None:
    name = await own_limit(4)
    await change(name, limit=9)
    found = {change.limit.name: str(change) for change in await plan_limits()}
    assert found[name] == f"limit {name}: 9 -> 4"


async def _hold_briefly(name: str) -> None:
    async with hold(name):
        pass


async def test_the_homes_server_keeps_leases_on_disk() -> None:
    async with open_server() as server:
        storage = await server.read_lease_storage()
    assert storage
    assert not keeps_leases_in_memory(storage)
    assert keeps_leases_in_memory("prefect.server.concurrency.lease_storage.memory")


async def test_closing_returns_slots_and_holding_starts_anew(own_limit: Callable[..., Any]) -> None:
    name = await own_limit(1)
    await _hold_briefly(name)
    await asyncio.to_thread(close_limits)
    assert await count_in_use(name) == 0
    await _hold_briefly(name)
