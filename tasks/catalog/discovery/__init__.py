"""From pages to products: candidates by page, merged over pages, judged against the whole document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from traceback import extract_tb

from tasks.catalog.discovery.blocks import read_blocks
from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.code_matrices import with_code_matrices
from tasks.catalog.discovery.collection_names import with_bare_collections
from tasks.catalog.discovery.context import read_context, read_page_texts
from tasks.catalog.discovery.cover import guess_brand, guess_title
from tasks.catalog.discovery.document import judge
from tasks.catalog.discovery.finish_pages import without_finishes
from tasks.catalog.discovery.kickers import with_brands
from tasks.catalog.discovery.linking import link_images
from tasks.catalog.discovery.listings import join_listed
from tasks.catalog.discovery.merge import merge
from tasks.catalog.discovery.page_kinds import kind_of_text
from tasks.catalog.discovery.page_products import PageReading, read_page_products
from tasks.catalog.discovery.pictures import find_pictures, find_repeated
from tasks.catalog.discovery.running_names import with_running_names
from tasks.catalog.discovery.scenes import with_scenes
from tasks.catalog.discovery.series_facts import with_series_facts
from tasks.catalog.discovery.spreads import read_spreads
from tasks.catalog.discovery.tables import Layout
from tasks.catalog.discovery.terms import read_offer
from tasks.catalog.pages import Page
from tasks.catalog.products import Discovery, PageKind

__all__ = ["ENGINE", "discover", "link_images"]

ENGINE = "rules/1"


def discover(pages: Sequence[Page], source: str) -> Discovery:
    """Everything that general rules understand of a document's pages; `source` names it in every field's place.

    Products carry their image links. A document without products gives none and the reason.
    """
    context = read_context(pages, source)
    texts = read_page_texts(pages)
    repeated = find_repeated(pages)
    seen: list[Candidate] = []
    listings: dict[int, PageKind | None] = {}
    layout: Layout | None = None
    blocks = read_blocks(texts, repeated, context)
    faults: dict[int, str] = {}
    for text in texts:
        pictures, own = find_pictures(text.page, repeated), blocks.get(text.number)
        try:
            reading = read_page_products(text, pictures, context, layout, own)
        except Exception as error:  # a fault of a rule costs the page that shows it, which is named, and no other
            reading, faults[text.number] = PageReading([], layout), _locate(error)
        seen.extend(reading.candidates)
        layout, listings[text.number] = reading.layout, reading.listing
    seen += read_spreads(texts, seen, context)
    seen = with_code_matrices(seen, texts, context)
    verdict = judge(without_finishes(join_listed(seen, texts, context), texts), texts)
    products = with_scenes(with_brands(merge(verdict.candidates)), pages)
    products = with_running_names(link_images(products, pages), texts, context.body_size)
    products = with_bare_collections(with_series_facts(products, texts, context))
    with_products = {one.page for one in verdict.candidates}
    title, offer = guess_title(pages, products), read_offer(pages, context)
    return Discovery(
        products=products,
        page_kinds={
            text.number: "products"
            if text.number in with_products
            else listings[text.number] or kind_of_text(text, len(texts))
            for text in texts
        },
        title=title,
        brand=guess_brand(pages, title, products),
        currency=context.currency,
        reason=verdict.reason,
        valid_from=offer.valid_from,
        valid_until=offer.valid_until,
        validity=offer.validity,
        terms=offer.terms,
        faults=faults,
        engine=ENGINE,
    )


def _locate(error: Exception) -> str:
    """An error in one line, with the place in the code that raised it."""
    place = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(place.filename).name}, line {place.lineno})"
