"""The Prefect server of a home, seen from the keeper: its port, its password, its settings, its process.

The keeper itself holds the listening socket and hands it to the server. While a killed server is started again, its
clients' connections wait in the socket's queue instead of being refused, and nobody else can take the port.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import importlib.metadata
import importlib.util
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from deployments.servers.processes import (
    ServerFailedError,
    Step,
    clean_environment,
    identify_child,
    read_last_error,
    stop_process,
)
from deployments.servers.supervisor import Announce
from tasks.server_state import (
    Home,
    ProcessId,
    ServerName,
    ServerState,
    is_alive,
    make_folder,
    open_log,
    read_json,
    write_json,
)

HOST = "127.0.0.1"
USER = "quarry"
_QUEUE = 1024
_POLL_SECONDS = 0.05
_LEASE_LOOP_SECONDS = 5
_ADOPT_TIMEOUT_SECONDS = 10.0
_STOP_STEPS = (Step(signal.SIGTERM, 10.0), Step(signal.SIGKILL, 5.0))


class PrefectServer:
    name: ServerName = "prefect"

    def __init__(self, home: Home, linger_seconds: float) -> None:
        self._home = home
        self._linger_seconds = linger_seconds
        self._folder = home.root / "prefect"
        # Kept between runs, so that the address and a browser's login stay the same.
        self._identity_file = self._folder / "server.json"
        self._log = home.log_file("prefect")
        self._listener: socket.socket | None = None
        self._port = 0
        self._auth_string = ""

    def address(self) -> dict[str, str]:
        ui_url = f"http://{HOST}:{self._port}"
        return {
            "api_url": f"{ui_url}/api",
            "ui_url": ui_url,
            "auth_string": self._auth_string,
            "version": importlib.metadata.version("prefect"),
        }

    def adopt(self, left: ServerState) -> ProcessId | None:
        """A server of another version is not adopted: its clients would be newer than it."""
        self._load_identity()
        if left.status != "ready" or left.address != self.address() or not is_alive(left.process):
            return None
        return left.process if self._answers() else None

    def start(self, announce: Announce, stopping: threading.Event) -> ProcessId:
        make_folder(self._folder, 0o700)
        self._load_identity()
        self._stop_leftover()
        listener = self._listen()
        with open_log(self._home, "prefect") as output:
            start = self._log.stat().st_size
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "deployments.servers.prefect_process",
                 "--home", str(self._home.root), "--listener", str(listener.fileno()),
                 "--linger-seconds", str(self._linger_seconds)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self._folder, umask=0o077,
                pass_fds=[listener.fileno()], start_new_session=True, env=clean_environment(self._settings()),
            )  # fmt: skip
        process = identify_child(child.pid)
        announce(process)
        if not self._wait_until_healthy(child, stopping):
            reason = read_last_error(self._log, start, ("Error:", "ERROR"))
            raise ServerFailedError(f"the Prefect server ended with code {child.returncode}: {reason}")
        # The first real request has the server build its 180 routes, half a second: ours rather than a client's.
        threading.Thread(target=self._answers, daemon=True).start()
        return process

    def stop(self, process: ProcessId) -> None:
        stop_process(process, _STOP_STEPS)
        if self._listener:
            self._listener.close()
            self._listener = None

    def _load_identity(self) -> None:
        content = read_json(self._identity_file)
        self._port = int(str(content.get("port", 0)))
        self._auth_string = str(content.get("auth_string", "")) or f"{USER}:{secrets.token_urlsafe(24)}"

    def _stop_leftover(self) -> None:
        """A server of an earlier keeper that could not be adopted would write the same database."""
        content = read_json(self._folder / "process.json")
        with contextlib.suppress(KeyError, ValueError):
            stop_process(ProcessId(int(str(content["pid"])), str(content["born"])), _STOP_STEPS)

    def _listen(self) -> socket.socket:
        """The listening socket, on the port of last time if that is free."""
        if self._listener:
            return self._listener
        for port in (self._port, 0):
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((HOST, port))
                listener.listen(_QUEUE)
                break
            except OSError:
                listener.close()
        else:
            raise ServerFailedError(f"no port on {HOST} is free")
        self._listener, self._port = listener, listener.getsockname()[1]
        write_json(self._identity_file, {"port": self._port, "auth_string": self._auth_string})
        return listener

    def _wait_until_healthy(self, child: subprocess.Popen[bytes], stopping: threading.Event) -> bool:
        """False when the server ended. No deadline: the clients have theirs."""
        while child.poll() is None:
            if stopping.is_set() or self._ask_health(child, stopping):
                return True
        return False

    def _ask_health(self, child: subprocess.Popen[bytes], stopping: threading.Event) -> bool:
        """One request, which waits in the socket's queue until the server takes it up. False when it is given up."""
        connection = http.client.HTTPConnection(HOST, self._port)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/api/health")
            while not select.select([connection.sock], [], [], _POLL_SECONDS)[0]:
                if stopping.is_set() or child.poll() is not None:
                    return False
            return connection.getresponse().status == http.client.OK
        return False

    def _answers(self) -> bool:
        """Whether the server answers a request that only those who know the password may make."""
        token = base64.b64encode(self._auth_string.encode()).decode()
        connection = http.client.HTTPConnection(HOST, self._port, timeout=_ADOPT_TIMEOUT_SECONDS)
        with contextlib.closing(connection):
            try:
                connection.request("GET", "/api/admin/version", headers={"Authorization": f"Basic {token}"})
                return connection.getresponse().status == http.client.OK
            except (OSError, http.client.HTTPException):
                return False

    def _settings(self) -> dict[str, str]:
        """Prefect's settings of this server. Others come from `profiles.toml` in its folder, an operator's to edit."""
        ui_url = f"http://{HOST}:{self._port}"
        settings = {
            "PREFECT_HOME": str(self._folder),
            "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{self._folder / 'prefect.db'}",
            "PREFECT_SERVER_API_HOST": HOST,
            "PREFECT_SERVER_API_PORT": str(self._port),
            "PREFECT_SERVER_API_AUTH_STRING": self._auth_string,
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"{ui_url},http://localhost:{self._port}",
            # In memory, a server that dies takes the leases with it and their slots stay taken for ever.
            "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
            # How soon an expired lease (60 s after its last renewal) is noticed; Prefect's default is 15.
            "PREFECT_SERVER_SERVICES_REPOSSESSOR_LOOP_SECONDS": str(_LEASE_LOOP_SECONDS),
            "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
            "PREFECT_SERVER_UI_ENABLED": "true",
            "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
            "PREFECT_UI_URL": ui_url,
            "PREFECT_UI_API_URL": f"{ui_url}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
            "PREFECT_LOGGING_LEVEL": "WARNING",
            # Both done by the process itself, faster or later (`prefect_process.py`).
            "PREFECT_API_DATABASE_MIGRATE_ON_START": "false",
            "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
            "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
        }
        if not _can_use_package():
            settings["PREFECT_UI_STATIC_DIRECTORY"] = str(self._folder / "ui")
        return settings


def _can_use_package() -> bool:
    """Whether Prefect can keep the copy of its UI where it does by default, within its own package.

    Not in an environment of somebody else's, nor where another user made the copy, which only that user can read.
    """
    spec = importlib.util.find_spec("prefect")
    if not spec or not spec.origin:
        return False
    folder = Path(spec.origin).parent / "server"
    made = [page for name in ("ui_build", "ui_v2_build") if (page := folder / name / "index.html").exists()]
    return os.access(folder, os.W_OK) and all(os.access(page, os.R_OK) for page in made)
