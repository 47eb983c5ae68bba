"""One verdict per image of a request, with what may go wrong in a model's list of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rehearsal.pictures import Picture
from rehearsal.protocol import Luck

OLD_LABELS = ("material_closeup", "material_in_situ", "non_material")  # of an earlier prompt: no longer valid


def judge(
    images: Sequence[tuple[int, Picture]], service: str, luck: Luck, *, analyse: bool
) -> tuple[list[dict[str, Any]], list[str]]:
    """The verdicts on (index, image) pairs, and the hashes of the images that got a right one."""
    verdicts, delivered = [], []
    for index, picture in images:
        if luck.meets("missing", index):
            continue
        label = picture.label
        if not luck.meets("wrong_labels", index):
            delivered.append(picture.hash)
        else:
            label = OLD_LABELS[int(luck.draws.number("label", index) * len(OLD_LABELS))]
        verdict: dict[str, Any] = {
            "index": index,
            "classification": label,
            "confidence": picture.confidence(luck.draws.seed, service, luck.behaviour.uncertain),
            "reason": f"shows {', '.join(picture.colors) or 'no clear colour'}, {picture.width}x{picture.height}",
        }
        if analyse:
            verdict["analysis"] = picture.analysis()
        verdicts.append(verdict)
    return verdicts, delivered
