"""The program that reads pages, one process that may be killed: `python -m tasks.local.page_child`.

Speaks length-prefixed JSON over its standard streams: 8 bytes, little endian, then so many bytes of one object.
Requests are `open`, `inspect` and `read`; every answer is `{"ok": ...}` or `{"error": code, "message": text}`.
Whatever a library prints goes to stderr. The process ends when its input does, and with its parent.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

import pymupdf

from tasks.catalog.pdf.document import DocumentError, inspect_document, open_document
from tasks.catalog.pdf.options import ReadOptions
from tasks.catalog.pdf.reader import read_page
from tasks.local.page_messages import page_path, receive_message, send_message

_PR_SET_PDEATHSIG = 1  # prctl(2)


def main(memory_bytes: int) -> int:
    """Serve requests until the input ends. `memory_bytes` bounds the address space; 0 does not."""
    _die_with_parent()
    if memory_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    answers = _own_stdout()
    tools: Any = pymupdf.TOOLS  # ships no types
    tools.mupdf_display_errors(False)
    tools.mupdf_display_warnings(False)
    server = _Server()
    while (request := receive_message(sys.stdin.buffer)) is not None:
        send_message(answers, server.answer(request))
    return 0


def _die_with_parent() -> None:
    """Linux ends this process with its parent, even while it hangs inside a library."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _own_stdout() -> BinaryIO:
    """Keep the answers' stream for answers: what libraries print to stdout goes to stderr."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return answers


class _Server:
    """One open document."""

    def __init__(self) -> None:
        self._document: Any = None
        self._folder = Path()
        self._options = ReadOptions()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"ok": getattr(self, f"do_{request.pop('do')}")(**request)}
        except DocumentError as error:
            return {"error": error.code, "message": error.message}
        except MemoryError:
            return {"error": "memory", "message": "it needs more memory than allowed"}
        except Exception as error:  # the page's edge: MuPDF raises many types, all cost this page only
            return {"error": "failed", "message": _one_line(error)}

    def do_inspect(self, path: str, password: str | None, name: str) -> dict[str, Any]:
        return inspect_document(Path(path), password, name).model_dump()

    def do_open(self, path: str, password: str | None, folder: str, options: dict[str, Any]) -> int:
        self._document = open_document(Path(path), password)
        self._folder, self._options = Path(folder), ReadOptions(**options)
        return int(self._document.page_count)

    def do_read(self, number: int) -> int:
        """Read one page into its file, in one step; returns its number."""
        page = read_page(self._document, number, self._folder, self._options)
        target = page_path(self._folder, number)
        partial = target.with_name(f".{target.name}.{os.getpid()}")
        partial.write_text(page.model_dump_json(), encoding="utf-8")
        os.replace(partial, target)
        tools: Any = pymupdf.TOOLS
        tools.store_shrink(100)  # MuPDF's cache of decoded images would grow to its own limit
        return number


def _one_line(error: Exception) -> str:
    text = str(error).strip()
    if "malloc" in text or "memory" in text.lower():
        return "it needs more memory than allowed"
    return text.splitlines()[0][:300] if text else type(error).__name__


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1])))
