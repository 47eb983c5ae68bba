"""The pictures of blocks: those in a block's area, or over its heading where the document sets them so."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.boxes import Box
from tasks.catalog.discovery.block_areas import Area
from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.grid import Picture
from tasks.catalog.discovery.pictures import find_pictures


def find_shown(text: PageText, areas: Sequence[Area], repeated: frozenset[str]) -> list[list[Picture]]:
    """Each block's pictures: those in its area; or, where more blocks have some so, those over its heading."""
    pictures, every = find_pictures(text.page, repeated), find_pictures(text.page, frozenset())
    inside, over = [area.box for area in areas], [_from_above(area, areas) for area in areas]
    found = [_own(boxes, areas, pictures, every) for boxes in (inside, over)]
    return found[1] if sum(map(bool, found[1])) > sum(map(bool, found[0])) else found[0]


def _own(
    boxes: Sequence[Box], areas: Sequence[Area], pictures: Sequence[Picture], every: Sequence[Picture]
) -> list[list[Picture]]:
    """For each block the pictures in its box, each with the nearest; of those that repeat where it has no others."""
    owned = [_nearest(boxes, areas, some) for some in (pictures, every)]
    return [some or repeated for some, repeated in zip(*owned, strict=True)]


def _nearest(boxes: Sequence[Box], areas: Sequence[Area], pictures: Sequence[Picture]) -> list[list[Picture]]:
    owned: list[list[Picture]] = [[] for _ in areas]
    for picture in pictures:
        holding = [index for index, box in enumerate(boxes) if _holds(box, picture)]
        if holding:
            owned[min(holding, key=lambda index: _gap(areas[index], picture))].append(picture)
    return owned


def _gap(area: Area, picture: Picture) -> float:
    head = area.titled.region.head
    own = (area.titled.box, head.box, *(cell.box for cell in head.rows[0]))
    return min(picture.box.gap(box) for box in own)


def _holds(box: Box, picture: Picture) -> bool:
    x, y = picture.box.center
    return box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1


def _from_above(area: Area, others: Sequence[Area]) -> Box:
    """From the end of the table above a heading to that of its own."""
    head = area.titled.region.head
    above = (
        other.titled.region.head.bottom
        for other in others
        if other.box.x0 < area.box.x1 and area.box.x0 < other.box.x1 and other.box.y0 < area.box.y0 - 1
    )
    return Box(area.box.x0, max(above, default=0.0), area.box.x1, head.bottom)
