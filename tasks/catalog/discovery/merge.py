"""Sightings of one product become one product, with the key that stays the same from run to run.

Identity is the code; without one, the name and its place. Equal names at different places stay different products.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from tasks.catalog.codes import clean_code
from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.products import Product
from tasks.catalog.vocabulary import fold

_MIN_KNOWN, _KNOWN_SHARE = 3, 0.5  # of a page's codes without a name: forms of products that other pages tell
_NEXT_PAGE = 1  # a product goes on on the next page under the same name


def merge(candidates: Sequence[Candidate]) -> tuple[Product, ...]:
    """Products in the order of their first sighting, each with a key, all its pages and what any sighting told."""
    candidates = _without_families(_without_indexes(candidates))
    merged: dict[str, Product] = {}
    ordinals: Counter[tuple[str, int]] = Counter()
    for one in candidates:
        product = one.product
        if product.sku:
            key = _uncoded(one, merged) or _code_key(one, merged)
        else:
            key = _continued(one, merged) or ""
            if not key:
                ordinals[fold(product.name), one.page] += 1
                key = f"name:{fold(product.name)}|{one.page}|{ordinals[fold(product.name), one.page]}"
        merged[key] = combine(merged[key], product) if key in merged else product.model_copy(update={"key": key})
    return tuple(_keyed(merged))


def _without_indexes(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates without those of pages that only repeat codes, most of them known from other pages."""
    bare = [one for one in candidates if _is_unnamed(one)]
    pages: dict[str, set[int]] = defaultdict(set)
    for one in candidates if bare else ():
        if not _is_unnamed(one):
            for code in (one.product.sku, *(variant.sku for variant in one.product.variants)):
                pages[fold(code or "")].add(one.page)
    counts = Counter(one.page for one in bare)
    known = Counter(one.page for one in bare if pages[fold(one.product.name)] - {one.page})
    indexes = {page for page in counts if known[page] >= max(_MIN_KNOWN, _KNOWN_SHARE * counts[page])}
    dropped = {id(one) for one in bare if one.page in indexes}
    return [one for one in candidates if id(one) not in dropped]


def _without_families(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates without those that tell of a family ("Nevo"), whose models have prices ("Nevo 142")."""
    priced = [fold(one.product.name) for one in candidates if one.product.price or one.product.prices]
    first = Counter(name.split()[0] for name in priced if " " in name)
    return [
        one
        for one in candidates
        if one.product.price
        or one.product.prices
        or one.product.variants
        or first[(name := fold(one.product.name)).split(" ")[0]] < _MIN_KNOWN
        or sum(other.startswith(f"{name} ") for other in priced) < _MIN_KNOWN
    ]


def _is_unnamed(one: Candidate) -> bool:
    return fold(one.product.name) == fold(one.product.sku or "")


def _keyed(merged: dict[str, Product]) -> list[Product]:
    """The products under their final keys: one whose code came with a later page is known by it."""
    found = []
    for key, product in merged.items():
        code = f"sku:{clean_code(product.sku or '').casefold()}"
        late = bool(product.sku) and key.startswith("name:") and code not in merged
        found.append(product.model_copy(update={"key": code}) if late else product)
    return found


def _code_key(one: Candidate, merged: dict[str, Product]) -> str:
    """The code's key; with the name where one page has two products under one code, or OCR may have misread it."""
    key = f"sku:{clean_code(one.product.sku or '').casefold()}"
    known = merged.get(key)
    if known and (one.page in known.pages or one.from_ocr) and _differ(known, one.product):
        return f"{key}|{fold(one.product.name)}"
    return key


def _uncoded(one: Candidate, merged: dict[str, Product]) -> str | None:
    """The key of the product of the page before, where this page goes on with it and gives its code."""
    key = _continued(one, merged)
    return key if key and not merged[key].sku else None


def _differ(one: Product, other: Product) -> bool:
    names = fold(one.name), fold(other.name)
    return names[0] != names[1] and not (names[0] in names[1] or names[1] in names[0])


def _continued(one: Candidate, merged: dict[str, Product]) -> str | None:
    """The key of a product of the same name that the page before told in words."""
    if one.product.method != "spec":
        return None
    for key, known in merged.items():
        same = fold(known.name) == fold(one.product.name) and known.method == "spec"
        if known.variants and one.product.variants and known.variants != one.product.variants:
            continue  # a model of another family
        if same and one.page - known.pages[-1] == _NEXT_PAGE:
            return key
    return None


def combine(known: Product, seen: Product) -> Product:
    """`known` with what `seen` adds; what is known stays."""
    scalars = ("sku", "gtin", "mpn", "brand", "category", "description", "price", "list_price", "currency")
    update: dict[str, object] = {
        field: getattr(seen, field) for field in scalars if not getattr(known, field) and getattr(seen, field)
    }
    images = {link.sha256: link for link in (*seen.images, *known.images)}
    update |= {
        "prices": {**seen.prices, **known.prices},
        "attributes": {**seen.attributes, **known.attributes},
        "variants": known.variants or seen.variants,
        "images": tuple(images[link.sha256] for link in dict.fromkeys((*known.images, *seen.images))),
        "pages": tuple(sorted({*known.pages, *seen.pages})),
        "provenance": {**seen.provenance, **known.provenance},
        "confidence": max(known.confidence, seen.confidence),
    }
    return known.model_copy(update=update)
