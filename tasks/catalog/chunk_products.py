"""Which products a place on a page belongs to, from the products' pages and the boxes their fields were read from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tasks.catalog.boxes import Box
from tasks.catalog.chunk_elements import ProductsAt
from tasks.catalog.products import Product

_NEAR_POINTS = 40.0  # about three lines: a description that discovery did not take as a field


def locate_products(products: Sequence[Product]) -> ProductsAt:
    """A function (page, box) -> keys: those with a field in the box, else the page's only one, else the nearest.

    The nearest counts within 40 points, and only when no other product is as near.
    """
    by_page: dict[int, list[Product]] = defaultdict(list)
    boxes: dict[tuple[int, str], list[Box]] = defaultdict(list)
    for product in products:
        places = [place for place in product.provenance.values() if place.page is not None]
        for page in {*product.pages, *(place.page for place in places if place.page is not None)}:
            by_page[page].append(product)
        for place in places:
            if place.page is not None and place.bbox is not None:
                boxes[place.page, product.key].append(place.bbox)

    def products_at(page: int, box: Box) -> list[str]:
        keys = [product.key for product in by_page[page]] if page in by_page else []
        inside = [key for key in keys if any(box.intersection(known) > 0 for known in boxes.get((page, key), ()))]
        if inside or len(keys) <= 1:
            return inside or keys
        gaps = sorted((min((box.gap(known) for known in boxes.get((page, key), ())), default=1e9), key) for key in keys)
        near = gaps[0][0] <= _NEAR_POINTS and gaps[0][0] < gaps[1][0]
        return [gaps[0][1]] if near else []

    return products_at
