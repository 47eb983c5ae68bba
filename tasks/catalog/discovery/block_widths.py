"""Small tables under one kind of head, printed narrower here and wider there: their columns at one place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from tasks.catalog.discovery.block_heads import Head

_SAME_POINTS = 4.0  # labels no further from where the first head has them are at its places

Edges = tuple[float, ...]


def find_edges(head: Head) -> Edges:
    """Where the lowest labels of a head begin and end, from the head's left edge; empty where they overlap."""
    cells = head.floors[-1] if head.floors else ()
    edges = tuple(edge - head.box.x0 for cell in cells for edge in (cell.box.x0, cell.box.x1))
    return edges if all(low < high for low, high in pairwise(edges)) else ()


def stretch(place: float, source: Sequence[float], target: Sequence[float]) -> float:
    """Where `place`, measured between labels at `source`, stands between the same labels at `target`.

    Left of the first label and right of the last one distances stay as they are.
    """
    if len(source) != len(target) or not source or _are_same(source, target):
        return place
    index = bisect_right(source, place)
    if index == 0:
        return place - source[0] + target[0]
    if index == len(source):
        return place - source[-1] + target[-1]
    share = (place - source[index - 1]) / (source[index] - source[index - 1])
    return target[index - 1] + share * (target[index] - target[index - 1])


def _are_same(source: Sequence[float], target: Sequence[float]) -> bool:
    return all(abs(one - other) <= _SAME_POINTS for one, other in zip(source, target, strict=True))
