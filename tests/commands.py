"""Our commands, run by tests: as a process of their own, or in the test's, which spares what a process has to start."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

COMMAND_SECONDS = 300


class Finished(NamedTuple):
    """What a command left: its exit code, its report (with --json) and what it said."""

    code: int
    stdout: str
    stderr: str

    @property
    def report(self) -> dict[str, Any]:
        return json.loads(self.stdout)


def run_module(folder: Path, module: str, *arguments: object, **environment: str) -> Finished:
    """`python -m module ...` to its end."""
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **environment},
        timeout=COMMAND_SECONDS,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def run_here(folder: Path, module: str, *arguments: object, **environment: str) -> Finished:
    """The same command line in this process: what is imported, the models and the page workers stay for the next one.

    Only for commands that end by themselves. Not from inside a running event loop.
    """
    # Left by `use_home_server`, for children of its block.
    for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING", "PREFECT_API_SSL_CERT_FILE"):
        os.environ.pop(name, None)
    app = importlib.import_module(module.replace("flows.", "flows.cli.")).app
    stdout, stderr, code = io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.dict(os.environ, environment),  # ends with the environment as it was
        contextlib.chdir(folder),
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
        _as_in_a_process(),
    ):
        try:
            app([*map(str, arguments)], prog_name=module)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Finished(code, stdout.getvalue(), stderr.getvalue())


@contextlib.contextmanager
def _as_in_a_process() -> Iterator[None]:
    """Settings are read anew, and what a command sets up for the rest of its process ends with it."""
    from tasks import progress
    from tasks.settings import load_settings

    loggers = {name: list(logging.getLogger(name).handlers) for name in ("prefect", "quarry")}
    listeners = list(progress._listeners)
    load_settings.cache_clear()
    try:
        yield
    finally:
        if "tasks.limit_thread" in sys.modules:
            from tasks.limit_thread import close_limits

            close_limits()
        load_settings.cache_clear()
        progress._listeners[:] = listeners
        for name, handlers in loggers.items():
            for handler in [one for one in logging.getLogger(name).handlers if one not in handlers]:
                logging.getLogger(name).removeHandler(handler)
                handler.close()
