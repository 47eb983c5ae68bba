"""The catalog's own furniture as groups of solids, standing on y = 0 at the origin unless moved. Metres."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from finishes import cloth, plain, wood
from shapes import Group, Material, Points, Solid, ball, box, carve, cylinder, lathe, rod

AMPHORA = [(0, 0.004), (0.07, 0.004), (0.085, 0.02), (0.135, 0.13), (0.15, 0.22), (0.11, 0.32), (0.05, 0.375)]
AMPHORA += [(0.043, 0.42), (0.062, 0.46)]
BOWL = [(0, 0.004), (0.06, 0.004), (0.075, 0.012), (0.15, 0.055), (0.19, 0.11)]
BOTTLE = [(0, 0.004), (0.05, 0.004), (0.062, 0.02), (0.066, 0.09), (0.05, 0.16), (0.02, 0.21)]
BOTTLE += [(0.017, 0.29), (0.024, 0.3)]
DOME = [(0.03, 0.2), (0.06, 0.195), (0.13, 0.165), (0.185, 0.1), (0.208, 0.0)]


def move(group: Group, x: float = 0, y: float = 0, z: float = 0) -> Group:
    """The same group somewhere else."""
    return group._replace(at=(group.at[0] + x, group.at[1] + y, group.at[2] + z))


def turned(group: Group, angle: float) -> Group:
    """The group turned about the y axis through its own place."""
    return group._replace(turn=group.turn + angle)


def vase(material: Material, ribs: tuple[int, float] = (0, 0)) -> Group:
    return Group((lathe((0, 0, 0), AMPHORA, 0.005, material, ribs),))


def bowl(material: Material) -> Group:
    return Group((lathe((0, 0, 0), BOWL, 0.004, material),))


def bottle(material: Material) -> Group:
    return Group((lathe((0, 0, 0), BOTTLE, 0.004, material),))


def twigs(height: float, seed: int, code: str = "#6d6a45") -> Group:
    """Stems with small leaves, rising from (0, 0, 0)."""
    rng = np.random.default_rng(seed)
    bark, leaf = plain("#5a4632", 0.01, 0.9), plain(code, 0.03, 0.5)
    solids: list[Solid] = []
    for _ in range(3):
        end = np.array([rng.uniform(-0.5, 0.5), rng.uniform(0.75, 1.0), rng.uniform(-0.3, 0.3)]) * height
        middle = end * np.array([0.3, 0.55, 0.3])
        path = [np.zeros(3), middle, end]
        for a, b in pairwise(path):
            solids.append(rod(tuple(a), tuple(b), 0.0035, 0.7, bark))
        for share in np.linspace(0.1, 1.0, 6):
            at = middle + (end - middle) * share + rng.uniform(-0.035, 0.035, 3)
            radii = tuple(rng.uniform((0.014, 0.006, 0.010), (0.03, 0.012, 0.018)))
            solids.append(ball(tuple(at), radii, leaf))
    return Group(tuple(solids))


def basin(glaze: Material) -> Group:
    """An oval vessel basin, 0.58 wide, 0.14 high, with a round waste."""
    outside = ball((0, 0.142, 0), (0.29, 0.15, 0.193), glaze)
    inside = ball((0, 0.152, 0), (0.268, 0.125, 0.171), glaze)
    flat = box((0, 0.292, 0), (0.8, 0.3, 0.6), 0.0, glaze)
    shell = carve(carve(outside, inside), flat)
    foot = cylinder((0, 0.01, 0), 0.12, 0.02, 0.004, glaze)
    waste = cylinder((0, 0.031, 0), 0.022, 0.008, 0.002, plain("#b48a4e", 0.5, 0.25))
    return Group((shell._replace(high=(0.29, 0.145, 0.193)), foot, waste))


def tap(metal: Material, height: float = 0.3) -> Group:
    """A tall tap whose spout comes forward (towards +z)."""
    return Group(
        (
            cylinder((0, 0.006, 0), 0.03, 0.012, 0.003, metal),
            rod((0, 0, 0), (0, height, 0), 0.014, 1, metal),
            rod((0, height - 0.008, 0), (0, height - 0.02, 0.15), 0.011, 0.9, metal),
            rod((0, height - 0.02, 0.15), (0, height - 0.045, 0.155), 0.011, 0.9, metal),
            rod((0, height * 0.6, 0), (0.06, height * 0.63, 0), 0.006, 0.8, metal),
        )
    )


def pendant(shade: Material, lit: bool, cable: float = 1.2) -> Group:
    """A dome on a cable, its rim at y = 0, with a bulb inside."""
    bulb = plain("#fff3dc", 0.02, 0.6, 9.0 if lit else 0.4)
    return Group(
        (
            lathe((0, 0, 0), DOME, 0.004, shade),
            cylinder((0, 0.215, 0), 0.032, 0.05, 0.006, plain("#b48a4e", 0.45, 0.28)),
            rod((0, 0.23, 0), (0, 0.23 + cable, 0), 0.0035, 1, plain("#26221e", 0.02, 0.7)),
            ball((0, 0.05, 0), (0.05, 0.05, 0.05), bulb),
        )
    )


def dining_table(top: Material, base: Material) -> Group:
    """2.2 x 0.98 x 0.745 on two splayed trestles."""
    legs: list[Solid] = []
    for side in (-0.72, 0.72):
        legs.append(rod((side, 0.70, -0.12), (side * 1.06, 0.012, -0.40), 0.034, 0.62, base))
        legs.append(rod((side, 0.70, 0.12), (side * 1.06, 0.012, 0.40), 0.034, 0.62, base))
        legs.append(box((side, 0.69, 0), (0.07, 0.05, 0.72), 0.012, base))
    beam = box((0, 0.66, 0), (1.44, 0.05, 0.045), 0.01, base)
    return Group((box((0, 0.728, 0), (2.2, 0.034, 0.98), 0.012, top), beam, *legs))


def chair(frame: Material, seat: Material) -> Group:
    """A dining chair facing +z: round tapered legs, a padded seat and a bent back rest."""
    legs = [rod((x * 0.2, 0.43, z), (x * 0.225, 0.01, z * 1.16), 0.019, 0.66, frame) for x in (-1, 1) for z in (0.19,)]
    posts = [rod((x * 0.19, 0.43, -0.2), (x * 0.215, 0.01, -0.25), 0.019, 0.66, frame) for x in (-1, 1)]
    backs = [rod((x * 0.19, 0.43, -0.2), (x * 0.2, 0.77, -0.275), 0.017, 0.75, frame) for x in (-1, 1)]
    rails = [rod((-0.2, 0.405, z), (0.2, 0.405, z), 0.014, 1, frame) for z in (0.18, -0.2)]
    pad = box((0, 0.455, 0), (0.47, 0.06, 0.45), 0.028, seat)
    rest = carve(
        cylinder((0, 0.71, 0.16), 0.46, 0.15, 0.012, frame),
        cylinder((0, 0.71, 0.16), 0.436, 0.3, 0.0, frame),
    )
    front = box((0, 0.71, 0.28), (1.4, 0.4, 1.0), 0, frame)
    rest = carve(rest, front)._replace(low=(-0.42, 0.63, -0.31), high=(0.42, 0.79, -0.2))
    return Group((*legs, *posts, *backs, *rails, pad, rest))


def armchair(frame: Material, cover: Material) -> Group:
    """A low lounge chair facing +z: cushions in an open wooden frame."""
    frame_parts: list[Solid] = []
    for x in (-0.36, 0.36):
        frame_parts.append(rod((x, 0.56, 0.32), (x, 0.01, 0.34), 0.022, 0.75, frame))
        frame_parts.append(rod((x, 0.56, -0.30), (x, 0.01, -0.40), 0.022, 0.75, frame))
        frame_parts.append(box((x, 0.565, 0.0), (0.062, 0.026, 0.76), 0.012, frame))
        frame_parts.append(box((x * 0.98, 0.255, -0.02), (0.028, 0.05, 0.66), 0.01, frame))
    seat = box((0, 0.35, 0.03), (0.64, 0.17, 0.70), 0.06, cover, tilt=0.07)
    back = box((0, 0.62, -0.31), (0.63, 0.52, 0.16), 0.06, cover, tilt=-0.30)
    return Group((*frame_parts, seat, back))


def sofa(cover: Material, width: float = 2.0) -> Group:
    """A three-seat sofa facing +z."""
    third = (width - 0.36) / 3
    parts = [
        box((0, 0.24, 0), (width, 0.2, 0.9), 0.05, cover),
        box((0, 0.5, -0.37), (width, 0.5, 0.2), 0.08, cover),
        box((-width / 2 + 0.1, 0.4, 0.0), (0.2, 0.44, 0.9), 0.08, cover),
        box((width / 2 - 0.1, 0.4, 0.0), (0.2, 0.44, 0.9), 0.08, cover),
    ]
    for index in (-1, 0, 1):
        parts.append(box((index * third, 0.40, 0.06), (third - 0.012, 0.17, 0.74), 0.055, cover))
        parts.append(box((index * third, 0.62, -0.2), (third - 0.03, 0.38, 0.17), 0.07, cover, tilt=-0.2))
    foot = wood("walnut")
    parts += [
        rod((x * (width / 2 - 0.12), 0.16, z), (x * (width / 2 - 0.12), 0.0, z), 0.022, 0.7, foot)
        for x in (-1, 1)
        for z in (-0.34, 0.34)
    ]
    return Group(tuple(parts))


def side_table(top: Material, legs: Material) -> Group:
    """A round table, 0.45 across and 0.48 high, on three turned legs."""
    turns = [np.pi / 2 + 2 * np.pi * i / 3 for i in range(3)]
    posts = [
        rod((0.12 * np.cos(a), 0.45, 0.12 * np.sin(a)), (0.19 * np.cos(a), 0.01, 0.19 * np.sin(a)), 0.024, 0.6, legs)
        for a in turns
    ]
    return Group(
        (cylinder((0, 0.465, 0), 0.225, 0.03, 0.008, top), cylinder((0, 0.435, 0), 0.15, 0.03, 0.006, legs), *posts)
    )


def sideboard(body: Material, top: Material, width: float = 1.8, height: float = 0.74, slats: float = 0.03) -> Group:
    """A cabinet with a fluted front facing +z, on a recessed plinth."""
    half, middle = width / 2 - 0.03, height / 2 + 0.03
    tall = height - 0.16

    def fluted(p: Points) -> Points:
        """Upright round slats, one every `slats` metres, made by folding x."""
        x = p[0] - slats * np.round(p[0] / slats)
        edge = np.maximum(np.abs(p[0]) - half, np.abs(p[1] - middle) - tall / 2)
        return np.maximum(np.hypot(x, p[2] - 0.20) - slats * 0.47, edge).astype(np.float32)

    front = Solid(fluted, (-half, middle - tall / 2, 0.185), (half, middle + tall / 2, 0.22), body)
    return Group(
        (
            box((0, middle, 0), (width, tall, 0.40), 0.006, body),
            front,
            box((0, height - 0.013, 0), (width + 0.02, 0.026, 0.46), 0.006, top),
            box((0, 0.035, 0), (width - 0.16, 0.07, 0.32), 0.0, plain("#2a2420", 0.02, 0.8)),
        )
    )


def floor_lamp(shade: Material, metal: Material) -> Group:
    return Group(
        (
            cylinder((0, 0.012, 0), 0.15, 0.024, 0.006, metal),
            rod((0, 0.02, 0), (0, 1.3, 0), 0.011, 1, metal),
            lathe((0, 1.22, 0), [(0.21, 0.0), (0.17, 0.14), (0.12, 0.3)], 0.004, shade),
        )
    )


def rug(width: float, depth: float) -> Group:
    return Group((box((0, 0.008, 0), (width, 0.018, depth), 0.006, cloth("boucle", 0.7, 260)),))


def picture(width: float, height: float, print_of: Material) -> Group:
    """A framed print hanging flat, facing +z, its back at z = 0."""
    return Group(
        (
            box((0, 0, 0.012), (width, height, 0.024), 0.002, wood("walnut", 14)),
            box((0, 0, 0.016), (width - 0.03, height - 0.03, 0.022), 0.0, plain("#f1ece2", 0.02, 0.7)),
            box((0, 0, 0.017), (width - 0.2, height - 0.24, 0.022), 0.0, print_of),
        )
    )
