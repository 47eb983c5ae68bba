"""What of a feed's records stands outside them: categories and brands around them, lists that share an id with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.catalog.feeds.mapping import Join, Target
from tasks.catalog.feeds.paths import fits, steps_of
from tasks.catalog.feeds.records import local_name
from tasks.catalog.feeds.sources import Source
from tasks.catalog.feeds.stream import Element
from tasks.catalog.feeds.structure import read_events
from tasks.catalog.feeds.suggestions_columns import Column
from tasks.catalog.feeds.suggestions_names import read_name, words_of

_LEAST_SHARED = 0.8  # of the records' ids: those that a list has
_LEAST_ELEMENTS = 2
_MOST_ELEMENTS = 5_000  # of a list that are looked at
_MOST_LISTS = 50
_MOST_PARTS = 12  # of an element of a list
_SURROUNDING: tuple[Target, ...] = ("category", "brand", "collection")
_IDS = frozenset({"id", "code", "sku", "gtin"})
_PARENT = "parent"
_Row = dict[str, str]


def find_outside(
    source: Source, record: str, columns: Sequence[Column]
) -> tuple[dict[Target, tuple[str, ...]], tuple[Join, ...]]:
    """The paths around the records by target, and the lists that are joined to them."""
    steps = steps_of(record)
    above: dict[Target, dict[str, int]] = {}
    lists: dict[str, list[_Row]] = {}
    stack: list[str] = []
    inside = 0
    for event, element in read_events(source, ("start", "end")):
        if event == "start":
            stack.append(local_name(element.tag))
            inside += fits(steps, stack)
            continue
        if fits(steps, stack):
            inside -= 1
            _note_above(element, above)
            element.clear()
        elif not inside:
            _note_row("/" + "/".join(stack), element, lists)
        stack.pop()
    joins = [join for path, rows in lists.items() if (join := _find_join(path, rows, steps[-1], columns)) is not None]
    repeated = {target: tuple(paths) for target, paths in above.items() if max(paths.values()) >= _LEAST_ELEMENTS}
    return repeated, tuple(joins)


def _note_above(record: Element, above: dict[Target, dict[str, int]]) -> None:
    """Count the named elements around a record, the outer ones first."""
    found: list[tuple[Target, str]] = []
    element = record.getparent()
    while element is not None and element.getparent() is not None:  # the root holds everything
        name = local_name(element.tag)
        concepts = {concept for reading in read_name(name)[:2] for concept in reading.concepts}
        concepts |= {"category"} if "subcategory" in concepts else set()
        target = next((one for one in _SURROUNDING if one in concepts), None)
        part = _find_naming(element) if target else None
        if target and part:
            found.insert(0, (target, f"{name}/{part}"))
        element = element.getparent()
    for target, path in found:
        counts = above.setdefault(target, {})
        counts[path] = counts.get(path, 0) + 1


def _find_naming(element: Element) -> str | None:
    """The attribute or child that is an element's name."""
    parts = [f"@{local_name(key)}" for key in element.attrib]
    parts += [local_name(child.tag) for child in element if not len(child) and (child.text or "").strip()]
    return next((part for part in parts if read_name(part)[0].concepts[-1] == "name"), None)


def _note_row(path: str, element: Element, lists: dict[str, list[_Row]]) -> None:
    parts = dict(_parts_of(element))
    if 1 < len(parts) <= _MOST_PARTS and (path in lists or len(lists) < _MOST_LISTS):
        rows = lists.setdefault(path, [])
        if len(rows) < _MOST_ELEMENTS:
            rows.append(parts)


def _parts_of(element: Element) -> Iterator[tuple[str, str]]:
    for key, text in element.items():
        yield f"@{local_name(key)}", text.strip()
    if text := (element.text or "").strip():
        yield ".", text
    for child in element:
        if not len(child) and (text := (child.text or "").strip()):
            yield local_name(child.tag), text


def _find_join(path: str, rows: list[_Row], record: str, columns: Sequence[Column]) -> Join | None:
    if len(rows) < _LEAST_ELEMENTS:
        return None
    for key in dict.fromkeys(part for row in rows for part in row):
        if not _concepts(key) & _IDS or _PARENT in words_of(key):
            continue
        known = {row[key] for row in rows if key in row}
        for column in columns:
            if _is_related(path.rpartition("/")[2], key, record, column.path) and _shares(column, known):
                return Join(path=path, key=key, on=column.path, parent=_find_parent(rows, known))
    return None


def _is_related(element: str, key: str, record: str, column: str) -> bool:
    """Whether names say that a list's key is what a record's column holds: ids alone agree by chance."""
    if "/" in column or "[" in column or not _concepts(column) & _IDS:
        return False
    leaf = words_of(column)
    if set(_stems(words_of(element))) & set(_stems(leaf)) and len(leaf) > 1:
        return True  # category, categoryId
    if "product" in _concepts(key) or set(words_of(record)) & set(words_of(key)):
        return len(leaf) == 1 or words_of(key) == leaf  # product_id, id
    return words_of(key) == leaf and bool(_concepts(key) & {"sku", "gtin", "category", "brand"})


def _shares(column: Column, known: set[str]) -> bool:
    values = list(column.by_record.values())
    return len(values) >= _LEAST_ELEMENTS and sum(value in known for value in values) >= _LEAST_SHARED * len(values)


def _find_parent(rows: list[_Row], known: set[str]) -> str | None:
    """The part of the rows that names the one above, where they are a tree."""
    for part in dict.fromkeys(part for row in rows for part in row):
        if _PARENT in words_of(part) and any(row.get(part) in known for row in rows):
            return part
    return None


def _concepts(name: str) -> set[str]:
    return {concept for reading in read_name(name)[:2] for concept in reading.concepts}


def _stems(words: Sequence[str]) -> list[str]:
    return [word.removesuffix("s").removesuffix("ie") if len(word) > 3 else word for word in words]
