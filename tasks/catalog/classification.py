"""What an image shows: a product, a product in its surroundings, a decoration or a drawing, and how surely.

A multinomial logistic regression over `image_features.py`; its weights are data (`ClassModel`), fitted on labelled
pictures and checked in beside the engine that loads them. Where the place alone settles it, the rule stands.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.catalog.class_rules import classify_surely, find_firmest, is_captioned
from tasks.catalog.engines import ImageUse
from tasks.catalog.image_analysis import IMAGE_CLASSES, ImageLabel
from tasks.catalog.image_features import (
    LAYOUT_NAMES,
    STATS_NAMES,
    describe_use,
    measure_layout,
    measure_statistics,
    scale_scores,
)
from tasks.catalog.image_scores import SCORE_NAMES, group_scores
from tasks.catalog.pages import ImageStats

# Where pixels and a product's own caption agree, plain or odd pixels are no reason to leave the label open.
CAPTIONED_CONFIDENCE = 0.75

PIXEL_NAMES = (*LAYOUT_NAMES, *STATS_NAMES, *(f"score_{name}" for name in SCORE_NAMES))


class Features(NamedTuple):
    """One image in numbers; each part float64 of its own length."""

    pixels: NDArray[np.float64]  # `PIXEL_NAMES`
    use: NDArray[np.float64]  # USE_NAMES
    scores: NDArray[np.float64]  # the network's, scaled


class ClassModel(NamedTuple):
    """Weights of the regression, a row per class in the order of `IMAGE_CLASSES`."""

    pixel_means: NDArray[np.float64]  # (p,)
    pixel_spreads: NDArray[np.float64]  # (p,)
    pixels: NDArray[np.float64]  # (4, p)
    use: NDArray[np.float64]  # (4, u)
    scores: NDArray[np.float64]  # (4, 1000)
    intercepts: NDArray[np.float64]  # (4,)
    temperature: float  # above 1 where the raw regression is too sure of itself


def gather_features(
    pixels: NDArray[np.uint8], size: tuple[int, int], stats: ImageStats, use: ImageUse, logits: NDArray[np.float32]
) -> Features:
    """`pixels` from `shrink_picture`, `size` (width, height) of the image itself, `logits` (1000,) of ImageNet."""
    layout = np.concatenate([measure_layout(pixels), measure_statistics(stats, *size), group_scores(logits)])
    return Features(layout, describe_use(stats, use), scale_scores(logits[None])[0])


def find_probabilities(features: Features, model: ClassModel) -> NDArray[np.float64]:
    """The calibrated probability of each of `IMAGE_CLASSES`; they sum to 1."""
    standard = (features.pixels - model.pixel_means) / model.pixel_spreads
    raised = model.pixels @ standard + model.use @ features.use + model.scores @ features.scores + model.intercepts
    raised = raised / model.temperature
    shares: NDArray[np.float64] = np.exp(raised - raised.max())
    total: NDArray[np.float64] = shares / shares.sum()
    return total


def classify(features: Features, use: ImageUse, model: ClassModel) -> ImageLabel:
    """The label of an image; its confidence is the share of such answers that are right (0 to 1)."""
    sure = classify_surely(use)
    if sure:
        return sure
    probabilities = find_probabilities(features, model)
    best = int(probabilities.argmax())
    reason = _explain(features, use, model, best)
    # Never 1.0: no finite number of pictures shows that.
    confidence = math.floor(min(float(probabilities[best]), 0.99) * 100) / 100
    if IMAGE_CLASSES[best] == "PRODUCT_IMAGE" and is_captioned(use):
        confidence = max(confidence, CAPTIONED_CONFIDENCE)
    return ImageLabel(label=IMAGE_CLASSES[best], confidence=confidence, reason=reason)


_WORDS = {
    "border_even": "an even ground", "border_white": "a white ground", "cell_means": "tones over the picture",
    "cell_spreads": "evenness of texture", "lines_across": "straight lines", "lines_down": "straight lines",
    "type_blocks": "type", "empty_blocks": "empty areas", "two_tones": "few tones", "top_tone": "few tones",
    "saturation": "colour", "colorfulness": "colour", "grey": "greyness", "edge_density": "edges",
    "entropy": "variety of tones", "distinct_colors": "number of colours", "white_share": "white",
    "figure_share": "how much stands out", "figure_centred": "a figure in the middle",
}  # fmt: skip


def _explain(features: Features, use: ImageUse, model: ClassModel, best: int) -> str:
    """What spoke most for the class against the mean of the others, in words."""
    others = [index for index in range(len(IMAGE_CLASSES)) if index != best]

    def weigh(weights: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
        parts: NDArray[np.float64] = (weights[best] - weights[others].mean(axis=0)) * values
        return parts

    pixels = weigh(model.pixels, (features.pixels - model.pixel_means) / model.pixel_spreads)
    parts = {"what it shows": float(weigh(model.scores, features.scores).sum())}
    for name, value in zip(PIXEL_NAMES, pixels, strict=True):
        word = "what it shows" if name.startswith("score_") else _WORDS.get(name, "layout and size")
        parts[word] = parts.get(word, 0.0) + float(value)
    score, link = find_firmest(use)
    place = f"its link to a product ({link})" if score else "its place in the document"
    parts[place] = float(weigh(model.use, features.use).sum())
    names = [name for name, value in sorted(parts.items(), key=lambda part: -part[1]) if value > 0.1]
    return "by " + ", ".join(names[:3]) if names else "nothing speaks clearly"
