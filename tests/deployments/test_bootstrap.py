"""The one command that creates and updates what flows need on a Prefect server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate

from deployments.bootstrap import bootstrap
from tasks.prefect_server import use_home_server


@pytest.fixture(autouse=True)
def server(dsn: str) -> Iterator[None]:
    with use_home_server():
        yield


def set_number(name: str, number: int) -> None:
    async def change() -> None:
        async with get_client() as client:
            await client.update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate(limit=number))

    asyncio.run(change())


def read_number(name: str) -> int:
    async def read() -> int:
        async with get_client() as client:
            return (await client.read_global_concurrency_limit_by_name(name)).limit

    return asyncio.run(read())


def test_plan_shows_the_difference_and_changes_nothing(run: Callable[..., Any]) -> None:
    asyncio.run(bootstrap(update=True))
    set_number("claude", 7)
    planned = run("deployments.bootstrap", "--plan")
    assert planned.stdout == "limit claude: 7 -> 2\n"
    assert read_number("claude") == 7
    assert "limit claude: 7 -> 2" in run("deployments.bootstrap").stderr
    assert read_number("claude") == 2
    assert run("deployments.bootstrap").stderr == "everything is there\n"


def test_starting_the_service_keeps_an_operators_number() -> None:
    asyncio.run(bootstrap(update=True))
    set_number("claude", 1)
    assert asyncio.run(bootstrap()) == []
    assert read_number("claude") == 1
    assert asyncio.run(bootstrap(update=True)) == ["limit claude: 1 -> 2"]


def test_limits_are_listed_with_what_they_protect(run_here: Callable[..., Any]) -> None:
    asyncio.run(bootstrap(update=True))
    listed = run_here("flows.jobs", "limits")
    assert listed.code == 0
    row = next(line for line in listed.stdout.splitlines() if line.strip().startswith("qwen-requests"))
    assert "10 in 60 s" in row
    assert "active" in row
