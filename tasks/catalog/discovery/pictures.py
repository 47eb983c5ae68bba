"""Which images of a page can show a product: not logos and ornaments that repeat, not backgrounds, rules or bullets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from tasks.catalog.boxes import Box
from tasks.catalog.discovery.grid import Picture
from tasks.catalog.pages import Page, PageImage

_MIN_SIDE_POINTS = 22.0
_MIN_AREA_SHARE = 0.0025  # of the page: about 35 x 35 points on A4
_MAX_AREA_SHARE = 0.72
_MAX_APART_SHARE, _TOUCH_SHARE = 0.9, 0.1  # of the page, beside its text; of a line's area that a picture's edge takes
_MAX_ASPECT = 8.0
_SAME_PLACE_SHARE = 0.85
# An image on this many pages, and this share of them, belongs to the layout.
_REPEAT_PAGES = 3
_REPEAT_SHARE = 0.12
_LARGE_SHARE, _LARGER = 0.08, 3.0  # of the page; than the image's other places
_HEAD_SHARE, _FOOT_SHARE = 0.15, 0.9  # of the page's height
_MAX_ICON = 40.0  # points: a larger picture is shown again for another product
_SAME_PAGE_REPEATS = 3  # so often on one page is an ornament, where other pictures stand beside it


def find_repeated(pages: Sequence[Page]) -> frozenset[str]:
    """SHA-256 of images that the document repeats as decoration: on many pages, or often on each page it is on.

    A picture that is large once and small elsewhere, as on the cards of companion pieces, shows a product each time; a
    logo is small in the pages' heads.
    """
    on_pages: dict[str, set[int]] = defaultdict(set)
    places: Counter[str] = Counter()
    sides: dict[str, float] = defaultdict(float)
    areas: dict[str, list[float]] = defaultdict(list)
    running: Counter[str] = Counter()
    for page in pages:
        for image in page.images:
            on_pages[image.sha256].add(page.number)
            places[image.sha256] += len(image.boxes)
            areas[image.sha256] += [box.area / (page.width * page.height) for box in image.boxes]
            running[image.sha256] += sum(_is_running(box, page) for box in image.boxes)
            sides[image.sha256] = max([sides[image.sha256], *(min(box.width, box.height) for box in image.boxes)])
    needed = max(_REPEAT_PAGES, _REPEAT_SHARE * len(pages))
    return frozenset(
        sha256
        for sha256, numbers in on_pages.items()
        if (len(numbers) >= needed and not _is_shown_again(areas[sha256], running[sha256]))
        or (places[sha256] > _SAME_PAGE_REPEATS * len(numbers) and sides[sha256] < _MAX_ICON)
    )


def _is_shown_again(areas: Sequence[float], running: int) -> bool:
    """Whether an image is far larger at one place than at all others, most of which are not in running heads."""
    largest, *others = sorted(areas, reverse=True)
    alone = largest >= _LARGE_SHARE and all(area * _LARGER <= largest for area in others)
    return alone and running <= 0.5 * len(others)


def _is_running(box: Box, page: Page) -> bool:
    return box.y1 <= _HEAD_SHARE * page.height or box.y0 >= _FOOT_SHARE * page.height


def find_pictures(page: Page, repeated: frozenset[str]) -> list[Picture]:
    """Every place on the page where an image that can show a product stands, from top to bottom.

    Where the same place was also rendered, only the image with more pixels counts.
    """
    found = [
        (image.effective_dpi, Picture(image.sha256, box))
        for image in page.images
        if image.sha256 not in repeated
        for box in image.boxes
        if _can_show_product(image, box, page)
    ]
    kept: list[Picture] = []
    for _, picture in sorted(found, key=lambda one: -one[0]):
        if not any(same_place(picture.box, other.box) for other in kept):
            kept.append(picture)
    return sorted(kept, key=lambda picture: (picture.box.y0, picture.box.x0))


def same_place(one: Box, other: Box) -> bool:
    """Whether two boxes are one place: an image and its rendering."""
    return one.intersection(other) >= _SAME_PLACE_SHARE * max(one.area, other.area)


def _can_show_product(image: PageImage, box: Box, page: Page) -> bool:
    area = page.width * page.height
    if min(box.width, box.height) < _MIN_SIDE_POINTS or not _MIN_AREA_SHARE * area <= box.area:
        return False
    if box.area > _MAX_AREA_SHARE * area and page.text_source == "ocr":
        return False  # the scan itself
    if box.area > _MAX_AREA_SHARE * area and not _stands_apart(box, page):
        return False  # a ground that text is printed on
    return max(box.width, box.height) <= _MAX_ASPECT * min(box.width, box.height)


def _stands_apart(box: Box, page: Page) -> bool:
    """Whether a picture leaves a part of the page to the text, and all of the page's text stands there."""
    lines = [line.box for line in page.lines]
    if box.area > _MAX_APART_SHARE * page.width * page.height or not lines:
        return False
    return all(line.intersection(box) <= _TOUCH_SHARE * line.area for line in lines)
