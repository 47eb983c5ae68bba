"""The colour view: how much of the picture has which colour, wherever it lies.

A soft-binned histogram in CIELAB (D65), after Swain and Ballard 1991 and, for the root of the shares, Hellinger's
distance. Chroma has more bins than lightness, and they are finer near grey, where interiors live; a brighter or darker
photograph of the same thing stays near. White paper around a product counts little. Bins were chosen by retrieval
(tests/accuracy/views.py).
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tasks.catalog.colors import Lab, to_lab

BINS = (4, 12, 16)  # of L*, a*, b*: 768 together; b* runs from blue to yellow, as woods, stones and light do
_SIDE_PIXELS = 64  # of the thumbnail that is counted
_CHROMA_LIMIT = 110.0  # |a*| and |b*| of sRGB colours stay below it
_CHROMA_KNEE = 20.0  # bins widen beyond this chroma
_PAPER_LIGHTNESS = (84.0, 92.0)  # L* from which a pixel may be paper, and from which it is
_PAPER_CHROMA = (12.0, 5.0)  # the same for chroma
_PAPER_BORDER = (0.5, 0.9)  # share of the picture's border that is paper: below, it is a white thing; above, a ground
_PAPER_WEIGHT = 0.1  # of a paper pixel where paper is the ground


def describe_color(picture: Image.Image) -> NDArray[np.float32]:
    """float32 (768,), unit length, of an RGB picture."""
    small = picture.resize((_SIDE_PIXELS, _SIDE_PIXELS), Image.Resampling.BOX)
    lab = to_lab(np.asarray(small))
    shares = _count_softly(_place(lab.reshape(-1, 3)), _weigh(lab).ravel())
    vector: NDArray[np.float32] = np.sqrt(shares / shares.sum()).astype(np.float32)
    return vector


def _weigh(lab: Lab) -> NDArray[np.float64]:
    """(height, width) weights: 1, less for paper where it runs round the picture; smooth, so that nothing jumps."""
    paper = _ramp(lab[..., 0], _PAPER_LIGHTNESS) * _ramp(np.hypot(lab[..., 1], lab[..., 2]), _PAPER_CHROMA)
    border = np.concatenate([paper[0], paper[-1], paper[1:-1, 0], paper[1:-1, -1]])
    return 1 - (1 - _PAPER_WEIGHT) * _ramp(border.mean(), _PAPER_BORDER) * paper


def _ramp(value: Lab | np.float64, ends: tuple[float, float]) -> NDArray[np.float64]:
    """0 at the first end and before it, 1 at the second and beyond, even between."""
    return np.clip((value - ends[0]) / (ends[1] - ends[0]), 0, 1)


def _place(lab: Lab) -> Lab:
    """Each value's place among its axis's bins, counted from the centre of the first."""
    chroma = np.arcsinh(lab[:, 1:] / _CHROMA_KNEE) / np.arcsinh(_CHROMA_LIMIT / _CHROMA_KNEE)
    share = np.column_stack([lab[:, 0] / 100, 0.5 + 0.5 * chroma])
    return np.clip(share * BINS - 0.5, 0, np.array(BINS) - 1.000001)


def _count_softly(places: Lab, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """(768,): every pixel's weight goes to the eight bins around it, by nearness (trilinear)."""
    low = places.astype(np.int64)
    above = places - low
    counts = np.zeros(int(np.prod(BINS)))
    for corner in itertools.product((0, 1), repeat=3):
        index = np.ravel_multi_index(tuple((low + corner).T), BINS)
        share = np.where(corner, above, 1 - above).prod(axis=1)
        counts += np.bincount(index, share * weights, len(counts))
    return counts
