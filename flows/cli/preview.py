"""`--preview` and `--save-mapping` of a feed: what its fields are taken for, to be looked at and reviewed."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from flows.cli.display import fail, stderr_console
from flows.cli.run import DONE, PARTIAL, print_json
from flows.cli.summary import open_console
from flows.feed import FEED_SUFFIXES
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.mapping_files import save_mapping
from tasks.catalog.feeds.preview import LIKELY, SURE, Preview
from tasks.feeds import improve_suggestion, preview_source
from tasks.prefect_server import use_home_server
from tasks.resources import open_resources
from tasks.settings import load_settings
from tasks.sources import list_sources

_COLORS = ((SURE, "green"), (LIKELY, "yellow"), (0.0, "red"))
_SAMPLE_CHARACTERS = 60


def print_preview(options: Mapping[str, Any], as_json: bool, saved: Path | None, *, quiet: bool) -> int:
    """Print each feed's fields, unless `quiet`, and write the mapping of a single one; returns the exit code."""
    named = list_sources(options["sources"], FEED_SUFFIXES, None)
    if saved and len(named) != 1:
        fail("--save-mapping: a mapping is of one feed, name a single one")
        return PARTIAL
    mapping = FeedMapping.model_validate(options["mapping"]) if options["mapping"] else None
    try:
        shown = asyncio.run(_preview_all(named, mapping, ask=options["enrich"]))
    except ValueError as error:
        fail(str(error))
        return PARTIAL
    for source, one in zip(named, shown, strict=True):
        if as_json and not quiet:
            print_json({"preview": True, "source": source, **one.model_dump(mode="json")})
        elif not quiet:
            _print(source, one)
    if saved:
        save_mapping(saved, shown[0].mapping, shown[0].fields)
        stderr_console().print(f"mapping: {saved}", markup=False, soft_wrap=True)
    return DONE


async def _preview_all(named: list[str], mapping: FeedMapping | None, *, ask: bool) -> list[Preview]:
    settings = load_settings()
    with tempfile.TemporaryDirectory() as folder:
        if not (ask and settings.claude_key):
            return [await preview_source(one, Path(folder), mapping, settings, None) for one in named]
        with use_home_server():
            async with open_resources():
                return [await preview_source(one, Path(folder), mapping, settings, improve_suggestion) for one in named]


def _print(source: str, one: Preview) -> None:
    console = open_console()
    console.print(
        f"{source}: {one.profile} feed, {one.encoding}; record {one.record}, {one.records} looked at, "
        f"confidence {one.confidence:.2f}",
        markup=False,
        soft_wrap=True,
    )
    table = Table(box=SIMPLE_HEAD)
    for name in ("field", "is taken for", "sure", "filled", "type", "samples"):
        table.add_column(name, justify="right" if name in ("sure", "filled") else "left", overflow="fold")
    for field in one.fields:
        color = next(color for least, color in _COLORS if field.confidence >= least)
        taken = field.target or f"attribute {field.attribute or field.path}"
        samples = " | ".join(_shorten(sample) for sample in field.samples)
        table.add_row(
            Text(("variant: " if field.variant else "") + field.path),
            Text(taken),
            Text(f"{field.confidence:.2f}", style=color),
            f"{field.filled:.0%}",
            field.data_type,
            Text(samples),
        )
    console.print(table)


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SAMPLE_CHARACTERS else line[: _SAMPLE_CHARACTERS - 1] + "…"
