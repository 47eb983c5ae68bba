"""A process that calls the counting server under a cap: `python worker.py '{...}'`, the fields of `Work`.

Says `ready`, begins at a line of input, ends with one line of JSON: its longest wait and its own figures.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Work:
    """`way`: ours, concurrency or rate_limit (stock Prefect's). Ends after `seconds`, or `calls` of each waiter."""

    port: int
    way: str
    limit: str
    label: str
    waiters: int
    call_seconds: float
    seconds: float | None = None
    calls: int | None = None


@asynccontextmanager
async def _stock(way: str, limit: str) -> AsyncIterator[Callable[[], None]]:
    from prefect.concurrency.asyncio import concurrency, rate_limit

    if way == "rate_limit":
        await rate_limit(limit, occupy=1, strict=True)
        yield lambda: None
    else:
        async with concurrency(limit, occupy=1, strict=True):
            yield lambda: None


@asynccontextmanager
async def _ours(limit: str) -> AsyncIterator[Callable[[], None]]:
    from tasks.limits import hold

    async with hold(limit) as held:
        yield held.sent


def _hold(work: Work) -> AbstractAsyncContextManager[Callable[[], None]]:
    manager: AbstractAsyncContextManager[Callable[[], None]]
    manager = _ours(work.limit) if work.way == "ours" else _stock(work.way, work.limit)
    return manager


async def run(work: Work) -> dict[str, Any]:
    """Keep `waiters` calls waiting or running until the end; the longest wait of any, in seconds."""
    from counting.client import Client

    begin, waits = time.monotonic(), [0.0]
    end = begin + (work.seconds or 1e9)

    async def waiter(client: Client) -> None:
        for _ in range(work.calls or 10**9):
            asked = time.monotonic()
            if asked >= end:
                return
            async with _hold(work) as sent:
                if time.monotonic() >= end:
                    return
                waits.append(time.monotonic() - asked)
                await client.call(work.label, work.call_seconds, sent)

    async with Client(work.port) as client:
        tasks = [asyncio.create_task(waiter(client)) for _ in range(work.waiters)]
        # Stock waiters may sleep for half a minute more.
        done, late = await asyncio.wait(tasks, timeout=work.seconds + 2 if work.seconds else None)
        for task in late:
            task.cancel()
        for task in done:
            task.result()
    from tasks import limit_figures

    return {"begin": begin, "longest_wait": max(waits), "figures": limit_figures.snapshot()}


def main() -> None:
    import prefect.concurrency.asyncio  # noqa: F401  # what is imported now takes no time later

    from tasks.limits import ensure_limits
    from tasks.prefect_server import use_home_server

    work = Work(**json.loads(sys.argv[1]))
    with use_home_server():
        asyncio.run(ensure_limits())  # as every flow does at its start
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps(asyncio.run(run(work))), flush=True)
    if work.way != "ours":
        os._exit(0)  # Prefect takes minutes to give up events of cancelled waiters


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    main()
