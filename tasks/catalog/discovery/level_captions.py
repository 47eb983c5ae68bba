"""Captions set in bands: room for two lines of name, then the codes and prices of a row of cards, on one level.

A name of one line leaves a gap over the rest of its caption, which a name of two lines does not; the row tells.
"""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.boxes import union
from tasks.catalog.discovery.layout import Group
from tasks.catalog.discovery.segments import Segment

_EDGE_POINTS = 6.0
_LEVEL = 0.7  # of the type size: pictures of a row may differ that much in height
_GAP_LINES = 3.5  # of the type size: no further below its caption


def find_level_rests(captions: Sequence[Group], free: Sequence[Group]) -> dict[Group, Group]:
    """By caption, the free group under it that stands level with a line of another caption whose type it has."""
    found: dict[Group, Group] = {}
    for rest in free:
        over = [one for one in captions if _is_over(one, rest)]
        home = max(over, key=lambda one: one.box.y1, default=None)
        others = [line for one in captions if one is not home for line in one.segments[1:]]
        if home is not None and home not in found and any(_is_level(rest.segments[0], line) for line in others):
            found[home] = rest
    return found


def _is_over(caption: Group, rest: Group) -> bool:
    last = caption.segments[-1]
    flush = abs(caption.segments[0].box.x0 - rest.box.x0) <= _EDGE_POINTS
    return flush and 0 <= rest.box.y0 - caption.box.y1 <= _GAP_LINES * last.size


def _is_level(first: Segment, line: Segment) -> bool:
    return abs(first.box.y0 - line.box.y0) <= _LEVEL * line.size and first.looks_like(line)


def join_groups(caption: Group, rest: Group) -> Group:
    """A caption with the rest of it."""
    return Group((*caption.segments, *rest.segments), union([caption.box, rest.box]))
