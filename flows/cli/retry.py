"""`python -m flows.jobs retry --pending`: what waited for a service or a budget is tried again."""

from __future__ import annotations

import asyncio
import uuid
from typing import Annotated, Any

import typer

from flows.cli import run
from flows.cli.checks import check_workspace
from flows.cli.display import fail
from flows.cli.enrich import finish, start_enrich
from tasks.settings import load_settings


def retry(
    job: Annotated[str | None, typer.Argument(help="Only what this job left (its id, or the first characters)")] = None,
    pending: Annotated[bool, typer.Option("--pending", help="Items that wait for a service or a budget")] = False,
    max_cost: Annotated[
        float | None, typer.Option(min=0, metavar="USD", help="Stop paying for AI calls here; the rest stays pending")
    ] = None,
    workspace: Annotated[str | None, typer.Option(help="Tenant to work in", callback=check_workspace)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The job report as one line of JSON on stdout")] = False,
) -> None:
    """Try again what is pending, in one job or in the whole workspace."""
    if not pending:
        fail("say what to retry: --pending")
        raise typer.Exit(run.USAGE)
    settings = run.configure()
    if settings is None:
        raise typer.Exit(run.CONFIGURATION)
    run.prepare_prefect(settings)
    options: dict[str, Any] = {"workspace": workspace or settings.workspace, "max_cost_usd": max_cost}
    if job:
        try:
            options |= asyncio.run(_find(job))
        except LookupError as error:
            fail(str(error))
            raise typer.Exit(run.USAGE) from None
        except RuntimeError as error:
            fail(str(error).splitlines()[0])
            raise typer.Exit(run.CONFIGURATION) from None
    result = run.run_command("flows.enrich", lambda module: start_enrich(module, options))
    raise typer.Exit(finish(result, as_json, load_settings().home))


async def _find(prefix: str) -> dict[str, Any]:
    """The workspace and the documents of the job, or of its children; LookupError when it names none."""
    from tasks.resources import open_resources
    from tasks.storage.jobs import find_jobs, list_documents

    async with open_resources() as resources:
        rows = await find_jobs(resources.database, prefix)
        if len(rows) != 1:
            raise LookupError(
                f"several jobs' ids start with {prefix!r}: give more of it"
                if rows
                else f"no job's id starts with {prefix!r}"
            )
        documents: list[uuid.UUID] = await list_documents(resources.database, rows[0]["id"])
    if not documents:
        raise LookupError(f"job {prefix} left no document: run its command again")
    return {"workspace": rows[0]["workspace"], "documents": documents}
