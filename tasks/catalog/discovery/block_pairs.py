"""Columns that come in pairs, a code and its price for each finish or version."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tasks.catalog.codes import is_weak_code
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.fields import AXES
from tasks.catalog.discovery.table_cells import RawTable
from tasks.catalog.discovery.table_columns import Column, is_dotted_code
from tasks.catalog.prices import parse_amount


def find_pairs(table: RawTable, columns: Sequence[Column]) -> tuple[tuple[int, int], ...]:
    """The columns of codes with those of amounts right behind them, where there are several and no other codes."""
    priced = any(column.field == "price" and column.by_label for column in columns)
    kinds = [
        "-" if column.field in AXES else _kind_of(table, index, dotted=priced and column.field in ("other", "sku"))
        for index, column in enumerate(columns)
    ]
    pairs = tuple((index - 1, index) for index, (one, other) in enumerate(pairwise(kinds), 1) if one + other == "cp")
    return pairs if len(pairs) > 1 and len(pairs) == kinds.count("c") == kinds.count("p") else ()


def _kind_of(table: RawTable, index: int, *, dotted: bool) -> str:
    """What most cells of a column are: c codes with letters (or, where `dotted`, like "30064.1"), p amounts, or -."""
    texts = [cell.text for row in table.rows for cell in row.cells if cell.column == cell.last == index]
    codes = sum(is_weak_code(text.replace(" ", "-")) and _is_mixed(text) and not find_sizes(text) for text in texts)
    codes += sum(map(is_dotted_code, texts)) if dotted and len(set(texts)) == len(texts) else 0
    amounts = sum(parse_amount(text) is not None for text in texts)
    return "c" if 2 * codes > len(texts) else "p" if 2 * amounts > len(texts) else "-"


def _is_mixed(text: str) -> bool:
    return any(map(str.isupper, text)) and any(map(str.isdigit, text))


def paired(columns: Sequence[Column], pairs: Sequence[tuple[int, int]]) -> tuple[Column, ...]:
    """Columns with the fields that pairs of them have; words over a code that are no label of codes name its form."""
    fields = {index: field for pair in pairs for index, field in zip(pair, ("sku", "price"), strict=True)}
    return tuple(
        column._replace(field=fields.get(index, column.field), by_label=column.by_label or index in fields)
        for index, column in enumerate(columns)
    )
