"""The command line of `python -m flows.web`."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from flows.cli import run
from flows.cli.checks import check_export, check_workspace
from flows.cli.ending import end_command
from tasks.catalog.web.urls import read_url

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

REASONS_SHOWN = 8


def _check_sources(values: list[str]) -> list[str]:
    """Addresses with their scheme; a bare host means https."""
    sources = [value if "://" in value else f"https://{value}" for value in values]
    for value, source in zip(values, sources, strict=True):
        if read_url(source) is None:
            raise typer.BadParameter(f"{value!r} is not the http(s) address of a page")
    return sources


@app.command()
def ingest(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="URL...", help="Product pages, listings, sitemaps or shops", callback=_check_sources),
    ],
    max_pages: Annotated[
        int | None,
        typer.Option(min=1, help="Take at most so many pages (100); robots.txt and sitemaps do not count"),
    ] = None,
    include: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Only such pages: /chairs/**, shop.example/p/*; repeatable")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="No such pages; wins over --include; repeatable")
    ] = None,
    depth: Annotated[int | None, typer.Option(min=0, help="Follow so many links from a source")] = None,
    from_sitemap: Annotated[
        bool, typer.Option("--from-sitemap", help="Take what the shop's sitemaps list; follow no links")
    ] = False,
    pages_only: Annotated[bool, typer.Option("--pages-only", help="Take only the pages named")] = False,
    browser: Annotated[
        bool, typer.Option("--browser", help="Run scripts of pages that have no content without them ([browser])")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The job report as one line of JSON on stdout")] = False,
    export: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the job's products to FILE as JSON Lines", callback=check_export),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Read at most N pages")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what robots.txt and sitemaps say and what is known; write nothing")
    ] = False,
    no_enrich: Annotated[bool, typer.Option("--no-enrich", help="Rows and images only: no vectors")] = False,
    no_images: Annotated[bool, typer.Option("--no-images", help="Fetch no images")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Read known pages again, and accept that many products are gone")
    ] = False,
    max_cost: Annotated[
        float | None, typer.Option(min=0, metavar="USD", help="Stop paying for AI calls here; the rest stays pending")
    ] = None,
    workspace: Annotated[str | None, typer.Option(help="Tenant to write to", callback=check_workspace)] = None,
) -> None:
    """Bring the products of web shops into the library, politely."""
    settings = run.configure()
    if settings is None:
        raise typer.Exit(run.CONFIGURATION)
    options = {
        "sources": sources,
        "workspace": workspace or settings.workspace,
        "max_pages": max_pages,
        "include": include or [],
        "exclude": exclude or [],
        "depth": depth,
        "from_sitemap": from_sitemap,
        "pages_only": pages_only,
        "browser": browser,
        "limit": limit,
        "enrich": not no_enrich,
        "images": not no_images,
        "force": force,
        "max_cost_usd": max_cost,
    }
    if dry_run:
        from flows.cli.web_plan import print_web_plan

        raise typer.Exit(print_web_plan(options, as_json))
    result = run.run_command("flows.web", lambda module: _start(module, options), export=export)
    raise typer.Exit(end_command(result, as_json, _tell_frontier))


async def _start(module: Any, options: dict[str, Any]) -> uuid.UUID:
    from prefect import tags

    from flows.resume import run_or_resume
    from tasks.catalog.ids import workspace_id

    params = module.WebIngest(**options)
    with tags("source:web"):
        return await run_or_resume(
            module.ingest_web, params, module.fingerprint(params), workspace_id(params.workspace)
        )


def _tell_frontier(console: Console, report: dict[str, Any]) -> None:
    for reason, count in list(report.get("frontier", {}).items())[:REASONS_SHOWN]:
        console.print(f"not taken: {count} pages: {reason}" if count > 1 else reason, markup=False, soft_wrap=True)
    for name in report.get("missing", [])[:REASONS_SHOWN]:
        console.print(f"missing: {name}", markup=False, soft_wrap=True)


def main() -> None:
    """Run the command; ends the process with the documented exit code."""
    app()
