"""The four aspect views of an image, from its visual vector and one text vector an aspect.

Versioned by name, because a better method must be able to stand beside this one: the text is a constant, so inside one
aspect the ranking is close to the visual one.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tasks.catalog.engines import Vector, View

STRATEGY = "text-blend/1"
STRATEGY_VERSION = 1

_BASE_WEIGHT = 0.7  # of the image, where it says nothing of the aspect
_SIMILARITY_WEIGHT = 0.2  # more for an image that is like the text


def blend_aspects(visual: Vector, texts: Mapping[View, Vector]) -> dict[View, Vector]:
    """Per aspect: w x image + (1 - w) x text, unit length, with w = 0.7 + 0.2 x their cosine (kept within 0 to 1).

    All vectors are float32 (768,), unit length.
    """
    views: dict[View, Vector] = {}
    for aspect, text in texts.items():
        similarity = min(1.0, max(0.0, float(visual @ text)))
        weight = _BASE_WEIGHT + _SIMILARITY_WEIGHT * similarity
        views[aspect] = to_unit(weight * visual + (1 - weight) * text)
    return views


def to_unit(vector: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> Vector:
    """`vector` at unit length, float32. Raises ValueError for one without direction (zero, not a number)."""
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length == 0:
        raise ValueError("a vector of zeros or of what is no number has no direction")
    return (vector / length).astype(np.float32)
