"""Tables as chunk text: a line a row, cells joined by ' | '; cut between rows with the headers repeated."""

from __future__ import annotations

from typing import NamedTuple

from tasks.catalog.chunk_sentences import split_long
from tasks.catalog.pages import Table

CELL_GLUE = " | "
_PREFIX_SHARE = 3  # title and headers are repeated when they take at most a third of a chunk


class TablePart(NamedTuple):
    """One chunk's share of a table; `repeated` characters at its start are title and headers seen before."""

    text: str
    repeated: int
    rows: tuple[int, ...]  # positions in `Table.rows`


class _Row(NamedTuple):
    text: str
    position: int  # -1 for headers too long to be repeated


def split_table(table: Table, title: str, max_chars: int) -> list[TablePart]:
    """The table whole where it fits, else by rows; `title` (may be '') stands above the headers of every part."""
    headers = _row_text(table.headers)
    rows = [_Row(text, number) for number, row in enumerate(table.rows) if (text := _row_text(row))]
    head = "\n".join(part for part in (title, headers) if part)
    whole = "\n".join(part for part in (head, *(row.text for row in rows)) if part)
    if len(whole) <= max_chars:
        return [TablePart(whole, 0, tuple(row.position for row in rows))] if whole else []
    prefix = head if len(head) * _PREFIX_SHARE <= max_chars else ""
    if head and not prefix:
        rows.insert(0, _Row(head, -1))
    room = max_chars - (len(prefix) + 1 if prefix else 0)
    pieces = [_Row(piece, row.position) for row in rows for piece in split_long(row.text, room)]
    parts = []
    for number, group in enumerate(_group_rows(pieces, room)):
        text = "\n".join(([prefix] if prefix else []) + [row.text for row in group])
        positions = dict.fromkeys(row.position for row in group if row.position >= 0)
        parts.append(TablePart(text, len(prefix) if number else 0, tuple(positions)))
    return parts


def _row_text(cells: tuple[str, ...]) -> str:
    return CELL_GLUE.join(" ".join(cell.split()) for cell in cells).strip(" |") if any(cells) else ""


def _group_rows(rows: list[_Row], room: int) -> list[list[_Row]]:
    """Rows packed in order, each group at most `room` characters; evenly, so that no last row stands alone."""
    total = sum(len(row.text) + 1 for row in rows)
    target = min(room, -(-total // -(-total // room)) + max(len(row.text) for row in rows))
    groups: list[list[_Row]] = [[]]
    size = 0
    for row in rows:
        if groups[-1] and size + 1 + len(row.text) > target:
            groups.append([])
            size = 0
        size += len(row.text) + (1 if groups[-1] else 0)
        groups[-1].append(row)
    return groups
