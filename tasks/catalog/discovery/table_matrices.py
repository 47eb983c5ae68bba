"""Matrices of prices: heights down, widths across, under one product's name. Its rows are the product's variants."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.candidates import Candidate, make_candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import Fields
from tasks.catalog.discovery.naming import can_name
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.table_cells import RawTable, Row
from tasks.catalog.names import clean_name
from tasks.catalog.prices import parse_amount
from tasks.catalog.products import Variant
from tasks.catalog.vocabulary import fold, words

_MIN_COLUMNS, _MIN_ROWS = 3, 3
_RISING_SHARE = 0.9  # of neighbouring amounts do not fall, to the right and down
_NAME_RATIO = 1.15  # of the amounts' type size, or bold
_REACH_LINES = 12.0  # of the amounts' type size, from the name down to the matrix


class Matrix(NamedTuple):
    """Sizes across and down as printed, and for each row its amounts by the size across."""

    rows: list[tuple[str, dict[str, str]]]
    box: Box
    size: float  # of its type


def find_matrices(text: PageText, tables: Sequence[RawTable], context: Context) -> tuple[list[Candidate], list[Box]]:
    """The products whose prices matrices list, and what those take of the page; of those that stand under a name."""
    if context.currency is None:
        return [], []
    named: list[tuple[Segment, Matrix]] = []
    for matrix in filter(None, (read_matrix(table, context) for table in tables)):
        if (name := _find_name(text, matrix)) is not None:
            named.append((name, matrix))
    found = [
        _make(name, [matrix for _, matrix in group], text.number, context)
        for name, group in groupby(named, key=lambda pair: pair[0])
    ]
    return found, [matrix.box for _, matrix in named]


def read_matrix(table: RawTable, context: Context) -> Matrix | None:
    """A table as a matrix: rising sizes in the first column and over all others, which only hold amounts that rise."""
    rows = [*table.header, *table.rows]
    across = next((index for index, row in enumerate(rows) if _rise(_sizes(row))), None)
    if across is None:
        return None
    heads = {cell.column: cell.text for cell in rows[across].cells if cell.column > 0}
    body = rows[across + 1 :]
    if len(heads) < _MIN_COLUMNS or len(body) < _MIN_ROWS or not _rise([_size(row.cells[0].text) for row in body]):
        return None
    found: list[tuple[str, dict[str, str]]] = []
    for row in body:
        amounts = {cell.column: parse_amount(cell.text, context.mark) for cell in row.cells[1:]}
        if row.cells[0].column or not amounts or any(a is None or c not in heads for c, a in amounts.items()):
            return None
        found.append((row.cells[0].text, {heads[column]: str(amount) for column, amount in amounts.items()}))
    if not _are_prices([prices for _, prices in found]):
        return None
    return Matrix(found, union(row.box for row in rows[across:]), max(cell.size for row in body for cell in row.cells))


def _sizes(row: Row) -> list[float | None]:
    """The sizes in a row behind its first column, () where those are too few."""
    cells = [cell for cell in row.cells if cell.column > 0]
    return [_size(cell.text) for cell in cells] if len(cells) >= _MIN_COLUMNS else []


def _size(text: str) -> float | None:
    """A cell's only measure or number ("80", "80 cm", "Width 60 cm")."""
    bare = "".join(char for char in text if char.isdigit() or char in ".,").strip(".,")
    if not bare or bare not in text or (not find_sizes(text) and bare != text.strip()):
        return None
    amount = parse_amount(bare)
    return float(amount) if amount is not None else None


def _rise(sizes: Sequence[float | None]) -> bool:
    known = [size for size in sizes if size is not None]
    return len(known) == len(sizes) >= _MIN_ROWS and all(one < two for one, two in pairwise(known))


def _are_prices(rows: Sequence[dict[str, str]]) -> bool:
    """Whether amounts do not fall to the right and down, as the prices of larger pieces do not."""
    right = [(float(one), float(two)) for row in rows for one, two in pairwise(row.values())]
    down = [(float(one[key]), float(two[key])) for one, two in pairwise(rows) for key in one if key in two]
    steps = [*right, *down]
    rising = sum(one <= two for one, two in steps)
    grows = sum(one < two for one, two in right) > 0.5 * len(right)
    return bool(steps) and grows and rising >= _RISING_SHARE * len(steps)


def _find_name(text: PageText, matrix: Matrix) -> Segment | None:
    """The nearest name above that is set stronger than the amounts; a fabric group's number names no product."""
    above = [
        one
        for one in text.segments
        if one.box.y1 <= matrix.box.y0 + 1
        and matrix.box.y0 - one.box.y1 <= _REACH_LINES * matrix.size
        and one.box.x_overlap(matrix.box) > 0
        and (one.size >= _NAME_RATIO * matrix.size or one.bold)
        and can_name(one)
        and not words("grade_words") & set(fold(one.text).split())
        and not words("freight_words") & set(fold(one.text).split())
    ]
    return max(above, key=lambda one: (one.size >= _NAME_RATIO * matrix.size, one.box.y1), default=None)


def _make(name: Segment, matrices: Sequence[Matrix], page: int, context: Context) -> Candidate:
    fields = Fields(context)
    fields.options |= {"price", "size"}
    variants = tuple(
        Variant(name=label, prices=prices, currency=context.currency) for one in matrices for label, prices in one.rows
    )
    cell = union([name.box, *(one.box for one in matrices)])
    found = make_candidate(clean_name(name.text), name.box, fields, page, cell, "table", {"price", "size"})
    update = {"variants": variants, "currency": context.currency}
    return found._replace(product=found.product.model_copy(update=update))
