"""Price lists and other tables in which a row is a product."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import clean_code, is_code, is_weak_code, strip_marks
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.candidates import Candidate, evidence_of, make_candidate, with_attribute
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import AXES, Fields
from tasks.catalog.discovery.labels import CURRENCY, Label
from tasks.catalog.discovery.layout import Segment
from tasks.catalog.discovery.naming import can_name
from tasks.catalog.discovery.ruled_tables import read_ruled
from tasks.catalog.discovery.table_cells import Cell, RawTable, Row
from tasks.catalog.discovery.table_columns import Column, is_column_code, read_columns
from tasks.catalog.discovery.table_facts import with_facts
from tasks.catalog.discovery.table_forms import join_forms, with_name
from tasks.catalog.discovery.table_records import Record, lower_heading, read_records, with_products
from tasks.catalog.discovery.table_rows import find_tables
from tasks.catalog.names import clean_name, is_badge, is_name, strip_continued
from tasks.catalog.prices import find_prices, guess_currency, parse_amount
from tasks.catalog.products import Variant
from tasks.catalog.vocabulary import fold, words, words_pattern

_MIN_PRODUCTS = 2
_TRADE_LABELS = frozenset({"price", "name", "dimensions", "material", "finish", "colours", *AXES})
_PRICED_SHARE = 0.6  # of the rows: then a row without a price needs a code that is one
_MAX_MONEY_SHARE = 0.3  # of the rows may read like a balance sheet's
_TITLE_RATIO = 1.25  # of the table's type size
_MIN_INDEX_ROWS, _MIN_INDEX_CODE = 3, 4  # of one table; characters
_UPRIGHT_RATIO = 1.8  # of a line's height to its width and type size
_DISPLAY_RATIO = 2.0  # of the table's type size
_HEADING_RATIO, _HEADING_REACH_LINES = 1.3, 7.0  # of the table's type size
_DIAMETER = re.compile(r"(?<!\w)(?:dia|diam|diameter|Ø|⌀|rd)\b\.?", re.IGNORECASE)
_NO_CODES = frozenset({"name", "other", "category", "gtin", "price"})
_PLAIN_CODE = re.compile(r"(?!(?:19|20)\d\d$)\d{4,8}")  # a year is none
_LETTERS_CODE = re.compile(r"[^\W\d_]{2,8}")  # "GL", where a label says that it is one
_GENERIC_PRICES = re.compile(
    r"incl|inkl|ttc|iva inc|c/ ?iva|con iva|s dph|vč|sis\.? alv|m\. ?moms|cu tva|kdv dahil|с ндс|с ддс|με φπα",
    re.IGNORECASE,
)


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
    for table in map(lower_heading, list_tables(text)):
        columns = read_columns(table, table.rows, known, priced=context.currency is not None)
        if not table.header and carried and _same_columns(table.columns, carried.extents):
            columns = carried.columns
        found = read_table(table, columns, text.number, context)
        if len(found) >= _MIN_PRODUCTS:
            found = _in_collection(found, text, table, context)
            tables.append(found)
            areas.append(_area(table))
            known |= {fold(column.label) for column in columns if column.field == "price" and column.label}
            layout = Layout(table.columns, columns, known)
    return Reading(with_facts(tables, text, context), areas, layout)


def _area(table: RawTable) -> Box:
    """What the table takes of the page; a title above it, set larger than its type, is not of it."""
    size = max((cell.size for row in table.rows if len(row.cells) > 1 for cell in row.cells), default=0.0)
    rows = [*table.header, *table.rows]
    while len(rows[0].cells) == 1 and size and rows[0].cells[0].size >= _TITLE_RATIO * size:
        rows = rows[1:]
    return union(row.box for row in rows)


def list_tables(text: PageText) -> list[RawTable]:
    """Ruled tables that were read cell by cell, and tables by word positions where there are none."""
    ruled = [table for one in text.page.tables if one.method == "ruled" and (table := read_ruled(one, text.segments))]
    boxes = [table.box for table in ruled]
    free = [
        segment
        for segment in text.segments
        if not _is_upright(segment)
        and not any(
            box.y0 - 1 <= segment.box.center[1] <= box.y1 + 1 and box.x_overlap(segment.box) > 0 for box in boxes
        )
    ]
    tables = [_without_index(_without_repeated(table)) for table in (*ruled, *find_tables(free))]
    return [found for table in tables if (found := _without_badge_cells(table))]


def _without_index(table: RawTable) -> RawTable:
    """The table without the rows of an index: codes of one shape, each with a name behind it, several side by side."""
    rows = tuple(row for row in table.rows if not _is_index_row(row))
    return table._replace(rows=rows) if 0 < len(rows) <= len(table.rows) - _MIN_INDEX_ROWS else table


def _is_index_row(row: Row) -> bool:
    texts = [cell.text for cell in row.cells]
    codes, names = texts[::2], texts[1::2]
    shapes = {_shape(code) for code in codes}
    coded = all(is_weak_code(code) and len(code) >= _MIN_INDEX_CODE for code in codes)
    return len(codes) == len(names) > 1 == len(shapes) and coded and all(parse_amount(name) is None for name in names)


def _is_upright(segment: Segment) -> bool:
    """Whether a line runs up or down the page, as in a tab at its edge."""
    return len(segment.text) > 2 and segment.box.height > _UPRIGHT_RATIO * max(segment.box.width, segment.size)


def _without_badge_cells(table: RawTable) -> RawTable | None:
    """The table without cells that only praise ("NEW", "PROMO"); they are no headings, names or codes."""
    rows = (Row(tuple(cell for cell in row.cells if not is_badge(cell.text))) for row in table.rows)
    kept = tuple(row for row in rows if row.cells)
    return table._replace(rows=kept) if kept else None


def _without_repeated(table: RawTable) -> RawTable:
    """The table without rows that only print its labels again."""
    labels = {(cell.column, fold(cell.text)) for row in table.header if len(row.cells) > 1 for cell in row.cells}
    rows = tuple(
        row
        for row in table.rows
        if len(row.cells) < 2 or any((cell.column, fold(cell.text)) not in labels for cell in row.cells)
    )
    return table._replace(rows=rows) if rows else table


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
    return [with_attribute(one, "collection", clean_name(heading.text), context, heading.box) for one in found]


def _family(text: PageText, first: Box, size: float) -> Segment | None:
    """The name of a family that its page shows with a picture: the one line in display type, above all tables."""
    display = [one for one in text.segments if one.size >= _DISPLAY_RATIO * size]
    alone = len(display) == 1 and bool(text.page.images) and can_name(display[0])
    return display[0] if alone and display[0].box.y1 <= first.y0 else None


def read_table(table: RawTable, columns: list[Column], page: int, context: Context) -> list[Candidate]:
    """Every row that is a product, in the given columns."""
    if not _can_hold_products(columns):
        return []
    found = []
    names = [index for index, column in enumerate(columns) if column.field == "name"]
    records = read_records(table, columns)
    if names:
        records = with_products(records, names[0])
    forms: dict[int, Record] = {}  # by the candidate's `id`
    for record in records:
        if _lists_codes(record, columns):
            continue
        candidate = _read_record(with_name(record, names), columns, page, context)
        if candidate:
            forms[id(candidate)] = record
            found.append(candidate)
    priced = [one for one in found if "price" in one.evidence]
    if len(priced) >= _PRICED_SHARE * len(found):  # a footer's page number is no code
        shapes = {_shape(one.product.sku or "") for one in priced} - {""}
        found = [one for one in found if one in priced or _is_ordered(one.product.sku or "", shapes)]
    money = sum(bool(words_pattern("finance_words").search(fold(one.product.name))) for one in found)
    if money > _MAX_MONEY_SHARE * len(found):
        return []
    return join_forms(found, [forms[id(one)] for one in found], columns) if names else found


def _lists_codes(record: Record, columns: Sequence[Column]) -> bool:
    """Whether a row without a price has several codes of one shape in columns of something else: an index of codes."""
    if any(parse_amount(cell.text) for i, own in record.cells.items() if columns[i].field == "price" for cell in own):
        return False
    own = [_shape(cell.text) for i, cells in record.cells.items() if columns[i].field == "sku" for cell in cells]
    others = [cells for i, cells in record.cells.items() if columns[i].field in _NO_CODES and not columns[i].group]
    return sum(_shape(cell.text) in own and is_weak_code(cell.text) for cells in others for cell in cells) >= 1


def _is_ordered(code: str, shapes: Set[str]) -> bool:
    """Whether a row without a price has a code by which it can be ordered: one by itself, or like the others'."""
    return is_code(code) or (bool(code) and is_column_code(code)) or (len(code) > 2 and _shape(code) in shapes)


def _shape(code: str) -> str:
    """What a code looks like: digits as 9, letters as A."""
    return "".join("9" if char.isdigit() else "A" if char.isalpha() else char for char in code)


def _can_hold_products(columns: Sequence[Column]) -> bool:
    """A price and a code, or a price and a name under labels of the trade; without prices, labelled codes with more."""
    fields = {column.field for column in columns}
    labelled = {column.field for column in columns if column.by_label}
    if "price" in fields:
        unlabelled = not any(column.label for column in columns)
        return "sku" in fields or ("name" in fields and (unlabelled or bool(labelled & _TRADE_LABELS)))
    measured = bool(fields & {*AXES, "dimensions"})
    return "sku" in labelled and ("name" in labelled or measured)


def _read_record(record: Record, columns: Sequence[Column], page: int, context: Context) -> Candidate | None:
    fields = Fields(context)
    name: tuple[str, Box] | None = None
    for index, cells in sorted(record.cells.items()):
        column = columns[index]
        text, box = " ".join(cell.text for cell in cells), union(cell.box for cell in cells)
        if column.group:
            continue  # a form's
        if column.field == "name":
            own = [cell for cell in cells if cell.looks_like(cells[0])]
            name = clean_name([cell.text for cell in own]), union(cell.box for cell in own)
            _read_remarks([cell for cell in cells if cell not in own], fields)
        elif any(cell.last > cell.column for cell in cells) and _read_spanning(cells, columns, fields):
            continue
        else:
            _read_cell(column, text, box, fields)
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
                _read_cell(columns[index], text, box, fields)
        _choose_price(fields, {})
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


def _read_remarks(cells: Sequence[Cell], fields: Fields) -> None:
    """What stands under a name in other type: its material, size or description."""
    for cell in cells:
        fields.read_text(Segment(cell.text, cell.box, cell.size, cell.bold))
    if fields.rest:
        text = " ".join(segment.text for segment in fields.rest)
        fields.put("description", text, union(segment.box for segment in fields.rest))


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
    _choose_price(fields, {column.label: column.currency for column in columns if column.currency})
    return make_candidate(name[0], name[1], fields, page, record.box, "table", evidence)


def _read_cell(column: Column, text: str, box: Box, fields: Fields) -> None:
    mark = fields.context.mark
    text = _without_badges(text) if column.field in ("sku", "price") else text
    if column.field == "sku":
        code = clean_code(text)
        named = column.by_label and bool(_LETTERS_CODE.fullmatch(code)) and code.isupper()
        if is_weak_code(code.replace(" ", "-")) or is_column_code(code) or named:
            fields.put("sku", code, box)
    elif column.field == "price":
        _put_price(column, text, box, fields)
    elif column.field == "row_number":
        return
    elif column.field == "other" and CURRENCY.fullmatch(text.strip(" ()")):
        fields.currency = fields.currency or guess_currency([text])
    elif column.field == "other":
        label = column.label.partition("(")[0].strip() or column.label  # "Niche (H × W × D) mm"
        if label and len(label.split()) <= 4 and strip_marks(text):
            fields.put(_slug(label), strip_marks(text), box)
        elif sizes := find_sizes(text, mark):
            for axis, measure in sizes[0].measures.items():
                fields.put(axis, measure, box)
    else:
        # Who measures in inches weighs in pounds, and seldom says so.
        pounds = column.field == "weight" and column.unit is None and fields.context.unit in ("in", "ft")
        fields.read_value(Label(column.field, "lb" if pounds else column.unit), text, box)


def _without_badges(text: str) -> str:
    """A code or price without the badge beside it ("A-101 NEW", "PROMO 99,00")."""
    tokens = text.split()
    while len(tokens) > 1 and is_badge(tokens[-1]):
        tokens.pop()
    while len(tokens) > 1 and is_badge(tokens[0]):
        tokens.pop(0)
    return " ".join(tokens)


def _put_price(column: Column, text: str, box: Box, fields: Fields) -> None:
    """A price under its printed label; columns without one are counted ("price", "price 2")."""
    amount = parse_amount(text, fields.context.mark)
    if amount is None:
        return
    label = column.label or "price"
    if label in fields.prices:
        label = f"{label} {1 + sum(known.startswith(label) for known in fields.prices)}"
    fields.prices[label] = amount
    fields.boxes[f"prices.{label}"] = box
    priced = find_prices(text, fields.context.mark, fields.context.dollar)
    fields.currency = fields.currency or (priced[0].currency if priced else None) or column.currency


def _read_spanning(cells: Sequence[Cell], columns: Sequence[Column], fields: Fields) -> bool:
    """A cell over the columns of width and depth that holds a diameter ("52 Dia.")."""
    text = " ".join(cell.text for cell in cells)
    spanned = columns[cells[0].column : cells[0].last + 1]
    if _DIAMETER.search(text) and any(column.field in AXES for column in spanned):
        fields.read_value(Label("diameter", spanned[0].unit), _DIAMETER.sub("", text).strip(), cells[0].box)
        return True
    return False


def _choose_price(fields: Fields, currencies: Mapping[str, str]) -> None:
    """The one price to pay: the only one, or the one that its label singles out; several grades have none.

    Of prices in several currencies it is one in the document's.
    """
    found = list(fields.prices)
    own = [label for label in found if currencies.get(label, fields.context.currency) == fields.context.currency]
    candidates = own or found
    generic = (label for label in candidates if _GENERIC_PRICES.search(label))
    paid = [label for label in candidates if not words_pattern("recommended_price_words").search(fold(label))]
    if len(paid) == 1 < len(candidates) and words_pattern("trade_price_words").search(fold(paid[0])):
        candidates = paid  # a dealer's price beside the one recommended to him
    chosen = candidates[0] if len(candidates) == 1 else next(generic, None)
    if chosen is not None:
        fields.put("price", fields.prices[chosen], fields.boxes.get(f"prices.{chosen}"))
        fields.currency = currencies.get(chosen, fields.currency)


def _slug(label: str) -> str:
    return re.sub(r"\W+", "_", fold(label)).strip("_") or "other"


def clean_heading(text: str) -> str:
    """A group's heading without "(continued)" remarks and marks."""
    return clean_name(strip_continued(text))
