"""A product as one page shows it, before sightings are merged and the document is judged as a whole."""

from __future__ import annotations

from typing import Literal, NamedTuple

from tasks.catalog.boxes import Box
from tasks.catalog.discovery.context import Context
from tasks.catalog.discovery.fields import Fields
from tasks.catalog.products import AttributeValue, ImageLink, Place, Product

Evidence = Literal["sku", "price", "size", "labels", "image", "grid", "enough"]

# What each kind of evidence adds to the confidence that this is a product; they sum to at most 1.
_BASE = 0.4
_WEIGHTS: dict[Evidence, float] = {"sku": 0.2, "price": 0.15, "size": 0.1, "labels": 0.1, "image": 0.1, "grid": 0.1}
_MAX_CONFIDENCE = 0.95
# Fields of `Product` that are not attributes.
_OWN_FIELDS = ("sku", "gtin", "brand", "category", "description", "price", "list_price", "availability")


class Candidate(NamedTuple):
    """A product seen on one page, the area it takes there, and what speaks for it. Its `key` is still empty."""

    product: Product
    page: int
    cell: Box
    evidence: frozenset[Evidence]
    from_ocr: bool = False


def evidence_of(fields: Fields) -> set[Evidence]:
    """What the fields read so far say for a product."""
    found: set[Evidence] = set()
    if "sku" in fields.values or "gtin" in fields.values or "sku" in fields.options:
        found.add("sku")
    if "price" in fields.values or fields.prices or "price" in fields.options:
        found.add("price")
    if fields.has_size or "size" in fields.options:
        found.add("size")
    if fields.labelled >= 2:
        found.add("labels")
    return found


def make_candidate(
    name: str,
    name_box: Box,
    fields: Fields,
    page: int,
    cell: Box,
    method: Literal["grid", "spec", "table"],
    evidence: set[Evidence],
    images: tuple[ImageLink, ...] = (),
) -> Candidate:
    """A candidate of what was read; fields that `Product` has a place for leave the attributes."""
    places: dict[str, Place] = {field: fields.context.place(page, box) for field, box in fields.boxes.items()}
    places["name"] = fields.context.place(page, name_box)
    own = {field: fields.take(field) for field in _OWN_FIELDS}
    currency = fields.currency or (fields.context.currency if own["price"] or fields.prices else None)
    product = Product(
        key="",
        name=name,
        **own,
        prices=dict(fields.prices) if len(fields.prices) > 1 or method == "table" else {},
        currency=currency,
        attributes=dict(fields.values),
        images=images,
        pages=(page,),
        provenance=places,
        confidence=round(min(_MAX_CONFIDENCE, _BASE + sum(_WEIGHTS.get(kind, 0.0) for kind in evidence)), 2),
        method=method,
    )
    return Candidate(product, page, cell, frozenset(evidence))


def with_attribute(one: Candidate, field: str, value: AttributeValue, context: Context, box: Box) -> Candidate:
    """The candidate with one attribute more, read at `box`; a value that it has stays."""
    product = one.product
    if field in product.attributes:
        return one
    update = {
        "attributes": {**product.attributes, field: value},
        "provenance": {**product.provenance, field: context.place(one.page, box)},
    }
    return one._replace(product=product.model_copy(update=update))
