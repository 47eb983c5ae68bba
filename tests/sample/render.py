"""A small renderer: sphere tracing of solids in front of a floor and walls, one sun, sky light, soft shadows.

Light is computed in linear RGB and tone-mapped at the end. Everything is float32 numpy on (3, N) arrays in tiles that
fit the processor's cache. Edges are sampled again for smoothness. The soft shadow is the usual estimate from the
closest miss on the way to the light; contact darkening from four distances along the normal.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from noise import Rgb, band_noise, smoothstep
from numpy.typing import NDArray
from shapes import Color, Group, Material, Points, Vector, to_vector

FAR_METRES = 60.0
HIT_METRES = 0.0008
TILE_RAYS = 40_000
LAMP_SOFTNESS = 14.0  # of a bulb's shadow edges; smaller is softer
METAL_GLOSS = 0.3  # from this mirror share on, reflections take the surface's colour
ROOM = Group(())  # the world's own axes
Window = Callable[[Points], Points]  # share of the sun that reaches a point, before the solids' shadows


class Plane(NamedTuple):
    """An endless flat surface: points where p[axis] == at; `facing` is the normal's sign."""

    axis: int
    at: float
    facing: float
    material: Material


class Light(NamedTuple):
    """The sun (or studio lamp) and what comes from everywhere else; colours are linear RGB."""

    toward: Vector
    sun: Vector
    sky: Vector
    bounce: Vector
    softness: float = 9.0  # smaller is softer
    window: Window | None = None
    lamp: tuple[Vector, Vector] | None = None  # place and colour of a bulb


class Camera(NamedTuple):
    at: Vector
    look: Vector
    field: float  # vertical field of view in degrees
    shift: float = 0.0  # vertical shift of the picture as a share of its height, keeping uprights upright


class Scene(NamedTuple):
    groups: tuple[Group, ...]
    planes: tuple[Plane, ...]
    light: Light
    camera: Camera
    exposure: float = 1.0
    haze: float = 0.0  # strength of bloom around bright parts


enclose = cache(Group.enclose)


def measure(groups: tuple[Group, ...], p: Points, near: Points | float = 0.06) -> Points:
    """Distance to the nearest solid; farther than `near` from a group's box, the distance to the box stands in."""
    best = np.full(p.shape[1], FAR_METRES, np.float32)
    for group in groups:
        low, high = enclose(group)
        distance = np.sqrt(sum(np.maximum(np.maximum(low[i] - p[i], p[i] - high[i]), 0) ** 2 for i in range(3)))
        close = np.flatnonzero(distance < near)
        if close.size:
            exact, outside = group.measure(p[:, close]), distance[close]
            distance[close] = np.where(outside > 0, np.maximum(exact, outside), exact)
        best = np.minimum(best, distance)
    return best


def clip_rays(groups: tuple[Group, ...], origin: Points, ray: Points) -> tuple[Points, Points]:
    """Where each ray enters and leaves the box around all solids; entry > exit means it misses."""
    corners = [enclose(group) for group in groups]
    low = to_vector(np.min([c[0] for c in corners], axis=0) - 0.01)
    high = to_vector(np.max([c[1] for c in corners], axis=0) + 0.01)
    enter, leave = np.zeros(ray.shape[1], np.float32), np.full(ray.shape[1], FAR_METRES, np.float32)
    for axis in range(3):
        inverse = 1 / np.where(np.abs(ray[axis]) < 1e-7, 1e-7, ray[axis])
        a, b = (low[axis] - origin[axis]) * inverse, (high[axis] - origin[axis]) * inverse
        enter, leave = np.maximum(enter, np.minimum(a, b)), np.minimum(leave, np.maximum(a, b))
    return enter.astype(np.float32), leave.astype(np.float32)


def march(groups: tuple[Group, ...], origin: Points, ray: Points, limit: Points) -> Points:
    """Distance to the first solid along each ray, FAR_METRES where none comes before `limit`."""
    enter, leave = clip_rays(groups, origin, ray)
    leave = np.minimum(leave, limit)
    found = np.full(ray.shape[1], FAR_METRES, np.float32)
    live = np.flatnonzero(enter < leave)
    at = enter[live]
    for _ in range(110):
        if not live.size:
            break
        step = measure(groups, origin[:, live] + ray[:, live] * at)
        hit = step < HIT_METRES
        found[live[hit]] = at[hit]
        at = at + step * 0.95
        keep = ~hit & (at < leave[live])
        live, at = live[keep], at[keep]
    return found


def cast_shadow(groups: tuple[Group, ...], p: Points, toward: Points, softness: float) -> Points:
    """Share of a light in direction `toward` that reaches each point (0 to 1)."""
    enter, leave = clip_rays(groups, p, toward)
    share = np.ones(p.shape[1], np.float32)
    live = np.flatnonzero(enter < leave)
    at = np.maximum(enter[live], 0.004)
    for _ in range(60):
        if not live.size:
            break
        gap = measure(groups, p[:, live] + toward[:, live] * at, at / softness + 0.01)
        share[live] = np.minimum(share[live], softness * gap / at + 0.02)
        at = at + np.clip(gap, 0.008, 0.35)
        keep = (share[live] > 0.02) & (at < leave[live])
        live, at = live[keep], at[keep]
    return smoothstep(0.0, 1.0, share)


def find_occlusion(scene: Scene, p: Points, n: Points) -> Points:
    """How open the surroundings are: 1 in the open, towards 0 in a corner."""
    closed = np.zeros(p.shape[1], np.float32)
    weight = 1.0
    for reach in (0.02, 0.07, 0.16, 0.36):
        probe = p + n * np.float32(reach)
        gap = measure(scene.groups, probe, reach)
        for plane in scene.planes:
            gap = np.minimum(gap, (probe[plane.axis] - plane.at) * plane.facing)
        closed += weight * np.clip(reach - gap, 0, reach) / reach
        weight *= 0.68
    return np.clip(1 - 0.48 * closed, 0.06, 1).astype(np.float32)


def find_normals(groups: tuple[Group, ...], p: Points) -> Points:
    normal = np.zeros_like(p)
    for corner in ((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)):
        offset = np.asarray(corner, np.float32)[:, None]
        normal += offset * measure(groups, p + offset * np.float32(0.0007))
    return normal / np.maximum(np.linalg.norm(normal, axis=0), 1e-9)


def reflect_studio(ray: Points, rough: Points, light: Light) -> Color:
    """What a mirror would show: a tall window on the left, a strip of light above, the room's tones elsewhere."""
    soft = 0.05 + 0.6 * rough
    up = ray[1] * 0.5 + 0.5
    sky, bounce = np.asarray(light.sky, np.float32)[:, None], np.asarray(light.bounce, np.float32)[:, None]
    room = bounce * (1 - up) + sky * up
    edge_x = np.clip((0.34 - np.abs(ray[0] + 0.62)) / soft + 0.5, 0, 1)
    edge_y = np.clip((0.42 - np.abs(ray[1] - 0.42)) / soft + 0.5, 0, 1)
    bar = np.clip((np.abs(ray[0] + 0.62) - 0.02) / soft + 0.5, 0, 1)
    strip = np.clip((ray[1] - 0.9) / soft + 0.5, 0, 1)
    panes = (edge_x * edge_y * bar * (ray[2] > -0.2) * 3.0 + strip * 1.2) / (1 + 5 * rough)
    return (room + panes * np.asarray(light.sun, np.float32)[:, None] * 0.45).astype(np.float32)


class Surface(NamedTuple):
    """What the rays met; rays that met nothing carry `met` 0."""

    at: Points
    normal: Points
    color: Color
    gloss: Points
    rough: Points
    glow: Points
    label: NDArray[np.int32]


def meet(scene: Scene, origin: Points, ray: Points) -> Surface:
    """First surface on each ray, with its colour."""
    count = ray.shape[1]
    best = np.full(count, FAR_METRES, np.float32)
    label = np.full(count, -1, np.int32)
    for index, plane in enumerate(scene.planes):
        slope = ray[plane.axis]
        safe = np.where(np.abs(slope) < 1e-7, 1e-7, slope)
        along = (plane.at - origin[plane.axis]) / safe
        nearer = (slope * plane.facing < 0) & (along > 1e-4) & (along < best)
        best, label = np.where(nearer, along, best).astype(np.float32), np.where(nearer, index, label)
    if scene.groups:
        solid = march(scene.groups, origin, ray, best)
        label = np.where(solid < best, 1000, label).astype(np.int32)
        best = np.minimum(best, solid)
    at = origin + ray * best
    return _colour(scene, at, label)


def _colour(scene: Scene, at: Points, label: NDArray[np.int32]) -> Surface:
    count = at.shape[1]
    normal, color = np.zeros_like(at), np.zeros_like(at)
    gloss, rough, glow = (np.zeros(count, np.float32) for _ in range(3))

    def apply(material: Material, where: NDArray[np.intp], group: Group = ROOM) -> None:
        color[:, where] = material.paint(group.localise(at[:, where]), group.rotate(normal[:, where]))
        gloss[where], rough[where], glow[where] = material.gloss, material.rough, material.glow

    for index, plane in enumerate(scene.planes):
        where = np.flatnonzero(label == index)
        normal[plane.axis, where] = plane.facing
        apply(plane.material, where)
    hit = np.flatnonzero(label == 1000)
    if hit.size:
        normal[:, hit] = find_normals(scene.groups, at[:, hit])
        _colour_solids(scene.groups, at, label, hit, apply)
    return Surface(at, normal, color, gloss, rough, glow, label)


def _colour_solids(
    groups: tuple[Group, ...],
    at: Points,
    label: NDArray[np.int32],
    hit: NDArray[np.intp],
    apply: Callable[[Material, NDArray[np.intp], Group], None],
) -> None:
    """Finds which solid each point lies on, labels it 1000 + its number, and applies its material."""
    owners, distances = [], []
    for group in groups:
        local = group.localise(at[:, hit])
        owners += [(group, solid) for solid in group.solids]
        distances += [solid.distance(local) for solid in group.solids]
    nearest = np.argmin(distances, axis=0)
    label[hit] += nearest.astype(np.int32)
    for index in np.unique(nearest):
        group, solid = owners[index]
        apply(solid.material, hit[nearest == index], group)


def shade(scene: Scene, origin: Points, ray: Points, mirrors: int = 1) -> tuple[Color, NDArray[np.int32], Points]:
    """Light that comes back along each ray, the label of what was met, and its normal."""
    surface = meet(scene, origin, ray)
    light, n = scene.light, surface.normal
    above = surface.at + n * np.float32(0.003)
    toward = np.asarray(light.toward, np.float32)
    toward = (toward / np.linalg.norm(toward))[:, None]
    facing = np.clip((n * toward).sum(axis=0), 0, 1)
    direct = facing * (light.window(above) if light.window else 1.0)
    lit = np.flatnonzero(direct > 0.004)
    if lit.size and scene.groups:
        direct[lit] *= cast_shadow(scene.groups, above[:, lit], np.repeat(toward, lit.size, 1), light.softness)
    open_share = find_occlusion(scene, surface.at, n)
    up = (n[1] * 0.5 + 0.5) * open_share
    sky, bounce, sun = (np.asarray(c, np.float32)[:, None] for c in (light.sky, light.bounce, light.sun))
    around = sky * up + bounce * (open_share - up) * (0.6 + 0.4 * open_share)
    arriving = sun * direct + around + _lamp_light(scene, above, n)
    color = surface.color * (arriving + surface.glow)

    view = -(n * ray).sum(axis=0)
    fresnel = surface.gloss + (1 - surface.gloss) * np.clip(1 - view, 0, 1) ** 5 * (1 - surface.rough) * 0.6
    mirror = ray + 2 * view * n
    shown = reflect_studio(mirror, surface.rough, light)
    if mirrors:
        polished = np.flatnonzero((surface.rough < 0.2) & (surface.label >= 0))
        if polished.size:
            seen, label, _ = shade(scene, above[:, polished], mirror[:, polished], 0)
            shown[:, polished] = np.where(label >= 0, seen, shown[:, polished])
    metal = np.where(surface.gloss > METAL_GLOSS, surface.color / np.maximum(surface.color.max(axis=0), 1e-6), 1)
    half = toward - ray
    half = half / np.maximum(np.linalg.norm(half, axis=0), 1e-6)
    sharp = 2 / np.maximum(surface.rough, 0.06) ** 3
    spark = np.clip((n * half).sum(axis=0), 0, 1) ** sharp * direct * surface.gloss * (2 + sharp * 0.06)
    color = color * (1 - fresnel) + shown * metal * fresnel * (0.3 + 0.7 * open_share) + sun * spark
    return np.where(surface.label >= 0, color, 0).astype(np.float32), surface.label, n


def _lamp_light(scene: Scene, p: Points, n: Points) -> Color:
    if scene.light.lamp is None:
        return np.zeros_like(p)
    place, color = (np.asarray(v, np.float32)[:, None] for v in scene.light.lamp)
    ray = place - p
    distance = np.maximum(np.linalg.norm(ray, axis=0), 0.05)
    ray = ray / distance
    strength = np.clip((n * ray).sum(axis=0), 0, 1) / (distance**2 + 0.05)
    lit = np.flatnonzero(strength > 0.002)
    if lit.size:
        strength[lit] *= _unblocked(scene, p[:, lit], ray[:, lit], distance[lit])
    return color * strength


def _unblocked(scene: Scene, p: Points, ray: Points, distance: Points) -> Points:
    """Soft visibility of a bulb: solids behind the bulb do not count."""
    share = np.ones(p.shape[1], np.float32)
    live = np.arange(p.shape[1])
    at = np.full(p.shape[1], 0.01, np.float32)
    for _ in range(90):
        if not live.size:
            break
        gap = measure(scene.groups, p[:, live] + ray[:, live] * at, at / LAMP_SOFTNESS + 0.01)
        share[live] = np.minimum(share[live], LAMP_SOFTNESS * gap / at)
        at = at + np.clip(0.9 * gap, 0.004, 0.3)
        keep = (share[live] > 0.01) & (at < distance[live] - 0.07)
        live, at = live[keep], at[keep]
    return smoothstep(0.0, 1.0, share)


def aim(camera: Camera, width: int, height: int, x: Points, y: Points) -> Points:
    """Unit rays through pixel coordinates (pixel centres at .5)."""
    forward = np.subtract(camera.look, camera.at)
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, (0.0, 1.0, 0.0))
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    scale = np.tan(np.radians(camera.field) / 2)
    u = (2 * x - width) / height * scale
    v = (1 - 2 * y / height + 2 * camera.shift) * scale
    ray = forward[:, None] + right[:, None] * u + up[:, None] * v
    return (ray / np.linalg.norm(ray, axis=0)).astype(np.float32)


def render(scene: Scene, width: int, height: int) -> Rgb:
    """The picture, (height, width, 3), 0 to 1, display-encoded."""
    y, x = (a.ravel().astype(np.float32) + 0.5 for a in np.indices((height, width)))
    color, label, normal = trace(scene, width, height, x, y)
    edges = np.flatnonzero(_find_edges(label.reshape(height, width), normal.reshape(3, height, width)).ravel())
    total = color[:, edges]
    for dx, dy in ((-0.375, -0.125), (0.125, -0.375), (0.375, 0.125), (-0.125, 0.375)):
        again, _, _ = trace(scene, width, height, x[edges] + dx, y[edges] + dy)
        total = total + np.minimum(again, 1.5)
    color[:, edges] = total / 5
    image = np.moveaxis(color.reshape(3, height, width), 0, 2) * scene.exposure
    return develop(image, scene.haze)


def trace(scene: Scene, width: int, height: int, x: Points, y: Points) -> tuple[Color, NDArray[np.int32], Points]:
    origin = np.asarray(scene.camera.at, np.float32)[:, None]
    parts = []
    for start in range(0, x.size, TILE_RAYS):
        ray = aim(scene.camera, width, height, x[start : start + TILE_RAYS], y[start : start + TILE_RAYS])
        parts.append(shade(scene, np.repeat(origin, ray.shape[1], 1), ray))
    colors, labels, normals = zip(*parts, strict=True)
    return np.concatenate(colors, axis=1), np.concatenate(labels), np.concatenate(normals, axis=1)


def _find_edges(label: NDArray[np.int32], normal: Points) -> NDArray[np.bool_]:
    edge = np.zeros(label.shape, bool)
    for axis in (0, 1):
        change = np.diff(label, axis=axis) != 0
        change |= (np.diff(normal, axis=axis + 1) ** 2).sum(axis=0) > 0.08
        pad = [(0, 0), (0, 0)]
        pad[axis] = (0, 1)
        edge |= np.pad(change, pad)
        pad[axis] = (1, 0)
        edge |= np.pad(change, pad)
    return edge


def _blur(image: Rgb, reach: float) -> Rgb:
    """The image blurred over about `reach` pixels, on a dark surround so that nothing wraps round the edges."""
    height, width = image.shape[:2]
    margin = int(reach)
    wide = np.pad(image, ((0, margin), (0, margin), (0, 0)))
    fy, fx = np.fft.fftfreq(wide.shape[0])[:, None], np.fft.rfftfreq(wide.shape[1])[None, :]
    kernel = np.exp(-((np.hypot(fy, fx) * reach) ** 2))
    layers = [np.fft.irfft2(np.fft.rfft2(wide[..., i]) * kernel, s=wide.shape[:2]) for i in range(3)]
    return np.stack(layers, axis=2)[:height, :width].astype(np.float32)


def develop(image: Rgb, haze: float) -> Rgb:
    """Bloom, a filmic curve, display encoding, a little vignette and grain."""
    height, width = image.shape[:2]
    if haze:
        image = image + haze * _blur(np.clip(image - 0.9, 0, 3), height / 7)
    curve = image * (2.51 * image + 0.03) / (image * (2.43 * image + 0.59) + 0.14)
    encoded = np.clip(curve, 0, 1) ** (1 / 2.2)
    rows, columns = np.indices((height, width), dtype=np.float32)
    off = ((rows / height - 0.5) ** 2 + (columns / width - 0.5) ** 2)[..., None]
    grain = band_noise((height, width), 5, height / 3)[..., None] * 0.004
    return np.clip(encoded * (1 - 0.16 * off) + grain, 0, 1).astype(np.float32)
