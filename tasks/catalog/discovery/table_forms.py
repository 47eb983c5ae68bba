"""Products whose name a table prints once over several rows, each row a form with its code, price, size or finish."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tasks.catalog.boxes import union
from tasks.catalog.codes import is_code
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.fields import AXES
from tasks.catalog.discovery.options import is_form
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.table_cells import split_sizes
from tasks.catalog.discovery.table_columns import Column
from tasks.catalog.discovery.table_records import Record
from tasks.catalog.names import clean_name, is_badge, is_name
from tasks.catalog.products import AttributeValue, Measure, Product, Variant
from tasks.catalog.vocabulary import fold

_LEAD_RATIO, _MIN_LEADS = 1.1, 2  # of type sizes; rows
_BOLD_SHARE, _MIN_BOLD = 0.8, 3  # of the rows; rows
_MIN_REPEATED, _REPEATED_SHARE = 2, 0.8  # names; of the names under a heading
_APART = frozenset({"dimensions", "size", "finish", "colours", *AXES})  # what tells rows of one name apart
_NAMING = ("colours", "finish", "size", "material", "upholstery")  # what tells one form from another, in words


def with_name(record: Record, names: Sequence[int]) -> Record:
    """The record with the name of its product, and its own remarks behind it."""
    own = record.cells.get(names[0], []) if names else []
    if not names or not record.lead or own == list(record.lead):
        return record
    return record._replace(cells={**record.cells, names[0]: [*record.lead, *([] if record.form else own)]})


def with_repeated(records: Sequence[Record], columns: Sequence[Column], name: int) -> list[Record]:
    """The records with one number for those under one heading whose names come back with other codes and sizes.

    Only where nearly all names under a heading do: a series' colours, listed size by size.
    """
    key = next((index for index, column in enumerate(columns) if column.field == "sku"), None)
    told = [index for index, column in enumerate(columns) if column.field in _APART]
    if key is None or not told:
        return list(records)
    headed: dict[str, dict[str, list[Record]]] = {}
    for record in records:
        own = fold(_text(record, name))
        headed.setdefault(record.heading.text if record.heading else "", {}).setdefault(own, []).append(record)
    numbers: dict[int, int] = {}
    for named in headed.values():
        repeated = [rows for own, rows in named.items() if own and _come_apart(rows, key, told)]
        if len(repeated) >= _MIN_REPEATED and len(repeated) >= _REPEATED_SHARE * len(named):
            numbers |= {id(record): rows[0].number for rows in repeated for record in rows}
    return [record._replace(number=numbers.get(id(record), record.number)) for record in records]


def _come_apart(rows: Sequence[Record], key: int, told: Sequence[int]) -> bool:
    """Whether rows of one name stand apart, all have codes of their own, and differ in what tells forms apart."""
    codes = {_text(record, key) for record in rows}
    forms = {tuple(_text(record, index) for index in told) for record in rows}
    alone = len({record.number for record in rows}) == len(rows)
    apart = all(two.number - one.number > 1 for one, two in pairwise(rows))
    return alone and apart and len(rows) > 1 and len(codes - {""}) == len(rows) == len(forms)


def without_own_size(name: str, record: Record, columns: Sequence[Column]) -> str:
    """A name without the size that its row has in a column of sizes, too, and what follows it ("Bullnose 3 x 24")."""
    own = [size for i, one in enumerate(columns) if one.field == "dimensions" for size in find_sizes(_text(record, i))]
    if not own or not own[0].measures:
        return name
    sizes = [size for size in find_sizes(name) if len(size.measures) > 1]
    if not any(size.measures == own[0].measures for size in sizes) or not sizes[0].start:
        return name
    bare = clean_name(name[: sizes[0].start])
    return bare if is_name(bare) else name


def _text(record: Record, index: int) -> str:
    return " ".join(cell.text for cell in record.cells.get(index, []))


def name_their_rows(tables: Sequence[Sequence[Sequence[Segment]]]) -> bool:
    """Whether the rows of tables begin with names of their own: words larger than all others of the row, never equal.

    There must be as many such rows as tables; or nearly all begin with bold words over plain ones that are no finish.
    `tables` has the rows' cells.
    """
    rows = [row for found in tables for row in found if len(row) > 1 and row[0].words]
    parts = [split_sizes(row[0]) for row in rows]
    leads = [next((part for part in found if not is_badge(part.text)), found[0]) for found in parts]
    worded = [(lead, row[1:]) for lead, row in zip(leads, rows, strict=True) if any(map(str.isalpha, lead.text))]
    larger = [lead.text for lead, cells in worded if lead.size >= _LEAD_RATIO * max(cell.size for cell in cells)]
    if len(set(larger)) == len(larger) >= max(_MIN_LEADS, len(tables)):
        return True
    bold = [lead.text for lead, cells in worded if _is_bold_name(lead, cells)]
    return len(set(bold)) == len(bold) >= max(_MIN_BOLD, _BOLD_SHARE * len(rows))


def _is_bold_name(lead: Segment, cells: Sequence[Segment]) -> bool:
    """Whether a row's first cell is a name in bold, with mostly plain cells behind it."""
    plain = sum(not cell.bold for cell in cells)
    worded = is_name(lead.text) and any(len(one) > 2 and one.isalpha() for one in lead.text.split())  # no "AY 1010 CR"
    named = worded and not is_code(lead.text) and not is_form(lead.text)
    return lead.bold and named and plain > 0.5 * len(cells)


def join_forms(
    candidates: Sequence[Candidate], records: Sequence[Record], columns: Sequence[Column]
) -> list[Candidate]:
    """One candidate for each product, with a variant for every row of those that have several; others as they are.

    `records` has the record that each candidate was read from. A price printed once is that of all forms.
    """
    prices = {index for index, column in enumerate(columns) if column.field == "price"}
    found = []
    products: dict[int, list[tuple[Record, Candidate]]] = {}
    for record, one in zip(records, candidates, strict=True):
        products.setdefault(record.number, []).append((record, one))
    for pairs in products.values():
        rows = [one for _, one in pairs]
        if not any(prices & set(record.cells) for record, _ in pairs[1:]):
            rows = [rows[0], *(_with_price(one, rows[0]) for one in rows[1:])]
        found.append(rows[0] if len(rows) == 1 else _join(rows, [record for record, _ in pairs]))
    return found


def _with_price(one: Candidate, first: Candidate) -> Candidate:
    fields = ("price", "list_price", "prices", "currency")
    return one._replace(product=one.product.model_copy(update={key: getattr(first.product, key) for key in fields}))


def _join(rows: Sequence[Candidate], records: Sequence[Record]) -> Candidate:
    """The first row's product, with what all rows have in common, and the rows as its variants."""
    first = rows[0].product
    told = [one.product.attributes for one in rows]
    fields = list(dict.fromkeys(field for one in told for field in one))
    # What the first row says, or remarks under the name, is said of all; what rows tell otherwise is each one's own.
    common = {
        field: values[0]
        for field in fields
        if (values := [one[field] for one in told if field in one])
        and all(value == values[0] for value in values)
        and (field in told[0] or any(_is_remark(one, field, record) for one, record in zip(rows, records, strict=True)))
    }
    own = [{field: value for field, value in one.items() if field not in common} for one in told]
    variants = tuple(
        make_form(one.product, attributes, record.form)
        for one, attributes, record in zip(rows, own, records, strict=True)
    )
    prices = {one.price for one in variants}
    equal = len(prices) == 1 and len({tuple(one.prices.items()) for one in variants}) == 1
    descriptions = dict.fromkeys(one.product.description for one in rows if one.product.description)
    places = {key: place for one in reversed(rows) for key, place in one.product.provenance.items()}
    codes = {f"variants.{one.product.sku}": one.product.provenance["sku"] for one in rows if one.product.sku}
    update = {
        "sku": None, "gtin": None, "variants": variants, "attributes": common, "provenance": {**places, **codes},
        "price": first.price if equal else None, "prices": first.prices if equal else {},
        "currency": next((one.product.currency for one in rows if one.product.currency), None),
        "description": " ".join(descriptions) or None,
        "confidence": max(one.product.confidence for one in rows),
    }  # fmt: skip
    evidence = frozenset().union(*(one.evidence for one in rows))
    return rows[0]._replace(
        product=first.model_copy(update=update), cell=union(one.cell for one in rows), evidence=evidence
    )


def _is_remark(one: Candidate, field: str, record: Record) -> bool:
    """Whether a field was read from what stands under the product's name."""
    place = one.product.provenance.get(field)
    box = place.bbox if place else None
    lead = record.lead[0].box if record.lead else None
    return box is not None and lead is not None and box.x_overlap(lead) > 0


def make_form(one: Product, attributes: dict[str, AttributeValue], name: str) -> Variant:
    """A row's product as a form of another one, with what it has of its own; `name` of it, else what tells it apart."""
    return Variant(
        name=name or _form_name(attributes), sku=one.sku, gtin=one.gtin, price=one.price, list_price=one.list_price,
        prices=one.prices, currency=one.currency, attributes=attributes,
    )  # fmt: skip


def _form_name(attributes: dict[str, AttributeValue]) -> str | None:
    """What tells a form from the others, in words: its colour, finish or size, else its measures."""
    named = [value for field in _NAMING if isinstance(value := attributes.get(field), str)]
    others = [value for field, value in attributes.items() if isinstance(value, str) and field not in _NAMING]
    if named or others:
        return (named or others)[0]
    sizes = [f"{value.value} {value.unit or ''}".strip() for value in attributes.values() if isinstance(value, Measure)]
    return " x ".join(sizes) or None
