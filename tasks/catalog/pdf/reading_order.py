"""The order in which a person reads what stands on a page: recursive cuts along white space (XY-cut).

A region is cut into columns where a channel of white runs through it; what spans the columns (a title, a footer) is
cut off first. Regions whose columns are rows of cells are read row by row.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

from tasks.catalog.boxes import Box

T = TypeVar("T")

_CHANNEL_EMS = 0.8  # narrowest white between columns
_SURE_CHANNEL_EMS = 1.5  # narrower white on a single line may be a gap in that line
_BAND_EMS = 3.0  # white across the page of this height ends a group of columns ...
_BAND_CHANNELS = 2.5  # ... if it is also this many times as high as the widest channel is wide ...
_SURE_BAND_EMS = 8.0  # ... and in any case if it is so high
_BETWEEN_SHARE = 0.8  # of a picture's height; the rest may lie beside text
_CAPTION_EMS = 2.5  # captions are this close to their pictures
_LEVEL_SHARE = 0.8  # of the shorter column's lines standing level with lines beside them: cells of a table
_LEAST_ROWS = 4  # fewer rows of short lines are captions beside each other
_CELL_EMS = 18.0  # cells are shorter than lines of prose ...
_LONG_SHARE = 0.7  # ... at least this share of them

_Extent = tuple[float, float]


class _Group(NamedTuple):
    """Strips of a page read together: the numbers of their boxes and the columns they leave white between."""

    numbers: list[int]
    columns: list[_Extent]
    top: float
    bottom: float
    strips: int = 1


def order_regions(
    items: Sequence[T],
    box_of: Callable[[T], Box],
    em: float,
    *,
    pictures: Sequence[Box] = (),
    is_label: Callable[[T], bool] | None = None,
    rtl: bool = False,
) -> list[list[T]]:
    """`items` in reading order, in runs; where a run ends, the next column begins.

    `em` is the usual size of type, in points. Text below a picture is not read on from text above it, and text in
    columns under or over `pictures` is captions. What stands beside labels belongs to them. `rtl` reads columns from
    the right.
    """
    turn = _mirror if rtl else _keep
    labels = frozenset(number for number, item in enumerate(items) if is_label and is_label(item))
    layout = _Layout([turn(box_of(item)) for item in items], [turn(box) for box in pictures], em, labels)
    return [[items[number] for number in run] for run in layout.order(list(range(len(items))))]


def _keep(box: Box) -> Box:
    return box


def _mirror(box: Box) -> Box:
    return Box(-box.x1, box.y0, -box.x0, box.y1)


class _Layout:
    """What stands on a page, by number."""

    def __init__(self, boxes: Sequence[Box], pictures: Sequence[Box], em: float, labels: frozenset[int]) -> None:
        self._boxes, self._em, self._pictures, self._labels = boxes, em, pictures, labels
        self._least_channel = _CHANNEL_EMS * em

    def order(self, numbers: list[int]) -> list[list[int]]:
        runs: list[list[int]] = [[]]
        for group in self._group_strips(numbers):
            columns = _cut(group.numbers, self._boxes, 0, self._least_channel)
            if len(columns) < 2 or self._are_rows(group, columns):
                runs[-1].extend(_order_rows(group.numbers, self._boxes))
                continue
            for place, half in enumerate(_halve(columns, group.columns)):
                first, *others = self.order(half)
                if place:
                    runs.append([])
                runs[-1].extend(first)
                runs.extend(others)
        return runs

    def _are_rows(self, group: _Group, columns: Sequence[Sequence[int]]) -> bool:
        """Whether what stands in columns is read row by row."""
        if group.strips == 1 and _widest_channel(group.columns) < _SURE_CHANNEL_EMS * self._em:
            return True
        if 2 * sum(number in self._labels for number in columns[0]) > len(columns[0]):
            return True
        return _are_cells(columns, self._boxes, self._em) and not self._are_captions(group)

    def _group_strips(self, numbers: Sequence[int]) -> list[_Group]:
        """The region cut across, then joined again as long as the same channels of white run through."""
        groups: list[_Group] = []
        for strip in _cut(numbers, self._boxes, 1, 0.0):
            x0s, y0s, x1s, y1s = zip(*[self._boxes[number] for number in strip], strict=True)
            extents = _merge_extents(list(zip(x0s, x1s, strict=True)), self._least_channel)
            top, bottom = min(y0s), max(y1s)
            if groups and (columns := self._join(groups[-1], extents, top)):
                last = groups.pop()
                groups.append(_Group(last.numbers + strip, columns, last.top, bottom, last.strips + 1))
            else:
                groups.append(_Group(strip, extents, top, bottom))
        return groups

    def _join(self, group: _Group, strip: list[_Extent], top: float) -> list[_Extent]:
        """The columns of a group and the strip below it; none where reading does not go on in columns."""
        if len(group.columns) < 2:
            return []
        joined = _merge_extents([*group.columns, *strip], self._least_channel)
        if not _keeps_channels(group.columns, strip, joined):
            return []
        band = top - group.bottom
        channel = _widest_channel(group.columns)
        apart = band > min(max(_BAND_EMS * self._em, _BAND_CHANNELS * channel), _SURE_BAND_EMS * self._em)
        unsure = group.strips == 1 and len(strip) == 1 and channel < _SURE_CHANNEL_EMS * self._em
        return [] if apart or unsure or self._has_picture(group.bottom, top) else joined

    def _has_picture(self, top: float, bottom: float) -> bool:
        """Whether a picture, or a rule, stands between two heights."""
        return any(
            top < picture.center[1] < bottom
            and min(picture.y1, bottom) - max(picture.y0, top) >= _BETWEEN_SHARE * picture.height
            for picture in self._pictures
        )

    def _are_captions(self, group: _Group) -> bool:
        """Whether columns stand under or over pictures of their own."""
        reach = _CAPTION_EMS * self._em
        near = [
            picture
            for picture in self._pictures
            if picture.height > self._em and min(abs(group.top - picture.y1), abs(picture.y0 - group.bottom)) < reach
        ]
        captioned = sum(
            any(start < picture.center[0] < end or picture.x0 < (start + end) / 2 < picture.x1 for picture in near)
            for start, end in group.columns
        )
        return captioned > 1 and len(near) > 1


def _widest_channel(columns: Sequence[_Extent]) -> float:
    return max(right[0] - left[1] for left, right in pairwise(columns))


def _keeps_channels(columns: Sequence[_Extent], strip: Sequence[_Extent], joined: Sequence[_Extent]) -> bool:
    """Whether a strip runs in the columns above it. A line may have gaps of its own, but it spans no channel."""
    return len(joined) > 1 and len(joined) >= (len(columns) if len(strip) == 1 else min(len(columns), len(strip)))


def _cut(numbers: Sequence[int], boxes: Sequence[Box], axis: int, least_gap: float) -> list[list[int]]:
    """Groups of boxes with white between them along `axis` (0: x, 1: y), in order."""
    groups: list[list[int]] = []
    reach = float("-inf")
    for number in sorted(numbers, key=lambda number: boxes[number][axis]):
        box = boxes[number]
        if not groups or box[axis] - reach > least_gap:
            groups.append([number])
        else:
            groups[-1].append(number)
        if box[axis + 2] > reach:
            reach = box[axis + 2]
    return groups


def _merge_extents(extents: list[_Extent], least_gap: float) -> list[_Extent]:
    merged: list[_Extent] = []
    for start, end in sorted(extents):
        if merged and start - merged[-1][1] <= least_gap:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def _halve(columns: Sequence[list[int]], extents: Sequence[_Extent]) -> tuple[list[int], list[int]]:
    """Columns on either side of the widest channel: what is closer together may be rows of its own."""
    gaps = [right[0] - left[1] for left, right in pairwise(extents)]
    middle = gaps.index(max(gaps)) + 1
    left, right = columns[:middle], columns[middle:]
    return [number for column in left for number in column], [number for column in right for number in column]


def _are_cells(columns: Sequence[Sequence[int]], boxes: Sequence[Box], em: float) -> bool:
    """Whether columns are cells of rows: level with each other, and too short to be prose."""
    shortest = min(columns, key=len)
    if len(shortest) < _LEAST_ROWS:
        return False
    middles = sorted(boxes[number].center[1] for column in columns if column is not shortest for number in column)
    level = sum(_is_level(boxes[number], middles) for number in shortest)
    if level < _LEVEL_SHARE * len(shortest):
        return False
    widths = [sorted(boxes[number].width for number in column) for column in columns]
    return all(column[int(_LONG_SHARE * len(column))] <= _CELL_EMS * em for column in widths)


def _is_level(box: Box, middles: Sequence[float]) -> bool:
    middle, slack = (box.y0 + box.y1) / 2, 0.3 * box.height
    place = bisect_left(middles, middle - slack)
    return place < len(middles) and middles[place] <= middle + slack


def _order_rows(numbers: Sequence[int], boxes: Sequence[Box]) -> list[int]:
    """By rows, from left to right in each."""
    rows: list[list[int]] = []
    for number in sorted(numbers, key=lambda number: boxes[number].y0):
        box = boxes[number]
        if rows and box.y0 < (boxes[rows[-1][0]].y0 + boxes[rows[-1][0]].y1) / 2:
            rows[-1].append(number)
        else:
            rows.append([number])
    return [number for row in rows for number in sorted(row, key=lambda number: boxes[number].x0)]
