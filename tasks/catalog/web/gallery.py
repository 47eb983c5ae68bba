"""The pictures of a page's product: the declared ones, then those of the gallery around them or near the headline."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tasks.catalog.vocabulary import fold
from tasks.catalog.web.claims import Claims
from tasks.catalog.web.content import Content
from tasks.catalog.web.dom import Document, Element
from tasks.catalog.web.pictures import is_junk, is_small, largest, picture_key

_GALLERY = re.compile(
    r"gallery|galerie|galleria|slider|swiper|carousel|slick|fotorama|zoom|product[-_]*(?:image|img|photo|media|picture|pic)|"
    r"(?:image|img|photo|media|picture)s?[-_]*(?:product|gallery|main|wrap|container|block|box|view|list|thumb\w*)|main[-_]*(?:image|img|photo)|landing-?image|thumbnails?|lightbox|fancybox",
    re.IGNORECASE,
)
_MOST_PICTURES = 30
_MOST_IN_GALLERY = 60  # img elements; what has more is a page, not a gallery
_BEFORE, _AFTER = 250, 160  # elements around the headline among which an unnamed gallery is looked for


def claim_images(claims: Claims, document: Document, content: Content, name: str | None) -> None:
    """Add the gallery's pictures to the declared ones, none twice in another size."""
    shown = _candidates(document, content)
    declared = {picture_key(one.value) for one in claims.images if not is_junk(one.value)}
    for image, url in _choose(content, shown, declared, name):
        claims.add_image(url, "page", document.path(image))


def _candidates(document: Document, content: Content) -> list[tuple[int, Element, str]]:
    """The content's pictures that are no control, no junk and no link to another page: place, element, address."""
    found = []
    for index, element in enumerate(content.elements):
        if element.tag != "img" or is_small(element):
            continue
        url = largest(document, element)
        if url is None or is_junk(url) or _leads_away(document, element):
            continue
        found.append((index, element, url))
    return found


def _leads_away(document: Document, image: Element) -> bool:
    link = next(image.iterancestors("a"), None)
    target = document.absolute(link.get("href")) if link is not None else None
    if target is None or re.search(r"\.(?:jpe?g|png|webp|avif)", target, re.IGNORECASE):
        return False
    return urlsplit(target).path != urlsplit(document.url).path


def _choose(
    content: Content, shown: list[tuple[int, Element, str]], declared: set[str], name: str | None
) -> list[tuple[Element, str]]:
    """The pictures of the gallery around a declared one, else of one near the headline or named like the product."""
    anchors = [image for _, image, url in shown if picture_key(url) in declared]
    folded = fold(name or "")
    near = [one for one in shown if content.start - _BEFORE <= one[0] <= content.start + _AFTER]
    if not anchors and not declared:
        anchors = [image for _, image, _ in near if _named_gallery(image) is not None][:1]
        anchors = anchors or [image for _, image, _ in near if folded and _says(image, folded)][:1]
        anchors = anchors or [image for _, image, url in near if not _leads_away_from_product(url)][:1]
    if not anchors:
        return []
    root = _gallery_of(anchors[0])
    found = (
        [(image, url) for _, image, url in shown if root is None or image is anchors[0] or _is_within(image, root)]
        if root is not None
        else []
    )
    found = found or [(image, url) for _, image, url in shown if image is anchors[0]]
    named = [(image, url) for _, image, url in near if folded and _says(image, folded)] if len(found) < 2 else []
    return [(anchors[0], url) for _, image, url in shown if image is anchors[0]] + [*found, *named]


def _leads_away_from_product(url: str) -> bool:
    return bool(
        re.search(
            r"/(?:brands?|manufacturers?|merchant|banners?|promo|static|assets|theme|template)s?/", url, re.IGNORECASE
        )
    )


def _says(image: Element, name: str) -> bool:
    """Whether an img's text is the product's name, or most of it."""
    text = fold(image.get("alt") or image.get("title") or "")
    return len(text) > 3 and (text in name or name in text)


def _named_gallery(image: Element) -> Element | None:
    """The outermost block with a gallery's name around an img that holds no headline."""
    best = None
    for one in (image, *image.iterancestors()):
        if one.tag in ("body", "main", "form") or (one is not image and one.find(".//h1") is not None):
            break
        if _GALLERY.search(f"{one.get('class') or ''} {one.get('id') or ''}"):
            best = one
    return best


def _gallery_of(image: Element) -> Element | None:
    """The block of an img's gallery: by its name, else the largest around it that holds pictures only."""
    root = _named_gallery(image)
    if root is not None and root is not image and sum(1 for _ in root.iter("img")) <= _MOST_IN_GALLERY:
        return root
    best = None
    for one in image.iterancestors():
        images = sum(1 for _ in one.iter("img"))
        words = (
            len("".join(one.itertext("div", "span", "p", "a", "li", "button")).split())
            if one.tag not in ("body", "main")
            else 10_000
        )
        if (
            one.tag in ("body", "main", "form")
            or one.find(".//h1") is not None
            or images > _MOST_IN_GALLERY
            or words > 5 * images + 10
        ):
            break
        best = one
    return best


def _is_within(element: Element, root: Element) -> bool:
    return any(one is root for one in element.iterancestors())


def resolve_images(claims: Claims) -> tuple[str, ...]:
    """Addresses without junk, the first form of each picture only: structured data, then OpenGraph, then the page."""
    order = {"json-ld": 0, "microdata": 1, "rdfa": 2, "opengraph": 3, "state": 4, "page": 5}
    found: dict[str, str] = {}
    for claim in sorted(claims.images, key=lambda one: order[one.source]):
        if not is_junk(claim.value):
            found.setdefault(picture_key(claim.value), claim.value)
    return tuple(list(found.values())[:_MOST_PICTURES])
