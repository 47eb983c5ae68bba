"""The headings over or beside small tables: one look of type that stands at each of them, with other words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.block_heads import Head, by_page, is_value
from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.labels import read_label
from tasks.catalog.discovery.naming import can_name
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import is_name, is_sentence
from tasks.catalog.vocabulary import fold

_COVERED, _DISTINCT = 0.7, 0.7  # of the heads: with a heading of the look; of its texts: unlike each other
_HALF = 0.4  # of the heads, where every first one on a page has a heading
_LARGER = 1.06  # a heading is set larger than its rows by this, or in other weight or colour
_HEIGHT_RATIO = 1.25  # words so much higher than their neighbours on a line are set in another size
_LINE_GAP_SHARE = 0.6
_FLUSH_POINTS = 3.0
_MAX_WORDS = 12

Look = tuple[float, int, bool]


class Region(NamedTuple):
    """Where a head's heading may stand: its column, from the end of the table above to the head's foot."""

    head: Head
    left: float
    right: float
    top: float
    segments: tuple[Segment, ...]


class Titled(NamedTuple):
    """A head with the lines of its heading; `look` is shared by all headings of the document's blocks."""

    region: Region
    lines: tuple[Segment, ...]
    look: Look

    @property
    def box(self) -> Box:
        return union(line.box for line in self.lines)


def find_titled(texts: Sequence[PageText], heads: Sequence[Head]) -> list[Titled]:
    """Every head that a heading of the blocks' look stands at; [] where no look does at most heads of one kind."""
    pages = {text.number: text for text in texts}
    regions = [region for number, found in by_page(heads).items() for region in _regions(pages[number], found)]
    kinds: dict[tuple[str, ...], list[Region]] = defaultdict(list)
    for region in regions:
        kinds[region.head.signature].append(region)
    looks = Counter(look for found in kinds.values() if len(found) > 1 and (look := _choose_look(found)) for _ in found)
    titled: list[Titled] = []
    for look, _ in looks.most_common():
        titled += [
            Titled(region, lines, look)
            for region in regions
            if not any(one.region is region for one in titled) and (lines := heading_in(region, look))
        ]
    return titled


def _regions(text: PageText, heads: Sequence[Head]) -> list[Region]:
    parts = [part for segment in text.segments for part in split_by_height(segment)]
    labels = {word.box for head in heads for floor in head.floors for cell in floor for word in cell.words}
    values = {word.box for head in heads for row in head.rows for cell in row for word in cell.words}
    free = [
        one for one in parts if not any(word.box in labels or word.box in values for word in one.words[:1])
    ]  # fmt: skip
    return [_region(head, heads, free, text) for head in heads]


def _region(head: Head, heads: Sequence[Head], free: Sequence[Segment], text: PageText) -> Region:
    left = max((one.box.x1 for one in heads if one.box.x1 <= head.box.x0 and _is_column(one, head, heads)), default=0.0)
    right = min((one.box.x0 for one in heads if one.box.x0 >= head.box.x1), default=text.page.width)
    above = (one.bottom for one in heads if one.bottom <= head.box.y0 and one.box.x_overlap(head.box) > 0)
    top = max(above, default=0.0)
    inside = [
        one
        for one in free
        if left <= one.box.center[0] <= right
        and top - 1 <= one.box.y0
        and one.box.y0 <= head.bottom  # the second line of a heading beside the table
        and one.box.x0 <= head.box.x1
    ]
    return Region(head, left, right, top, tuple(inside))


def _is_column(left: Head, head: Head, heads: Sequence[Head]) -> bool:
    """Whether a head further left is of the page's column beside this one: somewhere their tables stand abreast."""
    lefts, own = ([one for one in heads if abs(one.box.x0 - flush.box.x0) <= _FLUSH_POINTS] for flush in (left, head))
    return any(_beside(one, other) for one in lefts for other in own)


def _beside(one: Head, other: Head) -> bool:
    return one.box.y0 <= other.bottom and other.box.y0 <= one.bottom


def split_by_height(segment: Segment) -> list[Segment]:
    """A line cut where its words change their size: a name, and a remark set smaller behind it."""
    heights = [word.box.height for word in segment.words]
    if not heights or segment.from_ocr or segment.font == "ocr" or max(heights) < _HEIGHT_RATIO * min(heights):
        return [segment]
    runs: list[list[int]] = [[0]]
    for index in range(1, len(heights)):
        small, large = sorted((heights[index - 1], heights[index]))
        if large >= _HEIGHT_RATIO * small:
            runs.append([])
        runs[-1].append(index)
    # The line's own type is that of its longest run: the size that is stored.
    longest = max(runs, key=lambda run: sum(len(segment.words[index].text) for index in run))
    scale = segment.size / heights[longest[0]]
    return [
        segment._replace(
            text=" ".join(segment.words[index].text for index in run),
            box=union(segment.words[index].box for index in run),
            size=round(heights[run[0]] * scale, 1),
            words=tuple(segment.words[index] for index in run),
            bold=segment.bold if run is longest else True,
            italic=segment.italic and run is longest,
            color=segment.color if run is longest else -1,
        )
        for run in runs
    ]


def look_of(segment: Segment) -> Look:
    """How a line is set; what only its longest part's type is known of has colour -1."""
    return round(segment.size), segment.color, segment.bold


def _choose_look(regions: Sequence[Region]) -> Look | None:
    """The most prominent look that stands in most regions, with other words in most of them."""
    usable = [[one for one in region.segments if is_title(one)] for region in regions]
    looks = {look_of(one) for found in usable for one in found}
    row_size = max((cell.size for region in regions for row in region.head.rows for cell in row), default=0.0)
    row_looks = Counter((cell.bold, cell.color) for region in regions for row in region.head.rows for cell in row)
    plain = row_looks.most_common(1)[0][0]
    fitting: list[tuple[bool, Look]] = []
    for look in looks:
        found = [lines for region in regions if (lines := heading_in(region, look))]
        texts = {fold(" ".join(line.text for line in lines)) for lines in found}
        here = {(region.head.page, fold(line.text)) for region in regions for line in heading_in(region, look)[:1]}
        several = len(found) >= 2 * len({region.head.page for region in regions})
        distinct = len(texts) >= _DISTINCT * len(found) or (
            several and len(texts) > 1 and len(here) >= _DISTINCT * len(found)  # the same models in every family
        )
        begun = [region for region in regions if region.top == 0]
        whole = len(found) >= _COVERED * len(regions)
        # A heading over two tables stands at the first of them.
        half = len(found) >= _HALF * len(regions) and all(heading_in(region, look) for region in begun)
        if not distinct or not (whole or half):
            continue
        larger = min(line.size for lines in found for line in lines) >= _LARGER * row_size
        apart = any((line.bold, line.color) != plain and line.bold for lines in found for line in lines)
        if larger or apart:
            fitting.append((whole, look))
    return max(fitting, key=lambda one: (one[0], one[1][0], one[1][2]), default=(False, None))[1]


def is_title(one: Segment) -> bool:
    """Whether a line can be a block's heading."""
    if len(one.text.split()) > _MAX_WORDS or is_value(one.text) or is_sentence(one.text):
        return False
    # "Model 4500" reads like a label with its code, and is a name where it stands over a table.
    return can_name(one) or (is_name(one.text) and ":" not in one.text and read_label(one.text) is None)


def heading_in(region: Region, look: Look) -> tuple[Segment, ...]:
    """The lowest heading of a look in a region, with all of its lines."""
    found = sorted((one for one in region.segments if same_look(one, look)), key=lambda one: (one.box.y0, one.box.x0))
    groups = _join(found)
    named = [group for group in groups if is_title(group[0]) and group[0].box.y0 <= region.head.box.y1]
    return tuple(named[-1]) if named else ()


def same_look(one: Segment, look: Look) -> bool:
    """Whether a line is set in a look; where a line has two weights, either stands for it."""
    size, color, _ = look
    near = abs(one.size - size) <= max(0.6, 0.05 * size)
    return near and (one.color == color or -1 in (one.color, color)) and (one.bold == look[2] or _mixed(one, look))


def _mixed(one: Segment, look: Look) -> bool:
    """A line of two weights is stored as that of its longer part: large type counts without its weight."""
    return look[0] >= 11 and len(one.words) > 1


def _join(lines: Iterable[Segment]) -> list[list[Segment]]:
    """Lines below one another, flush left, as one heading each."""
    groups: list[list[Segment]] = []
    for _, row in groupby(lines, key=lambda one: round(one.box.y0)):
        for line in row:
            upper = groups[-1][-1] if groups else None
            near = upper is not None and (
                abs(upper.box.x0 - line.box.x0) <= _FLUSH_POINTS
                and 0 < line.box.y1 - upper.box.y1 <= (1 + _LINE_GAP_SHARE) * upper.size * 1.2
            )
            if near:
                groups[-1].append(line)
            else:
                groups.append([line])
    return groups
