"""Headings of the blocks' look over rows in the same columns, where the head was printed once above, or not read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tasks.catalog.boxes import Box
from tasks.catalog.discovery.block_headings import Region, Titled, heading_in, is_title, same_look, split_by_height
from tasks.catalog.discovery.block_heads import Head, Row, has_values
from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.segments import Segment

_EDGE_POINTS = 5.0
_ROW_REACH_LINES = 6.0  # of the type size, between rows
_REACH_LINES = 16.0  # of the type size, from the heading to its first row


def find_orphans(
    titled: Sequence[Titled],
    listed: Sequence[Titled],
    pages: Mapping[int, PageText],
    rows: Mapping[int, Sequence[Row]],
) -> list[Titled]:
    """Further blocks on the pages of known ones: their headings have the look, their rows the known tables' edges.

    `listed` are headings over rows that are products of their own.
    """
    known = {number: [one for one in titled if one.region.head.page == number] for number in pages}
    return [
        orphan
        for number, siblings in known.items()
        if siblings
        for heading in _free_headings(siblings, listed, pages[number])
        if (orphan := _adopt(heading, siblings, rows[number], pages[number])) is not None
    ]


def _free_headings(siblings: Sequence[Titled], listed: Sequence[Titled], text: PageText) -> list[Segment]:
    others = [one for one in listed if one.region.head.page == text.number]
    taken = {word.box for one in [*siblings, *others] for line in one.lines for word in line.words}
    parts = (part for segment in text.segments for part in split_by_height(segment))
    return [
        part
        for part in parts
        if same_look(part, siblings[0].look) and is_title(part) and not any(word.box in taken for word in part.words)
    ]


def _adopt(heading: Segment, siblings: Sequence[Titled], rows: Sequence[Row], text: PageText) -> Titled | None:
    """The heading with the rows under it, up to the next heading, in the columns of its nearest sibling."""
    same = [one for one in siblings if abs(one.box.x0 - heading.box.x0) <= _EDGE_POINTS]
    if not same:
        return None
    sibling = min(same, key=lambda one: abs(one.box.y0 - heading.box.y0))
    below = [one.box.y0 for one in same if one.box.y0 > heading.box.y1]
    bottom = min(below, default=text.page.height)
    found: list[Row] = []
    for row in rows:
        cells = _cells(row, sibling)
        if not cells or cells[0].box.center[1] <= heading.box.y0 or cells[0].box.y1 > bottom:
            continue
        if _fits(cells, sibling) and _is_near(cells, found, heading):
            found.append(cells)
        elif found:
            break
    if not found:
        return None
    old = sibling.region.head
    top = min(cell.box.y0 for cell in found[0])
    box = Box(old.box.x0, top - 0.1, old.box.x1, top)
    head = Head(old.page, (), box, tuple(map(tuple, found)), old.labels, old.signature)
    region = Region(head, sibling.region.left, sibling.region.right, heading.box.y0, (heading,))
    lines = heading_in(region, sibling.look)
    return Titled(region, lines, sibling.look) if lines else None


def _cells(row: Row, sibling: Titled) -> Row:
    head = sibling.region.head
    edges = [cell.box for known in head.rows for cell in known]
    low, high = min(box.x0 for box in edges) - _EDGE_POINTS, max(box.x1 for box in edges) + _EDGE_POINTS
    return [cell for cell in row if cell.box.x0 >= low and cell.box.x1 <= high]


def _fits(cells: Row, sibling: Titled) -> bool:
    """Whether cells are a row as the sibling's: with its edges on both sides."""
    known = sibling.region.head.rows
    left = any(abs(cells[0].box.x0 - row[0].box.x0) <= _EDGE_POINTS for row in known)
    right = any(abs(cells[-1].box.x1 - row[-1].box.x1) <= _EDGE_POINTS for row in known)
    return has_values(cells) and left and right


def _is_near(cells: Row, found: Sequence[Row], heading: Segment) -> bool:
    above = max(cell.box.y1 for cell in found[-1]) if found else heading.box.y1
    reach = _ROW_REACH_LINES if found else _REACH_LINES
    return min(cell.box.y0 for cell in cells) - above <= reach * cells[0].size
