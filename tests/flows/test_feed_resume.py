"""`python -m flows.feed` killed with -9: the same command goes on, and nothing tells that it was killed."""

import random
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import psycopg
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

from supplier.generator import write_feed

RECORDS = 2000
SECONDS = 240
# Not the outcome: when it was written and by which job.
_ABOUT_THE_WRITE = ("created_at", "updated_at", "completed_at", "source_job_id")
_TABLES = ("products", "document_chunks", "feed_sources", "product_matches")


def dump(dsn: str, workspace: str) -> dict[str, list[tuple[Any, ...]]]:
    with psycopg.connect(dsn) as connection:
        found = {}
        for table in _TABLES:
            [columns] = connection.execute(
                "select string_agg(quote_ident(column_name), ', ' order by ordinal_position) "
                "from information_schema.columns where table_schema = 'public' and table_name = %s "
                "and not column_name = any(%s)",
                (table, list(_ABOUT_THE_WRITE)),
            ).fetchone()
            found[table] = connection.execute(
                f"select {columns} from public.{table} where workspace_id = "
                "(select id from public.workspaces where name = %s) order by id",
                (workspace,),
            ).fetchall()
        return found


def forget(dsn: str, workspace: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("delete from public.workspaces where name = %s", (workspace,))


def start(source: Path, workspace: str, log: Path) -> tuple[subprocess.Popen[str], float]:
    """The command, once it has begun to import; and when that was."""
    with log.open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.feed", source, "--no-enrich", "--json", "--workspace", workspace],
            stdout=subprocess.DEVNULL,
            stderr=err,
            text=True,
        )
    deadline = time.monotonic() + SECONDS
    while "import records" not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        assert process.poll() is None, log.read_text()
        time.sleep(0.02)
    return process, time.monotonic()


@pytest.mark.timeout(2 * SECONDS)
def test_killed_at_a_random_moment_it_ends_as_if_it_had_not_been(run_here, dsn: str, tmp_path: Path) -> None:
    source, log, workspace = tmp_path / "feed.xml", tmp_path / "err.txt", f"killed-{uuid.uuid4().hex[:8]}"
    write_feed(source, RECORDS)
    process, began = start(source, workspace, log)
    assert process.wait(SECONDS) == 0, log.read_text()
    span = time.monotonic() - began
    expected = dump(dsn, workspace)
    assert (len(expected["products"]), len(expected["document_chunks"])) == (RECORDS, RECORDS)

    forget(dsn, workspace)
    moment = random.uniform(0, span)  # from the import's begin to the command's end
    process, _ = start(source, workspace, log)
    time.sleep(moment)
    process.kill()
    process.wait()
    with psycopg.connect(dsn) as connection:
        statuses = connection.execute(
            "select j.status from public.background_jobs j join public.workspaces w on w.id = j.workspace_id "
            "where w.name = %s",
            (workspace,),
        ).fetchall()
    ended = statuses == [("completed",)]  # the report was there, only the process was not gone
    again = run_here("flows.feed", source, "--no-enrich", "--json", "--workspace", workspace)
    where = f"killed {moment:.2f} s after the import began, of {span:.2f} s"
    assert again.code == 0, f"{where}: {again.stderr}"
    assert dump(dsn, workspace) == expected, where
    # A job that goes on says what all of it did; after one that had ended, nothing was left to do.
    assert again.report["items"]["product"]["unchanged" if ended else "created"] == RECORDS, where
    assert again.report["resumed"] is bool(statuses and not ended), where
