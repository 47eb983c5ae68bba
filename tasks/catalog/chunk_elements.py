"""A document as a sequence of atoms: the smallest pieces of text that chunks are packed from.

An atom is a sentence of a paragraph, a row of a list, or a whole table. Headings are marked, so that packing can keep
them with what follows; so are the places where a chunk would better end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.chunk_sentences import SENTENCE_MARKS, is_rows, join_lines, split_long, split_sentences
from tasks.catalog.pages import Block, Line, Page, Table
from tasks.catalog.running_lines import LineKey

ProductsAt = Callable[[int, Box], Iterable[str]]

_HEADING_SIZE_RATIO = 1.15  # of the document's usual size of type
_HEADING_MAX_CHARS = 150
_HEADING_MAX_LINES = 3
_WORD = re.compile(r"\w+")
_LEADERS = re.compile(r"(?:\s*[.·…_]){5,}")


class Atom(NamedTuple):
    """A piece of text that packing does not cut; `glue` joins it to the piece before it in the same chunk."""

    text: str
    glue: str
    page: int
    products: frozenset[str]
    heading: bool = False
    section_start: bool = False  # a new page or a heading begins here: a good place to start a chunk
    table: Table | None = None
    row_products: tuple[frozenset[str], ...] = ()  # of the table's rows, where their boxes are known


def read_atoms(
    pages: Sequence[Page], products_at: ProductsAt, running: frozenset[LineKey], max_chars: int
) -> Iterator[Atom]:
    """Atoms of all pages in reading order; no text atom is longer than `max_chars`."""
    usual = _usual_size(pages)
    previous = ""
    for page in pages:
        fresh = True
        for element in _read_elements(page, running):
            if isinstance(element, Table):
                yield _read_table(element, page.number, products_at)
                continue
            lines = _clean_lines(element.lines)
            continues = fresh and _continues(previous, lines[0])
            heading = _is_heading(element, lines, usual)
            for position, piece in enumerate(_split_block(element, lines, heading, max_chars)):
                first = position == 0
                starts = first and not continues and (fresh or heading)
                glue = (" " if continues else "\n\n") if first else piece.glue
                products = frozenset(products_at(page.number, piece.box))
                yield Atom(piece.text, glue, page.number, products, heading, starts)
                previous = piece.text
            fresh = False


def _read_table(table: Table, page: int, products_at: ProductsAt) -> Atom:
    rows = []
    for boxes in table.row_boxes:
        known = [box for box in boxes if box is not None]
        rows.append(frozenset(products_at(page, union(known))) if known else frozenset[str]())
    return Atom("", "\n\n", page, frozenset(products_at(page, table.box)), table=table, row_products=tuple(rows))


class _Piece(NamedTuple):
    glue: str
    text: str
    box: Box


def _usual_size(pages: Sequence[Page]) -> float:
    """The size of type, in points, that half of the document's characters have at most."""
    sizes = [line.size for page in pages for line in page.lines for _ in range(1 + len(line.text) // 20)]
    return median(sizes) if sizes else 0.0


def _read_elements(page: Page, running: frozenset[LineKey]) -> Iterator[Block | Table]:
    """Blocks without running lines and without what a table repeats; each table where its first line stood."""
    pending = list(page.tables)
    words = [(table, _table_words(table)) for table in page.tables]
    position = 0
    for block in page.blocks:
        kept: list[Line] = []
        for line in block.lines:
            key = LineKey(page.number, position)
            position += 1
            owner = next((table for table, known in words if _is_cell(line, table, known)), None)
            if owner is not None:
                if owner in pending:
                    yield from _as_block(block, kept)
                    kept = []
                    pending.remove(owner)
                    yield owner
            elif key not in running and line.text.strip():
                kept.append(line)
        yield from _as_block(block, kept)
    yield from pending


def _as_block(block: Block, lines: list[Line]) -> Iterator[Block]:
    if lines:
        yield block if len(lines) == len(block.lines) else Block(box=block.box, lines=tuple(lines))


def _table_words(table: Table) -> frozenset[str]:
    cells = [*table.headers, *(cell for row in table.rows for cell in row)]
    return frozenset(word for cell in cells for word in _WORD.findall(cell.casefold()))


def _is_cell(line: Line, table: Table, known: frozenset[str]) -> bool:
    """True when the line lies in the table and says nothing that the table's cells do not."""
    x, y = line.box.center
    box = table.box
    inside = box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1
    return inside and known.issuperset(_WORD.findall(line.text.casefold()))


def _clean_lines(lines: Iterable[Line]) -> list[str]:
    """White space collapsed; the dots that lead from a name to a page number or price shortened to one sign."""
    return [" ".join(_LEADERS.sub(" · ", line.text).split()) for line in lines]


def _continues(previous: str, text: str) -> bool:
    """True when a page begins in the middle of the sentence that the page before left open."""
    return bool(previous) and previous[-1] not in SENTENCE_MARKS and text[:1].islower()


def _is_heading(block: Block, lines: Sequence[str], usual: float) -> bool:
    length = sum(map(len, lines))
    if len(lines) > _HEADING_MAX_LINES or length > _HEADING_MAX_CHARS or lines[-1][-1:] in ".;,:。":
        return False
    if not any(c.isalpha() for line in lines for c in line):
        return False
    size = max(line.size for line in block.lines)
    return size >= usual * _HEADING_SIZE_RATIO or (all(line.bold for line in block.lines) and size >= usual * 0.95)


def _split_block(block: Block, lines: list[str], heading: bool, max_chars: int) -> Iterator[_Piece]:
    """A heading whole, a list by its rows, a paragraph by its sentences; what is too long in several pieces."""
    if heading:
        pieces = [_Piece("\n", "\n".join(lines), block.box)]
    elif is_rows(lines):
        pieces = [_Piece("\n", text, line.box) for text, line in zip(lines, block.lines, strict=True)]
    else:
        pieces = [_Piece(" ", text, block.box) for text in split_sentences(join_lines(lines))]
    for piece in pieces:
        for number, part in enumerate(split_long(piece.text, max_chars)):
            yield _Piece(piece.glue if number == 0 else " ", part, piece.box)
