"""The page stage alone, as every PDF flow runs it: `python tests/bench/pages_stage.py FILE` in a QUARRY_HOME.

Servers, Dask workers and their reading children are the real ones; pages are read and dropped, nothing else is done
with them. Prints one line of JSON: seconds from the first request to the last page, and how many pages came.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import psutil

from flows.cli.run import prepare_prefect
from tasks.settings import load_settings

prepare_prefect(load_settings())  # before Prefect is imported

from prefect.runtime import flow_run as current_run  # noqa: E402

from tasks import resources  # noqa: E402
from tasks.catalog import ids  # noqa: E402
from tasks.cluster import get_cluster, start_cluster, stop_cluster  # noqa: E402
from tasks.documents import receive_document, register_document  # noqa: E402
from tasks.jobs import JobKind, job_flow, open_job  # noqa: E402
from tasks.limits import ensure_limits  # noqa: E402
from tasks.pages import read_pages  # noqa: E402
from tasks.prefect_server import use_home_server  # noqa: E402

KIND = JobKind("bench-pages", weights={"page": 1.0}, final_stages={"page": "save-pages"})


@job_flow("bench-pages", lambda: "bench-pages")
async def read_stage(source: str) -> dict[str, Any]:
    """Read every page of the document at `source`."""
    async with resources.open_resources():
        await ensure_limits()
        await get_cluster()
        job = await open_job(
            KIND,
            run_id=uuid.UUID(str(current_run.id)),
            workspace_id=ids.workspace_id("bench"),
            workspace="bench",
            source=source,
            label="bench",
            fingerprint=uuid.uuid4().hex,
            parameters={},
        )
        received = await receive_document(job, source, None)
        await register_document(job, received)
        started, cpu, pages, images = time.monotonic(), count_cpu(), 0, 0
        async for page, _ in read_pages(job, received, limit=None):
            pages += 1
            images += len(page.images)
        seconds, cpu = time.monotonic() - started, count_cpu() - cpu
        return {"seconds": seconds, "cpu_seconds": cpu, "pages": pages, "images": images}


def count_cpu() -> float:
    """CPU seconds so far of this process, the Dask workers and their reading children, those that ended included."""
    total = 0.0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            if not process.name().startswith("postgres"):
                times = process.cpu_times()
                ended = 0.0 if process.pid == os.getpid() else times.children_user + times.children_system
                total += times.user + times.system + ended
    return total


def main(source: Path) -> None:
    resources.attachment(prefect=True)
    resources.database_dsn()
    start_cluster()
    try:
        with use_home_server():
            figures = asyncio.run(read_stage(str(source)))  # type: ignore[arg-type]
    finally:
        stop_cluster()
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
