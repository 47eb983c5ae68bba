"""Values of options that are wrong before anything starts: exit code 2, with one line that says why."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from tasks.catalog.ids import WORKSPACE_PATTERN


def check_workspace(value: str | None) -> str | None:
    """A tenant's name becomes part of file paths: letters, digits, dashes and underscores."""
    if value is not None and not re.match(WORKSPACE_PATTERN, value):
        raise typer.BadParameter(f"{value!r}: letters, digits, - and _ only, at most 63")
    return value


def check_export(value: Path | None) -> Path | None:
    """The export's folder must be there, so that a long job does not end without its file."""
    if value is not None and (value.is_dir() or not value.absolute().parent.is_dir()):
        raise typer.BadParameter(f"{value} cannot be written: name a file in a folder that exists")
    return value
