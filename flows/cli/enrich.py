"""The command line of `python -m flows.enrich`."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli import run
from flows.cli.checks import check_workspace
from flows.cli.display import fail
from flows.cli.summary import print_summary
from tasks.settings import load_settings

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def enrich(
    documents: Annotated[
        list[uuid.UUID] | None, typer.Argument(metavar="[DOCUMENT...]", help="Only these documents' ids")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The job report as one line of JSON on stdout")] = False,
    max_cost: Annotated[
        float | None, typer.Option(min=0, metavar="USD", help="Stop paying for AI calls here; the rest stays pending")
    ] = None,
    workspace: Annotated[str | None, typer.Option(help="Tenant to work in", callback=check_workspace)] = None,
) -> None:
    """Make the vectors that a workspace lacks, or that another engine made."""
    settings = run.configure()
    if settings is None:
        raise typer.Exit(run.CONFIGURATION)
    options = {
        "workspace": workspace or settings.workspace,
        "documents": documents or [],
        "max_cost_usd": max_cost,
    }
    result = run.run_command("flows.enrich", lambda module: start_enrich(module, options))
    raise typer.Exit(finish(result, as_json, load_settings().home))


def finish(result: run.CommandResult | None, as_json: bool, home: Path) -> int:
    """Print how the job ended; returns the exit code."""
    if result is None:
        return run.CONFIGURATION
    if result.job:
        if as_json:
            run.print_json(result.job["report"] or {})
        print_summary(result.job, [], home, to_stderr=as_json)
        if result.job["error"]:
            fail(result.job["error"])
    return result.exit_code


async def start_enrich(module: Any, options: dict[str, Any]) -> uuid.UUID:
    """Run the flow, or take its interrupted run up; returns the run's id."""
    from flows.resume import run_or_resume
    from tasks.catalog.ids import workspace_id

    params = module.Enrich(**options)
    return await run_or_resume(module.enrich, params, module.fingerprint(params), workspace_id(params.workspace))


def main() -> None:
    """Run the command; ends the process with the documented exit code."""
    app()
