"""The text of a document as it is given to a model, and whether something stands in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from tasks.catalog.pages import Page

BATCH_CHARACTERS = 100_000  # the field's usual bound
OVERLAP_CHARACTERS = 2_000
_MARKER = re.compile(r"^\[page (\d+)\]$", re.MULTILINE)
_WORD = re.compile(r"\w+")
_BROKEN_WORD = re.compile(r"(?<=\w)[-\u00ad]\n(?=\w)")


def join_pages(pages: Iterable[Page]) -> str:
    """All text, each page after a line such as [page 12]; pages without text are left out."""
    return "\n\n".join(f"[page {page.number}]\n{page.text}" for page in pages if page.text.strip())


def split_text(text: str, size: int = BATCH_CHARACTERS, overlap: int = OVERLAP_CHARACTERS) -> list[str]:
    """Pieces of about `size` characters that end with a page, else with a line, where one ends in their last half.

    Each begins with at most the last `overlap` characters of the one before, from a page's or line's start, and a piece
    that begins inside a page begins with that page's marker.
    """
    pieces: list[str] = []
    start = 0
    while start < len(text):
        stop = _find_end(text, start, start + size)
        pieces.append(_with_marker(text, _find_start(text, start, overlap) if pieces else start, stop))
        start = stop
    return pieces


def _find_end(text: str, start: int, stop: int) -> int:
    if stop >= len(text):
        return len(text)
    middle = (start + stop) // 2
    for sign in ("\n[page ", "\n"):
        if (end := text.rfind(sign, middle, stop)) > 0:
            return end + 1
    return stop


def _find_start(text: str, start: int, overlap: int) -> int:
    first = max(0, start - overlap)
    for sign in ("\n[page ", "\n"):
        if (line := text.find(sign, first, start)) >= 0:
            return line + 1
    return first


def _with_marker(text: str, start: int, stop: int) -> str:
    piece = text[start:stop]
    if start == 0 or _MARKER.match(piece):
        return piece
    number = None
    for marker in _MARKER.finditer(text, 0, start):
        number = marker[1]
    return f"[page {number}]\n{piece}" if number else piece


class TextIndex:
    """Finds printed values in a document's pages; case, accents' encoding, spaces and punctuation do not count."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.numbers = [page.number for page in pages]
        self._words = {page.number: _fold(page.text) for page in pages}
        self._sets = {number: frozenset(words.split()) for number, words in self._words.items()}

    def __contains__(self, number: object) -> bool:
        return number in self._words

    def find(self, value: str, pages: Collection[int] | None = None) -> int | None:
        """The first page (of `pages`, else of all) where `value` stands as it is; None where it does not."""
        wanted = _fold(value)
        if not wanted.strip():
            return None
        for number in self.numbers if pages is None else sorted(pages):
            if wanted in self._words.get(number, ""):
                return number
        return None

    def find_words(self, value: str, pages: Collection[int] | None = None, share: float = 1.0) -> int | None:
        """The first page that has at least `share` of the words of `value`, in any order."""
        wanted = set(_fold(value).split())
        if not wanted:
            return None
        for number in self.numbers if pages is None else sorted(pages):
            if len(wanted & self._sets.get(number, frozenset())) >= share * len(wanted):
                return number
        return None


def _fold(text: str) -> str:
    """The words of `text`, folded, with a space around each; words cut at a line's end are whole again."""
    text = unicodedata.normalize("NFKC", _BROKEN_WORD.sub("", text)).casefold()
    return f" {' '.join(_WORD.findall(text))} "
