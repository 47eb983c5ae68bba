"""Parts of records that repeat: pairs of a name and its value, and variants."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.feeds.mapping import Pairs, Target
from tasks.catalog.feeds.suggestions_columns import Column
from tasks.catalog.feeds.suggestions_concepts import mean_path
from tasks.catalog.feeds.suggestions_names import UNKNOWN, read_name, words_of

_NAMING = frozenset({"name", "pair_name", "code"})
_UNIT_NAMES = frozenset({"unit", "funit", "uom"})
# Fields that occur in several forms: price[retail], name[en].
_TOLD_APART: tuple[Target, ...] = ("price", "sale_price", "list_price", "price_net", "name", "description", "image",
                                   "sku", "gtin", "mpn", "id", "dimensions", "weight", "availability")  # fmt: skip
_MOST_NAME_CHARACTERS = 60
_MOST_NAME_STEPS = 3  # from an element to its name: Feature/Name/@Value
_TELLING: dict[Target, int] = {"sku": 2, "gtin": 2, "id": 1, "price": 2, "sale_price": 1, "availability": 1, "size": 1,
                               "color": 1, "mpn": 1}  # fmt: skip
_TELLING_ENOUGH = 3  # of an element whose name does not say that it is a variant


def find_pairs(columns: Sequence[Column]) -> tuple[Pairs, ...]:
    """Repeated elements whose attribute or child names what their text, other attribute or other child says."""
    by_path = {column.path: column for column in columns}
    parents = dict.fromkeys(column.path.rpartition("/")[0] for column in columns if "/" in column.path)
    found = []
    for parent in parents:
        if parent and (pair := _find_pair(parent, by_path)) is not None:
            found.append(pair)
    return tuple(pair for pair in found if not any(one.path.startswith(f"{pair.path}/") for one in found))


def _find_pair(parent: str, by_path: dict[str, Column]) -> Pairs | None:
    parts = {path[len(parent) + 1 :]: column for path, column in by_path.items() if path.startswith(parent + "/")}
    names = {name: column for name, column in parts.items() if name.count("/") < _MOST_NAME_STEPS}
    parts = {name: column for name, column in parts.items() if "/" not in name}
    if parent in by_path:
        parts["."] = by_path[parent]
    if _is_thing(parent):
        return None
    for name, column in names.items():
        if not _is_naming(name, column):
            continue
        fitting = [one for one in parts if one != name and abs(parts[one].count - column.count) <= 0.2 * column.count]
        texts = [one for one in fitting if not one.startswith("@") and not _is_naming(one, parts[one])]
        only = texts[0] if len(texts) == 1 and any("pair_name" in one.concepts for one in read_name(name)) else None
        value = next(filter(_is_value, fitting), only)
        if value is not None:
            unit = next((part for part in parts if set(words_of(part)) & _UNIT_NAMES), None)
            return Pairs(path=parent, name=name, value=value, unit=unit)
    return None


def _is_thing(path: str) -> bool:
    """Whether an element is a thing that may have a name itself (a brand, a category, a picture)."""
    meaning = mean_path(path)[0]
    return meaning.target not in (None, *_TOLD_APART) and meaning.confidence >= 0.7


def _is_naming(name: str, column: Column) -> bool:
    """Whether a part names others: its values differ within a record and are the same words from one to the next."""
    concepts = {concept for reading in read_name(name) for concept in reading.concepts}
    typed = (name.startswith("@") and bool(concepts & {"category", "id"})) or name in ("@lang", "@language")
    if (
        name == "."
        or (UNKNOWN in concepts and not typed)
        or not (concepts & _NAMING or typed)
        or column.shares["url"]
        or column.shares["number"] >= 0.5
    ):
        return False
    if max(map(len, column.values), default=0) > _MOST_NAME_CHARACTERS:
        return False
    return (
        column.repeated > 0
        and column.varied >= 0.8 * column.repeated
        and column.distinct <= max(0.75, 1 / column.filled)
    )


def _is_value(name: str) -> bool:
    return name == "." or any(
        reading.concepts[-1] == "value" or reading.concepts == ("description",) for reading in read_name(name)[:2]
    )


def find_variant(columns: Sequence[Column], pairs: Sequence[Pairs]) -> str | None:
    """The repeated element of a record that is a variant of it: it has a code, a price or a stock of its own."""
    prefixes: dict[str, None] = {}
    for column in columns:
        steps = column.path.split("/")
        prefixes |= dict.fromkeys("/".join(steps[:count]) for count in range(1, len(steps)))
    taken = {pair.path for pair in pairs}
    rated = [(score, prefix) for prefix in prefixes if prefix not in taken and (score := _rate(prefix, columns)) > 0]
    return max(rated, key=lambda one: (one[0], len(one[1])))[1] if rated else None


def _rate(prefix: str, columns: Sequence[Column]) -> float:
    below = [column for column in columns if column.path.startswith(prefix + "/")]
    if not any(column.repeated for column in below) or max(column.repeated for column in below) < 0.5 * max(
        column.repeated for column in columns if column.path.startswith(prefix + "/")
    ):
        return 0.0
    steps = prefix.split("/")
    concepts = {concept for step in steps for reading in read_name(step)[:2] for concept in reading.concepts}
    if concepts & {"other", "image", "category", "brand", "supplier", "not_price"}:
        return 0.0
    targets = {
        meaning.target
        for column in below
        if column.repeated
        for meaning in mean_path(column.path[len(prefix) + 1 :])[:1]
        if meaning.confidence >= 0.6
    }
    if not targets:
        return 0.0
    score = sum(_TELLING.get(target, 0) for target in targets if target)
    named = "variant" in {concept for reading in read_name(steps[-1])[:2] for concept in reading.concepts}
    if len(steps) > 1 and any("variant" in reading.concepts for reading in read_name(steps[-2])[:2]):
        named = True
    if not named and (score < _TELLING_ENOUGH or "price" in concepts or not any(column.varied for column in below)):
        return 0.0
    return score + named if score else 0.0
