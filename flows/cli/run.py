"""Running a flow from the command line: start what is needed side by side, show progress, end with a report.

Exit codes: 0 done (or nothing to do), 1 some or all items failed or pending, 2 wrong usage, 3 configuration or
credentials, 130 interrupted or cancelled.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import os
import sys
import threading
import uuid
from collections.abc import Callable, Coroutine
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from flows.cli.display import Display, fail, stderr_console
from flows.cli.summary import Export
from tasks import progress
from tasks.catalog.redaction import RedactingFilter, redact
from tasks.settings import Settings, load_settings

DONE, PARTIAL, USAGE, CONFIGURATION, INTERRUPTED = 0, 1, 2, 3, 130
LOG_BYTES, LOG_FILES = 5_000_000, 3

# The run of one flow: given its parameters, returns the id and state name of what it ran.
Runner = Callable[[], Coroutine[Any, Any, uuid.UUID]]


class CommandResult(NamedTuple):
    """What the command ends with: the job's row, and the first of the products that its sources now have."""

    job: dict[str, Any]
    products: list[dict[str, Any]]
    exit_code: int
    children: list[dict[str, Any]] = []  # rows of the runs that a run over several sources started


def configure() -> Settings | None:
    """The settings, or None after one line that says what is wrong with them (exit code 3)."""
    try:
        return load_settings()
    except ValidationError as error:
        for problem in error.errors():
            name = "_".join(["QUARRY", *map(str, problem["loc"])]).upper() if problem["loc"] else ""
            fail(redact(f"configuration: {name + ': ' if name else ''}{problem['msg'].removeprefix('Value error, ')}"))
        return None


def prepare_prefect(settings: Settings) -> None:
    """What Prefect must find in the environment before it is imported."""
    os.environ.setdefault("PREFECT_HOME", str(settings.home / "prefect"))
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    # The screen belongs to progress and report; the log goes to a file and to the Prefect UI.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_RESULTS_DEFAULT_SERIALIZER", "json")


def open_log(settings: Settings) -> Path:
    """Send the process's log, without secrets, to a file of the home; returns its path."""
    folder = settings.home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "quarry.log"
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s %(message)s"))
    handler.addFilter(RedactingFilter())
    for name in ("prefect", "quarry"):
        logger = logging.getLogger(name)
        logger.setLevel(settings.log_level)
        logger.addHandler(handler)
    return path


def run_command(
    flow_module: str,
    start: Callable[[Any], Coroutine[Any, Any, uuid.UUID]],
    *,
    with_workers: bool = False,
    export: Path | None = None,
) -> CommandResult | None:
    """Start servers and workers side by side, import `flow_module` meanwhile, run `start(module)`, read its job.

    None after one line that says what stopped it; `start` returns the id of the flow run. The job's products are
    written to `export`, where that is given.
    """
    found_workers = _has_cluster()
    try:
        return _start_and_run(flow_module, start, with_workers, export)
    finally:
        if not found_workers:  # those of the process that this runs in are not ours to stop
            _stop_cluster()


def _start_and_run(
    flow_module: str,
    start: Callable[[Any], Coroutine[Any, Any, uuid.UUID]],
    with_workers: bool,
    export: Path | None,
) -> CommandResult | None:
    settings = load_settings()
    console = stderr_console()
    with Display(console) as display:
        workers = f", {settings.page_workers} page workers" if with_workers else ""
        display.say(f"starting the database, Prefect{workers} in {settings.home}")
        prepare_prefect(settings)
        progress.listen(display.show)
        servers = _start_beside(display)
        if with_workers:
            from tasks.cluster import start_cluster

            start_cluster()
        module = importlib.import_module(flow_module)
        display.say("flow imported")
        open_log(settings)
        error = servers()
        if error:
            fail(error)
            return None
        return _run(module, start, display, export)


def _start_beside(display: Display) -> Callable[[], str | None]:
    """Start the servers in a thread; the returned function waits for them and gives an error, if any."""
    from tasks import resources

    problem: list[str] = []

    def attach() -> None:
        try:
            resources.attachment(prefect=True)
            resources.database_dsn()
            display.say("database is up")
        except Exception as error:  # whatever stops the servers is one line for the user
            problem.append(redact(str(error).splitlines()[0] if str(error) else type(error).__name__))

    thread = threading.Thread(target=attach, name="servers", daemon=True)
    thread.start()

    def wait() -> str | None:
        thread.join()
        return problem[0] if problem else None

    return wait


def _run(
    module: Any, start: Callable[[Any], Coroutine[Any, Any, uuid.UUID]], display: Display, export: Path | None
) -> CommandResult | None:
    from prefect.exceptions import TerminationSignal

    from tasks.prefect_server import use_home_server
    from tasks.storage.database import DatabaseUnavailableError

    try:
        with use_home_server():
            display.say("Prefect is up")
            job, products, children = asyncio.run(_run_and_read(module, start, Export(export)))
    except DatabaseUnavailableError as error:
        fail(str(error))
        return None
    except (KeyboardInterrupt, TerminationSignal, asyncio.CancelledError):
        display.say("interrupted: the same command takes it up again")
        return CommandResult({}, [], INTERRUPTED)
    return CommandResult(job, products, exit_code_of(job), children)


def _has_cluster() -> bool:
    """Whether this process has page workers; where none were started, Dask is not imported, which costs 15 MB."""
    return "tasks.cluster" in sys.modules and sys.modules["tasks.cluster"].is_started()


def _stop_cluster() -> None:
    if _has_cluster():
        sys.modules["tasks.cluster"].stop_cluster()


async def _run_and_read(
    module: Any, start: Callable[[Any], Coroutine[Any, Any, uuid.UUID]], export: Export
) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    from tasks.resources import open_resources
    from tasks.storage.export import export_job
    from tasks.storage.jobs import find_jobs, list_children

    async with open_resources() as resources:
        run_id = await start(module)
        rows = await find_jobs(resources.database, str(run_id))
        await export.take(export_job(resources.database, run_id))
        return rows[0] if rows else {}, export.shown, await list_children(resources.database, run_id)


def exit_code_of(job: dict[str, Any]) -> int:
    """The documented exit code of a job's row."""
    if not job or job["status"] == "failed":
        return CONFIGURATION if job and job["completion_reason"] == "bad_credentials" else PARTIAL
    if job["status"] in ("interrupted", "cancelled"):
        return INTERRUPTED
    partial = job["completion_reason"] in ("completed_with_failures", "completed_with_pending")
    return PARTIAL if partial else DONE


def print_json(report: dict[str, Any]) -> None:
    """The report alone on stdout, one object on one line."""
    print(json.dumps(report, ensure_ascii=False, default=str), file=sys.stdout, flush=True)
