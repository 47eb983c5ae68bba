"""What rulings and positions share: cells of text in the upright frame of a page, and tables made of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.pages import Table, Word
from tasks.catalog.pdf.lines import turn_box

_AMOUNT = re.compile(
    r"[~≈±<>≤≥+-]?\s*(?:[$€£¥₩₹₽]|[A-Z]{3}\s)?\s*\d[\d.,'’\s]*(?:[.,]-|\s*(?:%|[$€£¥₩₹₽]|\"|″|'|′|[A-Za-z]{1,3}[²³.]?))?[*†‡§]*"
)


class Cell(NamedTuple):
    """Text and its upright box; of a table's cell, all of its text."""

    text: str
    box: Box
    bold: bool
    size: float
    font: str
    words: tuple[Word, ...] = ()  # with their displayed boxes

    @property
    def is_amount(self) -> bool:
        """Whether it is a number with no more than a currency, a unit or a footnote's mark."""
        return _AMOUNT.fullmatch(self.text) is not None


class Grid(NamedTuple):
    """A table in the upright frame; a cell without text is None. The first `headings` rows are the header.

    `parted`: rulings run between all its rows.
    """

    rows: list[list[Cell | None]]
    headings: int
    method: Literal["ruled", "positions"]
    parted: bool = False

    @property
    def box(self) -> Box:
        return union(cell.box for row in self.rows for cell in row if cell)

    def build(self, turn: int) -> Table:
        """The table in displayed coordinates, of text that reads in direction `turn`."""
        body = self.rows[self.headings :]
        heads = [join_cells([row[column] for row in self.rows[: self.headings]]) for column in range(self.columns)]
        return Table(
            box=turn_back(self.box, turn),
            headers=tuple(_text(cell) for cell in heads) if self.headings else (),
            rows=tuple(tuple(_text(cell) for cell in row) for row in body),
            header_boxes=tuple(_place(cell, turn) for cell in heads) if self.headings else (),
            row_boxes=tuple(tuple(_place(cell, turn) for cell in row) for row in body),
            method=self.method,
        )

    @property
    def columns(self) -> int:
        return len(self.rows[0])


def join_cells(cells: Sequence[Cell | None]) -> Cell | None:
    """Several texts as one cell, in the order given; None of nothing."""
    there = [cell for cell in cells if cell]
    if len(there) < 2:
        return there[0] if there else None
    text = " ".join(cell.text for cell in there)
    return Cell(text, union(cell.box for cell in there), all(cell.bold for cell in there), there[0].size, there[0].font)


def turn_back(box: Box, turn: int) -> Box:
    """The displayed box of an upright one."""
    return turn_box(box, (360 - turn) % 360)


def _text(cell: Cell | None) -> str:
    return cell.text if cell else ""


def _place(cell: Cell | None, turn: int) -> Box | None:
    return turn_back(cell.box, turn) if cell else None
