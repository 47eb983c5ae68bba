"""What the columns of a table hold: by their printed labels, and by their cells where those say more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from tasks.catalog.codes import are_codes, clean_code, is_code, is_weak_code, strip_marks
from tasks.catalog.dimensions import axes_of, find_sizes
from tasks.catalog.discovery.fields import AXES
from tasks.catalog.discovery.labels import CURRENCY, label_within, read_label, unit_within
from tasks.catalog.discovery.table_cells import Cell, RawTable, Row
from tasks.catalog.discovery.table_headers import Header, list_letter_runs, read_headers
from tasks.catalog.discovery.table_rows import is_number
from tasks.catalog.prices import find_prices, parse_amount
from tasks.catalog.vocabulary import fold, labels, words

# Prices of one product in several grades stay within this factor of one another.
_PRICE_RATIO = 4.0
_MIN_GRADES, _MIN_GRADED, _RISING_SHARE = 2, 4, 0.9  # columns; rows with amounts in them; rows that rise
_GRADE_SHARE = 0.5  # of the columns
_LABELLED_SHARE, _PLAIN_DIGITS = 0.3, 4
_CODE_SHARE, _NAME_SHARE = 0.6, 0.5  # of a column's cells, to be the code or the name
_SIZED_SHARE = 0.5  # of a cell's characters
_PRICED = 0.3  # of a price column's cells have a digit; the others say "on request"
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\bQ[1-4]\b")  # heads a report's column, not a price's
_THOUSANDS = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+")
_FRACTION = re.compile(r".*[.,]\d{2}$")


# Fields whose values are words: a column of numbers under such a label holds something else ("Frame": its price).
_WORDY = frozenset(
    {"name", "material", "finish", "colours", "upholstery", "collection", "brand", "designer", "category"}
)


class Column(NamedTuple):
    """A column: the field it holds (or "other"), its printed label, and the unit that its header gives."""

    field: str
    label: str
    unit: str | None = None
    by_label: bool = False


def read_columns(
    table: RawTable, rows: Sequence[Row], price_labels: frozenset[str] = frozenset(), *, priced: bool = False
) -> list[Column]:
    """A `Column` for each of the table's; at most one is the code and one the name.

    `price_labels` (folded) headed columns of prices elsewhere in the document; `priced`: it names a currency.
    """
    headers = read_headers(table)
    cells: list[list[Cell]] = [[] for _ in _indices(table)]
    for row in rows:
        for cell in row.cells:
            if cell.column == cell.last and any(char.isalnum() for char in cell.text):  # a dash stands for nothing
                cells[cell.column].append(cell)
    columns = [_column(header, found) for header, found in zip(headers, cells, strict=True)]
    columns = _with_units(_read_letters(columns), headers)
    columns = _find_prices(columns, headers, cells, price_labels, priced)
    if priced and not any(column.field == "price" for column in columns):
        columns = _find_grades(columns, table.rows)
    columns = _name_grades(_find_neighbours(columns, cells))
    columns = _keep_one(columns, "sku", _find_codes(columns, cells))
    return _keep_one(columns, "name", _find_names(columns, cells))


def _indices(table: RawTable) -> range:
    return range(len(table.columns))


def _column(header: Header, cells: Sequence[Cell]) -> Column:
    label = " ".join(strip_marks(header.own).split())
    unit = unit_within(header.own) or unit_within(header.over)
    words = not _are_amounts(cells) and _code_share(cells) < _CODE_SHARE
    if label and (known := read_label(label)) and _can_hold(known.field, cells, words):
        return Column(known.field, label, known.unit or unit, by_label=True)
    if label and (field := label_within(label)) and _can_hold(field, cells, words):
        return Column(field, label, unit, by_label=True)
    sized = sum(_is_size(cell.text) for cell in cells)
    if cells and sized >= 0.6 * len(cells):
        return Column("dimensions", label, unit)
    return Column("other", label, unit)


def _is_size(text: str) -> bool:
    """Whether a cell is a size rather than a name with a size in it."""
    return sum(size.end - size.start for size in find_sizes(text)) >= _SIZED_SHARE * len(text)


def _can_hold(field: str, cells: Sequence[Cell], words: bool) -> bool:
    """Whether a column's cells can be what its label says: amounts under a price, no bare numbers under words."""
    if field == "price":
        return not cells or sum(any(char.isdigit() for char in cell.text) for cell in cells) >= _PRICED * len(cells)
    return words or field not in _WORDY


def _read_letters(columns: list[Column]) -> list[Column]:
    """Single letters side by side are axes together ("W D H", "S G W"), or else name grades ("A B C D")."""
    found = list(columns)
    for run in list_letter_runs([column.label for column in columns]):
        axes = axes_of([columns[index].label for index in run])
        for place, index in enumerate(run):
            field = axes[place] if axes else "other"
            found[index] = columns[index]._replace(field=field, by_label=axes is not None)
    return found


def _with_units(columns: list[Column], headers: Sequence[Header]) -> list[Column]:
    """Axes without a unit have the one unit that the table's axes, or its label of dimensions, carry."""
    named = {column.unit for column in columns if column.field in AXES} | {
        unit_within(header.over) for header in headers if label_within(header.over) == "dimensions"
    }
    units = named - {None}
    if len(units) != 1:
        return columns
    unit = units.pop()
    return [column._replace(unit=column.unit or unit) if column.field in AXES else column for column in columns]


def _find_prices(
    columns: list[Column],
    headers: Sequence[Header],
    cells: Sequence[Sequence[Cell]],
    known: frozenset[str],
    priced: bool,
) -> list[Column]:
    """Number columns are prices by their label, their group's label, or a currency in their cells."""
    found = []
    for column, header, own in zip(columns, headers, cells, strict=True):
        if column.field in ("other", "name", "unit") and _are_amounts(own) and not _YEAR.search(header.own):
            over = fold(header.over).split()
            marked = any(find_prices(cell.text) for cell in own) or bool(CURRENCY.search(header.own + header.over))
            grouped = any(kind == "price" and label in over for label, kind in labels().items())
            cents = (priced or not column.label) and column.unit is None and _have_cents(own)
            repeated = fold(column.label) in known
            if marked or grouped or repeated or cents:
                column = column._replace(field="price", by_label=column.by_label or repeated)
        found.append(column)
    return found


def _find_grades(columns: list[Column], rows: Sequence[Row]) -> list[Column]:
    """Columns "A B C" or "Group 1, Group 2" whose amounts rise are prices, where the document names a currency.

    Measures in a drawing's letters do not rise in row after row.
    """
    found = list(columns)
    for run in [*list_letter_runs([column.label for column in columns]), *_list_grade_runs(columns)]:
        if len(run) < _MIN_GRADES or any(columns[index].field != "other" for index in run):
            continue
        amounts = [_amounts(row, run) for row in rows]
        known = [row for row in amounts if len(row) >= _MIN_GRADES]
        rising = sum(
            all(a <= b for a, b in pairwise(row)) and row[0] < row[-1] <= _PRICE_RATIO * row[0] for row in known
        )
        if len(known) >= _MIN_GRADED and rising >= _RISING_SHARE * len(known):
            for index in run:
                found[index] = columns[index]._replace(field="price", by_label=True)
    return found


def _list_grade_runs(columns: Sequence[Column]) -> list[range]:
    """Neighbouring columns of which half or more are labelled as groups of fabric, leather or price."""
    runs = []
    for known, found in groupby(range(len(columns)), lambda index: columns[index].field == "other"):
        run = list(found)
        graded = sum(bool(words("grade_words") & set(fold(columns[index].label).split())) for index in run)
        if known and graded >= max(1, _GRADE_SHARE * len(run)):
            runs.append(range(run[0], run[-1] + 1))
    return runs


def _amounts(row: Row, run: range) -> list[float]:
    """A row's amounts in neighbouring columns, from left to right."""
    read = (parse_amount(cell.text) for cell in row.cells if cell.column == cell.last and cell.column in run)
    return [float(amount) for amount in read if amount is not None]


def _find_neighbours(columns: list[Column], cells: Sequence[Sequence[Cell]]) -> list[Column]:
    """A number column without a known label, beside prices and of their magnitude, holds prices, too."""
    found = list(columns)
    order = [*range(len(columns)), *reversed(range(len(columns)))]
    for index in order:
        if found[index].field != "other" or not found[index].label or not _are_amounts(cells[index]):
            continue
        beside = [
            other for other in (index - 1, index + 1) if 0 <= other < len(found) and found[other].field == "price"
        ]
        ratios = [_middle(cells[index]) / max(_middle(cells[other]), 0.01) for other in beside]
        if any(1 / _PRICE_RATIO <= ratio <= _PRICE_RATIO for ratio in ratios):
            found[index] = found[index]._replace(field="price")
    return found


def _name_grades(columns: list[Column]) -> list[Column]:
    """Grades without the currency under each of them ("A EUR" is A), unless the same grade has another price in it."""
    bare = [_without_currency(column.label) if column.field == "price" else "" for column in columns]
    return [
        column._replace(label=label) if label and bare.count(label) == 1 else column
        for column, label in zip(columns, bare, strict=True)
    ]


def _without_currency(label: str) -> str:
    left = " ".join(CURRENCY.sub(" ", label).split())
    if left.startswith("/"):
        return label  # "€/m²" is what a price is for
    left = left.strip(" ()[]/,-–")
    return left if left and not label_within(left) else label


def _middle(cells: Sequence[Cell]) -> float:
    """The median amount."""
    amounts = sorted(float(amount) for cell in cells if (amount := parse_amount(cell.text)) is not None)
    return amounts[len(amounts) // 2] if amounts else 0.0


def _have_cents(cells: Sequence[Cell]) -> bool:
    return sum(bool(_FRACTION.match(cell.text.strip("*† "))) for cell in cells) >= 0.8 * len(cells)


def _are_amounts(cells: Sequence[Cell]) -> bool:
    return bool(cells) and sum(parse_amount(cell.text) is not None for cell in cells) >= 0.75 * len(cells)


def _find_codes(columns: Sequence[Column], cells: Sequence[Sequence[Cell]]) -> int | None:
    """The column of article codes: the first labelled as such, else the first that reads as one."""
    for index, column in enumerate(columns):
        weak = [cell for cell in cells[index] if is_weak_code(clean_code(cell.text).replace(" ", "-"))]
        if column.field == "sku" and cells[index] and len(weak) >= _LABELLED_SHARE * len(cells[index]):
            return index
    for index, column in enumerate(columns):
        share = _code_share(cells[index], plain=not column.label)
        if column.field == "other" and share >= _CODE_SHARE:
            return index
    return None


def _find_names(columns: Sequence[Column], cells: Sequence[Sequence[Cell]]) -> int | None:
    """The column of names: of those labelled as such, else of all without a field, the one with most words."""
    shares = {index: _text_share(found) for index, found in enumerate(cells)}
    labelled = [i for i, column in enumerate(columns) if column.field == "name" and shares[i] >= _LABELLED_SHARE]
    usable = labelled or [i for i, column in enumerate(columns) if column.field == "other" and shares[i] >= _NAME_SHARE]
    return max(usable, key=lambda index: (len(cells[index]) * shares[index], -index), default=None)


def _keep_one(columns: Sequence[Column], field: str, index: int | None) -> list[Column]:
    """Only the column at `index` has `field`; others that had it hold something unknown."""
    found = [column._replace(field="other") if column.field == field else column for column in columns]
    if index is not None:
        found[index] = columns[index]._replace(field=field)
    return found


def _code_share(cells: Sequence[Cell], *, plain: bool = True) -> float:
    """The share of a column's cells that read as codes; plain numbers (where asked for) if long and all different."""
    if not cells:
        return 0.0
    texts = [clean_code(cell.text) for cell in cells]
    if are_codes(texts):
        return 1.0
    codes = sum(is_code(text.replace(" ", "-")) and not _THOUSANDS.fullmatch(text) for text in texts)
    if not codes and plain:
        numbers = {text for text in texts if text.isdigit() and len(text) >= _PLAIN_DIGITS}
        codes = len(numbers) if len(numbers) >= 0.9 * len(cells) else 0
    return codes / len(cells)


def _text_share(cells: Sequence[Cell]) -> float:
    """The share of a column's cells that are words rather than numbers or codes."""
    if not cells:
        return 0.0
    texts = [cell.text for cell in cells]
    wordy = sum(
        sum(char.isalpha() for char in text) >= 3 and not is_number(text) and not is_code(text) for text in texts
    )
    return wordy / len(cells)
