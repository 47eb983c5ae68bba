"""A 200-image catalog end to end against rehearsed services, beside the least time that their caps allow.

    python tests/bench/catalog.py

The services behave as in production: Qwen 3 s and 0.5 s an image, 12 % of the images uncertain, Claude 2 s and 1 s an
image, SLIG 4.5 s a batch, Voyage 0.5 s. Products are found by rules, so that the images are what is measured. The
server counts what arrives and what breaks a cap. Then the same catalog again, and a run that is killed and taken up.
"""

from __future__ import annotations

import json
import math
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "endpoints"))
sys.path.insert(0, str(Path(__file__).parents[1] / "sample"))

from large_catalog import make_large_catalog
from rehearsal.server import RunningServer, start_server
from rehearse import make_environment

PAGES, IMAGES_PER_PAGE = 50, 4
SERVICES = ("qwen", "claude", "slig", "voyage")


class Service(NamedTuple):
    """What issue and seed say of a service: seconds a request and an image, calls at once, calls a minute."""

    base_seconds: float
    item_seconds: float
    at_once: int
    a_minute: int | None = None

    def least_seconds(self, requests: int, items: int) -> float:
        """The time that so many requests take at least: by calls at once, and by the rolling minute."""
        if not requests:
            return 0.0
        one = self.base_seconds + self.item_seconds * items / requests
        by_slots = math.ceil(requests / self.at_once) * one
        by_rate = 60.0 * ((requests - 1) // self.a_minute) + one if self.a_minute else 0.0
        return max(by_slots, by_rate)

    def last_call(self, requests: int, items: int) -> float:
        return self.base_seconds + self.item_seconds * items / requests if requests else 0.0


RATED = {
    "qwen": Service(3.0, 0.5, 5, 10),
    "claude": Service(2.0, 1.0, 2),
    "slig": Service(4.5, 0.0, 5),
    "voyage": Service(0.5, 0.0, 5),
}


class Run(NamedTuple):
    """One run of the command: its start on the machine's clock, seconds to pages and end, its report."""

    started: float
    seconds: float
    first_page: float
    last_page: float
    report: dict[str, Any]


def run_command(catalog: Path, environment: Mapping[str, str], *extra: str) -> Run:
    started, pages = time.monotonic(), []
    command = [sys.executable, "-m", "flows.pdf", str(catalog), "--json", *extra]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**environment, "PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        for line in process.stderr:
            if re.search(r"read pages \d+/\d", line):
                pages.append(time.monotonic() - started)
        report = json.loads(process.stdout.read())
    return Run(started, time.monotonic() - started, pages[0], pages[-1], report)


def tell_bound(run: Run, services: Mapping[str, Any]) -> float:
    """Time to the first image, the largest of the services' least times, and one last call of each later stage."""
    counts = {name: (services[name]["requests"], services[name]["items"]) for name in SERVICES}
    least = {name: RATED[name].least_seconds(*counts[name]) for name in SERVICES}
    binding = max(least, key=lambda name: least[name])
    later = SERVICES[SERVICES.index(binding) + 1 :]
    last = {name: RATED[name].last_call(*counts[name]) for name in later}
    for name in SERVICES:
        print(f"  {name:8} {counts[name][0]:4} requests, {counts[name][1]:4} items: at least {least[name]:6.1f} s")
    parts = " + ".join(f"{name} {seconds:.1f}" for name, seconds in last.items())
    bound = run.first_page + least[binding] + sum(last.values())
    first = run.first_page
    print(f"  bound: first page {first:.1f} + {binding} {least[binding]:.1f} + last calls ({parts}) = {bound:.1f} s")
    return bound


def kill_and_take_up(catalog: Path, environment: dict[str, str], server: RunningServer, seconds: float) -> int:
    """Kill the command in the middle of its work, run it again; calls paid twice beyond those in flight."""
    command = [sys.executable, "-m", "flows.pdf", str(catalog), "--json"]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    in_flight = sum(service["in_flight"] for service in server.stats()["services"].values())
    process.send_signal(signal.SIGKILL)
    process.wait()
    again = run_command(catalog, environment)
    paid_twice = sum(service["paid_twice"] for service in server.stats()["services"].values())
    print(f"killed after {seconds:.0f} s with {in_flight} calls in flight, taken up: {again.report['status']}, ")
    print(f"  {paid_twice} calls paid twice")
    return max(0, paid_twice - in_flight)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="quarry-bench-") as name, start_server("production") as server:
        folder = Path(name)
        folder.chmod(0o711)  # the account that runs the database for root passes through it
        catalog = folder / "catalog.pdf"
        make_large_catalog(catalog, PAGES, IMAGES_PER_PAGE, 1)
        environment = {**make_environment(server.url, "bench"), "QUARRY_HOME": str(folder / "home")}
        environment |= {"QUARRY_DISCOVERER": "local", "QUARRY_LINGER_SECONDS": "300"}
        run = run_command(catalog, environment)
        services = server.stats(arrivals=True)["services"]
        print(f"{PAGES * IMAGES_PER_PAGE} images in {run.seconds:.1f} s ({run.report['status']})")
        bound = tell_bound(run, services)
        violations = sum(service["violations"] for service in services.values())
        first_call = services["qwen"]["first"] - run.started
        print(f"  first classification after {first_call:.1f} s, last page after {run.last_page:.1f} s")
        server.reset()
        again = run_command(catalog, environment, "--force", "--workspace", "again")
        paid_again = sum(service["requests"] for service in server.stats()["services"].values())
        print(f"the same catalog again: {paid_again} AI calls, {again.seconds:.1f} s")
        server.reset()
        fresh = {**environment, **{f"QUARRY_{service.upper()}_MODEL": "killed" for service in SERVICES}}
        fresh["QUARRY_WORKSPACE"] = "killed"
        beyond = kill_and_take_up(catalog, fresh, server, random.Random(os.getpid()).uniform(25, 60))
        violations += sum(service["violations"] for service in server.stats()["services"].values())
    figures = {
        "seconds": round(run.seconds, 1),
        "bound": round(bound, 1),
        "ratio": round(run.seconds / bound, 3),
        "violations": violations,
        "calls_again": paid_again,
        "paid_twice_beyond_in_flight": beyond,
        "first_page": round(run.first_page, 1),
        "last_page": round(run.last_page, 1),
        "first_call": round(first_call, 1),
    }
    print("RESULT catalog " + " ".join(f"{key}={value}" for key, value in figures.items()))
    return 1 if violations else 0


if __name__ == "__main__":
    raise SystemExit(main())
