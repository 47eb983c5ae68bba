"""Which of a table's columns hold prices, and how those are named: by labels, currencies, formats and magnitudes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby, pairwise

from tasks.catalog.codes import is_code
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.labels import CURRENCY, is_quantity, label_within
from tasks.catalog.discovery.table_cells import Cell, Row
from tasks.catalog.discovery.table_headers import Column, Header, list_letter_runs
from tasks.catalog.prices import find_prices, parse_amount
from tasks.catalog.vocabulary import fold, labels, table, words

# Prices of one product in several grades stay within this factor of one another ...
_PRICE_RATIO = 4.0
_CENTS_RATIO = 10.0  # ... and a table's price columns (list, net, per piece, per box) within this one.
_MIN_GRADES, _MIN_GRADED, _RISING_SHARE = 2, 4, 0.9  # columns; rows with amounts in them; rows that rise
_GRADE_SHARE = 0.5  # of the columns
_AMOUNT_SHARE, _FORMAT_SHARE = 0.75, 0.8  # of a column's cells
_MAX_GROUP_WORDS = 5
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\bQ[1-4]\b")  # heads a report's column, not a price's
_THOUSANDS = re.compile(r"(?:000|k|m|mn|bn|mio|mrd|tsd|thousand|million|billion)\b|\bk[€$£]", re.IGNORECASE)  # reports'
_FRACTION = re.compile(r".*[.,]\d{2}$")
_ROUND = re.compile(r".*\d[.,]?[-–—]{1,2}$")  # "1.175,–": only amounts of money are written so


def find_prices_columns(
    columns: Sequence[Column],
    headers: Sequence[Header],
    cells: Sequence[Sequence[Cell]],
    rows: Sequence[Row],
    known: frozenset[str],
    priced: bool,
) -> list[Column]:
    """The columns with those that hold prices marked and named.

    `known` (folded) headed columns of prices elsewhere in the document; `priced`: it names a currency.
    """
    found = _find_marked(columns, headers, cells, known)
    found = _find_by_format(found, headers, cells, priced)
    if priced and not any(column.field == "price" for column in found):
        found = _find_grades(found, rows)
    found = _without_small(_find_neighbours(found, cells), cells)
    return _name_grades(_name_equal(found, headers))


def says_nothing(text: str) -> bool:
    """Whether a cell holds no value: a dash, "n/a", "on request"."""
    bare = not any(char.isalnum() for char in text) and not CURRENCY.fullmatch(text.strip(" ()"))
    return bare or fold(text) in words("request_words")


def are_amounts(cells: Sequence[Cell]) -> bool:
    return bool(cells) and sum(parse_amount(cell.text) is not None for cell in cells) >= _AMOUNT_SHARE * len(cells)


def _find_marked(
    columns: Sequence[Column], headers: Sequence[Header], cells: Sequence[Sequence[Cell]], known: frozenset[str]
) -> list[Column]:
    """Number columns are prices by a currency in them or over them, by their group's label, or as known elsewhere."""
    found = []
    for column, header, own in zip(columns, headers, cells, strict=True):
        column = column._replace(currency=_currency_of(header.own) or _currency_of(header.over))
        open_ = column.field in ("other", "name", "unit") and not _YEAR.search(header.own)
        if open_ and are_amounts(own) and not _are_glued(own):
            over = fold(header.over).split()
            marked = any(find_prices(cell.text) for cell in own) or _has_format(own, _ROUND)
            named = bool(CURRENCY.search(header.own + header.over))
            grouped = any(kind == "price" and label in over for label, kind in labels().items())
            repeated = fold(column.label) in known
            if repeated or marked or ((named or grouped) and not is_quantity(header.own)):
                headed = bool(CURRENCY.search(header.own)) and not _THOUSANDS.search(header.own)
                column = column._replace(field="price", by_label=column.by_label or repeated or headed)
        found.append(column)
    return found


def _find_by_format(
    columns: Sequence[Column], headers: Sequence[Header], cells: Sequence[Sequence[Cell]], priced: bool
) -> list[Column]:
    """Number columns with cents are prices where a currency is named; beside known ones, of their magnitude.

    So are columns that are headed by a size each: a grid of models and sizes.
    """
    sure = [_middle(own) for column, own in zip(columns, cells, strict=True) if column.field == "price"]
    sized = {index for index, column in enumerate(columns) if _is_size(column.label) and are_amounts(cells[index])}
    found = []
    for index, (column, header, own) in enumerate(zip(columns, headers, cells, strict=True)):
        open_ = column.field in ("other", "name", "unit") and are_amounts(own) and not _YEAR.search(header.own)
        cents = column.unit is None and _has_format(own, _FRACTION) and not is_quantity(column.label)
        near = not sure or any(_ratio(_middle(own), other) <= _CENTS_RATIO for other in sure)
        grid = priced and index in sized and len(sized) > 1
        if open_ and (grid or (cents and near and (priced or not column.label))):
            column = column._replace(field="price")
        found.append(column)
    return found


def _is_size(label: str) -> bool:
    sizes = find_sizes(label)
    return bool(sizes) and sizes[0].end - sizes[0].start >= len(label) - 1


def _find_grades(columns: Sequence[Column], rows: Sequence[Row]) -> list[Column]:
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
    """A number column without a known label, beside prices, of their magnitude and format, holds prices, too."""
    found = list(columns)
    order = [*range(len(columns)), *reversed(range(len(columns)))]
    for index in order:
        column, own = found[index], cells[index]
        if column.field != "other" or not column.label or is_quantity(column.label) or not are_amounts(own):
            continue
        beside = [
            other
            for other in (index - 1, index + 1)
            if 0 <= other < len(found)
            and found[other].field == "price"
            and _has_format(own, _FRACTION) == _has_format(cells[other], _FRACTION)
        ]
        if any(_ratio(_middle(own), _middle(cells[other])) <= _PRICE_RATIO for other in beside):
            found[index] = column._replace(field="price")
    return found


def _without_small(columns: list[Column], cells: Sequence[Sequence[Cell]]) -> list[Column]:
    """The columns without prices that only a wide label over them makes so, and that are far below the others."""
    middles = sorted(_middle(own) for column, own in zip(columns, cells, strict=True) if column.field == "price")
    typical = middles[len(middles) // 2] if middles else 0.0
    return [
        column._replace(field="other")
        if column.field == "price"
        and not column.by_label
        and not CURRENCY.search(column.label)
        and _CENTS_RATIO * 2 * _middle(own) < typical
        else column
        for column, own in zip(columns, cells, strict=True)
    ]


def _name_equal(columns: Sequence[Column], headers: Sequence[Header]) -> list[Column]:
    """Price columns under groups with their group's name before ("DKK excl. VAT"): those labelled alike, and all
    of them where the groups are currencies.
    """
    count = Counter(column.label for column in columns if column.field == "price")
    several = _has_currencies(columns)
    found = []
    for column, header in zip(columns, headers, strict=True):
        over = " ".join(header.over.split())
        alike = count[column.label] > 1 or (several and bool(CURRENCY.search(over)))
        if column.field == "price" and alike and 0 < len(over.split()) <= _MAX_GROUP_WORDS:
            column = column._replace(label=f"{over} {column.label}".strip())
        found.append(column)
    return found


def _has_currencies(columns: Sequence[Column]) -> bool:
    return len({column.currency for column in columns if column.field == "price"} - {None}) > 1


def _name_grades(columns: list[Column]) -> list[Column]:
    """Grades without the currency under each of them ("A EUR" is A), unless the table has prices in several."""
    if _has_currencies(columns):
        return columns
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


def _are_glued(cells: Sequence[Cell]) -> bool:
    """Whether the cells read as codes rather than amounts: "KR5200", "TL4410"."""
    return sum(is_code(cell.text) for cell in cells) >= _FORMAT_SHARE * len(cells)


def _currency_of(text: str) -> str | None:
    """The one currency that a label names; None for several, and for a bare "$", which the document settles."""
    named = {table("currencies")[match.group().casefold()] for match in CURRENCY.finditer(text) if match.group() != "$"}
    return named.pop() or None if len(named) == 1 else None


def _middle(cells: Sequence[Cell]) -> float:
    """The median amount."""
    amounts = sorted(float(amount) for cell in cells if (amount := parse_amount(cell.text)) is not None)
    return amounts[len(amounts) // 2] if amounts else 0.0


def _ratio(one: float, other: float) -> float:
    small, large = sorted((one, other))
    return large / max(small, 0.01)


def _has_format(cells: Sequence[Cell], pattern: re.Pattern[str]) -> bool:
    """Whether nearly all cells are written like that, footnote marks aside."""
    return bool(cells) and sum(bool(pattern.match(c.text.strip("*† "))) for c in cells) >= _FORMAT_SHARE * len(cells)
