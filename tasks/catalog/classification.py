"""STOPGAP."""

from typing import NamedTuple

ENGINE = "rules/1"


class ImageLabel(NamedTuple):
    label: str
    confidence: float
    reason: str


def classify_images(pages, discovery):
    return {i.sha256: ImageLabel("PRODUCT_IMAGE", 0.7, "x") for p in pages for i in p.images}
