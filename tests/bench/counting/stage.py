"""What the benchmarks of caps share: a home with a Prefect server, the counting server, workers, and the judging."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from counting.client import Client
from counting.worker import Work

FOLDER = Path(__file__).parent
# The service's patience: a window is judged at this share of its nominal length.
TOLERANCE = 0.95


@contextmanager
def open_stage(stock: dict[str, tuple[int, float]]) -> Iterator[int]:
    """A fresh home with our limits and those that stock Prefect is to hold (name: slots, decay); the server's port."""
    home = Path(tempfile.mkdtemp(prefix="quarry-bench-"))
    home.chmod(0o711)
    os.environ.update(
        QUARRY_HOME=str(home),
        PREFECT_HOME=str(home / "prefect"),
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        PREFECT_LOGGING_LEVEL="ERROR",
        DO_NOT_TRACK="1",
    )
    from tasks import resources
    from tasks.limits import close_limits
    from tasks.prefect_server import use_home_server

    service = subprocess.Popen(
        [sys.executable, FOLDER / "server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        resources.attachment(prefect=True)
        resources.database_dsn()
        with use_home_server():
            asyncio.run(_create(stock))
            assert service.stdout
            yield int(service.stdout.readline())
            close_limits()
    finally:
        service.communicate("")
        resources.detach()
        shutil.rmtree(home, ignore_errors=True)


async def _create(stock: dict[str, tuple[int, float]]) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate

    from tasks.limits import ensure_limits

    await ensure_limits()
    async with get_client() as client:
        for name, (slots, decay) in stock.items():
            limit = GlobalConcurrencyLimitCreate(name=name, limit=slots, active=True, slot_decay_per_second=decay)
            await client.create_global_concurrency_limit(limit)


def run_workers(works: list[Work]) -> list[dict[str, Any]]:
    """One process each, begun together; what each said at its end."""
    processes = [
        subprocess.Popen(
            [sys.executable, FOLDER / "worker.py", json.dumps(asdict(work))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        for work in works
    ]  # fmt: skip
    for process in processes:
        assert process.stdout
        process.stdout.readline()
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate()[0].splitlines() for process in processes]
    failed = [process.returncode for process in processes if process.returncode]
    if failed:
        raise SystemExit(f"{len(failed)} of {len(processes)} workers failed")
    return [json.loads(lines[-1]) for lines in answers]


def read_calls(port: int, label: str) -> list[tuple[float, float]]:
    """Arrival and end of each call, by arrival."""

    async def read() -> list[list[float | None]]:
        async with Client(port) as client:
            return await client.read_calls(label)

    return sorted((begin or 0.0, end or time.monotonic()) for begin, end in asyncio.run(read()))


def count_most_at_once(calls: list[tuple[float, float]]) -> int:
    """The largest number in flight at any time."""
    now = most = 0
    for _, change in sorted([(begin, 1) for begin, _ in calls] + [(end, -1) for _, end in calls]):
        now += change
        most = max(most, now)
    return most


def count_most_in(calls: list[tuple[float, float]], seconds: float) -> int:
    """The largest number of arrivals in any window of that length."""
    starts, most, first = [begin for begin, _ in calls], 0, 0
    for last, start in enumerate(starts):
        while starts[first] <= start - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def count_above_at_once(calls: list[tuple[float, float]], cap: int) -> int:
    """Calls that arrived when `cap` were in flight already."""
    return sum(1 for at, _ in calls if sum(1 for begin, end in calls if begin <= at < end) > cap)


def count_above_in(calls: list[tuple[float, float]], cap: int, seconds: float) -> int:
    """Calls that arrived less than `seconds` after the one that is `cap` before them."""
    starts = [begin for begin, _ in calls]
    return sum(1 for old, new in zip(starts, starts[cap:], strict=False) if new - old < seconds)


def busy_seconds(calls: list[tuple[float, float]], begin: float, end: float) -> float:
    """Seconds in flight within a period, summed."""
    return sum(max(0.0, min(till, end) - max(at, begin)) for at, till in calls)
