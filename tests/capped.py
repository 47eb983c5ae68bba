"""Caps of tests' own on the session's Prefect server, and other processes that hold them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate


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
