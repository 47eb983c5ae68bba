"""An operator's word to a run that is under way: paused, resumed or cancelled by its state in Prefect.

Prefect tells a flow that runs in a process of ours nothing: the process looks at its run's state. Whoever set it (the
UI, its API, `python -m flows.jobs`), the job's row follows. What a job's parent is told holds for the job, too.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import httpx
from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Cancelled

from flows.children import close_cancelled
from flows.outcomes import publish
from tasks import resources
from tasks.jobs import Job, status_of
from tasks.limits import hold
from tasks.storage import jobs as store

_CONTROL: ContextVar[RunControl | None] = ContextVar("_CONTROL", default=None)


class RunControl:
    """What is wanted of a run now."""

    def __init__(self, run_id: uuid.UUID, look_seconds: float, parent: RunControl | None = None) -> None:
        self._run_id, self._seconds, self._parent = run_id, look_seconds, parent
        self._open, self._paused = asyncio.Event(), asyncio.Event()
        self._open.set()
        self._cancelled = False

    @property
    def is_paused(self) -> bool:
        return not self._open.is_set()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled or (self._parent is not None and self._parent.is_cancelled)

    async def gate(self) -> None:
        """Returns at once while the run may go on, else when it may again."""
        if self._parent is not None:
            await self._parent.gate()
        await self._open.wait()

    async def keep_slot(self, name: str, held: asyncio.Event) -> None:
        """Hold a slot of the limit `name` for ever, but while the run is paused; `held` says when."""
        while True:
            await self.gate()
            async with hold(name):
                held.set()
                try:
                    await self._wait_paused()
                finally:
                    held.clear()

    async def _wait_paused(self) -> None:
        waits = [asyncio.ensure_future(control._paused.wait()) for control in self._line()]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _line(self) -> list[RunControl]:
        """This run's control, and those of the runs above it."""
        return [self, *(self._parent._line() if self._parent else ())]

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
                    await self.mirror(state)
                    self._cancelled = True
                    work.cancel()
                    return
                if state.is_paused() != self.is_paused:
                    await self.mirror(state)
                    self._switch(paused=state.is_paused())

    def _switch(self, *, paused: bool) -> None:
        for event, is_set in ((self._open, not paused), (self._paused, paused)):
            (event.set if is_set else event.clear)()

    async def mirror(self, state: State[Any]) -> None:
        """Bring the job's row in line with `state`."""
        dsn = resources.database_dsn()
        await asyncio.to_thread(store.mirror_status, dsn, self._run_id, status_of(state), None)


async def gate() -> None:
    """Where work may stand still: returns at once while the current job may go on, else when it may again."""
    control = _CONTROL.get()
    if control is not None:
        await control.gate()


@asynccontextmanager
async def hold_unless_paused(name: str) -> AsyncIterator[None]:
    """Hold one slot of the limit `name`, as `tasks.limits.hold`; a paused job gives it back until it is resumed.

    What was under way when the job was paused still ends; what passes `gate` waits for the slot, too.
    """
    control = _CONTROL.get()
    if control is None:
        async with hold(name):
            yield
        return
    held = asyncio.Event()
    inner = _Slotted(control, held)
    token = _CONTROL.set(inner)
    try:
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(control.keep_slot(name, held))
            await inner.gate()
            yield
            keeper.cancel()
    except BaseExceptionGroup as errors:  # the work's own error, or the slot's that could not be kept
        raise errors.exceptions[0] from None
    finally:
        _CONTROL.reset(token)


class _Slotted(RunControl):
    """A run's control inside `hold_unless_paused`: its gate opens when the slot is held."""

    def __init__(self, control: RunControl, held: asyncio.Event) -> None:
        super().__init__(control._run_id, control._seconds, control)
        self._held = held

    async def gate(self) -> None:
        while True:
            await super().gate()
            await self._held.wait()
            if not any(control.is_paused for control in self._line()):
                return


async def obey(job: Job, work: Callable[[RunControl], Awaitable[State[None]]]) -> State[None]:
    """The state that `work` ends in; Cancelled, with a report, where an operator ended the run.

    Other interruptions pass through.
    """
    control = RunControl(job.id, resources.current().settings.control_seconds, _CONTROL.get())
    current = asyncio.current_task()
    assert current is not None, "a flow runs in a task"
    watcher = asyncio.create_task(control.watch(current))
    token = _CONTROL.set(control)
    try:
        state = await work(control)
        await control.gate()  # a paused run does not end
        return state
    except asyncio.CancelledError:
        if not control.is_cancelled:
            raise
        current.uncancel()
        get_run_logger().info("the run was cancelled")
        await publish(await close_cancelled(job))
        state = Cancelled(message="Cancelled by an operator.")
        await control.mirror(state)  # no hook runs for a state that a run returns itself
        return state
    finally:
        _CONTROL.reset(token)
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)
