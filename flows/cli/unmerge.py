"""`python -m flows.jobs unmerge`: takes apart products that were merged across sources, for good."""

from __future__ import annotations

import asyncio
import uuid
from typing import Annotated

import typer

from flows.cli import run
from flows.cli.checks import check_workspace
from flows.cli.display import fail
from flows.cli.summary import open_console


def unmerge(
    identity: Annotated[str, typer.Argument(metavar="JOB|PRODUCT", help="A job's or a product's id")],
    workspace: Annotated[str | None, typer.Option(help="Tenant that it belongs to", callback=check_workspace)] = None,
) -> None:
    """Undo what a job merged, or take a product out of its group; later deliveries do not merge them again."""
    settings = run.configure()
    if settings is None:
        raise typer.Exit(run.CONFIGURATION)
    try:
        chosen = uuid.UUID(identity)
    except ValueError:
        fail(f"{identity}: not an id; `python -m flows.jobs show JOB --json` lists merges with theirs")
        raise typer.Exit(run.USAGE) from None
    try:
        count = asyncio.run(_undo(chosen, workspace or settings.workspace))
    except (RuntimeError, OSError) as error:
        fail(str(error).splitlines()[0])
        raise typer.Exit(run.CONFIGURATION) from None
    open_console().print(f"{count} products stand by themselves again" if count else "nothing was merged there")


async def _undo(chosen: uuid.UUID, workspace: str) -> int:
    from tasks.catalog.ids import workspace_id
    from tasks.resources import open_resources
    from tasks.storage.matches import undo_matches

    async with open_resources() as opened:
        [[is_job]] = await opened.database.fetch(
            "select exists (select from public.background_jobs where id = %s)", chosen
        )
        if is_job:
            return await undo_matches(opened.database, workspace_id(workspace), job=chosen)
        return await undo_matches(opened.database, workspace_id(workspace), product=chosen)
