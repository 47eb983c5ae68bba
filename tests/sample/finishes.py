"""Materials for the scenes: textures laid on surfaces in world coordinates, and plain colours, in linear light."""

from __future__ import annotations

from functools import cache

import numpy as np
import textures
from noise import Rgb, make_noise, rgb, sample_wrapped
from PIL import Image
from shapes import Color, Material, Paint, Points, paint

DISPLAY_GAMMA = 2.2


def linear(code: str) -> tuple[float, float, float]:
    """'#d8d2c6' in linear light."""
    return tuple(value**DISPLAY_GAMMA for value in rgb(code))


def plain(code: str, gloss: float = 0.03, rough: float = 0.5, glow: float = 0.0) -> Material:
    return Material(paint(linear(code)), gloss, rough, glow)


def lay(
    texture: Rgb,
    metres: float,
    axes: tuple[int, int] | None = None,
    turn: bool = False,
    density: tuple[float, float] | float = 800,
) -> Paint:
    """`texture` (one tile `metres` wide) laid along two axes, or on whichever plane the surface faces most.

    At most `density` pixels a metre (across, down) are kept: about what the camera resolves, so that fine patterns do
    not flicker.
    """
    across_down = density if isinstance(density, tuple) else (density, density)
    scale_u, scale_v = (np.float32(min(texture.shape[1] / metres, limit)) for limit in across_down)
    tall = metres * texture.shape[0] / texture.shape[1]
    size = (round(metres * scale_u), round(tall * scale_v))
    pixels = _thin(np.clip(texture, 0, 1).astype(np.float32) ** DISPLAY_GAMMA, size)

    def look_up(points: Points, across: int, down: int) -> Color:
        u, v = (down, across) if turn else (across, down)
        return np.moveaxis(sample_wrapped(pixels, -points[v] * scale_v, points[u] * scale_u), 1, 0)

    def choose(points: Points, normals: Points) -> Color:
        if axes:
            return look_up(points, *axes)
        main = np.argmax(np.abs(normals), axis=0)
        out = np.empty_like(points)
        for axis, plane in enumerate(((2, 1), (0, 2), (0, 1))):
            where = np.flatnonzero(main == axis)
            out[:, where] = look_up(points[:, where], *plane)
        return out

    return choose


def _thin(pixels: Rgb, size: tuple[int, int]) -> Rgb:
    if pixels.shape[1::-1] == size:
        return pixels
    layers = [Image.fromarray(np.ascontiguousarray(pixels[..., i])) for i in range(3)]
    return np.stack([np.asarray(layer.resize(size, Image.Resampling.BOX), np.float32) for layer in layers], axis=2)


@cache
def oak_floor() -> Material:
    return Material(
        lay(textures.lay_planks((648, 864), 41, textures.WoodTones.OAK, 9, 2), 2.4, (0, 2), density=(240, 85)),
        0.035,
        0.32,
    )


@cache
def wood(species: str, seed: int = 3, turn: bool = False, density: float = 800) -> Material:
    tones = {"oak": textures.WoodTones.OAK, "walnut": textures.WoodTones.WALNUT, "ash": textures.WoodTones.ASH}[species]
    return Material(lay(textures.wood_board((320, 960), seed, tones), 1.5, turn=turn, density=density), 0.035, 0.36)


@cache
def stone(name: str, seed: int = 3, metres: float = 0.9) -> Material:
    polished = name in ("white_marble", "green_marble", "terrazzo")
    texture = getattr(textures, name)((640, 640), seed)
    return Material(lay(texture, metres), 0.05 if polished else 0.025, 0.22 if polished else 0.7)


@cache
def cloth(name: str, metres: float = 0.32, density: float = 800) -> Material:
    return Material(lay(getattr(textures, name)((512, 512), 8), metres, density=density), 0.01, 0.95)


def enamel(outside: str, inside: str) -> Material:
    """A lamp shade: one colour where the surface faces up or out, another where it faces down."""
    out, under = (np.asarray(linear(code), np.float32)[:, None] for code in (outside, inside))
    return Material(lambda points, normals: np.where(normals[1] < -0.06, under, out).astype(np.float32), 0.05, 0.22)


@cache
def wall_tiles(metres: float) -> Material:
    """The blue-green tiles of page 4 on a wall facing z."""
    texture = textures.glazed_tiles((768, 1152), 12, (rgb("#8fc0b8"), rgb("#17555c"), rgb("#d9d4c8")), (96, 288))
    return Material(lay(texture, metres, (0, 1)), 0.05, 0.25)


@cache
def plaster(code: str) -> Material:
    """Trowelled lime plaster on a wall facing z: one colour in soft clouds."""
    clouds = 1 + 0.035 * make_noise((512, 512), 77, 1.5, (1.3, 0.8)) + 0.012 * make_noise((512, 512), 78, 0.6)
    return Material(lay(np.asarray(rgb(code), np.float32) * clouds[..., None], 2.6, (0, 1)), 0.01, 0.95)
