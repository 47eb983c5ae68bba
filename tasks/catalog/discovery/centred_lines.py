"""Cells of two lines in rows of one: the others stand at half their height, so each line seems a row of its own."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.boxes import union
from tasks.catalog.discovery.segments import Segment

_FLUSH_POINTS = 2.0
_MIN_OVERLAP = 0.2  # of a line's height: what both lines share with the row between them

Row = list[Segment]


def join_centred(rows: Sequence[Row]) -> list[Row]:
    """Rows from the top down; lines right above and below a row that reach into it are cells of it, two and two."""
    found: list[Row] = []
    index = 0
    while index < len(rows):
        lines = rows[index : index + 3]
        if len(lines) == 3 and (cells := _join(*lines)):
            found.append(sorted([*lines[1], *cells], key=lambda one: one.box.x0))
            index += 3
        else:
            found.append(rows[index])
            index += 1
    return found


def _join(above: Row, row: Row, below: Row) -> list[Segment]:
    """The cells of two lines around a row of more cells, none of them in their place; [] where a line is left over."""
    if not len(above) == len(below) < len(row):
        return []
    cells = [_pair(one, other, row) for one, other in zip(above, below, strict=True)]
    return [cell for cell in cells if cell is not None] if None not in cells else []


def _pair(one: Segment, other: Segment, row: Row) -> Segment | None:
    alike = one.size == other.size and one.bold == other.bold and abs(one.box.x0 - other.box.x0) <= _FLUSH_POINTS
    box = union((one.box, other.box))
    if not alike or any(cell.box.x_overlap(box) > 0 for cell in row):
        return None
    reaches = all(line.box.y_overlap(cell.box) >= _MIN_OVERLAP for line in (one, other) for cell in row)
    return one._replace(text=f"{one.text} {other.text}", box=box, words=(*one.words, *other.words)) if reaches else None
