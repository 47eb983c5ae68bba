"""Starting a run, or taking up the one that was interrupted at the same work, under its own id."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound
from prefect.flow_engine import run_flow
from prefect.flows import Flow
from prefect.states import AwaitingRetry

from tasks import resources
from tasks.storage import jobs as store

# The job whose lock the taking-over code holds already, so that its flow does not wait for itself.
_TAKEN_OVER: ContextVar[uuid.UUID | None] = ContextVar("_TAKEN_OVER", default=None)


@asynccontextmanager
async def hold_job(run_id: uuid.UUID) -> AsyncIterator[None]:
    """Hold the run's own lock: as long as it is held, the run is alive."""
    if _TAKEN_OVER.get() == run_id:
        yield
        return
    async with resources.current().database.exclusive("job", run_id):
        yield


async def run_or_resume(flow: Flow[..., Any], params: Any, fingerprint: str, workspace: uuid.UUID) -> uuid.UUID:
    """Run `flow(params)`; returns the id of the run that did the work.

    An unfinished job with the same fingerprint whose process is gone is continued instead of a new one.
    """
    database = resources.current().database
    for job in await store.find_unfinished(database, workspace, fingerprint):
        async with database.try_exclusive("job", job) as free:
            # A job that is being worked on is left alone: its document's lock keeps the two runs apart.
            run = await _set_back(job) if free else None
            if run is not None:
                return await _continue(flow, params, run)
    run_flow_anew: Any = flow  # its type covers sync flows and generators too
    state = await run_flow_anew(params, return_state=True)
    return uuid.UUID(str(state.state_details.flow_run_id))


async def _set_back(job: uuid.UUID) -> FlowRun | None:
    """Bring the interrupted run to a state from which it may run again; None when this Prefect does not know it."""
    async with get_client() as client:
        try:
            await client.set_flow_run_state(job, AwaitingRetry(message="Taken up again."), force=True)
            return await client.read_flow_run(job)
        except ObjectNotFound:
            return None


async def _continue(flow: Flow[..., Any], params: Any, run: FlowRun) -> uuid.UUID:
    token = _TAKEN_OVER.set(run.id)
    try:
        # The engine behind `flow(...)`, given an existing run (pinned by a test: it is not a public function).
        engine: Any = run_flow
        await engine(flow, flow_run=run, parameters={"params": params}, return_type="state")
    finally:
        _TAKEN_OVER.reset(token)
    return run.id
