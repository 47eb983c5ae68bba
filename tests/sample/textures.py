"""Procedural materials: stone, wood, cloth and glazed tile, each as an RGB array from a seed.

Every function takes the size in pixels (height, width) and returns (height, width, 3) float32 from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from noise import Field, Rgb, band_noise, make_noise, mix, normalise, rgb, shade_relief, smoothstep, warp
from PIL import Image, ImageDraw, ImageFilter

Size = tuple[int, int]
Texture = Callable[[Size, int], Rgb]


def find_veins(size: Size, seed: int, cycles: float, width: float, wander: float) -> Field:
    """Thin bright lines (0 to 1) along the zero crossings of a bent noise, swelling and fading as veins do."""
    bend_y, bend_x = make_noise(size, seed + 1, 1.9) * wander, make_noise(size, seed + 2, 1.9) * wander
    ridges = np.abs(warp(band_noise(size, seed, cycles, (1.0, 0.62)), bend_y, bend_x))
    presence = smoothstep(-0.6, 1.4, make_noise(size, seed + 3, 1.6))
    line = np.exp(-((ridges / (width * (0.25 + presence))) ** 2))
    return (line * (0.15 + 0.85 * presence)).astype(np.float32)


def white_marble(size: Size, seed: int) -> Rgb:
    clouds = make_noise(size, seed, 1.7, (1.0, 0.7))
    base = mix(rgb("#f1efea"), rgb("#cfcfcd"), smoothstep(-0.6, 2.6, clouds))
    broad = find_veins(size, seed + 10, 2.2, 0.16, 26)
    fine = find_veins(size, seed + 20, 5.5, 0.07, 18)
    color = mix(base, rgb("#8c8d90"), broad * 0.62)
    color = mix(color, rgb("#a79d8d"), fine * 0.42)
    return color + make_noise(size, seed + 5, 0.4)[..., None] * 0.006


def green_marble(size: Size, seed: int) -> Rgb:
    clouds = make_noise(size, seed, 1.5)
    base = mix(rgb("#16302a"), rgb("#3f6355"), smoothstep(-1.4, 2.2, clouds))
    base = mix(base, rgb("#0d1c1a"), smoothstep(0.2, 1.8, make_noise(size, seed + 7, 1.3)) * 0.6)
    color = mix(base, rgb("#dfe7dc"), find_veins(size, seed + 11, 3.2, 0.06, 30) * 0.85)
    color = mix(color, rgb("#93b2a0"), find_veins(size, seed + 21, 8, 0.07, 16) * 0.55)
    return color + make_noise(size, seed + 5, 0.5)[..., None] * 0.008


def travertine(size: Size, seed: int) -> Rgb:
    bend = make_noise(size, seed + 1, 1.9, (1, 0.5)) * 7
    bands = warp(make_noise(size, seed, 1.35, (0.12, 1.6)), bend, bend * 0)
    color = mix(rgb("#c9ae8b"), rgb("#efe2cb"), smoothstep(-1.8, 1.6, bands))
    color = mix(color, rgb("#ad8d68"), smoothstep(0.9, 2.4, -bands) * 0.6)
    pits = warp(band_noise(size, seed + 2, 30, (0.55, 1.7)), bend, bend * 0)
    holes = smoothstep(1.75, 2.25, pits) * smoothstep(-0.4, 0.9, -bands)
    relief = shade_relief(-holes * 3, 0.10)
    grit = make_noise(size, seed + 5, 0.5)[..., None] * 0.012
    return mix(color * relief[..., None], rgb("#7b6248"), holes * 0.75) + grit


def limestone(size: Size, seed: int) -> Rgb:
    color = mix(rgb("#d9cfbd"), rgb("#bfb29c"), smoothstep(-1.5, 2.0, make_noise(size, seed, 1.3)))
    shells = smoothstep(1.5, 2.3, band_noise(size, seed + 1, 26, (1, 0.8)))
    flecks = smoothstep(1.6, 2.4, band_noise(size, seed + 2, 60))
    color = mix(color, rgb("#efe8da"), shells * 0.75)
    color = mix(color, rgb("#8e8069"), flecks * 0.5)
    return color * shade_relief(make_noise(size, seed + 3, 0.7), 0.022)[..., None]


def slate(size: Size, seed: int) -> Rgb:
    layers = make_noise(size, seed, 1.5, (1.5, 0.7))
    ledge = layers * 2.2
    cleft = (np.floor(ledge) + smoothstep(0.72, 1.0, ledge - np.floor(ledge))) / 2.2
    relief = shade_relief(cleft + 0.25 * layers + 0.08 * make_noise(size, seed + 1, 0.6, (1, 0.6)), 0.95)
    color = mix(rgb("#3d4347"), rgb("#565a5c"), smoothstep(-1.5, 1.8, make_noise(size, seed + 2, 1.6)))
    rust = smoothstep(1.1, 2.4, make_noise(size, seed + 3, 1.7))
    return mix(color, rgb("#74614e"), rust * 0.5) * relief[..., None]


CHIPS = tuple(map(rgb, ("#b4553d", "#2f3b40", "#d9a441", "#f6f2ea", "#8a9a8b", "#c98f77", "#5e6f7d")))


def terrazzo(size: Size, seed: int, chips: tuple[tuple[float, float, float], ...] = CHIPS) -> Rgb:
    """Angular stone chips of many sizes set in pale cement; chips are drawn large to small and never overlap much."""
    rng = np.random.default_rng(seed)
    scale = 3
    canvas = Image.new("RGB", (size[1] * scale, size[0] * scale), (233, 227, 216))
    taken = Image.new("L", canvas.size, 0)
    draw, mark = ImageDraw.Draw(canvas), ImageDraw.Draw(taken)
    for radius in np.sort(rng.gamma(1.4, 5.2, 1500) + 2.2)[::-1] * scale:
        x, y = rng.random() * canvas.width, rng.random() * canvas.height
        corners = int(rng.integers(4, 8))
        angles = np.sort(rng.random(corners)) * 2 * np.pi
        reach = radius * (0.65 + 0.5 * rng.random(corners))
        polygon = [(x + r * np.cos(a), y + 0.85 * r * np.sin(a)) for a, r in zip(angles, reach, strict=True)]
        tone = np.asarray(chips[int(rng.integers(len(chips)))]) * (0.9 + 0.18 * rng.random())
        box = (int(x - radius), int(y - radius), int(x + radius) + 1, int(y + radius) + 1)
        if taken.crop(box).getbbox() is None:
            draw.polygon(polygon, fill=tuple(int(255 * min(1.0, c)) for c in tone))
            mark.polygon(polygon, fill=255)
    small = np.asarray(canvas.resize((size[1], size[0]), Image.Resampling.LANCZOS), np.float32) / 255
    return small + make_noise(size, seed + 1, 0.7)[..., None] * 0.014


class WoodTones:
    """Early wood, late wood and pore colours of a species."""

    OAK = (rgb("#d9b88c"), rgb("#b98d5c"), rgb("#8a6339"))
    WALNUT = (rgb("#7d5a41"), rgb("#553827"), rgb("#2f1e15"))
    ASH = (rgb("#e4d3b8"), rgb("#cbb292"), rgb("#a58b68"))


def wood_board(size: Size, seed: int, tones: tuple[tuple[float, ...], ...]) -> Rgb:
    """One flat-sawn board, grain along x: slightly conical growth rings cut by the board's plane, pores, ray flecks."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices(size, dtype=np.float32)
    across = (rows / size[0] - 0.5 - 0.35 * (rng.random() - 0.5)) * 2.0
    along = columns / size[0]
    bend = make_noise(size, seed + 1, 2.0, (1.0, 6.0))
    depth = 0.35 + 0.12 * along * (1 if rng.random() < 0.5 else -1) + 0.10 * bend
    rings = np.hypot(across + 0.04 * bend, depth) * 13 + 0.22 * make_noise(size, seed + 2, 1.2, (0.3, 8))
    phase = rings - np.floor(rings)
    late = smoothstep(0.35, 0.95, phase) * smoothstep(0.0, 0.06, 1 - phase)
    color = mix(tones[0], tones[1], late * 0.8)
    fibre = make_noise(size, seed + 3, 0.55, (0.8, 26))
    pores = smoothstep(1.25, 2.3, band_noise(size, seed + 4, size[0] / 3.2, (0.9, 14))) * (0.35 + 0.65 * (1 - late))
    color = mix(color, tones[2], pores * 0.62) * (1 + 0.045 * fibre)[..., None]
    return color * (0.94 + 0.12 * rng.random())


def lay_planks(size: Size, seed: int, tones: tuple[tuple[float, ...], ...], boards: int, joint: int = 1) -> Rgb:
    """Boards side by side along x with dark joints and staggered ends."""
    rng = np.random.default_rng(seed)
    edges = np.linspace(0, size[0], boards + 1).astype(int)
    rows = []
    for index, (top, bottom) in enumerate(pairwise(edges)):
        end = int((0.15 + 0.7 * rng.random()) * size[1])
        height = bottom - top
        left = wood_board((height, end), seed + 31 * index + 7, tones)
        right = wood_board((height, size[1] - end), seed + 31 * index + 19, tones)
        board = np.concatenate([left, right], axis=1)
        board[:joint] *= 0.45
        board[:, end : end + joint] *= 0.5
        rows.append(board)
    return np.concatenate(rows, axis=0)


def oak(size: Size, seed: int) -> Rgb:
    return lay_planks(size, seed, WoodTones.OAK, 3, 2)


def walnut(size: Size, seed: int) -> Rgb:
    return lay_planks(size, seed, WoodTones.WALNUT, 3, 2)


def boucle(size: Size, seed: int) -> Rgb:
    """Looped yarn: thousands of overlapping little rings, lit from above."""
    rng = np.random.default_rng(seed)
    scale = 2
    canvas = Image.new("L", (size[1] * scale, size[0] * scale), 40)
    draw = ImageDraw.Draw(canvas)
    for _ in range(size[0] * size[1] // 11):
        x, y = rng.random() * canvas.width, rng.random() * canvas.height
        radius, start = (2.6 + 3.6 * rng.random()) * scale, int(rng.integers(360))
        box = (x - radius, y - radius * 0.8, x + radius, y + radius * 0.8)
        draw.arc(box, start, start + 250, fill=int(110 + 145 * rng.random()), width=2 * scale)
    blurred = canvas.filter(ImageFilter.GaussianBlur(1.1 * scale)).resize((size[1], size[0]), Image.Resampling.LANCZOS)
    height = normalise(np.asarray(blurred, np.float32))
    color = mix(rgb("#8f877a"), rgb("#efe8da"), smoothstep(-2.6, 1.3, height))
    return color * shade_relief(height, 0.13)[..., None]


def linen(size: Size, seed: int) -> Rgb:
    """Plain weave: threads over and under, with slubs and uneven dye."""
    pitch = 5.0
    rows, columns = np.indices(size, dtype=np.float32)
    weft_y = rows + 0.5 * make_noise(size, seed, 1.3, (1, 6))
    warp_x = columns + 0.5 * make_noise(size, seed + 1, 1.3, (6, 1))
    over = ((np.floor(weft_y / pitch) + np.floor(warp_x / pitch)) % 2).astype(np.float32)
    round_weft, round_warp = np.abs(np.sin(np.pi * weft_y / pitch)), np.abs(np.sin(np.pi * warp_x / pitch))
    light = over * round_weft**0.6 * (0.55 + 0.45 * round_warp)
    light += (1 - over) * round_warp**0.6 * (0.55 + 0.45 * round_weft) * 0.9
    slub = over * make_noise(size, seed + 2, 0.8, (0.7, 18)) + (1 - over) * make_noise(size, seed + 3, 0.8, (18, 0.7))
    color = mix(rgb("#4f5c62"), rgb("#a9b6ba"), np.clip(light * 0.85 + 0.09 * slub, 0, 1))
    return color * (1 + 0.03 * make_noise(size, seed + 4, 1.6))[..., None]


def glazed_tiles(size: Size, seed: int, tones: tuple[tuple[float, ...], ...], tile: tuple[int, int]) -> Rgb:
    """Hand-made tiles in running bond: `tones` are thin glaze, thick glaze and grout, `tile` (height, width)."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices(size, dtype=np.float32)
    course = np.floor(rows / tile[0])
    shifted = columns + (course % 2) * tile[1] / 2
    column = np.floor(shifted / tile[1])
    lookup = rng.random((64, 64)).astype(np.float32)
    tint = lookup[course.astype(int) % 64, column.astype(int) % 64]
    tilt = lookup[(course.astype(int) + 17) % 64, (column.astype(int) + 29) % 64] - 0.5
    y, x = rows - course * tile[0], shifted - column * tile[1]
    edge = np.minimum(np.minimum(y, tile[0] - y), np.minimum(x, tile[1] - x))
    edge = edge + 0.5 * make_noise(size, seed + 1, 1.7)
    waves = make_noise(size, seed + 2, 2.3) + 0.25 * band_noise(size, seed + 3, size[0] / 60)
    pool = np.clip(0.25 + 0.55 * tint + 0.13 * waves - 0.35 * smoothstep(0, 1, 1 - edge / 7), 0, 1)
    color = mix(tones[0], tones[1], pool.astype(np.float32))
    sheen = np.sin(5.5 * (x + 1.4 * y) / (tile[0] + tile[1]) + 1.1 * waves + 7 * tilt)
    gleam = smoothstep(0.5, 1.0, sheen) * smoothstep(3, 12, edge)
    color = color + (gleam * (0.06 + 0.15 * np.abs(tilt) * 2))[..., None]
    color = color * (0.78 + 0.22 * smoothstep(1.5, 6, edge))[..., None]
    grout = np.asarray(tones[2], np.float32) + make_noise(size, seed + 4, 0.5)[..., None] * 0.02
    return mix(color, grout, smoothstep(2.1, 1.1, edge))


def lagoon_tiles(size: Size, seed: int) -> Rgb:
    return glazed_tiles(size, seed, (rgb("#8fc0b8"), rgb("#17555c"), rgb("#d9d4c8")), (size[0] // 5, size[1] // 2 - 34))


def ember_tiles(size: Size, seed: int) -> Rgb:
    return glazed_tiles(size, seed, (rgb("#dd9a64"), rgb("#8f3a1f"), rgb("#cfc4b3")), (size[0] // 4, size[0] // 4))
