"""Tables without rulings: rows of cells that stand in columns, such as a price list printed from a spreadsheet.

Prose and captions stand in columns too. What makes a table is rows of three cells and more with a number in them,
and white channels that run through nearly all of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from tasks.catalog.pdf.lines import turn_box
from tasks.catalog.pdf.table_cells import Cell, Grid, join_cells

_LEAST_CELLS = 3  # in a row of data
_LEAST_ROWS = 4
_BREAK_PITCHES = 6.0  # white of so many usual rows ends a table
_CROSSED_SHARE = 0.15  # of the rows may reach across a channel
_AMOUNT_SHARE = 0.6  # of a column's cells that makes it one of numbers
_TITLE_RATIO = 1.35  # larger type above a table is its title, not its header
_OWN_SHARE = 0.6  # of a heading's width stands over the one column that it names
_HEADER_PITCHES = 1.8  # farthest apart that lines of a header stand
_HEADER_ROWS = 6


class _Row(NamedTuple):
    cells: list[Cell]  # from left to right

    @property
    def top(self) -> float:
        return min(cell.box.y0 for cell in self.cells)

    @property
    def middle(self) -> float:
        return sum(cell.box.y0 + cell.box.y1 for cell in self.cells) / (2 * len(self.cells))

    @property
    def is_data(self) -> bool:
        return len(self.cells) >= _LEAST_CELLS and any(cell.is_amount for cell in self.cells)


_Columns = list[tuple[float, float]]


def find_position_tables(rows: Sequence[Sequence[Cell]], turn: int) -> list[Grid]:
    """Tables among the page's rows of cells, which are in order from top to bottom and from left to right.

    `turn` is the direction of reading in which the cells' boxes are upright.
    """
    ordered = [_Row(list(row)) for row in rows]
    if sum(row.is_data for row in ordered) < _LEAST_ROWS:
        return []
    grids = []
    for first, last in _find_spans(ordered):
        grids.extend(_build_grids(ordered, first, last, turn))
    return grids


def _find_spans(rows: Sequence[_Row]) -> Iterable[tuple[int, int]]:
    """First and last row of data of each stretch of them."""
    data = [number for number, row in enumerate(rows) if row.is_data]
    pitch = median(rows[b].middle - rows[a].middle for a, b in pairwise(data)) if len(data) > 1 else 0.0
    start = data[0]
    for number, following in [*pairwise(data), (data[-1], None)]:
        if following is None or _is_break(rows[number : following + 1], pitch):
            if sum(start <= place <= number for place in data) >= _LEAST_ROWS:
                yield start, number
            start = following if following is not None else start


def _is_break(rows: Sequence[_Row], pitch: float) -> bool:
    """Whether a table ends between two rows of data: what is between is high, and is no rows of cells."""
    between = rows[1:-1]
    if rows[-1].middle - rows[0].middle <= _BREAK_PITCHES * pitch:
        return False
    return sum(len(row.cells) for row in between) < 1.5 * len(between) or not between


def _build_grids(rows: Sequence[_Row], first: int, last: int, turn: int) -> list[Grid]:
    data = [row for row in rows[first : last + 1] if row.is_data]
    columns = _find_columns(data)
    if len(columns) < _LEAST_CELLS:
        return []
    pitch = median([b.middle - a.middle for a, b in pairwise(data)])
    above = _find_above(rows, first, columns, pitch, data)
    labels = max(range(len(above)), key=lambda number: len(above[number].cells), default=-1)
    if labels >= 0 and len(above[labels].cells) > 1:
        above[labels] = _split_labels(above[labels], columns, turn)
        columns = _refine_columns(columns, above[labels], data)
    else:
        labels = -1
    parts = _find_repeats(above[labels], columns) if labels >= 0 else [columns]
    grids = []
    for part in parts:
        left, right = _find_bounds(part, columns)
        body = [*above[labels + 1 :], *rows[first : last + 1]] if labels >= 0 else rows[first : last + 1]
        grid = _fill(
            part,
            [clipped for row in above[: labels + 1] if (clipped := _clip(row, left, right)).cells],
            [clipped for row in body if (clipped := _clip(row, left, right)).cells],
        )
        if _has_numbers(grid):
            grids.append(grid)
    return grids


def _find_columns(data: Sequence[_Row]) -> _Columns:
    """Extents of the columns: where more than a few rows have text."""
    edges = sorted(
        [(cell.box.x0, 1) for row in data for cell in row.cells]
        + [(cell.box.x1, -1) for row in data for cell in row.cells]
    )
    columns: _Columns = []
    depth, start, limit = 0, 0.0, _CROSSED_SHARE * len(data)
    for place, step in edges:
        before, depth = depth, depth + step
        if before <= limit < depth:
            start = place
        if depth <= limit < before:
            columns.append((start, place))
    return columns


def _refine_columns(columns: _Columns, labels: _Row, data: Sequence[_Row]) -> _Columns:
    """Columns that labels tell of: those with little text, and those that some rows' cells run together."""
    cells = [cell for row in data for cell in row.cells]
    refined = list(columns)
    for label in labels.cells:
        if not any(_share(label, column) > 0 for column in columns):
            held = [cell for cell in cells if label.box.x0 <= cell.box.center[0] <= label.box.x1]
            if held:
                refined.append((min(cell.box.x0 for cell in held), max(cell.box.x1 for cell in held)))
    for left, right in pairwise(labels.cells):
        for column in columns:
            if _share(left, column) > 0 and _share(right, column) > 0 and column in refined:
                middle = (left.box.x1 + right.box.x0) / 2
                inside = [cell for cell in cells if _share(cell, column) > 0]
                before = [cell.box.x1 for cell in inside if cell.box.x1 <= middle]
                after = [cell.box.x0 for cell in inside if cell.box.x0 >= middle]
                if min(len(before), len(after)) >= _LEAST_ROWS and len(before) + len(after) > len(inside) / 2:
                    refined.remove(column)
                    refined += [(column[0], max(before)), (min(after), column[1])]
    return sorted(refined)


def _share(cell: Cell, column: tuple[float, float]) -> float:
    return min(cell.box.x1, column[1]) - max(cell.box.x0, column[0])


def _find_bounds(part: _Columns, columns: _Columns) -> tuple[float, float]:
    """Where the cells of `part` lie, when other columns stand beside it."""
    before = [end for _, end in columns if end <= part[0][0]]
    after = [start for start, _ in columns if start >= part[-1][1]]
    left = (max(before) + part[0][0]) / 2 if before else float("-inf")
    right = (min(after) + part[-1][1]) / 2 if after else float("inf")
    return left, right


def _clip(row: _Row, left: float, right: float) -> _Row:
    return _Row([cell for cell in row.cells if left <= cell.box.center[0] <= right])


def _find_above(rows: Sequence[_Row], first: int, columns: _Columns, pitch: float, data: Sequence[_Row]) -> list[_Row]:
    """Rows close above the first row of data: the header's lines, and the name of the first group."""
    size = median(cell.size for row in data for cell in row.cells)
    found: list[_Row] = []
    below = rows[first].middle
    for row in reversed(rows[max(0, first - _HEADER_ROWS) : first]):
        cells = [cell for cell in row.cells if cell.size <= _TITLE_RATIO * size and _overlaps(cell, columns)]
        if below - row.middle > _HEADER_PITCHES * pitch:
            break
        if cells:
            found.insert(0, _Row(cells))
            below = row.middle
    return found


def _split_labels(row: _Row, columns: _Columns, turn: int) -> _Row:
    """Labels that stand so close that they were read as one line, a label a column."""
    cells: list[Cell] = []
    for cell in row.cells:
        words = [Cell(word.text, turn_box(word.box, turn), cell.bold, cell.size, cell.font) for word in cell.words]
        places = [_find_column(word, columns) for word in words]
        crossed = sum(min(cell.box.x1, end) - max(cell.box.x0, start) > 1 for start, end in columns)
        if crossed < 2 or len(set(places)) != crossed:
            cells.append(cell)
            continue
        for place in sorted(set(places)):
            cells.append(join_cells([word for word, at in zip(words, places, strict=True) if at == place]) or cell)
    return _Row(cells)


def _overlaps(cell: Cell, columns: _Columns) -> bool:
    return cell.box.x1 > columns[0][0] - cell.box.width and cell.box.x0 < columns[-1][1] + cell.box.width


def _find_repeats(labels: _Row, columns: _Columns) -> list[_Columns]:
    """Columns of each table where the same labels stand twice or more beside themselves."""
    words = [cell.text.casefold() for cell in labels.cells]
    for times in (4, 3, 2):
        size = len(columns) // times
        repeats = all(word == words[place % size] for place, word in enumerate(words)) if size > 1 else False
        if repeats and len(words) == len(columns) == times * size:
            return [columns[start : start + size] for start in range(0, len(columns), size)]
    return [columns]


def _fill(columns: _Columns, headings: Sequence[_Row], body: Sequence[_Row]) -> Grid:
    extents = list(columns)
    if headings:  # the lowest line of the header belongs to the columns
        for cell in headings[-1].cells:
            number = _find_column(cell, columns)
            extents[number] = min(extents[number][0], cell.box.x0), max(extents[number][1], cell.box.x1)
    heads = [_Row([cell for cell in row.cells if not _spans(cell, extents)]) for row in headings]
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


def _spans(cell: Cell, extents: _Columns) -> bool:
    """Whether a heading names several columns together."""
    shares = sorted(_share(cell, extent) for extent in extents)
    return shares[-2] > 1 or 0 < shares[-1] < _OWN_SHARE * cell.box.width


def _place(row: _Row, columns: _Columns) -> list[Cell | None]:
    placed: list[list[Cell]] = [[] for _ in columns]
    for cell in row.cells:
        placed[_find_column(cell, columns)].append(cell)
    return [join_cells(cells) for cells in placed]


def _find_column(cell: Cell, columns: _Columns) -> int:
    """The column that a cell stands in: the first of several that it spans, else the nearest."""

    def closeness(number: int) -> float:
        start, end = columns[number]
        return min(cell.box.x1, end) - max(cell.box.x0, start)

    spanned = [number for number in range(len(columns)) if closeness(number) > 1]
    return spanned[0] if len(spanned) > 1 else max(range(len(columns)), key=closeness)


def _has_numbers(grid: Grid) -> bool:
    """Whether a column of the table is one of numbers, and every column is used."""
    body = grid.rows[grid.headings :]
    if len(body) < _LEAST_ROWS or grid.columns < 2:
        return False
    for column in range(grid.columns):
        cells = [cell for row in body if (cell := row[column])]
        if len(cells) >= _LEAST_ROWS and sum(cell.is_amount for cell in cells) >= _AMOUNT_SHARE * len(cells):
            return True
    return False
