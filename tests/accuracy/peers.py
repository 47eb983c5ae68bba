"""Products from other readers' tables: their rows and cells, our matching of columns to fields.

The readers are optional (`pip install -e '.[peers]'`); where one is not installed, that is said and it is left out.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tasks.catalog.boxes import Box
from tasks.catalog.discovery.context import Context
from tasks.catalog.discovery.merge import merge
from tasks.catalog.discovery.table_cells import Cell, RawTable, Row
from tasks.catalog.discovery.table_columns import read_columns
from tasks.catalog.discovery.table_rows import is_number
from tasks.catalog.discovery.tables import read_table
from tasks.catalog.products import Product

NAMES = ("pdfplumber", "pymupdf4llm")
_WAYS = {"pdfplumber": ("pdfplumber-lines", "pdfplumber-text"), "pymupdf4llm": ("pymupdf4llm",)}
_SECONDS = 300
_WIDE, _HIGH = 100.0, 12.0  # points: cells of these tables stand on a grid of our own


def list_peers() -> list[str]:
    """The readers that are installed; says which are not."""
    found = [name for name in NAMES if importlib.util.find_spec(name)]
    for name in sorted(set(NAMES) - set(found)):
        print(f"{name} is not installed (pip install -e '.[peers]'): left out")
    return found


def read_products(name: str, path: Path, context: Context, pages: Sequence[int] = ()) -> list[Product]:
    """Products of the tables that a reader finds, by our rules for columns and rows; of its ways the best one."""
    return max((_read(way, path, context, pages) for way in _WAYS[name]), key=len)


def _read(name: str, path: Path, context: Context, pages: Sequence[int]) -> list[Product]:
    script = Path(__file__).with_name("peer_tables.py")
    command = [sys.executable, str(script), name, str(path), *map(str, pages)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)
    if done.returncode:
        print(f"    {name} failed on {path.name}: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
        return []
    found = []
    for page, rows in json.loads(done.stdout):
        table = _make_table(rows)
        if table:
            found += read_table(table, read_columns(table, table.rows, priced=True), page, context)
    return list(merge(found))


def _make_table(rows: Sequence[Sequence[str]]) -> RawTable | None:
    """The rows before the first one with a number are the header; a row with text in one cell only may be a group."""
    width = max((len(row) for row in rows), default=0)
    placed = [Row(tuple(_cell(text, y, x) for x, text in enumerate(row) if text)) for y, row in enumerate(rows)]
    placed = [row for row in placed if row.cells]
    first = next((y for y, row in enumerate(placed) if _is_data(row)), None)
    if width < 2 or first is None:
        return None
    columns = tuple((x * _WIDE, x * _WIDE + _WIDE - 10) for x in range(width))
    return RawTable(columns, tuple(placed[:first]), tuple(placed[first:]))


def _is_data(row: Row) -> bool:
    return len(row.cells) > 1 and any(is_number(cell.text) for cell in row.cells)


def _cell(text: str, y: int, x: int) -> Cell:
    return Cell(text, Box(x * _WIDE, y * _HIGH, x * _WIDE + _WIDE - 10, y * _HIGH + _HIGH - 2), x, x, size=8.0)
