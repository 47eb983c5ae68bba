"""The tables that another reader finds in a PDF, as JSON: `python tests/accuracy/peer_tables.py READER FILE [PAGE...]`.

Runs in a process of its own, because readers change what others see of MuPDF. Prints [[page, rows], ...] with pages
counted from 1; a cell is a text.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Iterator
from functools import partial

Rows = list[list[str]]


def read_pdfplumber(path: str, pages: list[int], strategy: str) -> Iterator[tuple[int, Rows]]:
    """Tables by rulings ("lines", its default) or by the positions of words ("text")."""
    import pdfplumber

    settings = {"vertical_strategy": strategy, "horizontal_strategy": strategy}
    with pdfplumber.open(path) as document:
        for number in pages or range(1, len(document.pages) + 1):
            for table in document.pages[number - 1].extract_tables(settings):
                yield number, [[" ".join((cell or "").split()) for cell in row] for row in table]


def read_pymupdf4llm(path: str, pages: list[int]) -> Iterator[tuple[int, Rows]]:
    """Tables of its Markdown."""
    import pymupdf4llm

    wanted = [number - 1 for number in pages] or None
    with contextlib.redirect_stdout(sys.stderr):
        chunks = pymupdf4llm.to_markdown(path, pages=wanted, page_chunks=True, show_progress=False)
    for place, chunk in enumerate(chunks):
        number = pages[place] if pages else place + 1
        rows: Rows = []
        for line in [*chunk["text"].splitlines(), ""]:
            if line.strip().startswith("|"):
                cells = [_plain(cell) for cell in line.strip().strip("|").split("|")]
                if not all(re.fullmatch(r":?-*:?", cell) for cell in cells):
                    rows.append(cells)
            elif rows:
                yield number, rows
                rows = []


def _plain(cell: str) -> str:
    return " ".join(re.sub(r"<br\s*/?>|\*\*|\[|\]|</?su[pb]>", " ", cell).split())


READERS = {
    "pdfplumber-lines": partial(read_pdfplumber, strategy="lines"),
    "pdfplumber-text": partial(read_pdfplumber, strategy="text"),
    "pymupdf4llm": read_pymupdf4llm,
}

if __name__ == "__main__":
    json.dump(list(READERS[sys.argv[1]](sys.argv[2], [int(page) for page in sys.argv[3:]])), sys.stdout)
