"""The repeating record of any XML feed, found by a bounded look at its head.

Every element with parts is a candidate; a record repeats, has several fields of its own, holds most of what the feed
says and is named like a thing that is sold. Lists of categories, menus, images and variants repeat, but lack these.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lxml import etree

from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.mapping import Target
from tasks.catalog.feeds.paths import ANY_NUMBER
from tasks.catalog.feeds.records import local_name
from tasks.catalog.feeds.sources import Source
from tasks.catalog.feeds.stream import PARSER_OPTIONS, Element
from tasks.catalog.feeds.suggestions_concepts import mean_path
from tasks.catalog.feeds.suggestions_names import read_name, record_words, words_of

STRUCTURE_BYTES = 4 << 20  # what is looked at
_ENOUGH_FIELDS = 5
_MOST_DEPTH = 40
_MOST_NESTING = 4  # levels below a record that are looked into
_MOST_PATHS = 5_000  # that are told apart
_SAME_FIELDS = 0.6  # of the fields of two elements of one name: those that both have
_LEAST_EVIDENCE_OF_ONE = 1.5  # of an element that does not repeat: a name and a picture, a price
_MOST_PAIR_FIELDS = 3  # name, value, unit
_Path = tuple[str, ...]
# Fields that a product has and its parts, groups and pages have not all of.
_TELLING = {"name": 1.0, "price": 1.5, "sku": 0.8, "id": 0.4, "gtin": 0.8, "image": 0.6, "url": 0.5, "brand": 0.6,
            "category": 0.6, "description": 0.8, "availability": 0.6}  # fmt: skip


class RecordFound(NamedTuple):
    """Where the records are: the path from the root ("/rss/channel/item"), a score 0 to 1."""

    path: str
    seen: int  # records in the part that was looked at
    score: float
    prefixed: tuple[str, ...] = ()  # paths from the record that need their namespace's prefix


class _Shape:
    """What is seen of all elements of one path."""

    __slots__ = ("children", "count", "fields", "most_siblings", "prefixes", "text")

    def __init__(self) -> None:
        self.count = self.most_siblings = self.text = 0
        self.fields: set[str] = set()  # names of its leaves and attributes
        self.prefixes: set[str] = set()
        self.children: set[_Path] = set()


class _Shapes(dict[_Path, _Shape]):
    """The shapes by path; of a document with more paths than a feed has, the first."""

    def __missing__(self, path: _Path) -> _Shape:
        shape = _Shape()
        if len(self) < _MOST_PATHS:
            self[path] = shape
        return shape


def read_events(
    source: Source, events: tuple[str, ...], most_bytes: int = STRUCTURE_BYTES, *, strict: bool = False
) -> Iterator[tuple[str, Element]]:
    """Parse events of at most `most_bytes`. At the first error it ends; FeedError there with `strict`."""
    parser = etree.XMLPullParser(events, **PARSER_OPTIONS)
    left = most_bytes
    try:
        for chunk in source.read_chunks():
            parser.feed(chunk[:left])
            yield from parser.read_events()
            if (left := left - len(chunk)) <= 0:
                return
        if strict:
            parser.close()
    except etree.XMLSyntaxError as error:
        yield from parser.read_events()
        if strict:
            line = (error.lineno or 0) + source.form.skipped_lines
            raise FeedError(f"not well-formed XML: {error.msg}", line or None) from None
    except FeedError:
        yield from parser.read_events()
        if strict:
            raise


def find_record(source: Source, most_bytes: int = STRUCTURE_BYTES) -> RecordFound | None:
    """The likeliest record of the feed; None where nothing in its head looks like one."""
    shapes = _read_shapes(source, most_bytes)
    if not shapes:
        return None
    total = max(1, max(shape.text for shape in shapes.values()))
    scored = [(_score(path, shapes, total), path) for path in shapes if len(path) > 1 or len(shapes) == 1]
    score, best = max(scored, key=lambda one: (one[0], -len(one[1])), default=(0.0, ()))
    if score <= 0:
        return None
    if shapes[best].count == 1 and _evidence(best, shapes) < _LEAST_EVIDENCE_OF_ONE:
        return None  # an error message, a report
    places = _find_places(best, shapes)
    count = sum(shapes[place].count for place in places)
    return RecordFound(_join_places(places), count, round(score, 3), _prefixed(best, shapes))


def _find_places(best: _Path, shapes: _Shapes) -> list[_Path]:
    """Every path of the record: that of `best`, and others of its name and fields, as in categories of any depth."""
    fields = shapes[best].fields
    if best[-1] in best[:-1]:
        return [best]
    return [
        path
        for path, shape in shapes.items()
        if path[-1] == best[-1]
        and best[-1] not in path[:-1]
        and len(shape.fields & fields) >= _SAME_FIELDS * len(shape.fields | fields)
    ]


def _join_places(places: list[_Path]) -> str:
    """One path for them all: what they start and end with in common, and "**" between."""
    shortest, first = min(map(len, places)), places[0]
    if len(places) == 1:
        return "/" + "/".join(first)
    end = next(n for n in range(1, shortest + 1) if n == shortest or len({path[-n - 1] for path in places}) > 1)
    start = next(n for n in range(shortest - end + 1) if n == shortest - end or len({path[n] for path in places}) > 1)
    return "/" + "/".join((*first[:start], ANY_NUMBER, *first[len(first) - end :]))


def _prefixed(record: _Path, shapes: _Shapes) -> tuple[str, ...]:
    """Paths from the record whose names differ in their namespace only."""
    found = []
    for path, shape in shapes.items():
        if len(path) > len(record) and path[: len(record)] == record and len(shape.prefixes) > 1:
            parent = "/".join(path[len(record) : -1])
            found += [f"{parent}/{prefix}:{path[-1]}".lstrip("/") for prefix in sorted(shape.prefixes) if prefix]
    return tuple(found)


def _read_shapes(source: Source, most_bytes: int) -> _Shapes:
    shapes = _Shapes()
    stack: list[tuple[_Path, dict[str, int], list[int]]] = []
    for event, element in read_events(source, ("start", "end"), most_bytes):
        name = local_name(element.tag)
        if event == "start":
            path = (*(stack[-1][0] if stack else ()), name)
            if len(path) > _MOST_DEPTH:
                break
            stack.append((path, defaultdict(int), [0]))
            continue
        path, siblings, size = stack.pop()
        _note(shapes, path, siblings, size, element)
        if stack:
            stack[-1][1][name] += 1
            stack[-1][2][0] += size[0]
        element.clear()
        while stack and element.getprevious() is not None:
            del element.getparent()[0]
    for path, siblings, _ in stack:  # what the head cut off
        for child, count in siblings.items():
            shapes[(*path, child)].most_siblings = max(shapes[(*path, child)].most_siblings, count)
        shapes[path].count += 1
    return shapes


def _note(shapes: _Shapes, path: _Path, siblings: dict[str, int], size: list[int], element: Element) -> None:
    shape = shapes[path]
    shape.count += 1
    shape.prefixes.add(element.prefix or "")
    text = (element.text or "").strip()
    size[0] += len(text) + sum(map(len, element.attrib.values()))
    shape.text += size[0]
    shape.fields.update(f"@{local_name(key)}" for key in element.attrib)
    for child, count in siblings.items():
        below = shapes[(*path, child)]
        below.most_siblings = max(below.most_siblings, count)
        shape.children.add((*path, child))
        shape.fields.add(child)


def _score(path: _Path, shapes: _Shapes, total: int) -> float:
    shape = shapes[path]
    fields = _own_fields(path, shapes)
    if len(fields) < 2 or _is_pair(path, shapes):
        return 0.0
    telling = _telling(fields)
    evidence = _evidence(path, shapes)
    variety = min(1.0, len(fields) / _ENOUGH_FIELDS)
    repeats = 0.35 if shape.most_siblings <= 1 else min(1.0, 0.6 + math.log10(shape.most_siblings) / 4)
    cover = math.sqrt(shape.text / total)
    part = 0.4 if "name" not in telling and _has_named_parent(path, shapes) else 1.0
    return repeats * variety * cover * _name_factor(path[-1]) * part * min(1.0, 0.25 + evidence / 4)


def _evidence(path: _Path, shapes: _Shapes) -> float:
    """How much the fields of an element are those of a product."""
    return sum(_TELLING.get(target or "", 0.1) for target in _telling(_own_fields(path, shapes)))


def _telling(fields: Iterable[str]) -> set[Target | None]:
    """What the names of fields are, where they are clear."""
    return {meaning.target for field in fields for meaning in mean_path(field)[:1] if meaning.confidence >= 0.6}


def _has_named_parent(path: _Path, shapes: _Shapes) -> bool:
    """Whether an element around it repeats and has a name that it has not: it is a variant or a part of that one."""
    for end in range(len(path) - 1, 1, -1):
        outer = path[:end]
        if shapes[outer].most_siblings > 1 and "name" in _telling(_own_fields(outer, shapes)):
            return True
    return False


def _is_pair(path: _Path, shapes: _Shapes) -> bool:
    """Whether it repeats within its parent and is but a name and its value: `<f><key>..</key><value>..</value></f>`."""
    fields = shapes[path].fields
    if len(fields) > _MOST_PAIR_FIELDS or shapes[path].most_siblings < 2:
        return False
    if any(child in shapes and shapes[child].children for child in shapes[path].children):
        return False  # `<item><name>..</name><values><value>..</value></values></item>` is no pair
    concepts = {concept for field in fields for reading in read_name(field) for concept in reading.concepts}
    return "value" in concepts and bool(concepts & {"name", "pair_name"}) and not concepts & {"price", "sku", "image"}


def _own_fields(path: _Path, shapes: _Shapes, depth: int = 0) -> set[str]:
    """Paths of the values of one record, without those of things that repeat in it and have many fields themselves."""
    fields = {field for field in shapes[path].fields if field.startswith("@")}
    for child in shapes[path].children:
        below = shapes.get(child)
        if below is None or depth > _MOST_NESTING:
            continue
        name = child[-1]
        if not below.children and not (below.most_siblings > 1 and len(below.fields) > 2):
            fields.add(name)
            fields |= {f"{name}/{field}" for field in below.fields}
        elif _is_pair(child, shapes):
            fields |= {f"{name}/{number}" for number in range(min(below.most_siblings, _ENOUGH_FIELDS))}
        elif below.most_siblings <= 1 and "".join(words_of(name)) not in record_words("products"):
            fields |= {f"{name}/{field}" for field in _own_fields(child, shapes, depth + 1)}
        else:
            fields.add(f"{name}/#")  # a list of parts is one thing that a record has
    return fields


def _name_factor(name: str) -> float:
    key = "".join(words_of(name))
    if key in record_words("products") or key.removesuffix("s") in record_words("products"):
        return 1.0
    return 0.25 if key in record_words("others") else 0.7
