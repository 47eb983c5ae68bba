"""Starts the services to rehearse against, in a process of their own or in a thread.

    python tests/endpoints/rehearsal/server.py --port 8899 --profile production

prints its address and serves until it is stopped. In tests:

    with start_server(profile="production") as server:
        ... server.url ... server.stats()["services"]["qwen"]["max_in_flight"] ...
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

sys.path.insert(0, str(Path(__file__).parents[1]))

import uvicorn
from rehearsal.app import Rehearsal
from rehearsal.profiles import FASTEST, PROFILES

HOST = "127.0.0.1"
_START_SECONDS = 30.0
_ANSWER_SECONDS = 10.0  # for the server's own pages
_IDLE_SECONDS = 300  # a kept connection is closed only after this: clients reuse theirs between batches
_BACKLOG = 2048

Changes = Mapping[str, dict[str, Any]]


class RunningServer:
    """A server and its control; a context manager that stops it."""

    def __init__(self, url: str, stop: Callable[[], None]) -> None:
        self.url = url
        self._stop = stop

    def stats(self, *, arrivals: bool = False) -> dict[str, Any]:
        """`{"profile", "seed", "now", "services": {name: counters}}`, see `state.Service.report`."""
        return self._call("stats?arrivals=1" if arrivals else "stats")

    def reset(self) -> None:
        """Forget the counters and the stored objects; cold starts and outages begin again."""
        self._call("reset", {})

    def set_profile(self, profile: str, *, seed: int | None = None, services: Changes | None = None) -> None:
        """Behave differently from now on; the counters go on. Raises ValueError for what is unknown."""
        self._call("profile", {"profile": profile, "seed": seed, "services": services})

    def stop(self) -> None:
        self._stop()

    def _call(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/{path}", data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as response:
                value: dict[str, Any] = json.load(response)
                return value
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error)["error"]) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start_server(
    profile: str = FASTEST, port: int = 0, *, seed: int = 1, services: Changes | None = None, in_thread: bool = False
) -> RunningServer:
    """Start on 127.0.0.1 (port 0: a free one) and return when it accepts connections.

    In a process by default, so that its counting is not disturbed by the event loop of the caller; it ends with the
    caller. `services` changes single numbers of the profile: `{"qwen": {"at_once": 3}, "*": {"jitter": 0.1}}`.
    """
    if in_thread:
        return _start_thread(Rehearsal(profile, seed, services), port)
    command = [sys.executable, __file__, "--port", str(port), "--profile", profile, "--seed", str(seed)]
    command += ["--services", json.dumps(services or {}), "--until-stdin-closes"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None

    def stop() -> None:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()

    url = process.stdout.readline().strip()
    if not url:
        stop()
        raise RuntimeError("the rehearsal server did not start; its message is above")
    return RunningServer(url, stop)


def _start_thread(app: Rehearsal, port: int) -> RunningServer:
    listener = _listen(port)
    server = _server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()

    def stop() -> None:
        server.should_exit = server.force_exit = True
        thread.join(_START_SECONDS)

    return RunningServer(_url(listener), stop)


def _listen(port: int) -> socket.socket:
    """A listening socket: connections wait in it until the server takes them."""
    listener = socket.create_server((HOST, port), backlog=_BACKLOG)
    # Accepted connections inherit it; without it each answer waits 40 ms for the acknowledgement of its headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setblocking(False)
    return listener


def _url(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


def _server(app: Rehearsal) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app, log_level="critical", access_log=False, lifespan="off", ws="none", timeout_keep_alive=_IDLE_SECONDS
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="The AI services and the file store, to rehearse against")
    parser.add_argument("--port", type=int, default=0, help="0: a free one (default)")
    parser.add_argument("--profile", default="production", help=", ".join(PROFILES))
    parser.add_argument("--seed", type=int, default=1, help="of all that is drawn by chance")
    parser.add_argument("--services", type=json.loads, default={}, help='JSON: {"qwen": {"at_once": 3}}')
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the process that started it")
    arguments = parser.parse_args()
    try:
        app = Rehearsal(arguments.profile, arguments.seed, arguments.services)
        listener = _listen(arguments.port)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    print(_url(listener), flush=True)
    server = _server(app)
    if arguments.until_stdin_closes:
        threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
    server.run(sockets=[listener])


def _end_with_stdin(server: uvicorn.Server) -> None:
    sys.stdin.read()
    server.should_exit = server.force_exit = True


if __name__ == "__main__":
    main()
