"""The other end of `json_child`: how a child program serves its requests."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any

from tasks.local.page_messages import receive_message, send_message


def serve(memory_bytes: int, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Answer requests until the input ends; the exit code. `memory_bytes` bounds the address space; 0 does not."""
    if memory_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints is no answer
    while (request := receive_message(sys.stdin.buffer)) is not None:
        signal.setitimer(signal.ITIMER_REAL, request["seconds"])  # unhandled, so it ends even a library that hangs
        message = answer(request)
        signal.setitimer(signal.ITIMER_REAL, 0)
        send_message(answers, message)
    return 0
