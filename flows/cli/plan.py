"""`--dry-run`: prints what an ingest would do, and writes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from flows.cli.display import Display, fail, stderr_console
from flows.cli.run import DONE, PARTIAL, print_json
from flows.cli.summary import open_console
from tasks import progress
from tasks.plans import DocumentPlan, plan_document
from tasks.progress import Progress
from tasks.resources import open_resources
from tasks.settings import load_settings
from tasks.sources import list_sources


def print_plan(options: Mapping[str, Any], as_json: bool) -> int:
    """Print what ingesting the sources would do; returns the exit code."""
    with Display(stderr_console()) as display:
        progress.listen(display.show)
        plans, errors = asyncio.run(_plan(options))
    for error in errors:
        fail(error)
    if as_json:
        print_json({"dry_run": True, "documents": [plan.model_dump() for plan in plans], "errors": errors})
    open_console(stderr=as_json).print(_table(plans))
    return PARTIAL if errors else DONE


async def _plan(options: Mapping[str, Any]) -> tuple[list[DocumentPlan], list[str]]:
    settings, plans, errors = load_settings(), [], []
    async with AsyncExitStack() as stack:
        # A home that is not there yet is not made: then everything is new.
        known = settings.supabase_db_url or settings.home.exists()
        database = (await stack.enter_async_context(open_resources())).database if known else None
        for source in list_sources(options["sources"], ".pdf", None):

            def tell(done: int, total: int, label: str = source.rsplit("/", 1)[-1]) -> None:
                progress.announce(Progress(None, label, "read pages", done, total, "CPU, 1 reader"))

            try:
                plans.append(
                    await plan_document(source, settings, database, options["workspace"], options["limit"], tell)
                )
            except ValueError as error:  # a source that an ingest would refuse
                errors.append(str(error))
    return plans, errors


def _table(plans: list[DocumentPlan]) -> Table:
    table = Table(title="What would be done", title_justify="left", box=SIMPLE_HEAD)
    names = ("document", "pages", "unreadable", "new products", "known", "missing", "images", "chunks", "calls")
    for name in (*names, "at least", "bound by"):
        table.add_column(name, justify="left" if name in ("document", "bound by") else "right")
    for plan in plans:
        numbers = (plan.pages, plan.unreadable_pages, *plan.products.values(), plan.images, plan.chunks)
        calls = str(sum(plan.calls.values()))
        table.add_row(Text(plan.source), *map(str, numbers), calls, f"{plan.floor_seconds:.1f} s", plan.bound)
    return table
