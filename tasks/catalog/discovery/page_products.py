"""The products of one page: tables first, then captioned pictures or sections, whichever explains the page better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box
from tasks.catalog.discovery.block_versions import find_versions
from tasks.catalog.discovery.blocks import PageBlocks
from tasks.catalog.discovery.candidates import Candidate, Evidence, with_attribute
from tasks.catalog.discovery.card_pages import is_card_page
from tasks.catalog.discovery.colourways import find_colourways
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import Fields
from tasks.catalog.discovery.grid import Picture, find_grid
from tasks.catalog.discovery.labels import read_label, split_label
from tasks.catalog.discovery.lines import find_lines
from tasks.catalog.discovery.main_product import with_main_product
from tasks.catalog.discovery.materials import collection_name, collection_of
from tasks.catalog.discovery.naming import can_name
from tasks.catalog.discovery.noise import without_noise
from tasks.catalog.discovery.offers import with_offers
from tasks.catalog.discovery.page_kinds import is_listing
from tasks.catalog.discovery.sections import find_sections, points_of
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.shared_prices import with_shared_price
from tasks.catalog.discovery.shared_sizes import with_shared_size
from tasks.catalog.discovery.specifications import find_specification
from tasks.catalog.discovery.swatches import find_swatches, with_swatches, without_swatches, without_views
from tasks.catalog.discovery.tables import Layout, read_price_tables
from tasks.catalog.discovery.topics import without_strangers
from tasks.catalog.discovery.transposed import find_transposed
from tasks.catalog.discovery.variants import read_variants, with_variants
from tasks.catalog.products import PageKind, Variant
from tasks.catalog.vocabulary import fold, words

_FLUSH_POINTS = 6.0
_HEADING_RATIO = 1.25  # a collection's heading is larger than the names under it by this
_SHARED_FIELDS = ("collection", "designer")  # what a page's products have in common
_CODED_SHARE = 0.9  # of the cards under a range's specification
_MIN_CARDS, _CARD_SHARE = 3, 0.5  # captions with codes beside a table; of all captions
_MIN_SWATCHES = 2  # of each of several products on a page
_MAIN_PRODUCT_POINTS = 1.5  # a section this well documented owns the bare swatches on its page


class PageReading(NamedTuple):
    """A page's candidates, the layout of its last table, and what the page lists when it is a listing."""

    candidates: list[Candidate]
    layout: Layout | None
    listing: PageKind | None = None


def read_page_products(
    text: PageText,
    pictures: Sequence[Picture],
    context: Context,
    carried: Layout | None,
    blocks: PageBlocks | None = None,
) -> PageReading:
    """Candidates of one page; none where the page lists contents or is an index. `blocks` are those found on it."""
    versions = find_versions(text, pictures, context)
    if versions:
        return PageReading(_marked(with_collection(versions, text, context), text), carried)
    beside, area = find_transposed(text, context)
    if area is None and is_card_page(text, pictures, context):
        cards = _read_cards(text, (), pictures, context)
        if blocks is None or not _tell_more(blocks.candidates, cards):
            return PageReading(cards, carried)
    if blocks is not None:
        found = [*blocks.candidates, *_read_rest(text, pictures, blocks, context)]
        return PageReading(_marked(with_collection(found, text, context), text), carried)
    if listing := is_listing(text):
        return PageReading([], None, listing)
    if area is not None:
        found = with_variants(beside, _outside(text, [area]), pictures, context)
        return PageReading(_marked(with_collection(found, text, context), text), carried)
    tables = read_price_tables(text, context, carried)
    free = _outside(text, tables.areas)
    if tables.candidates:
        found = read_variants(tables.tables, tables.areas, free, pictures, context)
        bare = without_noise(free)
        captioned = find_grid(bare, pictures, context)
        designs = find_colourways(captioned, bare, context)
        found = [*(designs or _cards_beside(captioned, found, bare, context)), *found]
        return PageReading(_marked(without_strangers(found, text), text), tables.layout)
    lines = find_lines(free, context)
    free = _outside(free, [one.cell for one in lines])
    return PageReading(_read_cards(free, lines, pictures, context), tables.layout)


def _tell_more(blocks: Sequence[Candidate], cards: Sequence[Candidate]) -> bool:
    """Whether blocks tell as many products as cards do, with more codes and prices: those stand under their labels."""
    told = [sum(len(one.evidence & {"sku", "price"}) for one in found) for found in (blocks, cards)]
    return len(blocks) >= len(cards) and told[0] > told[1]


def _cards_beside(
    captioned: Sequence[Candidate], listed: Sequence[Candidate], text: PageText, context: Context
) -> list[Candidate]:
    """Captioned pictures with codes of their own on a page whose table lists other products."""
    codes = {one.product.sku for one in listed} | {form.sku for one in listed for form in one.product.variants}
    names = {fold(one.product.name) for one in listed}
    known = any(one.product.sku in codes or fold(one.product.name) in names for one in captioned)
    cards = [one for one in captioned if "sku" in one.evidence and "grid" in one.evidence]
    if known or len(cards) < max(_MIN_CARDS, _CARD_SHARE * len(captioned)):
        return []
    return with_collection(with_shared_price(cards, text, context), text, context)


def _read_cards(
    text: PageText, lines: Sequence[Candidate], pictures: Sequence[Picture], context: Context
) -> list[Candidate]:
    """What a page shows, after the products that single lines of it tell."""
    free = without_noise(text)
    shown = with_shared_price(without_strangers(_read_shown(free, pictures, context), text), free, context)
    shown = with_shared_size(shown, free, context)
    return _marked(with_collection([*lines, *with_shared(shown, free, context)], free, context), text)


def _read_shown(text: PageText, pictures: Sequence[Picture], context: Context) -> list[Candidate]:
    """Captioned pictures or sections; the numbered swatches between them are theirs."""
    if swatches := find_swatches(text):
        bare, others = without_swatches(text, pictures, swatches)
        captioned = find_grid(bare, others, context)
        found = without_views(choose(captioned, find_sections(bare, others, context)), captioned, text)
        if found and (owned := with_swatches(found, swatches, context)):
            return owned
    captioned = _read_grid(text, pictures, context)
    if designs := find_colourways(captioned, text, context):
        return designs
    found = without_views(choose(captioned, find_sections(text, pictures, context)), captioned, text)
    return with_main_product(with_offers(found, text, context), text, pictures, context)


def _read_grid(text: PageText, pictures: Sequence[Picture], context: Context) -> list[Candidate]:
    """Captioned pictures; the specification of a whole range that stands over its cards is no caption."""
    captioned = find_grid(text, pictures, context)
    column = find_specification(text.segments)
    if not any(segment.box.intersection(one.cell) > 0 for segment in column for one in captioned):
        return captioned
    cards = find_grid(text.only(lambda segment: segment not in column), pictures, context)
    coded = [one for one in cards if "sku" in one.evidence and "grid" in one.evidence]
    foot = max(segment.box.y1 for segment in column)
    over = all(foot <= one.cell.y0 for one in coded)
    return cards if over and len(coded) >= max(_MIN_CARDS, _CODED_SHARE * len(cards)) else captioned


def _read_rest(text: PageText, pictures: Sequence[Picture], blocks: PageBlocks, context: Context) -> list[Candidate]:
    """What a page with blocks shows beside them: captioned pictures with a code or a price, and price tables."""
    tables = tuple(one for one in text.page.tables if not any(one.box.intersection(area) > 0 for area in blocks.areas))
    free = PageText(text.page.model_copy(update={"tables": tables}), _outside(text, blocks.areas).segments)
    if listed := read_price_tables(free, context, None).candidates:
        return listed
    left = [one for one in pictures if not _inside(one.box, blocks.areas)]
    return [one for one in find_grid(free, left, context) if one.evidence & {"sku", "price"}]


def _marked(candidates: list[Candidate], text: PageText) -> list[Candidate]:
    return [one._replace(from_ocr=True) for one in candidates] if text.page.text_source == "ocr" else candidates


def _outside(text: PageText, areas: Sequence[Box]) -> PageText:
    return text.only(lambda segment: not _inside(segment.box, areas)) if areas else text


def _inside(box: Box, areas: Sequence[Box]) -> bool:
    return any(box.intersection(area) > 0.5 * box.area for area in areas)


def choose(grid: list[Candidate], sections: list[Candidate]) -> list[Candidate]:
    """The reading of a page that has more evidence; swatches without any belong to the page's one product."""
    bare = [one for one in grid if not one.evidence - {"image", "grid"}]
    documented = [one for one in grid if one not in bare]
    if len(documented) == 1 and bare and points_of(documented[0].evidence) >= _MAIN_PRODUCT_POINTS:
        return [_with_swatches(documented[0], bare)]
    if len(sections) == 1 and len(bare) == len(grid) and points_of(sections[0].evidence) >= _MAIN_PRODUCT_POINTS:
        return [_with_swatches(sections[0], grid)]
    if len(sections) > 1 and len(bare) == len(grid) > len(sections) and (owned := _with_own_swatches(sections, grid)):
        return owned
    better = _total(sections) > _total(grid) and len(sections) >= len(grid)
    if better and not _is_mere_part(sections, grid) and not _loses(sections, grid):
        return sections
    return grid or sections


def _loses(sections: Sequence[Candidate], grid: Sequence[Candidate]) -> bool:
    """Whether fewer of the sections than of as many captions have a code, or a price: text set apart is not theirs."""
    kinds: tuple[Evidence, ...] = ("sku", "price")
    counts = [[sum(kind in one.evidence for one in found) for kind in kinds] for found in (sections, grid)]
    return len(sections) == len(grid) and any(one < other for one, other in zip(*counts, strict=True))


def _is_mere_part(sections: Sequence[Candidate], grid: Sequence[Candidate]) -> bool:
    """Whether the only section takes its name from a line beside the name in the page's only caption with a price."""
    if len(sections) != 1 or len(grid) != 1 or not grid[0].evidence & {"sku", "price"}:
        return False
    one, other = sections[0].product.provenance["name"].bbox, grid[0].product.provenance["name"].bbox
    inside = one is not None and one.intersection(grid[0].cell) > 0.5 * one.area
    return inside and one is not None and other is not None and one.intersection(other) == 0


def with_shared(candidates: list[Candidate], text: PageText, context: Context) -> list[Candidate]:
    """Captioned products with what one labelled line in the page's margin says of them all."""
    if len(candidates) < 2 or any(one.product.method != "grid" for one in candidates):
        return candidates
    around = [s for s in text.segments if not any(s.box.intersection(one.cell) > 0 for one in candidates)]
    named = [read_label(s.text) or (split_label(s.text) or (None,))[0] for s in around]
    counts = Counter(label.field for label in named if label)
    fields = Fields(context)
    fields.read(around)
    for field in _SHARED_FIELDS:
        if counts[field] == 1 and (value := fields.text(field)):
            box = fields.boxes[field]
            candidates = [with_attribute(one, field, value, context, box) for one in candidates]
    return candidates


def with_collection(candidates: list[Candidate], text: PageText, context: Context) -> list[Candidate]:
    """Several products under one large heading are of the collection that it names; under several, each of its own."""
    if len(candidates) < 2:
        return candidates
    names = [one.product.provenance["name"].bbox for one in candidates]
    taken = {box for box in names if box}
    free = [segment for segment in text.segments if segment.box not in taken and can_name(segment)]
    told = [one for one in candidates if one.evidence - {"image", "grid"}] or candidates  # no full-page photograph
    first = min(one.cell.y0 for one in told)
    largest_name = max(
        (s.size for s in text.segments if any(s.box.intersection(box) > 0 for box in taken)), default=0.0
    )
    if several := _own_headings(candidates, [one for one in free if one.size >= _HEADING_RATIO * largest_name]):
        return [
            with_attribute(one, "collection", collection_name(heading.text), context, heading.box)
            for one, heading in zip(candidates, several, strict=True)
        ]
    over = [one for one in text.segments if one.box.y0 <= first and one.box not in taken]
    named = [one for one in over if collection_of(one.text) and one.size > largest_name]  # "Collezione Aurea"
    heading = max([*named, *(one for one in free if one.box.y0 <= first)], key=_loudness, default=None)
    large = heading is not None and (heading in named or heading.size >= _HEADING_RATIO * largest_name)
    if heading is None or not large or _is_division(heading.text):
        return candidates
    return [
        with_attribute(one, "collection", collection_name(heading.text), context, heading.box) for one in candidates
    ]


def _loudness(heading: Segment) -> tuple[float, float]:
    return heading.size, heading.box.y0


def _own_headings(candidates: Sequence[Candidate], headings: Sequence[Segment]) -> list[Segment] | None:
    """For each product the heading that it stands under, where headings of one look part all of them; the smallest."""
    usable = [one for one in headings if not _is_division(one.text) and not _is_subtitle(one, headings)]
    for typical in sorted(usable, key=lambda one: one.size):
        look = [one for one in usable if one.looks_like(typical)]
        found = [_heading_over(one.cell, look) for one in candidates]
        owners = [heading for heading in found if heading is not None]
        if len(owners) == len(candidates) and len({heading.box for heading in owners}) == len(look) > 1:
            return owners
    return None


def _is_subtitle(one: Segment, headings: Sequence[Segment]) -> bool:
    """Whether a line stands right under a larger heading, which it only explains."""
    return any(
        other.size > one.size and other.box.x_overlap(one.box) > 0 and 0 < one.box.y1 - other.box.y1 <= 2 * one.size
        for other in headings
    )


def _heading_over(cell: Box, headings: Sequence[Segment]) -> Segment | None:
    """The nearest heading above; of several side by side the last that begins left of the product."""
    above = [one for one in headings if one.box.y0 <= cell.y0 and one.box.x0 <= cell.x0 + _FLUSH_POINTS]
    return max(above, key=lambda one: (round(one.box.y0), one.box.x0), default=None)


def _is_division(text: str) -> bool:
    """Whether a heading only counts the document's parts ("Section one", "Kapitel 2")."""
    return fold(text).split(" ")[0] in words("division_words")


def _total(candidates: Sequence[Candidate]) -> float:
    return sum(points_of(one.evidence) for one in candidates)


def _with_own_swatches(sections: Sequence[Candidate], swatches: Sequence[Candidate]) -> list[Candidate] | None:
    """Documented products, each with the swatches between it and the next one below; None where some have none."""
    ordered = sorted(sections, key=lambda one: one.cell.y0)
    tops = [box.y0 if (box := one.product.provenance["name"].bbox) else one.cell.y0 for one in ordered]
    if any(points_of(one.evidence) < _MAIN_PRODUCT_POINTS for one in ordered):
        return None
    owned: list[list[Candidate]] = [[] for _ in ordered]
    for swatch in swatches:
        above = [index for index, top in enumerate(tops) if top <= swatch.cell.center[1]]
        if not above:
            return None
        owned[above[-1]].append(swatch)
    if any(len(found) < _MIN_SWATCHES for found in owned):
        return None
    return [_with_swatches(one, found) for one, found in zip(ordered, owned, strict=True)]


def _with_swatches(main: Candidate, swatches: Sequence[Candidate]) -> Candidate:
    """Captioned swatches beside a documented product are its variants."""
    variants = tuple(Variant(name=one.product.name) for one in swatches if one.product.name != main.product.name)
    images = main.product.images
    product = main.product.model_copy(update={"variants": (*main.product.variants, *variants), "images": images})
    return main._replace(product=product)
