"""How a document shows each of its images: the facts around a picture from which its class is judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tasks.catalog.boxes import Box
from tasks.catalog.discovery.pictures import find_repeated, same_place
from tasks.catalog.engines import ImageUse
from tasks.catalog.pages import Page, PageImage
from tasks.catalog.products import AttributeValue, Discovery, ImageLink, Product

_SCAN_SHARE = 0.85  # of the page: a picture as large as this on a page without text of its own is the page
_BLEED_POINTS = 6.0
_STRIP_ASPECT = 7.0


def describe_uses(pages: Sequence[Page], discovery: Discovery) -> dict[str, ImageUse]:
    """How every image of the document is used, by SHA-256; of several showings the largest counts.

    An embedded image and the rendering of its place are one picture: each has the links of both.
    """
    repeated = find_repeated(pages)
    links, products = _find_links(discovery)
    uses: dict[str, ImageUse] = {}
    for page in pages:
        for image in page.images:
            found = [link for twin in _find_twins(image, page) for link in links[twin]]
            best = max(found, key=lambda link: link.score, default=None)
            use = _describe(image, page)._replace(
                repeated=image.sha256 in repeated,
                page_kind=discovery.page_kinds.get(page.number, "reference"),
                has_products=bool(discovery.products),
                links=tuple(found),
                product=_describe_product(products[best.sha256, best.page]) if best else None,
            )
            if image.sha256 not in uses or (use.page_share or 0) > (uses[image.sha256].page_share or 0):
                uses[image.sha256] = use
    return uses


def _find_links(
    discovery: Discovery,
) -> tuple[dict[str, list[ImageLink]], dict[tuple[str, int], Product]]:
    """Links by image, and the product of the firmest link by (image, page)."""
    links: dict[str, list[ImageLink]] = defaultdict(list)
    products: dict[tuple[str, int], Product] = {}
    scores: dict[tuple[str, int], float] = {}
    for product in discovery.products:
        for link in product.images:
            links[link.sha256].append(link)
            key = link.sha256, link.page
            if link.score > scores.get(key, -1.0):
                products[key], scores[key] = product, link.score
    return links, products


def _find_twins(image: PageImage, page: Page) -> Iterator[str]:
    """The image itself and those that show its place, as the rendering of an embedded image does."""
    yield image.sha256
    box = _largest(image)
    for other in page.images:
        if other.sha256 != image.sha256 and same_place(_largest(other), box):
            yield other.sha256


def _largest(image: PageImage) -> Box:
    return max(image.boxes, key=lambda box: box.area)


def _describe(image: PageImage, page: Page) -> ImageUse:
    box = _largest(image)
    share = box.area / max(1.0, page.width * page.height)
    short, long = sorted((box.width, box.height))
    return ImageUse(
        page_share=share,
        bleeds=_bleeds(box, page),
        strip=long > _STRIP_ASPECT * short,
        scan=share >= _SCAN_SHARE and page.text_source == "ocr",
        shown_side_points=short,
        nearest_text=image.nearest_text,
    )


def _bleeds(box: Box, page: Page) -> bool:
    """Whether the picture reaches the page's edge on two sides or more."""
    sides = (box.x0 <= _BLEED_POINTS, box.y0 <= _BLEED_POINTS)
    far = (box.x1 >= page.width - _BLEED_POINTS, box.y1 >= page.height - _BLEED_POINTS)
    return sum((*sides, *far)) >= 2


def _describe_product(product: Product) -> Mapping[str, object]:
    """The facts of a product that may tell what its picture shows; unknown ones are left out."""
    facts: dict[str, AttributeValue | None] = {
        "name": product.name,
        "brand": product.brand,
        "category": product.category,
        "description": product.description,
        **product.attributes,
    }
    return {name: value for name, value in facts.items() if value}
