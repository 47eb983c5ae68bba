"""Rectangles on a page, in points (1/72 inch), origin at the top left of the page as it is displayed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Box(NamedTuple):
    """An axis-aligned rectangle: left, top, right, bottom, in points, after the page's rotation is applied."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return max(0.0, self.x1 - self.x0)

    @property
    def height(self) -> float:
        return max(0.0, self.y1 - self.y0)

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def center(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def intersection(self, other: Box) -> float:
        """Shared area, in square points."""
        return max(0.0, min(self.x1, other.x1) - max(self.x0, other.x0)) * max(
            0.0, min(self.y1, other.y1) - max(self.y0, other.y0)
        )

    def x_overlap(self, other: Box) -> float:
        """Shared extent along x as a share of the narrower box (0 to 1)."""
        narrower = min(self.width, other.width)
        return max(0.0, min(self.x1, other.x1) - max(self.x0, other.x0)) / narrower if narrower else 0.0

    def y_overlap(self, other: Box) -> float:
        """Shared extent along y as a share of the lower box (0 to 1)."""
        lower = min(self.height, other.height)
        return max(0.0, min(self.y1, other.y1) - max(self.y0, other.y0)) / lower if lower else 0.0

    def gap(self, other: Box) -> float:
        """Distance between the nearest edges, in points; 0 when the boxes touch or overlap."""
        dx = max(0.0, self.x0 - other.x1, other.x0 - self.x1)
        dy = max(0.0, self.y0 - other.y1, other.y0 - self.y1)
        return float((dx * dx + dy * dy) ** 0.5)


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of `boxes`; ValueError when there is none."""
    x0s, y0s, x1s, y1s = zip(*boxes, strict=True)
    return Box(min(x0s), min(y0s), max(x1s), max(y1s))
