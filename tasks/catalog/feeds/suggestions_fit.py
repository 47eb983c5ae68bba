"""Whether the values of a column are such as a field has them, and what values alone tell of a column."""

from __future__ import annotations

from collections.abc import Callable

from tasks.catalog.feeds.mapping import Target
from tasks.catalog.feeds.suggestions_columns import Column
from tasks.catalog.feeds.suggestions_names import words_of

# A fit multiplies the confidence that a name gives: 0 says "cannot be", below 1 "hardly", above 1 "as expected".
_NO, _DOUBT, _NEUTRAL, _YES = 0.0, 0.5, 1.0, 2.0
_MOST = 0.99
_MANY = 4
_STATES = frozenset(
    {"status", "state", "estado", "stato", "statut", "etat", "stav", "stan", "durum", "tila", "stare", "stanje",
     "allapot", "tilstand", "zustand", "статус", "состояние", "стан", "състояние", "κατασταση"}
)  # fmt: skip
_ACTIVE = frozenset({"activ", "inact", "aktiv", "actif", "attiv", "ativo"})
_CODES: tuple[Target, ...] = ("id", "sku", "mpn", "group")
_PRICES: tuple[Target, ...] = ("price", "sale_price", "list_price", "price_net")
_AXES: tuple[Target, ...] = ("width", "height", "depth", "length", "thickness", "diameter")
_WORDS: tuple[Target, ...] = (
    "brand",
    "supplier",
    "category",
    "color",
    "material",
    "finish",
    "collection",
    "designer",
    "size",
)


def rate(target: Target, confidence: float, column: Column) -> float:
    """The confidence from 0 to 1 that `column` is `target`, when its name gives `confidence`."""
    factor = fit(target, column)
    if factor <= 1:
        return round(confidence * factor, 3)
    return round(min(_MOST, confidence + (1 - confidence) * (1 - 1 / factor)), 3)


def fit(target: Target, column: Column) -> float:
    """How well the values suit the target, as a factor."""
    check = _CHECKS.get(target)
    return check(column) if check else _NEUTRAL


def guess(column: Column) -> tuple[Target, float] | None:
    """What values alone say of a column whose name says nothing; a guess stays below what a name gives."""
    shares, many = column.shares, len(column.values) >= 5
    if shares["picture"] >= 0.8 and not is_constant(column):
        return "image", 0.85
    if shares["gtin"] >= 0.9 and many and column.distinct >= 0.8 and column.mean_length >= 12:
        return "gtin", 0.85
    if shares["url"] >= 0.9:
        return ("image", 0.6) if shares["maybe_picture"] >= 0.8 else ("url", 0.7) if column.distinct >= 0.9 else None
    if shares["priced"] >= 0.8:
        return "price", 0.75
    codes = set(column.values)
    if shares["currency"] >= 0.95 and many and len(codes) <= 3 and all(len(code) <= 3 for code in codes):
        return "currency", 0.75
    if shares["state"] >= 0.9 and shares["boolean"] < 0.5:
        return "availability", 0.7
    if shares["dimensions"] >= 0.8:
        return "dimensions", 0.7
    if shares["mass"] >= 0.9:
        return "weight", 0.7
    if shares["path"] >= 0.8 and column.mean_length < 120 and shares["number"] < 0.1:
        return "category", 0.65
    if column.data_type == "text" and column.distinct >= 0.5 and column.mean_words >= 10:
        return "description", 0.6
    return None


def says_stock(column: Column) -> bool:
    """Whether a column of states is of the stock, not of an article that is sold or no longer."""
    if not _STATES & set(words_of(column.path)) or {value.casefold()[:5] for value in column.values} & _ACTIVE:
        return False
    return column.shares["state"] >= 0.9


def is_constant(column: Column) -> bool:
    """Whether several records all say the same: an address of the shop's, a logo."""
    return len(column.values) >= _MANY and len(set(column.values)) == 1


def looks_like_name(column: Column) -> float:
    """How much an unnamed column reads like product names: different, short, of words."""
    shares = column.shares
    if shares["number"] > 0.3 or shares["url"] > 0.1 or shares["date"] > 0.3 or column.repeated:
        return 0.0
    if not 3 <= column.mean_length <= 120 or column.data_type not in ("string", "text"):
        return 0.0
    if column.distinct < 0.6 or column.mean_words > 15 or shares["state"] > 0.5:
        return 0.0
    return round(column.distinct * min(1.0, 0.6 + column.mean_words / 5) * (0.5 if shares["code"] > 0.8 else 1.0), 3)


def _gtin(column: Column) -> float:
    if column.shares["gtin"] >= 0.7:
        return 4.0
    return 0.75 if column.shares["digits"] >= 0.5 and column.mean_length >= 7 else _NO


def _price(column: Column) -> float:
    money = column.shares["money"]
    if column.shares["short_date"] >= 0.9 and column.mean_length == 8:
        return _NO
    return _YES if money >= 0.9 else _NEUTRAL if money >= 0.6 else _NO


def _vat(column: Column) -> float:
    return _YES if column.shares["vat"] >= 0.9 and len(set(column.values)) <= 8 else _DOUBT


def _currency(column: Column) -> float:
    return 4.0 if column.shares["currency"] >= 0.9 else _NO


def _availability(column: Column) -> float:
    shares = column.shares
    if shares["date"] + shares["short_date"] >= 0.8 and shares["count"] < 0.5:
        return _NO
    if shares["state"] >= 0.6:
        return 1.5 if shares["boolean"] >= 0.6 else _YES
    return _NEUTRAL if shares["count"] + shares["state"] + shares["boolean"] >= 0.6 else _DOUBT


def _url(column: Column) -> float:
    if column.shares["picture"] >= 0.5:
        return _NO
    return _YES if column.shares["url"] >= 0.8 else _NO


def _image(column: Column) -> float:
    if column.shares["url"] >= 0.8:
        return _YES
    return 0.8 if column.shares["file"] >= 0.8 else _NO


def _name(column: Column) -> float:
    shares = column.shares
    if shares["url"] >= 0.3 or shares["date"] >= 0.8 or column.mean_length > 300:
        return _NO
    if shares["number"] >= 0.9 and column.mean_length > 0:
        return 0.6
    return _YES if column.distinct >= 0.5 else 0.9


def _description(column: Column) -> float:
    if column.shares["url"] >= 0.5 or column.shares["number"] >= 0.8:
        return _NO
    return _YES if column.mean_length > 40 or column.shares["html"] >= 0.2 else 0.85


def _code(column: Column) -> float:
    shares = column.shares
    if column.mean_length > (200 if shares["url"] >= 0.9 else 64) or shares["picture"] >= 0.3:
        return _NO
    if column.mean_words > 4:
        return 0.75
    if len(column.values) < 4:
        return _NEUTRAL
    return _YES if column.distinct >= 0.95 else _NEUTRAL if column.distinct >= 0.8 else _DOUBT


def _group(column: Column) -> float:
    return _NO if column.mean_length > 64 else _YES if 0.02 < column.distinct < 0.9 else _NEUTRAL


def _axis(column: Column) -> float:
    return _YES if column.shares["measure"] >= 0.8 else _NEUTRAL if column.shares["number"] >= 0.8 else _NO


def _dimensions(column: Column) -> float:
    return _YES if column.shares["dimensions"] >= 0.6 else _NEUTRAL if column.shares["measure"] >= 0.5 else _DOUBT


def _word(column: Column) -> float:
    shares = column.shares
    if shares["url"] >= 0.3 or shares["date"] >= 0.8 or column.mean_length > 200:
        return _NO
    if shares["number"] + shares["condition"] >= 0.9:
        return _DOUBT  # the code of a thing, not its name
    return _YES if column.distinct < 0.9 or len(column.values) < 8 else _NEUTRAL


def _size(column: Column) -> float:
    return _NO if column.shares["url"] >= 0.3 or column.mean_length > 100 else _NEUTRAL


_CHECKS: dict[Target, Callable[[Column], float]] = {
    "gtin": _gtin, "vat_rate": _vat, "currency": _currency, "availability": _availability, "url": _url,
    "image": _image, "name": _name, "description": _description, "dimensions": _dimensions, "weight": _axis,
    **dict.fromkeys(_CODES, _code), **dict.fromkeys(_PRICES, _price), **dict.fromkeys(_AXES, _axis),
    **dict.fromkeys(_WORDS, _word), "group": _group, "size": _size,
}  # fmt: skip
