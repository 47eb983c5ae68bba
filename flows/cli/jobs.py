"""The command line of `python -m flows.jobs`."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from flows.cli import run
from flows.cli.checks import check_workspace
from flows.cli.control import cancel, pause, resume
from flows.cli.display import fail
from flows.cli.retry import retry
from flows.cli.summary import describe_end, item_table, open_console
from flows.cli.unmerge import unmerge

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True)

JOBS_SHOWN = 20
app.command("retry")(retry)
for _command in (pause, resume, cancel):
    app.command()(_command)
app.command("unmerge")(unmerge)


def _rows(prefix: str | None, workspace: str | None, limit: int) -> list[dict[str, Any]]:
    """Jobs after those that died unnoticed were brought in line; exits with 3 when nothing can be reached."""
    settings = run.configure()
    if settings is None:
        raise typer.Exit(run.CONFIGURATION)
    run.prepare_prefect(settings)
    try:
        return asyncio.run(_read(prefix, workspace, limit))
    except RuntimeError as error:
        fail(str(error).splitlines()[0])
        raise typer.Exit(run.CONFIGURATION) from None


async def _read(prefix: str | None, workspace: str | None, limit: int) -> list[dict[str, Any]]:
    from tasks.catalog.ids import workspace_id
    from tasks.resources import open_resources
    from tasks.storage.jobs import find_jobs, list_jobs

    async with open_resources() as resources:
        await _reconcile(resources.database)
        if prefix is not None:
            return await find_jobs(resources.database, prefix)
        return await list_jobs(resources.database, workspace_id(workspace) if workspace else None, limit)


async def _reconcile(database: Any) -> None:
    """Start talking to Prefect only when some job looks dead: most calls of this command do not need it."""
    if not await database.fetch("select 1 from public.background_jobs where status = 'processing' limit 1"):
        return
    from tasks.jobs import reconcile
    from tasks.prefect_server import use_home_server

    with use_home_server():
        await reconcile(database)


@app.command("list")
def list_all(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a job, a line each")] = False,
    workspace: Annotated[str | None, typer.Option(help="Only this tenant's jobs", callback=check_workspace)] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first")] = JOBS_SHOWN,
) -> None:
    """List the newest jobs."""
    rows = _rows(None, workspace, limit)
    if as_json:
        for row in rows:
            run.print_json({**row, "report": None})
        return
    table = Table("job", "type", "status", "%", "stage", "source", "started", box=SIMPLE_HEAD)
    for row in rows:
        started = row["started_at"].strftime("%Y-%m-%d %H:%M:%S") if row["started_at"] else ""
        status = row["completion_reason"] or row["status"]
        cells = [str(row["id"])[:8], row["job_type"], status, str(row["progress"]), row["stage"] or "", row["source"]]
        table.add_row(*map(Text, cells), started)
    open_console().print(table if rows else "no jobs yet")


@app.command()
def show(
    job: Annotated[str, typer.Argument(help="The job's id, or its first characters")],
    as_json: Annotated[bool, typer.Option("--json", help="The job report as one line of JSON")] = False,
) -> None:
    """Show one job: its status, its sums and its problems."""
    rows = _rows(job, None, 2)
    if len(rows) != 1:
        fail(
            f"no job's id starts with {job!r}" if not rows else f"several jobs' ids start with {job!r}: give more of it"
        )
        raise typer.Exit(run.USAGE)
    row = rows[0]
    report = row["report"] or {}
    if as_json:
        run.print_json(report or {"job_id": str(row["id"]), "status": row["status"]})
        return
    console = open_console()
    console.print(describe_end(row), markup=False, soft_wrap=True)
    console.print(
        f"job {row['id']}, attempt {row['attempt']}, {row['progress']} %, stage {row['stage'] or '-'}, "
        f"started {row['started_at']:%Y-%m-%d %H:%M:%S}, last sign of life {row['last_heartbeat']:%H:%M:%S}",
        markup=False,
        soft_wrap=True,
    )
    if row["error"]:
        console.print(f"error: {row['error']}", markup=False, soft_wrap=True)
    if report.get("items"):
        console.print(item_table(report["items"]))
    for problem in report.get("problems", []):
        line = f"{problem['status']}: {problem['kind']} {problem['key']} at {problem['stage']}: {problem['reason']}"
        console.print(line, markup=False, soft_wrap=True)


@app.command()
def limits(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a limit, a line each")] = False,
) -> None:
    """Show the caps: their slots, how many are in use and how many calls wait, over all processes."""
    settings = run.configure()
    if settings is None:
        raise typer.Exit(run.CONFIGURATION)
    run.prepare_prefect(settings)
    try:
        rows, warning = _limit_rows()
    except (RuntimeError, OSError) as error:
        fail(str(error).splitlines()[0])
        raise typer.Exit(run.CONFIGURATION) from None
    if as_json:
        for row in rows:
            run.print_json(row)
    else:
        table = Table("limit", "cap", "in use", "waiting", "state", "breaker", "protects", box=SIMPLE_HEAD)
        for row in rows:
            table.add_row(*(Text("" if row[key] is None else str(row[key])) for key in _LIMIT_COLUMNS))
        open_console().print(table)
    if warning:
        fail(f"warning: {warning}")


_LIMIT_COLUMNS = ("name", "cap", "in_use", "waiting", "state", "breaker", "protects")


def _limit_rows() -> tuple[list[dict[str, Any]], str | None]:
    from tasks.limit_overview import read_limits
    from tasks.prefect_server import use_home_server

    with use_home_server():
        return asyncio.run(read_limits())


def main() -> None:
    """Run the command; ends the process with the documented exit code."""
    app()
