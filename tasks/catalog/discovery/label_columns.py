"""Labels in a column with a value beside each, or side by side over their values: "Dimensions    Materials"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tasks.catalog.discovery.labels import read_label, split_label
from tasks.catalog.discovery.segments import Segment

_LABELS = 2  # three or more side by side head a table
_FLUSH_POINTS = 3.0
EDGE_POINTS = 2.5  # labels of one column begin no further apart
_LABEL_RATIO = 1.5  # of the known labels' type size

Row = list[Segment]


def part_label_rows(rows: Sequence[Row]) -> list[Row]:
    """Visual rows in which each of two labels is followed by the value right under it."""
    return list(_part(rows))


def _part(rows: Sequence[Row]) -> Iterator[Row]:
    index = 0
    while index < len(rows):
        row = rows[index]
        below = rows[index + 1] if index + 1 < len(rows) else []
        values = _values_under(row, below)
        if not values or _is_table(row, rows[index + 2 : index + 3]):
            yield row
            index += 1
            continue
        for label, value in zip(row, values, strict=True):
            yield [label, value]
        index += 2


def _values_under(row: Row, below: Row) -> Row:
    """What stands flush under each label of a row of labels; [] where the row or what is below is anything else."""
    if len(row) != _LABELS or len(below) != _LABELS or not all(read_label(one.text) for one in row):
        return []
    flush = all(abs(one.box.x0 - two.box.x0) <= _FLUSH_POINTS for one, two in zip(row, below, strict=True))
    return below if flush and not any(read_label(one.text) for one in below) else []


def _is_table(row: Row, after: Sequence[Row]) -> bool:
    """Whether a second row without labels of its own stands under the same two labels."""
    return any(
        len(other) == _LABELS
        and all(abs(one.box.x0 - two.box.x0) <= _FLUSH_POINTS for one, two in zip(row, other, strict=True))
        and not any(split_label(one.text) or read_label(one.text) for one in other)
        for other in after
    )


def label_edge(rows: Sequence[Sequence[Segment]]) -> float | None:
    """The left edge that at least two known labels with a value beside them share."""
    edges = Counter(round(row[0].box.x0) for row in rows if len(row) == 2 and read_label(row[0].text))
    edge, count = edges.most_common(1)[0] if edges else (0, 0)
    return float(edge) if count >= 2 else None


def own_labels(rows: Sequence[Sequence[Segment]]) -> frozenset[Segment]:
    """What stands in a column of labels with a value beside it: labels that no vocabulary knows among them.

    A heading over the column is none, though it stands beside a label of its own: it is set larger.
    """
    edge = label_edge(rows)
    beside = (row[0] for row in rows if len(row) == 2)
    column = [one for one in beside if edge is not None and abs(one.box.x0 - edge) <= EDGE_POINTS]
    size = max((one.size for one in column if read_label(one.text)), default=0.0)
    return frozenset(one for one in column if one.size <= _LABEL_RATIO * size)
