"""From a model's answers about a document to products: only what is printed counts.

A page outside the document, a product without a name, and a value that does not stand in the text are dropped and
counted. Values are parsed by the same rules as everywhere else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from tasks.catalog.codes import clean_code
from tasks.catalog.dimensions import find_sizes, find_weight
from tasks.catalog.discovery.context import Context
from tasks.catalog.document_text import TextIndex
from tasks.catalog.model_forms import DetailsForm, ProductEntry, VariantEntry
from tasks.catalog.model_json import find_list
from tasks.catalog.names import clean_name
from tasks.catalog.prices import find_prices, parse_amount
from tasks.catalog.products import AttributeValue, Place, Product, Variant
from tasks.catalog.vocabulary import fold, fold_label, labels

_DESCRIPTION_SHARE = 0.9  # of a description's words must stand on its page: models mend line breaks and hyphens
_CONFIDENCE = 0.8  # of a product whose name is printed on the page that the model gave, unless the model is less sure
_MAX_ATTRIBUTE_NAME = 40


class FoundProduct(NamedTuple):
    """A product that the document names, with the pages that tell of it."""

    name: str
    pages: tuple[int, ...]
    sku: str | None = None
    brand: str | None = None
    category: str | None = None
    confidence: float = _CONFIDENCE


Dropped = Counter[str]


def read_products(value: Any, index: TextIndex, dropped: Dropped) -> list[FoundProduct]:
    """The entries of a list of products that the document bears out."""
    found = []
    for item in find_list(value, "products"):
        try:
            entry = ProductEntry.model_validate(item)
        except ValidationError:
            dropped["malformed products"] += 1
            continue
        product = _check_product(entry, index, dropped)
        if product is not None:
            found.append(product)
    return found


def _check_product(entry: ProductEntry, index: TextIndex, dropped: Dropped) -> FoundProduct | None:
    name = clean_name(entry.name)
    if not name:
        dropped["products without a name"] += 1
        return None
    pages = sorted({page for page in entry.pages if page in index})
    dropped["pages outside the document"] += len(set(entry.pages)) - len(pages)
    if not _stands(name, index, pages):
        # The model may have miscounted; a name that stands nowhere was invented.
        place = index.find(name)
        if place is None:
            dropped["invented products"] += 1
            return None
        pages = [place]

    def printed(value: str | None, what: str, where: Sequence[int] | None) -> str | None:
        if value is None or index.find(value, where) is not None:
            return value
        dropped[f"invented {what}"] += 1
        return None

    return FoundProduct(
        name,
        tuple(pages),
        clean_code(printed(entry.sku, "codes", pages) or "") or None,
        printed(entry.brand, "brands", None),
        printed(entry.category, "categories", None),
        round(min(_CONFIDENCE, max(0.0, entry.confidence)) if entry.confidence is not None else _CONFIDENCE, 2),
    )


def _stands(name: str, index: TextIndex, pages: Sequence[int]) -> bool:
    return bool(pages) and (index.find(name, pages) is not None or index.find_words(name, pages) is not None)


def merge_found(found: Iterable[FoundProduct]) -> list[FoundProduct]:
    """One entry a product: by code, else by normalised name; an entry without a code joins the first of its name."""
    merged: dict[tuple[str, str], FoundProduct] = {}
    for one in found:
        name, code = fold(one.name), fold(one.sku or "")
        key = (name, code)
        if not code:
            key = next((known for known in merged if known[0] == name), key)
        elif (name, "") in merged:  # the code is learnt later; the order stays
            merged = {(key if known == (name, "") else known): value for known, value in merged.items()}
        known_one = merged.get(key)
        merged[key] = one if known_one is None else _combine(known_one, one)
    return list(merged.values())


def _combine(one: FoundProduct, other: FoundProduct) -> FoundProduct:
    return one._replace(
        pages=tuple(sorted({*one.pages, *other.pages})),
        sku=one.sku or other.sku,
        brand=one.brand or other.brand,
        category=one.category or other.category,
        confidence=max(one.confidence, other.confidence),
    )


class _Facts:
    """Printed values of one product with their places."""

    def __init__(self, found: FoundProduct, index: TextIndex, context: Context, dropped: Dropped) -> None:
        self.found, self.index, self.context, self.dropped = found, index, context, dropped
        self.places: dict[str, Place] = {}
        self.attributes: dict[str, AttributeValue] = {}

    def accept(self, field: str, value: str | None, *, share: float | None = None) -> str | None:
        """`value` where it stands on the product's pages, with its place noted; else None, counted."""
        if not value:
            return None
        pages = self.found.pages
        page = self.index.find(value, pages)
        if page is None and share is not None:
            page = self.index.find_words(value, pages, share)
        if page is None:
            self.dropped["invented values"] += 1
            return None
        self.places.setdefault(field, Place(source=self.context.source, page=page))
        return value

    def put(self, field: str, value: AttributeValue | None) -> None:
        if value not in (None, "", ()) and field not in self.attributes:
            self.attributes[field] = value


def make_products(
    found: Sequence[FoundProduct],
    details: Sequence[DetailsForm | None],
    index: TextIndex,
    context: Context,
    dropped: Dropped,
) -> list[Product]:
    """Products with keys as the rules give them: by code, else by name and place."""
    products: list[Product] = []
    taken: Counter[str] = Counter()
    for one, form in zip(found, details, strict=True):
        product = _make_product(one, form or DetailsForm(), index, context, dropped)
        key = f"sku:{product.sku.casefold()}" if product.sku else f"name:{fold(one.name)}|{one.pages[0]}|1"
        taken[key] += 1
        if taken[key] > 1:
            key = f"{key}|{fold(one.name)}|{taken[key]}"
        products.append(product.model_copy(update={"key": key}))
    return products


def _make_product(
    found: FoundProduct, form: DetailsForm, index: TextIndex, context: Context, dropped: Dropped
) -> Product:
    facts = _Facts(found, index, context, dropped)
    facts.accept("name", found.name, share=1.0)
    price = _price(facts, "price", form.price)
    list_price = _price(facts, "list_price", form.list_price)
    _read_attributes(facts, form)
    code = found.sku or clean_code(facts.accept("sku", form.sku) or "") or None
    if found.sku:
        facts.accept("sku", found.sku)
    currency = next((currency for _, currency in (price, list_price) if currency), None)
    return Product(
        key="",
        name=found.name,
        sku=code,
        gtin=facts.accept("gtin", form.gtin),
        brand=found.brand or facts.accept("brand", form.brand),
        category=found.category or facts.accept("category", form.category),
        description=facts.accept("description", form.description, share=_DESCRIPTION_SHARE),
        price=price[0],
        list_price=list_price[0],
        currency=currency or (context.currency if price[0] else None),
        attributes=facts.attributes,
        variants=_read_variants(facts, form.variants),
        pages=found.pages,
        provenance=facts.places,
        confidence=found.confidence,
        method="model",
    )


def _price(facts: _Facts, field: str, text: str | None) -> tuple[str | None, str | None]:
    """The amount and its currency."""
    text = facts.accept(field, text)
    if text is None:
        return None, None
    priced = find_prices(text, facts.context.mark, facts.context.dollar)
    if priced:
        return priced[0].amount, priced[0].currency
    return parse_amount(text, facts.context.mark), None


def _read_attributes(facts: _Facts, form: DetailsForm) -> None:
    for field in ("collection", "designer", "material", "finish", "texture"):
        facts.put(field, facts.accept(field, getattr(form, field)))
    colors = tuple(color for color in form.colors if facts.accept("colours", color))
    facts.put("colours", colors if len(colors) > 1 else "".join(colors))
    if size := facts.accept("size", form.dimensions):
        sizes = find_sizes(size, facts.context.mark, facts.context.unit)
        for axis, measure in sizes[0].measures.items() if sizes else ():
            facts.put(axis, measure)
        if not sizes:
            facts.put("size", size)
    if weight := facts.accept("weight", form.weight):
        facts.put("weight", find_weight(weight, facts.context.mark) or weight)
    for entry in form.properties:
        name = labels().get(fold_label(entry.label)) or _attribute_name(entry.label)
        if name and name not in facts.attributes:
            facts.put(name, facts.accept(name, entry.value))


def _attribute_name(label: str) -> str:
    name = re.sub(r"\W+", "_", fold(label)).strip("_")
    return name if len(name) <= _MAX_ATTRIBUTE_NAME else ""


def _read_variants(facts: _Facts, entries: Sequence[VariantEntry]) -> tuple[Variant, ...]:
    variants = []
    for entry in entries:
        attributes: dict[str, AttributeValue] = {
            name: value
            for name, value in (("color", entry.color), ("size", entry.size))
            if value and facts.accept(f"variants.{name}", value)
        }
        variant = Variant(
            name=facts.accept("variants.name", entry.name, share=1.0),
            sku=facts.accept("variants.sku", entry.sku),
            price=_price(facts, "variants.price", entry.price)[0],
            attributes=attributes,
        )
        if variant.sku or variant.price or attributes:
            variants.append(variant)
    return tuple(variants)
