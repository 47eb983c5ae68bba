"""Caps against the real Prefect server of the session."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate

from tasks import limit_figures, limits
from tasks.catalog.breaker import BreakerRules
from tasks.catalog.services import Permit
from tasks.limit_admin import plan_limits
from tasks.limit_overview import read_limits
from tasks.limit_pool import GUARD_SECONDS
from tasks.limit_server import keeps_leases_in_memory, open_server
from tasks.limits import LIMITS, Limit, LimitUnavailableError, close_limits, ensure_limits, hold
from tasks.prefect_server import use_home_server
from tasks.storage.database import Database
from tasks.storage.service_breakers import BreakerTable


@pytest.fixture(autouse=True)
def server(dsn: str) -> Iterator[None]:
    with use_home_server():
        yield


async def count_in_use(name: str) -> int:
    async with get_client() as client:
        return (await client.read_global_concurrency_limit_by_name(name)).active_slots


async def wait_for_use(name: str, count: int, seconds: float = 20) -> None:
    """Until the server counts so many slots in use."""
    end = time.monotonic() + seconds
    while (found := await count_in_use(name)) != count:
        assert time.monotonic() < end, f"{found} slots of {name} in use, not {count}"
        await asyncio.sleep(0.2)


async def change(name: str, **values: Any) -> None:
    async with get_client() as client:
        await client.update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate(**values))


@pytest.fixture
async def own_limit(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Makes limits of the test's own: rows of the table and of the server."""

    async def make(slots: int, **more: Any) -> str:
        name = f"test-{uuid.uuid4().hex[:8]}"
        monkeypatch.setitem(LIMITS, name, Limit(name, slots, "a test", "a test", **more))
        await ensure_limits()
        return name

    return make


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


# --- other processes ---

_PROCESS = """
import asyncio, sys
from tasks.limits import LIMITS, Limit, hold
from tasks.prefect_server import use_home_server

name, slots, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
LIMITS[name] = Limit(name, slots, "", "")

async def work():
    async with hold(name):
        print("held", flush=True)
        await asyncio.sleep(seconds)

async def main():
    await asyncio.gather(*(work() for _ in range(slots)))

with use_home_server():
    asyncio.run(main())
"""


@asynccontextmanager
async def other_process(name: str, slots: int, seconds: float) -> AsyncIterator[subprocess.Popen[str]]:
    """A process that holds `slots` slots for so long, once it has them all."""
    process = subprocess.Popen(  # noqa: ASYNC220  # it starts at once
        [sys.executable, "-c", _PROCESS, name, str(slots), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    for _ in range(slots):
        assert await asyncio.to_thread(process.stdout.readline) == "held\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


async def test_a_clean_exit_leaves_no_slot_behind(own_limit: Callable[..., Any]) -> None:
    name = await own_limit(3)
    async with other_process(name, 3, 0.1) as process:
        assert await asyncio.to_thread(process.wait, 30) == 0
        assert await count_in_use(name) == 0


async def test_a_process_gives_slots_to_another_that_waits(own_limit: Callable[..., Any]) -> None:
    """One process keeps all slots busy with short calls; the other gets some all the same."""
    name, stopped = await own_limit(2), False

    async def work() -> None:
        while not stopped:
            async with hold(name):
                await asyncio.sleep(0.05)

    workers = [asyncio.create_task(work()) for _ in range(6)]
    await wait_for_use(name, 2)
    async with asyncio.timeout(60), other_process(name, 1, 0.1) as process:
        assert await asyncio.to_thread(process.wait, 30) == 0
    stopped = True
    await asyncio.gather(*workers)


async def test_waiting_calls_are_shown_for_all_processes(own_limit: Callable[..., Any], database: Database) -> None:
    name = await own_limit(1)
    await BreakerTable(database, BreakerRules(failures=1)).fail(name, Permit())
    async with other_process(name, 1, 30):
        waiting = [asyncio.create_task(_hold_briefly(name)) for _ in range(3)]
        async with asyncio.timeout(30):
            while True:
                rows, warning = await read_limits()
                [row] = [row for row in rows if row["name"] == name]
                if row["waiting"] == 3:
                    break
        assert (row["in_use"], row["slots"], row["state"], warning) == (1, 1, "active", None)
        assert row["breaker"] == "open"
    for task in waiting:
        task.cancel()


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


# --- faults; the longest tests here: Prefect's shortest lease is 60 s ---


def kill_prefect(home: Path) -> None:
    process = json.loads((home / "prefect" / "process.json").read_text())
    os.kill(process["pid"], signal.SIGKILL)


async def test_killed_holder_and_killed_server_lose_no_slot_and_lend_none_twice(
    home: Path, own_limit: Callable[..., Any]
) -> None:
    name, running, most, finished = await own_limit(3), 0, 0, 0
    async with other_process(name, 2, 3600) as holder:
        holder.kill()
        killed = time.monotonic()

        async def work() -> None:
            nonlocal running, most, finished
            while time.monotonic() < killed + 90 and most < 3:
                async with hold(name):
                    running += 1
                    most = max(most, running)
                    if time.monotonic() < killed + 40:  # the leases of the dead cannot have ended
                        assert running == 1
                    await asyncio.sleep(0.2)
                    running -= 1
                    finished += 1

        workers = [asyncio.create_task(work()) for _ in range(5)]
        await asyncio.sleep(2)
        kill_prefect(home)
        before = finished
        await asyncio.gather(*workers)
    assert most == 3, "the dead holder's slots did not come back within 90 s"
    assert finished > before
    await wait_for_use(name, 0)


async def test_counts_that_a_killed_server_left_wrong_are_right_after_its_restart(
    home: Path, own_limit: Callable[..., Any]
) -> None:
    """The two halves of a write: a slot counted without a lease, and a lease whose slot is not counted any more."""
    lost, twice = await own_limit(2), await own_limit(2)
    async with open_server() as server:
        unknown, known = await server.acquire(lost, 60), await server.acquire(twice, 60)
    (home / "prefect" / "concurrency_leases" / f"{unknown}.json").unlink()
    await change(twice, active_slots=0)
    kill_prefect(home)
    assert await count_in_use(lost) == 0
    assert await count_in_use(twice) == 1
    async with open_server() as server:
        assert known
        await server.release(known)
    assert await count_in_use(twice) == 0
