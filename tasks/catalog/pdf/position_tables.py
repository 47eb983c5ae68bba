"""Tables without rulings: rows of cells that stand in columns, such as a price list printed from a spreadsheet.

Prose and captions stand in columns too. What makes a table is rows of three cells and more with a number in them,
and white channels that run through nearly all of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from tasks.catalog.pdf.table_cells import Cell, Grid, join_cells
from tasks.catalog.pdf.table_headings import (
    HEADER_ROWS,
    find_above,
    find_labels,
    find_repeats,
    spans_columns,
    split_labels,
)
from tasks.catalog.pdf.table_rows import (
    LEAST_CELLS,
    LEAST_ROWS,
    Columns,
    Row,
    clip,
    find_bounds,
    find_column,
    find_columns,
    is_prose,
    refine_columns,
)

_BREAK_PITCHES = 6.0  # so many usual rows without data end a table ...
_BREAK_CELLS = 1.35  # ... unless what stands there has so many cells a row on average
_STRAY_PITCHES = 3.0  # a first or last row so far from the others, with other rows between, is not one of them
_AMOUNT_SHARE = 0.6  # of a column's cells that makes it one of numbers


def find_position_tables(rows: Sequence[Sequence[Cell]], turn: int) -> list[Grid]:
    """Tables among the page's rows of cells, which are in order from top to bottom and from left to right.

    `turn` is the direction of reading in which the cells' boxes are upright.
    """
    ordered = [Row(list(row)) for row in rows]
    if sum(row.is_data for row in ordered) < LEAST_ROWS:
        return []
    grids = []
    for first, last in _find_spans(ordered):
        grids.extend(_build_grids(ordered, first, last, turn))
    return grids


def _find_spans(rows: Sequence[Row]) -> Iterable[tuple[int, int]]:
    """First and last row of data of each stretch of them."""
    data = [number for number, row in enumerate(rows) if row.is_data]
    pitch = median(rows[b].middle - rows[a].middle for a, b in pairwise(data)) if len(data) > 1 else 0.0
    while len(data) > LEAST_ROWS and _is_stray(rows, data[0], data[1:], pitch):
        data = data[1:]
    while len(data) > LEAST_ROWS and _is_stray(rows, data[-1], data[-2::-1], pitch):
        data = data[:-1]
    start = data[0]
    for number, following in [*pairwise(data), (data[-1], None)]:
        if following is None or _is_break(rows[number : following + 1], pitch):
            if sum(start <= place <= number for place in data) >= LEAST_ROWS:
                yield start, number
            start = following if following is not None else start


def _is_stray(rows: Sequence[Row], number: int, others: Sequence[int], pitch: float) -> bool:
    """Whether a row at the table's edge is none of it, such as a running header with a number in it: it stands apart
    from the next of the `others`, and few of its cells begin or end where theirs do."""
    if abs(number - others[0]) < 3 or abs(rows[number].middle - rows[others[0]].middle) < _STRAY_PITCHES * pitch:
        return False
    cells = [cell.box for other in others for cell in rows[other].cells]
    aligned = sum(
        any(abs(cell.box.x0 - box.x0) < 2 or abs(cell.box.x1 - box.x1) < 2 for box in cells)
        for cell in rows[number].cells
    )
    return aligned < len(rows[number].cells) / 2


def _is_break(rows: Sequence[Row], pitch: float) -> bool:
    """Whether a table ends between two rows of data: what is between is high, and is no rows of cells."""
    between = rows[1:-1]
    if rows[-1].middle - rows[0].middle <= _BREAK_PITCHES * pitch:
        return False
    return sum(len(row.cells) for row in between) < _BREAK_CELLS * len(between) or not between


def _build_grids(rows: Sequence[Row], first: int, last: int, turn: int) -> list[Grid]:
    """The table, or tables side by side, with rows of data from `first` to `last`."""
    data = [row for row in rows[first : last + 1] if row.is_data]
    columns = find_columns(data)
    if prose := next((column for column in columns if is_prose(column, rows[first : last + 1])), None):
        return _build_beside(rows[max(0, first - HEADER_ROWS) : last + 1], prose, turn)
    if len(columns) < LEAST_CELLS:
        return []
    above = find_above(rows, first, columns, data)
    header = find_labels(above) + 1  # rows of it
    parts = [columns]
    if header:
        above[header - 1] = split_labels(above[header - 1], columns, turn)
        columns = refine_columns(columns, above[header - 1], data)
        parts = find_repeats(above[header - 1], columns)
    body = [*above[header:], *rows[first : last + 1]] if header else rows[first : last + 1]
    grids = [_fill(part, *(_clip_rows(some, part, columns) for some in (above[:header], body))) for part in parts]
    return [grid for grid in grids if _has_numbers(grid)]


def _build_beside(rows: Sequence[Row], prose: tuple[float, float], turn: int) -> list[Grid]:
    """Tables to the left and to the right of a column of prose."""
    sides = [[clip(row, float("-inf"), prose[0]) for row in rows], [clip(row, prose[1], float("inf")) for row in rows]]
    return [grid for side in sides for grid in find_position_tables([row.cells for row in side if row.cells], turn)]


def _clip_rows(rows: Sequence[Row], part: Columns, columns: Columns) -> list[Row]:
    left, right = find_bounds(part, columns)
    return [clipped for row in rows if (clipped := clip(row, left, right)).cells]


def _fill(columns: Columns, headings: Sequence[Row], body: Sequence[Row]) -> Grid:
    extents = list(columns)
    if headings:  # the lowest line of the header belongs to the columns
        for cell in headings[-1].cells:
            number = find_column(cell, columns)
            extents[number] = min(extents[number][0], cell.box.x0), max(extents[number][1], cell.box.x1)
    heads = [Row([cell for cell in row.cells if not spans_columns(cell, extents)]) for row in headings]
    header = [_place(row, extents) for row in heads if row.cells]
    rows: list[list[Cell | None]] = []
    for row in body:
        placed = _place(row, columns)
        if rows and _continues(rows[-1], placed):
            rows[-1] = [join_cells([above, below]) for above, below in zip(rows[-1], placed, strict=True)]
        else:
            rows.append(placed)
    return Grid([*header, *rows], len(header), "positions")


def _continues(above: Sequence[Cell | None], below: Sequence[Cell | None]) -> bool:
    """Whether a row is the second line of the row above: it has no first cell, and goes on with text or brings the
    amounts that stand at the foot of a row of several lines."""
    if below[0] is not None or not any(below):
        return False
    pairs = [(over, under) for over, under in zip(above, below, strict=True) if under]
    if any(under.is_amount for _, under in pairs):
        return not any(cell.is_amount for cell in above if cell) and sum(map(bool, above)) > 1
    return all(over is not None and not over.is_amount for over, _ in pairs)


def _place(row: Row, columns: Columns) -> list[Cell | None]:
    placed: list[list[Cell]] = [[] for _ in columns]
    for cell in row.cells:
        placed[find_column(cell, columns)].append(cell)
    return [join_cells(cells) for cells in placed]


def _has_numbers(grid: Grid) -> bool:
    """Whether a column of the table is one of numbers, and every column is used."""
    body = grid.rows[grid.headings :]
    if len(body) < LEAST_ROWS or grid.columns < 2:
        return False
    for column in range(grid.columns):
        cells = [cell for row in body if (cell := row[column])]
        if len(cells) >= LEAST_ROWS and sum(cell.is_amount for cell in cells) >= _AMOUNT_SHARE * len(cells):
            return True
    return False
