"""Price lists and other tables in which a row is a product."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import code_shape, is_code, is_weak_code
from tasks.catalog.dates import find_dates
from tasks.catalog.discovery.candidates import Candidate, evidence_of, make_candidate, with_attribute
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import AXES, Fields
from tasks.catalog.discovery.legend import without_mark
from tasks.catalog.discovery.naming import can_name
from tasks.catalog.discovery.page_tables import list_tables
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.table_cells import Cell, RawTable
from tasks.catalog.discovery.table_columns import Column, is_column_code, read_columns
from tasks.catalog.discovery.table_facts import with_facts
from tasks.catalog.discovery.table_forms import join_forms, with_name, with_repeated, without_own_size
from tasks.catalog.discovery.table_matrices import find_matrices
from tasks.catalog.discovery.table_records import NO_NAMES, Record, lower_heading, read_records, with_products
from tasks.catalog.discovery.table_values import choose_price, read_cell, read_remarks, read_spanning
from tasks.catalog.names import clean_name, is_name, strip_continued
from tasks.catalog.prices import parse_amount
from tasks.catalog.products import Variant
from tasks.catalog.vocabulary import fold, words, words_pattern

_MIN_PRODUCTS = 2
_TRADE_LABELS = frozenset({"price", "name", "dimensions", "material", "finish", "colours", *AXES})
_PRICED_SHARE = 0.6  # of the rows: then a row without a price needs a code that is one
_MAX_MONEY_SHARE = 0.3  # of the rows may read like a balance sheet's
_TITLE_RATIO = 1.25  # of the table's type size
_DISPLAY_RATIO = 2.0  # of the table's type size
_HEADING_RATIO, _HEADING_REACH_LINES = 1.3, 7.0  # of the table's type size
_NO_CODES = frozenset({"name", "other", "category", "gtin", "price"})
_PLAIN_CODE = re.compile(r"(?!(?:19|20)\d\d$)\d{4,8}")  # a year is none
_MIN_HEADED = 4  # so many codes under headings of their own are cards, which tell more
_MIN_DATED, _DATED_SHARE = 4, 0.7  # of a table's lines
_DAY = re.compile(r"[0-3]\d[/-][01]\d|\d{1,2} [^\W\d_]{3,9}\.?")  # a date without its year


class Layout(NamedTuple):
    """What the tables so far tell of the next: the last one's columns, which may go on without their header."""

    extents: tuple[tuple[float, float], ...]
    columns: list[Column]
    price_labels: frozenset[str]  # of all tables so far


class Reading(NamedTuple):
    """What a page's tables gave: candidates by table, the areas they took, and the layout for a next page's table."""

    tables: list[list[Candidate]]
    areas: list[Box]
    layout: Layout | None

    @property
    def candidates(self) -> list[Candidate]:
        return [one for rows in self.tables for one in rows]


def read_price_tables(text: PageText, context: Context, carried: Layout | None) -> Reading:
    """Every product row of the page's tables. `carried` is the last table's layout, for one that goes on here."""
    tables: list[list[Candidate]] = []
    areas: list[Box] = []
    layout = carried
    known = carried.price_labels if carried else frozenset()
    listed = list_tables(text)
    matrices, taken = find_matrices(text, listed, context)
    tables += [[one] for one in matrices]
    areas += [one.cell for one in matrices]
    for table in map(lower_heading, listed):
        if any(table.box.intersection(area) > 0 for area in taken):
            continue
        columns = read_columns(table, table.rows, known, priced=context.currency is not None)
        if not table.header and carried and _same_columns(table.columns, carried.extents):
            columns = carried.columns
        found = read_table(table, columns, text.number, context)
        if not table.header and _has_own_headings(found):
            continue
        if len(found) >= _MIN_PRODUCTS or (found and _shares_labels(table, listed)):
            found = _in_collection(found, text, table, context)
            tables.append(found)
            areas.append(_area(table))
            known |= {fold(column.label) for column in columns if column.field == "price" and column.label}
            layout = Layout(table.columns, columns, known)
    return Reading(with_facts(tables, text, context), areas, layout)


def _has_own_headings(found: Sequence[Candidate]) -> bool:
    """Whether each row is a mere code under a heading of its own: that is the product's name, the row its facts."""
    headings = [one.product.provenance.get("collection") for one in found]
    apart = len({place.bbox for place in headings if place}) == len(found)
    return len(found) >= _MIN_HEADED and apart and all(is_code(one.product.name) for one in found)


def _shares_labels(table: RawTable, others: Sequence[RawTable]) -> bool:
    """Whether another table of the page has the same labels."""
    own = {fold(cell.text) for row in table.header[-1:] for cell in row.cells}
    heads = [{fold(cell.text) for row in other.header[-1:] for cell in row.cells} for other in others]
    return len(own) > 1 and heads.count(own) > 1


def _area(table: RawTable) -> Box:
    """What the table takes of the page; a title above it, set larger than its type, is not of it."""
    size = max((cell.size for row in table.rows if len(row.cells) > 1 for cell in row.cells), default=0.0)
    rows = [*table.header, *table.rows]
    while len(rows[0].cells) == 1 and size and rows[0].cells[0].size >= _TITLE_RATIO * size:
        rows = rows[1:]
    return union(row.box for row in rows)


def _same_columns(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> bool:
    return len(one) == len(other) and all(
        abs(a[0] - b[0]) < 12 or abs(a[1] - b[1]) < 12 for a, b in zip(one, other, strict=True)
    )


def _in_collection(found: list[Candidate], text: PageText, table: RawTable, context: Context) -> list[Candidate]:
    """Rows without a heading of their own are of the collection that a larger heading right above the table names."""
    first = next(row.box for row in table.rows if len(row.cells) > 1)
    size = max((cell.size for row in table.rows for cell in row.cells), default=0.0)
    above = [
        segment
        for segment in text.segments
        if segment.size >= _HEADING_RATIO * size
        and 0 <= first.y0 - segment.box.y1 <= _HEADING_REACH_LINES * size
        and segment.box.x_overlap(table.box) > 0
        and can_name(segment)
    ]
    heading = max(above, key=lambda segment: (segment.size, segment.box.y1), default=None) or _family(text, first, size)
    if heading is None or any(fold(token) in words("title_words") for token in heading.text.split()):
        return found
    if any("collection" not in one.product.attributes for one in found):  # headings below only part the series
        found = [_without_collection(one, table) for one in found]
    return [with_attribute(one, "collection", clean_name(heading.text), context, heading.box) for one in found]


def _without_collection(one: Candidate, table: RawTable) -> Candidate:
    """The candidate without the collection that a heading in the table gave it."""
    place = one.product.provenance.get("collection")
    if not (place and place.bbox and any(place.bbox == cell.box for row in table.rows for cell in row.cells)):
        return one
    attributes = {field: value for field, value in one.product.attributes.items() if field != "collection"}
    places = {field: own for field, own in one.product.provenance.items() if field != "collection"}
    return one._replace(product=one.product.model_copy(update={"attributes": attributes, "provenance": places}))


def _family(text: PageText, first: Box, size: float) -> Segment | None:
    """The name of a family that its page shows with a picture: the one line in display type, above all tables."""
    display = [one for one in text.segments if one.size >= _DISPLAY_RATIO * size]
    alone = len(display) == 1 and bool(text.page.images) and can_name(display[0])
    return display[0] if alone and display[0].box.y1 <= first.y0 else None


def read_table(table: RawTable, columns: list[Column], page: int, context: Context) -> list[Candidate]:
    """Every row that is a product, in the given columns."""
    if not _can_hold_products(columns, priced=context.lists_prices) or (not _has_codes(columns) and _is_ledger(table)):
        return []
    found = []
    names = [index for index, column in enumerate(columns) if column.field == "name"]
    records = read_records(table, columns)
    leads = any(record.lead for record in records)
    if names or leads:
        records = with_products(records, names[0] if names else NO_NAMES)
    if names and not leads:
        records = with_repeated(records, columns, names[0])
    forms: dict[int, Record] = {}  # by the candidate's `id`
    for record in records:
        if _lists_codes(record, columns):
            continue
        candidate = _read_record(with_name(record, names), columns, page, context)
        if candidate:
            forms[id(candidate)] = record
            found.append(candidate)
    priced = [one for one in found if "price" in one.evidence]
    apart = _other_kinds(found, forms)
    if len(priced) >= _PRICED_SHARE * (len(found) - len(apart)):  # a footer's page number is no code
        shapes = {code_shape(one.product.sku or "") for one in priced} - {""}
        found = [
            one
            for one in found
            if one in priced
            or code_shape(one.product.sku or "") in shapes
            or (id(one) not in apart and _is_ordered(one.product.sku or "", shapes))
        ]
    money = sum(bool(words_pattern("finance_words").search(fold(one.product.name))) for one in found)
    if money > _MAX_MONEY_SHARE * len(found):
        return []
    return join_forms(found, [forms[id(one)] for one in found], columns) if names or leads else found


def _other_kinds(found: Sequence[Candidate], records: Mapping[int, Record]) -> set[int]:
    """The rows (by `id`) under headings under which none has a price, where all others have: a page's other tables."""
    groups: dict[str, list[Candidate]] = {}
    for one in found:
        heading = records[id(one)].heading
        groups.setdefault(heading.text if heading else "", []).append(one)
    bare = [rows for rows in groups.values() if not any("price" in one.evidence for one in rows)]
    others = [one for rows in groups.values() if rows not in bare for one in rows]
    if not others or any("price" not in one.evidence for one in others):
        return set()
    return {id(one) for rows in bare for one in rows}


def _lists_codes(record: Record, columns: Sequence[Column]) -> bool:
    """Whether a row without a price has several codes of one shape in columns of something else: an index of codes."""
    if any(parse_amount(cell.text) for i, own in record.cells.items() if columns[i].field == "price" for cell in own):
        return False
    own = [code_shape(cell.text) for i, cells in record.cells.items() if columns[i].field == "sku" for cell in cells]
    others = [cells for i, cells in record.cells.items() if columns[i].field in _NO_CODES and not columns[i].group]
    return sum(code_shape(cell.text) in own and is_weak_code(cell.text) for cells in others for cell in cells) >= 1


def _is_ordered(code: str, shapes: Set[str]) -> bool:
    """Whether a row without a price has a code by which it can be ordered: one by itself, or like the others'."""
    return is_code(code) or (bool(code) and is_column_code(code)) or (len(code) > 2 and code_shape(code) in shapes)


def _can_hold_products(columns: Sequence[Column], *, priced: bool) -> bool:
    """A price and a code, or a price and a name under labels of the trade; without prices, labelled codes with more.

    Names and amounts without labels are an offer where the document lists prices (`priced`).
    """
    fields = {column.field for column in columns}
    labelled = {column.field for column in columns if column.by_label}
    if "price" in fields:
        unlabelled = not any(column.label for column in columns)
        return "sku" in fields or ("name" in fields and ((unlabelled and priced) or bool(labelled & _TRADE_LABELS)))
    measured = bool(fields & {*AXES, "dimensions"})
    return "sku" in labelled and ("name" in labelled or measured)


def _is_ledger(table: RawTable) -> bool:
    """Whether each line has its date, as a bank's statement and a list of payments do; offers have one together."""
    lines = [row for row in table.rows if len(row.cells) > 1]
    dated = sum(any(_is_date(cell.text) for cell in row.cells) for row in lines)
    return dated >= _MIN_DATED and dated >= _DATED_SHARE * len(lines)


def _is_date(text: str) -> bool:
    whole = any(one.end - one.start >= len(text.strip()) for one in find_dates(text))
    return whole or _DAY.fullmatch(text.strip()) is not None


def _has_codes(columns: Sequence[Column]) -> bool:
    return any(column.field == "sku" and column.by_label for column in columns)


def _read_record(record: Record, columns: Sequence[Column], page: int, context: Context) -> Candidate | None:
    fields = Fields(context)
    name: tuple[str, Box] | None = None
    remarks: list[Cell] = []
    for index, cells in sorted(record.cells.items()):
        column = columns[index]
        text, box = " ".join(cell.text for cell in cells), union(cell.box for cell in cells)
        if column.group:
            continue  # a form's
        if column.field == "name":
            own = [cell for cell in cells if cell.looks_like(cells[0])]
            text = without_mark(clean_name([cell.text for cell in own]), context.legend)
            name = text, union(cell.box for cell in own)
            remarks = [cell for cell in cells if cell not in own]
        elif any(cell.last > cell.column for cell in cells) and read_spanning(cells, columns, fields):
            continue
        else:
            read_cell(column, text, box, fields)
    read_remarks(remarks, fields)  # the columns' own values come first
    if name is None and record.lead:  # a heading over its forms
        name = clean_name(record.lead[0].text), record.lead[0].box
        read_remarks(record.lead[1:], fields)
    if name:
        name = without_own_size(name[0], record, columns), name[1]
    if name and not any(column.field == "sku" for column in columns):
        name = _part_code(name, fields)
    if record.heading and "collection" not in fields.values:
        fields.put("collection", clean_heading(record.heading.text), record.heading.box)
    if forms := _read_forms(record, columns, context):
        fields.options |= {"sku", "price"}
        fields.currency = forms[0][1]
    found = _candidate(record, name, fields, page, columns)
    if found and forms:
        variants = tuple(form for form, _ in forms)
        return found._replace(product=found.product.model_copy(update={"variants": variants, "currency": forms[0][1]}))
    return found


def _read_forms(record: Record, columns: Sequence[Column], context: Context) -> list[tuple[Variant, str | None]]:
    """A record's forms with their currency, where each group of columns has the code and prices of one."""
    found = []
    for group in dict.fromkeys(column.group for column in columns if column.group):
        fields = Fields(context)
        for index, cells in sorted(record.cells.items()):
            if columns[index].group == group:
                text, box = " ".join(cell.text for cell in cells), union(cell.box for cell in cells)
                read_cell(columns[index], text, box, fields)
        choose_price(fields, {})
        code, prices = fields.text("sku"), dict(fields.prices) if len(fields.prices) > 1 else {}
        if code or fields.prices:
            form = Variant(name=group, sku=code, price=fields.text("price"), prices=prices)
            found.append((form, fields.currency or context.currency))
    return found


def _part_code(name: tuple[str, Box], fields: Fields) -> tuple[str, Box]:
    """A name without the code before it ("1211 Sedia Brenta"), which is the record's where no column has codes."""
    code, _, rest = name[0].partition(" ")
    if not (is_code(code) or _PLAIN_CODE.fullmatch(code)) or not is_name(rest):
        return name
    fields.put("sku", code, name[1])
    return rest, name[1]


def _candidate(
    record: Record, name: tuple[str, Box] | None, fields: Fields, page: int, columns: Sequence[Column]
) -> Candidate | None:
    evidence = evidence_of(fields)
    if name is None or not any(char.isalpha() for char in name[0]):
        code = fields.text("sku")
        if not code:
            return None
        collection = fields.text("collection")
        name = (f"{collection} {code}" if collection else code), fields.boxes["sku"]
    if any(fold(name[0]).startswith(word) for word in words("total_words")) and "sku" not in evidence:
        return None
    if not evidence & {"sku", "price"}:
        return None
    choose_price(fields, {column.label: column.currency for column in columns if column.currency})
    return make_candidate(name[0], name[1], fields, page, record.box, "table", evidence)


def clean_heading(text: str) -> str:
    """A group's heading without "(continued)" remarks and marks."""
    return clean_name(strip_continued(text))
