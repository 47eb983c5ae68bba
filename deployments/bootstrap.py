"""Create and update what the flows need on a Prefect server: `python -m deployments.bootstrap`. May be repeated.

The limits get the numbers of `tasks/limit_table.py`, also where somebody has changed them in the UI: `--plan` shows the
difference first. Needs the server that `PREFECT_API_URL` names, or starts the home's own.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.settings import PREFECT_API_URL

from tasks.limit_admin import apply_limits, plan_limits
from tasks.limit_server import keeps_leases_in_memory, open_server
from tasks.limit_thread import describe_memory
from tasks.prefect_server import use_home_server

WORK_POOL = "quarry"


async def ensure_work_pool() -> bool:
    """Create the process work pool that prefect.yaml names; returns whether it was missing."""
    async with get_client() as client:
        try:
            await client.create_work_pool(WorkPoolCreate(name=WORK_POOL, type="process"))
        except ObjectAlreadyExists:
            return False
    return True


async def bootstrap(*, update: bool = False) -> list[str]:
    """Create limits and the work pool where missing; returns what was done.

    With `update`, limits get the table's numbers; without, an operator's numbers stay.
    """
    changes = [change for change in await plan_limits() if update or change.found is None]
    await apply_limits(changes)
    done = [str(change) for change in changes]
    if await ensure_work_pool():
        done.append(f"work pool {WORK_POOL}: create")
    return done


async def plan() -> list[str]:
    """What `bootstrap(update=True)` would do; changes nothing."""
    wanted = [str(change) for change in await plan_limits()]
    async with get_client() as client:
        try:
            await client.read_work_pool(WORK_POOL)
        except ObjectNotFound:
            wanted.append(f"work pool {WORK_POOL}: create")
    return wanted


async def describe_server() -> str | None:
    """What an operator should know about the server's leases; None when they are kept safely."""
    async with open_server() as server:
        if keeps_leases_in_memory(await server.read_lease_storage()):
            return describe_memory(str(PREFECT_API_URL.value()))
    return None


def main(arguments: list[str] | None = None) -> int:
    """Run it against the configured server and say what it did."""
    parser = argparse.ArgumentParser(prog="python -m deployments.bootstrap", description=__doc__)
    parser.add_argument("--plan", action="store_true", help="only say what differs")
    options = parser.parse_args(arguments)
    with use_home_server():
        lines = asyncio.run(plan() if options.plan else bootstrap(update=True))
        warning = asyncio.run(describe_server())
    print("\n".join(lines) or "everything is there", file=sys.stdout if options.plan else sys.stderr)
    if warning:
        print(f"warning: {warning}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
