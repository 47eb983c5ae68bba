"""Start, watch and stop server processes, own children or ones left by an earlier keeper."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tasks.server_state import ProcessId, identify, is_alive

_POLL_SECONDS = 0.02


class ServerFailedError(RuntimeError):
    """A server cannot be started; the message is one line for the user."""


class Step(NamedTuple):
    """A signal, and how long the process may take to end after it."""

    signal: signal.Signals
    seconds: float


def identify_child(pid: int) -> ProcessId:
    """The identity of a process just started; a process that is gone already gets one that is never alive."""
    return identify(pid) or ProcessId(pid, "gone")


def is_running(process: ProcessId) -> bool:
    """As `is_alive`; also takes the exit status of a child of ours, so that no zombie is left."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)
    return is_alive(process)


def stop_process(process: ProcessId, steps: Sequence[Step]) -> None:
    """Send each signal in turn until the process is gone."""
    for step in steps:
        if not is_running(process):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, step.signal)
        wait_until_gone(process, step.seconds)


def wait_until_gone(process: ProcessId, seconds: float) -> bool:
    """Whether the process ended within the time."""
    deadline = time.monotonic() + seconds
    while is_running(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def read_last_error(log: Path, start: int, marks: Sequence[str]) -> str:
    """The last line after byte `start` that holds one of the marks, from the mark on; else the last line at all."""
    lines = log.read_bytes()[start:].decode("utf-8", errors="replace").splitlines()
    for line in reversed(lines):
        for mark in marks:
            if mark in line:
                return line[line.index(mark) :].strip()
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The keeper's environment (already without the caller's secrets) and what a server is told by it."""
    return {**os.environ, **extra}
