"""Which images show which product, with the reason: the caption, the cell, the page, the spread or the distance."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.grid import Picture
from tasks.catalog.discovery.pictures import find_pictures, find_repeated
from tasks.catalog.pages import Page
from tasks.catalog.products import ImageLink, Product
from tasks.catalog.vocabulary import fold

_NAMED, _SHARED = 0.9, 0.6  # one product, or a family of several
_ONLY, _ONLY_SMALL, _CELL, _ROW, _NEAREST, _SPREAD = 0.9, 0.75, 0.85, 0.85, 0.6, 0.55
_NEAR_SHARE = 0.25  # of the page's larger side: further away is no neighbour
_CLEARLY = 0.7  # the nearest product is at most this share of the next one's distance away
_FULL_PAGE_SHARE = 0.6
_SAME_AREA_SHARE, _PART_SHARE = 0.05, 0.9  # of the page; of a picture inside another
_CAPTION_POINTS = 20.0
_FLUSH_POINTS = 3.0
_MAX_PICTURE_WORDS = 12  # on a page that is all picture
_SURE, _SURE_LETTERS = 0.6, 3
_MIN_NAME = 4  # letters; shorter names are found in any text


def link_images(products: Sequence[Product], pages: Sequence[Page]) -> tuple[Product, ...]:
    """`products` with links to the images that a reader would give them; links they have are kept.

    Images that repeat as decoration are never linked, and an image that a caption gave to one product is not
    given to another.
    """
    repeated = find_repeated(pages)
    links: dict[str, list[ImageLink]] = {product.key: list(product.images) for product in products}
    by_page: dict[int, list[Product]] = defaultdict(list)
    for product in products:
        for number in product.pages:
            by_page[number].append(product)
    captioned = {(link.page, link.sha256) for found in links.values() for link in found}
    for page in pages:
        pictures = [one for one in find_pictures(page, repeated) if (page.number, one.sha256) not in captioned]
        for picture in pictures:
            on_page = by_page.get(page.number, [])
            found = _link(picture, pictures, on_page, page)
            if found:
                product, link = found
                links[product.key].append(link)
                continue
            for product in _family(picture, on_page, page):
                shared = ImageLink(
                    sha256=picture.sha256, page=page.number, score=_SHARED, reason="caption_names_family"
                )
                links[product.key].append(shared)
    _link_spreads(links, by_page, pages, repeated)
    return tuple(product.model_copy(update={"images": _best(links[product.key])}) for product in products)


def _link(
    picture: Picture, pictures: Sequence[Picture], products: Sequence[Product], page: Page
) -> tuple[Product, ImageLink] | None:
    if not products:
        return None
    if len(products) == 1:
        largest = max(other.box.area for other in pictures)
        score = _ONLY if picture.box.area >= 0.5 * largest else _ONLY_SMALL
        return products[0], ImageLink(
            sha256=picture.sha256, page=page.number, score=score, reason="only_product_on_page"
        )
    listed = [one for one in products if one.method == "table" and _is_beside(picture.box, one, page.number)]
    if len(listed) == 1:
        return listed[0], ImageLink(sha256=picture.sha256, page=page.number, score=_ROW, reason="same_row")
    if named := _named_in_caption(picture, products, page):
        return named, ImageLink(sha256=picture.sha256, page=page.number, score=_NAMED, reason="caption_names_product")
    if (level := _level_with(picture.box, products, page.number)) is not None:
        return level, ImageLink(sha256=picture.sha256, page=page.number, score=_ROW, reason="same_row")
    areas = [(product, _boxes(product, page.number)) for product in products]
    rows = [product for product, boxes in areas if boxes and _in_row(picture.box, boxes) and product.method == "table"]
    if len(rows) == 1:
        return rows[0], ImageLink(sha256=picture.sha256, page=page.number, score=_ROW, reason="same_row")
    gaps = sorted(
        ((_distance(picture.box, boxes), index) for index, (_, boxes) in enumerate(areas) if boxes), key=lambda gap: gap
    )
    if not gaps or gaps[0][0] > _NEAR_SHARE * max(page.width, page.height):
        return None
    if products[gaps[0][1]].images and len(gaps) > 1 and gaps[1][0] * _CLEARLY < gaps[0][0]:
        return None
    nearest = products[gaps[0][1]]
    if nearest.method == "grid" and nearest.images:
        return None  # a picture without a caption among captioned ones is a product nobody named
    clear = len(gaps) == 1 or gaps[0][0] <= _CLEARLY * gaps[1][0]
    if nearest.method == "table":
        return None  # a price list's pictures belong to rows only
    inside = union(_boxes(nearest, page.number)).intersection(picture.box) > 0.5 * picture.box.area
    score, reason = (_CELL, "same_cell") if inside and clear else (_NEAREST, "nearest")
    return (nearest, ImageLink(sha256=picture.sha256, page=page.number, score=score, reason=reason)) if clear else None


def _level_with(picture: Box, products: Sequence[Product], number: int) -> Product | None:
    """Of products one below the other under headings at one left edge, the only one whose heading a picture is at."""
    names = [place.bbox for one in products if (place := one.provenance.get("name")) and place.page == number]
    edges = [box.x0 for box in names if box is not None]
    if len(edges) < len(products) or max(edges) - min(edges) > _FLUSH_POINTS:
        return None
    found = [one for one in products if one.method == "spec" and _is_beside(picture, one, number)]
    return found[0] if len(found) == 1 and not found[0].images else None


def _named_in_caption(picture: Picture, products: Sequence[Product], page: Page) -> Product | None:
    """The only product whose code or name the text at the picture says; of several the one said clearly nearer."""
    near = [line for line in page.lines if _is_caption(line.box, picture.box)]
    found = _named_in(" ".join(line.text for line in near), products)
    if len(found) > 1:  # captions below pictures in rows: that of the row above is near, too
        gaps = [(line.box.gap(picture.box), own[0]) for line in near if len(own := _named_in(line.text, found)) == 1]
        gaps.sort(key=lambda gap: gap[0])
        others = [gap for gap, one in gaps if one is not gaps[0][1]]
        found = [gaps[0][1]] if others and gaps[0][0] <= _CLEARLY * others[0] else []
    return found[0] if len(found) == 1 else None


def _named_in(printed: str, products: Sequence[Product]) -> list[Product]:
    """The products whose codes a text says; else those whose names it says."""
    text = fold(printed)
    by_code = [one for one in products if one.sku and re.search(rf"(?<!\w){re.escape(fold(one.sku))}(?!\w)", text)]
    return by_code or [one for one in products if len(fold(one.name)) >= _MIN_NAME and fold(one.name) in text]


def _family(picture: Picture, products: Sequence[Product], page: Page) -> list[Product]:
    """The rows of a list whose collection, or the word that their names begin with, a line at the picture names."""
    rows = [one for one in products if one.method == "table"]
    for line in (line for line in page.lines if rows and _is_caption(line.box, picture.box)):
        name = fold(line.text)
        found = [
            one for one in rows
            if len(name) >= _MIN_NAME
            and (fold(one.name).startswith(f"{name} ") or name == fold(str(one.attributes.get("collection", ""))))
        ]  # fmt: skip
        if len(found) > 1:
            return found
    return []


def _is_caption(text: Box, picture: Box) -> bool:
    return text.gap(picture) <= _CAPTION_POINTS and (text.x_overlap(picture) > 0.5 or text.y_overlap(picture) > 0.5)


def _boxes(product: Product, number: int) -> list[Box]:
    return [place.bbox for place in product.provenance.values() if place.page == number and place.bbox is not None]


def _is_beside(picture: Box, product: Product, number: int) -> bool:
    """Whether a listed product's name stands level with the picture: it may head rows of its forms below."""
    place = product.provenance.get("name")
    if place is None or place.page != number or place.bbox is None:
        return False
    return picture.y0 - 2 <= place.bbox.center[1] <= picture.y1 + 2 and picture.x_overlap(place.bbox) == 0


def _in_row(picture: Box, boxes: Sequence[Box]) -> bool:
    area = union(boxes)
    return (
        picture.y0 - 2 <= area.center[1] <= picture.y1 + 2
        and abs(picture.center[1] - area.center[1]) <= picture.height / 2
    )


def _distance(picture: Box, boxes: Sequence[Box]) -> float:
    """From the picture to the product's nearest field."""
    return min(picture.gap(box) for box in boxes)


def _link_spreads(
    links: dict[str, list[ImageLink]],
    by_page: dict[int, list[Product]],
    pages: Sequence[Page],
    repeated: frozenset[str],
) -> None:
    """A page that is all picture, facing the page of one product without a picture of its own, shows that product."""
    known = {page.number: page for page in pages}
    for number, page in known.items():
        if by_page.get(number) or _count_words(page) > _MAX_PICTURE_WORDS:
            continue
        large = _large_pictures(page, repeated)
        # Even pages lie on the left: 2 faces 3.
        facing = by_page.get(number + 1 if number % 2 == 0 else number - 1, [])
        if len(large) == 1 and len(facing) == 1 and not links[facing[0].key]:
            link = ImageLink(sha256=large[0], page=number, score=_SPREAD, reason="same_spread")
            links[facing[0].key].append(link)


def _count_words(page: Page) -> int:
    """Words on a page; of what OCR saw in a picture only those that it was sure of."""
    if page.text_source != "ocr":
        return len(page.text.split())
    words = (word for line in page.lines for word in line.words)
    return sum(word.confidence >= _SURE and len(word.text) >= _SURE_LETTERS for word in words)


def _large_pictures(page: Page, repeated: frozenset[str]) -> list[str]:
    """Images that fill the page, each place once: not its renderings or parts; of equal ones that with more pixels."""
    least, equal = (share * page.width * page.height for share in (_FULL_PAGE_SHARE, _SAME_AREA_SHARE))
    found = [
        (image.effective_dpi, image.sha256, box)
        for image in page.images
        if image.sha256 not in repeated
        for box in image.boxes
        if box.area >= least
    ]
    kept: list[tuple[str, Box]] = []
    for _, sha256, box in sorted(found, key=lambda one: (round(one[2].area / equal), one[0]), reverse=True):
        if not any(box.intersection(other) >= _PART_SHARE * box.area for _, other in kept):
            kept.append((sha256, box))
    return [sha256 for sha256, _ in kept]


def _best(links: Sequence[ImageLink]) -> tuple[ImageLink, ...]:
    """One link an image, the best first."""
    best: dict[str, ImageLink] = {}
    for link in links:
        if link.sha256 not in best or link.score > best[link.sha256].score:
            best[link.sha256] = link
    return tuple(sorted(best.values(), key=lambda link: -link.score))
