"""What names the columns of a table without rulings: the lines above its first row of data."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from tasks.catalog.pdf.lines import turn_box
from tasks.catalog.pdf.table_cells import Cell, join_cells
from tasks.catalog.pdf.table_rows import Columns, Row, find_column, share

_TITLE_RATIO = 1.35  # larger type above a table is its title, not its header
_OWN_SHARE = 0.6  # of a heading's width stands over the one column that it names
_HEADER_PITCHES = 1.8  # farthest apart that lines of a header stand, in usual rows ...
_HEADER_EMS = 2.5  # ... and in ems
HEADER_ROWS = 6  # looked at above the data


def find_above(rows: Sequence[Row], first: int, columns: Columns, data: Sequence[Row]) -> list[Row]:
    """Rows close above the first row of data: the header's lines, and the name of the first group."""
    size = median(cell.size for row in data for cell in row.cells)
    pitch = median(below.middle - above.middle for above, below in pairwise(data))
    found: list[Row] = []
    below, reach = rows[first].middle, min(_HEADER_PITCHES * pitch, _HEADER_EMS * size)
    for row in reversed(rows[max(0, first - HEADER_ROWS) : first]):
        cells = [cell for cell in row.cells if cell.size <= _TITLE_RATIO * size and _overlaps(cell, columns)]
        if below - row.middle > (reach if found else _HEADER_PITCHES * pitch):
            break
        if cells:
            found.insert(0, Row(cells))
            below = row.middle
    return found


def find_labels(above: Sequence[Row]) -> int:
    """Which of the rows above the data has a label for each column, the one with most cells; -1 for none."""
    best = max(range(len(above)), key=lambda number: len(above[number].cells), default=-1)
    return best if best >= 0 and len(above[best].cells) > 1 else -1


def _overlaps(cell: Cell, columns: Columns) -> bool:
    return cell.box.x1 > columns[0][0] - cell.box.width and cell.box.x0 < columns[-1][1] + cell.box.width


def split_labels(row: Row, columns: Columns, turn: int) -> Row:
    """Labels that stand so close that they were read as one line, a label a column."""
    cells: list[Cell] = []
    for cell in row.cells:
        words = [Cell(word.text, turn_box(word.box, turn), cell.bold, cell.size, cell.font) for word in cell.words]
        places = [find_column(word, columns) for word in words]
        crossed = sum(min(cell.box.x1, end) - max(cell.box.x0, start) > 1 for start, end in columns)
        if crossed < 2 or len(set(places)) != crossed:
            cells.append(cell)
            continue
        for place in sorted(set(places)):
            cells.append(join_cells([word for word, at in zip(words, places, strict=True) if at == place]) or cell)
    return Row(cells)


def find_repeats(labels: Row, columns: Columns) -> list[Columns]:
    """Columns of each table where the same labels stand twice or more beside themselves."""
    words = [cell.text.casefold() for cell in labels.cells]
    for times in (4, 3, 2):
        size = len(columns) // times
        repeats = all(word == words[place % size] for place, word in enumerate(words)) if size > 1 else False
        if repeats and len(words) == len(columns) == times * size:
            return [columns[start : start + size] for start in range(0, len(columns), size)]
    return [columns]


def spans_columns(cell: Cell, extents: Columns) -> bool:
    """Whether a heading names several columns together."""
    shares = sorted(share(cell, extent) for extent in extents)
    return shares[-2] > 1 or 0 < shares[-1] < _OWN_SHARE * cell.box.width
