"""A product's specification in a column of its own: labels below one another, each with its one value beside it."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.discovery.labels import own_label, read_label
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.segments import Segment

_MIN_LABELS, _MIN_KNOWN = 4, 2  # of the column; of the vocabulary
_MIN_ALONE = 2  # rows of the column with nothing beside
_EDGE_POINTS = 2.5


def find_specification(segments: Sequence[Segment], *, leftmost: bool = False) -> set[Segment]:
    """The labels and values of a page's column of labels (`leftmost`: at its left), with the values' further lines.

    What stands to the right of it, a table of sizes or a list of options, begins right of all its values.
    """
    pairs = [
        (row[i], row[i + 1], row[i + 2] if i + 2 < len(row) else None)
        for row in read_rows(segments)
        for i in range(min(1, len(row) - 1) if leftmost else len(row) - 1)
    ]
    known = [one for one in pairs if read_label(one[0].text) and read_label(one[1].text) is None]
    for label, value, _ in known:
        left, middle = label.box.x0, value.box.x0
        own = [one for one in pairs if _is_flush(one[0], left) and _is_flush(one[1], middle) and _is_label(one[0])]
        alone = sum(right is None for *_, right in own)
        if len(own) < _MIN_LABELS or sum(one in known for one in own) < _MIN_KNOWN or alone < _MIN_ALONE:
            continue
        edge = max(one.box.x1 for _, one, _ in own)
        if all(right.box.x0 > edge for *_, right in own if right):
            found = {cell for one in own for cell in one[:2]}
            top, bottom = min(one.box.y0 for one in found), max(one.box.y1 for one in found)
            within = [one for one in segments if top <= one.box.y0 and one.box.y1 <= bottom + one.size]
            return found | {one for one in within if _is_flush(one, middle)}
    return set()


def _is_flush(one: Segment, edge: float) -> bool:
    return abs(one.box.x0 - edge) <= _EDGE_POINTS


def _is_label(one: Segment) -> bool:
    return read_label(one.text) is not None or own_label(one.text) is not None
