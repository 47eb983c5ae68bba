"""Tables: records that are rows of cells, whose names stand in a row above them or in a list before them.

So do spreadsheets (`<Row><Cell><Data>`, with ss:Index where cells are left out) and databases (FileMaker's
`<METADATA><FIELD NAME=..>`) write their data. Source of ss:Index: Microsoft, XML Spreadsheet Reference.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from lxml import etree

from tasks.catalog.feeds.records import Values, add, local_name
from tasks.catalog.feeds.sources import Source
from tasks.catalog.feeds.stream import PARSER_OPTIONS, Element
from tasks.catalog.feeds.suggestions_concepts import mean_path
from tasks.catalog.feeds.values import parse_money, split_urls

_LEAST_COLUMNS = 3
_MOST_COLUMNS = 1_000
_HEADER_ROWS = 6  # among the first rows: a title and a date may stand above
_LEAST_KNOWN = 0.5  # of a header's names that say what they are
_MOST_NAME_CHARACTERS = 60
_NO_PATH = re.compile(r"[\s/@\[\]|:.]+")  # what means something else in a path


class Table(NamedTuple):
    """Where a table's rows are ("/Workbook/Worksheet/Table/Row"), and the names of its columns ("": none)."""

    record: str
    columns: tuple[str, ...]


def find_table(source: Source) -> Table | None:
    """The table of the feed's head with most rows; None where its records are no rows of cells with names."""
    rows: dict[str, list[list[str]]] = {}
    lists: dict[str, list[str]] = {}
    steps: list[str] = []
    parser = etree.XMLPullParser(("start", "end"), **PARSER_OPTIONS)
    with suppress(etree.XMLSyntaxError):  # what comes before it is enough; reading the feed names it
        parser.feed(source.head)
    for event, element in parser.read_events():
        if event == "start":
            steps.append(local_name(element.tag))
            continue
        path = "/" + "/".join(steps)
        steps.pop()
        name = next((text for key, text in element.items() if local_name(key).casefold() == "name"), None)
        if name and not len(element):
            lists.setdefault(path, []).append(name)
        if len(element) >= _LEAST_COLUMNS and len({child.tag for child in element}) == 1:
            rows.setdefault(path, []).append(read_cells(element))
    found = [(len(ones), path, header) for path, ones in rows.items() if (header := _find_header(ones, lists))]
    if not found:
        return None
    _, path, header = max(found, key=lambda one: one[0])
    return Table(path, header)


def read_cells(row: Element) -> list[str]:
    """The texts of a row's cells in their columns, "" where one is empty or left out."""
    cells: list[str] = []
    for cell in row:
        index = next((text for key, text in cell.items() if local_name(key) == "Index"), "")
        if index.isdecimal() and len(cells) < int(index) <= _MOST_COLUMNS:
            cells += [""] * (int(index) - 1 - len(cells))
        if len(cells) < _MOST_COLUMNS:
            cells.append(" ".join("".join(cell.itertext()).split()))
    return cells


def name_columns(cells: Sequence[str]) -> tuple[str, ...]:
    """Names of columns as they stand in a mapping's paths; a second column of a name has its number."""
    names: list[str] = []
    for cell in cells:
        name = plain = _NO_PATH.sub(" ", cell).strip()
        count = 1
        while name and name in names:
            count += 1
            name = f"{plain} {count}"
        names.append(name)
    return tuple(names)


def read_row(row: Element, columns: Sequence[str]) -> Values:
    """The values of a row by the names of its columns."""
    values: Values = {}
    for name, text in zip(columns, read_cells(row), strict=False):
        if name and text:
            add(values, name, text)
    return values


def _find_header(rows: list[list[str]], lists: dict[str, list[str]]) -> tuple[str, ...] | None:
    width = max(map(len, rows))
    if len(rows) < 2:
        return None
    for cells in rows[:_HEADER_ROWS]:
        if _is_header(cells):
            return name_columns(cells)
    return next((name_columns(names) for names in lists.values() if len(names) == width and _is_header(names)), None)


def _is_header(cells: Sequence[str]) -> bool:
    """Whether most of `cells` are names of a product's fields, two of them different ones."""
    names = [cell for cell in cells if cell]
    if len(names) < _LEAST_COLUMNS or len(set(names)) < len(names):
        return False
    if any(len(name) > _MOST_NAME_CHARACTERS or parse_money(name) or split_urls(name) for name in names):
        return False
    meanings = [mean_path(_NO_PATH.sub(" ", name)) for name in names]
    known = [meaning[0] for meaning in meanings if meaning[0].confidence >= 0.6]
    return len(known) >= _LEAST_KNOWN * len(names) and len({one.target for one in known if one.target}) >= 2
