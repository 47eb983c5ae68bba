"""The material that the line under a series' heading tells of all its products: "Travera" / "Glazed Porcelain"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.catalog.boxes import Box
from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import is_sentence
from tasks.catalog.products import Place, Product
from tasks.catalog.vocabulary import fold, words

_MAX_WORDS, _MAX_MATERIAL_WORDS = 7, 3
_GAP_SIZES, _FLUSH_POINTS = 1.0, 6.0  # of the heading's type size
_SMALLER = 0.85
_MIN_PRODUCTS = 2
_WORD = re.compile(r"[^\W\d_]+")


def with_series_material(products: Sequence[Product], texts: Sequence[PageText]) -> tuple[Product, ...]:
    """Products without a material with the only one that stands in the line under their collection's heading.

    Only where none of a series has one of its own: else the line speaks of some of them.
    """
    pages = {text.number: text for text in texts}
    series: dict[tuple[int, Box], list[Product]] = {}
    for one in products:
        place = one.provenance.get("collection")
        if place and place.page is not None and place.bbox and place.page in pages:
            series.setdefault((place.page, place.bbox), []).append(one)
    told: dict[str, tuple[str, Place]] = {}
    for (page, box), found in series.items():
        if len(found) < _MIN_PRODUCTS or any("material" in one.attributes for one in found):
            continue
        if line := _line_under(box, pages[page]):
            place = found[0].provenance["collection"].model_copy(update={"bbox": line[1].box})
            told |= {one.key: (line[0], place) for one in found}
    return tuple(_with_material(one, *told[one.key]) if one.key in told else one for one in products)


def _with_material(one: Product, material: str, place: Place) -> Product:
    attributes, places = {**one.attributes, "material": material}, {**one.provenance, "material": place}
    return one.model_copy(update={"attributes": attributes, "provenance": places})


def _line_under(heading: Box, text: PageText) -> tuple[str, Segment] | None:
    """The material in the short line right under a heading, in smaller type, and that line."""
    size = max((one.size for one in text.segments if one.box.intersection(heading) > 0.5 * one.box.area), default=0.0)
    under = [
        one
        for one in text.segments
        if one.size <= _SMALLER * size
        and -0.5 * size <= one.box.y0 - heading.y1 <= _GAP_SIZES * size
        and abs(one.box.x0 - heading.x0) <= _FLUSH_POINTS
    ]
    line = min(under, key=lambda one: one.box.y0, default=None)
    if line is None or len(line.text.split()) > _MAX_WORDS or is_sentence(line.text):
        return None
    found = _materials_in(line.text)
    return (found[0], line) if len(found) == 1 else None


def _materials_in(text: str) -> list[str]:
    """The materials that a line names, the longest phrase of each place."""
    tokens = list(_WORD.finditer(text))
    found, index = [], 0
    while index < len(tokens):
        for count in range(min(_MAX_MATERIAL_WORDS, len(tokens) - index), 0, -1):
            phrase = text[tokens[index].start() : tokens[index + count - 1].end()]
            if fold(phrase) in words("materials"):
                found.append(phrase)
                index += count - 1
                break
        index += 1
    return found
