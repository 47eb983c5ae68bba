"""The one thread of a process that talks about caps: an event loop, a client of the Prefect server, a pool a limit."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import os
import threading
from collections.abc import Callable
from typing import Any

from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_KEY, PREFECT_API_URL, temporary_settings

from tasks import resources
from tasks.limit_keeper import Keeper
from tasks.limit_peers import Peers
from tasks.limit_pool import Pool
from tasks.limit_server import LimitServer, keeps_leases_in_memory, open_server
from tasks.limit_table import Limit, LimitUnavailableError

logger = logging.getLogger("quarry.limits")

# At the end of a process: to return its slots. Slots that are not returned come free when their leases end.
CLOSE_SECONDS = 5.0
_START_SECONDS = 30.0


class LimitThread:
    """Pools of one Prefect server."""

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url
        self._settings: dict[Any, Any] = {
            PREFECT_API_URL: api_url,
            PREFECT_API_AUTH_STRING: PREFECT_API_AUTH_STRING.value(),
            PREFECT_API_KEY: PREFECT_API_KEY.value(),
        }
        self._loop = asyncio.new_event_loop()
        self._lock = threading.Lock()
        self._pools: dict[str, tuple[Pool, Keeper]] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ready = threading.Event()
        self._error: Exception | None = None
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="limits", daemon=True)
        self._thread.start()

    def find(self, limit: Limit) -> Pool | None:
        found = self._pools.get(limit.name)
        return found[0] if found else None

    def wait_until_ready(self) -> None:
        self._ready.wait(_START_SECONDS)
        if self._error or not self._ready.is_set():
            raise LimitUnavailableError(f"no limit can be held: {self._error or 'the client did not start'}")

    def open(self, limit: Limit) -> Pool:
        with self._lock:
            if limit.name in self._pools:
                return self._pools[limit.name][0]
            pool = Pool(limit, self._peers, lambda: self._call(keeper.wake), self._call_at)
            keeper = Keeper(pool, self._server, self._peers, self._api_url)
            self._pools[limit.name] = (pool, keeper)
        self._call(self._start, limit.name, keeper)
        return pool

    def close(self) -> None:
        """Return what is held and end the thread."""
        self._call(self._closing.set)
        self._thread.join(CLOSE_SECONDS)

    def _call(self, function: Callable[..., Any], *arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the process ends
            self._loop.call_soon_threadsafe(function, *arguments)

    def _call_at(self, when: float, function: Callable[..., Any], *arguments: Any) -> None:
        self._call(self._loop.call_at, when, function, *arguments)

    def _start(self, name: str, keeper: Keeper) -> None:
        self._running[name] = asyncio.create_task(keeper.run(), name=f"limit-{name}")

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            with temporary_settings(self._settings), contextlib.closing(self._loop):
                self._loop.run_until_complete(self._serve())
        except Exception as error:  # the edge of a thread: its callers are told
            logger.exception("limits")
            self._error = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        async with open_server() as self._server:
            self._peers = Peers(resources.database_dsn)
            self._peers.on_freed = self._hear_freed
            hearing = asyncio.create_task(self._peers.run())
            warning = asyncio.create_task(self._warn_of_memory(self._server))
            self._ready.set()
            await self._closing.wait()
            warning.cancel()
            await self._return_all()
            hearing.cancel()
            await asyncio.wait([hearing], timeout=1.0)

    async def _return_all(self) -> None:
        for pool, keeper in self._pools.values():
            pool.close()
            keeper.wake()
        if self._running:
            await asyncio.wait(self._running.values(), timeout=CLOSE_SECONDS - 1.0)
        for task in self._running.values():
            task.cancel()

    def _hear_freed(self, name: str) -> None:
        if name in self._pools:
            self._pools[name][1].hear_freed()

    async def _warn_of_memory(self, server: LimitServer) -> None:
        if keeps_leases_in_memory(await server.read_lease_storage()):
            logger.warning(describe_memory(self._api_url))


def describe_memory(api_url: str) -> str:
    """What is wrong with a server that keeps its leases in memory."""
    return (
        f"the Prefect server {api_url} keeps leases in memory: when it restarts, slots in use stay taken. Start it "
        "with PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE=prefect.server.concurrency.lease_storage.filesystem"
    )


_threads: dict[str, LimitThread] = {}
_threads_lock = threading.Lock()


def find_pool(limit: Limit) -> Pool | None:
    """The pool of a limit on the server that Prefect is configured for here, when there is one already."""
    thread = _threads.get(PREFECT_API_URL.value() or "")
    return thread.find(limit) if thread else None


def open_pool(limit: Limit) -> Pool:
    """The same, made when there is none; waits for the server's client."""
    return open_thread().open(limit)


def open_thread() -> LimitThread:
    """The thread of the configured server, ready. Raises `LimitUnavailableError` when that cannot be reached."""
    url = PREFECT_API_URL.value()
    if not url:
        raise LimitUnavailableError("no Prefect server is configured: use use_home_server()")
    with _threads_lock:
        if url not in _threads:
            _threads[url] = LimitThread(url)
        thread = _threads[url]
    try:
        thread.wait_until_ready()
    except LimitUnavailableError:
        with _threads_lock:
            _threads.pop(url, None)
        raise
    return thread


def close_limits() -> None:
    """Return every slot that is not in use; done at the end of the process too. Holding again starts anew."""
    with _threads_lock:
        threads = list(_threads.values())
        _threads.clear()
    for thread in threads:
        thread.close()


def _forget() -> None:
    """A forked child has the parent's slots in memory, not its thread."""
    global _threads_lock
    _threads_lock = threading.Lock()
    _threads.clear()


os.register_at_fork(after_in_child=_forget)
# Before the interpreter shuts thread pools down, without which a host name cannot be looked up any more.
getattr(threading, "_register_atexit", atexit.register)(close_limits)
