"""What the columns of a table hold: by their printed labels, and by their cells where those say more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.codes import clean_code, is_code, is_weak_code, strip_marks
from tasks.catalog.dimensions import find_sizes, unit_of
from tasks.catalog.discovery.fields import AXES
from tasks.catalog.discovery.labels import TOO_COMMON, read_label
from tasks.catalog.discovery.table_rows import Cell, RawTable, Row, is_number
from tasks.catalog.prices import find_prices, parse_amount
from tasks.catalog.vocabulary import fold, fold_label, labels

_UNIT = re.compile(r"[(\[]\s*(?:in\s+)?([^()\[\]]{1,8})\s*[)\]]")
_CURRENCY = re.compile(r"[€£$₽¥]|\b(?:EUR|USD|GBP|CHF|CAD|AUD|PLN|RUB|руб|zł)\b", re.IGNORECASE)
_LABEL_ORDER = {"sku": 0, "name": 1}
# Prices of one product in several grades stay within this factor of one another.
_PRICE_RATIO = 4.0
_LABELLED_SHARE, _PLAIN_DIGITS = 0.3, 4
_CODE_SHARE, _NAME_SHARE = 0.6, 0.5  # of a column's cells, to be the code or the name
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\bQ[1-4]\b")  # heads a report's column, not a price's
_FRACTION = re.compile(r".*[.,]\d{2}$")


# Fields whose values are words: a column of numbers under such a label holds something else ("Frame": its price).
_WORDY = frozenset(
    {"name", "material", "finish", "colours", "upholstery", "collection", "brand", "designer", "category"}
)


class Column(NamedTuple):
    """A column: the field it holds (or "other"), its printed label, and the unit that its header gives."""

    field: str
    label: str
    unit: str | None = None
    by_label: bool = False


class Header(NamedTuple):
    """A column's own label and the labels of the groups that it stands under."""

    own: str
    over: str


def read_columns(
    table: RawTable, rows: Sequence[Row], price_labels: frozenset[str] = frozenset(), *, priced: bool = False
) -> list[Column]:
    """A `Column` for each of the table's; at most one is the code and one the name.

    `price_labels` (folded) headed columns of prices elsewhere in the document; `priced`: it names a currency.
    """
    headers = read_headers(table)
    cells: list[list[Cell]] = [[] for _ in _indices(table)]
    for row in rows:
        for cell in row.cells:
            if cell.column == cell.last and any(char.isalnum() for char in cell.text):  # a dash stands for nothing
                cells[cell.column].append(cell)
    columns = [_column(header, found) for header, found in zip(headers, cells, strict=True)]
    columns = _without_grades(columns)
    columns = _find_prices(columns, headers, cells, price_labels, priced)
    columns = _find_neighbours(columns, cells)
    columns = _keep_one(columns, "sku", _find_codes(columns, cells))
    return _keep_one(columns, "name", _find_names(columns, cells))


def read_headers(table: RawTable) -> list[Header]:
    """Own labels are the header's lowest cells that stand over one column; cells over several name the group."""
    own: list[list[Cell]] = [[] for _ in _indices(table)]
    over: list[list[str]] = [[] for _ in _indices(table)]
    for row in reversed(table.header):
        for cell in row.cells:
            spanned = range(cell.column, cell.last + 1)
            if len(spanned) == 1 and (not own[cell.column] or _is_above(cell, own[cell.column][0])):
                own[cell.column].insert(0, cell)
            else:
                for index in spanned if len(spanned) > 1 else _indices(table):
                    over[index].insert(0, cell.text)
    return [Header(_join_label(found), " ".join(names)) for found, names in zip(own, over, strict=True)]


def _join_label(cells: Sequence[Cell]) -> str:
    """A label's lines as one; its last line alone where that is a known label and the whole is not."""
    whole = " ".join(cell.text for cell in cells)
    if len(cells) > 1 and not read_label(whole) and read_label(cells[-1].text):
        return cells[-1].text
    return whole


def _indices(table: RawTable) -> range:
    return range(len(table.columns))


def _is_above(upper: Cell, lower: Cell) -> bool:
    """Whether two header cells are lines of one label: close, and set flush or centred on each other."""
    one, two = upper.box, lower.box
    flush = min(abs(one.x0 - two.x0), abs(one.x1 - two.x1), abs(one.center[0] - two.center[0])) <= 2.5
    return flush and two.y0 - one.y1 <= 0.6 * max(lower.size, 4.0)


def _column(header: Header, cells: Sequence[Cell]) -> Column:
    label = " ".join(strip_marks(header.own).split())
    unit = _unit(header.own) or _unit(header.over)
    words = not _are_amounts(cells) and _code_share(cells) < _CODE_SHARE
    if label and (known := read_label(label)) and (words or known.field not in _WORDY):
        return Column(known.field, label, known.unit or unit, by_label=True)
    if label and (field := _label_within(label)) and (words or field not in _WORDY):
        return Column(field, label, unit, by_label=True)
    sized = sum(bool(find_sizes(cell.text)) for cell in cells)
    if cells and sized >= 0.6 * len(cells):
        return Column("dimensions", label, unit)
    return Column("other", label, unit)


def _label_within(label: str) -> str | None:
    """A label with more around it: "Item No.", "Price per m²", "Preis netto €"."""
    bare = fold_label(_CURRENCY.sub(" ", _UNIT.sub(" ", label)))
    field = labels().get(bare)
    if field:
        return field
    tokens = bare.split()
    prices = {word for word, kind in labels().items() if kind == "price"}
    if any(token in prices for token in tokens):
        return "price"
    # The first or last word tells ("Article code", "Codice prodotto", "Cover description"); a code before a name.
    ends = {labels().get(token) for token in (tokens[:1] + tokens[-1:]) if len(token) > 2 and token not in TOO_COMMON}
    kinds = sorted(ends - {None}, key=lambda kind: _LABEL_ORDER.get(str(kind), len(_LABEL_ORDER)))
    return kinds[0] if kinds and len(tokens) <= 3 else None


def _unit(text: str) -> str | None:
    match = _UNIT.search(text)
    return unit_of(match[1]) if match else next((unit for word in text.split()[-1:] if (unit := unit_of(word))), None)


def _without_grades(columns: list[Column]) -> list[Column]:
    """Single letters that are no axes ("A B C D") name grades, and so do those among them that could be axes."""
    found = list(columns)
    start = 0
    while start < len(columns):
        end = start
        while end < len(columns) and len(columns[end].label) == 1:
            end += 1
        run = columns[start:end]
        if any(column.field not in AXES for column in run):
            found[start:end] = [column._replace(field="other", by_label=False) for column in run]
        start = end + 1
    return found


def _find_prices(
    columns: list[Column],
    headers: Sequence[Header],
    cells: Sequence[Sequence[Cell]],
    known: frozenset[str],
    priced: bool,
) -> list[Column]:
    """Number columns are prices by their label, their group's label, or a currency in their cells."""
    found = []
    for column, header, own in zip(columns, headers, cells, strict=True):
        if column.field in ("other", "name", "unit") and _are_amounts(own) and not _YEAR.search(header.own):
            over = fold(header.over).split()
            marked = any(find_prices(cell.text) for cell in own) or bool(_CURRENCY.search(header.own + header.over))
            grouped = any(kind == "price" and label in over for label, kind in labels().items())
            cents = (priced or not column.label) and column.unit is None and _have_cents(own)
            if marked or grouped or fold(column.label) in known or cents:
                column = column._replace(field="price")
        found.append(column)
    return found


def _find_neighbours(columns: list[Column], cells: Sequence[Sequence[Cell]]) -> list[Column]:
    """A number column without a known label, beside prices and of their magnitude, holds prices, too."""
    found = list(columns)
    order = [*range(len(columns)), *reversed(range(len(columns)))]
    for index in order:
        if found[index].field != "other" or not found[index].label or not _are_amounts(cells[index]):
            continue
        beside = [
            other for other in (index - 1, index + 1) if 0 <= other < len(found) and found[other].field == "price"
        ]
        ratios = [_middle(cells[index]) / max(_middle(cells[other]), 0.01) for other in beside]
        if any(1 / _PRICE_RATIO <= ratio <= _PRICE_RATIO for ratio in ratios):
            found[index] = found[index]._replace(field="price")
    return found


def _middle(cells: Sequence[Cell]) -> float:
    """The median amount."""
    amounts = sorted(float(amount) for cell in cells if (amount := parse_amount(cell.text)) is not None)
    return amounts[len(amounts) // 2] if amounts else 0.0


def _have_cents(cells: Sequence[Cell]) -> bool:
    return sum(bool(_FRACTION.match(cell.text.strip("*† "))) for cell in cells) >= 0.8 * len(cells)


def _are_amounts(cells: Sequence[Cell]) -> bool:
    return bool(cells) and sum(parse_amount(cell.text) is not None for cell in cells) >= 0.75 * len(cells)


def _find_codes(columns: Sequence[Column], cells: Sequence[Sequence[Cell]]) -> int | None:
    """The column of article codes: the first labelled as such, else the first that reads as one."""
    for index, column in enumerate(columns):
        weak = [cell for cell in cells[index] if is_weak_code(clean_code(cell.text).replace(" ", "-"))]
        if column.field == "sku" and cells[index] and len(weak) >= _LABELLED_SHARE * len(cells[index]):
            return index
    for index, column in enumerate(columns):
        share = _code_share(cells[index], plain=not column.label)
        if column.field == "other" and share >= _CODE_SHARE:
            return index
    return None


def _find_names(columns: Sequence[Column], cells: Sequence[Sequence[Cell]]) -> int | None:
    """The column of names: of those labelled as such, else of all without a field, the one with most words."""
    shares = {index: _text_share(found) for index, found in enumerate(cells)}
    labelled = [i for i, column in enumerate(columns) if column.field == "name" and shares[i] >= _LABELLED_SHARE]
    usable = labelled or [i for i, column in enumerate(columns) if column.field == "other" and shares[i] >= _NAME_SHARE]
    return max(usable, key=lambda index: (len(cells[index]) * shares[index], -index), default=None)


def _keep_one(columns: Sequence[Column], field: str, index: int | None) -> list[Column]:
    """Only the column at `index` has `field`; others that had it hold something unknown."""
    found = [column._replace(field="other") if column.field == field else column for column in columns]
    if index is not None:
        found[index] = columns[index]._replace(field=field)
    return found


def _code_share(cells: Sequence[Cell], *, plain: bool = True) -> float:
    """The share of a column's cells that read as codes; plain numbers (where asked for) if long and all different."""
    if not cells:
        return 0.0
    texts = [clean_code(cell.text) for cell in cells]
    codes = sum(is_code(text.replace(" ", "-")) for text in texts)
    if not codes and plain:
        numbers = {text for text in texts if text.isdigit() and len(text) >= _PLAIN_DIGITS}
        codes = len(numbers) if len(numbers) >= 0.9 * len(cells) else 0
    return codes / len(cells)


def _text_share(cells: Sequence[Cell]) -> float:
    """The share of a column's cells that are words rather than numbers or codes."""
    if not cells:
        return 0.0
    texts = [cell.text for cell in cells]
    wordy = sum(
        sum(char.isalpha() for char in text) >= 3 and not is_number(text) and not is_code(text) for text in texts
    )
    return wordy / len(cells)
