"""Solids as signed distance functions: points (3, N) in metres in, distances (N,) out.

A solid knows a box that holds it, so that rays far away skip it. y points up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]  # (3, N)
Vector = tuple[float, float, float]
Color = NDArray[np.float32]  # (3, N)
Paint = Callable[[Points, Points], Color]  # (points, normals) -> colours


class Material(NamedTuple):
    """How a surface answers light. `gloss` is the mirror share seen straight on; `rough` widens highlights (0 to 1)."""

    paint: Paint
    gloss: float = 0.03
    rough: float = 0.5
    glow: float = 0.0  # light given off, as a multiple of the colour


class Solid(NamedTuple):
    distance: Callable[[Points], Points]
    low: Vector
    high: Vector
    material: Material


class Group(NamedTuple):
    """Solids that stand together: first turned about y by `turn` radians, then moved to `at`."""

    solids: tuple[Solid, ...]
    at: Vector = (0.0, 0.0, 0.0)
    turn: float = 0.0

    def localise(self, p: Points) -> Points:
        """World points as the solids see them."""
        moved = p - np.asarray(self.at, np.float32)[:, None]
        return self.rotate(moved)

    def rotate(self, v: Points) -> Points:
        """World directions as the solids see them."""
        if not self.turn:
            return v
        cos, sin = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        return np.stack([cos * v[0] - sin * v[2], v[1], sin * v[0] + cos * v[2]])

    def measure(self, p: Points) -> Points:
        """Distance from world points to the nearest of the solids."""
        local = self.localise(p)
        best = self.solids[0].distance(local)
        for solid in self.solids[1:]:
            best = np.minimum(best, solid.distance(local))
        return best

    def enclose(self) -> tuple[Vector, Vector]:
        """Corners of a world box that holds the group."""
        low, high = np.min([s.low for s in self.solids], axis=0), np.max([s.high for s in self.solids], axis=0)
        if self.turn:
            reach = max(np.hypot(x, z) for x in (low[0], high[0]) for z in (low[2], high[2]))
            low[[0, 2]], high[[0, 2]] = -reach, reach
        return to_vector(low + self.at), to_vector(high + self.at)


def to_vector(values: Sequence[float] | NDArray[np.floating]) -> Vector:
    """Three Python floats: numpy scalars of 64 bits would widen every array they meet."""
    x, y, z = values
    return float(x), float(y), float(z)


def paint(color: Vector) -> Paint:
    """The same colour everywhere."""
    column = np.asarray(color, np.float32)[:, None]
    return lambda points, normals: np.broadcast_to(column, points.shape).astype(np.float32)


def hypot3(x: Points, y: Points, z: Points) -> Points:
    return np.sqrt(x * x + y * y + z * z)


def bounds(center: Vector, reach: Vector) -> tuple[Vector, Vector]:
    return to_vector(np.subtract(center, reach)), to_vector(np.add(center, reach))


def box(center: Vector, size: Vector, rounding: float, material: Material, tilt: float = 0, turn: float = 0) -> Solid:
    """A rounded box; `tilt` turns it about x, then `turn` about y, in radians."""
    half = np.asarray(size, np.float32) / 2 - rounding
    cos_x, sin_x, cos_y, sin_y = map(float, (np.cos(tilt), np.sin(tilt), np.cos(turn), np.sin(turn)))

    def distance(p: Points) -> Points:
        x, y, z = p[0] - center[0], p[1] - center[1], p[2] - center[2]
        if turn:
            x, z = cos_y * x - sin_y * z, sin_y * x + cos_y * z
        if tilt:
            y, z = cos_x * y + sin_x * z, cos_x * z - sin_x * y
        qx, qy, qz = np.abs(x) - half[0], np.abs(y) - half[1], np.abs(z) - half[2]
        outside = hypot3(np.maximum(qx, 0), np.maximum(qy, 0), np.maximum(qz, 0))
        return outside + np.minimum(np.maximum(qx, np.maximum(qy, qz)), 0) - rounding

    reach = float(np.linalg.norm(size)) / 2
    around = (reach, reach, reach) if tilt or turn else (size[0] / 2, size[1] / 2, size[2] / 2)
    return Solid(distance, *bounds(center, around), material)


def cylinder(center: Vector, radius: float, height: float, rounding: float, material: Material) -> Solid:
    """An upright cylinder with rounded edges."""

    def distance(p: Points) -> Points:
        across = np.hypot(p[0] - center[0], p[2] - center[2]) - radius + rounding
        up = np.abs(p[1] - center[1]) - height / 2 + rounding
        return np.hypot(np.maximum(across, 0), np.maximum(up, 0)) + np.minimum(np.maximum(across, up), 0) - rounding

    return Solid(distance, *bounds(center, (radius, height / 2, radius)), material)


def rod(start: Vector, end: Vector, radius: float, taper: float, material: Material) -> Solid:
    """A round bar from `start` to `end` whose radius changes from `radius` to `radius * taper`."""
    start, axis = to_vector(start), to_vector(np.subtract(end, start))
    length2 = sum(part * part for part in axis)

    def distance(p: Points) -> Points:
        x, y, z = p[0] - start[0], p[1] - start[1], p[2] - start[2]
        along = np.clip((x * axis[0] + y * axis[1] + z * axis[2]) / length2, 0, 1)
        off = hypot3(x - along * axis[0], y - along * axis[1], z - along * axis[2])
        return off - radius * (1 + (taper - 1) * along)

    widest = radius * max(1.0, taper)
    low, high = np.minimum(start, end) - widest, np.maximum(start, end) + widest
    return Solid(distance, to_vector(low), to_vector(high), material)


def ball(center: Vector, radii: Vector, material: Material) -> Solid:
    """An ellipsoid (the distance is a first-order estimate)."""
    center, radii = to_vector(center), to_vector(radii)

    def distance(p: Points) -> Points:
        x, y, z = ((p[i] - center[i]) / radii[i] for i in range(3))
        value = hypot3(x, y, z)
        slope = hypot3(x / radii[0], y / radii[1], z / radii[2])
        return value * (value - 1) / np.maximum(slope, 1e-6)

    return Solid(distance, *bounds(center, radii), material)


def lathe(
    center: Vector,
    profile: Sequence[tuple[float, float]],
    wall: float,
    material: Material,
    ribs: tuple[int, float] = (0, 0),
) -> Solid:
    """A thin shell turned about the y axis: `profile` is (radius, height) points above `center`, `wall` its thickness.

    `ribs` (count, depth) flutes the surface. Distances come from a table over (radius, height), so a long profile is
    as cheap as a short one.
    """
    curve = _smooth_curve(np.asarray(profile, np.float64))
    reach, bottom, top = (float(v) for v in (curve[:, 0].max() + 0.1, curve[:, 1].min() - 0.1, curve[:, 1].max() + 0.1))
    step = max(reach, top - bottom) / 360
    radii, heights = np.arange(0, reach + 2 * step, step), np.arange(bottom, top + 2 * step, step)
    table = _table_distances(curve, radii, heights)

    def distance(p: Points) -> Points:
        x, y, z = p[0] - center[0], p[1] - center[1], p[2] - center[2]
        radius = np.hypot(x, z)
        if ribs[0]:
            radius = radius + ribs[1] * np.cos(ribs[0] * np.arctan2(z, x))
        column = np.clip(radius / step, 0, len(radii) - 1.001)
        row = np.clip((y - bottom) / step, 0, len(heights) - 1.001)
        c, r = column.astype(np.int32), row.astype(np.int32)
        fc, fr = (column - c).astype(np.float32), (row - r).astype(np.float32)
        low = table[r, c] * (1 - fc) + table[r, c + 1] * fc
        high = table[r + 1, c] * (1 - fc) + table[r + 1, c + 1] * fc
        return ((low * (1 - fr) + high * fr - wall) * (0.8 if ribs[0] else 1.0)).astype(np.float32)

    extent = float(curve[:, 0].max()) + wall + ribs[1]
    low = (center[0] - extent, center[1] + float(curve[:, 1].min()) - wall, center[2] - extent)
    high = (center[0] + extent, center[1] + float(curve[:, 1].max()) + wall, center[2] + extent)
    return Solid(distance, low, high, material)


def _smooth_curve(points: NDArray[np.float64], steps: int = 12) -> NDArray[np.float64]:
    """A Catmull-Rom curve through the points."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(padded[:-3], padded[1:-2], padded[2:-1], padded[3:], strict=True):
        parts.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    curve = np.vstack([*parts, points[-1:]])
    curve[:, 0] = np.maximum(curve[:, 0], 0)
    return curve


def _table_distances(curve: NDArray[np.float64], radii: NDArray[np.float64], heights: NDArray[np.float64]) -> Points:
    grid_r, grid_h = np.meshgrid(radii, heights)
    best = np.full(grid_r.shape, np.inf)
    for (r0, h0), (r1, h1) in pairwise(curve):
        dr, dh = r1 - r0, h1 - h0
        along = np.clip(((grid_r - r0) * dr + (grid_h - h0) * dh) / max(dr * dr + dh * dh, 1e-12), 0, 1)
        best = np.minimum(best, (grid_r - r0 - along * dr) ** 2 + (grid_h - h0 - along * dh) ** 2)
    return np.sqrt(best).astype(np.float32)


def carve(solid: Solid, tool: Solid) -> Solid:
    """`solid` with `tool` cut out of it."""
    return solid._replace(distance=lambda p: np.maximum(solid.distance(p), -tool.distance(p)))
