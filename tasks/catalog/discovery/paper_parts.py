"""What a document shows that names no product: counted sections of a report, care for materials, its own title."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from statistics import median

from tasks.catalog.boxes import Box
from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.materials import material_kind
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import is_sentence
from tasks.catalog.vocabulary import fold, words

_YEARS = re.compile(r"\b(?:19|20)\d\d(?:\s?[/–-]\s?\d{2,4})?\b")
_UNDER_LINES = 1.6  # a subtitle stands so near, in its type size
_MIN_NUMBERED = 3  # headings counted 1, 2, 3
_MIN_ELSEWHERE = 3  # products on other pages make the first one a cover
_SUBTITLE_RATIO = 0.25  # of the title's type
_LOUD_RATIO, _LOUD_TYPE = 0.45, 1.8  # of the title's type, of the text's: so large it is of a cover wherever it stands
_NUMBERED = re.compile(r"(\d{1,2})[.)]?\s+\S*[^\W\d_]{3}")
_OWN_SHARE = 0.5  # of the headings that are counted: products counted so have their evidence each


def is_offer(one: Candidate) -> bool:
    """Whether a candidate has a code, a price, and a name beside the code: so no freight, no key of colours is told."""
    coded = sum(variant.sku is not None for variant in one.product.variants) > 1
    codes = [form.sku for form in one.product.variants if form.sku]
    if not one.product.sku and codes and all(map(_YEARS.fullmatch, codes)):
        return False  # a table of figures by year
    return coded or (frozenset({"sku", "price"}) <= one.evidence and has_name(one))


def has_name(one: Candidate) -> bool:
    return one.product.name != one.product.sku


def without_sections(candidates: list[Candidate], texts: Sequence[PageText]) -> list[Candidate]:
    """Without those named by headings that count a paper's sections ("1 Dimensions", "2 Strength").

    Headings of one look that go on counting over the document; products that are counted have evidence each.
    """
    for look in _counted(texts) if candidates else ():
        boxes = {(page, heading.box) for page, heading in look}
        own = [one for one in candidates if (one.page, one.product.provenance["name"].bbox) in boxes]
        if own and len(own) <= _OWN_SHARE * len(look):
            candidates = [one for one in candidates if one not in own]
    return candidates


def _counted(texts: Sequence[PageText]) -> list[list[tuple[int, Segment]]]:
    """Headings of one look that count from 1 on, over all pages."""
    looks: list[list[tuple[int, Segment]]] = []
    for text in texts:
        for segment in text.segments:
            if not _NUMBERED.match(segment.text) or is_sentence(segment.text):
                continue
            home = next((look for look in looks if look[0][1].looks_like(segment)), None)
            if home is None:
                looks.append([(text.number, segment)])
            else:
                home.append((text.number, segment))
    return [look for look in looks if _counts_up([_NUMBERED.findall(one.text)[0] for _, one in look])]


def _counts_up(numbers: Sequence[str]) -> bool:
    return len(numbers) >= _MIN_NUMBERED and [int(one) for one in numbers] == list(range(1, len(numbers) + 1))


def without_care(candidates: list[Candidate]) -> list[Candidate]:
    """Without the pictures of a page whose names are bare materials, each with sentences on it and nothing else."""
    pages = {one.page for one in candidates}
    for page in pages:
        bare = [one for one in candidates if one.page == page and not one.evidence - {"image", "grid"}]
        told = [one for one in bare if _is_care(one)]
        if len(told) > _OWN_SHARE * len(bare):
            candidates = [one for one in candidates if one not in bare]
    return candidates


def _is_care(one: Candidate) -> bool:
    return is_sentence(one.product.description or "") and any(
        material_kind(part) == "material" for part in (one.product.name, *one.product.name.split())
    )


def without_covers(candidates: list[Candidate], texts: Sequence[PageText]) -> list[Candidate]:
    """Without the first page's title and what stands right under it, where other pages show products.

    Beside a list of contents it is a title even with a code and a price, which are of the terms of ordering there, and
    so is what has no picture.
    """
    first = next((text.number for text in texts), 0)
    names = {text.number: _cover_lines(text) for text in texts[:1]}
    elsewhere = sum(one.page != first for one in candidates)
    if elsewhere < _MIN_ELSEWHERE or not names[first]:
        return candidates
    opened = any(fold(segment.text) in words("contents_headings") for text in texts[:1] for segment in text.segments)
    return [one for one in candidates if one.page != first or not _is_cover(one, names[first], opened=opened)]


def _is_cover(one: Candidate, lines: Set[Box], *, opened: bool) -> bool:
    bare = one.product.method == "spec" and "image" not in one.evidence
    titled = one.product.provenance["name"].bbox in lines
    return (opened and (bare or titled)) or (titled and not is_offer(one))


def _cover_lines(text: PageText) -> set[Box]:
    """Where a page's largest line and its subtitles stand, when one of them says catalog, price list or year."""
    largest = max(text.segments, key=lambda one: one.size, default=None)
    if largest is None:
        return set()
    lines = [largest]
    for one in sorted(text.segments, key=lambda one: one.box.y0):
        if (
            one is not largest
            and one.size >= _SUBTITLE_RATIO * largest.size
            and any(-one.size <= one.box.y0 - other.box.y1 <= _UNDER_LINES * one.size for other in lines)
        ):
            lines.append(one)
    body = median(one.size for one in text.segments)
    loud = [one for one in text.segments if one.size >= max(_LOUD_RATIO * largest.size, _LOUD_TYPE * body)]
    told = [token for one in (*lines, *loud) for token in fold(one.text).split()]
    spoken = set(told) & (words("title_words") | words("price_list_words")) or any(map(_YEARS.search, told))
    return {one.box for one in lines} if spoken else set()
