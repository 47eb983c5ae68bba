"""Labels of one visual row that head several tables abreast: where each table's labels begin."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tasks.catalog.discovery.segments import Segment
from tasks.catalog.vocabulary import fold

_MIN_LABELS = 2
_FLUSH_POINTS = 3.0
_LARGER = 1.15  # a heading is set larger than the labels under it by this

Row = list[Segment]


def part_abreast(run: Row, above: Sequence[Row]) -> list[Row]:
    """Labels cut where another table's begin: those of the first come again, its last one does, or a heading of the
    rows `above` begins at one's edge as another does at the first one's.
    """
    texts = [fold(cell.text) for cell in run]
    starts = [index for index, text in enumerate(texts) if text == texts[0]]
    # Joined, for labels that stand close are one cell in one table and two in the next.
    if len(starts) > 1 and len({" ".join(texts[a:b]) for a, b in pairwise([*starts, len(texts)])}) == 1:
        return _cut(run, starts)
    ends = [0, *(index + 1 for index, text in enumerate(texts) if text == texts[-1])][:-1]
    parts = [texts[a:b] for a, b in pairwise([*ends, len(texts)])]
    headed = _headed(run, above)
    if len(parts) > 1 and min(map(len, parts)) >= _MIN_LABELS and all(map(_is_begun, pairwise(parts))):
        return [run] if _are_groups(parts) and not set(headed) & set(ends[1:]) else _cut(run, ends)
    return _cut(run, headed) if min(b - a for a, b in pairwise([*headed, len(run)])) >= _MIN_LABELS else [run]


def _cut(run: Row, starts: Sequence[int]) -> list[Row]:
    return [run[a:b] for a, b in pairwise([*starts, len(run)])]


def _is_begun(parts: tuple[list[str], list[str]]) -> bool:
    """Whether labels begin another table's head: as the first did, or with one that it has not.

    "Size, code, price" before "code, price" are columns of one table.
    """
    one, other = parts
    return other[0] == one[0] or other[0] not in one


def _are_groups(parts: Sequence[Sequence[str]]) -> bool:
    """Whether labels are groups of one table's columns, behind those that they share: "size, oak, €, ash, €"."""
    first, *others = parts
    count = len(others[0])
    alike = all(len(one) == count and list(one[1:]) == list(first[1 - count :]) for one in others)
    return alike and len(first) > count and len({one[0] for one in (first[-count:], *others)}) == len(parts)


def _headed(run: Row, above: Sequence[Row]) -> list[int]:
    """The labels that stand flush under headings, the first among them; [0] where not both sides have a heading."""
    size = max(cell.size for cell in run)
    edges = [
        cell.box.x0
        for row in above
        for cell in row
        if cell.size >= _LARGER * size and any(map(str.isalpha, cell.text)) and not cell.from_ocr
    ]
    flush = [index for index, cell in enumerate(run) if any(abs(edge - cell.box.x0) <= _FLUSH_POINTS for edge in edges)]
    return flush if flush[:1] == [0] else [0]


def begins_left(row: Row, run: Row) -> bool:
    """Whether a row begins left of labels and goes on under them; a drawing's figures stand beside them."""
    under = sum(any(cell.box.x_overlap(label.box) > 0 for label in run) for cell in row)
    return row[0].box.x1 < run[0].box.x0 and under >= _MIN_LABELS
