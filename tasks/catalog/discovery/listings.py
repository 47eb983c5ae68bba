"""Products shown on one page and listed on another: a price list at the end, a matrix of models and sizes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from tasks.catalog.boxes import Box, union
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.candidates import Candidate, Evidence
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import Fields
from tasks.catalog.discovery.listed_forms import join_rows_by_name, with_listed_prices, without_forms_facts
from tasks.catalog.discovery.merge import combine
from tasks.catalog.discovery.page_tables import list_tables
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.table_cells import Cell, RawTable
from tasks.catalog.discovery.table_headers import read_headers
from tasks.catalog.prices import parse_amount
from tasks.catalog.products import Product, Variant
from tasks.catalog.vocabulary import fold

_DISPLAY_RATIO = 1.4  # of the body's type: a name set so heads its page
_MIN_MODELS, _MIN_ROWS = 2, 2
_EDGE_POINTS = 6.0
_TOLD = ("material", "designer", "colours", "finish")  # of a product, below its name on the page that shows it


def join_listed(candidates: Sequence[Candidate], texts: Sequence[PageText], context: Context) -> list[Candidate]:
    """The candidates with what lists elsewhere in the document tell of them.

    A listed name that one other page shows (alone as its heading beside a picture, or as a product without code and
    price) is that product, and stands where it is shown; names that occur twice on either side are left alone.
    """
    candidates = with_listed_prices(_with_matrices(list(candidates), texts, context))
    candidates = join_rows_by_name(candidates, _shown_names(candidates, texts, context))
    listed = _by_name([one for one in candidates if one.product.method == "table" or _has_forms(one.product)])
    shown = _by_name(
        [
            one
            for one in candidates
            if one.product.method != "table"
            and not (one.product.price or one.product.prices or _has_forms(one.product))
        ]
    )
    headings = _headings(texts, {one.page for one in candidates}, context) if listed else {}
    headings |= _titles(texts, listed, candidates, context) if listed else {}
    replaced: dict[int, Candidate] = {}
    dropped: set[int] = set()
    for name, row in listed.items():
        known = shown.get(name)
        if known and known.page != row.page and not (known.product.sku and row.product.sku):
            product = without_forms_facts(known.product, row.product.variants)
            update = combine(product, row.product).model_copy(update={"pages": (known.page, row.page)})
            replaced[id(known)] = known._replace(product=update, evidence=known.evidence | row.evidence)
            dropped.add(id(row))
        elif name in headings:
            text, heading = headings[name]
            others = [one for page, one in headings.values() if page.number == text.number and one != heading]
            replaced[id(row)] = _moved(row, text, heading, others, context)
    joined = [replaced.get(id(one), one) for one in candidates if id(one) not in dropped]
    return sorted(joined, key=lambda one: one.page)  # stable: as read within a page


def _shown_names(candidates: Sequence[Candidate], texts: Sequence[PageText], context: Context) -> list[tuple[str, int]]:
    """The names, with their pages, of what pages show: products without a price, and lines in display type."""
    shown = [one for one in candidates if one.product.method != "table" and not one.product.variants]
    found = [(fold(one.product.name), one.page) for one in shown if not (one.product.price or one.product.prices)]
    display = _DISPLAY_RATIO * context.body_size
    pictured = [text for text in texts if text.page.images]
    lines = [(text.number, one) for text in pictured for one in text.segments if one.size >= display]
    return found + [(fold(one.text), page) for page, one in lines]


def _is_open(product: Product) -> bool:
    return not (product.sku or product.price or product.prices)


def _has_forms(product: Product) -> bool:
    """Whether a product comes with the codes or prices of its forms, as a list gives them."""
    return any(one.sku or one.price or one.prices for one in product.variants)


def _by_name(candidates: Sequence[Candidate]) -> dict[str, Candidate]:
    """Candidates by their folded names, without names that several have."""
    counts = Counter(fold(one.product.name) for one in candidates)
    return {name: one for one in candidates if counts[name := fold(one.product.name)] == 1}


def _headings(texts: Sequence[PageText], taken: set[int], context: Context) -> dict[str, tuple[PageText, Segment]]:
    """The line set largest on each page that shows a picture and no product, by its folded text."""
    found: dict[str, list[tuple[PageText, Segment]]] = defaultdict(list)
    for text in texts:
        if text.number in taken or not text.page.images or not text.segments:
            continue
        largest = max(text.segments, key=lambda one: one.size)
        if largest.size >= _DISPLAY_RATIO * context.body_size:
            found[fold(largest.text)].append((text, largest))
    return {name: places[0] for name, places in found.items() if len(places) == 1}


def _titles(
    texts: Sequence[PageText], listed: Mapping[str, Candidate], candidates: Sequence[Candidate], context: Context
) -> dict[str, tuple[PageText, Segment]]:
    """Listed names that one other page with pictures has as a line in display type, where no product was read."""
    taken = {(one.page, box) for one in candidates if (box := one.product.provenance["name"].bbox)}
    found: dict[str, list[tuple[PageText, Segment]]] = defaultdict(list)
    for text in texts:
        for segment in text.segments if text.page.images else ():
            row = listed.get(fold(segment.text))
            if row is None or row.page == text.number or segment.size < _DISPLAY_RATIO * context.body_size:
                continue
            if not any(page == text.number and segment.box.intersection(box) > 0 for page, box in taken):
                found[fold(segment.text)].append((text, segment))
    return {name: places[0] for name, places in found.items() if len(places) == 1}


def _moved(row: Candidate, text: PageText, heading: Segment, others: Sequence[Segment], context: Context) -> Candidate:
    """A listed product where its own page shows it, with what the page says below its name; `others` are names, too."""
    page = text.number
    right = min((one.box.x0 for one in others if one.box.x0 > heading.box.x1), default=text.page.width)
    below = [
        one
        for one in text.segments
        if one.box.y0 >= heading.box.y0 and heading.box.x0 - _EDGE_POINTS <= one.box.x0 < right and one != heading
    ]
    fields = Fields(context)
    fields.read(below)
    told = {field: fields.values[field] for field in _TOLD if field in fields.values}
    places = {**row.product.provenance, "name": context.place(page, heading.box)}
    places |= {field: context.place(page, fields.boxes[field]) for field in told if field in fields.boxes}
    update = {"pages": tuple(sorted({page, row.page})), "provenance": places, "method": "spec",
              "attributes": {**told, **row.product.attributes}}  # fmt: skip
    evidence: frozenset[Evidence] = row.evidence | frozenset[Evidence]({"image"})
    return row._replace(product=row.product.model_copy(update=update), page=page, cell=heading.box, evidence=evidence)


def _with_matrices(candidates: list[Candidate], texts: Sequence[PageText], context: Context) -> list[Candidate]:
    """The candidates with the prices by size of tables that have a column for each of them."""
    models = [one for one in candidates if not one.product.variants and _is_open(one.product)]
    names = {fold(one.product.name) for one in models}
    for text in texts if context.currency else ():
        if sum(fold(segment.text) in names for segment in text.segments) < _MIN_MODELS:
            continue
        known = _by_name([one for one in models if one.page != text.number])
        for table in list_tables(text):
            columns = _model_columns(table, known)
            if len(columns) < _MIN_MODELS:
                continue
            priced = {id(known[name]): _priced(known[name], table, index, text.number, context)
                      for index, name in columns.items()}  # fmt: skip
            # What was read on the matrix's page under these names are its labels.
            labels = set(columns.values())
            candidates = [
                priced.get(id(one), one)
                for one in candidates
                if id(one) in priced or one.page != text.number or fold(one.product.name) not in labels
            ]
    return candidates


def _model_columns(table: RawTable, known: dict[str, Candidate]) -> dict[int, str]:
    """The columns headed by products of other pages, whose cells are amounts."""
    columns = {}
    for index, header in enumerate(read_headers(table)):
        cells = [cell for row in table.rows for cell in row.cells if cell.column == cell.last == index]
        amounts = [cell for cell in cells if parse_amount(cell.text) is not None]
        name = fold(header.own)
        if name in known and len(amounts) >= _MIN_ROWS and len(amounts) == len(cells):
            columns[index] = name
    return columns


def _priced(one: Candidate, table: RawTable, index: int, page: int, context: Context) -> Candidate:
    """The candidate with a variant for each row that has an amount in its column."""
    variants, places = [], dict(one.product.provenance)
    for row in table.rows:
        first, cell = row.cells[0], next((cell for cell in row.cells if cell.column == index), None)
        amount = parse_amount(cell.text, context.mark) if cell else None
        if cell is None or amount is None or first.column == index:
            continue
        sizes = find_sizes(first.text, context.mark, context.unit)
        attributes = dict(sizes[0].measures) if sizes else {}
        variants.append(Variant(name=first.text, price=amount, currency=context.currency, attributes=attributes))
        places[f"variants.{len(variants)}"] = context.place(page, _span(first, cell))
    update = {
        "variants": tuple(variants), "currency": context.currency, "provenance": places,
        "pages": tuple(sorted({*one.product.pages, page})),
    }  # fmt: skip
    return one._replace(product=one.product.model_copy(update=update), evidence=one.evidence | {"price"})


def _span(one: Cell, other: Cell) -> Box:
    return union([one.box, other.box])
