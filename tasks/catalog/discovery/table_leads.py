"""Rows of a table that name a product, whose forms are the rows below, each with a code and a price of its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from tasks.catalog.codes import is_code, is_spaced_code
from tasks.catalog.discovery.labels import read_label
from tasks.catalog.discovery.table_cells import Cell, RawTable, Row, is_lesser
from tasks.catalog.discovery.table_columns import Column
from tasks.catalog.discovery.table_rows import is_number
from tasks.catalog.vocabulary import fold, words_pattern

_OUTDENT_POINTS = 3.0
_MIN_LABELS = 2
_MIN_LIKE = 2  # rows set alike that name products
_FORM_FIELDS = frozenset({"finish", "colours", "upholstery", "material", "size", "dimensions"})
_TOLD_SHARE = 0.8  # of the rows say which finish, colour or size they are


class Lead(NamedTuple):
    """A product's name with its remarks, and what its row says of all forms, by column."""

    cells: tuple[Cell, ...]
    told: dict[int, list[Cell]]


NO_LEAD = Lead((), {})


def list_leads(rows: Sequence[Row], columns: Sequence[Column]) -> dict[int, Lead]:
    """The rows that only name a product, by number.

    Under a column of names such a row has a name and neither code nor price, and the next has both and no name, or a
    lesser one. In a table without names it is a heading over rows that say their finish, colour or size.
    """
    name = next((index for index, column in enumerate(columns) if column.field == "name"), None)
    values = {index for index, column in enumerate(columns) if column.field in ("sku", "price")}
    if name is None:
        return _list_headings(rows, columns, values)
    full = [row for row in rows if {cell.column for cell in row.cells} >= values]
    named = [cells[0] for row in full if (cells := [cell for cell in row.cells if cell.column == name])]
    found: dict[int, Lead] = {}
    for number, row in enumerate(rows):
        own = [cell for cell in row.cells if cell.column == name]
        others = [cell for cell in row.cells if cell.column != name]
        count = _count_further(rows[number + 1 :], {cell.column for cell in others})
        below = rows[number + count + 1] if number + count + 1 < len(rows) else None
        if number in found or not own or below not in full or not _has_letters(own[0].text) or _has_value(row, values):
            continue
        under = [cell for cell in below.cells if cell.column == name]
        lesser = not others and under and is_remark(under[0], own[0]) and any(is_like(cell, own[0]) for cell in named)
        if lesser or (values and not under and others and not any(is_lesser(own[0], cell) for cell in named)):
            lead = Lead(tuple(own), _by_column(rows[number : number + count + 1], name))
            found |= dict.fromkeys(range(number, number + count + 1), lead)
    return found


def _count_further(rows: Sequence[Row], columns: set[int]) -> int:
    """How many of the next rows are only further lines of cells in some columns."""
    return next((index for index, row in enumerate(rows) if not {cell.column for cell in row.cells} <= columns), 0)


def _by_column(rows: Sequence[Row], name: int) -> dict[int, list[Cell]]:
    told: dict[int, list[Cell]] = {}
    for cell in (cell for row in rows for cell in row.cells if cell.column != name):
        told.setdefault(cell.column, []).append(cell)
    return told


def _list_headings(rows: Sequence[Row], columns: Sequence[Column], values: set[int]) -> dict[int, Lead]:
    """Headings set alike, each over rows with codes or prices of which nearly all say what tells them apart."""
    bare = not any(column.label for column in columns)  # then sizes alone tell
    forms = [
        index
        for index, column in enumerate(columns)
        if column.field in _FORM_FIELDS and (column.by_label or (bare and column.field == "dimensions"))
    ]
    full = [row for row in rows if {cell.column for cell in row.cells} >= values and _has_value(row, values)]
    told = sum(any(cell.column in forms for cell in row.cells) for row in full)
    if not values or not forms or told < _TOLD_SHARE * len(full):
        return {}
    plain = [row.cells[0] for row in full]
    found = {
        number: Lead(row.cells, {})
        for number, (row, below) in enumerate(pairwise(rows))
        if below in full and _heads_forms(row, values, plain)
    }
    first = next((lead.cells[0] for lead in found.values()), None)
    alike = {number: lead for number, lead in found.items() if first and is_like(lead.cells[0], first)}
    return alike if len(alike) >= _MIN_LIKE and rows.index(full[0]) > min(alike) else {}


def _heads_forms(row: Row, values: set[int], plain: Sequence[Cell]) -> bool:
    """Whether a row without values begins with a bold name, where the rows' first cells are plain."""
    first = row.cells[0]
    words = _has_letters(first.text) and not (is_code(first.text) or is_spaced_code(first.text))
    series = words_pattern("collection_words").search(fold(first.text))
    alone = first.column == 0 and words and not series and not _has_value(row, values)
    return alone and first.bold and not any(cell.bold for cell in plain)


def _has_value(row: Row, values: set[int]) -> bool:
    """Whether a row has a code or a price where the table has them."""
    return any(
        is_number(cell.text) or is_code(cell.text) or is_spaced_code(cell.text)
        for cell in row.cells
        if cell.column in values
    )


def lower_lead(table: RawTable) -> RawTable:
    """The table with the first product's row, which stands right under the labels, among its rows."""
    last, labels = table.header[-1], table.header[:-1]
    if not any(len(row.cells) > 1 for row in labels) or len(last.cells) < _MIN_LIKE or _labels_columns(last):
        return table
    if any(_stand_alike(last, row) for row in table.rows):
        return table._replace(header=labels, rows=(last, *table.rows))
    return table


def _labels_columns(row: Row) -> bool:
    """Whether a row is of labels: of a scan, they are set no otherwise than what stands below."""
    return sum(read_label(cell.text) is not None for cell in row.cells) >= _MIN_LABELS


def _stand_alike(one: Row, other: Row) -> bool:
    """Whether two rows have the same columns, and their cells are set alike."""
    return [cell.column for cell in one.cells] == [cell.column for cell in other.cells] and all(
        a.looks_like(b) for a, b in zip(one.cells, other.cells, strict=True)
    )


def is_like(one: Cell, other: Cell) -> bool:
    """Whether two cells are set alike and stand flush."""
    return one.looks_like(other) and abs(one.box.x0 - other.box.x0) <= _OUTDENT_POINTS


def is_remark(one: Cell, lead: Cell) -> bool:
    """Whether words under a name are only a remark: in lesser type, or plain and indented under bold."""
    indented = lead.bold and not one.bold and one.box.x0 > lead.box.x0 + _OUTDENT_POINTS
    return is_lesser(one, lead) or (indented and not one.from_ocr)


def _has_letters(text: str) -> bool:
    return any(char.isalpha() for char in text)
