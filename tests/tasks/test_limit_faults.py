"""Caps when processes come, go and are killed. The longest tests here: Prefect's shortest lease is 60 s."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from capped import change, count_in_use, other_process, wait_for_use

from tasks.catalog.breaker import BreakerRules
from tasks.catalog.services import Permit
from tasks.limit_overview import read_limits
from tasks.limit_server import open_server
from tasks.limits import hold
from tasks.storage.database import Database
from tasks.storage.service_breakers import BreakerTable

pytestmark = pytest.mark.usefixtures("home_server")


async def _hold_briefly(name: str) -> None:
    async with hold(name):
        pass


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
