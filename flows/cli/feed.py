"""The command line of `python -m flows.feed`."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console

from flows.cli import run
from flows.cli.checks import check_export, check_workspace
from flows.cli.display import fail
from flows.cli.ending import end_command
from tasks.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

STDIN = "-"


@app.command()
def ingest(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE...", help="XML feeds: files, folders of them, URLs, or - for stdin")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="The job report as one line of JSON on stdout")] = False,
    export: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the job's products to FILE as JSON Lines", callback=check_export),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Read only the first N records of each feed")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; write nothing")] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show the records' fields and what they are taken for; write nothing")
    ] = False,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE.yaml", help="Read the fields as this reviewed mapping says")
    ] = None,
    save_mapping: Annotated[
        Path | None,
        typer.Option(metavar="FILE.yaml", help="Write the mapping in use, to be reviewed", callback=check_export),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Name of the delivery line; by default the path or URL, dates in it left out"),
    ] = None,
    missing: Annotated[
        Literal["mark", "keep", "draft", "delete"],
        typer.Option(help="What happens to products that left the feed"),
    ] = "mark",
    allow_partial: Annotated[
        bool, typer.Option("--allow-partial", help="Import the whole records of a feed that breaks off")
    ] = False,
    no_enrich: Annotated[bool, typer.Option("--no-enrich", help="Rows and images only: no vectors")] = False,
    no_images: Annotated[bool, typer.Option("--no-images", help="Fetch no images")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Read every record again, and accept that many products are gone")
    ] = False,
    max_cost: Annotated[
        float | None, typer.Option(min=0, metavar="USD", help="Stop paying for AI calls here; the rest stays pending")
    ] = None,
    workspace: Annotated[str | None, typer.Option(help="Tenant to write to", callback=check_workspace)] = None,
) -> None:
    """Keep the library in step with suppliers' XML feeds."""
    settings = run.configure()
    if settings is None:
        raise typer.Exit(run.CONFIGURATION)
    if source and len(sources) > 1:
        raise typer.BadParameter("one delivery line has one source: name a single one", param_hint="--source")
    options = {
        "sources": [_locate(one, settings) for one in sources],
        "source_name": source or (STDIN if sources == [STDIN] else None),
        "workspace": workspace or settings.workspace,
        "limit": limit,
        "mapping": _load_mapping(mapping),
        "missing": missing,
        "allow_partial": allow_partial,
        "enrich": not no_enrich,
        "images": not no_images,
        "force": force,
        "max_cost_usd": max_cost,
    }
    if preview or save_mapping:
        from flows.cli.preview import print_preview

        code = print_preview(options, as_json, save_mapping, quiet=not preview)
        if preview or code != run.DONE:
            raise typer.Exit(code)
    if dry_run:
        from flows.cli.diff import print_diff

        raise typer.Exit(print_diff(options, as_json))
    result = run.run_command("flows.feed", lambda module: _start(module, options), export=export)
    raise typer.Exit(end_command(result, as_json, _tell_changes))


def _locate(source: str, settings: Settings) -> str:
    """The source as the flow takes it: an absolute path, or an address. Standard input becomes a file of the home."""
    if source != STDIN:
        return source if "://" in source else os.path.abspath(Path(source).expanduser())
    from tasks.sources import SourceError, spool

    try:
        return str(spool(sys.stdin.buffer, settings.home / "work" / "stdin", int(settings.feed_max_mb * 1e6)))
    except SourceError as error:
        fail(str(error))
        raise typer.Exit(run.PARTIAL) from None


def _load_mapping(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    from tasks.catalog.feeds.mapping_files import MappingFileError, load_mapping

    try:
        return load_mapping(path).model_dump(mode="json")
    except MappingFileError as error:
        raise typer.BadParameter(str(error), param_hint="--mapping") from None


async def _start(module: Any, options: dict[str, Any]) -> uuid.UUID:
    from prefect import tags

    from flows.resume import run_or_resume
    from tasks.catalog.ids import workspace_id

    params = module.FeedIngest(**options)
    with tags("source:feed"):
        return await run_or_resume(
            module.ingest_feed, params, module.fingerprint(params), workspace_id(params.workspace)
        )


def _tell_changes(console: Console, report: dict[str, Any]) -> None:
    changed = [change for change in report.get("changes", ()) if change["fields"]]
    if changed or report.get("missing"):
        from flows.cli.diff import changes_table

        console.print(changes_table(changed, report.get("missing", [])))


def main() -> None:
    """Run the command; ends the process with the documented exit code."""
    app()
