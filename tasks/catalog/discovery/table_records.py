"""A table's rows as records: a product's lines joined, the headings of groups carried down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.labels import read_label
from tasks.catalog.discovery.table_cells import Cell, RawTable, Row
from tasks.catalog.discovery.table_columns import Column
from tasks.catalog.discovery.table_leads import NO_LEAD, is_like, is_remark, list_leads, lower_lead
from tasks.catalog.discovery.table_rows import is_number
from tasks.catalog.names import is_sentence

_MAX_HEADING_COLUMNS = 2  # between the words of a heading; further right is what kind of things it holds
_MAX_HEADING_WORDS = 9
_OUTDENT_POINTS = 3.0
_MERGE_GAP_SHARE = 1.0  # of the type size: a line of the same record stands nearer than that
_WIDE_SHARE, _CENTRE_SHARE, _MIN_COLUMNS = 0.7, 0.02, 4  # of the columns; of the table's width
_SIZED_SHARE = 0.8  # of a line's characters
NO_NAMES = -1  # a column that no table has
_MIN_LEADING = 2  # records that begin in the first column tell where records begin


class Record(NamedTuple):
    """A product's row: its cells by column, the heading it stands under, and the number of its product.

    Records of one number are forms of one product, whose name (and remarks) are printed once, as their `lead`; where
    that had a row to itself, the records' own names are those of the `forms`.
    """

    cells: dict[int, list[Cell]]
    heading: Cell | None
    number: int = 0
    lead: tuple[Cell, ...] = ()
    form: str = ""

    @property
    def box(self) -> Box:
        return union(cell.box for cells in self.cells.values() for cell in cells)


def read_records(table: RawTable, columns: Sequence[Column]) -> list[Record]:
    """The table's rows as records: headings carried down, lines of one record joined."""
    keys = [index for index, column in enumerate(columns) if column.field == "sku"]
    values = [index for index, column in enumerate(columns) if column.field == "price"]
    body_bold = _mostly_bold(table.rows)
    left = _left_edge(table.rows)
    heading: Cell | None = None
    lead = NO_LEAD
    leads = list_leads(table.rows, columns)
    records: list[Record] = []
    for number, row in enumerate(table.rows):
        if number in leads:
            lead = leads[number]
            continue
        if (found := _heading(row, body_bold, left) or _spanning_heading(row, table)) is not None:
            heading = found
            continue
        cells = _by_column(row)
        starts = any(index in cells for index in keys) if keys else any(index in cells for index in values)
        previous = records[-1] if records else None
        if previous and not starts and _continues(previous, row, cells, values):
            for index, own in cells.items():
                previous.cells.setdefault(index, []).extend(own)
        elif starts or any(is_number(cell.text) for cell in row.cells):
            records.append(Record(lead.told | cells, heading, lead=lead.cells))
            lead = NO_LEAD
    return records


def lower_heading(table: RawTable) -> RawTable:
    """The table with the headings that stand between the labels and the first row among its rows."""
    if not table.header:
        return table
    if len(table.header[-1].cells) != 1 and not _has_kind(table.header[-1]):
        return _upper_heading(lower_lead(table))
    cell = table.header[-1].cells[0]
    labelled = {one.column for row in table.header[:-1] for one in row.cells if len(row.cells) > 1}
    labels_above = len(labelled) > 1 or not labelled  # a title alone on its row labels no column
    if (
        cell.column == 0
        and labels_above
        and not read_label(cell.text)
        and _heading(table.header[-1], False, table.columns[0][0], above=True)
    ):
        return lower_heading(table._replace(header=table.header[:-1], rows=(table.header[-1], *table.rows)))
    return table


def _upper_heading(table: RawTable) -> RawTable:
    """The table with the heading over its labels among its rows, where like ones part the rows further down."""
    if len(table.header) < 2 or len(table.header[-2].cells) != 1:
        return table
    cell = table.header[-2].cells[0]
    if not any(len(row.cells) == 1 and is_like(row.cells[0], cell) for row in table.rows):
        return table
    header = (*table.header[:-2], table.header[-1])
    return table._replace(header=header, rows=(table.header[-2], *table.rows))


def _by_column(row: Row) -> dict[int, list[Cell]]:
    cells: dict[int, list[Cell]] = {}
    for cell in row.cells:
        cells.setdefault(cell.column, []).append(cell)
    return cells


def _mostly_bold(rows: Sequence[Row]) -> bool:
    data = [cell for row in rows if len(row.cells) > 2 for cell in row.cells]
    return sum(cell.bold for cell in data) > 0.5 * len(data)


def _left_edge(rows: Sequence[Row]) -> float:
    """Where records begin: those in the first column tell, where a cell there spans the records below."""
    records = [row.cells[0] for row in rows if len(row.cells) > 2]
    leading = [cell for cell in records if cell.column == 0]
    edges = sorted(cell.box.x0 for cell in (leading if len(leading) >= _MIN_LEADING else records))
    return edges[len(edges) // 2] if edges else 0.0


def _heading(row: Row, body_bold: bool, left: float, *, above: bool = False) -> Cell | None:
    """The heading of a group of rows: words alone on their row, set apart by weight or by standing further left."""
    cells = row.cells[:1] if _has_kind(row) else row.cells
    first = cells[0]
    text = " ".join(cell.text for cell in cells)
    if len(cells) > 2 or first.column > 0 or any(is_number(cell.text) for cell in cells):
        return None
    if len(cells) == 2 and not (cells[1].bold and cells[1].column <= 2) and not text.rstrip().endswith(")"):
        return None
    if (
        _is_sized(text)
        or len(text.split()) > _MAX_HEADING_WORDS
        or is_sentence(text)
        or ":" in text
        or not _has_letters(first.text)
    ):
        return None
    apart = (first.bold and not body_bold) or first.box.x0 < left - _OUTDENT_POINTS or _has_kind(row)
    return first._replace(text=text) if apart or (above and len(cells) == 1) else None


def _has_kind(row: Row) -> bool:
    """Whether a heading has smaller words at the far end of its row: what kind of things the group holds."""
    first, last = row.cells[0], row.cells[-1]
    apart = len(row.cells) == 2 and last.column - first.last > _MAX_HEADING_COLUMNS
    return apart and first.size > last.size and not is_number(last.text)


def _has_letters(text: str) -> bool:
    return any(char.isalpha() for char in text)


def _continues(previous: Record, row: Row, cells: dict[int, list[Cell]], values: Sequence[int]) -> bool:
    """Whether a line without a code goes on with the record above: it is close, and fills what that lacks."""
    size = max(cell.size or cell.box.height for cell in row.cells)
    if row.box.y0 - previous.box.y1 > _MERGE_GAP_SHARE * size:
        return False
    return not any(index in cells and index in previous.cells for index in values)


def _spanning_heading(row: Row, table: RawTable) -> Cell | None:
    """A heading in a cell over most columns, or in the middle of the table, whatever its type."""
    cell, low, high = row.cells[0], table.columns[0][0], table.columns[-1][1]
    wide = cell.last - cell.column + 1 >= _WIDE_SHARE * len(table.columns)
    centred = abs(cell.box.center[0] - (low + high) / 2) <= _CENTRE_SHARE * (high - low)
    if len(row.cells) > 1 or len(table.columns) < _MIN_COLUMNS or not (wide or centred):
        return None
    return _heading(Row((cell._replace(column=0),)), False, low, above=True)


def _is_sized(text: str) -> bool:
    """Whether a line is a size, labelled or not ("Height 29"")."""
    return sum(size.end - size.start for size in find_sizes(text)) >= _SIZED_SHARE * len(text)


def with_products(records: Sequence[Record], name: int) -> list[Record]:
    """The records numbered by product: one without a name, or with only a remark under it, goes on with that above.

    Such a remark is set in smaller type than the name above it, or in lighter. Where most are, they are names.
    """
    remarks = _list_remarks(records, name)
    over: Record | None = None
    found: list[Record] = []
    number = 0
    for index, record in enumerate(records):
        own = record.cells.get(name, [])
        goes_on = over is not None and record.heading == over.heading and not record.lead
        if over is None or not (goes_on and (not own or index in remarks)):
            number += 1
            over = record if own or record.lead else None
        form = " ".join(cell.text for cell in own) if over and over.lead else ""
        lead = (over.lead or tuple(over.cells.get(name, []))) if over else ()
        found.append(record._replace(number=number, lead=lead, form=form))
    return found


def _list_remarks(records: Sequence[Record], name: int) -> set[int]:
    """The records whose words in the column of names are only a remark under the name above."""
    over: Record | None = None
    found: set[int] = set()
    names = 0
    for index, record in enumerate(records):
        own = record.cells.get(name, [])
        first = (over.lead or tuple(over.cells.get(name, []))) if over else ()
        if record.lead:
            over, names = record, names + 1
        elif own and over and first and record.heading == over.heading and is_remark(own[0], first[0]):
            found.add(index)
        elif own:
            over, names = record, names + 1
    leads = any(record.lead for record in records)
    return found if leads or len(found) <= names else set()
