"""A table's cells, and which column each stands in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import is_badge
from tasks.catalog.pages import Word

_MIN_ROWS, _MIN_CELLS = 3, 2
_SPACE_SHARE = 0.4  # of the type size: a wider space can be a gutter
_BASE_SHARE = 0.15  # of the rows: as many have every column
_LIKE_RATIO, _LESSER_RATIO = 1.1, 0.93  # of type sizes
_OCR_LESSER_RATIO = 0.84  # ... as far as OCR tells
_STEP_RATIO = 1.15  # of the heights of words on one line: they are set in two sizes
_RAISED = re.compile(r"\(\d{1,2}\)|\d\)|\*+")
_LOWER_SHARE = 0.1  # of the difference


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
    measured: bool = False  # by OCR: its size tells clear differences

    def looks_like(self, other: Cell) -> bool:
        """Whether both are set alike; OCR knows too little of type to tell, but for clear differences of size."""
        small, large = sorted((self.size, other.size))
        alike = large <= _LIKE_RATIO * small and self.bold == other.bold and self.color == other.color
        return alike or (self.from_ocr and (not self.measured or _OCR_LESSER_RATIO * large <= small))


def is_lesser(one: Cell, lead: Cell) -> bool:
    """Whether one cell is set in smaller type than the other, or plain and in another colour beside bold."""
    lighter = lead.bold and not one.bold and one.color != lead.color
    if one.from_ocr:
        return one.measured and one.size <= _OCR_LESSER_RATIO * lead.size
    return one.size <= _LESSER_RATIO * lead.size or lighter


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
            return _without_strays(placed, columns)
        moved.append(cell._replace(column=cell.column + 1, last=cell.column + 1))
    return Row(tuple(moved))


def _without_strays(row: Row, columns: Sequence[tuple[float, float]]) -> Row:
    """A header row without labels that stand beside a column that another one stands over: theirs is empty here."""
    over = {cell.column for cell in row.cells if _stands_over(cell, columns)}
    return Row(tuple(cell for cell in row.cells if cell.column not in over or _stands_over(cell, columns)))


def _stands_over(cell: Cell, columns: Sequence[tuple[float, float]]) -> bool:
    return min(cell.box.x1, columns[cell.last][1]) > max(cell.box.x0, columns[cell.column][0])


def place_row(row: Sequence[Segment], columns: Sequence[tuple[float, float]]) -> Row:
    """A row's segments in their columns; what stands between two is given to the nearer."""
    cells = []
    for segment in row:
        for part in _cut_at_columns(segment, columns) if len(row) > 1 else [segment]:
            hit = find_hit(part.box, columns)
            look = part.bold, part.size, part.color, part.from_ocr, part.measured
            cells.append(Cell(part.text, part.box, hit[0], hit[-1], *look))
    return Row(tuple(cells))


def split_sizes(segment: Segment) -> list[Segment]:
    """A segment in parts where words are smaller than those before: a model and its kind, a name and "NEW".

    A badge may stand before them. Marks and figures without letters ("(1)", "00") stay with what they stand by.
    """
    if segment.from_ocr or len(segment.words) < _MIN_CELLS:
        return [segment]
    heights = [word.box.height for word in segment.words]
    if max(heights) < _STEP_RATIO * min(heights):
        return [segment]  # nearly all are of one size
    runs: list[list[Word]] = []
    for word in segment.words:
        if runs and _RAISED.fullmatch(word.text) and word.box.height * _STEP_RATIO <= runs[-1][0].box.height:
            continue  # a footnote's mark
        if runs and not (_differ(runs[-1][0], word) and any(map(str.isalpha, word.text))):
            runs[-1].append(word)
        else:
            runs.append([word])
    parts = [_part(segment, run) for run in runs]
    first = next((part for part in parts if not is_badge(part.text)), parts[0])
    behind = parts[parts.index(first) + 1 :]
    if len(parts) == 1:
        return parts if len(runs[0]) < len(segment.words) else [segment]
    return parts if all(part.size < first.size for part in behind) else [segment]


def _part(segment: Segment, run: Sequence[Word]) -> Segment:
    """A segment's run of words; a line's type size is that of most of its characters."""
    heights = Counter[float]()
    for word in segment.words:
        heights[round(word.box.height, 1)] += len(word.text)
    usual = heights.most_common(1)[0][0] or 1.0
    text, box = " ".join(word.text for word in run), union(word.box for word in run)
    return segment._replace(text=text, box=box, words=tuple(run), size=segment.size * run[0].box.height / usual)


def _differ(one: Word, other: Word) -> bool:
    """Whether two words are set in two sizes: the larger one reaches lower, too, as one with a raised mark does not."""
    small, large = sorted((one.box, other.box), key=lambda box: box.height)
    lower = large.y1 - small.y1 if not is_badge(one.text) else large.height
    return large.height >= _STEP_RATIO * small.height and lower >= _LOWER_SHARE * (large.height - small.height)


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
