"""Every fault that the rehearsed services know, each in a run of its own: how the job ends, and what the caps say.

    python tests/bench/faults.py [PROFILE ...]

A run may complete, or fail with one line where no key is accepted; its sums must close, and no cap may be broken.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "endpoints"))
sys.path.insert(0, str(Path(__file__).parents[1] / "sample"))

from large_catalog import make_large_catalog
from rehearsal.profiles import PROFILES
from rehearsal.server import RunningServer, start_server
from rehearse import make_environment

NOT_FAULTS = {"fast", "production", "uncertain"}
# So that a fault costs seconds, not minutes; Qwen's minute is lifted, its calls at once are not.
HURRY = {
    "QUARRY_PARKED_SECONDS": "2",
    "QUARRY_BREAKER_OPEN_SECONDS": "1",
    "QUARRY_CALL_SECONDS": "8",
    "QUARRY_CALL_ATTEMPT_SECONDS": "3",
    "QUARRY_DISCOVERY_SECONDS": "12",
    "QUARRY_WAKE_SECONDS": "10",
    "QUARRY_LINGER_SECONDS": "120",
    "QUARRY_PAGE_WORKERS": "1",
}
STATUSES = ("created", "updated", "unchanged", "skipped", "pending", "failed")


def run_profile(name: str, catalog: Path, home: Path, server: RunningServer) -> bool:
    """Run the catalog under the profile; whether all is as it must be."""
    server.set_profile(name, seed=1, services={"qwen": {"windows": []}})
    server.reset()
    environment = {**make_environment(server.url, name), **HURRY, "QUARRY_HOME": str(home)}
    command = [sys.executable, "-m", "flows.pdf", str(catalog), "--json", "--workspace", name]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    report: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
    services = server.stats()["services"]
    violations = sum(service["violations"] for service in services.values())
    closed = all(is_closed(counts) for counts in report.get("items", {}).values())
    good = violations == 0 and "Traceback" not in done.stderr and (closed or report.get("status") == "failed")
    images = report.get("items", {}).get("image", {})
    ends = {key: value for key, value in images.items() if value and key != "declared"}
    requests = sum(service["requests"] for service in services.values())
    reason = report.get("completion_reason") or report.get("error") or ""
    print(f"  {name:22} exit {done.returncode} {report.get('status')} ({reason}); images {ends}; {requests} requests, "
          f"{violations} violations{'' if good else '  WRONG'}", flush=True)  # fmt: skip
    return good


def is_closed(counts: Mapping[str, int]) -> bool:
    return counts["declared"] == sum(counts[status] for status in STATUSES)


def main(wanted: list[str]) -> int:
    names = wanted or [name for name in PROFILES if name not in NOT_FAULTS]
    with tempfile.TemporaryDirectory(prefix="quarry-faults-") as folder, start_server("fast") as server:
        Path(folder).chmod(0o711)  # the account that runs the database for root passes through it
        catalog = Path(folder) / "catalog.pdf"
        make_large_catalog(catalog, 6, 4, 1)
        good = [run_profile(name, catalog, Path(folder) / "home", server) for name in names]
    print(f"RESULT faults profiles={len(good)} good={sum(good)}")
    return 0 if all(good) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
