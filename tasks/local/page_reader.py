"""Reading pages through a child process that can be killed: a page that hangs, crashes or explodes costs that page.

The child is started without the parent's secrets in its environment, has a ceiling on its memory, and is replaced after
a failure, and after a number of pages if it holds much memory by then.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
from pydantic import SecretStr

from tasks.catalog.pdf.document import DocumentError, DocumentFacts
from tasks.catalog.pdf.options import ReadOptions
from tasks.local.page_messages import page_path, receive_within, send_message

__all__ = ["PageChild", "PageFailed", "annotate_in_child", "inspect_in_child", "page_path", "start_spare"]

# Native memory that a library leaks, or caches for ever, is given back with the process.
PAGES_PER_CHILD = 500
# A child that holds no more than this after its share of pages reads on: starting another costs as much CPU time as
# reading a hundred pages. Resident bytes; twice what a child holds that has read pages of photographs.
RESTED_BYTES = 224 << 20
# Opening and repairing a document before its first page; a hostile one may take for ever.
OPEN_SECONDS = 120.0
_PASSED_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH")
# One core a child: numpy's and Tesseract's threads would fight with the other workers.
_ONE_THREAD = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class PageFailed(RuntimeError):  # noqa: N818  # it says what happened to the page, not to the program
    """A page that could not be read; `reason` is one line."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _ChildDiedError(RuntimeError):
    """The child process ended instead of answering."""


class _Process:
    """A running child and its pipes."""

    def __init__(self, memory_bytes: int) -> None:
        self.memory_bytes = memory_bytes
        environment = {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ} | _ONE_THREAD
        # -P: nothing of the working folder is importable.
        command = [sys.executable, "-P", "-m", "tasks.local.page_child", str(memory_bytes)]
        self._popen = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env=environment,
        )

    @property
    def pid(self) -> int:
        return self._popen.pid

    def ask(self, seconds: float, **request: Any) -> dict[str, Any]:
        """The answer to one request; TimeoutError, or `_ChildDiedError` with how it ended."""
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        try:
            send_message(self._popen.stdin, request)  # type: ignore[arg-type]  # an unbuffered pipe is a raw stream
            return receive_within(self._popen.stdout.fileno(), seconds)
        except (EOFError, BrokenPipeError, ValueError):
            self._popen.kill()
            raise _ChildDiedError(_describe_end(self._popen.wait())) from None

    @property
    def resident_bytes(self) -> int:
        """Memory that the child holds now; 0 when it is gone."""
        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0

    @property
    def is_alive(self) -> bool:
        return self._popen.poll() is None

    def kill(self) -> None:
        self._popen.kill()
        self._popen.wait()
        for pipe in (self._popen.stdin, self._popen.stdout):
            if pipe:
                pipe.close()


def _describe_end(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


_spares: list[_Process] = []  # at most one


def start_spare(memory_bytes: int) -> None:
    """Start a child ahead, for the next `PageChild` of this process that allows it as much memory.

    Its imports take as long as reading fifty pages; a worker has time for them while the document is being received.
    """
    if not _spares:
        _spares.append(_Process(memory_bytes))


def _take_spare(memory_bytes: int) -> _Process | None:
    spare = _spares.pop() if _spares else None
    if spare is not None and (spare.memory_bytes != memory_bytes or not spare.is_alive):
        spare.kill()
        return None
    return spare


class PageChild:
    """Reads pages of one document. Use as a context manager, or call `close`. Not for several threads."""

    def __init__(
        self,
        document: Path,
        folder: Path,
        *,
        options: ReadOptions,
        password: SecretStr | None = None,
        memory_bytes: int = 0,
        pages_per_child: int = PAGES_PER_CHILD,
        rested_bytes: int = RESTED_BYTES,
    ) -> None:
        self._document, self._folder, self._options = document, folder, options
        self._password, self._memory_bytes, self._pages_per_child = password, memory_bytes, pages_per_child
        self._rested_bytes = rested_bytes
        self._process: _Process | None = None
        self._pages = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The child's process number; None while there is none."""
        return self._process.pid if self._process else None

    def read(self, number: int, *, deadline_seconds: float) -> None:
        """Read physical page `number` into `page_path(folder, number)` and its images beside it.

        Raises `PageFailed` with the reason; the next page gets a fresh child where this one cannot go on.
        """
        process = self._start()
        try:
            answer = process.ask(deadline_seconds, do="read", number=number)
        except TimeoutError:
            self.close()
            raise PageFailed(f"reading it took longer than {deadline_seconds:g} s") from None
        except _ChildDiedError as error:
            self.close()
            raise PageFailed(f"reading it crashed ({error})") from None
        self._pages += 1
        if "error" in answer:
            if answer["error"] == "memory":
                self.close()
            raise PageFailed(str(answer["message"]))
        if self._pages >= self._pages_per_child:
            self._pages = 0
            if process.resident_bytes > self._rested_bytes:
                self.close()

    def close(self) -> None:
        """End the child, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process, self._pages = None, 0

    def _start(self) -> _Process:
        """The running child, or a new one with the document open."""
        if self._process is not None and not self._process.is_alive:  # died between pages, which costs no page
            self.close()
        if self._process is None:
            self._process = _take_spare(self._memory_bytes) or _Process(self._memory_bytes)
            try:
                answer = self._open(self._process)
            except TimeoutError:
                answer = {"error": "failed", "message": f"opening the document took longer than {OPEN_SECONDS:g} s"}
            except _ChildDiedError as error:
                answer = {"error": "failed", "message": f"opening the document crashed ({error})"}
            if "error" in answer:
                self.close()
                raise PageFailed(str(answer["message"]))
        return self._process

    def _open(self, process: _Process) -> dict[str, Any]:
        return process.ask(
            OPEN_SECONDS,
            do="open",
            path=str(self._document.absolute()),
            password=_reveal(self._password),
            folder=str(self._folder.absolute()),
            options=self._options._asdict(),
        )


def _reveal(password: SecretStr | None) -> str | None:
    return password.get_secret_value() if password else None


def inspect_in_child(
    path: Path, password: SecretStr | None = None, *, memory_bytes: int = 0, seconds: float = OPEN_SECONDS
) -> DocumentFacts:
    """Look at a document in a process of its own: a hostile file crashes that one. Raises `DocumentError`."""
    process = _Process(memory_bytes)
    try:
        answer = process.ask(
            seconds, do="inspect", path=str(path.absolute()), password=_reveal(password), name=path.name
        )
    except TimeoutError:
        raise DocumentError("corrupt", f"{path.name}: opening it took longer than {seconds:g} s") from None
    except _ChildDiedError as error:
        raise DocumentError("corrupt", f"{path.name}: opening it crashed the reader ({error})") from None
    finally:
        process.kill()
    if answer.get("error") == "memory":
        raise DocumentError("too_large", f"{path.name}: opening it needs more memory than allowed")
    if "error" in answer:
        code: Any = answer["error"] if answer["error"] != "failed" else "corrupt"
        raise DocumentError(code, str(answer["message"]))
    return DocumentFacts(**answer["ok"])


def annotate_in_child(
    path: Path,
    target: Path,
    plan: Path,
    password: SecretStr | None = None,
    *,
    memory_bytes: int = 0,
    seconds: float,
) -> int:
    """Draw the `AnnotationPlan` in the file `plan` over a copy of the document; the number of marks.

    Raises `DocumentError`, and `PageFailed` when drawing failed.
    """
    process = _Process(memory_bytes)
    try:
        answer = process.ask(
            seconds, do="annotate", path=str(path), password=_reveal(password), plan=str(plan), target=str(target)
        )
    except TimeoutError:
        raise PageFailed(f"drawing over it took longer than {seconds:g} s") from None
    except _ChildDiedError as error:
        raise PageFailed(f"drawing over it crashed ({error})") from None
    finally:
        process.kill()
    if answer.get("error") in ("failed", "memory"):
        raise PageFailed(str(answer["message"]))
    if "error" in answer:
        raise DocumentError(answer["error"], str(answer["message"]))
    return int(answer["ok"])
