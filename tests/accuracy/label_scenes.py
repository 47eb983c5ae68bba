"""Furniture for the labelled pictures: rooms, and single pieces before paper of any tone, by the sample's renderer."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "sample"))

import numpy as np
import scenes
from finishes import cloth, enamel, oak_floor, plain, plaster, stone, wall_tiles, wood
from furniture import (
    armchair,
    basin,
    bottle,
    bowl,
    chair,
    dining_table,
    floor_lamp,
    move,
    pendant,
    picture,
    rug,
    side_table,
    sideboard,
    sofa,
    tap,
    turned,
    twigs,
    vase,
)  # fmt: skip
from render import Camera, Light, Plane, Scene, render
from shapes import Group, Material

Pixels = np.ndarray

SPECIES = ("oak", "walnut", "ash")
WALLS = ("#c9a88c", "#dcd3c4", "#6d7f86", "#b7c0b0", "#e8e4dc", "#94705c", "#48525a")
GLAZES = ("#b06a3c", "#a9482e", "#7c8b7a", "#e9e1d2", "#30423d", "#3b5f8a", "#c9a441")
PAPERS = {"white": "#ffffff", "grey": "#c9c9c9", "warm": "#e2dacd"}


def _board(rng: np.random.Generator) -> Material:
    return wood(str(rng.choice(SPECIES)), int(rng.integers(3, 6)))


def _cover(rng: np.random.Generator) -> Material:
    return (
        cloth(str(rng.choice(("linen", "boucle")))) if rng.random() < 0.6 else plain(str(rng.choice(GLAZES)), 0.01, 0.9)
    )


def _glaze(rng: np.random.Generator) -> Material:
    return plain(str(rng.choice(GLAZES)), 0.045, 0.28)


def _pieces(rng: np.random.Generator) -> list[tuple[Group, float, float]]:
    """Single pieces: group, height of its middle, extent (metres)."""
    return [
        (vase(_glaze(rng), (30, 0.0022) if rng.random() < 0.5 else (0, 0)), 0.22, 0.5),
        (bottle(_glaze(rng)), 0.15, 0.34),
        (bowl(_glaze(rng)), 0.06, 0.42),
        (side_table(stone("terrazzo", 9, 0.55), _board(rng)), 0.24, 0.62),
        (chair(_board(rng), _cover(rng)), 0.4, 0.95),
        (armchair(_board(rng), _cover(rng)), 0.42, 1.05),
        (sofa(_cover(rng)), 0.36, 2.3),
        (sideboard(_board(rng), stone("white_marble", 4)), 0.37, 2.1),
        (floor_lamp(plain("#e8dfcf", 0.02, 0.8, 0.25), plain("#b98d4f", 0.55, 0.24)), 0.75, 1.75),
        (basin(plain("#f4f2ec", 0.05, 0.22)), 0.07, 0.7),
        (dining_table(_board(rng), _board(rng)), 0.37, 2.5),
    ]


def render_piece(rng: np.random.Generator, paper: str, width: int, height: int) -> Pixels:
    """One piece alone on seamless paper; uint8 (height, width, 3)."""
    pieces = _pieces(rng)
    group, middle, extent = pieces[int(rng.integers(len(pieces)))]
    away = extent / 2 / np.tan(np.radians(9)) * 1.1
    camera = Camera((0.0, middle + 0.25 * extent, away), (0.0, middle, 0), 18)
    scene = scenes.studio((turned(group, float(rng.uniform(-0.7, 0.7))),), PAPERS[paper], camera)
    pixels = _encode(render(scene, width, height))
    return _clear(pixels) if paper == "white" else pixels


def _clear(pixels: Pixels) -> Pixels:
    """Levels pulled up until the paper is white, as retouchers do."""
    ground = np.median(np.concatenate([pixels[0], pixels[:, 0], pixels[:, -1]]), axis=0)
    return np.clip(pixels * (262.0 / np.maximum(ground, 1)), 0, 255).astype(np.uint8)


def render_room(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """Several pieces in a room; uint8 (height, width, 3)."""
    kind = int(rng.integers(4))
    groups, eye, aim, field, back = (_living, _dining, _hall, _bath)[kind](rng)
    tone = plaster(str(rng.choice(WALLS)))
    walls = wall_tiles(1.15) if kind == 3 and rng.random() < 0.5 else tone
    sun = (float(rng.uniform(-0.8, 0.8)), 0.62, 0.55)
    window = scenes.cast_window(sun, back, (-1.4, -0.4), (2.0, 2.6), leaves=int(rng.integers(0, 9)), rows=3)
    light = Light(
        sun, (2.8, 2.4, 1.95), (0.56, 0.58, 0.62), (0.4, 0.34, 0.28), 8, window if rng.random() < 0.7 else None
    )
    floor = oak_floor() if rng.random() < 0.6 else plain(str(rng.choice(WALLS)), 0.02, 0.7)
    planes: tuple[Plane, ...] = (scenes.floor(floor), scenes.wall(walls, back))
    if kind == 3:
        planes = (scenes.floor(floor)._replace(at=-0.9), planes[1])
    return _encode(render(Scene(groups, planes, light, Camera(eye, aim, field), 0.85, 0.2), width, height))


Room = tuple[tuple[Group, ...], tuple[float, float, float], tuple[float, float, float], float, float]


def _living(rng: np.random.Generator) -> Room:
    x = float(rng.uniform(-0.5, 0.3))
    groups = (
        move(sofa(_cover(rng), 2.2), x, 0, -0.75),
        move(turned(armchair(_board(rng), _cover(rng)), -0.85), 1.4, 0, 0.0),
        move(side_table(stone("terrazzo", 9, 0.55), _board(rng)), x + 0.2, 0, 0.3),
        move(rug(3.0, 1.6), 0.1, 0, 0.1),
        move(picture(0.62, 0.8, stone("green_marble", 21, 0.8)), float(rng.uniform(-0.4, 0.8)), 1.42, -1.3),
        move(vase(_glaze(rng)), -1.75, 0, -0.7),
        move(twigs(0.95, int(rng.integers(99)), "#5d6b47"), -1.75, 0.42, -0.7),
    )
    return groups, (float(rng.uniform(-0.8, 0.8)), 1.25, 4.9), (0, 0.8, 0), 30, -1.3


def _dining(rng: np.random.Generator) -> Room:
    frame, seat = _board(rng), _cover(rng)
    groups = (
        dining_table(_board(rng), _board(rng)),
        move(chair(frame, seat), -0.5, 0, -0.62),
        move(chair(frame, seat), 0.5, 0, -0.62),
        move(turned(chair(frame, seat), np.pi + 0.35), 0.7, 0, 0.86),
        move(bowl(_glaze(rng)), float(rng.uniform(-0.5, 0.5)), 0.745, 0.1),
        move(pendant(enamel("#23403a", "#f0e2c6"), False, 1.5), 0, 1.5, 0),
    )
    return groups, (float(rng.uniform(-1.4, 1.4)), 1.5, 4.6), (0, 0.7, 0), 26, -1.25


def _hall(rng: np.random.Generator) -> Room:
    groups = (
        move(sideboard(_board(rng), stone("white_marble", 4)), 0, 0, -0.36),
        move(vase(_glaze(rng)), -0.42, 0.74, -0.38),
        move(twigs(0.62, int(rng.integers(99))), -0.42, 1.16, -0.38),
        move(bowl(_glaze(rng)), 0.1, 0.74, -0.33),
        move(bottle(_glaze(rng)), 0.5, 0.74, -0.4),
        move(turned(armchair(_board(rng), _cover(rng)), -0.6), 1.3, 0, 0.4),
    )
    return groups, (float(rng.uniform(-0.5, 0.5)), 1.1, 3.6), (0.1, 0.75, 0), 32, -0.62


def _bath(rng: np.random.Generator) -> Room:
    groups = (
        move(sideboard(_board(rng), stone("white_marble", 4)), 0, -0.74, 0.02),
        basin(plain("#f4f2ec", 0.05, 0.22)),
        move(tap(plain("#b98d4f", 0.55, 0.24)), 0, 0, -0.235),
        move(bottle(_glaze(rng)), -0.47, 0, -0.05),
        move(vase(_glaze(rng)), 0.56, 0, -0.1),
    )
    return groups, (float(rng.uniform(-0.3, 0.3)), 0.86, 2.1), (0.02, 0.1, 0), 30, -0.41


def _encode(picture: Pixels) -> Pixels:
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
