"""The program that reads pages, in a process that may be killed: `python -m tasks.local.page_child MEMORY_BYTES`.

Started by `page_reader`, it speaks length-prefixed JSON over its standard streams (`page_messages`). Requests are
`inspect`, `open`, `read` and `annotate`; every answer is `{"ok": ...}` or `{"error": code, "message": text}`.
Whatever a library prints goes to stderr. The process ends when its input does, and with its parent.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pymupdf

from tasks.catalog.pdf.document import DocumentError, inspect_document, open_document
from tasks.catalog.pdf.image_files import write_whole
from tasks.catalog.pdf.options import ReadOptions
from tasks.catalog.pdf.reader import PageReader
from tasks.local.page_messages import page_path, receive_message, send_message

_PR_SET_PDEATHSIG = 1  # prctl(2)
# MuPDF keeps images and fonts of earlier pages, up to 256 MB in every child: dropped whenever images of
# so many pixels have been read: after each page that would double its time, and shrinking the store spares the images.
_KEPT_PIXELS = 20_000_000
_MUPDF_CODE = re.compile(r"^code=\d+: ")
_MEMORY_MESSAGE = "it needs more memory than allowed"


def main(memory_bytes: int) -> int:
    """Serve requests until the input ends. `memory_bytes` bounds the address space; 0 does not."""
    _die_with_parent()
    if memory_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    answers = _own_stdout()
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    server = _Server()
    while (request := receive_message(sys.stdin.buffer)) is not None:
        send_message(answers, server.answer(request))
    return 0


def _die_with_parent() -> None:
    """Linux ends this process with its parent, even while it hangs inside a library; elsewhere its input's end does."""
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
        self._folder = Path()
        self._reader: PageReader | None = None
        self._kept_pixels = 0
        self._requests: dict[str, Callable[..., Any]] = {
            "inspect": self.inspect,
            "open": self.open,
            "read": self.read,
            "annotate": self.annotate,
        }

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"ok": self._requests[request.pop("do")](**request)}
        except DocumentError as error:
            return {"error": error.code, "message": error.message}
        except MemoryError:
            return {"error": "memory", "message": _MEMORY_MESSAGE}
        except Exception as error:  # the page's edge: MuPDF raises many types, all cost this page only
            text = str(error).strip()
            if "malloc" in text or "out of memory" in text.lower():
                return {"error": "memory", "message": _MEMORY_MESSAGE}
            text = _MUPDF_CODE.sub("", text)
            return {"error": "failed", "message": text.splitlines()[0][:300] if text else type(error).__name__}

    def inspect(self, path: str, password: str | None, name: str) -> dict[str, Any]:
        """What the document is (`DocumentFacts`)."""
        return inspect_document(Path(path), password, name).model_dump()

    def open(self, path: str, password: str | None, folder: str, options: dict[str, Any]) -> int:
        """Open the document to be read; the number of its pages."""
        self._folder = Path(folder)
        document = open_document(Path(path), password)
        self._reader = PageReader(document, self._folder, ReadOptions(**options))
        return int(document.page_count)

    def read(self, number: int) -> int:
        """Read one page into its file, in one step; its number."""
        if self._reader is None:
            raise RuntimeError("no document is open")
        page = self._reader.read(number)
        write_whole(page_path(self._folder, number), page.model_dump_json().encode())
        self._kept_pixels += sum(image.width * image.height for image in page.images)
        if self._kept_pixels > _KEPT_PIXELS:
            self._kept_pixels = 0
            pymupdf.mupdf.fz_empty_store()
        return number

    def annotate(self, path: str, password: str | None, plan: str, target: str) -> int:
        """Write the document at `path` with the plan in the file `plan` drawn over it; the number of marks."""
        from tasks.catalog.annotation import AnnotationPlan, annotate_document  # no page needs it

        drawn = AnnotationPlan.model_validate_json(Path(plan).read_bytes())
        return annotate_document(Path(path), Path(target), drawn, password)


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1])))
