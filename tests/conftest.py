"""Shared by all tests: one home with real servers for the session, on ports of its own, gone afterwards.

Pure tests use none of this, so they import neither Prefect nor a database.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

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


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """The session's home. Its servers start when a test first needs them."""
    yield _HOME
    from tasks import resources

    resources.detach()
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


COMMAND_SECONDS = 300


class Finished(NamedTuple):
    """What a command left: its exit code, its report (with --json) and what it said."""

    code: int
    stdout: str
    stderr: str

    @property
    def report(self) -> dict[str, Any]:
        return json.loads(self.stdout)


@pytest.fixture
def run(dsn: str, tmp_path: Path) -> Callable[..., Finished]:
    """Run `python -m flows.NAME ...` to its end; the session's servers stay up beside it."""

    def run_command(module: str, *arguments: object, **environment: str) -> Finished:
        return run_module(tmp_path, module, *arguments, **environment)

    return run_command


def run_module(folder: Path, module: str, *arguments: object, **environment: str) -> Finished:
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **environment},
        timeout=COMMAND_SECONDS,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def make_pdf(tmp_path: Path) -> Callable[..., Path]:
    """A catalog of `pages` pages: two captioned swatches and a paragraph each, all different."""

    def make(name: str, pages: int, seed: int = 0) -> Path:
        return write_catalog(tmp_path, name, pages, seed)

    return make


def write_catalog(folder: Path, name: str, pages: int, seed: int) -> Path:
    import numpy as np
    import pymupdf
    from PIL import Image

    document = pymupdf.open()
    random = np.random.default_rng(seed)
    for number in range(1, pages + 1):
        page = document.new_page(width=420, height=595)
        page.insert_text((36, 48), f"Stone collection, part {number}", fontsize=18, fontname="hebo")
        for column in range(2):
            file = folder / f"{seed}-{number}-{column}.png"
            pixels = random.integers(0, 255, (6, 6, 3)).astype("uint8")
            Image.fromarray(pixels).resize((480, 480), Image.Resampling.BICUBIC).save(file)
            left = 36 + 190 * column
            page.insert_image(pymupdf.Rect(left, 80, left + 160, 240), filename=file)
            page.insert_text((left, 256), f"Stone {seed} {number}{'AB'[column]}", fontsize=11)
            page.insert_text((left, 270), f"ST-{seed}{number:03}{column}   60 x 60 cm", fontsize=9)
        page.insert_textbox(
            pymupdf.Rect(36, 320, 384, 560),
            f"Each piece of part {number} is cut from one block. The surface is honed by hand and sealed twice. " * 4,
            fontsize=10,
        )
    path = folder / name
    document.save(path)
    return path


@pytest.fixture(scope="module")
def stones(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A workspace with one catalog of four products, and the folder of its pictures."""
    folder, name = tmp_path_factory.mktemp("stones"), f"stones-{uuid.uuid4().hex[:8]}"
    made = run_module(folder, "flows.pdf", write_catalog(folder, "stones.pdf", 2, 71), "--json", "--workspace", name)
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
