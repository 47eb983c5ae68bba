"""The document as a whole: whether it is a catalog at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.papers import is_letter, kind_of_paper, without_papers

_MIN_BARE = 4  # pictures with captions and nothing else make a catalog from this many on
# ... on this share of the pages; on more where nothing in the document has a code, a price or a size.
_SWATCH_SHARE, _BARE_SHARE = 0.15, 0.3
# In a long document a few pages that look like products are examples, not an assortment.
_LONG_PAGES, _LONG_SHARE = 40, 0.04
# Where nearly every page is running text, only codes and prices on a fair share of the pages count.
_PROSE_SHARE, _PROSE_PRODUCT_SHARE = 0.6, 0.15


class Verdict(NamedTuple):
    """The candidates that stand, and why there are none when there are none."""

    candidates: list[Candidate]
    reason: str | None


def judge(candidates: Sequence[Candidate], texts: Sequence[PageText]) -> Verdict:
    """Drop candidates that the document as a whole speaks against."""
    readable = [text for text in texts if text.segments]
    if not readable:
        return Verdict([], "no text could be read on any page")
    if not candidates:
        return Verdict([], f"no page shows a product ({_describe(readable)})")
    candidates = without_papers(candidates, readable)
    if not candidates:
        paper = "a letter" if any(map(is_letter, readable)) else "instructions, a report or a form"
        return Verdict([], f"the document is {paper}, not a catalog")
    bare = [one for one in candidates if _is_bare(one)]
    strong = [one for one in candidates if not _is_bare(one)]
    swatches = bool(bare) and _is_swatch_book(bare, strong, readable)
    kept = [one for one in candidates if swatches or not _is_bare(one)]
    pages = {one.page for one in kept}
    prose = [text for text in readable if _is_prose(text) and text.number not in pages]
    if len(texts) >= _LONG_PAGES and len(pages) < _LONG_SHARE * len(texts):
        return Verdict([], f"only {len(pages)} of {len(texts)} pages look like products, too few for a catalog")
    if len(prose) >= _PROSE_SHARE * len(readable) and len(pages) < _PROSE_PRODUCT_SHARE * len(readable):
        return Verdict([], "the document is running text")
    if kind := kind_of_paper(readable, kept):
        return Verdict([], f"the document is {kind}, not a catalog")
    if not kept:
        return Verdict([], "captioned pictures, but too few and too different for a catalog")
    return Verdict(kept, None)


def _is_bare(one: Candidate) -> bool:
    """Whether nothing but a captioned picture speaks for it."""
    return not one.evidence - {"image", "grid"}


def _is_swatch_book(bare: Sequence[Candidate], strong: Sequence[Candidate], texts: Sequence[PageText]) -> bool:
    """Whether captions without any other evidence are products: enough of them, in grids, not among articles."""
    in_grids = [one for one in bare if "grid" in one.evidence]
    if len(in_grids) < _MIN_BARE:
        return False
    pages = {one.page for one in in_grids}
    prose = sum(_is_prose(text) for text in texts)
    least = _SWATCH_SHARE if strong else _BARE_SHARE
    return len(pages | {one.page for one in strong}) >= least * len(texts) and prose <= 0.6 * len(texts)


def _is_prose(text: PageText) -> bool:
    total = sum(len(segment.text.split()) for segment in text.segments)
    return total >= 40 and text.prose_words >= 0.5 * total


def _describe(texts: Sequence[PageText]) -> str:
    prose = sum(_is_prose(text) for text in texts)
    return f"{len(texts)} pages with text, {prose} of them running text"
