"""Price lists and other tables in which a row is a product."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import clean_code, is_code, is_weak_code, strip_marks
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.candidates import Candidate, evidence_of, make_candidate, with_attribute
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import AXES, Fields
from tasks.catalog.discovery.labels import Label, read_label
from tasks.catalog.discovery.layout import Segment
from tasks.catalog.discovery.naming import can_name
from tasks.catalog.discovery.ruled_tables import read_ruled
from tasks.catalog.discovery.table_cells import Cell, RawTable, Row
from tasks.catalog.discovery.table_columns import Column, read_columns
from tasks.catalog.discovery.table_rows import find_tables, is_number
from tasks.catalog.names import clean_name, is_name, is_sentence, strip_continued
from tasks.catalog.prices import find_prices, parse_amount
from tasks.catalog.vocabulary import fold, words, words_pattern

_MIN_PRODUCTS = 2
_TRADE_LABELS = frozenset({"price", "name", "dimensions", "material", "finish", "colours", *AXES})
_MAX_HEADING_WORDS = 9
_PRICED_SHARE = 0.6  # of the rows: then a row without a price needs a code that is one
_MAX_MONEY_SHARE = 0.3  # of the rows may read like a balance sheet's
_OUTDENT_POINTS = 3.0
_TITLE_RATIO = 1.25  # of the table's type size
_DISPLAY_RATIO = 2.0  # of the table's type size
_HEADING_RATIO, _HEADING_REACH_LINES = 1.3, 7.0  # of the table's type size
_MERGE_GAP_SHARE = 1.0  # of the type size: a line of the same record stands nearer than that
_DIAMETER = re.compile(r"(?<!\w)(?:dia|diam|diameter|Ø|⌀|rd)\b\.?", re.IGNORECASE)
_PLAIN_CODE = re.compile(r"(?!(?:19|20)\d\d$)\d{4,8}")  # a year is none
_GENERIC_PRICES = re.compile(r"(?:incl|inkl|ttc|iva incl|с ндс|με φπα)", re.IGNORECASE)


class Record(NamedTuple):
    """A product's row: its cells by column, and the heading it stands under."""

    cells: dict[int, list[Cell]]
    heading: Cell | None

    @property
    def box(self) -> Box:
        return union(cell.box for cells in self.cells.values() for cell in cells)


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
    for table in map(_lower_heading, list_tables(text)):
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
    return Reading(tables, areas, layout)


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
        if not any(
            box.y0 - 1 <= segment.box.center[1] <= box.y1 + 1 and box.x_overlap(segment.box) > 0 for box in boxes
        )
    ]
    return [*ruled, *find_tables(free)]


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
    above: list[Cell] = []
    heading: Cell | None = None
    for record in read_records(table, columns):
        if names and names[0] not in record.cells and above and record.heading == heading:
            record.cells[names[0]] = above  # printed once over its sizes or colours
        above = record.cells.get(names[0], []) if names else []
        heading = record.heading
        candidate = _read_record(record, columns, page, context)
        if candidate:
            found.append(candidate)
    priced = [one for one in found if "price" in one.evidence]
    if len(priced) >= _PRICED_SHARE * len(found):  # a footer's page number is no code
        found = [one for one in found if one in priced or is_code(one.product.sku or "")]
    money = sum(bool(words_pattern("finance_words").search(fold(one.product.name))) for one in found)
    return [] if money > _MAX_MONEY_SHARE * len(found) else found


def _can_hold_products(columns: Sequence[Column]) -> bool:
    """A price and a code, or a price and a name under labels of the trade; without prices, labelled codes with more."""
    fields = {column.field for column in columns}
    labelled = {column.field for column in columns if column.by_label}
    if "price" in fields:
        unlabelled = not any(column.label for column in columns)
        return "sku" in fields or ("name" in fields and (unlabelled or bool(labelled & _TRADE_LABELS)))
    measured = bool(fields & {*AXES, "dimensions"})
    return "sku" in labelled and ("name" in labelled or measured)


def read_records(table: RawTable, columns: Sequence[Column]) -> list[Record]:
    """The table's rows as records: headings carried down, lines of one record joined."""
    keys = [index for index, column in enumerate(columns) if column.field == "sku"]
    values = [index for index, column in enumerate(columns) if column.field == "price"]
    body_bold = _mostly_bold(table.rows)
    left = _left_edge(table.rows)
    heading: Cell | None = None
    records: list[Record] = []
    for row in table.rows:
        if (found := _heading(row, body_bold, left)) is not None:
            heading = found
            continue
        cells = _by_column(row)
        starts = any(index in cells for index in keys) if keys else any(index in cells for index in values)
        previous = records[-1] if records else None
        if previous and not starts and _continues(previous, row, cells, values):
            for index, own in cells.items():
                previous.cells.setdefault(index, []).extend(own)
        elif starts or any(is_number(cell.text) for cell in row.cells):
            records.append(Record(cells, heading))
    return records


def _lower_heading(table: RawTable) -> RawTable:
    """The table with the headings that stand between the labels and the first row among its rows."""
    if not table.header:
        return table
    if len(table.header[-1].cells) != 1:
        return _upper_heading(table)
    cell = table.header[-1].cells[0]
    labelled = {one.column for row in table.header[:-1] for one in row.cells if len(row.cells) > 1}
    labels_above = len(labelled) > 1 or not labelled  # a title alone on its row labels no column
    if (
        cell.column == 0
        and labels_above
        and not read_label(cell.text)
        and _heading(table.header[-1], False, table.columns[0][0], above=True)
    ):
        return _lower_heading(table._replace(header=table.header[:-1], rows=(table.header[-1], *table.rows)))
    return table


def _upper_heading(table: RawTable) -> RawTable:
    """The table with the heading over its labels among its rows, where like ones part the rows further down."""
    if len(table.header) < 2 or len(table.header[-2].cells) != 1:
        return table
    cell = table.header[-2].cells[0]
    if not any(len(row.cells) == 1 and _is_like(row.cells[0], cell) for row in table.rows):
        return table
    header = (*table.header[:-2], table.header[-1])
    return table._replace(header=header, rows=(table.header[-2], *table.rows))


def _is_like(one: Cell, other: Cell) -> bool:
    return one.looks_like(other) and abs(one.box.x0 - other.box.x0) <= _OUTDENT_POINTS


def _by_column(row: Row) -> dict[int, list[Cell]]:
    cells: dict[int, list[Cell]] = {}
    for cell in row.cells:
        cells.setdefault(cell.column, []).append(cell)
    return cells


def _mostly_bold(rows: Sequence[Row]) -> bool:
    data = [cell for row in rows if len(row.cells) > 2 for cell in row.cells]
    return sum(cell.bold for cell in data) > 0.5 * len(data)


def _left_edge(rows: Sequence[Row]) -> float:
    """Where most records begin."""
    edges = sorted(row.cells[0].box.x0 for row in rows if len(row.cells) > 2)
    return edges[len(edges) // 2] if edges else 0.0


def _heading(row: Row, body_bold: bool, left: float, *, above: bool = False) -> Cell | None:
    """The heading of a group of rows: words alone on their row, set apart by weight or by standing further left."""
    cells = row.cells
    first = cells[0]
    text = " ".join(cell.text for cell in cells)
    if len(cells) > 2 or first.column > 0 or any(is_number(cell.text) for cell in cells):
        return None
    if len(cells) == 2 and not (cells[1].bold and cells[1].column <= 2) and not text.rstrip().endswith(")"):
        return None
    if len(text.split()) > _MAX_HEADING_WORDS or is_sentence(text) or ":" in text or not _has_letters(first.text):
        return None
    apart = (first.bold and not body_bold) or first.box.x0 < left - _OUTDENT_POINTS
    return first._replace(text=text) if apart or (above and len(cells) == 1) else None


def _has_letters(text: str) -> bool:
    return any(char.isalpha() for char in text)


def _continues(previous: Record, row: Row, cells: dict[int, list[Cell]], values: Sequence[int]) -> bool:
    """Whether a line without a code goes on with the record above: it is close, and fills what that lacks."""
    size = max(cell.size or cell.box.height for cell in row.cells)
    if row.box.y0 - previous.box.y1 > _MERGE_GAP_SHARE * size:
        return False
    return not any(index in cells and index in previous.cells for index in values)


def _read_record(record: Record, columns: Sequence[Column], page: int, context: Context) -> Candidate | None:
    fields = Fields(context)
    name: tuple[str, Box] | None = None
    for index, cells in sorted(record.cells.items()):
        column = columns[index]
        text, box = " ".join(cell.text for cell in cells), union(cell.box for cell in cells)
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
    return _candidate(record, name, fields, page, columns)


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
    _choose_price(fields)
    return make_candidate(name[0], name[1], fields, page, record.box, "table", evidence)


def _read_cell(column: Column, text: str, box: Box, fields: Fields) -> None:
    mark = fields.context.mark
    if column.field == "sku":
        code = clean_code(text)
        if is_weak_code(code.replace(" ", "-")):
            fields.put("sku", code, box)
    elif column.field == "price":
        _put_price(column.label, text, box, fields)
    elif column.field == "other":
        if column.label and len(column.label.split()) <= 4 and strip_marks(text):
            fields.put(_slug(column.label), strip_marks(text), box)
        elif sizes := find_sizes(text, mark):
            for axis, measure in sizes[0].measures.items():
                fields.put(axis, measure, box)
    else:
        fields.read_value(Label(column.field, column.unit), text, box)


def _put_price(label: str, text: str, box: Box, fields: Fields) -> None:
    """A price under its printed label; columns without one are counted ("price", "price 2")."""
    amount = parse_amount(text, fields.context.mark)
    if amount is None:
        return
    label = label or "price"
    if label in fields.prices:
        label = f"{label} {1 + sum(known.startswith(label) for known in fields.prices)}"
    fields.prices[label] = amount
    fields.boxes[f"prices.{label}"] = box
    priced = find_prices(text, fields.context.mark, fields.context.dollar)
    fields.currency = fields.currency or (priced[0].currency if priced else None)


def _read_spanning(cells: Sequence[Cell], columns: Sequence[Column], fields: Fields) -> bool:
    """A cell over the columns of width and depth that holds a diameter ("52 Dia.")."""
    text = " ".join(cell.text for cell in cells)
    spanned = columns[cells[0].column : cells[0].last + 1]
    if _DIAMETER.search(text) and any(column.field in AXES for column in spanned):
        fields.read_value(Label("diameter", spanned[0].unit), _DIAMETER.sub("", text).strip(), cells[0].box)
        return True
    return False


def _choose_price(fields: Fields) -> None:
    """The one price to pay: the only one, or the one that its label singles out; several grades have none."""
    labels = list(fields.prices)
    chosen = labels[0] if len(labels) == 1 else next((label for label in labels if _GENERIC_PRICES.search(label)), None)
    if chosen is not None:
        fields.put("price", fields.prices[chosen], fields.boxes.get(f"prices.{chosen}"))


def _slug(label: str) -> str:
    return re.sub(r"\W+", "_", fold(label)).strip("_") or "other"


def clean_heading(text: str) -> str:
    """A group's heading without "(continued)" remarks and marks."""
    return clean_name(strip_continued(text))
