"""What a PDF file is, looked at before any page is read."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Literal

import pymupdf

from tasks.catalog.pages import Frozen
from tasks.catalog.pdf.image_files import MUPDF_ERRORS

ErrorCode = Literal["not_a_pdf", "empty_file", "corrupt", "encrypted", "wrong_password", "no_pages", "too_large"]
HEADER_BYTES = 1024  # the header may stand this far into the file (PDF 1.7, implementation note 13)


class DocumentError(ValueError):
    """A document that cannot be read; the message names the file and the remedy."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class DocumentFacts(Frozen):
    """What is known of an openable document."""

    page_count: int
    title: str | None = None
    encrypted: bool = False
    repaired: bool = False
    largest_page: tuple[float, float] | None = None  # width and height of the page with the largest area, in points

    def check(self, filename: str, *, max_pages: int) -> None:
        """Raise `DocumentError` for a document longer than allowed."""
        if self.page_count > max_pages:
            raise DocumentError(
                "too_large",
                f"{filename}: {self.page_count} pages are more than the {max_pages} allowed "
                "(QUARRY_PDF_MAX_PAGES raises it)",
            )


def open_document(path: Path, password: str | None = None, name: str | None = None) -> pymupdf.Document:
    """Open the PDF at `path`; raises `DocumentError`. `name` is what the messages call it."""
    name = name or path.name
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    if not head:
        raise DocumentError("empty_file", f"{name}: the file is empty: fetch or export it again")
    if b"%PDF-" not in head:
        raise DocumentError("not_a_pdf", f"{name}: not a PDF file, whatever its name says: check the download")
    try:
        document = pymupdf.open(path, filetype="pdf")
    except MUPDF_ERRORS as error:
        raise DocumentError("corrupt", f"{name}: damaged beyond repair: get the file again") from error
    if document.needs_pass and not document.authenticate(password or ""):
        code: ErrorCode = "wrong_password" if password else "encrypted"
        what = "the password is wrong: give the right one" if password else "encrypted: give its password"
        raise DocumentError(code, f"{name}: {what} with --password or QUARRY_PDF_PASSWORD")
    if document.page_count == 0:
        raise DocumentError("no_pages", f"{name}: holds no page, it is damaged or empty: get the file again")
    return document


def inspect_document(path: Path, password: str | None = None, name: str | None = None) -> DocumentFacts:
    """Look at the document at `path`; raises `DocumentError`."""
    with open_document(path, password, name) as document:
        title = str((document.metadata or {}).get("title") or "").strip() or None
        return DocumentFacts(
            page_count=document.page_count,
            title=title,
            encrypted=bool((document.metadata or {}).get("encryption")),
            repaired=bool(document.is_repaired),
            largest_page=_find_largest_page(document),
        )


def _find_largest_page(document: pymupdf.Document) -> tuple[float, float] | None:
    sizes = []
    for number in range(document.page_count):
        with contextlib.suppress(*MUPDF_ERRORS):  # a damaged page fails when it is read, with its number
            box = document.page_cropbox(number)
            sizes.append((float(box.width), float(box.height)))
    return max(sizes, key=lambda size: size[0] * size[1], default=None)
