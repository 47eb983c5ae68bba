"""`python -m deployments.serve`: runs from a deployment and from a schedule do what the command line does."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.deployments import arun_deployment

from tasks.prefect_server import use_home_server

ROOT = Path(__file__).parents[2]
SECONDS = 240
FINAL = ("completed", "failed", "interrupted", "cancelled")


@pytest.fixture(scope="module")
def serving(dsn: str, home: Path) -> Iterator[None]:
    """The whole service, for the tests of this file."""
    log = (home / "serve.log").open("w+")
    process = subprocess.Popen([sys.executable, "-m", "deployments.serve"], cwd=ROOT, stdout=log, stderr=log)
    deadline = time.monotonic() + SECONDS
    while "started!" not in (home / "serve.log").read_text():
        assert process.poll() is None, (home / "serve.log").read_text()
        assert time.monotonic() < deadline, "the worker did not start"
        time.sleep(0.2)
    with use_home_server():
        yield
    process.send_signal(signal.SIGTERM)
    assert process.wait(SECONDS) == 130


def wait_for_job(dsn: str, job: str | None = None) -> tuple[str, str, str]:
    """The id, status and error of `job`, or of the first one, once it has ended."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with psycopg.connect(dsn) as connection:
            rows = connection.execute(
                "select id::text, status, error from public.background_jobs where parent_job_id is null "
                "and (%s::text is null or id::text = %s) order by created_at",
                (job, job),
            ).fetchall()
        if rows and rows[0][1] in FINAL:
            return rows[0]
        time.sleep(0.3)
    raise AssertionError("no job ended")


async def test_a_deployment_and_a_schedule_give_the_rows_of_the_command_line(
    serving: None, run, make_pdf, dump_library, empty_library, home: Path, dsn: str
) -> None:
    inbox = home / "inbox"
    source = make_pdf("service.pdf", 2, seed=41).rename(inbox / "service.pdf")
    empty_library()
    assert run("flows.pdf", source, "--json").code == 0
    expected = dump_library("default")

    empty_library()
    started = await arun_deployment("ingest-pdf/pdf", parameters={"params": {"sources": [str(source)]}}, timeout=0)
    job, status, _ = wait_for_job(dsn)
    assert (job, status) == (str(started.id), "completed")
    assert dump_library("default") == expected

    empty_library()
    async with get_client() as client:
        deployment = await client.read_deployment_by_name("ingest-pdf/pdf")
        # First in 8 s (Prefect plans new schedules every 5 s), then, should that have been missed, 20 s later.
        anchor = datetime.now(UTC) - timedelta(seconds=12)
        often = IntervalSchedule(interval=timedelta(seconds=20), anchor_date=anchor)
        [schedule] = await client.create_deployment_schedules(deployment.id, [(often, True)])
    job, status, _ = wait_for_job(dsn)
    async with get_client() as client:
        await client.delete_deployment_schedule(deployment.id, schedule.id)
    assert status == "completed"
    assert dump_library("default") == expected
    async with get_client() as client:
        assert "auto-scheduled" in (await client.read_flow_run(job)).tags


async def test_a_deployment_reads_no_file_outside_its_roots(serving: None, make_pdf, empty_library, dsn: str) -> None:
    outside = make_pdf("outside.pdf", 1, seed=42)
    empty_library()
    started = await arun_deployment("ingest-pdf/pdf", parameters={"params": {"sources": [str(outside)]}}, timeout=0)
    _, status, error = wait_for_job(dsn, str(started.id))  # a run of the schedule before may still come late
    assert status == "failed"
    assert "QUARRY_SOURCE_ROOTS" in error
