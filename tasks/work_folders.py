"""Working folders of jobs, `<kind>-<job id>`: what a process that was killed left behind goes when nobody needs it."""

from __future__ import annotations

import asyncio
import shutil
import time
import uuid
from pathlib import Path

from tasks.storage.database import Database
from tasks.storage.jobs import list_jobs_by_id

KINDS = ("web", "records", "enrich")
_ENDED = frozenset({"completed", "failed", "cancelled"})  # an interrupted job may be taken up again


async def clear_left_folders(database: Database, work: Path, kept_seconds: float) -> list[Path]:
    """Remove the folders in `work` that no job will use again; returns them.

    A job that ended uses none. One that was interrupted, or that the database does not know (it was wiped, or it is
    another database's), keeps its folder for `kept_seconds` after the last change. A job that is alive, on whatever
    machine, holds its lock, and its folder is left alone.
    """
    found = await asyncio.to_thread(_list_folders, work)
    known = {row["id"]: row["status"] for row in await list_jobs_by_id(database, list(found))} if found else {}
    removed = []
    for job, folders in found.items():
        before = None if known.get(job) in _ENDED else time.time() - kept_seconds
        async with database.try_exclusive("job", job) as free:
            if free:
                removed += await asyncio.to_thread(_remove, folders, before)
    return removed


def _list_folders(work: Path) -> dict[uuid.UUID, list[Path]]:
    found: dict[uuid.UUID, list[Path]] = {}
    for kind in KINDS:
        for folder in work.glob(f"{kind}-*"):
            try:
                job = uuid.UUID(folder.name.removeprefix(f"{kind}-"))
            except ValueError:  # not ours
                continue
            found.setdefault(job, []).append(folder)
    return found


def _remove(folders: list[Path], before: float | None) -> list[Path]:
    """Remove those that changed last before that time (as time.time()); None: all of them."""
    removed = [folder for folder in folders if before is None or _changed_at(folder) < before]
    for folder in removed:
        shutil.rmtree(folder, ignore_errors=True)
    return removed


def _changed_at(folder: Path) -> float:
    """When something last came into the folder, or one directly below it, or left it; now where it is just going."""
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
    except OSError:
        return time.time()
