"""What a table's cells say of their record: its fields, by the columns that they stand in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import clean_code, is_lettered_code, is_weak_code, strip_marks
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.fields import AXES, Fields
from tasks.catalog.discovery.labels import CURRENCY, Label
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.table_cells import Cell
from tasks.catalog.discovery.table_columns import Column, is_column_code, is_dotted_code
from tasks.catalog.names import is_badge
from tasks.catalog.prices import find_prices, guess_currency, parse_amount
from tasks.catalog.vocabulary import fold, words_pattern

_DIAMETER = re.compile(r"(?<!\w)(?:dia|diam|diameter|Ø|⌀|rd)\b\.?", re.IGNORECASE)
_COUNTED = re.compile(r"\d{1,3} [^\W\d_]{3,}")
_GENERIC_PRICES = re.compile(
    r"incl|inkl|ttc|iva inc|c/ ?iva|con iva|s dph|vč|sis\.? alv|m\. ?moms|cu tva|kdv dahil|с ндс|с ддс|με φπα",
    re.IGNORECASE,
)


def read_cell(column: Column, text: str, box: Box, fields: Fields) -> None:
    """A cell's value under the field that its column holds."""
    mark = fields.context.mark
    text = _without_badges(text) if column.field in ("sku", "price") else text
    if column.field == "sku":
        code = clean_code(text)
        named = column.by_label and is_lettered_code(code)
        counted = _COUNTED.fullmatch(code) and code.islower()  # "9 rolls" stands under codes in another table's row
        named |= column.by_label and is_dotted_code(code)
        if (is_weak_code(code.replace(" ", "-")) and not counted) or is_column_code(code) or named:
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


def read_remarks(cells: Sequence[Cell], fields: Fields) -> None:
    """What stands under a name in other type: its material, size or description."""
    for cell in cells:
        fields.read_text(Segment(cell.text, cell.box, cell.size, cell.bold))
    if fields.rest:
        text = " ".join(segment.text for segment in fields.rest)
        fields.put("description", text, union(segment.box for segment in fields.rest))


def read_spanning(cells: Sequence[Cell], columns: Sequence[Column], fields: Fields) -> bool:
    """A cell over the columns of width and depth that holds a diameter ("52 Dia.")."""
    text = " ".join(cell.text for cell in cells)
    spanned = columns[cells[0].column : cells[0].last + 1]
    if _DIAMETER.search(text) and any(column.field in AXES for column in spanned):
        fields.read_value(Label("diameter", spanned[0].unit), _DIAMETER.sub("", text).strip(), cells[0].box)
        return True
    return False


def choose_price(fields: Fields, currencies: Mapping[str, str]) -> None:
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


def _slug(label: str) -> str:
    return re.sub(r"\W+", "_", fold(label)).strip("_") or "other"
