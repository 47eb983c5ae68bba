"""Live progress on stderr: a bar on a terminal, plain lines elsewhere. Human text only; stdout stays the caller's."""

from __future__ import annotations

import sys
import time
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as RichProgress
from rich.progress import TaskID as RichTaskID

from tasks.progress import Progress

PLAIN_INTERVAL_SECONDS = 2.0


def stderr_console() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


class Display:
    """Shows `Progress` events. Use as a context manager around the run."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = console.is_terminal
        self._started = time.monotonic()
        self._stage_started: dict[tuple[Any, str], float] = {}
        self._last_plain: dict[tuple[Any, str], float] = {}
        self._bars = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            transient=True,
        )
        self._rows: dict[Any, RichTaskID] = {}
        self._screen: Live | None = None

    def __enter__(self) -> Display:
        if self._live:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._bars.stop()

    def say(self, text: str) -> None:
        """One line that stays."""
        self._console.print(f"{time.monotonic() - self._started:6.1f} s  {text}", markup=False)

    def show(self, event: Progress) -> None:
        """Bring the display up to date; called from any thread that makes progress."""
        key = (event.job_id, event.stage)
        begun = self._stage_started.setdefault(key, time.monotonic())
        note = describe_rate(event, time.monotonic() - begun)
        if self._live:
            self._show_bar(event, note)
        else:
            self._show_line(event, note, key)

    def _show_bar(self, event: Progress, note: str) -> None:
        row = self._rows.get(event.job_id)
        if row is None:
            row = self._rows[event.job_id] = self._bars.add_task("", total=None, note="")
        self._bars.update(
            row,
            description=f"{event.label} · {event.stage}",
            completed=event.done,
            total=event.total or None,
            note=note,
        )

    def _show_line(self, event: Progress, note: str, key: tuple[Any, str]) -> None:
        now = time.monotonic()
        ended = event.total > 0 and event.done >= event.total
        if key in self._last_plain and not ended and now - self._last_plain[key] < PLAIN_INTERVAL_SECONDS:
            return
        self._last_plain[key] = now
        count = f" {event.done}/{event.total}" if event.total else ""
        self.say(f"{event.label}: {event.stage}{count}{' · ' + note if note else ''}")


def describe_rate(event: Progress, seconds: float) -> str:
    """Time left and what binds it, once some items are done; empty before."""
    if not event.done or not event.total or event.done >= event.total or seconds <= 0:
        return ""
    left = (event.total - event.done) * seconds / event.done
    bound = f", bound by {event.bound}" if event.bound else ""
    return f"about {left:.0f} s left{bound}"


def fail(message: str) -> None:
    """One clear line about what went wrong."""
    print(f"error: {message}", file=sys.stderr)
