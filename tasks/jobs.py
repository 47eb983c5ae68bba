"""A job is a flow run: its row, its ledger, its progress, its report, and the hooks that mirror its state.

No code sets a status by hand. `open_job` says that the run has begun; from then on the state hooks and, for a run that
died before a hook could run, `reconcile` write what Prefect's state means.
"""

from __future__ import annotations

import os
import platform
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

from prefect import flow, get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.flows import Flow

from tasks import progress, resources
from tasks.accounts import Account, describe_calls, open_account, report_calls
from tasks.catalog.redaction import redact
from tasks.catalog.report import (
    ITEM_KINDS,
    ItemCounts,
    ItemKind,
    JobReport,
    Outcome,
    Problem,
    StageTime,
    check_sums,
    count_items,
    judge,
    leave_pending,
)
from tasks.storage import jobs as store
from tasks.storage import library
from tasks.storage.database import Connection, Database
from tasks.storage.documents import register_workspace
from tasks.storage.jobs import Item, JobStatus

MAX_PROBLEMS_REPORTED = 500
BAD_CREDENTIALS = "bad_credentials"  # completion_reason of a job that a service did not let in

P = ParamSpec("P")
R = TypeVar("R")

STATUS_OF_STATE: dict[StateType, JobStatus] = {
    StateType.SCHEDULED: "pending",
    StateType.PENDING: "pending",
    StateType.RUNNING: "processing",
    StateType.COMPLETED: "completed",
    StateType.FAILED: "failed",
    StateType.CANCELLED: "cancelled",
    StateType.CANCELLING: "cancelled",
    StateType.CRASHED: "interrupted",
    StateType.PAUSED: "paused",
}


def status_of(state: State[Any]) -> JobStatus:
    """The job status that a flow run's state means."""
    return "retrying" if state.name == "AwaitingRetry" else STATUS_OF_STATE[state.type]


def mirror_state(_: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """State hook: write the status of the run's state onto its job row."""
    error = redact(state.message or "") or None if state.is_failed() or state.is_crashed() else None
    store.mirror_status(resources.database_dsn(), flow_run.id, status_of(state), error)


def job_flow(name: str, run_name: Callable[[], str]) -> Callable[[Callable[P, R]], Flow[P, R]]:
    """The decorator of every flow that is a job: its row's status follows the run's state."""
    hooks: list[Any] = [mirror_state]
    return flow(
        name=name,
        flow_run_name=run_name,
        persist_result=False,
        on_running=hooks,
        on_completion=hooks,
        on_failure=hooks,
        on_crashed=hooks,
        on_cancellation=hooks,
    )


@dataclass
class Job:
    """A running job: what the flow and its tasks use to account for their items."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    workspace: str
    job_type: str
    source: str
    label: str
    attempt: int
    weights: Mapping[ItemKind, float]
    final_stages: Mapping[ItemKind, str]
    database: Database
    account: Account
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    declared: dict[ItemKind, int] = field(default_factory=dict)
    stages: list[StageTime] = field(default_factory=list)
    _last_progress: float = 0.0
    _reached: int = 0

    async def declare(self, connection: Connection, kind: ItemKind, count: int) -> None:
        """Say how many items of `kind` there are; the ledger must end with as many."""
        self.declared[kind] = count
        await store.declare(connection, self.id, kind, count)

    async def record(self, connection: Connection, items: Sequence[Item]) -> None:
        """Write ledger lines inside the transaction of what they are about; reasons are stored without secrets."""
        safe = [item._replace(reason=redact(item.reason)) if item.reason else item for item in items]
        await store.record_items(connection, self.id, self.workspace_id, safe)

    @asynccontextmanager
    async def stage(self, name: str) -> AsyncIterator[StageCounter]:
        """Time a stage and name it in the job's progress."""
        counter, start = StageCounter(), time.monotonic()
        self.announce(name, 0, 0)
        try:
            yield counter
        finally:
            seconds = round(time.monotonic() - start, 3)
            self.stages.append(StageTime(name=name, seconds=seconds, items=counter.items))

    def announce(self, stage: str, done: int, total: int, bound: str = "") -> None:
        progress.announce(progress.Progress(self.id, self.label, stage, done, total, bound))

    async def batch_done(self, stage: str, number: int, total: int | None, bound: str = "") -> None:
        """Log that batch `number` of `total` has ended, and move the progress. None: more may come."""
        if total is None:
            get_run_logger().info("%s: batch %d, while more are read (%d %% of the job)", stage, number, self._reached)
        else:
            get_run_logger().info("%s: batch %d of %d (%d %%)", stage, number, total, 100 * number // max(1, total))
        if calls := describe_calls(self.account):
            get_run_logger().info("calls so far: %s", calls)
        self.announce(stage, number, total or 0, bound)
        await self.write_progress(stage)

    async def write_progress(self, stage: str, force: bool = False) -> None:
        """Bring the job row up to date, at most once in `progress_seconds`."""
        now = time.monotonic()
        if not force and now - self._last_progress < resources.current().settings.progress_seconds:
            return
        self._last_progress = now
        self._reached = max(self._reached, await self._percent())
        await store.write_progress(self.database, self.id, stage, self._reached)

    async def _percent(self) -> int:
        reached = await store.count_stages(self.database, self.id)
        percent = 0.0
        for kind, weight in self.weights.items():
            done = reached.get((kind, "ended"), 0) + reached.get((kind, self.final_stages[kind]), 0)
            percent += weight * min(1.0, done / self.declared[kind]) if self.declared.get(kind) else 0.0
        return int(100 * percent)

    async def close(self, *, empty_reason: str | None = None, **facts: Any) -> tuple[JobReport, Outcome]:
        """Check that the sums close, judge the outcome, and store the report.

        Raises `SumsDoNotCloseError` when an item got lost. `facts` are further fields of the report.
        """
        items = await self.count()
        check_sums(items)
        return await self.end(items, judge(items, empty_reason), **facts)

    async def close_unchanged(self, document: uuid.UUID, reason: str) -> tuple[JobReport, Outcome]:
        """The report of a job that found its document complete: everything there is counts as unchanged."""
        await store.attach_document(self.database, self.id, document)
        held = await library.count_document(self.database, document)
        items = {kind: ItemCounts(declared=held[kind], unchanged=held[kind]) for kind in ITEM_KINDS}
        outcome = Outcome(failed=False, completion_reason=reason)
        return await self.end(items, outcome, vectors=await self.count_vectors(document))

    async def close_known(self, held: Mapping[ItemKind, int]) -> tuple[JobReport, Outcome]:
        """As `close`, for a source that says it is as it was: the `held` items count as unchanged."""
        items = await self.count()
        items |= {kind: ItemCounts(declared=count, unchanged=count) for kind, count in held.items()}
        check_sums(items)
        return await self.end(items, judge(items, "unchanged"))

    async def count_vectors(self, document: uuid.UUID) -> dict[str, int]:
        """Vectors that the library holds of the document, by collection."""
        return await library.count_vectors(self.database, document)

    async def count_retryable(self) -> int:
        """Items that wait for a service or a budget."""
        return await store.count_retryable(self.database, self.id)

    async def count(self) -> dict[ItemKind, ItemCounts]:
        """The ledger's counts beside what was declared."""
        return count_items(self.declared, await store.count_statuses(self.database, self.id))

    async def fail(self, error: str, reason: str | None = None) -> JobReport:
        """Store the report of a job that cannot go on: the ledger as it stands, and why."""
        report, _ = await self.end(await self.count(), Outcome(failed=True, completion_reason=reason), error=error)
        return report

    async def cancel(self, items: Mapping[ItemKind, ItemCounts], **facts: Any) -> JobReport:
        """Store the report of a job that an operator ended: what it did, and as pending what it had still to do."""
        outcome = Outcome(failed=False, completion_reason=None)
        report, _ = await self.end(leave_pending(items), outcome, status="cancelled", **facts)
        return report

    async def end(
        self, items: Mapping[ItemKind, ItemCounts], outcome: Outcome, status: str | None = None, **facts: Any
    ) -> tuple[JobReport, Outcome]:
        """Build the report of `items` and `outcome` and store it on the job row."""
        if "problems" not in facts:
            rows = await store.list_problems(self.database, self.id, MAX_PROBLEMS_REPORTED)
            facts["problems"] = tuple(Problem(**row._asdict()) for row in rows)
        report = JobReport(
            job_id=str(self.id),
            job_type=self.job_type,
            status=status or ("failed" if outcome.failed else "completed"),
            completion_reason=outcome.completion_reason,
            source=self.source,
            started_at=self.started.isoformat(timespec="seconds"),
            finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
            resumed=self.attempt > 1,
            items=dict(items),
            calls=report_calls(self.account),
            stages=tuple(self.stages),
            **facts,
        )
        data = report.model_dump(mode="json", by_alias=True)
        await store.save_report(self.database, self.id, data, report.completion_reason)
        return report, outcome


@dataclass
class StageCounter:
    """How many items a stage handled, for the report."""

    items: int = 0


@dataclass(frozen=True)
class JobKind:
    """What distinguishes the jobs of one flow: how far along each kind of item is when it is done."""

    job_type: str
    weights: Mapping[ItemKind, float]  # shares of the progress, summing to 1
    final_stages: Mapping[ItemKind, str]


async def open_job(
    kind: JobKind,
    *,
    run_id: uuid.UUID,
    workspace_id: uuid.UUID,
    workspace: str,
    source: str,
    label: str,
    fingerprint: str,
    parameters: Mapping[str, Any],
    parent: uuid.UUID | None = None,
    max_cost_usd: float | None = None,
) -> Job:
    """Begin the job of this flow run, or take it up where its last attempt was interrupted."""
    database, shown = resources.current().database, redact(source)
    row = store.JobRow(run_id, workspace_id, kind.job_type, shown, fingerprint, parameters, parent, worker_name())
    await register_workspace(database, workspace_id, workspace)
    attempt = await store.open_job(database, row)
    if attempt > 1:
        await store.forget_unwell_items(database, run_id, ["product", "image", "chunk"])
    return Job(
        id=run_id,
        workspace_id=workspace_id,
        workspace=workspace,
        job_type=kind.job_type,
        source=shown,
        label=label,
        attempt=attempt,
        weights=kind.weights,
        final_stages=kind.final_stages,
        database=database,
        account=open_account(resources.current().settings.max_cost_usd if max_cost_usd is None else max_cost_usd),
    )


def recall_job(database: Database, row: Mapping[str, Any]) -> Job:
    """The job of a row (`storage.jobs.find_jobs`) whose process is gone, so that its report can be written."""
    return Job(
        id=row["id"],
        workspace_id=row["workspace_id"],
        workspace=row["workspace"],
        job_type=row["job_type"],
        source=row["source"],
        label=row["source"],
        attempt=row["attempt"],
        weights={},
        final_stages={},
        database=database,
        account=open_account(None),
        started=row["started_at"] or row["created_at"],
        declared=dict(row["declared"] or {}),
    )


def worker_name() -> str:
    return f"{platform.node()}:{os.getpid()}"


async def reconcile(database: Database) -> list[uuid.UUID]:
    """Bring rows of runs that died without a hook in line: what nobody holds and is not over was interrupted.

    Returns the ids of the jobs that were found dead. Their flow runs are set to Crashed, so the UI agrees.
    """
    dead = []
    rows = await database.fetch("select id from public.background_jobs where status = 'processing'")
    for (job,) in rows:
        if not await database.is_locked("job", job):
            await _settle(database, job)
            dead.append(job)
    return dead


async def _settle(database: Database, job: uuid.UUID) -> None:
    from prefect.exceptions import ObjectNotFound
    from prefect.states import Crashed

    status: JobStatus = "interrupted"
    async with get_client() as client:
        try:
            run = await client.read_flow_run(job)
            if run.state and run.state.is_final():
                status = status_of(run.state)
            else:
                await client.set_flow_run_state(job, Crashed(message="The process that ran it is gone."), force=True)
        except ObjectNotFound:  # another Prefect server ran it
            pass
    store.mirror_status(resources.database_dsn(), job, status, "the process that ran it is gone")
