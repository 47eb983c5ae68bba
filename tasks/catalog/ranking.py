"""How a search weighs what the views of a product say: profiles, calibration, fusion. Pure.

A view that has nothing to say of a candidate is left out of its sum, and the other weights grow to fill it: a missing
vector is not a similarity of 0. Cosines of different spaces do not compare, so each is first set against what unrelated
things score there (`calibrate`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from tasks.catalog.dimensions import find_sizes
from tasks.catalog.lexicon import find_terms
from tasks.catalog.vocabulary import fold

SearchView = Literal["text", "visual", "understanding", "color", "texture", "style", "material"]
TextPart = Literal["chunk", "product", "keyword"]
Profile = Literal[
    "balanced",
    "product_name",
    "color_finish",
    "specification",
    "texture_pattern",
    "style_aesthetic",
    "material_search",
]
SEARCH_VIEWS: tuple[SearchView, ...] = ("text", "visual", "understanding", "color", "texture", "style", "material")


def _row(*weights: float) -> Mapping[SearchView, float]:
    return MappingProxyType(dict(zip(SEARCH_VIEWS, weights, strict=True)))


# One row a profile, in the order of SEARCH_VIEWS; each sums to 1 (a test adds them up).
PROFILES: Mapping[Profile, Mapping[SearchView, float]] = MappingProxyType(
    {
        "balanced": _row(0.15, 0.15, 0.20, 0.125, 0.125, 0.125, 0.125),
        "product_name": _row(0.40, 0.25, 0.15, 0.05, 0.05, 0.05, 0.05),
        "color_finish": _row(0.10, 0.20, 0.15, 0.30, 0.05, 0.15, 0.05),
        "specification": _row(0.25, 0.10, 0.40, 0.05, 0.05, 0.05, 0.10),
        "texture_pattern": _row(0.10, 0.25, 0.15, 0.05, 0.30, 0.10, 0.05),
        "style_aesthetic": _row(0.10, 0.25, 0.15, 0.10, 0.10, 0.25, 0.05),
        "material_search": _row(0.15, 0.15, 0.25, 0.05, 0.10, 0.05, 0.25),
    }
)
TEXT_PARTS: Mapping[TextPart, float] = MappingProxyType({"chunk": 0.40, "product": 0.35, "keyword": 0.25})

# Profiles by the kind of the trade's words in a query, in this order.
_PROFILE_OF_KIND: tuple[tuple[frozenset[str], Profile], ...] = (
    (frozenset({"color", "finish"}), "color_finish"),
    (frozenset({"pattern"}), "texture_pattern"),
    (frozenset({"material"}), "material_search"),
    (frozenset({"style", "room"}), "style_aesthetic"),
)


def choose_profile(text: str, names: Collection[str] = ()) -> Profile:
    """The profile of a text query; the first that fits wins. `names` are product names that the library holds."""
    if fold(text) in {fold(name) for name in names}:
        return "product_name"
    if find_sizes(text):
        return "specification"
    kinds = {term.kind for term in find_terms(text)}
    return next((profile for wanted, profile in _PROFILE_OF_KIND if wanted & kinds), "balanced")


class Evidence(NamedTuple):
    """What one view says of one product: a calibrated similarity (0 to 1) and the reason in words."""

    similarity: float
    reason: str


class Voice(NamedTuple):
    """One view's share in a score."""

    view: str
    weight: float  # of all the views that spoke of this product; they sum to 1
    similarity: float
    reason: str


def calibrate(cosine: float, floor: float) -> float:
    """A cosine as a similarity from 0 (what unrelated things have, or less) to 1 (the same)."""
    return max(0.0, min(1.0, (cosine - floor) / (1 - floor)))


def fuse(weights: Mapping[str, float], evidence: Mapping[str, Evidence]) -> tuple[float, tuple[Voice, ...]]:
    """The weighted mean of what the views say, over the views that speak; (0, ()) when none of weight does."""
    total = sum(weights.get(view, 0.0) for view in evidence)
    if total <= 0:
        return 0.0, ()
    voices = tuple(
        Voice(view, weights.get(view, 0.0) / total, found.similarity, found.reason)
        for view, found in sorted(evidence.items(), key=lambda item: -weights.get(item[0], 0.0) * item[1].similarity)
        if weights.get(view, 0.0) > 0
    )
    return sum(voice.weight * voice.similarity for voice in voices), voices
