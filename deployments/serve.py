"""Everything on one machine: `python -m deployments.serve` starts the database, Prefect with its UI, and a worker.

It then registers every deployment of prefect.yaml, so that flows can be started from the UI, by their schedules, or by
`prefect deployment run`. Ctrl-C stops the worker and, when nothing else uses them, the servers.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from deployments.bootstrap import WORK_POOL, bootstrap
from tasks import resources
from tasks.prefect_server import use_home_server
from tasks.settings import load_settings

PREFECT_YAML = "prefect.yaml"


def _prefect(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "prefect", *arguments]


# A worker ends its runs first; Prefect gives each 30 s.
WORKER_STOP_SECONDS = 60.0


def deploy_all() -> None:
    """Register the deployments of the working folder's prefect.yaml; SystemExit with the reason when that fails."""
    done = subprocess.run(
        _prefect("--no-prompt", "deploy", "--all", "--prefect-file", PREFECT_YAML), capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"error: the deployments could not be registered:\n{done.stdout}{done.stderr}")


def start_worker() -> subprocess.Popen[bytes]:
    """A worker of the pool, for as long as this process lives."""
    return subprocess.Popen(_prefect("worker", "start", "--pool", WORK_POOL, "--type", "process"))


def _stop_on_sigterm(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Serve until interrupted."""
    if not Path(PREFECT_YAML).exists():
        print(f"error: {PREFECT_YAML} is not here: run this in the project's folder", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _stop_on_sigterm)
    settings = load_settings()
    inbox = settings.home / "inbox"
    print(f"starting the database and Prefect in {settings.home}", file=sys.stderr)
    resources.attachment(prefect=True)
    resources.database_dsn()
    inbox.mkdir(exist_ok=True)
    with use_home_server():
        asyncio.run(bootstrap())
        deploy_all()
        print(_describe(inbox), file=sys.stderr)
        worker = start_worker()
        try:
            return worker.wait()
        except KeyboardInterrupt:
            _stop(worker)
            return 130


def _stop(worker: subprocess.Popen[bytes]) -> None:
    """Ask it to end; one that does not, as where Ctrl-C is ignored, is killed: its runs are taken up later."""
    with contextlib.suppress(ProcessLookupError):
        worker.send_signal(signal.SIGTERM)
    try:
        worker.wait(WORKER_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def _describe(inbox: Path) -> str:
    url = os.environ["PREFECT_API_URL"].removesuffix("/api")
    password = "" if load_settings().prefect_api_url else f"; it asks for the auth_string in {resources.login_file()}"
    return f"Prefect UI: {url}{password}\nPut documents into {inbox} to start runs on them there"


if __name__ == "__main__":
    raise SystemExit(main())
