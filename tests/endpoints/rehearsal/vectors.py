"""Vectors that repeat: of texts by their words, of images by a projection of a thumbnail; all of unit length."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rehearsal.pictures import Picture, Pixels, color_pixels

Vector = NDArray[np.float32]
IMAGE_DIMENSIONS = 768
_GRID = 16  # cells a side; 16 x 16 x 3 is 768
_PROJECTION_SEED = 768
_COLOR_SHARE = 0.5  # of a text's image-space vector, when it names a colour


def text_vector(text: str, dimensions: int) -> Vector:
    """Words and their three-letter parts, hashed with a sign: texts that share words are near one another."""
    vector = np.zeros(dimensions, dtype=np.float32)
    for word in re.findall(r"\w+", text.lower()):
        parts = [word[start : start + 3] for start in range(max(1, len(word) - 2))]
        for feature, weight in [(word, 1.0), *((f"#{part}", 0.3) for part in parts)]:
            number = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "big")
            vector[(number >> 1) % dimensions] += weight if number & 1 else -weight
    return _unit(vector)


def image_vector(picture: Picture) -> Vector:
    """float32 (768,): images that look alike at 16 x 16 cells are near one another."""
    return _project(picture.pixels)


def image_space_text_vector(text: str) -> Vector:
    """float32 (768,): a text that names a colour lies near images of it."""
    words = text_vector(text, IMAGE_DIMENSIONS)
    colors = [pixels for word in re.findall(r"\w+", text.lower()) if (pixels := color_pixels(word)) is not None]
    if not colors:
        return words
    return _unit((1 - _COLOR_SHARE) * words + _COLOR_SHARE * _project(np.mean(colors, axis=0)))


def _project(pixels: Pixels) -> Vector:
    step = pixels.shape[0] // _GRID
    cells = pixels.reshape(_GRID, step, _GRID, step, 3).mean(axis=(1, 3))
    # One component never zero, so that plain mid-grey has a direction too.
    centred = np.append(cells.ravel() / 255 - 0.5, 0.1)
    return _unit(centred @ _projection())


@lru_cache(maxsize=1)
def _projection() -> NDArray[np.float64]:
    return np.random.default_rng(_PROJECTION_SEED).standard_normal((_GRID * _GRID * 3 + 1, IMAGE_DIMENSIONS))


def _unit(vector: NDArray[np.floating]) -> Vector:
    length = float(np.linalg.norm(vector))
    if not length:
        vector = np.ones_like(vector)
        length = float(np.linalg.norm(vector))
    return (vector / length).astype(np.float32)
