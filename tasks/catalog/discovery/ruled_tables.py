"""Ruled tables that the reader gave as headers and rows, brought into the shape of tables by word positions."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.boxes import Box, union
from tasks.catalog.decimals import DIGIT
from tasks.catalog.discovery.labels import CURRENCY, read_label, unit_within
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.table_cells import Cell, RawTable, Row, place_labels, split_sizes
from tasks.catalog.discovery.table_rows import is_number, read_header_above, split_cells
from tasks.catalog.names import is_badge
from tasks.catalog.pages import Table

_MIN_ROWS = 2
# More lines than this in one cell: the rulings only frame the columns, they do not part the rows.
_MAX_CELL_LINES = 5
_MIN_FILLED = 0.3
_MIN_LABELS = 2  # cells of a row that are labels, units or currencies
_NUMBER_SHARE, _HEAD_SHARE = 0.75, 0.75  # of a column's cells; of the columns
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
    labels = _count_label_rows(kept) if table.headers else int(_is_head(kept))
    boxes = [box for box in table.header_boxes if box] + [cell.box for row in kept[:labels] for cell in row.cells]
    kept = kept[labels:]
    if len(kept) < _MIN_ROWS:
        return None
    extents = _extents(table, width)
    header = _header(boxes, segments, extents)
    return RawTable(extents, header or read_header_above(segments, kept[0].box, extents), kept)


def _count_label_rows(rows: Sequence[Row]) -> int:
    """How many first rows go on with the header: labels under a merged cell, or the units of the labels above."""
    return next((index for index, row in enumerate(rows) if not _is_label_row(row)), 0)


def _is_head(rows: Sequence[Row]) -> bool:
    """Whether the first row has words over columns of numbers, which the reader did not take for a header."""
    first, others = rows[0], rows[1:]
    over = 0
    for cell in first.cells:
        below = [one.text for row in others for one in row.cells if one.column == one.last == cell.column]
        numbers = sum(is_number(text) for text in below)
        if is_number(cell.text):
            return False
        over += bool(below) and numbers >= _NUMBER_SHARE * len(below)
    return over >= 1 and len(first.cells) >= max(_MIN_LABELS, _HEAD_SHARE * max(len(row.cells) for row in others))


def _is_label_row(row: Row) -> bool:
    known = sum(read_label(cell.text) is not None or unit_within(cell.text) is not None for cell in row.cells)
    currencies = sum(CURRENCY.fullmatch(cell.text.strip(" ()")) is not None for cell in row.cells)
    return known + currencies >= _MIN_LABELS and not any(DIGIT.search(cell.text) for cell in row.cells)


def _header(
    boxes: Sequence[Box], segments: Sequence[Segment], extents: Sequence[tuple[float, float]]
) -> tuple[Row, ...]:
    """The header line by line: a label that names several columns stands over theirs, whatever cell holds it."""
    if not boxes:
        return ()
    area = union(boxes)
    inside = [cell for segment in segments if _holds(area, segment.box) for cell in split_cells(segment)]
    return tuple(place_labels(row, extents) for row in read_rows(inside))


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
        last = index
        while last + 1 < len(boxes) and boxes[last + 1] is None and not texts[last + 1].strip():
            last += 1
        parts = _part_by_look(inside)
        for part in parts:
            words = text if len(parts) == 1 else " ".join(segment.text for segment in part)
            cells.append(_cell(words, box if len(parts) == 1 else union(one.box for one in part), index, last, part))
    return Row(tuple(cells))


def _cell(text: str, box: Box, first: int, last: int, segments: Sequence[Segment]) -> Cell:
    bold = bool(segments) and all(segment.bold for segment in segments)
    size = max((segment.size for segment in segments), default=0.0)
    look = (segments[0].color, segments[0].from_ocr, segments[0].measured) if segments else (0, False, False)
    return Cell(text, box, first, last, bold, size, *look)


def _part_by_look(segments: Sequence[Segment]) -> list[list[Segment]]:
    """A cell's lines in two parts where the first ones are set otherwise than all that follow (a name, its remarks)."""
    pieces = [part for row in read_rows(segments) for segment in row for part in split_sizes(segment)]
    pieces = [one for one in pieces if not is_badge(one.text)] or pieces
    count = next((index for index, piece in enumerate(pieces) if not piece.looks_like(pieces[0])), len(pieces))
    parts = pieces[:count], pieces[count:]
    apart = not any(later.looks_like(first) for first in parts[0] for later in parts[1])
    return [list(part) for part in parts] if parts[1] and apart else [list(segments)]
