"""Ruled tables that the reader gave as headers and rows, brought into the shape of tables by word positions."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.layout import Segment, read_rows
from tasks.catalog.discovery.table_rows import Cell, RawTable, Row, place_row, read_header_above, split_cells
from tasks.catalog.pages import Table

_MIN_ROWS = 2
# More lines than this in one cell: the rulings only frame the columns, they do not part the rows.
_MAX_CELL_LINES = 5
_MIN_FILLED = 0.3
_MAX_GAPPED = 0.3  # cells with columns inside, for each row


def read_ruled(table: Table, segments: Sequence[Segment]) -> RawTable | None:
    """The table cell by cell; None when its rulings do not part its rows or columns (positions tell more then)."""
    width = len(table.headers) or (len(table.rows[0]) if table.rows else 0)
    if width < 2 or len(table.rows) < _MIN_ROWS or len(table.row_boxes) != len(table.rows):
        return None
    inside = [segment for segment in segments if _holds(table.box, segment.box)]
    cells = [box for boxes in table.row_boxes for box in boxes if box]
    held = {box: [segment for segment in inside if _holds(box, segment.box)] for box in cells}
    if any(_count_lines(found) > _MAX_CELL_LINES for found in held.values()):
        return None
    if sum(map(_has_columns, held.values())) > _MAX_GAPPED * len(table.rows):
        return None
    filled = sum(bool(text.strip()) for row in table.rows for text in row)
    if filled < _MIN_FILLED * width * len(table.rows):
        return None
    rows = [_row(texts, boxes, inside) for texts, boxes in zip(table.rows, table.row_boxes, strict=True)]
    kept = tuple(row for row in rows if row.cells)
    if len(kept) < _MIN_ROWS:
        return None
    extents = _extents(table, width)
    header = _header(table, segments, extents)
    return RawTable(extents, header or read_header_above(segments, kept[0].box, extents), kept)


def _header(table: Table, segments: Sequence[Segment], extents: Sequence[tuple[float, float]]) -> tuple[Row, ...]:
    """The header line by line: a label that names several columns stands over theirs, whatever cell holds it."""
    boxes = [box for box in table.header_boxes if box]
    if not boxes:
        return ()
    area = union(boxes)
    inside = [cell for segment in segments if _holds(area, segment.box) for cell in split_cells(segment)]
    return tuple(place_row(row, extents) for row in read_rows(inside))


def _holds(cell: Box, text: Box) -> bool:
    x, y = text.center
    return cell.x0 - 1 <= x <= cell.x1 + 1 and cell.y0 - 1 <= y <= cell.y1 + 1


def _count_lines(segments: Sequence[Segment]) -> int:
    return len({round(segment.box.center[1]) for segment in segments})


def _has_columns(segments: Sequence[Segment]) -> bool:
    """Whether pieces of text stand side by side in one cell, as columns without rulings do."""
    return any(len(row) > 1 for row in read_rows(part for segment in segments for part in split_cells(segment)))


def _extents(table: Table, width: int) -> tuple[tuple[float, float], ...]:
    extents = []
    for index in range(width):
        boxes = [box for row in table.row_boxes if index < len(row) and (box := row[index])]
        low = min((box.x0 for box in boxes), default=table.box.x0)
        narrow = [box for box in boxes if box.x0 <= low + 2]
        extents.append((low, min((box.x1 for box in narrow), default=low)))
    return tuple(extents)


def _row(texts: Sequence[str], boxes: Sequence[Box | None], segments: Sequence[Segment]) -> Row:
    cells = []
    for index, (text, box) in enumerate(zip(texts, boxes, strict=False)):
        if not text.strip() or box is None:
            continue
        inside = [segment for segment in segments if _holds(box, segment.box)]
        bold = bool(inside) and all(segment.bold for segment in inside)
        last = index
        while last + 1 < len(boxes) and boxes[last + 1] is None and not texts[last + 1].strip():
            last += 1
        size = max((segment.size for segment in inside), default=0.0)
        cells.append(Cell(text, box, index, last, bold, size))
    return Row(tuple(cells))
