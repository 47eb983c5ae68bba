"""Pictures of furniture in six styles of presentation, for measuring retrieval by style.

The same objects in every style, each in colours of its own: what two pictures of one style share is how they are made.
Everything is computed from seeds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "sample"))

import furniture
from finishes import oak_floor, plain, plaster
from materials import MATERIALS, paint_material
from noise import Rgb
from numpy.typing import NDArray
from render import Camera, Light, Scene, _find_edges, render, trace
from scenes import floor, wall
from shapes import Group, Points

SIDE_PIXELS = 224
_RENDER_PIXELS = 176
Make = Callable[[str, str], Group]  # two colour codes -> the object


class _Object:
    """An object and the camera distance and height at which it fills the picture."""

    def __init__(self, make: Make, tall: float, wide: float) -> None:
        self.make, self.tall, self.reach = make, tall, max(tall, wide)


OBJECTS: dict[str, _Object] = {
    "vase": _Object(lambda a, b: furniture.vase(plain(a, 0.05, 0.26), (30, 0.0022)), 0.46, 0.3),
    "bottle": _Object(lambda a, b: furniture.bottle(plain(a, 0.05, 0.26)), 0.3, 0.14),
    "bowl": _Object(lambda a, b: furniture.bowl(plain(a, 0.05, 0.26)), 0.12, 0.4),
    "side table": _Object(lambda a, b: furniture.side_table(plain(a), plain(b)), 0.48, 0.5),
    "chair": _Object(lambda a, b: furniture.chair(plain(a), plain(b)), 0.8, 0.5),
    "armchair": _Object(lambda a, b: furniture.armchair(plain(a), plain(b, 0.01, 0.95)), 0.9, 0.8),
    "sideboard": _Object(lambda a, b: furniture.sideboard(plain(a), plain(b), 1.2, 0.74, 0.05), 0.74, 1.3),
    "table": _Object(lambda a, b: furniture.dining_table(plain(a), plain(b)), 0.74, 2.2),
    "lamp": _Object(lambda a, b: furniture.floor_lamp(plain(a, 0.02, 0.8, 0.2), plain(b, 0.5, 0.25)), 1.5, 0.5),
}


def _draw_codes(rng: np.random.Generator, count: int, low: float, high: float) -> list[str]:
    return ["#" + "".join(f"{int(255 * value):02x}" for value in rng.uniform(low, high, 3)) for _ in range(count)]


def _set_up(name: str, rng: np.random.Generator) -> tuple[Group, Camera]:
    thing = OBJECTS[name]
    group = furniture.turned(thing.make(*_draw_codes(rng, 2, 0.12, 0.9)), float(rng.uniform(-0.6, 0.6)))
    back = thing.reach * float(rng.uniform(2.9, 3.5))
    camera = Camera((0.0, thing.tall * 0.55 + back * 0.22, back), (0.0, thing.tall * 0.48, 0.0), 26)
    return group, camera


def _finish(picture: Rgb) -> Image.Image:
    image = Image.fromarray(np.uint8(np.clip(picture, 0, 1) * 255))
    return image.resize((SIDE_PIXELS, SIDE_PIXELS), Image.Resampling.BICUBIC)


def studio_photograph(name: str, rng: np.random.Generator) -> Image.Image:
    """The object alone on white paper under one soft lamp."""
    group, camera = _set_up(name, rng)
    light = Light((-0.6, 0.85, 0.6), (2.4, 2.3, 2.2), (0.85, 0.86, 0.88), (0.6, 0.6, 0.6), 5)
    paper = plain("#fbfbfb", 0.01, 0.95)
    behind = -OBJECTS[name].reach * 2
    return _finish(
        render(Scene((group,), (floor(paper), wall(paper, behind)), light, camera, 1.1), *(_RENDER_PIXELS,) * 2)
    )


def moody_photograph(name: str, rng: np.random.Generator) -> Image.Image:
    """The object before a dark wall in a narrow hard light."""
    group, camera = _set_up(name, rng)
    dark = plain(_draw_codes(rng, 1, 0.06, 0.2)[0], 0.02, 0.8)
    light = Light((0.9, 0.5, 0.25), (1.7, 1.5, 1.2), (0.05, 0.06, 0.08), (0.03, 0.03, 0.03), 14)
    behind = -OBJECTS[name].reach * 0.9
    return _finish(
        render(Scene((group,), (floor(dark), wall(dark, behind)), light, camera, 0.8), *(_RENDER_PIXELS,) * 2)
    )


def room_scene(name: str, rng: np.random.Generator) -> Image.Image:
    """The object in a furnished room by daylight, small in the picture."""
    group, camera = _set_up(name, rng)
    codes = _draw_codes(rng, 6, 0.35, 0.85)
    stand = 0.0 if OBJECTS[name].reach > 0.45 else 0.745
    groups = [furniture.move(group, 0, stand, 0)]
    if stand:
        groups.append(furniture.dining_table(plain(codes[0]), plain(codes[0])))
    around = [
        furniture.sofa(plain(codes[1], 0.01, 0.95), float(rng.uniform(1.5, 2.3))),
        furniture.floor_lamp(plain(codes[2], 0.02, 0.8, 0.2), plain(codes[3])),
        furniture.vase(plain(codes[4])),
        furniture.turned(furniture.armchair(plain(codes[3]), plain(codes[5])), float(rng.uniform(-0.8, 0.8))),
        furniture.picture(float(rng.uniform(0.4, 1.2)), 0.9, plain(codes[3])),
    ]
    places = [(0.0, 0.0, -1.35), (1.4, 0.0, -1.2), (-1.5, 0.0, -0.9), (1.3, 0.0, -0.6), (-0.4, 1.5, -2.0)]
    for index in rng.permutation(len(around))[:3]:
        x, y, z = places[index]
        groups.append(furniture.move(around[index], x + float(rng.uniform(-0.3, 0.3)), y, z))
    light = Light((-0.7, 0.6, 0.6), (2.4, 2.1, 1.7), (0.6, 0.62, 0.66), (0.45, 0.4, 0.33), 8)
    camera = Camera((float(rng.uniform(-0.5, 0.5)), 1.35, 4.4), (0.0, 0.45 + stand / 2 + OBJECTS[name].tall / 4, 0), 34)
    planes = (floor(oak_floor()), wall(plaster(_draw_codes(rng, 1, 0.55, 0.9)[0]), -2.0))
    return _finish(render(Scene(tuple(groups), planes, light, camera, 0.9), *(_RENDER_PIXELS,) * 2))


@cache
def _trace_outline(name: str, seed: int) -> tuple[NDArray[np.int32], Points, NDArray[np.bool_]]:
    """Which part each pixel shows (below 1000: none), its normal (3, height, width), and where the edges run."""
    group, camera = _set_up(name, np.random.default_rng(seed))
    light = Light((-0.6, 0.85, 0.6), (1, 1, 1), (1, 1, 1), (1, 1, 1))
    scene = Scene((group,), (floor(plain("#ffffff")),), light, camera)
    side = _RENDER_PIXELS * 2
    y, x = (axis.ravel().astype(np.float32) + 0.5 for axis in np.indices((side, side)))
    _, label, normal = trace(scene, side, side, x, y)
    parts, normals = label.reshape(side, side), normal.reshape(3, side, side)
    parts = np.where(parts < 1000, 0, parts)
    normals = np.where(parts, normals, 0).astype(np.float32)
    return parts, normals, _find_edges(parts, normals)


def line_drawing(name: str, rng: np.random.Generator) -> Image.Image:
    """Ink outlines and dimension lines on paper."""
    parts, _, edges = _trace_outline(name, int(rng.integers(1000)))
    ink = int(rng.integers(0, 90))
    image = Image.fromarray(np.where(edges, ink, 255).astype(np.uint8))
    if rng.random() < 0.5:
        image = image.filter(ImageFilter.MinFilter(3))
    draw = ImageDraw.Draw(image)
    rows, columns = np.nonzero(parts)
    low, high, bottom = int(columns.min()), int(columns.max()), min(len(edges) - 10, int(rows.max()) + 14)
    draw.line((low, bottom, high, bottom), fill=ink)
    for x in (low, high):
        draw.line((x, bottom - 5, x, bottom + 5), fill=ink)
    draw.text(((low + high) / 2, bottom - 12), f"{int(rng.integers(20, 240))} cm", fill=ink)
    return image.convert("RGB").resize((SIDE_PIXELS, SIDE_PIXELS), Image.Resampling.BOX)


def flat_illustration(name: str, rng: np.random.Generator) -> Image.Image:
    """Even areas of a few colours, without lines, light or texture."""
    parts, normals, _ = _trace_outline(name, int(rng.integers(1000)))
    ground, *tones = rng.uniform(0.1, 1.0, (5, 3))
    out = np.broadcast_to(ground, (*parts.shape, 3)).copy()
    out[int(len(out) * rng.uniform(0.55, 0.75)) :] = ground * 0.85
    facing = (normals[1] > 0.5).astype(int)
    for part in np.unique(parts[parts > 0]):
        here = parts == part
        out[here] = np.asarray(tones)[(int(part) % 2) * 2 + facing[here]]
    return _finish(out.astype(np.float32))


def swatch_grid(name: str, rng: np.random.Generator) -> Image.Image:
    """Samples in rows and columns on paper, as on a finishes page; `name` only seeds what they are."""
    rows, columns = int(rng.integers(2, 5)), int(rng.integers(2, 5))
    page = Image.new("RGB", (SIDE_PIXELS, SIDE_PIXELS), tuple(int(v) for v in rng.integers(225, 256, 3)))
    draw = ImageDraw.Draw(page)
    width, height = SIDE_PIXELS // columns, SIDE_PIXELS // rows
    names = list(MATERIALS)
    for place in range(rows * columns):
        seed = int(rng.integers(12))
        sample = paint_material(names[int(rng.integers(len(names)))], seed)
        left, top = place % columns * width, place // columns * height
        page.paste(sample.resize((width - 10, height - 18)), (left + 5, top + 5))
        draw.rectangle((left + 5, top + height - 10, left + width // 2, top + height - 8), fill=(90, 90, 90))
    return page


STYLES: dict[str, Callable[[str, np.random.Generator], Image.Image]] = {
    "studio": studio_photograph,
    "moody": moody_photograph,
    "room": room_scene,
    "line drawing": line_drawing,
    "flat": flat_illustration,
    "swatches": swatch_grid,
}


def paint_style(style: str, name: str, seed: int) -> Image.Image:
    """SIDE_PIXELS square: the object `name` in `style`; KeyError where there is no such style or object."""
    number = [*STYLES].index(style) * len(OBJECTS) + [*OBJECTS].index(name)
    return STYLES[style](name, np.random.default_rng([seed, number]))
