"""The products of one page: tables first, then captioned pictures or sections, whichever explains the page better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box
from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.grid import Picture, find_grid
from tasks.catalog.discovery.page_kinds import is_listing
from tasks.catalog.discovery.sections import find_sections, points_of
from tasks.catalog.discovery.tables import Layout, read_price_tables
from tasks.catalog.products import Variant

_MAIN_PRODUCT_POINTS = 1.5  # a section this well documented owns the bare swatches on its page


class PageReading(NamedTuple):
    """A page's candidates and the layout of its last table."""

    candidates: list[Candidate]
    layout: Layout | None


def read_page_products(
    text: PageText, pictures: Sequence[Picture], context: Context, carried: Layout | None
) -> PageReading:
    """Candidates of one page; none where the page lists contents or is an index."""
    if is_listing(text):
        return PageReading([], None)
    tables = read_price_tables(text, context, carried)
    free = text._replace(segments=tuple(s for s in text.segments if not _inside(s.box, tables.areas)))
    if tables.candidates:
        return PageReading(_with_variants(tables.candidates, free, pictures, context), tables.layout)
    grid = find_grid(free, pictures, context)
    sections = find_sections(free, pictures, context)
    found = choose(grid, sections)
    if text.page.text_source == "ocr":
        found = [one._replace(from_ocr=True) for one in found]
    return PageReading(found, tables.layout)


def _inside(box: Box, areas: Sequence[Box]) -> bool:
    return any(box.intersection(area) > 0.5 * box.area for area in areas)


def choose(grid: list[Candidate], sections: list[Candidate]) -> list[Candidate]:
    """The reading of a page that has more evidence; swatches without any belong to the page's one product."""
    bare = [one for one in grid if not one.evidence - {"image", "grid"}]
    if len(sections) == 1 and len(bare) == len(grid) and points_of(sections[0].evidence) >= _MAIN_PRODUCT_POINTS:
        return [_with_swatches(sections[0], grid)]
    if _total(sections) > _total(grid) and len(sections) >= len(grid):
        return sections
    return grid or sections


def _total(candidates: Sequence[Candidate]) -> float:
    return sum(points_of(one.evidence) for one in candidates)


def _with_swatches(main: Candidate, swatches: Sequence[Candidate]) -> Candidate:
    """Captioned swatches beside a documented product are its variants."""
    variants = tuple(Variant(name=one.product.name) for one in swatches if one.product.name != main.product.name)
    images = main.product.images
    product = main.product.model_copy(update={"variants": (*main.product.variants, *variants), "images": images})
    return main._replace(product=product)


def _with_variants(
    rows: list[Candidate], text: PageText, pictures: Sequence[Picture], context: Context
) -> list[Candidate]:
    """Rows without names of their own, under the page's one documented product, are its variants."""
    return rows
