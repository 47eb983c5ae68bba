"""JSON-LD of a page, with the slips repaired that leave no doubt of what was meant.

Own code and not extruct's: that brings 21 distributions for these lines, and a broken block loses it all (its #53).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from tasks.catalog.web.dom import Document

Node = dict[str, Any]

# Strings are kept; a comment without an end goes on to the last character, so that no text is looked at twice.
_STRING_OR_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|/\*.*?(?:\*/|\Z)|(?<![:\w])//[^\n]*', re.DOTALL)
_STRING_OR_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_WRAPPER = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|\]\]>|/\*\s*\]\]>\s*\*/)\s*$"
)
_BAD_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu])|\\u(?![0-9a-fA-F]{4})")
_MOST_DEPTH = 24
# A product below one of these is another product, or the one that a review is about.
_OTHERS = frozenset(
    {
        "isrelatedto",
        "issimilarto",
        "isaccessoryorsparepartfor",
        "isconsumablefor",
        "isvariantof",
        "itemreviewed",
        "review",
    }
)
_LISTS = frozenset({"itemlistelement", "offercatalog", "hasoffercatalog", "itemlist"})
PRODUCT_TYPES = frozenset({"product", "productgroup", "individualproduct", "productmodel", "someproducts"})


class Found(NamedTuple):
    """A node of schema.org's Product, where it stands, and whether it is one of a list."""

    node: Node
    xpath: str
    listed: bool


def parse_json_ld(text: str) -> list[Any]:
    """Every JSON value of a script's text; an empty list where it cannot be read."""
    text = _WRAPPER.sub("", _WRAPPER.sub("", text.strip())).strip().rstrip(";").strip()
    if not text:
        return []
    for attempt in (text, _repair(text), _repair(html.unescape(text)) if "&quot;" in text else None):
        if attempt is None:
            continue
        try:
            return list(_values(attempt))
        except ValueError:
            continue
    return []


def _repair(text: str) -> str:
    """Without JavaScript's comments, commas before a closing bracket, and escapes that JSON does not know."""
    for pattern in (_STRING_OR_COMMENT, _STRING_OR_COMMA):
        text = pattern.sub(lambda match: match[1] or "", text)
    return _BAD_ESCAPE.sub("", text)


def _values(text: str) -> Iterator[Any]:
    """One value after the other: some shops write several objects into one script."""
    decoder = json.JSONDecoder(strict=False, parse_float=Decimal)
    position = 0
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except RecursionError as error:
            raise ValueError("nested too deep") from error
        yield value
        position = re.compile(r"[\s,;]*").match(text, position).end()  # type: ignore[union-attr]


def read_json_ld(document: Document) -> list[tuple[Any, str]]:
    """Every value of the page's JSON-LD with its script's XPath; names of properties and types in lower case."""
    found = []
    for script in document.root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            path = document.path(script)
            found += [(lower_names(value), path) for value in parse_json_ld(script.text)]
    ids: dict[str, Node] = {}
    for value, _ in found:
        _note_ids(value, ids)
    return [(_follow(value, ids), path) for value, path in found] if ids else found


def lower_names(value: Any, depth: int = 0) -> Any:
    """The value with its properties' names in lower case, without prefix; what is nested too deep is dropped."""
    if depth > _MOST_DEPTH:
        return None
    if isinstance(value, dict):
        return {name.lower().removeprefix("schema:"): lower_names(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list):
        return [lower_names(one, depth + 1) for one in value]
    return html.unescape(value) if isinstance(value, str) and "&" in value else value


def _note_ids(value: Any, ids: dict[str, Node]) -> None:
    if isinstance(value, dict):
        if isinstance(value.get("@id"), str) and len(value) > 1:
            ids.setdefault(value["@id"], value)
        for one in value.values():
            _note_ids(one, ids)
    elif isinstance(value, list):
        for one in value:
            _note_ids(one, ids)


def _follow(value: Any, ids: dict[str, Node], depth: int = 0) -> Any:
    """References ({"@id": ...} alone) replaced by what they name, a few levels deep: they may go in circles."""
    if isinstance(value, dict):
        if set(value) == {"@id"} and depth and value["@id"] in ids:
            value = ids[value["@id"]]
        return {name: _follow(one, ids, depth + 1) for name, one in value.items()} if depth < 6 else value
    return [_follow(one, ids, depth) for one in value] if isinstance(value, list) else value


def types_of(node: Any) -> frozenset[str]:
    """A node's types in lower case, without their address."""
    kinds = node.get("@type") if isinstance(node, dict) else None
    listed = kinds if isinstance(kinds, list) else [kinds]
    return frozenset(re.split(r"[/#:]", one)[-1].lower() for one in listed if isinstance(one, str))


def find_products(value: Any, path: str, listed: bool = False, depth: int = 0) -> Iterator[Found]:
    """Products of a value that are not another product's relatives; those of an ItemList are marked so."""
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, list):
        for one in value:
            yield from find_products(one, path, listed, depth + 1)
    elif isinstance(value, dict):
        types = types_of(value)
        if types & PRODUCT_TYPES:
            yield Found(value, path, listed)
            return
        if "offer" in types and isinstance(value.get("itemoffered"), dict):
            inner = value["itemoffered"]
            yield Found({"@type": "product", **inner, "offers": inner.get("offers") or value}, path, listed)
            return
        for name, one in value.items():
            if name not in _OTHERS and isinstance(one, (dict, list)):
                yield from find_products(one, path, listed or name in _LISTS, depth + 1)


def find_typed(value: Any, kind: str, depth: int = 0) -> Iterator[Node]:
    """Every node of one type (lower case) in a value."""
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, list):
        for one in value:
            yield from find_typed(one, kind, depth + 1)
    elif isinstance(value, dict):
        if kind in types_of(value):
            yield value
        for one in value.values():
            if isinstance(one, (dict, list)):
                yield from find_typed(one, kind, depth + 1)
