"""The Dask cluster that reads pages: one per process, shared by its documents, started beside everything else."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import Future

import dask
from distributed import LocalCluster

from tasks import progress
from tasks.settings import load_settings

# What Dask has to say on its own (lost connections at shutdown, restarted workers) is said by us per page.
for _name in (
    "distributed",
    "distributed.worker",
    "distributed.nanny",
    "distributed.scheduler",
    "tornado",
    "tornado.application",
):
    logging.getLogger(_name).setLevel(logging.CRITICAL)
_CONFIG = {
    "distributed.logging.distributed": "critical",
    "distributed.scheduler.allowed-failures": 1,  # a page that kills workers is named after its second
    "distributed.comm.retry.count": 2,
    "distributed.worker.preload": ["tasks.pages"],  # imported, and its first child started, while the rest starts
    # Measurements for a dashboard that is not there: with them, each worker's event loop took 6 % of a core.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
}

_lock = threading.Lock()
_cluster: Future[LocalCluster] | None = None


def start_cluster() -> Future[LocalCluster]:
    """Start the cluster in a thread of its own, once; returns at once with its future.

    Connections are encrypted with certificates made for this cluster, so no other user of the machine can submit work.
    """
    global _cluster
    with _lock:
        if _cluster is None:
            _cluster = Future()
            threading.Thread(target=_start, args=(_cluster,), name="dask-start", daemon=True).start()
        return _cluster


def _start(future: Future[LocalCluster]) -> None:
    try:
        with dask.config.set(_CONFIG):
            cluster = LocalCluster(
                n_workers=load_settings().page_workers,
                threads_per_worker=1,
                dashboard_address=None,
                # Another command has the usual port: any free one, still on loopback, without a warning.
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                security=True,
                memory_limit=0,  # the reading child has its own ceiling; killing a worker loses innocent pages
                silence_logs=logging.CRITICAL,
            )
        progress.announce(progress.Progress(None, "start", "page workers are up", 0, 0))
        future.set_result(cluster)
    except Exception as error:  # handed to whoever waits for the cluster
        future.set_exception(error)


async def get_cluster() -> LocalCluster:
    """The running cluster; waits for its start without blocking the loop."""
    return await asyncio.wrap_future(start_cluster())


def is_started() -> bool:
    """Whether this process has a cluster, be it one that is still starting."""
    return _cluster is not None


def stop_cluster() -> None:
    """Stop the workers, if any were started."""
    global _cluster
    with _lock:
        running, _cluster = _cluster, None
    if running is not None and running.exception() is None:
        running.result().close()
