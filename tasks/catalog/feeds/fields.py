"""The values of one record on their way into a product: what has been taken, and what is left for the attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from tasks.catalog.feeds.mapping import Target
from tasks.catalog.feeds.offers import Amount
from tasks.catalog.feeds.records import Value, Values, all_texts
from tasks.catalog.feeds.values import clean_html, parse_gtin, split_category
from tasks.catalog.feeds.values_data import VALUE_CACHE
from tasks.catalog.products import AttributeValue

_GTIN_LENGTHS = frozenset({8, 12, 13, 14})
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")
_PAIR = re.compile(r".*\[(.*)\]", re.DOTALL)


Found = dict[Target, list[str]]

_MOST_SHAPES = 256  # kept; a feed of any shapes forgets them now and then


class Plan:
    """Which fields the paths of a mapping stand for, each with its rank among the paths of its field."""

    __slots__ = ("_shapes", "by_path")

    def __init__(self, paths: Mapping[Target, tuple[str, ...]]) -> None:
        self.by_path: dict[str, list[tuple[Target, int]]] = {}
        for target, ranked in paths.items():
            for rank, path in enumerate(ranked):
                self.by_path.setdefault(path, []).append((target, rank))
        self._shapes: dict[tuple[str, ...], Found] = {}

    def find(self, values: Values) -> Found:
        """Target -> its paths that have a value, best first. Records have few shapes: each is planned once."""
        shape = tuple(values)
        if (found := self._shapes.get(shape)) is None:
            if len(self._shapes) >= _MOST_SHAPES:
                self._shapes.clear()
            ranked: dict[Target, list[tuple[int, str]]] = {}
            for path in shape:
                for target, rank in self.by_path.get(path, ()):
                    ranked.setdefault(target, []).append((rank, path))
            found = self._shapes[shape] = {
                target: [path for _, path in sorted(ones)] for target, ones in ranked.items()
            }
        return found


class Fields:
    """The values of one record, `found` by target. `taken` are the fields made so far, with the paths they are of."""

    __slots__ = ("_spare", "_used", "found", "taken", "values")

    def __init__(self, plan: Plan, values: Values) -> None:
        self._used: set[str] = set()
        self._spare: dict[str, list[str]] = {}
        self.values = values
        self.taken: list[tuple[str, str]] = []
        self.found = plan.find(values)

    def take(self, target: Target) -> str | None:
        """The first value of the first path that has one; its further values stay for the attributes."""
        found = self.found.get(target)
        if found is None:
            return None
        path = found[0]
        value = self.values[path]
        self.taken.append((target, path))
        self._used.add(path)
        if isinstance(value, str):
            return value
        if len(value) > 1:
            self._spare[path] = value[1:]
        return value[0]

    def take_all(self, target: Target) -> Value | None:
        """Every value of the first path that has one."""
        found = self.found.get(target)
        if found is None:
            return None
        path = found[0]
        self.note(target, path)
        return self.values[path]

    def take_amount(self, target: Target) -> Amount | None:
        """As `take`, with the column's own name."""
        text = self.take(target)
        return None if text is None else Amount(text, own_name(self.taken[-1][1]))

    def offers(self, target: Target) -> Sequence[tuple[str, str]]:
        """The first value of each path of `target` that has one, with its path; nothing is taken yet."""
        found = self.found.get(target)
        if found is None:
            return ()
        values = [(path, self.values[path]) for path in found]
        return [(path, value if isinstance(value, str) else value[0]) for path, value in values]

    def note(self, field: str, path: str, *, keep: bool = False) -> None:
        """`field` has been made of `path`; with `keep`, its value stays for the attributes as well."""
        self.taken.append((field, path))
        if not keep:
            self._used.add(path)

    def use(self, path: str) -> None:
        """All values of `path` are accounted for."""
        self._used.add(path)

    def rest(self) -> Iterator[tuple[str, Value]]:
        """The paths and values that no field has taken, without those that rules made up (".image")."""
        for path, value in self.values.items():
            if path not in self._used:
                if path[0] != "." or path == ".":
                    yield path, value
            elif path in self._spare:
                yield path, self._spare[path]


@lru_cache(maxsize=VALUE_CACHE)
def own_name(path: str) -> str:
    """What the feed itself calls a path's value: "shipping/price", "PARAM[Colour]" is "Colour", "@g:id" is "id"."""
    if path.endswith("]") and (pair := _PAIR.fullmatch(path)):
        return pair[1]
    return "/".join(step.rpartition(":")[2] for step in path.replace("@", "").split("/"))


def one_line(text: str | None) -> str | None:
    """A name or code: markup and entities as text, blanks as one."""
    if not text:
        return None
    if ("<" in text or "&" in text) and _MARKUP.search(text):
        text = clean_html(text)
    return " ".join(text.split()) or None


def read_prose(text: str | None) -> str | None:
    return (clean_html(text) or None) if text else None


def read_category(text: str | None) -> str | None:
    return (split_category(text) or None) if text else None


def take_gtin(fields: Fields) -> str | None:
    """The first GTIN whose check digit holds, else the first that has a GTIN's length: feeds state wrong ones, and a
    product is found by what its source calls it. What matches products checks the digit again.
    """
    stated: tuple[str, str] | None = None
    for path, _ in fields.offers("gtin"):
        values = all_texts(fields.values[path])
        for text in values:
            digits = text.replace(" ", "").replace("-", "")
            gtin = parse_gtin(text)
            if gtin is None and (stated is not None or len(digits) not in _GTIN_LENGTHS or not digits.isdecimal()):
                continue
            if gtin is not None:
                fields.note("gtin", path, keep=len(values) > 1)
                return gtin
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
