"""A child process that answers questions in JSON: started without secrets, bounded, killed where it hangs.

The program is a module that reads length-prefixed requests (`page_messages`) from its standard input, sets an alarm of
`seconds` for each, and answers on its standard output.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import struct
import sys
from typing import Any, Self

_LENGTH = struct.Struct("<Q")  # as `page_messages` frames them
_PASSED_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_START_SECONDS = 60.0  # for the program itself, on a busy machine
_STREAM_BYTES = 1 << 22  # of an answer, read at once


def child_environment() -> dict[str, str]:
    """What a child is told of its surroundings: no secrets, and one thread for each library."""
    return {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ} | _ONE_THREAD


class ChildDiedError(RuntimeError):
    """The child ended instead of answering; the message says how."""


class JsonChild:
    """One running child. `doing` says in errors what it was at: "decoding it"."""

    def __init__(self, process: asyncio.subprocess.Process, doing: str) -> None:
        self._process, self._doing = process, doing

    @classmethod
    async def start(cls, module: str, *arguments: str, doing: str) -> Self:
        """Run `python -m module arguments...`; for one event loop."""
        process = await asyncio.create_subprocess_exec(
            # -P: nothing of the working folder is importable.
            *(sys.executable, "-P", "-m", module, *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd="/",
            env=child_environment(),
            limit=_STREAM_BYTES,
        )
        return cls(process, doing)

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, seconds: float, **request: Any) -> dict[str, Any]:
        """The answer; `ChildDiedError` when there is none. Only the child's own alarm ends what takes too long."""
        data = json.dumps({"seconds": seconds, **request}).encode()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(_LENGTH.pack(len(data)) + data)
            await self._process.stdin.drain()
            async with asyncio.timeout(seconds + _START_SECONDS):
                head = await self._process.stdout.readexactly(_LENGTH.size)
                answer: dict[str, Any] = json.loads(await self._process.stdout.readexactly(_LENGTH.unpack(head)[0]))
                return answer
        except (asyncio.IncompleteReadError, ConnectionError):
            raise ChildDiedError(self._explain_end(await self._process.wait(), seconds)) from None
        except TimeoutError:
            raise ChildDiedError(self._explain_end(-signal.SIGALRM, seconds)) from None

    async def end(self) -> None:
        if self.is_alive:
            self._process.kill()
        await self._process.wait()
        self._process._transport.close()  # type: ignore[attr-defined]  # or its pipes warn when the loop is gone

    def _explain_end(self, code: int, seconds: float) -> str:
        if code == -signal.SIGALRM:
            return f"{self._doing} took longer than {seconds:g} s"
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return f"{self._doing} crashed ({how})"
