"""What colours are called: 42 names of the interior trade as anchors in CIELAB, and the nearest one by CIEDE2000.

A name has one to three anchors, since a name covers a region and not a point. Values are measured under D65.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Lab = NDArray[np.float64]  # (..., 3)

# sRGB, chosen as the middle of what paint charts, ceramic and textile ranges sell under each name.
NAMED_COLORS: dict[str, tuple[str, ...]] = {
    "white": ("#ffffff", "#f7f7f5"),
    "off-white": ("#f3f0e8",),
    "ivory": ("#fffff0", "#f8f3dc"),
    "cream": ("#fbefcb", "#f2e3bc"),
    "beige": ("#e3d3b6", "#d6c3a1"),
    "sand": ("#cdb48a", "#c2a878"),
    "greige": ("#c3b9ab", "#b5aa9a"),
    "taupe": ("#978a7d", "#7f7267"),
    "light grey": ("#dcdcdc", "#c8c9ca"),
    "grey": ("#a3a4a5", "#858687"),
    "dark grey": ("#696a6c", "#55575a"),
    "anthracite": ("#3d4145", "#33363a"),
    "black": ("#000000", "#17181a", "#26272a"),
    "brown": ("#7b4f2c", "#6a4428"),
    "dark brown": ("#46301f", "#382619"),
    "chestnut": ("#75382a",),
    "caramel": ("#b5763a", "#a8672c"),
    "honey": ("#d9a45b", "#c9924a"),
    "terracotta": ("#c4623f", "#b5593c", "#d0775a", "#e2725b"),
    "rust": ("#a3431d", "#8f3d1c"),
    "red": ("#e01010", "#c8202a", "#ff0000"),
    "burgundy": ("#6d1428", "#7f1d33", "#541020"),
    "pink": ("#f28cb1", "#e75a93", "#ffc0cb"),
    "blush": ("#e8c4b8", "#dcb0a5"),
    "coral": ("#f98068", "#ef6f5a"),
    "orange": ("#f58a1f", "#ff7f00", "#ffa500"),
    "peach": ("#fbceb0", "#f5bb93"),
    "yellow": ("#ffe100", "#f7dd4a", "#f8e98d"),
    "mustard": ("#d5a021", "#c39a1e"),
    "ochre": ("#b98625", "#c17f2b"),
    "olive": ("#6f6f2e", "#81803f", "#545a2a"),
    "sage": ("#a5b094", "#93a183"),
    "mint": ("#b5e3cc", "#98d8b8"),
    "green": ("#2e8b3d", "#4caf50", "#00a000", "#76b852"),
    "dark green": ("#1e4d33", "#14382a", "#2f5a3e"),
    "turquoise": ("#40e0d0", "#2fb9b3"),
    "petrol": ("#12555f", "#1b6b73"),
    "light blue": ("#a9cfe8", "#8fbbe0", "#c7dff0"),
    "blue": ("#2364c8", "#3a7bd5", "#0000ff", "#4f81a8"),
    "navy": ("#1b2a52", "#000080", "#14203c"),
    "purple": ("#6c2f8a", "#800080", "#4b2a63"),
    "lilac": ("#c8a6d8", "#b48fc4"),
}
# The lexicon's name of the basic colour that a named one belongs to, where it is another word.
BASIC_COLORS: dict[str, str] = {
    "off-white": "white", "light grey": "grey", "dark grey": "grey", "greige": "grey", "taupe": "brown",
    "sand": "beige", "dark brown": "brown", "chestnut": "brown", "caramel": "brown", "honey": "brown",
    "terracotta": "red", "rust": "red", "blush": "pink", "coral": "pink", "peach": "orange", "sage": "green",
    "mint": "green", "dark green": "green", "petrol": "blue", "light blue": "blue", "navy": "blue",
    "lilac": "purple", "ivory": "white", "cream": "beige", "anthracite": "grey", "burgundy": "red",
    "mustard": "yellow", "ochre": "yellow", "olive": "green",
}  # fmt: skip

_PLAIN_NAMES = {"gold": "mustard", "silver": "light grey"}  # metals, by the colour that pixels show
_SIDE_BY_SIDE = 10.0  # CIEDE2000: half the way between most neighbours of the table

_TO_XYZ = np.array(  # IEC 61966-2-1
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
_VALUES = np.arange(256) / 255
_LINEAR = np.where(_VALUES <= 0.04045, _VALUES / 12.92, ((_VALUES + 0.055) / 1.055) ** 2.4)


def name_colors(lab: Lab) -> list[str]:
    """The name of each CIELAB colour: (n, 3) in, n names out."""
    names, anchors = _anchors()
    distances = measure_difference(lab[:, None, :], anchors[None, :, :])
    return [names[index] for index in distances.argmin(axis=1)]


def agree(first: str, second: str) -> bool:
    """Whether two names may be said of one colour: the same, of one basic colour, or with anchors side by side."""
    if BASIC_COLORS.get(first, first) == BASIC_COLORS.get(second, second):
        return True
    names, anchors = _anchors()
    mine, theirs = (anchors[[at == name for at in names]] for name in (_PLAIN_NAMES.get(first, first), second))
    if not len(mine) or not len(theirs):
        return False
    return bool(measure_difference(mine[:, None], theirs[None, :]).min() < _SIDE_BY_SIDE)


def to_lab(rgb: NDArray[np.uint8]) -> Lab:
    """CIELAB of sRGB values, 0 to 255, (..., 3)."""
    xyz = np.einsum("...i,ki->...k", _LINEAR[rgb], _TO_XYZ) / _WHITE  # too small a product to wake BLAS's threads for
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def measure_difference(first: Lab, second: Lab) -> NDArray[np.float64]:
    """CIEDE2000 with weights of 1, over the last axis (Sharma, Wu and Dalal 2005, whose numbers of steps these are)."""
    l1, a1, b1 = np.moveaxis(first, -1, 0)
    l2, a2, b2 = np.moveaxis(second, -1, 0)
    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, stretch * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    grey = c1 * c2 == 0
    turn = np.where(grey, 0.0, (h2 - h1 + 180) % 360 - 180)
    hue_difference = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    lightness, c_mean = (l1 + l2) / 2, (c1 + c2) / 2
    hue = np.where(grey, h1 + h2, (h1 + turn / 2) % 360)
    return _weigh(l2 - l1, c2 - c1, hue_difference, lightness, c_mean, hue)


def _weigh(
    delta_l: NDArray[np.float64],
    delta_c: NDArray[np.float64],
    delta_h: NDArray[np.float64],
    lightness: NDArray[np.float64],
    chroma: NDArray[np.float64],
    hue: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Step 3 of the formula: the differences in units that the eye takes for equal."""
    t = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    s_l = 1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2)
    s_c, s_h = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    rotation = 30 * np.exp(-(((hue - 275) / 25) ** 2))
    r_t = -2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * np.sin(np.radians(2 * rotation))
    parts = (delta_l / s_l) ** 2 + (delta_c / s_c) ** 2 + (delta_h / s_h) ** 2
    difference: NDArray[np.float64] = np.sqrt(parts + r_t * (delta_c / s_c) * (delta_h / s_h))
    return difference


@cache
def _anchors() -> tuple[list[str], Lab]:
    """Names and anchors in one order: n names, (n, 3)."""
    pairs = [(name, code) for name, codes in NAMED_COLORS.items() for code in codes]
    values = np.array([[int(code[i : i + 2], 16) for i in (1, 3, 5)] for _, code in pairs], np.uint8)
    return [name for name, _ in pairs], to_lab(values)
