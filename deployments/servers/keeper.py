"""The keeper: owns the servers of one home while anybody uses it, stops them cleanly when nobody does.

Exactly one per home, by the exclusive lock on `run/keeper.lock`. It takes `run/users.lock` alone to learn that nobody
uses the home, and holds it so while it stops the servers: a user that comes then waits and starts a fresh keeper.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time

from deployments.servers.postgres import PostgresServer
from deployments.servers.prefect_server import PrefectServer
from deployments.servers.processes import identify_child
from deployments.servers.supervisor import Server, Supervisor
from tasks.server_state import (
    SERVER_NAMES,
    FileLock,
    Home,
    KeeperState,
    ServerName,
    ServerState,
    is_alive,
    read_state,
    write_keeper,
    write_state,
)

logger = logging.getLogger(__name__)

_TICK_SECONDS = 0.1
# Users look for a keeper by trying its lock for an instant: one failed try does not mean that another keeper runs.
_LOCK_TRIES_SECONDS = 1.0
# Longer than the servers' own patience with a process that does not stop.
_STOP_SECONDS = 60.0


class Keeper:
    def __init__(self, home: Home, linger_seconds: float) -> None:
        self._home = home
        self._linger_seconds = linger_seconds
        self._me = identify_child(os.getpid())
        self._supervisors: dict[ServerName, Supervisor] = {}
        self._signalled = False

    def run(self) -> int:
        """Stay until nobody uses the home, or SIGTERM. Returns the exit code."""
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
        self._home.prepare()
        lock = FileLock(self._home.keeper_lock)
        if not self._take(lock):
            lock.close()
            return 0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        write_keeper(self._home, KeeperState(self._me, self._linger_seconds))
        logger.info("keeper %d of %s", self._me.pid, self._home.root)
        users = FileLock(self._home.users_lock)
        try:
            self._adopt_survivors()
            self._serve(users)
        finally:
            self._stop_servers()
            logger.info("keeper %d ends", self._me.pid)
        return 0  # the locks go with the process, after the servers

    def _take(self, lock: FileLock) -> bool:
        deadline = time.monotonic() + _LOCK_TRIES_SECONDS
        while not lock.try_exclusive():
            if time.monotonic() > deadline:
                return False
            time.sleep(_TICK_SECONDS)
        return True

    def _serve(self, users: FileLock) -> None:
        idle_since: float | None = None
        while not self._signalled:
            for name in SERVER_NAMES:
                if self._home.wanted_file(name).exists():
                    self._supervise(name)
                    self._home.wanted_file(name).unlink(missing_ok=True)
            if users.try_exclusive():
                idle_since = idle_since or time.monotonic()
                if time.monotonic() - idle_since >= self._linger_seconds:
                    return  # holding the lock: newcomers wait until the servers are stopped
                users.release()
            else:
                idle_since = None
            time.sleep(_TICK_SECONDS)

    def _adopt_survivors(self) -> None:
        """Take over what a keeper that was killed left running, wanted or not: else nobody would stop it."""
        for name in SERVER_NAMES:
            left = read_state(self._home, name)
            if left and is_alive(left.process):
                self._supervise(name)
            else:
                self._home.state_file(name).unlink(missing_ok=True)

    def _supervise(self, name: ServerName) -> None:
        running = self._supervisors.get(name)
        if running and running.is_alive():
            return
        left = read_state(self._home, name)
        survives = left is not None and is_alive(left.process)
        # At once, not in the thread: when the request is gone, an older failure must be gone too.
        write_state(self._home, name, ServerState("starting", self._me, left.process if left and survives else None))
        supervisor = Supervisor(self._home, self._me, self._make(name), left if survives else None)
        self._supervisors[name] = supervisor
        supervisor.start()

    def _make(self, name: ServerName) -> Server:
        if name == "postgres":
            return PostgresServer(self._home)
        return PrefectServer(self._home, self._linger_seconds)

    def _stop_servers(self) -> None:
        for supervisor in self._supervisors.values():
            supervisor.stop()
        for supervisor in self._supervisors.values():
            supervisor.join(_STOP_SECONDS)

    def _on_signal(self, number: int, frame: object) -> None:
        logger.info("keeper %d: signal %d", self._me.pid, number)
        self._signalled = True
