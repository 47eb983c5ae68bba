"""The photographs of the catalog: what stands where, how it is lit, from where it is seen."""

from __future__ import annotations

import numpy as np
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
)
from noise import sample_wrapped
from PIL import Image, ImageDraw, ImageFilter
from render import Camera, Light, Plane, Scene, Window
from shapes import Group, Material, Points, Vector, ball, box, carve, cylinder

FLOOR, WALL = 1, 2
BRASS = plain("#b98d4f", 0.55, 0.24)
DAYLIGHT = Light((-0.62, 0.75, 0.55), (2.5, 2.25, 1.9), (0.50, 0.54, 0.60), (0.30, 0.25, 0.20))


def floor(material: Material) -> Plane:
    return Plane(FLOOR, 0.0, 1.0, material)


def wall(material: Material, z: float) -> Plane:
    return Plane(WALL, z, 1.0, material)


def side_wall(material: Material, x: float) -> Plane:
    return Plane(0, x, 1.0 if x < 0 else -1.0, material)


def cast_window(
    toward: Vector, z: float, low: tuple[float, float], size: tuple[float, float], leaves: int = 0, rows: int = 3
) -> Window:
    """Sunlight through a window two panes wide and `rows` high: its picture on the plane z, followed up the rays.

    `low` is the lower left corner of the light patch on that plane and `size` its extent in metres; `leaves` seeds a
    branch outside the glass (0 for none). A patch that reaches below the floor lies on the floor in front of the wall.
    """
    width, height = 320, 20 + 140 * rows
    mask = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(mask)
    for row in range(rows):
        for column in range(2):
            x, y = 34 + column * 130, 16 + row * 140
            draw.rectangle((x, y, x + 118, y + 128), fill=255)
    if leaves:
        _draw_branch(draw, leaves, width, min(height, 480))
    picture = np.asarray(mask.filter(ImageFilter.GaussianBlur(4.5)), np.float32)[::-1] / 255
    picture[[0, -1]], picture[:, [0, -1]] = 0, 0  # outside the frame there is no sun
    aim = np.asarray(toward, np.float32) / np.float32(np.linalg.norm(toward))

    def share(p: Points) -> Points:
        along = (z - p[2]) / aim[2]
        x, y = p[0] + aim[0] * along, p[1] + aim[1] * along
        u = np.clip((x - low[0] - 0.22 * (y - low[1])) / size[0] * width, 0, width - 1)
        v = np.clip((y - low[1]) / size[1] * height, 0, height - 1)
        return sample_wrapped(picture, v, u)

    return share


def _draw_branch(draw: ImageDraw.ImageDraw, seed: int, width: int, height: int) -> None:
    rng = np.random.default_rng(seed)
    for stem in range(4):
        x, y, angle = width * (0.95 - 0.05 * stem), height * (0.02 + 0.16 * stem), np.pi - 0.5 + 0.25 * stem
        for step in range(13):
            x2, y2 = x + 20 * np.cos(angle), y + 20 * np.sin(angle)
            draw.line((x, y, x2, y2), fill=0, width=3)
            for side in (-1, 1):
                tip = angle + side * (0.9 + 0.2 * rng.random())
                reach = 30 * (1 - step / 18)
                ex, ey = x2 + reach * np.cos(tip), y2 + reach * np.sin(tip)
                nx, ny = -np.sin(tip) * 5, np.cos(tip) * 5
                mx, my = (x2 + ex) / 2, (y2 + ey) / 2
                draw.polygon([(x2, y2), (mx + nx, my + ny), (ex, ey), (mx - nx, my - ny)], fill=0)
            x, y, angle = x2, y2, angle + rng.uniform(-0.16, 0.08)


def cover() -> Scene:
    """A fluted oak sideboard against a clay wall in late sun, with vessels and a pendant."""
    sun = (-0.72, 0.62, 0.72)
    window = cast_window(sun, -0.62, (-1.05, 0.62), (1.5, 1.75), leaves=4)
    light = Light(sun, (3.3, 2.7, 2.0), (0.52, 0.50, 0.50), (0.44, 0.33, 0.25), 10, window)
    clay, cream = plain("#a9482e", 0.04, 0.3), plain("#e9e1d2", 0.04, 0.28)
    groups: tuple[Group, ...] = (
        move(sideboard(wood("oak", 5, turn=True), stone("white_marble", 4)), 0.0, 0, -0.36),
        move(vase(clay, (30, 0.0022)), -0.42, 0.74, -0.38),
        move(twigs(0.62, 9), -0.42, 1.16, -0.38),
        move(bowl(cream), 0.06, 0.74, -0.33),
        move(bottle(stone("green_marble", 5, 0.5)), -0.12, 0.74, -0.47),
        move(pendant(enamel("#30423d", "#e9dcc4"), False, 1.6), 0.52, 1.42, -0.28),
    )
    planes = (floor(oak_floor()), wall(plaster("#c9a88c"), -0.62))
    return Scene(groups, planes, light, Camera((0.0, 1.02, 2.95), (0.0, 1.02, 0.0), 33, 0.0), 0.78, 0.25)


def still_life() -> Scene:
    """Blocks, an arch and a ball cut from the stones of page 3."""
    block = box((0, 0.2, 0), (0.42, 0.4, 0.14), 0.004, stone("travertine", 5, 0.6))
    doorway = box((0, 0.05, 0), (0.2, 0.44, 0.4), 0.0999, plain("#ffffff"))
    arch = carve(block, doorway)
    groups: tuple[Group, ...] = (
        Group((arch,), (-0.12, 0, -0.1)),
        Group((box((0.27, 0.09, -0.06), (0.2, 0.18, 0.2), 0.004, stone("green_marble", 7, 0.5), turn=0.5),)),
        Group((ball((0.265, 0.262, -0.06), (0.082, 0.082, 0.082), stone("terrazzo", 5, 0.5)),)),
        Group((cylinder((-0.48, 0.14, 0.02), 0.085, 0.28, 0.004, stone("white_marble", 6, 0.5)),)),
        Group((box((0.05, 0.02, 0.17), (0.3, 0.04, 0.14), 0.003, wood("walnut", 4), turn=-0.25),)),
        Group((ball((-0.3, 0.05, 0.16), (0.05, 0.05, 0.05), stone("slate", 3, 0.4)),)),
    )
    light = DAYLIGHT._replace(toward=(-0.8, 0.62, 0.5), softness=7)
    planes = (floor(plain("#d9cbb8", 0.02, 0.8)), wall(plaster("#d3c2ac"), -0.55))
    return Scene(groups, planes, light, Camera((-0.06, 0.36, 2.1), (-0.06, 0.17, 0), 17), 0.78)


def washbasin() -> Scene:
    """The basin on a walnut counter, brass tap, blue-green tiles behind."""
    counter = box((0, -0.04, 0.02), (3.0, 0.08, 0.66), 0.004, wood("walnut", 6))
    groups: tuple[Group, ...] = (
        Group((counter,)),
        basin(plain("#f4f2ec", 0.05, 0.22)),
        move(tap(BRASS, 0.29), 0, 0, -0.235),
        move(bottle(plain("#a9482e", 0.04, 0.3)), -0.47, 0, -0.12),
        move(bottle(plain("#e9e1d2", 0.04, 0.3)), -0.58, 0, -0.02),
        move(vase(plain("#d8cfbd", 0.03, 0.4)), 0.56, 0, -0.12),
        move(twigs(0.42, 5, "#5d6b47"), 0.56, 0.42, -0.12),
    )
    light = Light((-0.7, 0.8, 0.62), (2.2, 2.0, 1.75), (0.5, 0.54, 0.6), (0.3, 0.26, 0.22), 7)
    planes = (floor(plain("#6f665c"))._replace(at=-0.9), wall(wall_tiles(1.15), -0.31))
    return Scene(groups, planes, light, Camera((0.06, 0.86, 1.95), (0.02, 0.175, 0), 21), 0.8)


def pendant_lamp() -> Scene:
    """The lit pendant over the corner of a table, dusk-blue wall."""
    groups: tuple[Group, ...] = (
        move(pendant(enamel("#23403a", "#f0e2c6"), True, 1.5), -0.02, 1.56, 0),
        Group((box((0, 0.728, -0.15), (1.6, 0.034, 1.1), 0.012, wood("oak", 8)),)),
        move(bowl(plain("#ece5d8", 0.04, 0.3)), 0.12, 0.745, 0.02),
        move(bottle(plain("#a9482e", 0.04, 0.3)), -0.26, 0.745, -0.08),
    )
    light = Light(
        (-0.7, 0.7, 0.6),
        (0.55, 0.6, 0.72),
        (0.20, 0.23, 0.29),
        (0.12, 0.11, 0.1),
        5,
        lamp=((-0.02, 1.54, 0.0), (1.7, 1.22, 0.72)),
    )
    planes = (floor(oak_floor()), wall(plaster("#6d7f86"), -0.75))
    return Scene(groups, planes, light, Camera((0.0, 1.5, 2.7), (0.0, 1.5, 0), 36), 0.95, 0.28)


def table_setting() -> Scene:
    """The dining table with chairs in a daylit room."""
    sun = (-0.75, 0.62, 0.5)
    window = cast_window(sun, -1.25, (-1.7, -1.9), (2.3, 4.1), rows=5)
    light = Light(sun, (3.0, 2.6, 2.1), (0.52, 0.55, 0.6), (0.34, 0.28, 0.22), 8, window)
    seat = cloth("linen", 0.3, 260)
    frame = wood("oak", 11, density=240)
    groups: tuple[Group, ...] = (
        dining_table(wood("oak", 9, density=240), wood("oak", 10, density=240)),
        move(turned(chair(frame, seat), 0.0), -0.5, 0, -0.62),
        move(turned(chair(frame, seat), 0.0), 0.5, 0, -0.62),
        move(turned(chair(frame, seat), np.pi + 0.35), 0.7, 0, 0.86),
        move(vase(plain("#e9e1d2", 0.04, 0.3)), -0.15, 0.745, 0.0),
        move(twigs(0.5, 12), -0.15, 1.165, 0.0),
        move(bowl(plain("#a9482e", 0.04, 0.28)), 0.42, 0.745, 0.1),
    )
    planes = (floor(oak_floor()), wall(plaster("#dcd3c4"), -1.25))
    return Scene(groups, planes, light, Camera((1.3, 1.5, 4.6), (0.08, 0.6, 0), 23), 0.95, 0.15)


def studio(groups: tuple[Group, ...], tone: str, camera: Camera) -> Scene:
    """Objects on seamless paper: floor and wall of one tone under one soft lamp."""
    light = Light((-0.6, 0.85, 0.6), (2.2, 2.05, 1.85), (0.62, 0.64, 0.68), (0.36, 0.33, 0.3), 5)
    paper = plain(tone, 0.01, 0.95)
    return Scene(groups, (floor(paper), wall(paper, -1.6)), light, camera, 0.85)


def vase_portrait() -> Scene:
    glaze = plain("#b06a3c", 0.045, 0.26)
    return studio((vase(glaze, (30, 0.0022)),), "#e4dccf", Camera((0.0, 0.42, 2.1), (0.0, 0.215, 0), 18))


def side_table_portrait() -> Scene:
    table = side_table(stone("terrazzo", 9, 0.55), wood("walnut", 12, turn=True))
    return studio((table,), "#dfe0da", Camera((0.0, 0.82, 2.1), (0.0, 0.22, 0), 19))


def chair_portrait() -> Scene:
    one = turned(chair(wood("oak", 13, turn=True), cloth("linen", 0.3, 300)), 0.55)
    return studio((one,), "#e2dacd", Camera((0.0, 0.85, 3.6), (0.0, 0.38, 0), 16))


def armchair_portrait() -> Scene:
    one = turned(armchair(wood("walnut", 14, turn=True), cloth("boucle", 0.3, 300)), -0.5)
    return studio((one,), "#e2dacd", Camera((0.0, 0.95, 3.9), (0.0, 0.40, 0), 16.5))


def living_room() -> Scene:
    """A room without a product page: sofa, low table, lounge chair, lamp, sun on the wall."""
    sun = (-0.78, 0.55, 0.62)
    window = cast_window(sun, -1.3, (-2.0, -1.7), (2.1, 4.2), leaves=3, rows=5)
    light = Light(sun, (3.0, 2.5, 1.95), (0.60, 0.62, 0.66), (0.50, 0.41, 0.33), 9, window)
    groups: tuple[Group, ...] = (
        move(sofa(cloth("linen", 0.34, 200), 2.3), -0.35, 0, -0.75),
        move(turned(armchair(wood("walnut", 14), cloth("boucle", 0.3, 300)), -0.85), 1.32, 0, 0.0),
        move(side_table(stone("terrazzo", 9, 0.55), wood("walnut", 12)), -0.1, 0, 0.32),
        move(bowl(plain("#a9482e", 0.04, 0.3)), -0.1, 0.48, 0.32),
        move(floor_lamp(plain("#e8dfcf", 0.02, 0.8, 0.25), BRASS), 1.2, 0, -1.0),
        move(rug(3.1, 1.6), 0.1, 0, 0.1),
        move(vase(plain("#7c8b7a", 0.04, 0.3)), -1.83, 0, -0.7),
        move(twigs(0.95, 21, "#5d6b47"), -1.83, 0.42, -0.7),
        move(picture(0.62, 0.8, stone("green_marble", 21, 0.8)), 0.55, 1.42, -1.3),
    )
    planes = (floor(oak_floor()), wall(plaster("#cdbda7"), -1.3))
    return Scene(groups, planes, light, Camera((0.05, 1.25, 4.9), (-0.12, 0.86, 0), 30), 0.84, 0.2)
