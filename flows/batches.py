"""Running batches: some at once, each accounted for, a failed one recorded and the job going on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import islice
from typing import TypeVar

from prefect import get_run_logger

from tasks.catalog.redaction import redact
from tasks.catalog.report import ItemKind
from tasks.jobs import Job
from tasks.storage.jobs import Item

T = TypeVar("T")
R = TypeVar("R")


def split(items: Iterable[T], size: int) -> list[list[T]]:
    """`items` in lists of `size`, the last one shorter."""
    iterator = iter(items)
    return list(iter(lambda: list(islice(iterator, size)), []))


async def run_batches(
    job: Job,
    stage: str,
    kind: ItemKind,
    batches: Sequence[Sequence[T]],
    work: Callable[[Sequence[T], int, int], Awaitable[R]],
    key_of: Callable[[T], str],
    bound: str = "",
) -> list[R]:
    """Run `work(batch, number, total)` for each batch in turn; returns the results of those that succeeded.

    A batch that raises has its items recorded as failed with the reason, and the next one runs.
    """
    results = []
    async with job.stage(stage) as counter:
        for number, batch in enumerate(batches, start=1):
            try:
                results.append(await work(batch, number, len(batches)))
                counter.items += len(batch)
            except Exception as error:  # the batch's edge: one reason for all of its items
                await fail_batch(job, stage, kind, [key_of(item) for item in batch], error)
            await job.batch_done(stage, number, len(batches), bound)
    return results


async def fail_batch(job: Job, stage: str, kind: ItemKind, keys: Sequence[str], error: Exception) -> None:
    """Record a batch's items as failed, with the error in one line."""
    reason = redact(f"{type(error).__name__}: {error}".splitlines()[0])
    get_run_logger().error("%s: a batch of %d failed: %s", stage, len(keys), reason, exc_info=error)
    async with job.database.transaction() as connection:
        await job.record(connection, [Item(kind, key, stage, "failed", reason) for key in keys])
