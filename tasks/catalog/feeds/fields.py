"""The values of one record on their way into a product: what has been taken, and what is left for the attributes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from tasks.catalog.dimensions import axis_of
from tasks.catalog.feeds.mapping import Target
from tasks.catalog.feeds.offers import Amount
from tasks.catalog.feeds.records import Value, Values, all_texts
from tasks.catalog.feeds.values import clean_html, parse_gtin, split_category
from tasks.catalog.feeds.values_data import VALUE_CACHE
from tasks.catalog.products import AttributeValue, Place

_GTIN_LENGTHS = frozenset({8, 12, 13, 14})
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")
_PAIR = re.compile(r".*\[(.*)\]", re.DOTALL)


MEASURES: tuple[Target, ...] = ("width", "height", "depth", "length", "thickness", "diameter", "weight")
WORDS: tuple[Target, ...] = ("supplier", "group", "size", "color", "material", "finish", "collection", "designer")
_FURTHER_COLUMNS = frozenset({"sale_price", "list_price", "price_net", "currency"})
_LEAST_AXIS_LETTERS = 3  # "T" and "L" name sizes of clothes and batteries too
_MOST_SHAPES = 256  # kept; a feed of any shapes forgets them now and then

ReadText = Callable[[str], str | None]
Taken = tuple[str, str]  # a field, and the path that it was made of


class OpenPath(NamedTuple):
    """A path whose value becomes an attribute unless a field takes it; `axis` is the size that its name means."""

    path: str
    name: str
    axis: str | None


class Shape:
    """What all records with values under the same paths have in common.

    `found` are the paths of each target that have a value, best first; `texts` the columns that are a text each;
    `taken` and `used` what these take in every such record. `price` is the path of a price without any other column
    beside it. `places` keeps the provenance of these records.
    """

    __slots__ = ("found", "measures", "open", "places", "price", "taken", "texts", "used", "words")

    def __init__(self, paths: Sequence[str], plan: Plan) -> None:
        ranked: dict[Target, list[tuple[int, str]]] = {}
        for path in paths:
            for target, rank in plan.by_path.get(path, ()):
                ranked.setdefault(target, []).append((rank, path))
        found = self.found = {target: [path for _, path in sorted(ones)] for target, ones in ranked.items()}
        self.texts = [(target, found[target][0], read) for target, read in _TEXTS.items() if target in found]
        self.taken: list[Taken] = [(target, path) for target, path, _ in self.texts]
        self.used = frozenset(path for _, path in self.taken)
        self.open = [plan.name(path) for path in paths if path not in self.used and (path[0] != "." or path == ".")]
        self.price = found["price"][0] if "price" in found and _FURTHER_COLUMNS.isdisjoint(found) else None
        self.words = [(target, found[target][0]) for target in WORDS if target in found]
        self.measures = [target for target in MEASURES if target in found]
        self.places: dict[object, dict[str, Place]] = {}


class Plan:
    """Which fields the paths of a mapping stand for, each with its rank among the paths of its field.

    `names` are the attributes that the mapping names. Records have few shapes: each is planned once.
    """

    def __init__(self, paths: Mapping[Target, tuple[str, ...]], names: Mapping[str, str]) -> None:
        self.by_path: dict[str, list[tuple[Target, int]]] = {}
        for target, ranked in paths.items():
            for rank, path in enumerate(ranked):
                self.by_path.setdefault(path, []).append((target, rank))
        self._names = names
        self._shapes: dict[tuple[str, ...], Shape] = {}

    def begin(self, values: Values) -> Fields:
        """The fields of a record's values, none of them read yet."""
        paths = tuple(values)
        if (shape := self._shapes.get(paths)) is None:
            if len(self._shapes) >= _MOST_SHAPES:
                self._shapes.clear()
            shape = self._shapes[paths] = Shape(paths, self)
        return Fields(shape, values)

    def name(self, path: str) -> OpenPath:
        name = self._names.get(path) or own_name(path)
        is_named = path.endswith("]") and len(name) >= _LEAST_AXIS_LETTERS
        return OpenPath(path, name, axis_of(name) if is_named else None)


class Fields:
    """The values of one record. `taken` are the fields made of them so far, beside those of their shape."""

    __slots__ = ("_spare", "_used", "found", "shape", "taken", "values")

    def __init__(self, shape: Shape, values: Values) -> None:
        self.shape, self.found, self.values = shape, shape.found, values
        self.taken: list[Taken] = []
        self._used: set[str] = set()
        self._spare: dict[str, list[str]] = {}

    def read_texts(self) -> dict[str, str | None]:
        """The columns that are a text each: the first value of the first path; others stay for the attributes."""
        values = self.values
        texts: dict[str, str | None] = {}
        for target, path, read in self.shape.texts:
            value = values[path]
            texts[target] = read(value if isinstance(value, str) else self._first(path, value))
        return texts

    def take(self, target: Target) -> str | None:
        """The first value of the first path that has one; its further values stay for the attributes."""
        found = self.found.get(target)
        if found is None:
            return None
        path = found[0]
        value = self.values[path]
        self.note(target, path)
        return value if isinstance(value, str) else self._first(path, value)

    def take_amount(self, target: Target) -> Amount | None:
        """As `take`, with the column's own name."""
        text = self.take(target)
        return None if text is None else Amount(text, own_name(self.taken[-1][1]))

    def first(self, path: str) -> str:
        """The first value of `path`; nothing is taken yet."""
        value = self.values[path]
        return value if isinstance(value, str) else value[0]

    def note(self, field: str, path: str, *, keep: bool = False) -> None:
        """`field` has been made of `path`; with `keep`, its value stays for the attributes as well."""
        self.taken.append((field, path))
        if not keep:
            self._used.add(path)

    def use(self, path: str) -> None:
        """All values of `path` are accounted for."""
        self._used.add(path)

    def rest(self) -> Iterator[tuple[OpenPath, Value]]:
        """What no field has taken, without what rules made up (".image"); further values of what was taken last."""
        used, values = self._used, self.values
        for opened in self.shape.open:
            if opened.path not in used:
                yield opened, values[opened.path]
        for path, further in self._spare.items():
            yield OpenPath(path, own_name(path), None), further

    def _first(self, path: str, value: list[str]) -> str:
        if len(value) > 1:
            self._spare[path] = value[1:]
        return value[0]


@lru_cache(maxsize=VALUE_CACHE)
def own_name(path: str) -> str:
    """What the feed itself calls a path's value: "shipping/price", "PARAM[Colour]" is "Colour", "@g:id" is "id"."""
    if path.endswith("]") and (pair := _PAIR.fullmatch(path)):
        return pair[1]
    return "/".join(step.rpartition(":")[2] for step in path.replace("@", "").split("/"))


def one_line(text: str) -> str | None:
    """A name or code: markup and entities as text, blanks as one."""
    if ("<" in text or "&" in text) and _MARKUP.search(text):
        text = clean_html(text)
    return " ".join(text.split()) or None


def _read_prose(text: str) -> str | None:
    return clean_html(text) or None


def _read_category(text: str) -> str | None:
    return split_category(text) or None


# The columns that are one text. The record's own id is in its product's key.
_TEXTS: dict[Target, ReadText] = {
    "id": lambda text: None,
    **dict.fromkeys(("name", "sku", "mpn", "brand", "supplier"), one_line),
    "category": _read_category,
    "description": _read_prose,
}


def take_gtin(fields: Fields) -> str | None:
    """The first GTIN whose check digit holds, else the first that has a GTIN's length: feeds state wrong ones, and a
    product is found by what its source calls it. What matches products checks the digit again.
    """
    stated: tuple[str, str] | None = None
    for path in fields.found.get("gtin", ()):
        values = all_texts(fields.values[path])
        for text in values:
            if (gtin := parse_gtin(text)) is not None:
                fields.note("gtin", path, keep=len(values) > 1)
                return gtin
            digits = text.replace(" ", "").replace("-", "")
            if stated is None and len(digits) in _GTIN_LENGTHS and digits.isdecimal():
                stated = path, digits
    if stated is None:
        return None
    fields.note("gtin", stated[0], keep=isinstance(fields.values[stated[0]], list))
    return stated[1]


def attribute_of(value: Value) -> AttributeValue:
    """An attribute's value: markup as text, several as a tuple."""
    if isinstance(value, str):
        return clean_html(value) if "<" in value and _MARKUP.search(value) else value
    return tuple(clean_html(text) if "<" in text and _MARKUP.search(text) else text for text in value)


def merge_attribute(attributes: dict[str, AttributeValue], name: str, value: AttributeValue) -> None:
    """Add `value` under `name`, beside what is there already."""
    before = attributes.get(name)
    if before is None:
        attributes[name] = value
        return
    parts = [
        part if isinstance(part, str) else f"{part.value} {part.unit or ''}".strip()
        for one in (before, value)
        for part in (one if isinstance(one, tuple) else (one,))
    ]
    attributes[name] = tuple(dict.fromkeys(parts)) if len(set(parts)) > 1 else parts[0]
