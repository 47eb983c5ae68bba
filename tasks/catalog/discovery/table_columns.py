"""What the columns of a table hold: by their printed labels, and by their cells where those say more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tasks.catalog.codes import are_codes, clean_code, is_code, is_weak_code, strip_marks
from tasks.catalog.dimensions import axes_of, find_sizes, weight_unit_of
from tasks.catalog.discovery.fields import AXES
from tasks.catalog.discovery.labels import CURRENCY, label_within, read_heads, unit_within
from tasks.catalog.discovery.table_cells import Cell, RawTable, Row
from tasks.catalog.discovery.table_headers import Column, Header, list_letter_runs, read_headers
from tasks.catalog.discovery.table_prices import are_amounts, find_prices_columns, says_nothing
from tasks.catalog.discovery.table_rows import is_number
from tasks.catalog.prices import find_prices
from tasks.catalog.vocabulary import fold, words

__all__ = ["Column", "is_column_code", "read_columns"]

_LABELLED_SHARE, _PLAIN_DIGITS = 0.3, 4
_CODE_SHARE, _NAME_SHARE = 0.6, 0.5  # of a column's cells, to be the code or the name
_SIZED_SHARE = 0.5  # of a cell's characters
_MONEY_SHARE = 0.8  # of a column's cells name a currency: then it holds prices, whatever its label
_PRICED = 0.3  # of a price column's cells have a digit; the others say "on request"
# What "Design" or "Collection" over words that all differ names are the products; designers come back.
_KIND_FIELDS, _MIN_DIFFERENT = frozenset({"designer", "collection", "category"}), 3
_THOUSANDS = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+")
_BOLD_SHARE = 0.4  # of the cells in a column of names; remarks below them are plain
_LEAD_SHARE = 0.9  # of the cells in a column of names
_MIN_PAIRS = 2
_LEADING = 2  # columns in which plain numbers may be codes
_GTIN = re.compile(r"\d{12,14}")
_PACKED = re.compile(
    r"m[²2]|\b(?:qm|mq|sqm|sq\.?\s?ft|sf|pcs|pc|pz|stk|szt|шт|box|carton|ctn|pallet|pack|case)\b", re.IGNORECASE
)
_DOTTED = re.compile(r"\d{3,6}\.\d{1,2}")
_COLUMN_CODE = re.compile(r"[^\W_]+(?:[-./+_,][^\W_]+)+")
# Fields whose values are words: a column of numbers under such a label holds something else ("Frame": its price).
_WORDY = frozenset(
    {"name", "material", "finish", "colours", "upholstery", "collection", "brand", "designer", "category"}
)


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
            if cell.column == cell.last and not says_nothing(cell.text):
                cells[cell.column].append(cell)
    signs = [index for index, found in enumerate(cells) if _are_currencies(found)]
    headers = _without_signs(headers, signs, cells)
    columns = [_column(header, found) for header, found in zip(headers, cells, strict=True)]
    columns = _with_weights(_with_units(_read_watts(_read_letters(columns)), headers), headers, cells)
    columns = find_prices_columns(columns, headers, cells, table.rows, price_labels, priced)
    if columns[0].field in ("other", "sku") and _count_rows(cells[0]):
        columns[0] = columns[0]._replace(field="row_number")
    if paired := _find_pairs(columns, headers, cells):
        return _keep_one(paired, "name", _find_names(paired, cells))
    models = _find_models(columns, cells)
    columns = _keep_one(columns, "sku", _find_codes(columns, cells))
    return _keep_one(columns, "name", _find_names(columns, cells) if models is None else models)


def _indices(table: RawTable) -> range:
    return range(len(table.columns))


def _column(header: Header, cells: Sequence[Cell]) -> Column:
    label = " ".join(strip_marks(header.own).split())
    unit = unit_within(header.own) or unit_within(header.over)
    wordy = not are_amounts(cells) and _code_share(cells) < _CODE_SHARE
    known = next((one for one in read_heads(label) if _can_hold(one.field, cells, wordy)), None) if label else None
    if known:
        return Column(known.field, label, known.unit or unit, by_label=True)
    if cells and all(_GTIN.fullmatch(cell.text.replace(" ", "")) for cell in cells):
        return Column("gtin", label, unit)
    sized = sum(_is_size(cell.text) for cell in cells)
    if cells and sized >= 0.6 * len(cells):
        return Column("dimensions", label, unit)
    return Column("other", label, unit)


def _are_currencies(cells: Sequence[Cell]) -> bool:
    return bool(cells) and all(CURRENCY.fullmatch(cell.text.strip(" ()")) for cell in cells)


def _without_signs(headers: Sequence[Header], signs: Sequence[int], cells: Sequence[Sequence[Cell]]) -> list[Header]:
    """The headers, where a column of nothing but "€" stands beside its amounts, with both in the amounts' header."""
    found = list(headers)
    for index in signs:
        beside = [other for other in (index + 1, index - 1) if 0 <= other < len(found) and are_amounts(cells[other])]
        if beside:
            label = found[beside[0]].own or found[index].own
            sign = cells[index][0].text.strip(" ()")
            found[beside[0]] = Header(label, f"{found[beside[0]].over} {sign}".strip())
    return found


def _count_rows(cells: Sequence[Cell]) -> bool:
    """Whether a column only numbers the rows."""
    numbers = [int(cell.text.rstrip(".")) for cell in cells if cell.text.rstrip(".").isdecimal()]
    return (
        len(numbers) == len(cells) >= _MIN_DIFFERENT
        and numbers[0] < 100
        and all(two == one + 1 for one, two in pairwise(numbers))
    )


def _is_size(text: str) -> bool:
    """Whether a cell is a size rather than a name with a size in it."""
    return sum(size.end - size.start for size in find_sizes(text)) >= _SIZED_SHARE * len(text)


def _can_hold(field: str, cells: Sequence[Cell], wordy: bool) -> bool:
    """Whether a column's cells can be what its label says: amounts under a price, no bare numbers under words."""
    if field == "price":
        return not cells or sum(any(char.isdigit() for char in cell.text) for cell in cells) >= _PRICED * len(cells)
    if field == "sku":
        return True  # "KR5200" is no amount of crowns
    money = sum(bool(find_prices(cell.text)) for cell in cells)
    return (wordy or field not in _WORDY) and not (cells and money >= _MONEY_SHARE * len(cells))


def _read_letters(columns: list[Column]) -> list[Column]:
    """Single letters side by side are axes together ("W D H", "S G W"), or else name grades ("A B C D")."""
    found = list(columns)
    for run in list_letter_runs([column.label for column in columns]):
        axes = axes_of([columns[index].label for index in run])
        for place, index in enumerate(run):
            field = axes[place] if axes else "other"
            found[index] = columns[index]._replace(field=field, by_label=axes is not None)
    return found


def _read_watts(columns: list[Column]) -> list[Column]:
    """A "W" beside lumens or kelvins, and without another axis, is a lamp's power."""
    lamps = words("lamp_heads") & {fold(column.label) for column in columns}
    axes = sum(column.field in AXES for column in columns)
    if not lamps or axes > 1:
        return columns
    return [column._replace(field="wattage") if column.label.strip(" []()") == "W" else column for column in columns]


def _with_weights(columns: list[Column], headers: Sequence[Header], cells: Sequence[Sequence[Cell]]) -> list[Column]:
    """Columns of amounts under a bare "kg" hold the products' weight; beside counts and areas it is a box's."""
    if any(_PACKED.search(f"{header.over} {header.own}") for header in headers):
        return columns
    return [
        Column("weight", column.label, unit, by_label=True)
        if column.field == "other"
        and not header.over
        and len(column.label) > 1  # "g" may be a grade
        and (unit := weight_unit_of(column.label))
        and are_amounts(own)
        else column
        for column, header, own in zip(columns, headers, cells, strict=True)
    ]


def _with_units(columns: list[Column], headers: Sequence[Header]) -> list[Column]:
    """Axes without a unit have the one unit that the table's axes, or its label of dimensions, carry."""
    named = {column.unit for column in columns if column.field in AXES} | {
        unit_within(header.over) for header in headers if label_within(header.over) == "dimensions"
    }
    units = named - {None}
    if len(units) != 1:
        return columns
    unit = units.pop()
    return [column._replace(unit=column.unit or unit) if column.field in AXES else column for column in columns]


def is_column_code(text: str) -> bool:
    """Whether a cell of a code column is one even so: no digit, or a decimal comma inside ("PIQ-FS", "ZG-78-1,5/G")."""
    return bool(_COLUMN_CODE.fullmatch(text)) and text == text.upper() and any(char.isalpha() for char in text)


def is_dotted_code(text: str) -> bool:
    """Whether a cell reads like an amount, and is a code where its label says so ("9001.20")."""
    return bool(_DOTTED.fullmatch(text))


def _find_codes(columns: Sequence[Column], cells: Sequence[Sequence[Cell]]) -> int | None:
    """The column of article codes: the first labelled as such, else the first that reads as one."""
    labelled: dict[int, float] = {}
    for index, column in enumerate(columns):
        texts = [clean_code(cell.text) for cell in cells[index]]
        weak = [text for text in texts if _may_be_code(text) or (column.by_label and is_dotted_code(text))]
        if column.field == "sku" and cells[index] and len(weak) >= _LABELLED_SHARE * len(cells[index]):
            labelled[index] = len(weak) / len(cells[index])
    if labelled:  # "Type" and "Model" may head names, too
        rank = {i: (not _heads_kind(columns[i]), share >= _CODE_SHARE, -i) for i, share in labelled.items()}
        return max(rank, key=lambda index: rank[index])
    for index, column in enumerate(columns):
        share = _code_share(cells[index], plain=not column.label)
        if column.field == "other" and share >= _CODE_SHARE:
            return index
    leading = range(min(_LEADING, len(columns)))
    return next((i for i in leading if columns[i].field == "other" and _are_numbered(cells[i])), None)


def _heads_kind(column: Column) -> bool:
    return any(one.field in _KIND_FIELDS for one in read_heads(column.label))


def _find_pairs(
    columns: Sequence[Column], headers: Sequence[Header], cells: Sequence[Sequence[Cell]]
) -> list[Column] | None:
    """The columns with their groups, where each of several groups has a column of codes with its prices behind it."""
    codes = [
        index
        for index, column in enumerate(columns)
        if column.field == "sku" and headers[index].over and _code_share(cells[index]) >= _CODE_SHARE
    ]
    parts = [columns[one:two] for one, two in pairwise([*codes, len(columns)])]
    if len(codes) < _MIN_PAIRS or any(part[1:] == [] or {c.field for c in part[1:]} != {"price"} for part in parts):
        return None
    groups = [headers[max(code for code in codes if code <= index)].over if index >= codes[0] else ""
              for index in range(len(columns))]  # fmt: skip
    return [column._replace(group=group) for column, group in zip(columns, groups, strict=True)]


def _find_models(columns: Sequence[Column], cells: Sequence[Sequence[Cell]]) -> int | None:
    """The column under a code's label ("Model", "Item") that names the products in words, each otherwise."""
    for index, column in enumerate(columns):
        codes = sum(_may_be_code(clean_code(cell.text)) for cell in cells[index])
        if column.field == "sku" and codes < _LABELLED_SHARE * len(cells[index]) and _all_differ(cells[index]):
            return index if _text_share(cells[index]) >= _CODE_SHARE else None
    return None


def _may_be_code(text: str) -> bool:
    if any(len(token) > 2 and token.isalpha() and token[1:].islower() for token in text.split()):
        return False  # "Alba 2"
    return is_weak_code(text.replace(" ", "-")) or is_column_code(text)


def _are_numbered(cells: Sequence[Cell]) -> bool:
    """Whether a first column's plain numbers are codes: long, of one length, and all different."""
    texts = [clean_code(cell.text) for cell in cells]
    lengths = {len(text) for text in texts}
    alike = len(lengths) == 1 and min(lengths) > _PLAIN_DIGITS and all(text.isdecimal() for text in texts)
    return alike and len(texts) >= _MIN_DIFFERENT and len(set(texts)) == len(texts)


def _find_names(columns: Sequence[Column], cells: Sequence[Sequence[Cell]]) -> int | None:
    """The column of names: labelled as such, or of designs, else of all without a field the one with most words."""
    shares = {index: 0.0 if _are_equal(found) else _text_share(found) for index, found in enumerate(cells)}
    if (lead := _find_lead(columns, cells)) is not None:
        return lead
    labelled = [i for i, column in enumerate(columns) if column.field == "name" and shares[i] >= _LABELLED_SHARE]
    usable = labelled or [i for i, column in enumerate(columns) if column.field == "other" and shares[i] >= _NAME_SHARE]
    if not labelled:
        kinds = [i for i, column in enumerate(columns) if column.field in _KIND_FIELDS and shares[i] >= _NAME_SHARE]
        named = [i for i in kinds if _all_differ(cells[i]) and len(cells[i]) >= max(map(len, cells))]
        usable = named[:1] or usable or kinds[:1] or _emphasised(columns, cells)
    return max(usable, key=lambda index: (len(cells[index]) * shares[index], -index), default=None)


def _find_lead(columns: Sequence[Column], cells: Sequence[Sequence[Cell]]) -> int | None:
    """The bold column under "Design" or "Type" whose words all differ, where the columns of names are plain."""
    fields = ("name", "other")
    names = [cell for i, one in enumerate(columns) if one.field in fields and not _heads_kind(one) for cell in cells[i]]
    return next(
        (
            index
            for index, column in enumerate(columns)
            if (column.field in _KIND_FIELDS or (column.field == "other" and _heads_kind(column)))
            and sum(any(map(str.isalpha, cell.text)) for cell in cells[index]) >= _LEAD_SHARE * len(cells[index])
            and _all_differ(cells[index])
            and all(cell.bold for cell in cells[index])
            and not any(cell.bold for cell in names)
        ),
        None,
    )


def _are_equal(cells: Sequence[Cell]) -> bool:
    """Whether a column says the same of every row ("yes"): that names none."""
    return len(cells) >= _MIN_DIFFERENT and len({cell.text for cell in cells}) == 1


def _emphasised(columns: Sequence[Column], cells: Sequence[Sequence[Cell]]) -> list[int]:
    """Columns of finishes by their label ("Ausführung") whose bold words in rows otherwise plain are names."""
    return [
        index
        for index, column in enumerate(columns)
        if column.field == "finish"
        and len({cell.text for cell in cells[index] if cell.bold})
        >= max(_MIN_DIFFERENT, _BOLD_SHARE * len(cells[index]))
        and not any(cell.bold for other, found in enumerate(cells) if other != index for cell in found)
    ]


def _all_differ(cells: Sequence[Cell]) -> bool:
    return len(cells) >= _MIN_DIFFERENT and len({cell.text for cell in cells}) == len(cells)


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
    if are_codes(texts):
        return 1.0
    codes = sum(is_code(text.replace(" ", "-")) and not _THOUSANDS.fullmatch(text) for text in texts)
    if codes:
        codes += sum(is_column_code(text) and not is_code(text) for text in texts)
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
