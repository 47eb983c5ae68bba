"""Running text in a column of its own beside tables ("Good to know"): no cell of theirs."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.layout import Group
from tasks.catalog.discovery.segments import Segment

_MIN_WORDS, _MIN_LINES = 20, 5  # of the column's text
_LINE_WORDS = 3  # of most of its lines
_FLUSH_POINTS = 2.0
_PARAGRAPH_GAP = 3.0  # of the type size, between paragraphs
_MAX_ALIGNED = 0.5  # of its paragraphs begin on a line with something beside: cells begin on their row's line
_MAX_ON_ROWS, _SAME_LINE = 0.5, 0.1  # of its lines; of the type size
_LEVEL_SHARE = 0.35  # of the type size
_HEAD_LINES = 6.0  # a column's own heading stands over it so near, in its lines


def find_asides(groups: Sequence[Group], segments: Sequence[Segment]) -> set[Segment]:
    """The lines of columns of running text at the left or right edge of all that stands beside them."""
    found: set[Segment] = set()
    for column in _columns(groups):
        box = union(group.box for group in column)
        own = [one for one in segments if _is_inside(one.box, box)]
        if len({round(one.box.y0) for one in own}) < _MIN_LINES or sum(group.words for group in column) < _MIN_WORDS:
            continue
        if sum(len(one.words) >= _LINE_WORDS for one in own) <= 0.5 * len(own):
            continue  # a table's column under a sentence
        others = [one for one in segments if not _is_inside(one.box, box)]
        level = [one for one in others if one.box.y0 < box.y1 and one.box.y1 > box.y0]
        if sum(_is_on_row(one, level) for one in own) >= _MAX_ON_ROWS * len(own):
            continue  # a table's column
        if _is_at_edge(box, level) and _aligned(column, level) <= _MAX_ALIGNED * len(column):
            found.update(own)
            found.update(one for one in others if _heads(one, box) and _is_alone(one, others))
    return found


def _columns(groups: Sequence[Group]) -> list[list[Group]]:
    """Groups with the same left edge, one close below the other."""
    columns: list[list[Group]] = []
    for group in sorted(groups, key=lambda one: one.box.y0):
        home = next((one for one in columns if _goes_on(one[-1], group)), None)
        if home is None:
            columns.append([group])
        else:
            home.append(group)
    return columns


def _goes_on(upper: Group, lower: Group) -> bool:
    near = lower.box.y0 - upper.box.y1 <= _PARAGRAPH_GAP * upper.segments[-1].size
    return near and abs(upper.box.x0 - lower.box.x0) <= _FLUSH_POINTS


def _is_at_edge(box: Box, level: Sequence[Segment]) -> bool:
    """Whether all that stands beside the column is on one side of it."""
    return bool(level) and (all(one.box.x1 <= box.x0 for one in level) or all(one.box.x0 >= box.x1 for one in level))


def _is_inside(box: Box, column: Box) -> bool:
    return box.intersection(column) > 0.5 * box.area


def _aligned(column: Sequence[Group], level: Sequence[Segment]) -> int:
    """How many of its paragraphs begin on the line of something beside."""
    firsts = (min(group.segments, key=lambda one: one.box.y0) for group in column)
    return sum(any(abs(one.box.y1 - other.box.y1) <= _LEVEL_SHARE * other.size for other in level) for one in firsts)


def _heads(one: Segment, column: Box) -> bool:
    inside = one.box.x0 >= column.x0 - _FLUSH_POINTS and one.box.x1 <= column.x1 + _FLUSH_POINTS
    return inside and 0 <= column.y0 - one.box.y1 <= _HEAD_LINES * one.size


def _is_alone(one: Segment, others: Sequence[Segment]) -> bool:
    """Whether nothing else stands on its line, as in a table's row."""
    return not any(other is not one and other.box.y_overlap(one.box) > 0.5 for other in others)


def _is_on_row(one: Segment, level: Sequence[Segment]) -> bool:
    """Whether something beside stands on the very same line, as a row's cells do."""
    return any(abs(one.box.y1 - other.box.y1) <= _SAME_LINE * one.size for other in level)
