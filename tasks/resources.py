"""The composition root: from settings to the database, the files and the servers of this process."""

from __future__ import annotations

import atexit
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tasks.servers import Attachment, attach
from tasks.settings import Settings, load_settings
from tasks.storage.database import Database
from tasks.storage.files import FileStore, FolderStore


@dataclass(frozen=True)
class Resources:
    """What flows and tasks work with. One per process, shared by all runs in it."""

    settings: Settings
    database: Database
    files: FileStore

    def work_folder(self, document: object) -> Path:
        """Where the pages of a document lie between reading and saving; the same for every run on it."""
        return self.settings.home / "work" / str(document)


_open: list[Resources] = []
_attachment: Attachment | None = None


def current() -> Resources:
    """The resources of this process; RuntimeError outside `open_resources`."""
    if not _open:
        raise RuntimeError("resources are used outside open_resources()")
    return _open[-1]


@asynccontextmanager
async def open_resources() -> AsyncIterator[Resources]:
    """Open what the settings name; a run inside another shares what is open already."""
    if _open:
        yield _open[-1]
        return
    settings = load_settings()
    _spare_libraries()
    async with Database(database_dsn()) as database:
        resources = Resources(settings, database, open_files(settings))
        _open.append(resources)
        try:
            yield resources
        finally:
            _open.remove(resources)


@cache
def _spare_libraries() -> None:
    """Leave what is imported by now out of Python's garbage collection, once in this process.

    Prefect's and Dask's 240,000 objects stay to its end; with them each full collection stops a job for 0.13 s.
    """
    gc.freeze()


def open_files(settings: Settings) -> FileStore:
    return FolderStore(settings.home / "files")


def login_file() -> Path:
    """Where the home's Prefect server keeps the string that its UI asks for (0600)."""
    return load_settings().home / "prefect" / "server.json"


def database_dsn() -> str:
    """The one database: Supabase's when configured, else the embedded server's, started when it is not up."""
    settings = load_settings()
    if settings.supabase_db_url:
        return settings.supabase_db_url.get_secret_value()
    return attachment().postgres().dsn


def attachment(*, prefect: bool = False) -> Attachment:
    """This process's hold on the embedded servers of its home; given back when the process ends.

    With `prefect`, a first call starts that server beside the database; without, it starts when it is asked for.
    """
    global _attachment
    if _attachment is None:
        settings = load_settings()
        _attachment = attach(
            settings.home,
            postgres=settings.supabase_db_url is None,
            prefect=prefect and not settings.prefect_api_url,
            linger_seconds=settings.linger_seconds,
            timeout_seconds=settings.server_start_seconds,
        )
        atexit.register(detach)
    return _attachment


def detach() -> None:
    """Give the hold on the embedded servers back; the last user waits until they are gone."""
    global _attachment
    if _attachment is not None:
        _attachment.close()
        _attachment = None
