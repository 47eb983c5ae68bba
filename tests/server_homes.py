"""Homes whose embedded servers tests start, use and kill, and other processes that use them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tasks.server_state import Home, ServerName, read_state
from tasks.servers import read_status

SECRET = "key-of-the-caller"


# Another process that uses the home: says what it was given, then waits until its input ends, and leaves cleanly.
_USER = """
import json, sys
from pathlib import Path
from tasks.servers import attach
with attach(Path(sys.argv[1]), prefect=sys.argv[2] == "both", timeout_seconds=120) as held:
    prefect = held.prefect()._asdict() if sys.argv[2] == "both" else None
    print(json.dumps({"postgres": held.postgres()._asdict(), "prefect": prefect}), flush=True)
    sys.stdin.read()
"""


class User:
    def __init__(self, home: Path, servers: str = "both") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _USER, str(home), servers],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "SOME_API_KEY": SECRET},
        )  # fmt: skip

    def wait_until_served(self) -> dict[str, Any]:
        assert self.process.stdout
        given: dict[str, Any] = json.loads(self.process.stdout.readline())
        return given

    def leave(self) -> int:
        self.process.communicate()
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def user_of(home: Path, servers: str = "both") -> Iterator[dict[str, Any]]:
    user = User(home, servers)
    try:
        yield user.wait_until_served()
    finally:
        assert user.leave() == 0


def processes_of(home: Path) -> list[psutil.Process]:
    """Every process that works in the home or was told of it; our own user processes aside."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            told = any(str(home) in word for word in words) and "-c" not in words[:2]
            if told or process.cwd().startswith(str(home)):
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_for(condition: Callable[[], object], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def pid_of(home: Path, server: ServerName) -> int:
    state = read_state(Home(home), server)
    assert state
    assert state.process
    return state.process.pid


def keeper_of(home: Path) -> int:
    keeper = read_status(home).keeper
    assert keeper
    return keeper.process.pid


def kill(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    assert wait_for(lambda: not any(psutil.pid_exists(pid) and is_running(pid) for pid in pids))


def is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def query(dsn: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def query_or_nothing(dsn: str, statement: str) -> list[tuple[Any, ...]]:
    try:
        return query(dsn, statement)
    except psycopg.OperationalError:
        return []


def owner_of(path: Path) -> tuple[int, int]:
    return path.stat().st_uid, path.stat().st_gid
