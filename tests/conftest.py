"""Shared by all tests: one home with real servers for the session, on ports of its own, gone afterwards.

Pure tests use none of this, so they import neither Prefect nor a database.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

# Before anything of ours or of Prefect's is imported: no test sees the developer's own home, server or keys.
for _name in [name for name in os.environ if name.startswith(("QUARRY_", "PREFECT_", "SUPABASE_"))]:
    if _name != "QUARRY_CORPUS":
        del os.environ[_name]
_HOME = Path(tempfile.mkdtemp(prefix="quarry-test-"))
_HOME.chmod(0o711)  # the account that runs the database for root passes through it
os.environ.update(
    QUARRY_HOME=str(_HOME),
    PREFECT_HOME=str(_HOME / "prefect"),
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
    PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL="CRITICAL",
    DO_NOT_TRACK="1",
)


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """The session's home. Its servers start when a test first needs them."""
    yield _HOME
    from tasks import resources

    if resources.attachment.cache_info().currsize:
        resources.attachment().close()
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def dsn(home: Path) -> str:
    """The session's migrated database."""
    from tasks.resources import database_dsn

    return database_dsn()


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[object]:
    from tasks.storage.database import Database

    async with Database(dsn) as opened:
        yield opened


@pytest.fixture
async def workspace(database: object) -> uuid.UUID:
    """A workspace of this test's own."""
    from tasks.catalog import ids
    from tasks.storage.documents import register_workspace

    name = f"test-{uuid.uuid4().hex[:12]}"
    workspace = ids.workspace_id(name)
    await register_workspace(database, workspace, name)  # type: ignore[arg-type]
    return workspace


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files from outside."""
    folder = os.environ.get("QUARRY_CORPUS")
    if not folder:
        pytest.skip("QUARRY_CORPUS names no folder of real files")
    return Path(folder)
