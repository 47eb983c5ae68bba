"""What an image shows, by rules: a product, a product in its surroundings, a decoration, or a drawing.

Rules see the image's place, size and pixels' statistics, how often it is repeated, and the products it was linked to.
They do not see what is on it, so their confidence stays modest; below 0.6 the caller takes an answer as open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, NamedTuple

from tasks.catalog.boxes import Box
from tasks.catalog.discovery.pictures import find_repeated, same_place
from tasks.catalog.pages import ImageStats, Page, PageImage
from tasks.catalog.products import Discovery, ImageLink

ENGINE = "rules/1"

ImageClass = Literal["PRODUCT_IMAGE", "MIXED", "DECORATIVE", "TECHNICAL_DIAGRAM"]

_TINY_SIDE_POINTS = 22.0
_STRIP_ASPECT = 7.0
_SCAN_SHARE = 0.85  # of the page
_SCENE_SHARE = 0.3  # of the page: a picture as large as this tells a story
_CARD_SHARE = 0.45
_BLEED_POINTS = 6.0
# Line drawings: mostly paper, hardly any colour, few tones. Photographs on white have many.
_DRAWING_WHITE, _DRAWING_COLOUR, _DRAWING_TONES, _DRAWING_ENTROPY = 0.55, 12.0, 28, 3.6
_FLAT_ENTROPY, _FLAT_COLOURS = 1.2, 3
_PHOTO_ENTROPY = 5.0
_FIRM_LINK = 0.8


class ImageLabel(NamedTuple):
    """A class with its confidence (0 to 1) and the reason in words."""

    label: ImageClass
    confidence: float
    reason: str


class _Use(NamedTuple):
    """How the document uses an image."""

    image: PageImage
    page: Page
    share: float  # of the page that its largest showing covers
    box: Box
    links: tuple[ImageLink, ...]
    kind: str  # of the page


def classify_images(pages: Sequence[Page], discovery: Discovery) -> dict[str, ImageLabel]:
    """A label for every image of the document, by its SHA-256."""
    repeated = find_repeated(pages)
    links: dict[str, list[ImageLink]] = defaultdict(list)
    for product in discovery.products:
        for link in product.images:
            links[link.sha256].append(link)
    uses: dict[str, _Use] = {}
    for page in pages:
        for image in page.images:
            use = _use(image, page, tuple(links[image.sha256]), discovery)
            if image.sha256 not in uses or use.share > uses[image.sha256].share:
                uses[image.sha256] = use
    has_products = bool(discovery.products)
    labels = {sha256: _classify(use, sha256 in repeated, has_products) for sha256, use in uses.items()}
    return _agree(uses, labels)


def _agree(uses: dict[str, _Use], labels: dict[str, ImageLabel]) -> dict[str, ImageLabel]:
    """An embedded image and the rendering of its place show the same: both get the surer label of the two."""
    by_page: dict[int, list[_Use]] = defaultdict(list)
    for use in uses.values():
        by_page[use.page.number].append(use)
    surer: dict[str, ImageLabel] = {}
    for here in by_page.values():
        for use in here:
            twins = [one.image.sha256 for one in here if same_place(one.box, use.box)]
            surer[use.image.sha256] = max((labels[sha256] for sha256 in twins), key=lambda label: label.confidence)
    return surer


def _use(image: PageImage, page: Page, links: tuple[ImageLink, ...], discovery: Discovery) -> _Use:
    box = max(image.boxes, key=lambda box: box.area)
    share = box.area / max(1.0, page.width * page.height)
    return _Use(image, page, share, box, links, discovery.page_kinds.get(page.number, "reference"))


def _classify(use: _Use, repeated: bool, has_products: bool) -> ImageLabel:
    stats = use.image.stats
    best = max((link.score for link in use.links), default=0.0)
    if best >= _FIRM_LINK:
        return _classify_linked(use, best)
    if repeated:
        return ImageLabel("DECORATIVE", 0.9, "repeated over the document: a logo or an ornament")
    if use.share >= _SCAN_SHARE and use.page.text_source == "ocr":
        return ImageLabel("DECORATIVE", 0.7, "the scan of a whole page")
    if min(use.box.width, use.box.height) < _TINY_SIDE_POINTS:
        return ImageLabel("DECORATIVE", 0.75, "too small to show a product")
    if max(use.box.width, use.box.height) > _STRIP_ASPECT * min(use.box.width, use.box.height):
        return ImageLabel("DECORATIVE", 0.8, "a strip or rule")
    if stats.entropy < _FLAT_ENTROPY or stats.distinct_colors <= _FLAT_COLOURS:
        return ImageLabel("DECORATIVE", 0.7, "a flat area of colour without a caption")
    if _is_drawing(stats):
        return ImageLabel("TECHNICAL_DIAGRAM", 0.75, "lines on white, without colour")
    if best > 0:
        return ImageLabel("PRODUCT_IMAGE", 0.5 + 0.2 * best, f"beside a product ({use.links[0].reason})")
    return _classify_unlinked(use, has_products)


def _classify_linked(use: _Use, score: float) -> ImageLabel:
    """An image that a caption, a cell or its page gives to a product."""
    reason = max(use.links, key=lambda link: link.score).reason
    captioned = reason.startswith("caption")
    if _is_drawing(use.image.stats) and not captioned:
        return ImageLabel("TECHNICAL_DIAGRAM", 0.7, f"lines on white, at a product ({reason})")
    if use.share >= _SCENE_SHARE and _bleeds(use) and not captioned:
        return ImageLabel("MIXED", 0.65, f"a large picture to the page's edge, at a product ({reason})")
    if use.share > _CARD_SHARE:
        return ImageLabel("MIXED", 0.6, f"a picture over half the page, at a product ({reason})")
    confidence = 0.9 if captioned else 0.6 + 0.2 * score
    return ImageLabel("PRODUCT_IMAGE", round(confidence, 2), f"linked to a product ({reason})")


def _classify_unlinked(use: _Use, has_products: bool) -> ImageLabel:
    """An image that no product claims."""
    photo = use.image.stats.entropy >= _PHOTO_ENTROPY
    if not has_products:
        return ImageLabel("DECORATIVE", 0.5, "a picture in a document without products")
    if use.kind == "cover":
        return ImageLabel("DECORATIVE", 0.6, "a picture on the cover")
    if photo and use.share >= _SCENE_SHARE:
        return ImageLabel("MIXED", 0.7, "a large photograph without a product of its own: a scene")
    if photo and use.kind != "products" and use.share >= _SCENE_SHARE / 3:
        return ImageLabel("MIXED", 0.6, "a photograph on a page without products")
    return ImageLabel("PRODUCT_IMAGE" if use.kind == "products" else "DECORATIVE", 0.45, "nothing tells what it shows")


def _is_drawing(stats: ImageStats) -> bool:
    return (
        stats.white_share >= _DRAWING_WHITE
        and stats.colorfulness <= _DRAWING_COLOUR
        and stats.distinct_colors <= _DRAWING_TONES
        and stats.entropy <= _DRAWING_ENTROPY
    )


def _bleeds(use: _Use) -> bool:
    """Whether the picture reaches the page's edge on two sides or more."""
    box, page = use.box, use.page
    sides = (box.x0 <= _BLEED_POINTS, box.y0 <= _BLEED_POINTS)
    far = (box.x1 >= page.width - _BLEED_POINTS, box.y1 >= page.height - _BLEED_POINTS)
    return sum((*sides, *far)) >= 2
