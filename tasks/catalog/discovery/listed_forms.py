"""Forms of products that one page shows and another one lists, row by row, with a code and a price each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tasks.catalog.boxes import union
from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.table_forms import make_form
from tasks.catalog.products import Measure, Place, Product, Variant
from tasks.catalog.vocabulary import fold

_MIN_FORMS = 2
_MIN_ALIKE = 3  # characters that the codes of one product's forms begin with


def with_listed_prices(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates whose forms have the prices that rows elsewhere list under their codes; those rows are gone.

    A code that several forms, or several rows, have tells nothing.
    """
    rows: dict[str, list[Candidate]] = defaultdict(list)
    forms: dict[str, list[Candidate]] = defaultdict(list)
    for one in candidates:
        for form in one.product.variants:
            forms[fold(form.sku or "")].append(one)
        if _is_row(one):
            rows[fold(one.product.sku or "")].append(one)
    known = {
        code: found[0] for code, found in rows.items() if code and len(found) == 1 and _lacks(forms[code], code, found)
    }
    taken = {id(row) for row in known.values()}
    return [_with_prices(one, known) for one in candidates if id(one) not in taken]


def join_rows_by_name(candidates: Sequence[Candidate], shown: Sequence[tuple[str, int]]) -> list[Candidate]:
    """The candidates with one for all rows of a page that have one name and codes of one kind, its variants.

    Only for names that another page shows: `shown` are those (folded) with their pages. Elsewhere rows of one name may
    be different goods.
    """
    pages: dict[str, set[int]] = defaultdict(set)
    for name, page in shown:
        pages[name].add(page)
    rows: dict[tuple[str, int], list[Candidate]] = defaultdict(list)
    for one in candidates:
        if _is_row(one):
            rows[fold(one.product.name), one.page].append(one)
    joined: dict[int, Candidate] = {}
    dropped: set[int] = set()
    for (name, page), found in rows.items():
        if len(found) >= _MIN_FORMS and len(pages[name] - {page}) == 1 and _are_forms(found):
            joined[id(found[0])] = _join(found)
            dropped |= {id(one) for one in found[1:]}
    return [joined.get(id(one), one) for one in candidates if id(one) not in dropped]


def without_forms_facts(product: Product, forms: Sequence[Variant]) -> Product:
    """A product without the code and the measures that it was shown with, where they are those of one of its forms."""
    codes = {fold(one.sku or "") for one in forms}
    own = {field for one in forms for field in one.attributes}
    attributes = {field: value for field, value in product.attributes.items() if field not in own}
    update = {"attributes": attributes, "sku": None if fold(product.sku or "") in codes else product.sku}
    return product.model_copy(update=update)


def _is_row(one: Candidate) -> bool:
    product = one.product
    return (
        product.method == "table" and bool(product.sku and (product.price or product.prices)) and not product.variants
    )


def _lacks(forms: Sequence[Candidate], code: str, rows: Sequence[Candidate]) -> bool:
    """Whether a row's code is that of one form on another page, which has no price."""
    if len(forms) != 1 or forms[0].page == rows[0].page:
        return False
    return not any(form.price or form.prices for form in forms[0].product.variants if fold(form.sku or "") == code)


def _with_prices(one: Candidate, rows: dict[str, Candidate]) -> Candidate:
    listed = {form.sku: rows[code].product for form in one.product.variants if (code := fold(form.sku or "")) in rows}
    if not listed:
        return one
    forms = [_priced(form, listed[form.sku]) if form.sku in listed else form for form in one.product.variants]
    places = {f"variants.{code}.price": place for code, row in listed.items() if (place := _price_place(row))}
    update = {
        "variants": tuple(forms),
        "currency": one.product.currency or next((row.currency for row in listed.values() if row.currency), None),
        "pages": tuple(sorted({*one.product.pages, *(page for row in listed.values() for page in row.pages)})),
        "provenance": {**one.product.provenance, **places},
    }
    return one._replace(product=one.product.model_copy(update=update), evidence=one.evidence | {"price"})


def _priced(form: Variant, row: Product) -> Variant:
    measures = {field: value for field, value in row.attributes.items() if isinstance(value, Measure)}
    update = {field: getattr(row, field) for field in ("price", "list_price", "prices", "currency")}
    return form.model_copy(update={**update, "attributes": {**measures, **form.attributes}})


def _price_place(row: Product) -> Place | None:
    return row.provenance.get("price") or row.provenance.get("sku")


def _are_forms(rows: Sequence[Candidate]) -> bool:
    """Whether rows have codes of their own that begin alike, and are of one collection."""
    codes = [fold(one.product.sku or "") for one in rows]
    collections = {str(one.product.attributes.get("collection")) for one in rows}
    return len({*codes}) == len(rows) and len(collections) == 1 and len({code[:_MIN_ALIKE] for code in codes}) == 1


def _join(rows: Sequence[Candidate]) -> Candidate:
    """One candidate for all rows; what they have in common is the product's."""
    told = [one.product.attributes for one in rows]
    common = {field: value for field, value in told[0].items() if all(one.get(field) == value for one in told)}
    forms = [
        make_form(one.product, {field: value for field, value in own.items() if field not in common}, "")
        for one, own in zip(rows, told, strict=True)
    ]
    codes = {f"variants.{one.product.sku}": one.product.provenance["sku"] for one in rows}
    update = {
        "sku": None, "gtin": None, "price": None, "prices": {}, "attributes": common, "variants": tuple(forms),
        "provenance": {**rows[0].product.provenance, **codes},
    }  # fmt: skip
    cell = union(one.cell for one in rows)
    return rows[0]._replace(product=rows[0].product.model_copy(update=update), cell=cell)
