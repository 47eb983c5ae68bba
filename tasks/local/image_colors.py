"""The colours that an image consists of, most of it first, by name; a studio's white background does not count."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tasks.catalog.colors import Lab, name_colors, to_lab

SIDE_PIXELS = 96  # of the thumbnail that is counted
_CLUSTERS = 6
_ROUNDS = 15  # of k-means, which has settled by then
_LEAST_SHARE = 0.12  # of the foreground: less is a shadow or an accent
_MOST_COLORS = 4
_STUDIO_LIGHTNESS, _STUDIO_CHROMA = 94.0, 4.0  # CIELAB; paper and studio white
_STUDIO_BORDER_SHARE = 0.5  # of the border's pixels that are white where there is a background
_LEAST_FOREGROUND = 0.04  # of the picture: less, and the white is the picture


class Palette(NamedTuple):
    """Names of colours with their shares of the foreground, largest first; the background's share of the picture."""

    colors: tuple[tuple[str, float], ...]
    background: float


def find_palette(picture: Image.Image) -> Palette:
    """The palette of an RGB picture; the same pixels always give the same."""
    small = picture.copy()
    small.thumbnail((SIDE_PIXELS, SIDE_PIXELS), Image.Resampling.BOX)
    lab = to_lab(np.asarray(small))
    background = find_background(lab)
    foreground = lab[~background]
    centres, shares = _cluster(foreground)
    totals: dict[str, float] = {}
    for name, share in zip(name_colors(centres), shares, strict=True):
        totals[name] = totals.get(name, 0.0) + float(share)
    ordered = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    kept = [item for item in ordered if item[1] >= _LEAST_SHARE] or ordered[:1]
    return Palette(tuple(kept[:_MOST_COLORS]), float(background.mean()))


def find_background(lab: Lab) -> NDArray[np.bool_]:
    """Where white is connected with the border, (height, width); nowhere for a picture that is white altogether."""
    white = (lab[..., 0] >= _STUDIO_LIGHTNESS) & (np.hypot(lab[..., 1], lab[..., 2]) <= _STUDIO_CHROMA)
    reached = np.zeros_like(white)
    reached[[0, -1], :], reached[:, [0, -1]] = white[[0, -1], :], white[:, [0, -1]]
    border = np.concatenate([white[0], white[-1], white[1:-1, 0], white[1:-1, -1]])
    if border.mean() < _STUDIO_BORDER_SHARE:
        return np.zeros_like(white)
    while True:
        grown = reached.copy()
        grown[1:] |= reached[:-1]
        grown[:-1] |= reached[1:]
        grown[:, 1:] |= reached[:, :-1]
        grown[:, :-1] |= reached[:, 1:]
        grown &= white
        if (grown == reached).all():
            break
        reached = grown
    return reached if (~reached).mean() >= _LEAST_FOREGROUND else np.zeros_like(white)


def _cluster(lab: Lab) -> tuple[Lab, NDArray[np.float64]]:
    """K-means with starts as far from each other as there are (Gonzalez 1985), so nothing is drawn by lot."""
    centres = lab.mean(axis=0, keepdims=True)
    for _ in range(_CLUSTERS - 1):
        distances = ((lab[:, None] - centres[None]) ** 2).sum(axis=2).min(axis=1)
        centres = np.concatenate([centres, lab[[distances.argmax()]]])
    for _ in range(_ROUNDS):
        nearest = ((lab[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        counts = np.bincount(nearest, minlength=_CLUSTERS)
        sums = np.stack([np.bincount(nearest, lab[:, axis], _CLUSTERS) for axis in range(3)], axis=1)
        centres = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)
    filled = counts > 0
    return centres[filled], counts[filled] / len(lab)
