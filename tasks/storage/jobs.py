"""Jobs and the ledger of their items. The row's status is computed from the flow run's state, never set by hand."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

import psycopg
from psycopg.types.json import Jsonb

from tasks.catalog.report import ItemKind, ItemStatus
from tasks.storage.bulk import copy_into
from tasks.storage.database import Connection, Database

JobStatus = Literal["pending", "processing", "retrying", "paused", "completed", "failed", "cancelled", "interrupted"]
JOB_STATUSES: tuple[JobStatus, ...] = get_args(JobStatus)
UNFINISHED: tuple[JobStatus, ...] = ("pending", "processing", "retrying", "paused", "interrupted")

# How the reason of an image begins that an engine saw and could not tell: asking the same engine again is no use.
UNCERTAIN = "classification uncertain"
_STRONGEST_CHANGE = (
    "case when 'created' in (stored.change, excluded.change) then 'created' "
    "when 'updated' in (stored.change, excluded.change) then 'updated' "
    "else coalesce(excluded.change, stored.change) end"
)
# What a job once created stays `created` in its ledger though a later write of the same job finds it unchanged.
ON_KNOWN_ITEM = (
    "on conflict (job_id, kind, key) do update set stage = excluded.stage, reason = excluded.reason, "
    f"change = {_STRONGEST_CHANGE}, "
    f"status = case when excluded.change is not null then {_STRONGEST_CHANGE} else excluded.status end, "
    "updated_at = now()"
)
ITEM_COLUMNS = "job_id, workspace_id, kind, key, stage, status, change, reason, attempt"
_TIME_COLUMN = {"completed": "completed_at", "failed": "failed_at", "interrupted": "interrupted_at"}


class Item(NamedTuple):
    """One line of the ledger. `stage` is the last stage the item passed; a reason says why it is not well."""

    kind: ItemKind
    key: str
    stage: str
    status: ItemStatus
    reason: str | None = None


class JobRow(NamedTuple):
    """What is known of a job when it starts."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    job_type: str
    source: str
    fingerprint: str
    parameters: Mapping[str, Any]
    parent_job_id: uuid.UUID | None = None
    worker_id: str | None = None


async def open_job(database: Database, job: JobRow) -> int:
    """Insert the job, or take it up again under the same id; returns the attempt, 1 for a new one."""
    rows = await database.fetch(
        "insert into public.background_jobs as stored (id, workspace_id, parent_job_id, job_type, source, fingerprint, "
        "parameters, status, worker_id, started_at, last_heartbeat) "
        "values (%s, %s, %s, %s, %s, %s, %s, 'processing', %s, now(), now()) "
        "on conflict (id) do update set status = 'processing', attempt = stored.attempt + 1, error = null, "
        "fingerprint = excluded.fingerprint, source = excluded.source, "
        "completion_reason = null, worker_id = excluded.worker_id, last_heartbeat = now(), updated_at = now(), "
        "started_at = coalesce(stored.started_at, now()), completed_at = null, failed_at = null, "
        "interrupted_at = null returning attempt",
        job.id,
        job.workspace_id,
        job.parent_job_id,
        job.job_type,
        job.source,
        job.fingerprint,
        Jsonb(dict(job.parameters)),
        job.worker_id,
    )
    return int(rows[0][0])


def mirror_status(dsn: str, job: uuid.UUID, status: JobStatus, error: str | None) -> None:
    """Write the status that the flow run's state means. Synchronous: state hooks run where no loop of ours does.

    A job that has ended stays ended, whatever a late hook says; taking it up again goes through `open_job`.
    """
    time_column = _TIME_COLUMN.get(status)
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "update public.background_jobs set status = %s, error = coalesce(%s, error), updated_at = now()"
            + (f", {time_column} = now()" if time_column else "")
            + (", progress = 100" if status == "completed" else "")
            + " where id = %s and status not in ('completed', 'failed', 'cancelled')",
            (status, error, job),
        )


async def declare(connection: Connection, job: uuid.UUID, kind: ItemKind, count: int) -> None:
    """Say how many items of `kind` the source holds: the left side of the sum that must close."""
    await connection.execute(
        "update public.background_jobs set declared = declared || jsonb_build_object(%s::text, %s::int) where id = %s",
        (kind, count, job),
    )


async def record_items(connection: Connection, job: uuid.UUID, workspace: uuid.UUID, items: Sequence[Item]) -> None:
    """Write ledger lines in bulk, inside the transaction that writes the items' rows.

    What a job once created stays `created` in its ledger though a later write of the same job finds it unchanged.
    """
    if not items:
        return
    await connection.execute(
        "create temp table if not exists scratch_items (kind text, key text, stage text, status text, reason text) "
        "on commit drop"
    )
    await connection.execute("truncate scratch_items")
    await copy_into(connection, "scratch_items", Item._fields, items)
    await connection.execute(
        f"insert into public.job_items as stored ({ITEM_COLUMNS}) "
        "select %s, %s, kind, key, stage, status, "
        "case when status in ('created', 'updated', 'unchanged') then status end, reason, 1 "
        f"from scratch_items order by kind, key {ON_KNOWN_ITEM}",
        (job, workspace),
    )


async def forget_unwell_items(database: Database, job: uuid.UUID, kinds: Sequence[ItemKind]) -> None:
    """Before a job is taken up again: items of `kinds` that failed or wait are tried anew; what was written stays."""
    await database.execute(
        "delete from public.job_items where job_id = %s and kind = any(%s) and status in ('failed', 'pending') "
        "and change is null",
        job,
        list(kinds),
    )
    await database.execute(
        "update public.job_items set status = change, reason = null where job_id = %s and kind = any(%s) "
        "and status in ('failed', 'pending')",
        job,
        list(kinds),
    )


async def count_statuses(database: Database, job: uuid.UUID) -> dict[tuple[str, str], int]:
    """(kind, status) -> number of ledger lines."""
    rows = await database.fetch(
        "select kind, status, count(*) from public.job_items where job_id = %s group by kind, status", job
    )
    return {(kind, status): int(count) for kind, status, count in rows}


async def count_stages(database: Database, job: uuid.UUID) -> dict[tuple[str, str], int]:
    """(kind, stage) -> items that got that far; those that need no more work in this job count as stage `ended`."""
    rows = await database.fetch(
        "select kind, case when status in ('unchanged', 'skipped', 'pending', 'failed') then 'ended' else stage end, "
        "count(*) "
        "from public.job_items where job_id = %s group by 1, 2",
        job,
    )
    return {(kind, stage): int(count) for kind, stage, count in rows}


async def list_problems(database: Database, job: uuid.UUID, limit: int) -> list[Item]:
    """Items that are skipped, pending or failed: failures first."""
    rows = await database.fetch(
        "select kind, key, stage, status, reason from public.job_items "
        "where job_id = %s and status in ('skipped', 'pending', 'failed') "
        "order by array_position(array['failed', 'pending', 'skipped'], status), kind, key limit %s",
        job,
        limit,
    )
    return [Item(*row) for row in rows]


async def list_keys(database: Database, job: uuid.UUID, kind: ItemKind, status: ItemStatus) -> dict[str, str | None]:
    """key -> reason of the job's items of `kind` with `status`."""
    rows = await database.fetch(
        "select key, reason from public.job_items where job_id = %s and kind = %s and status = %s", job, kind, status
    )
    return {str(key): reason for key, reason in rows}


async def list_changes(database: Database, job: uuid.UUID, kind: ItemKind) -> dict[str, str]:
    """key -> created, updated or unchanged, for the items of `kind` that the job wrote or found."""
    rows = await database.fetch(
        "select key, change from public.job_items where job_id = %s and kind = %s and change is not null", job, kind
    )
    return {str(key): str(change) for key, change in rows}


async def count_retryable(database: Database, job: uuid.UUID) -> int:
    """Items that wait for a service or a budget: another run may get them. An uncertain label is not one of them."""
    rows = await database.fetch(
        "select count(*) from public.job_items where job_id = %s and status = 'pending' and reason not like %s",
        job,
        f"{UNCERTAIN}%",
    )
    return int(rows[0][0])


async def write_progress(database: Database, job: uuid.UUID, stage: str, percent: int) -> None:
    """Move the job's one progress counter; it never goes back."""
    await database.execute(
        "update public.background_jobs set stage = %s, progress = greatest(progress, least(%s, 99)), "
        "last_heartbeat = now(), updated_at = now() where id = %s",
        stage,
        percent,
        job,
    )


async def attach_document(database: Database, job: uuid.UUID, document: uuid.UUID) -> None:
    await database.execute("update public.background_jobs set document_id = %s where id = %s", document, job)


async def attach_source(database: Database, job: uuid.UUID, source: str) -> None:
    """The source, as in `products.source`, whose products the job is about."""
    await database.execute("update public.background_jobs set product_source = %s where id = %s", source, job)


async def save_report(
    database: Database, job: uuid.UUID, report: Mapping[str, Any], completion_reason: str | None
) -> None:
    await database.execute(
        "update public.background_jobs set report = %s, completion_reason = %s, updated_at = now() where id = %s",
        Jsonb(dict(report)),
        completion_reason,
        job,
    )


async def find_unfinished(database: Database, workspace: uuid.UUID, fingerprint: str) -> list[uuid.UUID]:
    """Jobs about the same thing that have not ended, newest first."""
    rows = await database.fetch(
        "select id from public.background_jobs where workspace_id = %s and fingerprint = %s and status = any(%s) "
        "order by created_at desc",
        workspace,
        fingerprint,
        list(UNFINISHED),
    )
    return [row[0] for row in rows]


async def list_jobs(database: Database, workspace: uuid.UUID | None, limit: int) -> list[dict[str, Any]]:
    return await database.fetch_dicts(
        "select j.*, w.name as workspace from public.background_jobs j join public.workspaces w "
        "on w.id = j.workspace_id where %s::uuid is null or workspace_id = %s::uuid order by created_at desc limit %s",
        workspace,
        workspace,
        limit,
    )


async def find_jobs(database: Database, prefix: str) -> list[dict[str, Any]]:
    """Jobs whose id starts with `prefix` (the whole id, or enough of it)."""
    return await database.fetch_dicts(
        "select j.*, w.name as workspace from public.background_jobs j join public.workspaces w "
        "on w.id = j.workspace_id where j.id::text like %s order by created_at desc limit 2",
        prefix.replace("%", "").replace("_", "") + "%",
    )


async def list_children(database: Database, parent: uuid.UUID) -> list[dict[str, Any]]:
    """The runs that `parent` started, in that order."""
    return await database.fetch_dicts(
        "select id, source, status, completion_reason, report, error from public.background_jobs "
        "where parent_job_id = %s order by source",
        parent,
    )


async def list_documents(database: Database, job: uuid.UUID) -> list[uuid.UUID]:
    """The documents of a job and of the runs that it started."""
    rows = await database.fetch(
        "select distinct document_id from public.background_jobs where (id = %s or parent_job_id = %s) "
        "and document_id is not null",
        job,
        job,
    )
    return [row[0] for row in rows]


async def list_jobs_by_id(database: Database, jobs: Sequence[uuid.UUID]) -> list[dict[str, Any]]:
    return await database.fetch_dicts(
        "select id, source, status, completion_reason, report from public.background_jobs where id = any(%s)",
        list(jobs),
    )
