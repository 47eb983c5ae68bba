"""A table's cells, and which column each stands in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.layout import Segment
from tasks.catalog.pages import Word

_MIN_ROWS, _MIN_CELLS = 3, 2
_SPACE_SHARE = 0.4  # of the type size: a wider space can be a gutter
_BASE_SHARE = 0.15  # of the rows: as many have every column
_LIKE_RATIO = 1.1  # of type sizes


class Cell(NamedTuple):
    """A table's cell; `last` is the last column that it reaches into."""

    text: str
    box: Box
    column: int
    last: int
    bold: bool = False
    size: float = 0.0
    color: int = 0
    from_ocr: bool = False

    def looks_like(self, other: Cell) -> bool:
        """Whether both are set alike; OCR knows too little of type to tell."""
        small, large = sorted((self.size, other.size))
        alike = large <= _LIKE_RATIO * small and self.bold == other.bold and self.color == other.color
        return alike or self.from_ocr


class Row(NamedTuple):
    """A visual row's cells, from left to right."""

    cells: tuple[Cell, ...]

    @property
    def box(self) -> Box:
        return union(cell.box for cell in self.cells)


class RawTable(NamedTuple):
    """A table as it stands: header rows, body rows (headings of groups among them), and the columns' extents."""

    columns: tuple[tuple[float, float], ...]
    header: tuple[Row, ...]
    rows: tuple[Row, ...]

    @property
    def box(self) -> Box:
        return union(row.box for row in (*self.header, *self.rows))


def find_columns(rows: Sequence[Sequence[Segment]]) -> list[tuple[float, float]]:
    """The columns' extents, from the rows with most cells; cells of other rows add the columns those lack."""
    counts = Counter(map(len, rows))
    needed = min(_MIN_ROWS, len(rows)), _BASE_SHARE * len(rows)
    supported = [count for count in counts if sum(n for c, n in counts.items() if c >= count) >= max(needed)]
    most = max(supported, default=max(counts))
    base = [row for row in rows if len(row) >= most]
    columns = _merge_extents([(cell.box.x0, cell.box.x1) for row in base for cell in row], len(base))
    for row in rows:
        for cell in row:
            if len(row) >= max(_MIN_CELLS, 0.5 * most) and all(
                cell.box.x1 < low or cell.box.x0 > high for low, high in columns
            ):
                columns = _merge_extents([*columns, (cell.box.x0, cell.box.x1)], 1)
    return sorted(columns)


def _merge_extents(extents: Sequence[tuple[float, float]], rows: int) -> list[tuple[float, float]]:
    """Extents that overlap as one; a stretch that fewer than a tenth of the rows cover divides columns."""
    needed = max(1, round(0.1 * rows))
    edges = sorted([(low, 1) for low, _ in extents] + [(high, -1) for _, high in extents], key=lambda e: (e[0], -e[1]))
    columns: list[tuple[float, float]] = []
    depth, start = 0, 0.0
    for x, step in edges:
        if depth < needed <= depth + step:
            start = x
        if depth + step < needed <= depth and x > start:
            columns.append((start, x))
        depth += step
    return columns


def place_labels(row: Sequence[Segment], columns: Sequence[tuple[float, float]]) -> Row:
    """A header row's labels in their columns.

    A label flush left over numbers that are flush right may stand nearer to the column before its own: of two in
    one column the right one, which stands beside that column, moves on, and so do those after it that do so, too.
    """
    placed = place_row(row, columns)
    moved = [placed.cells[0]]
    for cell in placed.cells[1:]:
        if cell.column > moved[-1].last:
            moved.append(cell)
            continue
        low, high = columns[cell.column]
        over = min(cell.box.x1, high) > max(cell.box.x0, low)
        if over or cell.column != cell.last or cell.column + 1 == len(columns):
            return placed
        moved.append(cell._replace(column=cell.column + 1, last=cell.column + 1))
    return Row(tuple(moved))


def place_row(row: Sequence[Segment], columns: Sequence[tuple[float, float]]) -> Row:
    """A row's segments in their columns; what stands between two is given to the nearer."""
    cells = []
    for segment in row:
        for part in _cut_at_columns(segment, columns) if len(row) > 1 else [segment]:
            hit = find_hit(part.box, columns)
            look = part.bold, part.size, part.color, part.from_ocr
            cells.append(Cell(part.text, part.box, hit[0], hit[-1], *look))
    return Row(tuple(cells))


def find_hit(box: Box, columns: Sequence[tuple[float, float]]) -> list[int]:
    """The columns that a box covers, else the nearest."""
    hit = [index for index, (low, high) in enumerate(columns) if covers(box, low, high)]
    return hit or [min(range(len(columns)), key=lambda index: _distance(box, *columns[index]))]


def _cut_at_columns(segment: Segment, columns: Sequence[tuple[float, float]]) -> list[Segment]:
    """A segment over several columns, cut at spaces between columns that are wider than a space between words."""
    if len(find_hit(segment.box, columns)) < 2:
        return [segment]
    runs: list[list[Word]] = []
    for word in segment.words:
        last = runs[-1][-1] if runs else None
        apart = last is None or find_hit(last.box, columns)[-1] < find_hit(word.box, columns)[0]
        if last is None or (apart and word.box.x0 - last.box.x1 > _SPACE_SHARE * segment.size):
            runs.append([])
        runs[-1].append(word)
    return [
        segment._replace(text=" ".join(w.text for w in run), box=union(w.box for w in run), words=tuple(run))
        for run in runs
    ] or [segment]


def covers(box: Box, low: float, high: float) -> bool:
    """Whether a box and a column share a third of the narrower of the two."""
    shared = min(box.x1, high) - max(box.x0, low)
    return shared > 0.3 * min(box.width, high - low)


def _distance(box: Box, low: float, high: float) -> float:
    return max(low - box.x1, box.x0 - high, 0.0)
