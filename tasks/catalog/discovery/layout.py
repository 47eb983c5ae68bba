"""The text of a page as a reader sees it: pieces of a line, groups of lines that stand together, and visual rows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.type_runs import cut_at_type
from tasks.catalog.pages import Line, Page, Word

# Shares are of the type size: a gap wider than this inside a line starts another column.
_COLUMN_GAP_SHARE = 1.3
# Lines of one caption stand closer than this, and their sizes differ by no more.
_LINE_GAP_SHARE = 0.75
_SIZE_RATIO = 2.0
_EDGE_POINTS = 3.0
_REACH_SHARE = 8.0
_DISPLAY_RATIO = 1.6  # of the height of the words before it
_AMOUNT = re.compile(r"\d[\d.,'’]*[⁰¹²³⁴⁵⁶⁷⁸⁹]{0,2}[-–—]{0,2}")


class Group(NamedTuple):
    """Segments that stand together: a caption, a heading, a paragraph."""

    segments: tuple[Segment, ...]
    box: Box

    @property
    def text(self) -> str:
        return "\n".join(segment.text for segment in self.segments)

    @property
    def words(self) -> int:
        return sum(len(segment.text.split()) for segment in self.segments)


def read_segments(page: Page) -> list[Segment]:
    """The page's text as segments, from top to bottom and left to right."""
    found = [segment for line in page.lines for segment in split_line(line)]
    return sorted(found, key=lambda segment: (segment.box.y0, segment.box.x0))


def split_line(line: Line) -> list[Segment]:
    """A line cut at gutters, before a price in display type, and behind a name set stronger than what follows it."""
    segments = _split_gaps(line)
    return list(cut_at_type(line, segments)) if line.runs else segments


def _split_gaps(line: Line) -> list[Segment]:
    """A line cut where the space between its words is as wide as a gutter, and before a price in display type."""
    if (tail := _count_display(line)) and not line.rtl:
        words = line.words[:-tail], line.words[-tail:]
        text, price = (line.model_copy(update={"words": one, "text": " ".join(w.text for w in one),
                                               "box": union(w.box for w in one)}) for one in words)  # fmt: skip
        ratio = price.box.height / max(1.0, median(word.box.height for word in text.words))
        return [
            *_split_gaps(text),
            _segment(price, price.text, price.box, price.words)._replace(size=line.size * ratio),
        ]
    widest, furthest_back = _COLUMN_GAP_SHARE * line.size, -line.size * 2
    gap_to = _gap_between if line.rtl else _gap_ahead
    if all(furthest_back <= gap_to(one, other) <= widest for one, other in pairwise(line.words)):
        return [_segment(line, line.text, line.box, line.words)]
    runs: list[list[Word]] = []
    for word in line.words:
        gap = gap_to(runs[-1][-1], word) if runs else 0.0
        if not runs or not furthest_back <= gap <= widest:
            runs.append([])
        runs[-1].append(word)
    return [
        _segment(line, " ".join(word.text for word in run), union(word.box for word in run), tuple(run)) for run in runs
    ]


def _count_display(line: Line) -> int:
    """How many words at a line's end are an amount set much larger than the words before it."""
    if len(line.words) < 2 or not line.words[-1].text[:1].isdigit() or not _AMOUNT.fullmatch(line.words[-1].text):
        return 0
    usual = median(word.box.height for word in line.words[:-1])
    return int(line.words[-1].box.height >= _DISPLAY_RATIO * usual)


def _gap_ahead(one: Word, other: Word) -> float:
    """The white between a word and the next one to its right; far below zero where that stands further left."""
    return other.box.x0 - one.box.x1


def _gap_between(one: Word, other: Word) -> float:
    """The white between two words, whichever comes first: from right to left the next one stands further left."""
    return max(one.box.x0, other.box.x0) - min(one.box.x1, other.box.x1)


def _segment(line: Line, text: str, box: Box, words: tuple[Word, ...]) -> Segment:
    return Segment(" ".join(text.split()), box, line.size, line.bold, line.italic, line.color, line.font, words)


def group_segments(segments: Sequence[Segment]) -> list[Group]:
    """Segments joined downwards while close, aligned and of a like size; a heading over columns stays alone."""
    ordered = sorted(segments, key=lambda segment: (segment.box.y0, segment.box.x0))
    parent: dict[int, int] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for index, segment in enumerate(ordered):
        above = [other for other in _just_above(ordered, index) if _continues(ordered[other], segment)]
        if above:
            best = max(above, key=lambda other: (ordered[other].box.y1, ordered[other].box.x_overlap(segment.box)))
            parent[index] = best
            children[best].append(index)
    for siblings in children.values():
        if len(siblings) > 1 and _side_by_side([ordered[index].box for index in siblings]):
            for index in siblings:
                del parent[index]
    members: dict[int, list[Segment]] = defaultdict(list)
    for index, segment in enumerate(ordered):
        root = index
        while root in parent:
            root = parent[root]
        members[root].append(segment)
    return [Group(tuple(found), union(segment.box for segment in found)) for found in members.values()]


def _just_above(ordered: Sequence[Segment], index: int) -> Iterator[int]:
    """Segments that may stand right over another; those that start far above it cannot."""
    reach = _REACH_SHARE * ordered[index].size
    for other in range(index - 1, -1, -1):
        if ordered[index].box.y0 - ordered[other].box.y0 > reach:
            return
        yield other


def _continues(upper: Segment, lower: Segment) -> bool:
    """Whether `lower` is the next line of what `upper` belongs to."""
    small, large = sorted((upper.size, lower.size))
    gap = lower.box.y0 - upper.box.y1
    if large > _SIZE_RATIO * small or not -0.6 * small <= gap <= _LINE_GAP_SHARE * small:
        return False
    if lower.box.y0 - upper.box.y0 < 0.4 * small:
        return False
    one, two = upper.box, lower.box
    aligned = min(abs(one.x0 - two.x0), abs(one.x1 - two.x1), abs(one.center[0] - two.center[0])) <= _EDGE_POINTS
    return one.x_overlap(two) > (0.1 if aligned else 0.5)


def _side_by_side(boxes: Sequence[Box]) -> bool:
    return any(
        one.y_overlap(other) > 0.3 and one.x_overlap(other) < 0.1
        for index, one in enumerate(boxes)
        for other in boxes[index + 1 :]
    )


def read_rows(segments: Iterable[Segment]) -> list[list[Segment]]:
    """Segments as visual rows, top to bottom, each from left to right: those whose middles stand at one height."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda segment: segment.box.center[1]):
        middle = segment.box.center[1]
        if rows and middle - _middle(rows[-1]) <= 0.35 * min(segment.box.height, rows[-1][-1].box.height):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [sorted(row, key=lambda segment: segment.box.x0) for row in rows]


def _middle(row: Sequence[Segment]) -> float:
    return sum(segment.box.center[1] for segment in row) / len(row)


def body_size(pages: Sequence[Page]) -> float:
    """The type size that most characters of the document are set in, in points."""
    counts: dict[float, int] = defaultdict(int)
    for page in pages:
        for line in page.lines:
            counts[round(line.size * 2) / 2] += len(line.text)
    return max(counts, key=lambda size: counts[size]) if counts else 10.0
