"""A feed of 100,000 records into the library: `python tests/bench/feed.py [--records 100000]`. Rows only, no engines.

Measured is the stage that ends with all rows and ledger lines committed ("import records" of the report), beside its
bound, taken in the same run: a bare lxml parse of the feed plus a bare COPY of the same rows' columns into an empty
table like `products` without indexes. Then the same feed again, the feed with 1 % of its prices changed, the peak
memory of the command's processes for a tenth of the records and for all, and dlt merging the same records into the same
Postgres.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

import psycopg
from supplier import bounds
from supplier.command import Run, run_feed
from supplier.generator import write_feed

CHANGED_SHARE, SMALLER, ROUNDS = 0.01, 10, 3
PEER = Path(__file__).parent / "supplier" / "peer.py"
PEER_PACKAGES = ("dlt[postgres]", "lxml")  # in an environment of its own: not a dependency of ours
NO_FIGURE = float("nan")


def show(label: str, run: Run) -> None:
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in run.stages.items())
    load = os.getloadavg()[0]
    print(f"{label}: {run.seconds:.1f} s in all ({stages}), {run.memory_mb:.0f} MB, load {load:.1f}", flush=True)


def check_changed(connection: psycopg.Connection[Any], run: Run, expected: int) -> None:
    """SystemExit unless just the changed rows were written: Postgres says so by each row's version."""
    [written] = connection.execute(
        "select count(*) from public.products p join bench_before b using (id) where p.xmin::text <> b.version"
    ).fetchone() or [None]
    if (written, run.count("updated")) != (expected, expected):
        raise SystemExit(f"{expected} records changed, {written} rows were written, {run.count('updated')} reported")


def remember_rows(connection: psycopg.Connection[Any]) -> None:
    connection.execute("drop table if exists bench_before")
    connection.execute("create temp table bench_before as select id, xmin::text as version from public.products")
    connection.execute("analyze bench_before")


def run_peer(folder: Path, feed: Path, dsn: str) -> float:
    """Seconds of dlt's first merge; not a number, with the reason said, where it cannot be installed or run."""
    home = folder / "dlt"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    for command in ([python, "-m", "pip", "install", "-q", *PEER_PACKAGES], [python, PEER, feed, _name_host(dsn)]):
        environment = {**os.environ, "HOME": str(folder), "DLT_DATA_DIR": str(folder / "dlt-data")}
        environment["RUNTIME__DLTHUB_TELEMETRY"] = "false"
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason"])[-1]
            print(f"dlt: skipped: {reason}", flush=True)
            return NO_FIGURE
    first, again = json.loads(done.stdout.splitlines()[-1])
    print(f"dlt: first merge {first:.1f} s, the same records again {again:.1f} s", flush=True)
    return float(first)


def _name_host(dsn: str) -> str:
    """The DSN with a host and a password for dlt to check; libpq takes the socket's folder behind them, and neither."""
    return dsn.replace("postgres@/", "postgres:none@localhost:5432/")


def measure(folder: Path, home: Path, dsn: str, records: int) -> str:
    """The RESULT line; SystemExit where a run's counts are wrong."""
    from tasks.storage.product_lines import COLUMNS

    feeds = [folder / f"{name}.xml" for name in ("small", "large", "changed")]
    for feed, count, share in zip(feeds, (records // SMALLER, records, records), (0, 0, CHANGED_SHARE), strict=True):
        size = write_feed(feed, count, changed_share=share)
        print(f"{feed.name}: {count} records, {size / 1e6:.1f} MB", flush=True)
    small = run_feed(home, feeds[0], "small")
    show("small", small)
    first = run_feed(home, feeds[1], "large")
    show("first import", first)
    rows = folder / "rows.copy"
    size = bounds.dump_rows(dsn, "large", COLUMNS, rows)
    bound = bounds.measure(dsn, feeds[1], COLUMNS, rows, ROUNDS)
    print(
        f"bound: parse {bound.parse:.1f} s + COPY of {size / 1e6:.0f} MB {bound.copy:.1f} s "
        f"(with the indexes of products {bound.copy_indexed:.1f} s), load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    with psycopg.connect(dsn, autocommit=True) as connection:
        remember_rows(connection)
        again = run_feed(home, feeds[1], "large")
        show("unchanged", again)
        check_changed(connection, again, 0)
        changed = run_feed(home, feeds[2], "large")
        show("1 % changed", changed)
        check_changed(connection, changed, round(records * CHANGED_SHARE))
    if (first.count("created"), again.count("unchanged")) != (records, records):
        raise SystemExit("the first import did not create every record, or the second found some changed")
    memory = max(run.memory_mb for run in (first, again, changed))
    peer = run_peer(folder, feeds[1], dsn)
    return (
        f"RESULT feed seconds={first.rows_seconds:.2f} bound={bound.seconds:.2f} "
        f"ratio={first.rows_seconds / bound.seconds:.2f} unchanged={again.rows_seconds / first.rows_seconds:.3f} "
        f"memory_mb={memory:.0f} growth={first.memory_mb / small.memory_mb:.3f} dlt={peer:.1f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    records = parser.parse_args().records
    with tempfile.TemporaryDirectory(prefix="quarry-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the account that runs the database for root passes through it
        home = folder / "home"
        home.mkdir(mode=0o711)
        os.environ.update(PREFECT_SERVER_ANALYTICS_ENABLED="false", DO_NOT_TRACK="1")
        from tasks.servers import attach

        held = attach(home)  # one database and one Prefect server for all runs
        try:
            held.prefect()
            print(measure(folder, home, held.postgres().dsn, records))
        finally:
            held.close()


if __name__ == "__main__":
    sys.exit(main())
