"""Rows without names of their own, on the page of one product, are that product's variants."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.candidates import Candidate, evidence_of, make_candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import Fields
from tasks.catalog.discovery.grid import Picture
from tasks.catalog.discovery.layout import Segment
from tasks.catalog.discovery.naming import can_name
from tasks.catalog.names import clean_name
from tasks.catalog.products import AttributeValue, Measure, Product, Variant
from tasks.catalog.vocabulary import fold, words

_MAX_VARIANTS = 40
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
    if len(tables) < 2:
        return with_variants(rows, text, pictures, context)
    order = sorted(range(len(tables)), key=lambda index: areas[index].y0)
    found, top = [], 0.0
    for place, index in enumerate(order):
        area = areas[index]
        if area.y0 < top:
            return rows  # side by side
        bottom = areas[order[place + 1]].y0 if place + 1 < len(order) else text.page.height
        own = text.between(top, area.y1)
        near = [picture for picture in pictures if top <= picture.box.center[1] < bottom]
        product = with_variants(tables[index], own, near, context)
        if product is tables[index]:
            return rows
        found.extend(product)
        top = area.y1
    return found


def with_variants(
    rows: list[Candidate], text: PageText, pictures: Sequence[Picture], context: Context
) -> list[Candidate]:
    """The product that the page's heading names with `rows` as its variants; `rows` where they are products.

    `text` is what the page says outside the table. A heading counts where a picture or a labelled line backs it, so
    that the title over a price list does not become a product.
    """
    if len(rows) > _MAX_VARIANTS or any(one.product.name != one.product.sku for one in rows):
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
    variants = tuple(
        Variant(
            name=_variant_name(one.product.attributes),
            sku=one.product.sku,
            price=one.product.price,
            prices=one.product.prices,
            attributes=one.product.attributes,
        )
        for one in rows
    )
    places = {f"variants.{one.product.sku}": one.product.provenance["name"] for one in rows}
    currency = main.currency or next((one.product.currency for one in rows if one.product.currency), None)
    return {"variants": variants, "currency": currency, "provenance": {**places, **main.provenance}}


def _variant_name(attributes: dict[str, AttributeValue]) -> str | None:
    """What tells the variant from the others, in words: its colour, finish or size."""
    for field in ("colours", "finish", "material", "upholstery", "size"):
        value = attributes.get(field)
        if isinstance(value, str):
            return value
    sizes = [f"{value.value} {value.unit or ''}".strip() for value in attributes.values() if isinstance(value, Measure)]
    return " x ".join(sizes) or None
