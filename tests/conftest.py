"""Shared by all tests: one home with real servers for the session, on ports of its own, gone afterwards.

Pure tests use none of this, so they import neither Prefect nor a database.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import commands
from commands import Finished
from stone_catalog import write_catalog

# Started in the background of a script, we ignore Ctrl-C, and so would every command that a test interrupts.
with contextlib.suppress(ValueError):  # only a main thread may say so
    signal.signal(signal.SIGINT, signal.default_int_handler)

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
    QUARRY_PAGE_WORKERS="1",  # a process less to start in every run
)


# Files that keep a worker busy for minutes come first, so that none of them is left when all others are done.
LONG_FIRST = ("tests/tasks/test_limit_faults.py", "tests/flows/", "tests/deployments/")


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config.option, "loadscopereorder"):  # pytest-xdist would put files of many tests first
        config.option.loadscopereorder = False


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Archives carry the second they were made in: named by it, workers would collect tests of different names."""
    return argname if isinstance(val, bytes) and not val.isascii() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        return next((i for i, start in enumerate(LONG_FIRST) if item.nodeid.startswith(start)), len(LONG_FIRST))

    items.sort(key=rank)


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """The session's home. Its servers start when a test first needs them."""
    yield _HOME
    _send_what_flows_said()
    from tasks import resources

    resources.detach()
    shutil.rmtree(_HOME, ignore_errors=True)


def _send_what_flows_said() -> None:
    """Logs and events of flows in this process go to the home's server: without it their senders retry for a minute."""
    if "prefect" not in sys.modules:
        return
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    APILogWorker.drain_all(timeout=10)
    EventsWorker.drain_all(timeout=10)


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


@pytest.fixture
def run(dsn: str, tmp_path: Path) -> Callable[..., Finished]:
    """Run `python -m flows.NAME ...` to its end; the session's servers stay up beside it."""

    def run_command(module: str, *arguments: object, **environment: str) -> Finished:
        return commands.run_module(tmp_path, module, *arguments, **environment)

    return run_command


@pytest.fixture
def run_here(dsn: str, page_workers: None, tmp_path: Path) -> Iterator[Callable[..., Finished]]:
    """The same in the test's own process, in a third of the time: for all that a process of its own does not prove."""

    def run_command(module: str, *arguments: object, **environment: str) -> Finished:
        return commands.run_here(tmp_path, module, *arguments, **environment)

    yield run_command
    from tasks.settings import load_settings

    load_settings.cache_clear()  # it may have been read since, with what this test put into the environment


@pytest.fixture(scope="session")
def page_workers(dsn: str) -> Iterator[None]:
    """Page workers of this process; commands that run in it find them, and leave them as they are."""
    from tasks.cluster import start_cluster, stop_cluster

    start_cluster()
    yield
    stop_cluster()


@pytest.fixture
def make_pdf(tmp_path: Path) -> Callable[..., Path]:
    """A catalog of `pages` pages: two captioned swatches and a paragraph each, all different."""

    def make(name: str, pages: int, seed: int = 0) -> Path:
        return write_catalog(tmp_path, name, pages, seed)

    return make


@pytest.fixture(scope="module")
def stones(dsn: str, page_workers: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A workspace with one catalog of four products, and the folder of its pictures."""
    folder, name = tmp_path_factory.mktemp("stones"), f"stones-{uuid.uuid4().hex[:8]}"
    source = write_catalog(folder, "stones.pdf", 2, 71)
    made = commands.run_here(folder, "flows.pdf", source, "--json", "--workspace", name)
    assert made.report["items"]["product"]["declared"] == 4, made.stderr
    return name, folder


@pytest.fixture
def dump_library(dsn: str) -> Callable[[str], dict[str, list[tuple[Any, ...]]]]:
    """Everything that the library holds of a workspace, times and jobs aside, in a fixed order."""

    def dump(workspace: str) -> dict[str, list[tuple[Any, ...]]]:
        import psycopg

        with psycopg.connect(dsn) as connection:
            tables = connection.execute(
                "select table_name, string_agg(quote_ident(column_name), ', ' order by ordinal_position) "
                "from information_schema.columns where table_schema = 'public' and table_name not in "
                "('workspaces', 'workspace_members', 'background_jobs', 'job_items') "
                "and column_name not in ('created_at', 'updated_at', 'source_job_id') group by table_name"
            ).fetchall()
            return {
                table: connection.execute(
                    f"select {columns} from public.{table} where workspace_id = "
                    "(select id from public.workspaces where name = %s) order by id",
                    (workspace,),
                ).fetchall()
                for table, columns in tables
            }

    return dump


@pytest.fixture
def empty_library(dsn: str, home: Path) -> Callable[[], None]:
    """Forget every document and job."""

    def empty() -> None:
        import psycopg

        with psycopg.connect(dsn) as connection:
            connection.execute("truncate public.documents, public.products, public.document_images cascade")
            connection.execute("truncate public.background_jobs cascade")
            connection.execute("truncate vecs.image_slig_embeddings")
        shutil.rmtree(home / "work", ignore_errors=True)  # what a job that was stopped has read

    return empty


@pytest.fixture(scope="session")
def misbehaving_port() -> Iterator[int]:
    """The port of `endpoints/misbehaving_server.py` on 127.0.0.1."""
    server = Path(__file__).parent / "endpoints" / "misbehaving_server.py"
    process = subprocess.Popen([sys.executable, server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait(timeout=10)


@pytest.fixture(scope="session")
def _shop() -> Iterator[Any]:
    sys.path.insert(0, str(Path(__file__).parent / "shop"))
    from running import start_shop

    with start_shop({"pages": 40}, {"pages": 15, "odd": True}, {"pages": 12, "robots_status": 404}) as shop:
        yield shop


@pytest.fixture
def shop(_shop: Any) -> Iterator[Any]:
    """`tests/shop`, with its counts at zero and its hosts as they were: 40 pages, 15 and the odd ones, 12."""
    _shop.reset()
    yield _shop
    for host in range(len(_shop.hosts)):
        _shop.configure(host, crawl_delay=None, storm={}, vanished=[], repriced={}, latency=0)
        _shop.configure(host, robots_status=404 if host == 2 else 200)


@pytest.fixture(scope="session")
def rehearsal_server() -> Iterator[Any]:
    """`tests/endpoints/rehearsal`, in a process of its own."""
    sys.path.insert(0, str(Path(__file__).parent / "endpoints"))
    from rehearsal.server import start_server

    with start_server() as server:
        yield server


@pytest.fixture
def rehearse(rehearsal_server: Any) -> Callable[..., Any]:
    """Give the server a profile and fresh counters: `rehearse("missing", qwen={"at_once": 3})`."""

    def choose(profile: str = "fast", **services: dict[str, Any]) -> Any:
        rehearsal_server.set_profile(profile, seed=1, services=services)
        rehearsal_server.reset()
        return rehearsal_server

    choose()
    return choose
