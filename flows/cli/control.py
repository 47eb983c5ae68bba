"""`python -m flows.jobs pause | resume | cancel`: an operator's word, said through the run's state in Prefect."""

from __future__ import annotations

import asyncio
import uuid
from typing import Annotated, Any, Literal

import typer

from flows.cli import run
from flows.cli.display import fail, stderr_console

Wish = Literal["pause", "resume", "cancel"]
_PAUSE_SECONDS = 365 * 86_400  # Prefect ends a pause by failing the run; ours waits for its operator

_Job = Annotated[str, typer.Argument(help="The job's id, or its first characters")]


def pause(job: _Job) -> None:
    """Let a running job wait: it begins nothing further, and holds no slot, until it is resumed."""
    raise typer.Exit(_run(job, "pause"))


def resume(job: _Job) -> None:
    """Let a paused job go on."""
    raise typer.Exit(_run(job, "resume"))


def cancel(job: _Job) -> None:
    """End a job; what it wrote stays."""
    raise typer.Exit(_run(job, "cancel"))


def _run(prefix: str, wish: Wish) -> int:
    settings = run.configure()
    if settings is None:
        return run.CONFIGURATION
    run.prepare_prefect(settings)
    try:
        from tasks.prefect_server import use_home_server

        with use_home_server():
            said = asyncio.run(_tell(prefix, wish))
    except LookupError as error:
        fail(str(error.args[0]))
        return run.USAGE
    except RuntimeError as error:
        fail(str(error).splitlines()[0])
        return run.CONFIGURATION
    stderr_console().print(said, markup=False)
    return run.DONE


async def _tell(prefix: str, wish: Wish) -> str:
    """What was done; LookupError where there is nothing to be told."""
    from flows.children import close_cancelled
    from tasks.jobs import recall_job
    from tasks.resources import database_dsn, open_resources
    from tasks.storage.jobs import UNFINISHED, find_jobs, mirror_status

    async with open_resources() as opened:
        rows = await find_jobs(opened.database, prefix)
        if len(rows) != 1:
            many = f"several jobs' ids start with {prefix!r}: give more of it"
            raise LookupError(many if rows else f"no job's id starts with {prefix!r}")
        job = rows[0]
        if job["status"] not in UNFINISHED:
            raise LookupError(f"job {prefix} is over: {job['status']}")
        is_alive = await opened.database.is_locked("job", job["id"])
        _check(job, wish, is_alive)
        status = await _set_state(job["id"], wish)
        if not is_alive:  # nobody is there to see it
            await asyncio.to_thread(mirror_status, database_dsn(), job["id"], status, None)
            await close_cancelled(recall_job(opened.database, job))
    return f"job {job['id']}: {'will be ' if is_alive else ''}{_DONE[wish]}"


_DONE: dict[Wish, str] = {"pause": "paused", "resume": "resumed", "cancel": "cancelled"}


def _check(job: dict[str, Any], wish: Wish, is_alive: bool) -> None:
    if not is_alive and wish != "cancel":
        raise LookupError(f"the process of job {str(job['id'])[:8]} is gone: its command takes it up again")
    if wish == "resume" and job["status"] != "paused":
        raise LookupError(f"job {str(job['id'])[:8]} is not paused")


async def _set_state(job: uuid.UUID, wish: Wish) -> Any:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.objects import State
    from prefect.exceptions import ObjectNotFound
    from prefect.states import Cancelling, Paused, Running

    from tasks.jobs import status_of

    states: dict[Wish, State[Any]] = {
        "pause": Paused(timeout_seconds=_PAUSE_SECONDS),
        "resume": Running(),
        "cancel": Cancelling(message="Cancelled by an operator."),
    }
    state = states[wish]
    try:
        async with get_client() as client:
            await client.set_flow_run_state(job, state, force=True)
    except ObjectNotFound:
        raise LookupError(f"Prefect does not know the run of job {str(job)[:8]}") from None
    return status_of(state)
