"""Use the embedded servers of a home: `attach(home)`, then `.postgres()` and `.prefect()`, at the end `.close()`.

All processes of a home share one Postgres and one Prefect server. They are started on demand by a keeper, a process of
its own (`deployments/servers`), which stops them when the last user has gone. A user is whoever holds the shared lock
on `run/users.lock`; the kernel frees it however the process ends. This side knows neither Prefect nor psycopg.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from tasks.server_state import (
    SERVER_NAMES,
    FileLock,
    Home,
    HomeError,
    KeeperState,
    ServerName,
    ServerState,
    is_alive,
    open_log,
    read_keeper,
    read_state,
)

__all__ = [
    "Attachment",
    "HomeError",
    "HomeStatus",
    "PostgresAddress",
    "PrefectAddress",
    "ServersError",
    "attach",
    "read_status",
    "start_keeper",
]

# A first start takes about 6 s on two idle cores; a loaded machine, or recovery after a crash, takes longer.
START_TIMEOUT_SECONDS = 180.0
# Both servers stop in under a second unless they are busy.
STOP_TIMEOUT_SECONDS = 15.0
_POLL_SECONDS = 0.02
_KEEPER_START_SECONDS = 20.0
_KEEPER_STARTS = 3
# What the servers need of the caller's environment. The rest may hold keys of services, and they outlive the caller.
_PASSED_VARIABLES = (
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH",
    "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX",
)  # fmt: skip


class ServersError(RuntimeError):
    """A server of the home cannot be had; one line that names the log file."""


class PostgresAddress(NamedTuple):
    """`dsn` is a libpq URI over a Unix socket in `socket_folder`. Peer authentication: it holds no password."""

    dsn: str
    socket_folder: str


class PrefectAddress(NamedTuple):
    """`api_url` and `auth_string` (`user:secret`) are Prefect's PREFECT_API_URL and PREFECT_API_AUTH_STRING."""

    api_url: str
    auth_string: str
    ui_url: str

    def __repr__(self) -> str:
        return f"PrefectAddress(api_url={self.api_url!r}, auth_string='***', ui_url={self.ui_url!r})"


class HomeStatus(NamedTuple):
    """For diagnostics: who keeps the servers, their last states (without passwords), whether anybody uses the home."""

    home: Path
    keeper: KeeperState | None
    servers: dict[ServerName, ServerState | None]
    in_use: bool


class Attachment:
    """This process's hold on the servers of a home. Close it, or use it as a context manager."""

    def __init__(
        self, home: Home, users: FileLock, *, servers: tuple[ServerName, ...], timeout: float, linger: float
    ) -> None:
        self.home = home.root
        self._home = home
        self._users: FileLock | None = users
        self._servers = servers
        self._timeout_seconds = timeout
        self._linger_seconds = linger
        self._keeper_starts = 0
        _open_attachments.add(self)

    def postgres(self) -> PostgresAddress:
        """Wait until Postgres answers and its schema is up to date. Raises `ServersError`."""
        return PostgresAddress(**self._wait_for("postgres").address)

    def prefect(self) -> PrefectAddress:
        """Wait until the Prefect server answers. Raises `ServersError`."""
        address = self._wait_for("prefect").address
        return PrefectAddress(address["api_url"], address["auth_string"], address["ui_url"])

    def close(self, wait_seconds: float = STOP_TIMEOUT_SECONDS) -> None:
        """Stop using the home. The last user waits, at most so long, until the servers are gone. Twice is fine."""
        if self._users is None:
            return
        users, self._users = self._users, None
        _open_attachments.discard(self)
        was_last = users.try_exclusive()
        users.release()
        try:
            if was_last:
                self._wait_until_stopped(users, time.monotonic() + wait_seconds)
        finally:
            users.close()

    def __enter__(self) -> Attachment:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _wait_for(self, server: ServerName) -> ServerState:
        if self._users is None:
            raise ServersError(f"the hold on {self.home} was closed")
        deadline = time.monotonic() + self._timeout_seconds
        if server not in self._servers:
            self._servers += (server,)
            self._home.wanted_file(server).touch(0o600)
        while time.monotonic() < deadline:
            state = read_state(self._home, server)
            if state and is_alive(state.keeper):
                if state.status == "ready" and is_alive(state.process):
                    return state
                # A failure that is older than our request says nothing about it.
                if state.status == "failed" and not self._home.wanted_file(server).exists():
                    raise ServersError(f"{state.detail} (log: {self._home.log_file(server)})")
            elif not read_keeper(self._home):
                self._ensure_keeper(deadline)
            else:  # a keeper that somebody else started, perhaps for another server
                self._home.wanted_file(server).touch(0o600)
            time.sleep(_POLL_SECONDS)
        waited = f"{self._timeout_seconds:g} s"
        raise ServersError(f"{server} was not ready after {waited} (log: {self._home.log_file(server)})")

    def _request(self, deadline: float) -> None:
        for server in self._servers:
            self._home.wanted_file(server).touch(0o600)
        if self._servers and not read_keeper(self._home):
            self._ensure_keeper(deadline)

    def _ensure_keeper(self, deadline: float) -> None:
        """Start a keeper unless one runs or another process is starting one."""
        with _closing(FileLock(self._home.start_lock)) as starting:
            if not starting.try_exclusive() or read_keeper(self._home):
                return
            if self._keeper_starts == _KEEPER_STARTS:
                raise ServersError(f"the servers do not stay up (log: {self._home.log_file('keeper')})")
            self._keeper_starts += 1
            for server in self._servers:
                self._home.wanted_file(server).touch(0o600)
            start_keeper(self._home, self._linger_seconds)
            limit = min(deadline, time.monotonic() + _KEEPER_START_SECONDS)
            while not read_keeper(self._home) and time.monotonic() < limit:
                time.sleep(_POLL_SECONDS)

    def _wait_until_stopped(self, users: FileLock, deadline: float) -> None:
        keeper = read_keeper(self._home)
        if keeper is None and self._has_survivors():
            # The keeper was killed: a new one finds the servers, sees that nobody uses them, and stops them.
            start_keeper(self._home, 0)
        while time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            keeper = read_keeper(self._home)
            if (keeper is None and not self._has_survivors()) or (keeper and keeper.linger_seconds > 0):
                return
            if users.try_exclusive():
                users.release()
            elif users.try_shared():  # neither alone nor shut out: somebody else uses the servers now
                return

    def _has_survivors(self) -> bool:
        return any(is_alive(state.process) for name in SERVER_NAMES if (state := read_state(self._home, name)))


_open_attachments: weakref.WeakSet[Attachment] = weakref.WeakSet()


def _leave_in_child() -> None:
    """A forked child shares the parent's hold and would keep the servers up after it: let go, without freeing it."""
    for attachment in list(_open_attachments):
        if attachment._users is not None:
            attachment._users.close()
            attachment._users = None
    _open_attachments.clear()


os.register_at_fork(after_in_child=_leave_in_child)


def attach(
    home: Path,
    *,
    postgres: bool = True,
    prefect: bool = True,
    timeout_seconds: float = START_TIMEOUT_SECONDS,
    linger_seconds: float = 0.0,
) -> Attachment:
    """Become a user of the home's servers and have them started, both at once. Returns before they are ready.

    `timeout_seconds` bounds each later wait; `linger_seconds` is how long a keeper started from here leaves idle
    servers up. Raises `HomeError` when the home is not this user's, `ServersError` when it does not come free in time.
    """
    place = Home(home.expanduser().resolve())
    place.prepare()
    users = FileLock(place.users_lock)
    deadline = time.monotonic() + timeout_seconds
    while not users.try_shared():  # held alone only while a keeper shuts down
        if time.monotonic() > deadline:
            users.close()
            raise ServersError(f"the servers of {home} do not finish stopping (log: {place.log_file('keeper')})")
        time.sleep(_POLL_SECONDS)
    servers: tuple[ServerName, ...] = (*(("postgres",) if postgres else ()), *(("prefect",) if prefect else ()))
    attachment = Attachment(place, users, servers=servers, timeout=timeout_seconds, linger=linger_seconds)
    try:
        attachment._request(deadline)
    except BaseException:
        attachment.close(wait_seconds=0)
        raise
    return attachment


def read_status(home: Path) -> HomeStatus:
    """What runs for a home; starts nothing and makes nothing."""
    place = Home(home.expanduser().resolve())
    states = {name: _redact(read_state(place, name)) for name in SERVER_NAMES}
    in_use = False
    if place.users_lock.exists():
        with _closing(FileLock(place.users_lock)) as users:
            in_use = not users.try_exclusive()
    return HomeStatus(place.root, read_keeper(place), states, in_use)


def _redact(state: ServerState | None) -> ServerState | None:
    return state and state._replace(address={**state.address, **{key: "***" for key in state.address if "auth" in key}})


def start_keeper(home: Home, linger_seconds: float) -> None:
    """Start a keeper that outlives this process; a second one for the same home ends at once."""
    environment = {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ}
    # By name: this side must not import the other one. -P: nothing of the working folder is importable.
    command = [sys.executable, "-P", "-m", "deployments.servers", "--home", str(home.root)]
    with open_log(home, "keeper") as log:
        done = subprocess.run(
            [*command, "--linger-seconds", str(linger_seconds)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=environment, check=False,
        )  # fmt: skip
    if done.returncode:
        raise ServersError(f"the servers could not be started (log: {home.log_file('keeper')})")


@contextlib.contextmanager
def _closing(lock: FileLock) -> Iterator[FileLock]:
    try:
        yield lock
    finally:
        lock.close()
