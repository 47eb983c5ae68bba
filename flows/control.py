"""An operator's word to a run that is under way: paused, resumed or cancelled by its state in Prefect.

Prefect tells a flow that runs in a process of ours nothing: the process looks at its run's state. Whoever set it (the
UI, its API, `python -m flows.jobs`), the job's row follows.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Cancelled

from tasks import resources
from tasks.jobs import status_of
from tasks.storage import jobs as store


class RunControl:
    """What is wanted of a run now. `await control.gate()` waits while it is paused."""

    def __init__(self, run_id: uuid.UUID, look_seconds: float) -> None:
        self._run_id, self._seconds = run_id, look_seconds
        self._open = asyncio.Event()
        self._open.set()
        self.is_cancelled = False

    @property
    def is_paused(self) -> bool:
        return not self._open.is_set()

    async def gate(self) -> None:
        """Returns at once while the run may go on, else when it may again."""
        await self._open.wait()

    async def watch(self, work: asyncio.Task[Any]) -> None:
        """Look at the run's state for ever; cancels `work` when the run is."""
        async with get_client() as client:
            while True:
                await asyncio.sleep(self._seconds)
                try:
                    state = (await client.read_flow_run(self._run_id)).state
                except (httpx.HTTPError, OSError):  # the server is away: what it said last holds
                    continue
                if state is None:
                    continue
                if state.is_cancelling() or state.is_cancelled():
                    await self._mirror(state)
                    self.is_cancelled = True
                    work.cancel()
                    return
                if state.is_paused() != self.is_paused:
                    await self._mirror(state)
                    (self._open.clear if state.is_paused() else self._open.set)()

    async def _mirror(self, state: State[Any]) -> None:
        dsn = resources.database_dsn()
        await asyncio.to_thread(store.mirror_status, dsn, self._run_id, status_of(state), None)


async def obey(
    run_id: uuid.UUID, look_seconds: float, work: Callable[[RunControl], Awaitable[State[None]]]
) -> State[None]:
    """The state that `work` ends in; Cancelled where an operator ended the run. Other interruptions pass through."""
    control = RunControl(run_id, look_seconds)
    current = asyncio.current_task()
    assert current is not None, "a flow runs in a task"
    watcher = asyncio.create_task(control.watch(current))
    try:
        return await work(control)
    except asyncio.CancelledError:
        if not control.is_cancelled:
            raise
        current.uncancel()
        get_run_logger().info("the run was cancelled")
        return Cancelled(message="Cancelled by an operator.")
    finally:
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)
