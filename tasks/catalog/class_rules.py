"""What an image shows by rules over its statistics and its use: the certain cases, and a judgement of the others.

Rules do not see what is on the picture. The certain ones stand; a judgement is one voice among the features of the
classifier (`image_features.py`), which weighs and calibrates it.
"""

from __future__ import annotations

from tasks.catalog.engines import ImageUse
from tasks.catalog.image_analysis import ImageLabel
from tasks.catalog.pages import ImageStats

_TINY_SIDE_POINTS = 22.0
_SCENE_SHARE = 0.3  # of the page: a picture as large as this tells a story
_CARD_SHARE = 0.45
# Line drawings: mostly paper, hardly any colour, few tones. Photographs on white have many.
_DRAWING_WHITE, _DRAWING_COLOUR, _DRAWING_TONES, _DRAWING_ENTROPY = 0.55, 12.0, 28, 3.6
_FLAT_ENTROPY, _FLAT_COLOURS = 1.2, 3
_PHOTO_ENTROPY = 5.0
_FIRM_LINK = 0.8


def find_firmest(use: ImageUse) -> tuple[float, str]:
    """Score and reason of the firmest link to a product; (0, "") without one."""
    return max(((link.score, link.reason) for link in use.links), default=(0.0, ""))


def is_captioned(use: ImageUse) -> bool:
    """Whether a caption gives the image to a product."""
    score, reason = find_firmest(use)
    return score >= _FIRM_LINK and reason.startswith("caption")


def classify_surely(use: ImageUse) -> ImageLabel | None:
    """The label where the place alone settles it; None where the pixels must be looked at."""
    if find_firmest(use)[0] >= _FIRM_LINK:
        return None
    if use.repeated:
        return ImageLabel(label="DECORATIVE", confidence=0.9, reason="repeated over the document: a logo or ornament")
    if use.scan:
        return ImageLabel(label="DECORATIVE", confidence=0.9, reason="the scan of a whole page")
    if use.shown_side_points is not None and use.shown_side_points < _TINY_SIDE_POINTS:
        return ImageLabel(label="DECORATIVE", confidence=0.85, reason="too small to show a product")
    if use.strip:
        return ImageLabel(label="DECORATIVE", confidence=0.85, reason="a strip or rule")
    return None


def judge(stats: ImageStats, use: ImageUse) -> ImageLabel:
    """The rules' label; its confidence is a rank, not a probability."""
    sure = classify_surely(use)
    if sure:
        return sure
    score, reason = find_firmest(use)
    if score >= _FIRM_LINK:
        return _judge_linked(stats, use, score, reason)
    if stats.entropy < _FLAT_ENTROPY or stats.distinct_colors <= _FLAT_COLOURS:
        return ImageLabel(label="DECORATIVE", confidence=0.7, reason="a flat area of colour without a caption")
    if is_drawing(stats):
        return ImageLabel(label="TECHNICAL_DIAGRAM", confidence=0.75, reason="lines on white, without colour")
    if score > 0:
        return ImageLabel(label="PRODUCT_IMAGE", confidence=0.5 + 0.2 * score, reason=f"beside a product ({reason})")
    return _judge_unlinked(stats, use)


def _judge_linked(stats: ImageStats, use: ImageUse, score: float, reason: str) -> ImageLabel:
    """An image that a caption, a cell or its page gives to a product."""
    captioned, share = reason.startswith("caption"), use.page_share or 0.0
    if is_drawing(stats) and not captioned:
        return ImageLabel(label="TECHNICAL_DIAGRAM", confidence=0.7, reason=f"lines on white, at a product ({reason})")
    if share >= _SCENE_SHARE and use.bleeds and not captioned:
        words = f"a large picture to the page's edge, at a product ({reason})"
        return ImageLabel(label="MIXED", confidence=0.65, reason=words)
    if share > _CARD_SHARE:
        return ImageLabel(
            label="MIXED", confidence=0.6, reason=f"a picture over half the page, at a product ({reason})"
        )
    confidence = 0.9 if captioned else round(0.6 + 0.2 * score, 2)
    return ImageLabel(label="PRODUCT_IMAGE", confidence=confidence, reason=f"linked to a product ({reason})")


def _judge_unlinked(stats: ImageStats, use: ImageUse) -> ImageLabel:
    """An image that no product claims."""
    photo, share = stats.entropy >= _PHOTO_ENTROPY, use.page_share or 0.0
    if use.has_products is None:
        return ImageLabel(label="PRODUCT_IMAGE", confidence=0.3, reason="nothing is known of its use")
    if not use.has_products:
        return ImageLabel(label="DECORATIVE", confidence=0.5, reason="a picture in a document without products")
    if use.page_kind == "cover":
        return ImageLabel(label="DECORATIVE", confidence=0.6, reason="a picture on the cover")
    if photo and share >= _SCENE_SHARE:
        words = "a large photograph without a product of its own: a scene"
        return ImageLabel(label="MIXED", confidence=0.7, reason=words)
    if photo and use.page_kind != "products" and share >= _SCENE_SHARE / 3:
        return ImageLabel(label="MIXED", confidence=0.6, reason="a photograph on a page without products")
    label = "PRODUCT_IMAGE" if use.page_kind == "products" else "DECORATIVE"
    return ImageLabel(label=label, confidence=0.45, reason="nothing tells what it shows")


def is_drawing(stats: ImageStats) -> bool:
    """Whether the statistics are those of lines on paper."""
    return (
        stats.white_share >= _DRAWING_WHITE
        and stats.colorfulness <= _DRAWING_COLOUR
        and stats.distinct_colors <= _DRAWING_TONES
        and stats.entropy <= _DRAWING_ENTROPY
    )
