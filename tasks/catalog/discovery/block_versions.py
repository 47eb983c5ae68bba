"""Versions side by side under their names: a row of codes, prices by grade below it, then sizes and weights."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import is_code
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.candidates import Candidate, evidence_of, make_candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import AXES, Fields
from tasks.catalog.discovery.grid import Picture
from tasks.catalog.discovery.labels import Label, read_heads, read_label, unit_within
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.naming import can_name
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.table_cells import find_columns, find_hit
from tasks.catalog.names import clean_name, is_price_line
from tasks.catalog.prices import find_prices, parse_amount
from tasks.catalog.products import ImageLink
from tasks.catalog.vocabulary import fold, words

_MIN_VERSIONS = 2
_MIN_ROWS, _MIN_SIZES = 3, 2
_EDGE_POINTS = 6.0  # labels begin at one place, give or take an indent
_GAP_SHARE = 3.5  # of the type size, between two rows of the table
_NAME_REACH = 8.0  # of the type size, from the names to the first row
_WRAP = 0.6  # of the type size, between two lines of a name
_FILLED = 0.6  # of the versions have a value in a row, and a name
_PRICED = 0.5  # of the values in a row of prices are amounts, others are on request
_MEASURED = frozenset({*AXES, "dimensions", "size", "weight", "load_capacity"})
_WHOLE_DIGITS = 3  # of a price without cents
_MAX_LABEL_WORDS = 7
_SCORE = 0.85
_OPEN = re.compile(r"[-–—./○●•\s]*")

Row = list[Segment]


class _Line(NamedTuple):
    """A row of the table: what its label says, and its values by column; `priced` where it is one grade's prices."""

    label: Label | None
    text: str
    values: Mapping[int, Segment]
    priced: bool
    box: Box


def find_versions(text: PageText, pictures: Sequence[Picture], context: Context) -> list[Candidate]:
    """The products that stand side by side on a page, with prices by grade, and codes or sizes."""
    rows = read_rows(text.segments)
    found: list[Candidate] = []
    areas: list[Box] = []
    for index, row in enumerate(rows):
        if not _begins(row, context) or any(row[0].box.intersection(area) > 0 for area in areas):
            continue
        body = _rows_below(rows, index)
        columns = find_columns([one[1:] for one in body])
        lines = _read_lines(body, columns, context)
        if len(lines) < _MIN_ROWS or not any(line.priced for line in lines):
            continue
        names = _find_names(rows[:index], row, columns)
        if len(names) < max(_MIN_VERSIONS, _FILLED * len(columns)):
            continue
        if not _are_of_versions(lines) and not _are_told(names, rows[:index], row, columns):
            continue
        area = union([*(line.box for line in lines), *(one.box for lines in names.values() for one in lines)])
        shown = _find_pictures(pictures, names)
        between = text.between(area.y0, row[0].box.y0).segments
        for column, name in sorted(names.items()):
            told = [one for one in between if one not in name and find_hit(one.box, columns) == [column]]
            told = [one for one in told if one.box.x0 >= row[0].box.x1]
            found += _read_version(column, name, lines, told, shown.get(column), text.number, context)
        areas.append(area)
    return found


def _begins(row: Row, context: Context) -> bool:
    """Whether a row can be the table's first: of codes, of a grade's prices, or of a size."""
    if len(row) < 1 + _MIN_VERSIONS or not _is_labelled(row):
        return False
    label = next(iter(read_heads(row[0].text)), None)
    measured = label is not None and label.field in _MEASURED
    return measured or _is_code_row(row) or _are_prices(label, row[0].text, row[1:], context, before=False)


def _is_labelled(row: Row) -> bool:
    text = row[0].text
    return any(map(str.isalpha, text)) and len(text.split()) <= _MAX_LABEL_WORDS and not is_price_line(text)


def _are_of_versions(lines: Sequence[_Line]) -> bool:
    """Whether labels before the rows say what they tell of things side by side: codes, or several sizes."""
    fields = [line.label.field for line in lines if line.label is not None and not line.priced]
    return "sku" in fields or len({field for field in fields if field in _MEASURED}) >= _MIN_SIZES


def _are_told(
    names: Mapping[int, Sequence[Segment]], above: Sequence[Row], first: Row, columns: Sequence[tuple[float, float]]
) -> bool:
    """Whether a code or sizes stand under most names, as they do under models and not under grades or colours."""
    told: set[int] = set()
    for row in above:
        for cell in row:
            column = find_hit(cell.box, columns)[0]
            if column in names and names[column][-1].box.y1 <= cell.box.center[1] < first[0].box.y0:
                told |= {column} if is_code(cell.text) or find_sizes(cell.text) else set()
    return len(told) >= _FILLED * len(names)


def _is_code_row(row: Row) -> bool:
    """Whether a row begins with a label of codes and goes on with a code for each version."""
    label = read_label(row[0].text)
    codes = [cell.text for cell in row[1:]]
    if label is None or label.field != "sku" or len(codes) < _MIN_VERSIONS or len(set(codes)) < len(codes):
        return False
    return all(any(map(str.isdigit, code)) and len(code.split()) <= 3 and not is_price_line(code) for code in codes)


def _rows_below(rows: Sequence[Row], index: int) -> list[Row]:
    """The first row and those below it that begin at its edge with a label, and have values behind it."""
    first = rows[index]
    left, right = first[0].box.x0, first[1].box.x0
    found = [first]
    for row in rows[index + 1 :]:
        last = max(cell.box.y1 for cell in found[-1])
        if min(cell.box.y0 for cell in row) - last > _GAP_SHARE * first[0].size:
            break
        labels = [cell for cell in row if cell.box.x0 < right - first[1].box.width]
        if len(labels) == 1 and len(row) > 1 and abs(labels[0].box.x0 - left) <= _EDGE_POINTS:
            found.append(row)
        elif any(cell.box.x0 < right for cell in row):
            break
    return found


def _read_lines(body: Sequence[Row], columns: Sequence[tuple[float, float]], context: Context) -> list[_Line]:
    """The rows with their labels read; prices end where sizes and weights begin."""
    lines: list[_Line] = []
    measured = False
    for row in body:
        values = {find_hit(cell.box, columns)[0]: cell for cell in row[1:]}
        text, label = row[0].text, next(iter(read_heads(row[0].text)), None)
        if _is_next_grade(text, lines[-1].text if lines else ""):
            label = None  # "B" and "D" are widths and depths elsewhere
        measured = measured or (label is not None and label.field in _MEASURED)
        before = bool(lines) and lines[-1].priced
        priced = _are_prices(label, text, row[1:], context, before=before)
        if measured and not before:  # "Fabric m  0.70" is no price; what has a currency is
            priced = priced and any(find_prices(cell.text, context.mark) for cell in row[1:])
        if label is not None or priced:
            lines.append(_Line(label, text, values, priced, union(cell.box for cell in row)))
    return lines


def _is_next_grade(text: str, before: str) -> bool:
    """Whether a letter goes on from the one before the row above: A, B, C."""
    return len(text) == 1 and (text == "A" or (len(before) == 1 and ord(text) == ord(before) + 1))


def _are_prices(label: Label | None, text: str, cells: Sequence[Segment], context: Context, *, before: bool) -> bool:
    """Whether a row has a grade's price for each version, or says that there is none; `before`: as the row above."""
    if (label is not None and label.field in _MEASURED | {"price", "sku"}) or len(text.split()) > _MAX_LABEL_WORDS:
        return False
    if unit_within(text):
        return False
    amounts = [cell.text for cell in cells if _is_price(cell.text, context)]
    others = [cell.text for cell in cells if not _is_price(cell.text, context)]
    return len(amounts) >= (1 if before else max(1, _PRICED * len(cells))) and all(map(_is_open, others))


def _is_price(text: str, context: Context) -> bool:
    if parse_amount(text, context.mark) is None:
        return False
    digits = sum(map(str.isdigit, text))
    return is_price_line(text) or bool(find_prices(text, context.mark)) or digits >= _WHOLE_DIGITS


def _is_open(text: str) -> bool:
    return bool(_OPEN.fullmatch(text)) or fold(text) in words("request_words") or not any(map(str.isdigit, text))


def _find_names(above: Sequence[Row], first: Row, columns: Sequence[tuple[float, float]]) -> dict[int, list[Segment]]:
    """The most prominent row above the codes with a name over most columns, with the lines that it wraps into."""
    best: Row = []
    edge, top = first[0].box.x1, first[0].box.y0
    cells_above = [[cell for cell in row if cell.box.x0 >= edge] for row in above]
    near = [row for row in cells_above if row and top - row[0].box.y1 <= _NAME_REACH * first[0].size]
    for row in near:
        hit = {find_hit(cell.box, columns)[0] for cell in row}
        named = all(can_name(cell) for cell in row) and len({cell.text for cell in row}) == len(row)
        if named and len(hit) == len(row) >= max(_MIN_VERSIONS, _FILLED * len(columns)):
            best = row if not best or _rank(row) > _rank(best) else best
    names: dict[int, list[Segment]] = {find_hit(cell.box, columns)[0]: [cell] for cell in best}
    for row in [*near, *reversed(near)] if best else ():
        for cell in row:
            own = names.get(find_hit(cell.box, columns)[0], [])
            if own and cell not in own and cell.looks_like(own[0]) and can_name(cell):
                if abs(cell.box.y0 - own[-1].box.y1 + 1) <= _WRAP * cell.size:
                    own.append(cell)
                elif abs(own[0].box.y0 - cell.box.y1 + 1) <= _WRAP * cell.size:
                    own.insert(0, cell)
    return names


def _rank(row: Row) -> tuple[bool, float]:
    return all(cell.bold for cell in row), min(cell.size for cell in row)


def _find_pictures(pictures: Sequence[Picture], names: Mapping[int, Sequence[Segment]]) -> dict[int, Picture]:
    """For each name the picture right above it."""
    found: dict[int, Picture] = {}
    for column, lines in names.items():
        box = lines[0].box
        over = [one for one in pictures if one.box.center[1] < box.y0 and one.box.x0 < box.center[0] < one.box.x1]
        if over:
            found[column] = max(over, key=lambda one: one.box.y1)
    return found


def _read_version(
    column: int,
    name: Sequence[Segment],
    lines: Sequence[_Line],
    told: Sequence[Segment],
    picture: Picture | None,
    page: int,
    context: Context,
) -> list[Candidate]:
    fields = Fields(context)
    boxes = [one.box for one in name]
    for line in lines:
        if cell := line.values.get(column):
            boxes.append(cell.box)
            if line.priced:
                _put_price(line.text, cell, fields)
            elif line.label is not None and line.label.field == "sku":
                fields.put("sku", cell.text, cell.box)
            elif line.label is not None:
                fields.read_value(line.label, cell.text, cell.box)
    if code := next((one for one in told if "sku" not in fields.boxes and is_code(one.text)), None):
        fields.put("sku", code.text, code.box)
    told = [one for one in told if one is not code]
    if told:
        fields.read(told)
        box = union(one.box for one in told)
        fields.put("description", " ".join(one.text for one in told), box)
    evidence = evidence_of(fields)
    if not evidence & {"sku", "price"}:
        return []
    images: tuple[ImageLink, ...] = ()
    if picture is not None:
        evidence.add("image")
        images = (ImageLink(sha256=picture.sha256, page=page, score=_SCORE, reason="same_cell"),)
    text = clean_name(" ".join(one.text for one in name))
    one = make_candidate(text, union(part.box for part in name), fields, page, union(boxes), "spec", evidence, images)
    if len(fields.prices) == 1:
        one = one._replace(product=one.product.model_copy(update={"prices": dict(fields.prices)}))
    return [one]


def _put_price(label: str, cell: Segment, fields: Fields) -> None:
    found = find_prices(cell.text, fields.context.mark, fields.context.dollar)
    amount = found[0].amount if found else parse_amount(cell.text, fields.context.mark)
    if amount is not None:
        fields.prices.setdefault(clean_name(label), amount)
        fields.currency = fields.currency or (found[0].currency if found else None)
