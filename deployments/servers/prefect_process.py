"""The process that is the Prefect server: `python -m deployments.servers.prefect_process`, started by the keeper.

Nearly all of its start is importing Prefect, so everything else happens beside that: a forked child makes a new
database, block types are registered once it serves. Prefect's settings are in its environment (`prefect_server.py`).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import importlib.metadata
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deployments.servers.prefect_limits import count_inactive_limits, repair_counts
from deployments.servers.prefect_schema import create_database, is_current, remember_current
from deployments.servers.processes import identify_child
from tasks.server_state import FileLock, Home, HomeError, read_json, write_json
from tasks.servers import ServersError, start_keeper

if TYPE_CHECKING:
    from fastapi import FastAPI

logger = logging.getLogger(__name__)

# How long servers stay alone when their keeper is killed.
_WATCH_SECONDS = 5.0
# Clients that waited for the server go first.
_REGISTER_AFTER_SECONDS = 10.0
# Nobody uses the server any more when it is told to stop.
_GRACEFUL_STOP_SECONDS = 1


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--listener", type=int, required=True, help="descriptor of the listening socket")
    parser.add_argument("--linger-seconds", type=float, default=0.0)
    options = parser.parse_args(arguments)
    home = Home(options.home)
    write_json(home.root / "prefect" / "process.json", identify_child(os.getpid())._asdict())
    app = load_app(home.root / "prefect")
    threading.Thread(target=watch_keeper, args=(home, options.linger_seconds), daemon=True).start()
    serve(app, options.listener)
    return 0


def load_app(folder: Path) -> FastAPI:
    """Import Prefect and build its app, with the database ready behind it once its lifespan has begun."""
    gc.disable()  # a fifth of the import is the collector looking at classes that stay
    database, marker, version = folder / "prefect.db", folder / "schema.json", importlib.metadata.version("prefect")
    ready = is_current(database, marker, version)
    import prefect.server.database  # what the migrations need; the child has it too

    child = 0 if database.exists() else start_creating(database)
    import prefect.server.api.server
    from prefect.server.api import collections

    # Lists that the UI asks for. Prefect would try to fetch newer ones from the internet first.
    collections.GLOBAL_COLLECTIONS_VIEW_CACHE = BundledViews(collections)  # type: ignore[assignment]
    queue_writers()
    count_inactive_limits()
    app = prefect.server.api.server.create_app()  # final=True would only run the collector, 0.3 s
    if child:
        ready = os.waitpid(child, 0)[1] == 0
    add_upkeep(app, migrate=not ready, marker=marker, database=database, version=version)
    gc.freeze()
    gc.enable()
    return app


def start_creating(database: Path) -> int:
    """Make the database in a forked child, on another core; returns its process id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        create_database(database)
        code = 0
    except Exception:  # the edge of a process: Prefect's own way is the remedy
        traceback.print_exc()
    finally:
        os._exit(code)


def queue_writers() -> None:
    """Let transactions that will write wait for each other.

    Prefect begins most of them as readers. SQLite refuses a reader that turns writer after somebody else has written,
    at once and whatever the timeout; the call is answered 503, its connection is cut, and Prefect's client pauses for
    seconds. With six clients that acquire leases and set states nine calls in ten were refused, with this none.
    """
    from prefect.server.database.configurations import AioSqliteConfiguration

    begin = AioSqliteConfiguration.begin_transaction

    def begin_as_writer(self: Any, session: Any, with_for_update: bool = False) -> Any:
        return begin(self, session, with_for_update=True)

    AioSqliteConfiguration.begin_transaction = begin_as_writer  # type: ignore[method-assign]  # no setting for it


class BundledViews(dict[str, Any]):
    """The collection lists that come with Prefect, empty where it brings none."""

    def __init__(self, module: Any) -> None:
        super().__init__()
        self._known = module.KNOWN_VIEWS
        self._folder = Path(module.__file__).parent / "collections_data" / "views"

    def __missing__(self, view: str) -> Any:
        if view not in self._known:
            raise KeyError(view)
        file = self._folder / f"{view}.json"
        self[view] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return self[view]


def add_upkeep(app: FastAPI, *, migrate: bool, marker: Path, database: Path, version: str) -> None:
    """Before the app's own start: migrate. After it: register block types, once per set of installed packages."""
    inner = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(started: FastAPI) -> AsyncIterator[Any]:
        from prefect.server.database import provide_database_interface

        if migrate:
            await provide_database_interface().create_db()
        repair_counts(database, database.with_name("concurrency_leases"))
        async with inner(started) as state:
            remember_current(database, marker, version)
            registration = asyncio.create_task(register_block_types(marker.with_name("blocks.json")))
            yield state
            registration.cancel()

    app.router.lifespan_context = lifespan


async def register_block_types(marker: Path) -> None:
    """What Prefect does on start, later: the types of blocks that the UI offers."""
    from prefect.plugins import load_prefect_collections
    from prefect.server.database import provide_database_interface
    from prefect.server.models.block_registration import run_block_auto_registration

    installed = {entry.dist.name: entry.dist.version for entry in _collections() if entry.dist}
    if read_json(marker) == installed:
        return
    await asyncio.sleep(_REGISTER_AFTER_SECONDS)
    try:
        await asyncio.to_thread(load_prefect_collections)
        session = await provide_database_interface().session()
        async with session:
            await run_block_auto_registration(session=session)
        write_json(marker, installed)
    except Exception:  # the edge of a background job: the server works without, and tries again at the next start
        logger.exception("block types could not be registered")


def _collections() -> list[importlib.metadata.EntryPoint]:
    prefect_itself = list(importlib.metadata.distribution("prefect").entry_points)[:1]
    return [*prefect_itself, *importlib.metadata.entry_points(group="prefect.collections")]


def watch_keeper(home: Home, linger_seconds: float) -> None:
    """Bring the keeper back when it was killed; end when another server has taken this one's place."""
    me = identify_child(os.getpid())
    while True:
        time.sleep(_WATCH_SECONDS)
        try:
            if read_json(home.root / "prefect" / "process.json") != me._asdict():
                os.kill(me.pid, signal.SIGTERM)
                return
            lock = FileLock(home.keeper_lock)
            orphaned = lock.try_shared()
            lock.close()
            if orphaned:
                start_keeper(home, linger_seconds)
        except (OSError, HomeError, ServersError):
            logger.exception("the keeper could not be watched")


def serve(app: FastAPI, listener: int) -> None:
    import uvicorn
    from prefect.settings import get_current_settings

    settings = get_current_settings().server
    config = uvicorn.Config(
        app,
        log_level=settings.logging_level.lower(),
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_keep_alive=settings.api.keepalive_timeout,
        timeout_graceful_shutdown=_GRACEFUL_STOP_SECONDS,
        ws_ping_interval=settings.api.websocket_ping_interval,
        ws_ping_timeout=settings.api.websocket_ping_timeout,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=listener)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
