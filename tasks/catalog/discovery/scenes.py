"""Photographs whose small captions say which products they show: "Oslo sofa, Oslo side table. Cushions in Sand."

Such a page is a sighting of each of these products, though it says nothing more of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from tasks.catalog.boxes import Box
from tasks.catalog.pages import Page
from tasks.catalog.products import ImageLink, Product
from tasks.catalog.vocabulary import fold, words

_MIN_AREA_SHARE = 0.08  # of the page
_CAPTION_POINTS = 20.0
_MAX_WORDS = 30
_SCORE = 0.6  # of a picture that may show several products
_SENTENCE = re.compile(r"[.!](?:\s+(?=[^\W\d_])|\s*$)")
_TOKEN = re.compile(r"\s*[,;/•·|+&]\s*|\s+[–—-]\s+")


def with_scenes(products: Sequence[Product], pages: Sequence[Page]) -> tuple[Product, ...]:
    """Products with the pages, and links to the pictures, of the captions that name them."""
    counts = Counter(fold(one.name) for one in products)
    by_name = {fold(one.name): one.key for one in products if counts[fold(one.name)] == 1}
    links: dict[str, list[ImageLink]] = {}
    for page in pages if by_name else ():
        pictures = [(image.sha256, box) for image in page.images for box in image.boxes if _is_large(box, page)]
        for line in page.lines if pictures else ():
            beside = next((sha256 for sha256, box in pictures if _is_at(line.box, box)), None)
            for key in _read_names(line.text, by_name) if beside else ():
                link = ImageLink(sha256=beside or "", page=page.number, score=_SCORE, reason="caption_names_product")
                links.setdefault(key, []).append(link)
    return tuple(_with_links(one, links.get(one.key, [])) for one in products)


def _is_large(box: Box, page: Page) -> bool:
    return box.area >= _MIN_AREA_SHARE * page.width * page.height


def _is_at(text: Box, picture: Box) -> bool:
    return text.gap(picture) <= _CAPTION_POINTS and (text.x_overlap(picture) > 0.5 or text.y_overlap(picture) > 0.5)


def _read_names(text: str, by_name: Mapping[str, str]) -> list[str]:
    """Keys of the products that a caption's first sentence lists, where it lists nothing else; [] for one lone word."""
    if len(text.split()) > _MAX_WORDS:
        return []
    first = _SENTENCE.split(text, maxsplit=1)[0]
    named = [part for part in _TOKEN.split(first) if part.strip()]
    keys: list[str] = []
    for part in named:
        found = _resolve(part, by_name)
        if not found:
            return []
        keys.extend(found)
    return keys if len(keys) > 1 or len(first.split()) > 1 else []


def _resolve(part: str, by_name: Mapping[str, str]) -> list[str]:
    """The product that a part names, or the two that it names around an "and"; a leading "and" counts for nothing."""
    tokens = fold(part).split()
    joints = [index for index, token in enumerate(tokens) if token in words("and_words")]
    if joints[:1] == [0]:
        return _resolve(" ".join(tokens[1:]), by_name) if len(tokens) > 1 else []
    if key := by_name.get(" ".join(tokens)):
        return [key]
    for index in joints:
        left, right = by_name.get(" ".join(tokens[:index])), by_name.get(" ".join(tokens[index + 1 :]))
        if left and right:
            return [left, right]
    return []


def _with_links(product: Product, links: Sequence[ImageLink]) -> Product:
    seen = {link.page for link in links} - set(product.pages)
    if not seen:
        return product
    new = tuple(link for link in links if link.page in seen)
    pages = tuple(sorted({*product.pages, *seen}))
    return product.model_copy(update={"pages": pages, "images": (*product.images, *new)})
