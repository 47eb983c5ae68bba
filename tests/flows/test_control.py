"""Feeds and catalogs under an operator's hand: paused they hold no slot, cancelled they end whole and with a report.

A lock on a table stands for work that takes long: the run waits for it at a known place.
"""

import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from prefect.client.orchestration import get_client
from prefect.states import Cancelling, Paused, Running

from flows.children import close_cancelled
from tasks.jobs import recall_job
from tasks.prefect_server import use_home_server
from tasks.storage import jobs as store
from tasks.storage.jobs import Item, JobRow

SECONDS = 120
FEED = """<?xml version="1.0"?><products>{}</products>""".format(
    "".join(
        f"<product><id>{number}</id><name>Chair {number}</name><price>{number}.50 EUR</price></product>"
        for number in range(1, 31)
    )
)


@pytest.fixture
def lock(dsn: str) -> Iterator[Callable[[str], psycopg.Connection[Any]]]:
    """Nobody writes to a table until the connection that this returns is closed."""
    opened: list[psycopg.Connection[Any]] = []

    def take(table: str) -> psycopg.Connection[Any]:
        opened.append(psycopg.connect(dsn))
        opened[-1].execute(f"lock table {table} in exclusive mode")
        return opened[-1]

    yield take
    for connection in opened:
        connection.close()


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUARRY_CONTROL_SECONDS", "0.2")


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_until(process: subprocess.Popen[str], what: str, holds: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + SECONDS
    while not (found := holds()):
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        assert time.monotonic() < deadline, f"not within {SECONDS} s: {what}"
        time.sleep(0.05)
    return found


def jobs(dsn: str, workspace: str) -> list[tuple[Any, ...]]:
    query = (
        "select j.id, j.status, j.report, j.parent_job_id from public.background_jobs j join public.workspaces w "
        "on w.id = j.workspace_id where w.name = %s order by j.parent_job_id nulls first, j.created_at"
    )
    with psycopg.connect(dsn) as connection:
        return connection.execute(query, (workspace,)).fetchall()


def is_blocked(dsn: str, count: int = 1) -> bool:
    """Whether the run has come to the table that is locked."""
    with psycopg.connect(dsn) as connection:
        [(waiting,)] = connection.execute(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and wait_event = 'relation'"
        ).fetchall()
    return int(waiting) >= count


def count_products(dsn: str, workspace: str) -> int:
    with psycopg.connect(dsn) as connection:
        [(count,)] = connection.execute(
            "select count(*) from public.products p join public.workspaces w on w.id = p.workspace_id "
            "where w.name = %s",
            (workspace,),
        ).fetchall()
    return int(count)


async def tell(job: uuid.UUID, state: Any) -> None:
    async with get_client() as client:
        await client.set_flow_run_state(job, state, force=True)


async def read_state(job: uuid.UUID) -> str:
    async with get_client() as client:
        state = (await client.read_flow_run(job)).state
    return state.type.value if state else ""


async def count_slots(name: str) -> int:
    async with get_client() as client:
        return (await client.read_global_concurrency_limit_by_name(name)).active_slots


@pytest.mark.usefixtures("look")
def test_a_feed_is_paused_without_a_slot_and_cancelled_with_nothing_written(
    dsn: str, lock: Callable[[str], Any], tmp_path: Path
) -> None:
    source, workspace = tmp_path / "chairs.xml", f"control-{uuid.uuid4().hex[:8]}"
    source.write_text(FEED)
    locked = lock("public.products")
    process = start("flows.feed", source, "--json", "--no-enrich", "--workspace", workspace)
    wait_until(process, "the import waits for the table", lambda: is_blocked(dsn))
    [(job, _, _, _)] = jobs(dsn, workspace)
    with use_home_server():
        assert asyncio.run(count_slots("jobs")) == 1
        asyncio.run(tell(job, Paused(timeout_seconds=SECONDS)))
        wait_until(process, "paused", lambda: jobs(dsn, workspace)[0][1] == "paused")
        wait_until(process, "the slot is given back", lambda: asyncio.run(count_slots("jobs")) == 0)
        asyncio.run(tell(job, Cancelling()))
        stdout, stderr = process.communicate(timeout=SECONDS)
    locked.close()
    assert (process.returncode, jobs(dsn, workspace)[0][1]) == (130, "cancelled"), stderr
    assert "Traceback" not in stderr
    assert count_products(dsn, workspace) == 0, "a delivery is written whole or not at all"
    report = json.loads(stdout)
    assert (report["status"], report["job_id"]) == ("cancelled", str(job))
    product = report["items"]["product"]
    assert product["created"] == 0
    assert product["declared"] == product["pending"], "the sums close"


async def test_a_job_whose_process_is_gone_is_cancelled_with_a_report(database: Any, workspace: uuid.UUID) -> None:
    run = uuid.uuid4()
    await store.open_job(database, JobRow(run, workspace, "feed", "feed.xml", "f", {}))
    async with database.transaction() as connection:
        await store.declare(connection, run, "product", 3)
        await store.record_items(connection, run, workspace, [Item("product", "a", "save", "created")])
    [row] = await store.find_jobs(database, str(run))
    await close_cancelled(recall_job(database, row))
    [row] = await store.find_jobs(database, str(run))
    product = row["report"]["items"]["product"]
    assert row["report"]["status"] == "cancelled"
    assert (product["declared"], product["created"], product["pending"]) == (3, 1, 2)


@pytest.mark.usefixtures("look")
def test_a_paused_catalog_goes_on_when_it_is_resumed(
    dsn: str, lock: Callable[[str], Any], make_pdf: Callable[..., Path]
) -> None:
    workspace = f"control-{uuid.uuid4().hex[:8]}"
    locked = lock("public.products")
    process = start("flows.pdf", make_pdf("paused.pdf", 1, seed=91), "--json", "--no-enrich", "--workspace", workspace)
    wait_until(process, "the products wait for the table", lambda: is_blocked(dsn))
    [(job, _, _, _)] = jobs(dsn, workspace)
    with use_home_server():
        asyncio.run(tell(job, Paused(timeout_seconds=SECONDS)))
        wait_until(process, "paused", lambda: jobs(dsn, workspace)[0][1] == "paused")
        locked.close()
        time.sleep(1.5)
        assert process.poll() is None
        assert jobs(dsn, workspace)[0][1] == "paused"
        asyncio.run(tell(job, Running()))
        stdout, stderr = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, stderr
    assert json.loads(stdout)["items"]["product"]["created"] == 2


@pytest.mark.usefixtures("look")
def test_cancelling_a_run_over_several_catalogs_ends_each_of_them(
    dsn: str, lock: Callable[[str], Any], make_pdf: Callable[..., Path]
) -> None:
    workspace = f"control-{uuid.uuid4().hex[:8]}"
    sources = [make_pdf(f"{name}.pdf", 1, seed=seed) for name, seed in (("one", 92), ("two", 93))]
    lock("public.products")
    process = start("flows.pdf", *sources, "--json", "--no-enrich", "--workspace", workspace)
    wait_until(process, "both wait for the table", lambda: is_blocked(dsn, 2))
    with use_home_server():
        asyncio.run(tell(jobs(dsn, workspace)[0][0], Cancelling()))
        stdout, stderr = process.communicate(timeout=SECONDS)
        states = [asyncio.run(read_state(row[0])) for row in jobs(dsn, workspace)]
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    parent, *children = jobs(dsn, workspace)
    assert [row[1] for row in (parent, *children)] == ["cancelled"] * 3
    assert states == ["CANCELLED"] * 3
    report = json.loads(stdout)
    assert set(report["children"]) == {str(row[0]) for row in children}
    assert report["items"]["page"]["declared"] == sum(row[2]["items"]["page"]["declared"] for row in children) == 2
