"""The labels over a table's columns: each column's own, and those of the groups of columns that it stands under."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from tasks.catalog.dimensions import axes_of
from tasks.catalog.discovery.fields import AXES
from tasks.catalog.discovery.labels import is_quantity, is_rate, label_within, read_heads, read_label
from tasks.catalog.discovery.table_cells import Cell, RawTable, Row, is_lesser

_FLUSH_POINTS = 2.5
_LINE_GAP_SHARE = 0.6  # of the type size, between the lines of one label
_MIN_TYPE_POINTS = 4.0
_MIN_GROUPS = 2


class Column(NamedTuple):
    """A column: the field it holds (or "other"), its printed label, the unit and the currency that its header gives."""

    field: str
    label: str
    unit: str | None = None
    by_label: bool = False
    currency: str | None = None
    group: str = ""  # what stands over it, where the table has a column of codes for each of several groups


class Header(NamedTuple):
    """A column's own label and the labels of the groups that it stands under."""

    own: str
    over: str


def read_headers(table: RawTable) -> list[Header]:
    """Own labels are the header's lowest cells over one column; what stands over several columns names their group.

    A group's label is often narrower than its group ("Price EUR" in the middle over A, B and C): then it governs the
    neighbours of the column under it that are labelled alike and have nothing else over them.
    """
    if max((len(row.cells) for row in table.header), default=0) < 2:
        return [Header("", "") for _ in table.columns]  # a title over the table labels none of its columns
    own: list[list[Cell]] = [[] for _ in table.columns]
    over: list[list[str]] = [[] for _ in table.columns]
    for row in reversed(table.header):
        for cell in row.cells:
            if cell.column == cell.last and not own[cell.column]:
                own[cell.column].insert(0, cell)
                continue
            governed = _governed(cell, row, [_join_label(found) for found in own], table.columns)
            lines = cell.column == cell.last and _is_above(cell, own[cell.column][0])
            if lines and (len(governed) < 2 or not _names_group(cell.text)):
                own[cell.column].insert(0, cell)
            else:
                for index in governed:
                    over[index].insert(0, cell.text)
    labels = [_join_label(found) for found in own]
    _spread_groups(table, labels, over)
    return [Header(label, " ".join(names)) for label, names in zip(labels, over, strict=True)]


def _spread_groups(table: RawTable, labels: Sequence[str], over: list[list[str]]) -> None:
    """Give each of several columns labelled alike the nearest of as many groups ("Chrome" over "Code" and "EUR")."""
    columns = [index for index, label in enumerate(labels) if label and labels.count(label) > 1]
    for row in table.header:
        groups = [cell for cell in row.cells if cell.text not in labels]
        if len(groups) < _MIN_GROUPS or any(labels.count(labels[index]) != len(groups) for index in columns):
            continue
        for index in columns:
            nearest = min(groups, key=lambda cell: _distance(cell, table.columns[index]))
            over[index] = over[index] or [nearest.text]


def _governed(cell: Cell, row: Row, labels: Sequence[str], columns: Sequence[tuple[float, float]]) -> range:
    """The columns that a cell of the header stands for; one between two such cells is the nearer one's."""
    kinds = _kinds(labels)
    taken = {
        index
        for other in row.cells
        if other is not cell
        for index in range(len(columns))
        if other.column <= index <= other.last or _distance(other, columns[index]) < _distance(cell, columns[index])
    }  # fmt: skip
    inside = {kinds[index] for index in range(cell.column, cell.last + 1)}
    kind = inside.pop() if len(inside) == 1 else None
    if kind not in ("axis", "plain"):
        return range(cell.column, cell.last + 1)
    before = takewhile(lambda index: kinds[index] == kind and index not in taken, range(cell.column - 1, -1, -1))
    after = takewhile(lambda index: kinds[index] == kind and index not in taken, range(cell.last + 1, len(kinds)))
    return range(cell.column - len(list(before)), cell.last + len(list(after)) + 1)


def _distance(cell: Cell, column: tuple[float, float]) -> float:
    return abs(cell.box.center[0] - (column[0] + column[1]) / 2)


def _kinds(labels: Sequence[str]) -> list[str]:
    """What each label is: an axis, a field's name, or a plain word such as a grade's."""
    fields = [_field(label) for label in labels]
    kinds = [
        "axis"
        if field in AXES
        else str(field)
        if field
        else ("quantity" if is_quantity(label) else "plain")
        if label
        else ""
        for field, label in zip(fields, labels, strict=True)
    ]
    for run in list_letter_runs(labels):
        for index in run:
            kinds[index] = "axis" if axes_of([labels[one] for one in run]) else "plain"
    return kinds


def _field(label: str) -> str | None:
    known = read_label(label) if label else None
    return known.field if known else label_within(label) if label else None


def list_letter_runs(labels: Sequence[str]) -> list[range]:
    """Neighbouring columns labelled by a single letter each: axes ("W D H"), or grades, which begin with "A B"."""
    runs: list[range] = []
    start = 0
    while start < len(labels):
        end = start
        while (
            end < len(labels)
            and len(labels[end]) == 1
            and not (end > start and list(labels[end : end + 2]) == ["A", "B"])
        ):
            end += 1
        if end > start:
            runs += _part_axes(labels, range(start, end))
        start = max(end, start + 1)
    return runs


def _part_axes(labels: Sequence[str], run: range) -> list[range]:
    """The run, parted after its axes where grades go on behind them ("L P A" and "I", of I, II, III)."""
    if not axes_of([labels[index] for index in run]):
        for end in range(run.stop - 1, run.start + 1, -1):
            if axes_of([labels[index] for index in range(run.start, end)]):
                return [range(run.start, end), range(end, run.stop)]
    return [run]


def _names_group(text: str) -> bool:
    """Whether a label over another label names what several columns hold ("Dimensions (cm)", "Price EUR")."""
    return label_within(text) in ("dimensions", "price")


def _join_label(cells: Sequence[Cell]) -> str:
    """A label's lines as one; its last line alone where that is a known label and the whole is not.

    Lines in lesser type under a label that is known are no part of it where they name something else: what stands
    below the values ("Colours" under "Pattern"), or what a price is for ("per yd").
    """
    whole = " ".join(cell.text for cell in cells)
    count = next((index for index, cell in enumerate(cells) if is_lesser(cell, cells[0])), len(cells))
    own, under = (" ".join(cell.text for cell in part) for part in (cells[:count], cells[count:]))
    if under and read_heads(own) and (is_rate(under) or _field(under) not in (None, _field(own))):
        return own
    if len(cells) > 1 and not read_label(whole) and read_label(cells[-1].text):
        return cells[-1].text
    return whole


def _is_above(upper: Cell, lower: Cell) -> bool:
    """Whether two header cells are lines of one label: close, and set flush or centred on each other."""
    one, two = upper.box, lower.box
    edges = min(abs(one.x0 - two.x0), abs(one.x1 - two.x1), abs(one.center[0] - two.center[0]))
    return edges <= _FLUSH_POINTS and two.y0 - one.y1 <= _LINE_GAP_SHARE * max(lower.size, _MIN_TYPE_POINTS)
