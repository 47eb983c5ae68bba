"""A parent run and its children: one run per source, each a job of its own, the parent's report their sum."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from contextvars import ContextVar
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from prefect import get_run_logger
from prefect.flows import Flow

from flows.resume import run_or_resume
from tasks.catalog.report import (
    ITEM_KINDS,
    ITEM_STATUSES,
    ItemCounts,
    ItemKind,
    JobReport,
    Merge,
    Outcome,
    Problem,
    ProductChange,
)
from tasks.jobs import MAX_PROBLEMS_REPORTED, Job
from tasks.storage import jobs as store

P = TypeVar("P")

PARENT: ContextVar[uuid.UUID | None] = ContextVar("PARENT", default=None)

# Children beyond these wait for the `jobs` limit anyway; fewer open runs are fewer half-done rows in the UI.
CHILDREN_AT_ONCE = 3


async def run_children(
    job: Job,
    child: Flow[..., Any],
    parameters: Sequence[P],
    fingerprint: Callable[[P], str],
    line_of: Callable[[P], Hashable] = id,
) -> tuple[JobReport, Outcome]:
    """Run `child` once per element of `parameters`, some at once; a failed child does not stop the others.

    Those of one line run one after the other, in their order. A child that was interrupted in an earlier attempt of the
    same parent is taken up under its own id.
    """
    room, done = asyncio.Semaphore(CHILDREN_AT_ONCE), Counter[str]()
    turns: defaultdict[Hashable, asyncio.Lock] = defaultdict(asyncio.Lock)  # they are fair
    token = PARENT.set(job.id)

    async def run_one(params: P) -> uuid.UUID:
        async with turns[line_of(params)], room:
            run_id = await run_or_resume(child, params, fingerprint(params), job.workspace_id)
            done["all"] += 1
            get_run_logger().info("documents: %d of %d", done["all"], len(parameters))
            job.announce("documents", done["all"], len(parameters))
            return run_id

    try:
        async with job.stage("documents") as counter:
            run_ids = await asyncio.gather(*(run_one(params) for params in parameters))
            counter.items = len(run_ids)
    finally:
        PARENT.reset(token)
    return await _sum_up(job, run_ids)


async def close_cancelled(job: Job) -> JobReport:
    """The report of a job that an operator ended; a parent's is the sum of what its children did until then."""
    children = await store.list_children(job.database, job.id)
    if not children:
        return await job.cancel(await job.count())
    reports = [row["report"] or {} for row in children]
    return await job.cancel(
        {kind: _add_up(reports, kind) for kind in ITEM_KINDS},
        children=tuple(str(row["id"]) for row in children),
        problems=_gather_problems(reports),
    )


async def _sum_up(job: Job, run_ids: Sequence[uuid.UUID]) -> tuple[JobReport, Outcome]:
    rows = {row["id"]: row for row in await store.list_jobs_by_id(job.database, run_ids)}
    reports = [rows[run_id]["report"] or {} for run_id in run_ids]
    items: dict[ItemKind, ItemCounts] = {kind: _add_up(reports, kind) for kind in ITEM_KINDS}
    failed = [report for report in reports if report.get("status") in ("failed", "cancelled")]
    reasons = {report.get("completion_reason") for report in reports}
    vectors: Counter[str] = Counter()
    for report in reports:
        vectors.update(report.get("vectors", {}))
    if len(failed) == len(reports):
        outcome = Outcome(failed=True, completion_reason="all_items_failed")
    elif failed or "completed_with_failures" in reasons:
        outcome = Outcome(failed=False, completion_reason="completed_with_failures")
    elif "completed_with_pending" in reasons:
        outcome = Outcome(failed=False, completion_reason="completed_with_pending")
    else:
        same = reasons.pop() if len(reasons) == 1 else None
        outcome = Outcome(failed=False, completion_reason=same)
    errors = "; ".join(str(report["error"]) for report in failed if report.get("error"))
    return await job.end(
        items,
        outcome,
        children=tuple(map(str, run_ids)),
        vectors=dict(vectors),
        missing=tuple(_gather(reports, "missing")),
        changes=tuple(ProductChange(**change) for change in _gather(reports, "changes")),
        merged=tuple(Merge(**merge) for merge in _gather(reports, "merged")),
        problems=_gather_problems(reports),
        error=errors or None,
    )


def _gather(reports: Sequence[dict[str, Any]], name: str) -> list[Any]:
    """A list of the children's reports, one after the other; the whole of each is in its own report."""
    return list(islice((item for report in reports for item in report.get(name, ())), MAX_PROBLEMS_REPORTED))


def _gather_problems(reports: Sequence[dict[str, Any]]) -> tuple[Problem, ...]:
    """The children's problems, failures first; each key says whose it is."""
    problems = [
        Problem(**{**problem, "key": f"{Path(report['source']).name}: {problem['key']}"})
        for report in reports
        for problem in report.get("problems", [])
    ]
    return tuple(sorted(problems, key=lambda problem: problem.status != "failed")[:MAX_PROBLEMS_REPORTED])


def _add_up(reports: Sequence[dict[str, Any]], kind: ItemKind) -> ItemCounts:
    counts = [report.get("items", {}).get(kind, {}) for report in reports]
    return ItemCounts(**{name: sum(one.get(name, 0) for one in counts) for name in ("declared", *ITEM_STATUSES)})
