"""The ledger against the real database."""

import asyncio
import uuid

import pytest

from tasks.catalog.report import SumsDoNotCloseError, check_sums, count_items
from tasks.storage import jobs
from tasks.storage.database import Database
from tasks.storage.jobs import Item, JobRow


async def open_job(database: Database, workspace: uuid.UUID, fingerprint: str = "f") -> uuid.UUID:
    job = uuid.uuid4()
    await jobs.open_job(database, JobRow(job, workspace, "pdf", "a.pdf", fingerprint, {}))
    return job


async def record(database: Database, job: uuid.UUID, workspace: uuid.UUID, *items: Item) -> None:
    async with database.transaction() as connection:
        await jobs.record_items(connection, job, workspace, items)


async def test_what_a_job_created_stays_created_when_it_is_written_again(
    database: Database, workspace: uuid.UUID
) -> None:
    job = await open_job(database, workspace)
    await record(
        database, job, workspace, Item("product", "a", "save", "created"), Item("product", "b", "save", "unchanged")
    )
    await record(
        database, job, workspace, Item("product", "a", "save", "unchanged"), Item("product", "b", "embed", "updated")
    )
    assert await jobs.count_statuses(database, job) == {("product", "created"): 1, ("product", "updated"): 1}


async def test_a_failure_is_counted_once_and_forgotten_on_the_next_attempt(
    database: Database, workspace: uuid.UUID
) -> None:
    job = await open_job(database, workspace)
    await record(
        database, job, workspace, Item("image", "x", "store", "created"), Item("page", "7", "read", "failed", "hung")
    )
    await record(database, job, workspace, Item("image", "x", "embed", "failed", "no memory"))
    assert await jobs.count_statuses(database, job) == {("image", "failed"): 1, ("page", "failed"): 1}
    await jobs.forget_unwell_items(database, job, ["image"])
    assert await jobs.count_statuses(database, job) == {("image", "created"): 1, ("page", "failed"): 1}


async def test_an_item_that_is_not_well_needs_a_reason(database: Database, workspace: uuid.UUID) -> None:
    job = await open_job(database, workspace)
    with pytest.raises(Exception, match="job_items"):
        await record(database, job, workspace, Item("page", "1", "read", "failed"))


async def test_sums_that_do_not_close_are_an_error(database: Database, workspace: uuid.UUID) -> None:
    job = await open_job(database, workspace)
    await record(database, job, workspace, Item("page", "1", "save", "created"))
    counts = count_items({"page": 2}, await jobs.count_statuses(database, job))
    with pytest.raises(SumsDoNotCloseError, match="page: 2 declared, 1 accounted for"):
        check_sums(counts)


async def test_a_job_that_has_ended_is_not_moved_by_a_late_hook(
    database: Database, workspace: uuid.UUID, dsn: str
) -> None:
    job = await open_job(database, workspace)
    jobs.mirror_status(dsn, job, "completed", None)
    jobs.mirror_status(dsn, job, "interrupted", "late")
    [row] = await jobs.find_jobs(database, str(job))
    assert (row["status"], row["progress"], row["error"]) == ("completed", 100, None)


async def test_progress_never_goes_back(database: Database, workspace: uuid.UUID) -> None:
    job = await open_job(database, workspace)
    await jobs.write_progress(database, job, "read", 40)
    await jobs.write_progress(database, job, "save", 10)
    [row] = await jobs.find_jobs(database, str(job))
    assert (row["stage"], row["progress"]) == ("save", 40)


async def test_unfinished_jobs_are_found_by_what_they_are_about(
    database: Database, workspace: uuid.UUID, dsn: str
) -> None:
    mine, other = await open_job(database, workspace, "mine"), await open_job(database, workspace, "other")
    done = await open_job(database, workspace, "mine")
    jobs.mirror_status(dsn, done, "completed", None)
    assert await jobs.find_unfinished(database, workspace, "mine") == [mine]
    assert await jobs.find_unfinished(database, workspace, "other") == [other]


async def test_a_lock_is_free_again_when_its_holder_leaves(database: Database) -> None:
    key = uuid.uuid4()
    async with database.exclusive("job", key):
        assert await database.is_locked("job", key)
        async with database.try_exclusive("job", key) as free:
            assert not free
    assert not await database.is_locked("job", key)


async def test_a_waiter_gets_the_lock_after_the_holder(database: Database) -> None:
    key, order = uuid.uuid4(), []

    async def hold(name: str, seconds: float) -> None:
        async with database.exclusive("document", key):
            order.append(name)
            await asyncio.sleep(seconds)
            order.append(name)

    await asyncio.gather(hold("a", 0.2), hold("b", 0.0))
    assert order in (["a", "a", "b", "b"], ["b", "b", "a", "a"])
