"""The rows of blocks' small tables: which columns they have, and what each row says in them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import clean_code, is_code, is_lettered_code, is_weak_code, strip_marks
from tasks.catalog.dimensions import find_sizes, unit_of, weight_unit_of
from tasks.catalog.discovery.block_heads import Head, is_value
from tasks.catalog.discovery.block_pairs import find_pairs, paired
from tasks.catalog.discovery.block_widths import Edges, find_edges, stretch
from tasks.catalog.discovery.context import Context
from tasks.catalog.discovery.fields import AXES, Fields
from tasks.catalog.discovery.labels import Label, read_label
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.table_cells import Cell, RawTable, find_columns, place_labels, place_row
from tasks.catalog.discovery.table_columns import Column, read_columns
from tasks.catalog.discovery.table_headers import read_headers
from tasks.catalog.names import clean_name
from tasks.catalog.prices import find_prices, guess_currency, parse_amount
from tasks.catalog.products import AttributeValue
from tasks.catalog.vocabulary import fold

_ALIGNED_SHARE, _ALIGNED_POINTS = 0.9, 4.0  # of the rows have a cell flush at one place left of the head
_MIN_CODES = 4
_AMOUNT_SHARE, _LEAST = 0.7, 100.0  # of a column's cells are amounts; the middle one of prices that nothing labels
_CODE = re.compile(r"[\w./-]{3,}")
# Fields whose values tell the forms of one product from each other.
FORM_FIELDS = frozenset({"finish", "colours", "material", "upholstery", "dimensions", "size", "packaging", *AXES})


class Columns(NamedTuple):
    """The columns of all tables under one kind of head; extents are measured from the head's left edge.

    `pairs` are a code's column and its price's, where a row has several: one for each finish. `edges` are those of
    the labels that the extents lie between: other heads may be printed wider.
    """

    extents: tuple[tuple[float, float], ...]
    columns: tuple[Column, ...]
    pairs: tuple[tuple[int, int], ...] = ()
    edges: Edges = ()


class FormRow(NamedTuple):
    """One row: its code, prices by label, what tells it from its neighbours, and its fields.

    `graded` says that its table has several columns of prices.
    """

    name: str
    code: str
    graded: bool
    prices: dict[str, str]
    currencies: dict[str, str]
    attributes: dict[str, AttributeValue]
    box: Box


def read_pool(
    heads: Sequence[Head], beside: Sequence[Sequence[Sequence[Segment]]], context: Context, *, priced: bool
) -> Columns | None:
    """The columns that all heads of one kind share; `beside` has for each head its rows' cells left of it.

    A column without a label left of the head (codes under none) counts where nearly all rows have it. `priced` says
    that the document lists prices, whether or not it names their currency.
    """
    edges = find_edges(heads[0])
    lefts = [
        [[_shifted(cell, head, edges) for cell in row] for row in found]
        for head, found in zip(heads, beside, strict=True)
    ]
    rows = [
        [*left, *(_shifted(cell, head, edges) for cell in row)]
        for head, found in zip(heads, _aligned(lefts), strict=True)
        for row, left in zip(head.rows, found, strict=True)
    ]
    extents = tuple(find_columns(rows))
    if len(extents) < 2:
        return None
    floors = [[_shifted(cell, heads[0], edges) for cell in floor] for floor in heads[0].labels]
    table = RawTable(
        extents,
        tuple(place_labels(floor, extents) for floor in floors),
        tuple(place_row(row, extents) for row in rows),
    )
    columns = _with_codes(read_columns(table, table.rows, priced=context.currency is not None), table)
    if priced:
        columns = _with_prices(columns, table, context)
    if pairs := find_pairs(table, columns):
        return Columns(extents, paired(columns, pairs), pairs, edges)
    if sum(_holds_codes(table, index) for index in range(len(extents))) > 1:
        return None  # a matrix of codes, by size and finish
    return Columns(extents, tuple(_told_apart(columns, table)), edges=edges)


def _with_codes(columns: Sequence[Column], table: RawTable) -> list[Column]:
    """Where no column reads as codes, the one that its label says has them ("7000.10" reads like an amount), or the
    first whose cells are single numbers or words with digits, all different in the whole document ("4500", "4510-A").
    """
    if any(column.field == "sku" for column in columns):
        return list(columns)
    labelled = [
        index for index, column in enumerate(columns) if (known := read_label(column.label)) and known.field == "sku"
    ]
    found = labelled or [
        index
        for index, column in enumerate(columns)
        if column.field == "other" and not _counts_by(column.label) and _all_differ(table, index)
    ]
    return [column._replace(field="sku") if index in found[:1] else column for index, column in enumerate(columns)]


def _counts_by(label: str) -> bool:
    """Whether a label is of amounts by something: "kg/pallet", "m²/palete"."""
    head, stroke, _ = label.partition("/")
    return bool(stroke) and (weight_unit_of(head) or unit_of(head.strip().rstrip("²³23"))) is not None


def _with_prices(columns: list[Column], table: RawTable, context: Context) -> list[Column]:
    """Where no column has prices, the last ones are them as far as they hold amounts of three digits or more."""
    if any(column.field == "price" for column in columns):
        return columns
    found = list(columns)
    for index in reversed(range(len(columns))):
        texts = [cell.text for row in table.rows for cell in row.cells if cell.column == cell.last == index]
        amounts = [float(amount) for text in texts if (amount := parse_amount(text, context.mark)) is not None]
        enough = len(amounts) >= _AMOUNT_SHARE * max(1, len(texts)) and sorted(amounts)[len(amounts) // 2] >= _LEAST
        column = columns[index]
        if column.field != "other" or not texts or not enough or column.unit or _counts_by(column.label):
            break
        found[index] = columns[index]._replace(field="price")
    return found


def _all_differ(table: RawTable, index: int) -> bool:
    texts = [cell.text for row in table.rows for cell in row.cells if cell.column == cell.last == index]
    coded = all(" " not in text and any(map(str.isdigit, text)) and _CODE.fullmatch(text) for text in texts)
    return coded and len(texts) == len(table.rows) >= _MIN_CODES and len(set(texts)) == len(texts)


def _holds_codes(table: RawTable, index: int) -> bool:
    texts = [cell.text for row in table.rows for cell in row.cells if cell.column == cell.last == index]
    return sum(is_code(text) and any(map(str.isalpha, text)) for text in texts) > 0.5 * len(texts)


def _shifted(cell: Segment, head: Head, edges: Edges) -> Segment:
    """A cell where it would stand under labels at `edges`, measured from the head's left edge."""
    own = find_edges(head)
    words = tuple(word._replace(box=_moved(word.box, head, own, edges)) for word in cell.words)
    return cell._replace(box=_moved(cell.box, head, own, edges), words=words)


def _moved(box: Box, head: Head, own: Edges, edges: Edges) -> Box:
    low, high = (stretch(place - head.box.x0, own, edges) for place in (box.x0, box.x1))
    return Box(low, box.y0, high, box.y1)


def _aligned(tables: Sequence[Sequence[Sequence[Segment]]]) -> list[list[list[Segment]]]:
    """For each table's rows, the cells nearest to the head, as far as nearly all rows have them at one place."""
    kept: list[list[list[Segment]]] = [[[] for _ in rows] for rows in tables]
    total = sum(map(len, tables))
    depth = 0
    while True:
        depth += 1
        columns = [[row[-depth] for row in rows if len(row) >= depth] for rows in tables]
        cells = [cell for column in columns for cell in column]
        edges = sorted(cell.box.x0 for cell in cells)
        flush = sum(abs(edge - edges[len(edges) // 2]) <= _ALIGNED_POINTS for edge in edges)
        if flush < max(1, _ALIGNED_SHARE * total) or not (_are_values(cells) or _tell_rows(columns)):
            return kept
        for rows, found in zip(tables, kept, strict=True):
            for row, own in zip(rows, found, strict=True):
                if len(row) >= depth:
                    own.insert(0, row[-depth])


def _are_values(cells: Sequence[Segment]) -> bool:
    return sum(is_value(cell.text) for cell in cells) > 0.5 * len(cells)


def _tell_rows(columns: Sequence[Sequence[Segment]]) -> bool:
    """Whether words differ from row to row in each table; what stands beside single rows may be another text."""
    several = [column for column in columns if len(column) > 1]
    differ = all(len({fold(cell.text) for cell in column}) == len(column) for column in several)
    return differ and sum(map(len, several)) > 0.5 * sum(map(len, columns))


def _told_apart(columns: Sequence[Column], table: RawTable) -> list[Column]:
    """Price columns under equal labels are told apart by the label over them ("DKK" or "EUR" over "excl. VAT")."""
    counts = Counter(fold(column.label) for column in columns if column.field == "price")
    headers = read_headers(table)
    return [
        column._replace(label=f"{header.over} {column.label}".strip())
        if column.field == "price" and counts[fold(column.label)] > 1 and fold(header.over) not in fold(column.label)
        else column
        for column, header in zip(columns, headers, strict=True)
    ]


def read_rows_of(head: Head, rows: Sequence[Sequence[Segment]], pool: Columns, context: Context) -> list[FormRow]:
    """Each row's values in the pool's columns."""
    fitting = fit_rows(rows, head, pool)
    placed = [place_row(row, extents).cells for row, extents in fitting]
    if not pool.pairs:
        return [_read_row(cells, pool.columns, context) for cells in placed]
    return [form for cells in placed for pair in pool.pairs if (form := _read_pair(cells, pool, pair, context))]


def _read_pair(cells: Sequence[Cell], pool: Columns, pair: tuple[int, int], context: Context) -> FormRow | None:
    """What a row says of the form whose code and price stand in a pair of columns; None where it has no code there."""
    others = {index for one in pool.pairs if one != pair for index in one}
    own = [cell for cell in cells if cell.column not in others]
    form = _read_row(own, pool.columns, context)
    label = pool.columns[pair[0]].label
    named = clean_name(label) if label and read_label(label) is None else ""
    name = ", ".join(part for part in (form.name, named) if part)
    return form._replace(name=name, graded=False) if form.code else None


def fit_rows(
    rows: Sequence[Sequence[Segment]], head: Head, pool: Columns
) -> list[tuple[list[Segment], list[tuple[float, float]]]]:
    """Each row's cells from the pool's first column on, and where the columns stand on its page."""
    own, start = find_edges(head), head.box.x0
    extents = [
        (stretch(low, pool.edges, own) + start, stretch(high, pool.edges, own) + start) for low, high in pool.extents
    ]
    left = extents[0][0] - _ALIGNED_POINTS
    return [([cell for cell in row if cell.box.x1 > left], extents) for row in rows]


def _read_row(cells: Sequence[Cell], columns: Sequence[Column], context: Context) -> FormRow:
    fields = Fields(context)
    found: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        found[cell.column].append(cell)
    code, prices, currencies, told = "", dict[str, str](), dict[str, str](), list[str]()
    for index, own in sorted(found.items()):
        column, text = columns[index], " ".join(cell.text for cell in own)
        box = union(cell.box for cell in own)
        if column.field == "sku":
            text = _without_size(text, box, fields)
            weak = column.by_label and (any(map(str.isdigit, text)) or is_lettered_code(text))
            code = clean_code(text) if weak or is_weak_code(clean_code(text).replace(" ", "-")) else ""
        elif column.field == "price":
            if (amount := parse_amount(text, context.mark)) is not None:
                priced = find_prices(text, context.mark, context.dollar)
                prices[column.label] = amount
                if currency := (guess_currency([column.label]) or (priced[0].currency if priced else None)):
                    currencies[column.label] = currency
        else:
            _read_field(column, text, box, fields)
            if tells(column, own):
                told.append(clean_name(text) or strip_marks(text))
    name = ", ".join(told)
    graded = sum(column.field == "price" for column in columns) > 1
    return FormRow(name, code, graded, prices, currencies, dict(fields.values), union(cell.box for cell in cells))


def _without_size(text: str, box: Box, fields: Fields) -> str:
    """A code without the size that stands behind it in its cell: "VR 2025 Ø 75 mm – H. 188 mm"."""
    sizes = [size for size in find_sizes(text, fields.context.mark, fields.context.unit) if size.start]
    if not sizes or not is_weak_code(clean_code(text[: sizes[0].start]).replace(" ", "-")):
        return text
    for axis, measure in (pair for size in sizes for pair in size.measures.items()):
        fields.put(axis, measure, box)
    return text[: sizes[0].start]


def _read_field(column: Column, text: str, box: Box, fields: Fields) -> None:
    if column.field in ("other", "name"):
        if sizes := find_sizes(text, fields.context.mark, fields.context.unit):
            for axis, measure in sizes[0].measures.items():
                fields.put(axis, measure, box)
    else:
        fields.read_value(Label(column.field, column.unit), text, box)


def tells(column: Column, cells: Sequence[Cell]) -> bool:
    """Whether a column's cells are words, or a size, that tell one form from another."""
    text = " ".join(cell.text for cell in cells)
    words = sum(char.isalpha() for char in text) >= 3 and not is_value(text)
    return words or column.field in FORM_FIELDS
