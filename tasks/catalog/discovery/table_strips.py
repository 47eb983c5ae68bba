"""Columns that the records' cells alone do not show: strips of white inside one, and those of other rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tasks.catalog.discovery.segments import Segment
from tasks.catalog.pages import Word

_STRIP_SHARE, _STRIP_RATIO = 0.42, 1.3  # of the type size, and of the usual space: wider than between words
_BOTH_SHARE = 0.9  # of a column's cells
_MIN_LEADS = 2  # rows with a cell in a column of their own
_FLUSH_POINTS = 4.0


def with_lead_columns(
    columns: list[tuple[float, float]], rows: Sequence[Sequence[Segment]]
) -> list[tuple[float, float]]:
    """The columns with those that only rows without figures have: the names of products over their forms."""
    outside = [
        cell.box
        for row in rows
        if len(row) > 1
        for cell in row
        if all(cell.box.x1 < low or cell.box.x0 > high for low, high in columns)
    ]
    found = list(columns)
    for box in outside:
        alike = [other for other in outside if abs(other.x0 - box.x0) <= _FLUSH_POINTS]
        low, high = min(one.x0 for one in alike), max(one.x1 for one in alike)
        if len(alike) >= _MIN_LEADS and all(high < start or low > end for start, end in found):
            found.append((low, high))
    return sorted(found)


def part_by_labels(
    header: Sequence[Sequence[Segment]], records: Sequence[Sequence[Segment]], columns: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    """The columns, parted where a strip of white runs down between the words of one, and of the labels over it.

    Numbers flush right stand close to words flush left behind them, closer than words of different cells mostly do.
    """
    labels = [word for row in header[-1:] for cell in row for word in cell.words]
    cells = [cell for row in records for cell in row]
    gaps = sorted(gap(one, two) / cell.size for cell in cells for one, two in pairwise(cell.words))
    usual = gaps[len(gaps) // 2] if gaps else 0.0
    found: list[tuple[float, float]] = []
    for low, high in columns:
        edges = [low]
        for left, right in _list_strips(cells, low, high, max(_STRIP_SHARE, _STRIP_RATIO * usual)):
            over = [word.box for word in labels if word.box.x1 > low and word.box.x0 < high]
            beside = any(box.x1 <= right for box in over) and any(box.x0 >= left for box in over)
            if beside and not any(box.x0 < left and box.x1 > right for box in over):
                edges += [left, right]
        found += list(zip(edges[::2], [*edges[1::2], high], strict=True))
    return found


def _list_strips(cells: Sequence[Segment], low: float, high: float, share: float) -> list[tuple[float, float]]:
    """The strips of white in a column, from left to right, with words of nearly every record on both sides."""
    own = [cell for cell in cells if low <= cell.box.center[0] <= high and cell.box.x1 <= high + 1]
    words = sorted((word.box.x0, word.box.x1) for cell in own for word in cell.words)
    strips, reached = [], words[0][1] if words else high
    for left, right in words:
        both = sum(cell.box.x0 < reached and cell.box.x1 > left for cell in own)
        if left - reached > share * own[0].size and both >= _BOTH_SHARE * len(own):
            strips.append((reached, left))
        reached = max(reached, right)
    return strips


def gap(one: Word, other: Word) -> float:
    """The white between two words; from right to left the later one stands further left."""
    return max(one.box.x0, other.box.x0) - min(one.box.x1, other.box.x1)
