"""Whether rows under different headings are forms of what the headings name, or products of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.discovery.block_heads import Head, is_value
from tasks.catalog.discovery.block_rows import FORM_FIELDS, Columns, fit_rows
from tasks.catalog.discovery.context import Context
from tasks.catalog.discovery.fields import AXES
from tasks.catalog.discovery.options import is_form
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.table_cells import place_row
from tasks.catalog.prices import parse_amount
from tasks.catalog.vocabulary import fold

_TEXT_SHARE, _FILLED_SHARE = 0.5, 0.3  # of a column's cells are words; of all rows have such a cell
_SPREAD, _NAMED_SPREAD = 2.2, 1.5  # prices of one product's forms; of rows under a label for names
_REPEATED = 0.5  # of the rows have a label that rows under other headings have, too
_FORMS = 0.6  # of the rows' labels are finishes, materials or sizes


class _Table(NamedTuple):
    """The texts of one table's columns, row by row; "" where a row has none."""

    rows: list[list[str]]

    def column(self, index: int) -> list[str]:
        return [row[index] for row in self.rows]


def _texts(rows: Sequence[Sequence[Segment]], head: Head, pool: Columns) -> _Table:
    found = []
    for row, extents in fit_rows(rows, head, pool):
        texts = [""] * len(pool.columns)
        for cell in place_row(row, extents).cells:
            texts[cell.column] = f"{texts[cell.column]} {cell.text}".strip()
        found.append(texts)
    return _Table(found)


def are_forms(
    groups: Sequence[Sequence[Sequence[Segment]]], heads: Sequence[Head], pool: Columns, context: Context
) -> bool:
    """Whether rows under different headings are forms of what those name, and not products of their own.

    They are where no column has names: only codes, sizes, amounts, or finishes by its label; or where the rows' words
    are finishes, materials and sizes; or come back under other headings; or where most tables begin without any.
    Words that come back with another size for each row, or with prices far apart, are modules ("2-seater" in every
    family), which are products.
    """
    tables = [_texts(rows, head, pool) for rows, head in zip(groups, heads, strict=True)]
    columns = pool.columns
    wordy = [
        index
        for index, column in enumerate(columns)
        if column.field not in ("sku", "price", "availability")
        and _wordy([text for table in tables for text in table.column(index)])
    ]
    named = [index for index in wordy if not (columns[index].by_label and columns[index].field in FORM_FIELDS)]
    if not named:
        return True
    titled = any(columns[index].field == "name" and columns[index].by_label for index in named)
    if len(named) < len(wordy) and not titled:
        return True
    if not titled and _lack_words(tables, wordy):
        return True
    if all(_are_materials([text for table in tables for text in table.column(index)]) for index in named):
        return True
    spread = _spread(tables, pool, context)
    return (
        all(_return(tables, index) for index in named)
        and (any(_come_twice(tables, index) for index in named) or not _sized_apart(tables, pool))
        and spread <= (_NAMED_SPREAD if titled else _SPREAD)
    )


def _lack_words(tables: Sequence[_Table], wordy: Sequence[int]) -> bool:
    """Whether most tables begin with a row of a code and a price alone, which nothing but the heading can name."""
    bare = [table for table in tables if not any(table.rows[0][index] for index in wordy)]
    return len(bare) > 0.5 * len(tables)


def cost_alike(
    groups: Sequence[Sequence[Sequence[Segment]]], heads: Sequence[Head], pool: Columns, context: Context
) -> bool:
    """Whether the rows under most headings cost about the same, or nothing is said: accessories of all kinds do not."""
    tables = [_texts(rows, head, pool) for rows, head in zip(groups, heads, strict=True)]
    return _spread(tables, pool, context) <= _SPREAD


def _sized_apart(tables: Sequence[_Table], pool: Columns) -> bool:
    """Whether the rows of most tables differ in their size."""
    sizes = [index for index, column in enumerate(pool.columns) if column.field in ("dimensions", "size", *AXES)]
    several = [table for table in tables if len(table.rows) > 1]
    apart = [table for table in several if len({tuple(row[index] for index in sizes) for row in table.rows}) > 1]
    return bool(sizes) and len(apart) > 0.5 * len(several)


def _spread(tables: Sequence[_Table], pool: Columns, context: Context) -> float:
    """The middle table's dearest row over its cheapest, in the first column of prices."""
    prices = next((index for index, column in enumerate(pool.columns) if column.field == "price"), None)
    if prices is None:
        return 1.0
    spreads = []
    for table in tables:
        read = (parse_amount(text, context.mark) for text in table.column(prices))
        amounts = [float(amount) for amount in read if amount is not None]
        if len(amounts) > 1 and min(amounts) > 0:
            spreads.append(max(amounts) / min(amounts))
    return sorted(spreads)[len(spreads) // 2] if spreads else 1.0


def _wordy(texts: Sequence[str]) -> bool:
    """Whether a column's cells are words, where it has any."""
    filled = [text for text in texts if text]
    words = sum(sum(char.isalpha() for char in text) >= 3 and not is_value(text) for text in filled)
    return words >= _TEXT_SHARE * len(filled) and words >= _FILLED_SHARE * len(texts) and words > 0


def _return(tables: Sequence[_Table], index: int) -> bool:
    """Whether a column's texts come back under other headings."""
    where: dict[str, set[int]] = defaultdict(set)
    texts = [(number, fold(text)) for number, table in enumerate(tables) for text in table.column(index) if text]
    for number, text in texts:
        where[text].add(number)
    return sum(len(where[text]) > 1 for _, text in texts) >= _REPEATED * len(texts)


def _come_twice(tables: Sequence[_Table], index: int) -> bool:
    """Whether most tables have a text in several rows, as colours have that come in each size."""
    several = [table.column(index) for table in tables if len(table.rows) > 1]
    twice = sum(len({fold(text) for text in texts}) < len(texts) for texts in several)
    return twice > 0.5 * len(several)


def _are_materials(texts: Sequence[str]) -> bool:
    """Whether a column's texts are finishes, materials and sizes."""
    filled = [text for text in texts if text]
    return sum(is_form(text) for text in filled) >= _FORMS * len(filled)
