"""One run of `python -m flows.feed`, with its report and the memory that it took at most."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import psutil

_LOOK_SECONDS = 0.5  # a look takes some 20 ms from the cores that are measured


class Run(NamedTuple):
    """A command's end: wall seconds, the most memory in MB (10^6 bytes) of its processes, its report.

    The processes are the command's and the one that reads the feed; a page that both share counts once (PSS). Database
    and Prefect server run outside.
    """

    seconds: float
    memory_mb: float
    report: dict[str, Any]

    @property
    def stages(self) -> dict[str, float]:
        """Seconds by stage."""
        return {stage["name"]: stage["seconds"] for stage in self.report["stages"]}

    @property
    def rows_seconds(self) -> float:
        """The stage that ends with the commit of all rows and ledger lines: scan, comparison, mapping, writes."""
        return self.stages["import records"]

    def count(self, change: str) -> int:
        return int(self.report["items"]["product"][change])


def run_feed(home: Path, feed: Path, workspace: str) -> Run:
    """Import `feed` into `workspace` without engines; SystemExit where the command does not end well."""
    command = [sys.executable, "-m", "flows.feed", str(feed), "--no-enrich", "--json"]
    command += ["--workspace", workspace, "--source", "bench"]
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        environment = {**os.environ, "QUARRY_HOME": str(home)}
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment)
        memory = _watch_memory(process)
        seconds = time.monotonic() - started
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise SystemExit(f"the command ended with {process.returncode}:\n{err.read()[-2000:]}")
        return Run(seconds, memory / 1e6, json.load(out))


def _watch_memory(process: subprocess.Popen[bytes]) -> int:
    """Wait for the process; the most bytes that it and its children took, looked at twice a second."""
    peak, command = 0, psutil.Process(process.pid)
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            tree = [command, *command.children(recursive=True)]
            peak = max(peak, sum(one.memory_full_info().pss for one in tree))
        time.sleep(_LOOK_SECONDS)
    return peak
