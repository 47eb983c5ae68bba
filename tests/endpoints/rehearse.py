"""Rehearse a run: the PDF flow against services that behave like the real ones and cost nothing.

    python tests/endpoints/rehearse.py CATALOG.pdf [--profile production] [--seed 1] [options of flows.pdf]

Ends with what the services counted: requests, the most at once, the most in a minute, and violations of a cap.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from rehearsal.server import start_server

PATHS = {"qwen": "/qwen/v1", "claude": "/claude", "slig": "/slig", "voyage": "/voyage/v1"}


def make_environment(url: str, model: str) -> dict[str, str]:
    """Every service behind the engines, at the rehearsal server; answers are kept under a model name of this run."""
    services = {f"QUARRY_{name.upper()}_ENDPOINT": url + path for name, path in PATHS.items()}
    services |= {f"QUARRY_{name.upper()}_KEY": "rehearsal" for name in PATHS}
    return {**os.environ, **services, **{f"QUARRY_{name.upper()}_MODEL": model for name in PATHS}}


def main() -> int:
    parser = argparse.ArgumentParser(description="Rehearse a run without paying")
    parser.add_argument("--profile", default="production", help="how the services behave (rehearsal/profiles.py)")
    parser.add_argument("--seed", type=int, default=1)
    known, rest = parser.parse_known_args()
    with (
        tempfile.TemporaryDirectory(prefix="quarry-rehearsal-") as folder,
        start_server(known.profile, seed=known.seed) as server,
    ):
        Path(folder).chmod(0o711)  # the account that runs the database for root passes through it
        environment = make_environment(server.url, f"rehearsal-{uuid.uuid4().hex[:8]}")
        environment["QUARRY_HOME"] = str(Path(folder) / "home")
        code = subprocess.run([sys.executable, "-m", "flows.pdf", *rest], env=environment).returncode
        services = server.stats()["services"]
    print("the services' own count; the rehearsal's library is thrown away:")
    print(f"{'service':10} {'requests':>8} {'at once':>8} {'a minute':>9} {'paid twice':>11} {'violations':>11}")
    for name, counts in services.items():
        if counts["requests"]:
            print(
                f"{name:10} {counts['requests']:8} {counts['max_in_flight']:8} {counts['max_per_window']['60']:9} "
                f"{counts['items_paid_twice']:11} {counts['violations']:11}"
            )
    return 1 if any(counts["violations"] for counts in services.values()) else code


if __name__ == "__main__":
    raise SystemExit(main())
