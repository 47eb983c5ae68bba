"""Rows of cells and the columns they stand in, in the upright frame of a page without rulings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from tasks.catalog.pdf.table_cells import Cell

LEAST_CELLS = 3  # in a row of data
LEAST_ROWS = 4  # of data in a table
_PROSE_CHARACTERS = 35  # cells of prose are longer on average ...
_PROSE_SHARE = 0.3  # ... and this share of them goes on in the middle of a sentence
_CROSSED_SHARE = 0.15  # of the rows may reach across a channel

Columns = list[tuple[float, float]]  # left and right ends


class Row(NamedTuple):
    cells: list[Cell]  # from left to right

    @property
    def top(self) -> float:
        return min(cell.box.y0 for cell in self.cells)

    @property
    def middle(self) -> float:
        return sum(cell.box.y0 + cell.box.y1 for cell in self.cells) / (2 * len(self.cells))

    @property
    def is_data(self) -> bool:
        return len(self.cells) >= LEAST_CELLS and any(cell.is_amount for cell in self.cells)


def find_columns(data: Sequence[Row]) -> Columns:
    """Extents of the columns: where more than a few rows have text."""
    edges = sorted(
        [(cell.box.x0, 1) for row in data for cell in row.cells]
        + [(cell.box.x1, -1) for row in data for cell in row.cells]
    )
    columns: Columns = []
    depth, start, limit = 0, 0.0, _CROSSED_SHARE * len(data)
    for place, step in edges:
        before, depth = depth, depth + step
        if before <= limit < depth:
            start = place
        if depth <= limit < before:
            columns.append((start, place))
    return columns


def refine_columns(columns: Columns, labels: Row, data: Sequence[Row]) -> Columns:
    """Columns that labels tell of: those with little text, and those that some rows' cells run together."""
    cells = [cell for row in data for cell in row.cells]
    refined = list(columns)
    for label in labels.cells:
        if not any(share(label, column) > 0 for column in columns):
            held = [cell for cell in cells if label.box.x0 <= cell.box.center[0] <= label.box.x1]
            if held:
                refined.append((min(cell.box.x0 for cell in held), max(cell.box.x1 for cell in held)))
    for left, right in pairwise(labels.cells):
        for column in columns:
            if share(left, column) > 0 and share(right, column) > 0 and column in refined:
                middle = (left.box.x1 + right.box.x0) / 2
                inside = [cell for cell in cells if share(cell, column) > 0]
                before = [cell.box.x1 for cell in inside if cell.box.x1 <= middle]
                after = [cell.box.x0 for cell in inside if cell.box.x0 >= middle]
                if min(len(before), len(after)) >= LEAST_ROWS and len(before) + len(after) > len(inside) / 2:
                    refined.remove(column)
                    refined += [(column[0], max(before)), (min(after), column[1])]
    return sorted(refined)


def is_prose(column: tuple[float, float], data: Sequence[Row]) -> bool:
    """Whether what stands in a column is a column of running text beside a table."""
    texts = [cell.text for row in data for cell in row.cells if share(cell, column) > 0]
    broken = sum(text[0].islower() for text in texts)
    return sum(map(len, texts)) > _PROSE_CHARACTERS * len(texts) and broken > _PROSE_SHARE * len(texts)


def find_column(cell: Cell, columns: Columns) -> int:
    """The column that a cell stands in: the first of several that it spans, else the nearest."""
    shares = [share(cell, column) for column in columns]
    spanned = [number for number, share in enumerate(shares) if share > 1]
    return spanned[0] if len(spanned) > 1 else shares.index(max(shares))


def share(cell: Cell, column: tuple[float, float]) -> float:
    """Points of the column's width that the cell covers; negative is the distance between them."""
    start, end = cell.box[0], cell.box[2]
    return (end if end < column[1] else column[1]) - (start if start > column[0] else column[0])


def clip(row: Row, left: float, right: float) -> Row:
    return Row([cell for cell in row.cells if left <= cell.box.center[0] <= right])


def find_bounds(part: Columns, columns: Columns) -> tuple[float, float]:
    """Where the cells of `part` lie, when other columns stand beside it."""
    before = [end for _, end in columns if end <= part[0][0]]
    after = [start for start, _ in columns if start >= part[-1][1]]
    left = (max(before) + part[0][0]) / 2 if before else float("-inf")
    right = (min(after) + part[-1][1]) / 2 if after else float("inf")
    return left, right
