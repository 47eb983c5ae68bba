"""How long until a user sees something: from the command to its first line, its first page and its end.

Runs the sample catalog cold (a fresh home: database and server are made), warm (both stopped, everything on disk) and
hot (both already up), in turn, with `--force`, so that each run does all of its work. Shares are taken from the lines
that the command prints when a part is up; parts start side by side, so their times overlap.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

SAMPLE = Path(__file__).parents[1] / "sample" / "catalog.pdf"
ROUNDS = 3
MARKS = {
    "first_line": r"starting the database",
    "imports": r"flow imported",
    "database": r"database is up",
    "prefect": r"Prefect is up",
    "workers": r"page workers are up",
    "first_page": r"read pages \d+/\d",
}


class Run(NamedTuple):
    """Seconds from the start of the command to each mark, and to its end."""

    marks: dict[str, float]
    total: float


def run_command(home: Path) -> Run:
    """Run the command on the sample and note when its lines come."""
    environment = {**os.environ, "QUARRY_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    marks: dict[str, float] = {}
    started = time.monotonic()
    command = [sys.executable, "-m", "flows.pdf", str(SAMPLE), "--force", "--json"]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            for name, pattern in MARKS.items():
                if name not in marks and re.search(pattern, line):
                    marks[name] = time.monotonic() - started
    if process.returncode not in (0, 1):
        raise SystemExit(f"the command ended with {process.returncode}")
    return Run(marks, time.monotonic() - started)


def measure(kind: str, home: Path) -> list[Run]:
    """`ROUNDS` runs of one kind."""
    runs = []
    for _ in range(ROUNDS):
        if kind == "cold":
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(mode=0o711)
        runs.append(run_command(home))
    return runs


def main() -> int:
    """Print a table of medians and the RESULT line."""
    base = Path(tempfile.mkdtemp(prefix="quarry-bench-"))
    base.chmod(0o711)
    home, result = base / "home", []
    try:
        for kind in ("cold", "warm", "hot"):
            held = hold_servers(home) if kind == "hot" else None
            runs = measure(kind, home)
            if held:
                held.close()
            medians = {name: statistics.median(run.marks.get(name, float("nan")) for run in runs) for name in MARKS}
            total = statistics.median(run.total for run in runs)
            print(
                f"{kind:5}"
                + "".join(f"  {name} {value:.2f} s" for name, value in medians.items())
                + f"  end {total:.2f} s"
            )
            result += [f"{kind}_{name}={medians[name]:.2f}" for name in ("first_line", "first_page")]
            result.append(f"{kind}_end={total:.2f}")
            if kind == "warm":
                result += [f"{name}={medians[name]:.2f}" for name in ("imports", "database", "prefect", "workers")]
    finally:
        shutil.rmtree(base, ignore_errors=True)
    print("RESULT startup " + " ".join(result))
    return 0


def hold_servers(home: Path):  # type: ignore[no-untyped-def]  # the attachment's type needs an import that costs time
    """Keep the home's servers up from here."""
    from tasks.servers import attach

    held = attach(home)
    held.postgres()
    held.prefect()
    return held


if __name__ == "__main__":
    raise SystemExit(main())
