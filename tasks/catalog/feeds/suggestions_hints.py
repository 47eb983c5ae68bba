"""What a whole feed has in common: currency, decimal mark, units, further prices and the names of attributes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from tasks.catalog.decimals import DecimalMark, guess_decimal_mark
from tasks.catalog.feeds.fields import own_name
from tasks.catalog.feeds.mapping import Target
from tasks.catalog.feeds.suggestions_choice import Choice
from tasks.catalog.feeds.suggestions_columns import Column
from tasks.catalog.feeds.suggestions_concepts import mean_path
from tasks.catalog.feeds.suggestions_conflicts import says_time
from tasks.catalog.feeds.suggestions_names import read_name, words_of
from tasks.catalog.feeds.values import AvailabilityScale, parse_currency, parse_money
from tasks.catalog.feeds.values_sizes import unit_of

_PRICES: frozenset[Target] = frozenset({"price", "sale_price", "list_price", "price_net"})
_MEASURES: frozenset[Target] = frozenset(
    {"width", "height", "depth", "length", "thickness", "diameter", "weight", "dimensions"}
)
_NAME_UNITS = frozenset(
    {"mm", "cm", "m", "kg", "kgs", "g", "gr", "grams", "lb", "lbs", "inch", "inches", "мм", "см", "м", "кг", "г", "гр"}
)
_UNIT_WORDS = frozenset(
    {"unit", "units", "uom", "measure", "measurement", "class", "einheit", "unita", "unite", "jednostka", "jednotka",
     "gewei", "um", "udm", "me", "ед"}
)  # fmt: skip
_AXES = frozenset({"width", "height", "depth", "length"})
_MASSES = frozenset({"kg", "g", "lb", "oz"})
_MOST_WITH_UNITS = 0.5  # share of the values that state a unit themselves
_HEADER_VALUE = re.compile(r"([\w.-]+)\s*(?:=\s*[\"']|[^<>]*>)\s*([A-Za-z]{3})\s*[<\"']")
_CODE_AT_END = re.compile(r"[a-z][A-Z]?([A-Z]{3})$")
_GENERIC = frozenset({"name", "value", "label", "code", "id", "text", "description", "url"})


def find_currency(columns: Sequence[Column], choices: Mapping[str, Choice], head: bytes) -> str | None:
    """The feed's currency where no column names it: beside its amounts, in a price's name, or in its header."""
    targets = {choice.target for choice in choices.values()}
    if "currency" in targets:
        return None
    beside: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for column in columns:
        if choices[column.path].target not in _PRICES:
            continue
        found = [money.currency for value in column.values if (money := parse_money(value))]
        beside.update(code for code in found if code)
        named.update(_codes_in(column.path))
    if beside:
        return None if len(beside) > 1 else beside.most_common(1)[0][0]
    if len(named) == 1:
        return named.most_common(1)[0][0]
    return _header_currency(head.decode("utf-8", "replace"))


def _codes_in(path: str) -> set[str]:
    """The currencies that a path names: price_eur, PriceEUR, priceRUAH."""
    words = {word.upper() for word in words_of(path) if len(word) == 3}
    if (tail := _CODE_AT_END.search(path)) is not None:
        words.add(tail[1])
    return {word for word in words if parse_currency(word) == word}


def _header_currency(head: str) -> str | None:
    """The first code of a currency in an element or attribute that is called so, in any language."""
    for name, value in _HEADER_VALUE.findall(head):
        code = parse_currency(value.upper())
        if code and any(reading.concepts[0] == "currency" for reading in read_name(name)):
            return code
    return None


def find_decimal_mark(columns: Sequence[Column], choices: Mapping[str, Choice]) -> DecimalMark | None:
    """The mark of the prices, where some tell it and some need it ("1.234" beside "12,50")."""
    texts = [value for column in columns if choices[column.path].target in _PRICES for value in column.values]
    return guess_decimal_mark(texts)


def find_units(columns: Sequence[Column], choices: Mapping[str, Choice]) -> dict[Target, str]:
    """Units that stand in a column's name ("width_cm"), or in a column of their own that says one ("weight/@unit")."""
    stated = _stated_units(columns)
    found: dict[Target, str] = {}
    for column in columns:
        target = choices[column.path].target
        if target not in _MEASURES or column.shares["length"] + column.shares["mass"] >= _MOST_WITH_UNITS:
            continue
        words = [word for word in words_of(column.path.rpartition("/")[2]) if word in _NAME_UNITS]
        parent = column.path.rpartition("/")[0]
        kind = "weight" if target == "weight" else "dimensions"
        for unit in (unit_of(words[-1]) if words else None, *map(stated.get, (column.path, parent, kind))):
            if unit and (unit in _MASSES) == (target == "weight"):
                found.setdefault(target, unit)
    return found


def _stated_units(columns: Sequence[Column]) -> dict[str, str]:
    """What columns of units say, by their parent's path, and by "weight" or "dimensions" where their name says so."""
    found: dict[str, str] = {}
    for column in columns:
        parent, _, name = column.path.rpartition("/")
        words = set(words_of(name))
        unit = unit_of(column.values[0]) if len(set(column.values)) == 1 else None
        if unit is None or not words & _UNIT_WORDS:
            continue
        found.setdefault(parent, unit)
        concepts = {concept for word in words for reading in read_name(word) for concept in reading.concepts}
        found |= {kind: unit for kind in ("weight", "dimensions") if kind in concepts}
        if concepts & _AXES:  # "length_class" beside length, width and height
            found.setdefault("dimensions", unit)
    return found


def find_scale(columns: Sequence[Column], choices: Mapping[str, Choice]) -> AvailabilityScale:
    """Days where the availability is a delivery time in numbers, else flags and counts."""
    for column in columns:
        if choices[column.path].target != "availability":
            continue
        if says_time(column.path) or column.shares["count"] + column.shares["digits"] >= 0.5:
            words = set(words_of(column.path))
            if words & {"delivery", "lieferzeit", "dodani", "dodaci", "levertijd", "days"} or says_time(column.path):
                return "days"
    return "flag"


def find_prices(columns: Sequence[Column], choices: Mapping[str, Choice]) -> dict[str, str]:
    """Further price columns (a dealer's, a second currency's) by path, with their label."""
    free = [column for column in columns if choices[column.path].target is None and column.shares["money"] >= 0.9]
    return {column.path: _price_label(column.path) for column in free if _is_price(column.path)}


def _is_price(path: str) -> bool:
    """Whether a path says that it holds prices, a consumer's or not; no discount, cost of delivery or group."""
    holder, bracket, _ = path.partition("[")
    if bracket:
        return mean_path(holder)[0].target in _PRICES
    name = path.rpartition("/")[2]
    concepts = {concept for reading in read_name(name)[:1] for concept in reading.concepts}
    if "not_price" in concepts:
        return any("price" in reading.concepts for word in words_of(name) for reading in read_name(word))
    return bool(concepts & {"price", "gross", "net", "list", "sale"}) and "other" not in concepts


def _price_label(path: str) -> str:
    """The column's own name; its container's where it says no more than that it is a price ("trade/amount")."""
    *containers, leaf = own_name(path).split("/")
    concepts = {concept for reading in read_name(leaf)[:1] for concept in reading.concepts}
    return containers[-1] if containers and concepts <= {"price", "value", "label"} else leaf


def attribute_names(columns: Sequence[Column]) -> dict[str, str]:
    """The name of each column that becomes an attribute: its own, with its container's where it alone says nothing."""
    plain = {column.path: own_name(column.path).rpartition("/")[2] for column in columns if "[" not in column.path}
    plain |= {column.path: own_name(column.path) for column in columns if "[" in column.path}
    counts = Counter(name.casefold() for name in plain.values())
    named = {}
    for path, name in plain.items():
        holder, bracket, _ = path.partition("[")
        generic = any(concept in _GENERIC for reading in read_name(name)[:1] for concept in reading.concepts)
        container = (holder if bracket else path.rpartition("/")[0]).rpartition("/")[2]
        if container and (counts[name.casefold()] > 1 or (not bracket and (generic or "@" in path))):
            name = f"{container.rpartition(':')[2]}/{name}"
        named[path] = "text" if name == "." else name
    return named
