"""Folders that killed jobs leave go, never one that a job may still use."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from tasks.storage.jobs import JobRow, mirror_status, open_job
from tasks.work_folders import clear_left_folders

KEPT_SECONDS = 3600.0


def make_folder(work: Path, kind: str, job: object, *, age_seconds: float = 0) -> Path:
    """A folder with a page in it, last changed so long ago."""
    folder = work / f"{kind}-{job}"
    page = folder / "pages" / "one"
    page.mkdir(parents=True)
    (page / "body").write_bytes(b"x")
    for path in (page, folder / "pages", folder):
        os.utime(path, (time.time() - age_seconds,) * 2)
    return folder


@pytest.mark.parametrize(
    ("status", "age_seconds", "goes"),
    [
        ("completed", 0, True),
        ("failed", 0, True),
        ("cancelled", 0, True),
        ("interrupted", 0, False),
        ("interrupted", 2 * KEPT_SECONDS, True),
        ("processing", 0, False),  # killed a moment ago: nobody was left to say so
        ("processing", 2 * KEPT_SECONDS, True),
        ("paused", 0, False),
        (None, 0, False),  # of another database?
        (None, 2 * KEPT_SECONDS, True),
    ],
)
async def test_what_nobody_needs_any_more_goes(
    database: Any, dsn: str, workspace: uuid.UUID, tmp_path: Path, status: Any, age_seconds: float, goes: bool
) -> None:
    job = uuid.uuid4()
    if status:
        await open_job(database, JobRow(job, workspace, "web", "https://shop.example", "f", {}))
        mirror_status(dsn, job, status, None)
    folders = [make_folder(tmp_path, kind, job, age_seconds=age_seconds) for kind in ("web", "records")]
    removed = await clear_left_folders(database, tmp_path, KEPT_SECONDS)
    assert set(removed) == (set(folders) if goes else set())
    assert [folder.exists() for folder in folders] == [not goes] * 2


async def test_the_folder_of_a_job_that_is_alive_stays(database: Any, tmp_path: Path) -> None:
    job = uuid.uuid4()
    folder = make_folder(tmp_path, "web", job, age_seconds=2 * KEPT_SECONDS)
    async with database.exclusive("job", job):
        assert await clear_left_folders(database, tmp_path, KEPT_SECONDS) == []
    assert folder.exists()
    assert await clear_left_folders(database, tmp_path, KEPT_SECONDS) == [folder]


async def test_an_old_folder_into_which_something_has_just_come_stays(database: Any, tmp_path: Path) -> None:
    folder = make_folder(tmp_path, "web", uuid.uuid4(), age_seconds=2 * KEPT_SECONDS)
    (folder / "pages" / "another").mkdir()
    os.utime(folder, (0, 0))
    assert await clear_left_folders(database, tmp_path, KEPT_SECONDS) == []


async def test_what_is_no_job_s_is_left_alone(database: Any, tmp_path: Path) -> None:
    others = [make_folder(tmp_path, "web", "notes", age_seconds=1e6), make_folder(tmp_path, "pages", uuid.uuid4())]
    assert await clear_left_folders(database, tmp_path / "nowhere", KEPT_SECONDS) == []
    assert await clear_left_folders(database, tmp_path, KEPT_SECONDS) == []
    assert all(folder.exists() for folder in others)
