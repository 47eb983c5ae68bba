"""How every ingest command ends: the report, the tables, the error, the exit code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.console import Console

from flows.cli import run
from flows.cli.display import fail
from flows.cli.summary import open_console, print_summary
from tasks.settings import load_settings

# What a flow of its own kind tells beside the tables all have: given the console and the report.
Tell = Callable[[Console, dict[str, Any]], None]


def end_command(result: run.CommandResult | None, as_json: bool, tell: Tell | None = None) -> int:
    """Print how the job ended; returns the documented exit code."""
    if result is None:
        return run.CONFIGURATION
    if not result.job:
        return result.exit_code
    report = result.job["report"] or {}
    if as_json:  # its process died while it was being cancelled
        run.print_json(report or {"job_id": str(result.job["id"]), "status": result.job["status"]})
    print_summary(result.job, result.products, load_settings().home, to_stderr=as_json, children=result.children)
    if tell is not None:
        tell(open_console(stderr=as_json), report)
    if result.job["error"] and not result.children:
        fail(result.job["error"])
    return result.exit_code
