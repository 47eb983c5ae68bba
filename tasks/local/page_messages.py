"""What the page reader and its child process say to each other, and where pages lie."""

from __future__ import annotations

import json
import os
import select
import struct
import time
from pathlib import Path
from typing import Any, BinaryIO

_LENGTH = struct.Struct("<Q")
MAX_MESSAGE_BYTES = 1 << 20  # requests and answers are names and numbers; pages travel as files


def page_path(folder: Path, number: int) -> Path:
    """The file of physical page `number`."""
    return folder / f"{number:05}.json"


def send_message(stream: BinaryIO, message: dict[str, Any]) -> None:
    data = json.dumps(message).encode()
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def receive_message(stream: BinaryIO) -> dict[str, Any] | None:
    """The next message; None at the end of the stream. Blocks."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    message: dict[str, Any] = json.loads(stream.read(_LENGTH.unpack(head)[0]))
    return message


def receive_within(descriptor: int, seconds: float) -> dict[str, Any]:
    """The next message from an unbuffered pipe; TimeoutError after `seconds`, EOFError when the other end is gone."""
    deadline = time.monotonic() + seconds
    size = _LENGTH.unpack(_read_exactly(descriptor, _LENGTH.size, deadline))[0]
    if size > MAX_MESSAGE_BYTES:
        raise EOFError("the answer is no answer")
    message: dict[str, Any] = json.loads(_read_exactly(descriptor, size, deadline))
    return message


def _read_exactly(descriptor: int, size: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < size:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            raise TimeoutError
        part = os.read(descriptor, size - len(data))
        if not part:
            raise EOFError
        data += part
    return bytes(data)
