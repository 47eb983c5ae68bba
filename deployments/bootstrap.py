"""Create what the flows need on a Prefect server: `python -m deployments.bootstrap`. May be repeated.

Needs the server that `PREFECT_API_URL` names, or starts the home's own.
"""

from __future__ import annotations

import asyncio
import sys

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists

from tasks.limits import ensure_limits
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


async def bootstrap() -> list[str]:
    """Create limits and the work pool where missing; returns what was created."""
    created = [f"limit {name}" for name in await ensure_limits()]
    if await ensure_work_pool():
        created.append(f"work pool {WORK_POOL}")
    return created


def main() -> int:
    """Run it against the configured server and say what it did."""
    with use_home_server():
        created = asyncio.run(bootstrap())
    print("created " + ", ".join(created) if created else "everything is there", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
