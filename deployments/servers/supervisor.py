"""One thread per server: adopt or start it, tell its state, start it again when it dies, stop it at the end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from textwrap import shorten
from typing import Protocol

from deployments.servers.processes import ServerFailedError, is_running
from tasks.server_state import Home, ProcessId, ServerName, ServerState, write_state

logger = logging.getLogger(__name__)

_POLL_SECONDS = 0.1
# A server that dies this often within moments of its start will not get better by another start.
_RESTARTS = 5
# What a client shows is one line; the whole text is in the keeper's log.
_DETAIL_CHARACTERS = 400
_SETTLED_SECONDS = 60.0
_BACKOFF_SECONDS = (0.0, 1.0, 2.0, 4.0, 8.0)

Announce = Callable[[ProcessId], None]


class Server(Protocol):
    """What the keeper must be able to do with a server."""

    name: ServerName

    def adopt(self, left: ServerState) -> ProcessId | None:
        """The process an earlier keeper left, when it is healthy and of this version."""
        ...

    def start(self, announce: Announce, stopping: threading.Event) -> ProcessId:
        """Start it and wait until it answers; `announce` at once who it is. Raises `ServerFailedError`."""
        ...

    def address(self) -> dict[str, str]:
        """What a client needs to reach it."""
        ...

    def stop(self, process: ProcessId) -> None:
        """Stop it cleanly, by force after a while."""
        ...


class Supervisor(threading.Thread):
    """Keeps one server up until `stop`."""

    def __init__(self, home: Home, keeper: ProcessId, server: Server, left: ServerState | None) -> None:
        super().__init__(name=server.name, daemon=True)
        self._home = home
        self._keeper = keeper
        self._server = server
        self._left = left
        self._stopping = threading.Event()
        self._process: ProcessId | None = None

    def run(self) -> None:
        try:
            self._keep_up()
        except ServerFailedError as error:
            self._fail(str(error))
        except Exception as error:  # the edge of a thread: its clients must hear of it
            logger.exception("%s: unexpected error", self._server.name)
            self._fail(f"{self._server.name} failed: {error!r}")
        finally:
            self._discard()
            if self._stopping.is_set():
                self._home.state_file(self._server.name).unlink(missing_ok=True)

    def stop(self) -> None:
        self._stopping.set()

    def _keep_up(self) -> None:
        """A first start that fails is final: the client hears why. Later ones are tried again, later and later."""
        failures, has_served = 0, False
        while not self._stopping.is_set():
            try:
                self._process = self._bring_up()
            except ServerFailedError as error:
                if not has_served or failures >= _RESTARTS:
                    raise
                logger.warning("%s: %s", self._server.name, error)
                self._discard()
            else:
                has_served = True
                if self._watch(self._process) > _SETTLED_SECONDS:
                    failures = 0
            if failures >= _RESTARTS:
                raise ServerFailedError(f"{self._server.name} keeps dying")
            self._publish(ServerState("starting", self._keeper))
            self._stopping.wait(_BACKOFF_SECONDS[failures])
            failures += 1

    def _watch(self, process: ProcessId) -> float:
        """Say that it is ready and wait until it dies or we are told to stop; returns how long that was, in seconds."""
        if self._stopping.is_set():
            return 0.0
        self._publish(ServerState("ready", self._keeper, process, self._server.address()))
        since = time.monotonic()
        while is_running(process):
            if self._stopping.wait(_POLL_SECONDS):
                return 0.0
        logger.warning("%s (pid %d) died; starting it again", self._server.name, process.pid)
        return time.monotonic() - since

    def _bring_up(self) -> ProcessId:
        self._publish(ServerState("starting", self._keeper, self._left.process if self._left else None))
        left, self._left = self._left, None
        started = time.monotonic()
        process = self._server.adopt(left) if left else None
        verb = "adopted" if process else "started"
        process = process or self._server.start(self._announce, self._stopping)
        if not self._stopping.is_set():
            logger.info("%s %s (pid %d) in %.2f s", verb, self._server.name, process.pid, time.monotonic() - started)
        return process

    def _announce(self, process: ProcessId) -> None:
        """Before it is ready: a keeper that comes after us must find it."""
        self._process = process
        self._publish(ServerState("starting", self._keeper, process))

    def _publish(self, state: ServerState) -> None:
        write_state(self._home, self._server.name, state)

    def _fail(self, reason: str) -> None:
        logger.error("%s: %s", self._server.name, reason)
        self._discard()
        line = shorten(reason, _DETAIL_CHARACTERS, placeholder=" ...")
        self._publish(ServerState("failed", self._keeper, detail=line))

    def _discard(self) -> None:
        """What is up after a failure must not be taken for a server."""
        if self._process:
            self._server.stop(self._process)
            self._process = None
