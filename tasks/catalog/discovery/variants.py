"""Rows without names of their own, on the page of one product, are that product's variants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.candidates import Candidate, evidence_of, make_candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import AXES, Fields
from tasks.catalog.discovery.grid import Picture
from tasks.catalog.discovery.naming import can_name
from tasks.catalog.discovery.options import is_form, share_stem
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import clean_name
from tasks.catalog.products import Measure, Product, Variant
from tasks.catalog.vocabulary import fold, words

_MAX_VARIANTS = 40
_SAME_SIZE = 1.03  # headings of one level
_HEADING_RATIO = 1.25  # the product's heading is larger than the table's type by this


def read_variants(
    tables: Sequence[list[Candidate]],
    areas: Sequence[Box],
    text: PageText,
    pictures: Sequence[Picture],
    context: Context,
) -> list[Candidate]:
    """The page's products where its tables list their variants, else the rows of the tables as products.

    `text` is what the page says outside the tables. Of several tables below one another, each belongs to the heading
    between it and the one above it.
    """
    rows = [one for found in tables for one in found]
    names = Counter(fold(name) for found in tables for name in {one.product.name for one in found})
    repeated = frozenset(name for name, count in names.items() if count > 1)
    if len(tables) < 2:
        return with_variants(rows, text, pictures, context)
    bands = _bands(areas, text)
    if bands is None:
        return rows
    found = []
    for index, own, bottom in bands:
        near = [picture for picture in pictures if own.top <= picture.box.center[1] < bottom]
        product = with_variants(tables[index], own.text, near, context, repeated)
        if product is tables[index]:
            return rows
        found.extend(product)
    return found


class _Band(NamedTuple):
    """What a page says between a table's end and that of the one above it."""

    top: float
    text: PageText


def _bands(areas: Sequence[Box], text: PageText) -> list[tuple[int, _Band, float]] | None:
    """For each table, from the top down, its band and where the next table begins; None where some stand side by side.

    A heading over all of them, set larger than those of each, is in no band.
    """
    order = sorted(range(len(areas)), key=lambda index: areas[index].y0)
    if any(areas[two].y0 < areas[one].y1 for one, two in pairwise(order)):
        return None
    tops = [0.0, *(areas[index].y1 for index in order)]
    bands = [text.between(top, areas[index].y1) for index, top in zip(order, tops, strict=False)]
    sizes = [max((s.size for s in band.segments if can_name(s)), default=0.0) for band in bands]
    most = _SAME_SIZE * min(sizes[1:]) if min(sizes[1:]) > 0 else float("inf")
    bottoms = [*(areas[index].y0 for index in order[1:]), text.page.height]
    return [
        (index, _Band(top, band.only(lambda segment: segment.size <= most)), bottom)
        for index, band, top, bottom in zip(order, bands, tops, bottoms, strict=False)
    ]


def with_variants(
    rows: list[Candidate],
    text: PageText,
    pictures: Sequence[Picture],
    context: Context,
    repeated: frozenset[str] = frozenset(),
) -> list[Candidate]:
    """The product that the page's heading names with `rows` as its variants; `rows` where they are products.

    `text` is what the page says outside the table. A heading counts where a picture or a labelled line backs it, so
    that the title over a price list does not become a product. `repeated` are names that several tables have, folded.
    """
    if len(rows) > _MAX_VARIANTS or not _are_options(rows, repeated, len(pictures)):
        return rows
    heading = _heading(text, min(one.cell.y0 for one in rows))
    if heading is None:
        return rows
    fields = Fields(context)
    fields.read(text.segments, keep=frozenset({heading}))
    if not pictures and not fields.labelled:
        return rows
    evidence = evidence_of(fields) | set().union(*(one.evidence for one in rows))
    if pictures:
        evidence.add("image")
    fields.put("description", _description(fields), heading.box)
    cell = union([heading.box, *(one.cell for one in rows)])
    main = make_candidate(clean_name(heading.text), heading.box, fields, text.number, cell, "spec", evidence)
    return [main._replace(product=main.product.model_copy(update=_own_variants(main.product, rows)))]


def _are_options(rows: Sequence[Candidate], repeated: frozenset[str], pictures: int) -> bool:
    """Whether rows are forms of one product: unnamed, or named by finish or material, or as in the next table too, or
    under codes that differ only in their last part ("6681-53.CR", "6681-53.NI"); named rows with `pictures` for each
    are products.
    """
    named = [one.product for one in rows if one.product.name != one.product.sku]
    if not named:
        return True
    if len(named) < len(rows) or pictures >= max(2, len(rows)):
        return False
    if all(fold(one.name) in repeated or is_form(one.name) for one in named):
        return True
    return share_stem([one.sku or "" for one in named])


def _heading(text: PageText, top: float) -> Segment | None:
    """The largest line above the table that can be a name, where nothing else is as large."""
    above = [segment for segment in text.segments if segment.box.y0 < top and can_name(segment)]
    largest = max(above, key=lambda segment: segment.size, default=None)
    if largest is None or any(fold(token) in words("title_words") for token in largest.text.split()):
        return None
    others = [segment.size for segment in text.segments if segment is not largest]
    return largest if largest.size >= _HEADING_RATIO * max(others, default=0.0) else None


def _description(fields: Fields) -> str:
    longest = max((segment.text for segment in fields.rest), key=len, default="")
    return " ".join(segment.text for segment in fields.rest) if len(longest.split()) >= 5 else ""


def _own_variants(main: Product, rows: Sequence[Candidate]) -> dict[str, object]:
    collection = ("collection", main.name)  # the heading read as its rows' collection
    variants = tuple(
        Variant(
            name=_variant_name(one.product),
            sku=one.product.sku,
            price=one.product.price,
            prices=one.product.prices,
            attributes={
                field: value for field, value in one.product.attributes.items() if (field, value) != collection
            },
        )
        for one in rows
    )
    places = {f"variants.{one.product.sku}": one.product.provenance["name"] for one in rows}
    currency = main.currency or next((one.product.currency for one in rows if one.product.currency), None)
    first, *others = [one.product for one in rows]
    shared = {
        axis: value for axis in AXES
        if (value := first.attributes.get(axis)) and all(one.attributes.get(axis) == value for one in others)
    }  # fmt: skip
    places |= {axis: first.provenance[axis] for axis in shared if axis in first.provenance}
    return {
        "variants": variants,
        "currency": currency,
        "attributes": {**shared, **main.attributes},
        "provenance": {**places, **main.provenance},
    }


def _variant_name(one: Product) -> str | None:
    """What tells the variant from the others, in words: its own name, its colour, finish or size."""
    attributes = one.attributes
    if one.name != one.sku and not (one.sku and one.name.endswith(one.sku)):
        return one.name
    for field in ("colours", "finish", "material", "upholstery", "size"):
        value = attributes.get(field)
        if isinstance(value, str):
            return value
    sizes = [f"{value.value} {value.unit or ''}".strip() for value in attributes.values() if isinstance(value, Measure)]
    return " x ".join(sizes) or None
