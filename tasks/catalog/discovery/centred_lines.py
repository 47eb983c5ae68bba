"""Cells of two lines in rows of one: the others stand at half their height, so each line seems a row of its own."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.boxes import union
from tasks.catalog.discovery.segments import Segment

_FLUSH_POINTS = 2.0
_MIN_OVERLAP = 0.2  # of a line's height: what both lines share with the row between them

Row = list[Segment]


def join_centred(rows: Sequence[Row]) -> list[Row]:
    """Rows from the top down, with the lone cells right above and below a row joined in it where both reach into it."""
    found: list[Row] = []
    index = 0
    while index < len(rows):
        lines = rows[index : index + 3]
        if len(lines) == 3 and (cell := _join(*lines)):
            found.append(sorted([*lines[1], cell], key=lambda one: one.box.x0))
            index += 3
        else:
            found.append(rows[index])
            index += 1
    return found


def _join(above: Row, row: Row, below: Row) -> Segment | None:
    """The cell whose two lines stand around a row of several cells, none of them in its place."""
    if len(above) != 1 or len(below) != 1 or len(row) < 2:
        return None
    one, other = above[0], below[0]
    alike = one.size == other.size and one.bold == other.bold and abs(one.box.x0 - other.box.x0) <= _FLUSH_POINTS
    box = union((one.box, other.box))
    if not alike or any(cell.box.x_overlap(box) > 0 for cell in row):
        return None
    reaches = all(line.box.y_overlap(cell.box) >= _MIN_OVERLAP for line in (one, other) for cell in row)
    return one._replace(text=f"{one.text} {other.text}", box=box, words=(*one.words, *other.words)) if reaches else None
