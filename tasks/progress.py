"""How a running job tells whoever watches: the log always, the command line when it runs the flow itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import NamedTuple


class Progress(NamedTuple):
    """Where a job stands. `done` of `total` items of the stage; `total` 0 while it is not known."""

    job_id: uuid.UUID | None
    label: str  # which document, when several run
    stage: str
    done: int
    total: int
    bound: str = ""  # what limits the speed: CPU, a cap, the network


Listener = Callable[[Progress], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Send every later progress of this process to `listener`. It must return at once."""
    _listeners.append(listener)


def announce(progress: Progress) -> None:
    for listener in _listeners:
        listener(progress)
