"""Products side by side: a column each, with the labels of all of them in front of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.candidates import Candidate, evidence_of, make_candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import AXES, Fields
from tasks.catalog.discovery.labels import Label, label_within, read_label, unit_within
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.naming import can_name
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.table_cells import Cell, Row, find_columns, place_row
from tasks.catalog.names import clean_name

_MIN_ROWS, _MIN_PRODUCTS = 3, 2
_EDGE_POINTS = 3.0
_GAP_SHARE = 4.0  # of the type size, between two rows of labels
_NAME_GAP_SHARE = 4.0  # of the type size, between the names and the first row
_FILLED = 0.6  # of a row's columns
_KINDS = {"sku": "sku", "gtin": "sku", "price": "price", "dimensions": "size", **dict.fromkeys(AXES, "size")}


class _LabelRow(NamedTuple):
    label: Label
    row: list[Segment]

    @property
    def first(self) -> Segment:
        return self.row[0]


def find_transposed(text: PageText, context: Context) -> tuple[list[Candidate], Box | None]:
    """The products of the page's table with a column for each, and its area; ([], None) where there is none."""
    rows = read_rows(text.segments)
    for run in _runs([found for row in rows if (found := _read_label_row(row))]):
        columns = find_columns([one.row[1:] for one in run])
        full = sum(len(one.row) - 1 >= _FILLED * len(columns) for one in run)
        kinds = {_KINDS.get(one.label.field) for one in run} - {None}
        if len(columns) < _MIN_PRODUCTS or full < _MIN_ROWS or len(kinds) < 2 or not kinds & {"sku", "price"}:
            continue
        names = _names(run, rows, columns)
        products = _read_columns(run, columns, names, text.number, context)
        if len(products) >= _MIN_PRODUCTS:
            return products, union([*(one.cell for one in products), *(one.first.box for one in run)])
    return [], None


def _read_label_row(row: list[Segment]) -> _LabelRow | None:
    """A row that begins with a known label and goes on with values for several products."""
    if len(row) < 1 + _MIN_PRODUCTS or any(read_label(cell.text) for cell in row[1:]):
        return None
    text = row[0].text
    label = read_label(text)
    if label is None and (field := label_within(text)):
        label = Label(field, unit_within(text))
    return _LabelRow(label, row) if label else None


def _runs(rows: Sequence[_LabelRow]) -> list[list[_LabelRow]]:
    """Rows of labels below one another with one left edge."""
    runs: list[list[_LabelRow]] = []
    for one in rows:
        last = runs[-1][-1].first if runs else None
        flush = last is not None and abs(last.box.x0 - one.first.box.x0) <= _EDGE_POINTS
        if last is None or not flush or one.first.box.y0 - last.box.y1 > _GAP_SHARE * last.size:
            runs.append([])
        runs[-1].append(one)
    return [run for run in runs if len(run) >= _MIN_ROWS]


def _names(
    run: Sequence[_LabelRow], rows: Sequence[list[Segment]], columns: Sequence[tuple[float, float]]
) -> dict[int, Cell]:
    """The products' names by column: a row of the table, else the nearest row above that has a name over most."""
    labelled = next((one for one in run if one.label.field == "name"), None)
    if labelled:
        return _by_column(place_row(labelled.row[1:], columns))
    top, edge = run[0].first.box.y0, run[0].first.box.x1
    for row in reversed(rows):
        cells = [cell for cell in row if cell.box.x1 > edge]
        if not cells or max(cell.box.y1 for cell in row) > top + 1:
            continue
        if top - max(cell.box.y1 for cell in cells) > _NAME_GAP_SHARE * max(cell.size for cell in cells):
            break
        if len(cells) >= max(_MIN_PRODUCTS, _FILLED * len(columns)) and all(can_name(cell) for cell in cells):
            return _by_column(place_row(cells, columns))
    return {}


def _by_column(row: Row) -> dict[int, Cell]:
    return {cell.column: cell for cell in row.cells}


def _read_columns(
    run: Sequence[_LabelRow],
    columns: Sequence[tuple[float, float]],
    names: dict[int, Cell],
    page: int,
    context: Context,
) -> list[Candidate]:
    placed = [(one.label, _by_column(place_row(one.row[1:], columns))) for one in run if one.label.field != "name"]
    found = []
    for column, name in sorted(names.items()):
        fields, boxes = Fields(context), [name.box]
        for label, cells in placed:
            if cell := cells.get(column):
                fields.read_value(label, cell.text, cell.box)
                boxes.append(cell.box)
        evidence = evidence_of(fields)
        if evidence & {"sku", "price"}:
            found.append(make_candidate(clean_name(name.text), name.box, fields, page, union(boxes), "spec", evidence))
    return found
