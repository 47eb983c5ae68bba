"""The tables of a page as rows of cells, without what only looks like one: asides, indexes, options' surcharges."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.catalog.codes import code_shape, is_weak_code
from tasks.catalog.discovery.asides import find_asides
from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.ruled_tables import read_ruled
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.specifications import find_specification
from tasks.catalog.discovery.table_cells import RawTable, Row
from tasks.catalog.discovery.table_rows import find_tables
from tasks.catalog.names import is_badge
from tasks.catalog.prices import parse_amount
from tasks.catalog.vocabulary import fold

_MIN_INDEX_ROWS, _MIN_INDEX_CODE = 3, 4  # of one table; characters
_UPRIGHT_RATIO = 1.8  # of a line's height to its width and type size
_ADDED = re.compile(r"\+\s?[€$£¥]?\s?\d")


def list_tables(text: PageText) -> list[RawTable]:
    """Ruled tables that were read cell by cell, and tables by word positions where there are none."""
    ruled = [table for one in text.page.tables if one.method == "ruled" and (table := read_ruled(one, text.segments))]
    boxes = [table.box for table in ruled]
    aside = find_asides(text.groups, text.segments) | find_specification(text.segments, leftmost=True)
    aside |= _upcharges(text.segments)
    free = [
        segment
        for segment in text.segments
        if segment not in aside
        and not _is_upright(segment)
        and not any(
            box.y0 - 1 <= segment.box.center[1] <= box.y1 + 1 and box.x_overlap(segment.box) > 0 for box in boxes
        )
    ]
    tables = [_without_index(_without_repeated(table)) for table in (*ruled, *find_tables(free))]
    return [found for table in tables if (found := _without_badge_cells(table))]


def _upcharges(segments: Sequence[Segment]) -> frozenset[Segment]:
    """The rows of options that only say what each adds: "PA  Polished base  + $88"."""
    found: set[Segment] = set()
    for row in read_rows(segments):
        amounts = [one.text for one in row if parse_amount(one.text.lstrip("+ ")) is not None]
        if amounts and all(map(_ADDED.match, amounts)):
            found.update(row)
    return frozenset(found)


def _without_index(table: RawTable) -> RawTable:
    """The table without the rows of an index: codes of one shape, each with a name behind it, several side by side."""
    rows = tuple(row for row in table.rows if not _is_index_row(row))
    return table._replace(rows=rows) if 0 < len(rows) <= len(table.rows) - _MIN_INDEX_ROWS else table


def _is_index_row(row: Row) -> bool:
    texts = [cell.text for cell in row.cells]
    codes, names = texts[::2], texts[1::2]
    shapes = {code_shape(code) for code in codes}
    coded = all(is_weak_code(code) and len(code) >= _MIN_INDEX_CODE for code in codes)
    return len(codes) == len(names) > 1 == len(shapes) and coded and all(parse_amount(name) is None for name in names)


def _is_upright(segment: Segment) -> bool:
    """Whether a line runs up or down the page, as in a tab at its edge."""
    return len(segment.text) > 2 and segment.box.height > _UPRIGHT_RATIO * max(segment.box.width, segment.size)


def _without_badge_cells(table: RawTable) -> RawTable | None:
    """The table without cells that only praise ("NEW", "PROMO"); they are no headings, names or codes."""
    rows = (Row(tuple(cell for cell in row.cells if not is_badge(cell.text))) for row in table.rows)
    kept = tuple(row for row in rows if row.cells)
    return table._replace(rows=kept) if kept else None


def _without_repeated(table: RawTable) -> RawTable:
    """The table without rows that only print its labels again."""
    labels = {(cell.column, fold(cell.text)) for row in table.header if len(row.cells) > 1 for cell in row.cells}
    rows = tuple(
        row
        for row in table.rows
        if len(row.cells) < 2 or any((cell.column, fold(cell.text)) not in labels for cell in row.cells)
    )
    return table._replace(rows=rows) if rows else table
