"""Pictures of materials for measuring retrieval: thirteen classes, rendered, each in any colours and light.

A class is what something is made of; the same class comes with any seed, scale, light and pair of colours. Everything
is computed from seeds: the same call gives the same picture.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "sample"))

import textures
from noise import Field, Rgb, band_noise, make_noise, normalise, shade_relief, smoothstep

SIDE_PIXELS = 256
_FIELD_PIXELS = 352  # rendered; a picture shows 60 to 100 % of its side
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
Lightness = Callable[[int, int], Field]  # (side in pixels, seed) -> lightness, any range


def _shipped(*names: str) -> Lightness:
    """Lightness of the sample catalog's textures; where a material has several, the seed chooses."""
    return lambda side, seed: getattr(textures, names[seed % len(names)])((side, side), seed) @ _LUMA


def brushed_metal(side: int, seed: int) -> Field:
    """Long hairlines along x and a broad sheen across."""
    hair = make_noise((side, side), seed, 0.45, (0.5, 60)) + 0.6 * make_noise((side, side), seed + 1, 0.9, (0.5, 30))
    return 0.5 + 0.05 * hair + 0.09 * make_noise((side, side), seed + 2, 2.2, (3, 0.6))


def leather(side: int, seed: int) -> Field:
    """Pebbled grain: cells around random points, dark in the creases between them."""
    rng = np.random.default_rng(seed)
    pitch = 11
    count = side // pitch + 3
    y, x = (np.indices((count, count), dtype=np.float32) - 1 + rng.random((2, count, count))) * pitch
    rows, columns = np.indices((side, side), dtype=np.float32)
    cell_y, cell_x = (rows // pitch).astype(int) + 1, (columns // pitch).astype(int) + 1
    around = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    reach = [np.hypot(rows - y[cell_y + i, cell_x + j], columns - x[cell_y + i, cell_x + j]) for i, j in around]
    nearest, second = np.sort(np.stack(reach), axis=0)[:2]
    height = smoothstep(0, 4.5, second - nearest) * 2 + 0.2 * make_noise((side, side), seed + 1, 0.6)
    return (0.35 + 0.3 * height / 2) * shade_relief(height, 0.25)


def cane(side: int, seed: int) -> Field:
    """Woven strips with the holes between them, as in chair seats."""
    rng = np.random.default_rng(seed)
    pitch = 22.0
    bend = 1.2 * make_noise((side, side), seed, 1.9)
    rows, columns = np.indices((side, side), dtype=np.float32) + bend + np.float32(rng.uniform(0, pitch))
    across = np.abs((columns / pitch) % 1 - 0.5) * 2
    down = np.abs((rows / pitch) % 1 - 0.5) * 2
    slant = np.abs(((rows + columns) / pitch) % 1 - 0.5) * 2
    strips = np.maximum.reduce(
        [smoothstep(0.62, 0.7, across), smoothstep(0.62, 0.7, down), smoothstep(0.7, 0.8, slant)]
    )
    return 0.12 + strips * (0.55 + 0.25 * np.maximum(across, down)) + 0.03 * make_noise((side, side), seed + 3, 0.6)


def corduroy(side: int, seed: int) -> Field:
    """Upright pile ribs."""
    columns = np.indices((side, side), dtype=np.float32)[1] + 1.0 * make_noise((side, side), seed, 1.7, (0.2, 1))
    rib = np.abs(np.sin(np.pi * columns / 9)) ** 0.7
    return (
        0.2 + 0.5 * rib * (1 + 0.12 * make_noise((side, side), seed + 1, 0.4)) + 0.04 * make_noise((side, side), seed)
    )


def concrete(side: int, seed: int) -> Field:
    """Cloudy cement with a few air holes."""
    holes = smoothstep(2.6, 3.0, band_noise((side, side), seed + 1, 22))
    clouds = 0.06 * make_noise((side, side), seed, 1.6) + 0.015 * make_noise((side, side), seed + 2, 0.3)
    return (0.55 + clouds) * (1 - 0.6 * holes) * shade_relief(-holes * 2, 0.15)


MATERIALS: dict[str, Lightness] = {
    "marble": _shipped("white_marble", "green_marble"),
    "travertine": _shipped("travertine"),
    "slate": _shipped("slate"),
    "terrazzo": _shipped("terrazzo"),
    "wood": _shipped("oak", "walnut"),
    "boucle": _shipped("boucle"),
    "linen": _shipped("linen"),
    "brick tile": _shipped("lagoon_tiles"),
    "brushed metal": brushed_metal,
    "leather": leather,
    "cane": cane,
    "corduroy": corduroy,
    "concrete": concrete,
}


@cache
def _render(material: str, seed: int) -> Field:
    return normalise(np.asarray(MATERIALS[material](_FIELD_PIXELS, seed), np.float32))


def draw_colors(seed: int) -> tuple[Rgb, Rgb]:
    """A dark and a light colour of one material, at least a third of the grey scale apart."""
    rng = np.random.default_rng([seed, 77])
    dark = rng.uniform(0.02, 0.55, 3)
    light = np.clip(dark + rng.uniform(0.25, 0.5) + rng.uniform(-0.15, 0.15, 3), 0, 1)
    return dark.astype(np.float32), light.astype(np.float32)


def paint_material(material: str, seed: int, colors: tuple[Rgb, Rgb] | None = None) -> Image.Image:
    """SIDE_PIXELS square: the material of this seed at any scale and quarter turn, in `colors`, lit from a side."""
    rng = np.random.default_rng([seed, 5])
    field = _render(material, seed)
    dark, light = colors or draw_colors(seed)
    share = smoothstep(-2.6, 2.6, field)[..., None]
    picture = dark * (1 - share) + light * share
    rows, columns = np.indices(field.shape, dtype=np.float32) / len(field) - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    lit = 1 + rng.uniform(0, 0.35) * (rows * np.sin(angle) + columns * np.cos(angle))
    picture = np.clip(picture * lit[..., None], 0, 1) ** rng.uniform(0.8, 1.25)
    image = Image.fromarray(np.uint8(picture * 255))
    side = int(rng.uniform(0.6, 1.0) * len(field))
    left, top = (int(value) for value in rng.integers(0, len(field) - side + 1, 2))
    cut = image.resize((SIDE_PIXELS,) * 2, Image.Resampling.LANCZOS, box=(left, top, left + side, top + side))
    return cut.rotate(90 * int(rng.integers(4)))
