"""Tables of a page as data, ruled or not. Pages without rulings and without rows of numbers pay nothing."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.boxes import Box
from tasks.catalog.pages import Table
from tasks.catalog.pdf.lines import TurnedLine, turn_box
from tasks.catalog.pdf.position_tables import find_position_tables
from tasks.catalog.pdf.ruled_tables import find_ruled_tables
from tasks.catalog.pdf.table_cells import Cell, Grid

_SAME_ROW = 0.4  # of the type's size: cells whose middles differ by less stand on one row
_SAME_PLACE = 0.5  # of the smaller table's area shared: two readings of one table
_ALL_OVER = 0.8  # of a table's area


def find_tables(lines: Sequence[TurnedLine], vectors: Sequence[Box], turn: int) -> tuple[Table, ...]:
    """Tables from top to bottom, of lines that read in direction `turn` and vector graphics in displayed places."""
    rows = _group_rows(lines)
    ruled = find_ruled_tables([turn_box(box, turn) for box in vectors], rows)
    grids = _choose(ruled, find_position_tables(rows, turn))
    return tuple(grid.build(turn) for grid in sorted(grids, key=lambda grid: (grid.box.y0, grid.box.x0)))


def _group_rows(lines: Sequence[TurnedLine]) -> list[list[Cell]]:
    cells = [Cell(line.text, box, line.bold, line.size, line.font, line.words) for line, box in lines]
    rows: list[list[Cell]] = []
    for cell in sorted(cells, key=lambda cell: cell.box.y0 + cell.box.y1):
        last = rows[-1][-1] if rows else None
        if last and abs(cell.box.center[1] - last.box.center[1]) < _SAME_ROW * min(cell.size, last.size):
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return [sorted(row, key=lambda cell: cell.box.x0) for row in rows]


def _choose(ruled: Sequence[Grid], positioned: Sequence[Grid]) -> list[Grid]:
    """Of two readings of one place the finer one: rulings often frame groups of rows, not rows.

    Where they part every row they tell which lines are of one cell, and which rows a cell spans.
    """
    parted = [grid for grid in ruled if grid.parted]
    chosen = [grid for grid in positioned if not _is_ruled(grid, parted)]
    for grid in ruled:
        rivals = [other for other in chosen if other.method == "positions" and _share_place(grid.box, other.box)]
        cells = sum(len(other.rows) * other.columns for other in rivals)
        if len(grid.rows) * grid.columns >= cells:
            chosen = [other for other in chosen if other not in rivals]
            chosen.append(grid)
    return chosen


def _is_ruled(grid: Grid, parted: Sequence[Grid]) -> bool:
    """Whether rulings part the rows all over a table by positions, into as many columns or more."""
    over = [other for other in parted if _share_place(grid.box, other.box)]
    enough = max((other.columns for other in over), default=0) >= grid.columns
    return enough and sum(grid.box.intersection(other.box) for other in over) >= _ALL_OVER * grid.box.area


def _share_place(a: Box, b: Box) -> bool:
    return a.intersection(b) > _SAME_PLACE * min(a.area, b.area)
