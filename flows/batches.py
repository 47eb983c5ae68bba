"""Running batches: some at once, each accounted for, a failed one recorded and the job going on.

A batch that a service's breaker parks leaves its place to others and is tried again when the service may be asked;
one that the budget does not allow, and one that was parked too long, stay pending.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

from prefect import get_run_logger

from flows.control import gate
from tasks import resources
from tasks.catalog.redaction import redact
from tasks.catalog.report import ItemKind, ItemStatus
from tasks.engines import OverBudgetError, ParkedError
from tasks.jobs import Job
from tasks.storage.jobs import Item

T = TypeVar("T")
R = TypeVar("R")
U = TypeVar("U")

LEAST_PARKED_SECONDS = 1.0  # between two tries of a parked batch


def split(items: Iterable[T], size: int) -> list[list[T]]:
    """`items` in lists of `size`, the last one shorter."""
    iterator = iter(items)
    return list(iter(lambda: list(islice(iterator, size)), []))


class Patience:
    """How long a parked call is tried again: `parked_seconds` since anything of its kind last went well."""

    def __init__(self) -> None:
        self._last_progress = time.monotonic()

    def progressed(self) -> None:
        self._last_progress = time.monotonic()

    def next_wait(self, retry_after: float | None) -> float | None:
        """Seconds until the next try; None when patience is at its end."""
        waited = time.monotonic() - self._last_progress
        if waited >= resources.current().settings.parked_seconds:
            return None
        return max(LEAST_PARKED_SECONDS, retry_after or 0.0)

    async def wait(self, retry_after: float | None) -> bool:
        """Wait until the next try; False at once when patience is at its end."""
        seconds = self.next_wait(retry_after)
        if seconds is not None:
            await asyncio.sleep(seconds)
        return seconds is not None


async def gather(first: Coroutine[Any, Any, T], second: Coroutine[Any, Any, U]) -> tuple[T, U]:
    """Both at once; when one raises, the other is cancelled and waited for, and the first error is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            one, two = group.create_task(first), group.create_task(second)
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return one.result(), two.result()


class Stage(Generic[T, R]):
    """Collects items into batches and runs `work(batch, number, total)` on them, at most `at_once` at a time.

    `put` holds the caller back while all places are taken. `total` is None until all items are in. A batch that raises
    has its items recorded as failed, or as pending where waiting may help, and the others run on.
    """

    def __init__(
        self,
        job: Job,
        name: str,
        kind: ItemKind,
        size: int,
        work: Callable[[Sequence[T], int, int | None], Awaitable[R]],
        key_of: Callable[[T], str],
        *,
        at_once: int = 1,
        bound: str = "",
        total: int | None = None,
    ) -> None:
        self._job, self._name, self._kind, self._size = job, name, kind, size
        self._work, self._key_of, self._bound = work, key_of, bound
        self._room = asyncio.Semaphore(at_once)
        self._waiting: list[T] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._done = 0
        self._total = total
        self._patience = Patience()
        self.results: list[R] = []

    async def put(self, items: Iterable[T]) -> None:
        """Take items; each full batch is started, in order."""
        self._waiting += items
        while len(self._waiting) >= self._size:
            await self._start(self._size)

    async def finish(self) -> list[R]:
        """Start what is left, wait for all batches; the results of those that succeeded, in the order they ended."""
        if self._waiting:
            await self._start(self._size)
        self._total = len(self._tasks)
        await asyncio.gather(*self._tasks)
        return self.results

    async def stop(self) -> None:
        """Give up what runs and waits; for a run that ends early."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _start(self, size: int) -> None:
        await self._room.acquire()
        if not self._waiting:  # somebody else who waits for the end has started the last batch
            self._room.release()
            return
        batch, self._waiting = self._waiting[:size], self._waiting[size:]
        self._tasks.append(asyncio.create_task(self._run(batch, len(self._tasks) + 1)))

    async def _run(self, batch: Sequence[T], number: int) -> None:
        """One batch with a place of its own, from the first try to its record; not begun while the job is paused."""
        try:
            await gate()
            while (wait := await self._try(batch, number)) is not None:
                self._room.release()
                try:
                    await asyncio.sleep(wait)
                finally:
                    await self._room.acquire()
                await gate()
            self._patience.progressed()
            self._done += 1
            await self._job.batch_done(self._name, self._done, self._total, self._bound)
        finally:
            self._room.release()

    async def _try(self, batch: Sequence[T], number: int) -> float | None:
        """Run the batch; seconds to wait before it is tried again, or None when it is through."""
        try:
            self.results.append(await self._work(batch, number, self._total))
        except ParkedError as error:
            if (wait := self._patience.next_wait(error.retry_after)) is not None:
                return wait
            await self._fail(batch, error, "pending")
        except OverBudgetError as error:
            await self._fail(batch, error, "pending")
        except Exception as error:  # the batch's edge: one reason for all of its items
            await self._fail(batch, error, "failed")
        return None

    async def _fail(self, batch: Sequence[T], error: Exception, status: ItemStatus) -> None:
        keys = [self._key_of(item) for item in batch]
        await record_batch(self._job, self._name, self._kind, keys, error, status)


async def run_batches(
    job: Job,
    stage: str,
    kind: ItemKind,
    batches: Sequence[Sequence[T]],
    work: Callable[[Sequence[T], int, int], Awaitable[R]],
    key_of: Callable[[T], str],
    bound: str = "",
    at_once: int = 1,
) -> list[R]:
    """Run `work(batch, number, total)` for each batch, `at_once` at a time; the results of those that succeeded.

    A batch that raises has its items recorded with the reason, and the next one runs.
    """
    total = len(batches)
    size = max(map(len, batches), default=1)
    running = Stage(
        job,
        stage,
        kind,
        size,
        lambda batch, n, _: work(batch, n, total),
        key_of,
        at_once=at_once,
        bound=bound,
        total=total,
    )
    async with job.stage(stage) as counter:
        try:
            for batch in batches:
                await running.put(batch)
            results = await running.finish()
        finally:
            await running.stop()
        counter.items = sum(map(len, batches))
    return results


async def record_batch(
    job: Job, stage: str, kind: ItemKind, keys: Sequence[str], error: Exception, status: ItemStatus = "failed"
) -> None:
    """Record a batch's items as failed or pending, with the error in one line."""
    reason = redact(f"{type(error).__name__}: {error}".splitlines()[0])
    get_run_logger().error("%s: a batch of %d is %s: %s", stage, len(keys), status, reason, exc_info=error)
    async with job.database.transaction() as connection:
        await job.record(connection, [Item(kind, key, stage, status, reason) for key in keys])
