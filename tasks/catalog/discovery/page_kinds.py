"""What a page is for when it shows no product: contents, index, cover, prose, reference."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tasks.catalog.codes import is_code
from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.labels import read_label
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.prices import find_prices
from tasks.catalog.products import PageKind
from tasks.catalog.vocabulary import fold, words

_MIN_ENTRIES = 5
_MAX_ENTRY_WORDS, _MAX_ENTRY_PIECES = 12, 3
_ENTRY = re.compile(
    r"^(?P<name>.*[^\W\d_].*?)[\s.…·_]{1,}(?<!\d\.)(?P<numbers>\d{1,3}(?:(?:,\s+|\s*[;/–-]\s*)\d{1,3})*)$"
)
_ENTRY_FIRST = re.compile(r"^(?P<numbers>\d{1,3})[\s.…·_|/–-]+(?P<name>.*[^\W\d_].*)$")
_SIZE = re.compile(r"\d\s?[×x]\s?\d|[Øø⌀]\s?\d")  # "78 × 82 × 71 SH 38" is no entry with its page
_MIN_HEADS, _MIN_ROWS, _PAGED_SHARE = 2, 3, 0.8  # of a table with a column of pages
_PAGE_NUMBER = re.compile(r"\d{1,3}(?:\s?[,–/-]\s?\d{1,3})*")
_COVER_WORDS = 40
_PROSE_SHARE = 0.5  # of a page's words in running text
_PROSE_WORDS = 60


def is_listing(text: PageText) -> PageKind | None:
    """`contents` or `index` for a page that lists names with page numbers, which are never products; else None."""
    if _has_page_column(text) and not _has_prices(text):
        return "index"
    headings = {fold(one.text) for one in _without_labels(text.segments[:12]) if len(one.text.split()) <= 4}
    entries = _entries(text.segments)
    numbers = [number for _, found in entries for number in found[:1]]
    named_contents = bool(headings & words("contents_headings"))
    if headings & words("index_headings") - words("contents_headings") and len(entries) >= 3:
        return "index"
    if len(entries) < (3 if named_contents else _MIN_ENTRIES) or _has_prices(text):
        return "contents" if named_contents and len(text.segments) < 60 and not _has_prices(text) else None
    coded = sum(any(is_code(token) for token in name.split()) for name, _ in entries)
    if not named_contents and coded >= 0.5 * len(entries):
        return None  # codes and numbers make a price list
    rising = sum(one <= two for one, two in pairwise(numbers))
    if (named_contents or rising >= 0.85 * (len(numbers) - 1)) and len(set(numbers)) >= 0.6 * len(numbers):
        covered = sum(len(name.split()) + 1 for name, _ in entries)
        if named_contents or covered >= 0.5 * sum(len(segment.text.split()) for segment in text.segments):
            return "contents"
    names = [fold(name) for name, _ in entries]
    sorted_share = sum(one <= two for one, two in pairwise(names)) / max(1, len(names) - 1)
    different = len(set(names)) >= 0.5 * len(names)  # "LF 100", "LF 101" are codes
    return "index" if len(entries) >= 15 and sorted_share >= 0.8 and different else None


def _has_page_column(text: PageText) -> bool:
    """Whether a table's last column is headed "Page" and holds the page of each row."""
    rows = read_rows(text.segments)
    for number, row in enumerate(rows):
        head = row[-1]
        if len(row) < _MIN_HEADS or fold(head.text) not in words("page_heads"):
            continue
        below = [one[-1] for one in rows[number + 1 :] if len(one) > 1 and one[-1].box.x_overlap(head.box) > 0]
        pages = [one for one in below if _PAGE_NUMBER.fullmatch(one.text)]
        if len(pages) >= max(_MIN_ROWS, _PAGED_SHARE * len(below)):
            return True
    return False


def _without_labels(segments: Sequence[Segment]) -> list[Segment]:
    """Segments of rows that are no table's header: "Indeks" over codes heads no index."""
    return [one for row in read_rows(segments) if sum(read_label(s.text) is not None for s in row) < 2 for one in row]


def _entries(segments: Sequence[Segment]) -> list[tuple[str, list[int]]]:
    """Lines of the form "name ..... 12", or pieces of a row that end in a page number; or that begin with one."""
    found = []
    for row in read_rows(segments):
        pending: list[str] = []
        for segment in row:
            pending.append(segment.text)
            short = segment.text[-1:].isdigit() and len(pending) <= _MAX_ENTRY_PIECES
            match = _ENTRY.match(" ".join(pending)) if short else None
            if match and len(match["name"].split()) <= _MAX_ENTRY_WORDS and not _SIZE.search(" ".join(pending)):
                found.append((match["name"].strip(" ."), _integers(match["numbers"])))
                pending = []
        first = 0 < len(pending) <= _MAX_ENTRY_PIECES and pending[0][:1].isdigit()
        match = _ENTRY_FIRST.match(" ".join(pending)) if first else None
        if match and len(match["name"].split()) <= _MAX_ENTRY_WORDS:
            found.append((match["name"].strip(" ."), _integers(match["numbers"])))
    return found


def _integers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def _has_prices(text: PageText) -> bool:
    return sum(len(find_prices(segment.text)) for segment in text.segments) >= 3


def kind_without_products(text: PageText, total: int) -> PageKind:
    """What a page without products is, of `total`."""
    return is_listing(text) or kind_of_text(text, total)


def kind_of_text(text: PageText, total: int) -> PageKind:
    """What a page is that shows no products and lists nothing, of `total`."""
    count = sum(len(segment.text.split()) for segment in text.segments)
    if not text.segments and not text.page.images:
        return "empty"
    if text.number in (1, total) and count <= _COVER_WORDS:
        return "cover"
    prose = text.prose_words
    if prose >= _PROSE_WORDS or (count and prose >= _PROSE_SHARE * count):
        return "prose"
    return "reference"
