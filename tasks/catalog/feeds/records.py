"""The values of one record by path: a tree of the paths seen so far, so that each name of a feed is understood once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lxml import etree

from tasks.catalog.feeds.mapping import FeedMapping, Pairs
from tasks.catalog.feeds.stream import Element

Value = str | list[str]  # a path with several matches has several, in the feed's order
Values = dict[str, Value]

_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
# Markup that is written out inside an element instead of being escaped; in prose anything may stand.
_MARKUP = frozenset(["br", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ol", "p", "span", "strong", "ul"])
_PROSE_MARKUP = _MARKUP | frozenset(
    ["a", "b", "blockquote", "center", "font", "hr", "i", "img", "small", "sub", "sup", "table", "u"]
)
_PREDICATE = re.compile(r"\[[^\]]*\]")


class _Node:
    """What is known of one path: where its children, attributes and text go."""

    __slots__ = ("attributes", "children", "is_variant", "pairs", "path", "prose", "skip")

    def __init__(self, path: str) -> None:
        self.path = path
        self.children: dict[str, _Node] = {}
        self.attributes: dict[str, str] = {}  # lxml's name -> path, "" for what is left out
        self.pairs: Pairs | None = None
        self.skip = False
        self.prose = False
        self.is_variant = False


class RecordReader:
    """Collects the values of records under the paths that `mapping` uses for them.

    Names are matched exactly, else without regard to case; "g:price" only where the feed uses that prefix.
    """

    def __init__(
        self, paths: Iterable[str], mapping: FeedMapping, *, prose: Iterable[str] = (), variant: str | None = None
    ) -> None:
        self._known: dict[str, str] = {}
        used = [path for pairs in mapping.pairs for path in (pairs.path, *_consumed(pairs))]
        for path in (*paths, *mapping.ignore, *used, *([variant] if variant else [])):
            steps = _PREDICATE.sub("", path).split("/")
            for count in range(1, len(steps) + 1):
                part = "/".join(steps[:count])
                self._known.setdefault(part, part)
                self._known.setdefault(part.casefold(), part)
        self._ignored = frozenset(mapping.ignore)
        self._pairs = {pairs.path: pairs for pairs in mapping.pairs}
        self._consumed = frozenset(path for pairs in mapping.pairs for path in _consumed(pairs))
        self._prose = frozenset(prose)
        self._variant = variant
        self._root = _Node("")

    def read(self, record: Element) -> tuple[Values, list[Element]]:
        """The values of `record` by path, and its variants' elements."""
        values: Values = {}
        variants: list[Element] = []
        self._read_attributes(record, self._root, values)
        if text := (record.text or "").strip():
            values["."] = text
        self._read_children(record, self._root, values, variants)
        return values, variants

    def _read_children(self, element: Element, node: _Node, values: Values, variants: list[Element]) -> None:
        children = node.children
        for child in element:
            known = children.get(child.tag)
            if known is None:
                known = children[child.tag] = self._learn(node, child)
            if known.skip:
                continue
            if known.is_variant:
                variants.append(child)
                continue
            if (tail := child.tail) and (tail := tail.strip()):
                add(values, node.path or ".", tail)
            if known.pairs is not None:
                self._read_pair(child, known, values, variants)
                continue
            inner = child.text
            nested = len(child) > 0
            if nested and self._is_markup(child, known):
                inner, nested = _write_inner(child), False
            if inner and (inner := inner.strip()):
                add(values, known.path, inner)
            if known.attributes or child.keys():
                self._read_attributes(child, known, values)
            if nested:
                self._read_children(child, known, values, variants)

    def _read_attributes(self, element: Element, node: _Node, values: Values) -> None:
        for name, value in element.items():
            path = node.attributes.get(name)
            if path is None:
                path = node.attributes[name] = self._learn_attribute(node, name, element)
            if path and (value := value.strip()):
                add(values, path, value)

    def _read_pair(self, element: Element, node: _Node, values: Values, variants: list[Element]) -> None:
        """A name and its value; what else the element holds is read like that of any other."""
        pairs = node.pairs
        assert pairs is not None
        path = node.path
        if name := next(filter(_is_name, (first_at(element, one) for one in pairs.name.split(" | "))), ""):
            note = first_at(element, pairs.note) if pairs.note else ""
            path = f"{path}[{name} {note}]" if note and note != "1" else f"{path}[{name}]"
        unit = first_at(element, pairs.unit) if pairs.unit else ""
        for value in texts_at(element, pairs.value):
            add(values, path, f"{value} {unit}" if unit else value)
        self._read_attributes(element, node, values)
        self._read_children(element, node, values, variants)

    def _is_markup(self, element: Element, node: _Node) -> bool:
        name = local_name(element[0].tag).lower()
        return name in (_PROSE_MARKUP if node.prose else _MARKUP) and f"{node.path}/{name}" not in self._known

    def _learn(self, parent: _Node, element: Element) -> _Node:
        local = local_name(element.tag)
        prefixed = f"{element.prefix}:{local}" if element.prefix else local
        node = _Node(self._name(parent.path, local, prefixed))
        node.skip = node.path in self._ignored or node.path in self._consumed
        node.pairs = self._pairs.get(node.path)
        node.prose = node.path in self._prose
        node.is_variant = node.path == self._variant
        return node

    def _learn_attribute(self, node: _Node, name: str, element: Element) -> str:
        if name.startswith((_SCHEMA, _XML)):
            return ""
        local = local_name(name)
        prefix = next((key for key, uri in element.nsmap.items() if name.startswith(f"{{{uri}}}")), None)
        path = self._name(node.path, f"@{local}", f"@{prefix}:{local}" if prefix else f"@{local}")
        return "" if path in self._ignored or path in self._consumed else path

    def _name(self, parent: str, local: str, prefixed: str) -> str:
        parent = f"{parent}/" if parent else ""
        for candidate in (parent + prefixed, parent + local):
            if (known := self._known.get(candidate) or self._known.get(candidate.casefold())) is not None:
                return known
        return parent + local


def add(values: Values, path: str, text: str) -> None:
    """One more value of `path`."""
    before = values.get(path)
    if before is None:
        values[path] = text
    elif isinstance(before, list):
        before.append(text)
    else:
        values[path] = [before, text]


def first(value: Value | None) -> str | None:
    """The first of a path's values."""
    return value[0] if isinstance(value, list) else value


def all_texts(value: Value) -> list[str]:
    """A path's values."""
    return [value] if isinstance(value, str) else value


def local_name(tag: Any) -> str:
    """A tag without its namespace."""
    name = str(tag)
    return name.rpartition("}")[2] if "}" in name else name


def first_at(element: Element, path: str) -> str:
    """The first text at a short path from `element` ("." , "@name", "VAL", "A/@name", "../B"), else ""."""
    return next(iter(texts_at(element, path)), "")


def texts_at(element: Element, path: str) -> list[str]:
    """Every text at a short path from `element`."""
    found = [element]
    for step in path.split("/"):
        if step.startswith("@"):
            return [text for one in found if (text := _attribute(one, step[1:]))]
        if step == "..":
            found = [one.getparent() for one in found]
        elif step != ".":
            name = "{*}" + step.rpartition(":")[2]
            found = [child for one in found for child in one.iterchildren(name)]
    texts = ("".join(one.itertext()) if len(one) else one.text or "" for one in found)
    return [text for one in texts if (text := one.strip())]


def _is_name(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _consumed(pairs: Pairs) -> list[str]:
    """The paths that a pair reads itself."""
    parts = [*pairs.name.split(" | "), pairs.value, pairs.unit, pairs.note]
    return [f"{pairs.path}/{part}" for part in parts if part and part != "." and not part.startswith("..")]


def _attribute(element: Element, name: str) -> str:
    value = element.get(name)
    if value is None:
        local = name.rpartition(":")[2]
        value = next((text for key, text in element.items() if local_name(key) == local), "")
    return str(value).strip()


def _write_inner(element: Element) -> str:
    return (element.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in element)
