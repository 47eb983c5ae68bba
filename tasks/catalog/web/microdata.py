"""Microdata and RDFa of a page, in the shape of JSON-LD's nodes: one reader, since they differ in three attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tasks.catalog.web.dom import Document, Element, text_of
from tasks.catalog.web.json_ld import PRODUCT_TYPES, Found, Node, types_of

_ADDRESSES = {
    "a": "href",
    "area": "href",
    "link": "href",
    "img": "src",
    "audio": "src",
    "embed": "src",
    "source": "src",
}
_LAZY = ("data-zoom-image", "data-src", "data-original", "data-lazy-src")
_OTHERS = frozenset(
    {"isrelatedto", "issimilarto", "isaccessoryorsparepartfor", "isconsumablefor", "itemreviewed", "review"}
)


class Syntax(NamedTuple):
    """The attributes that open a node, name its type and name a property."""

    scope: str
    type: str
    property: str


MICRODATA = Syntax("itemscope", "itemtype", "itemprop")
RDFA = Syntax("typeof", "typeof", "property")


def find_marked_products(document: Document, syntax: Syntax = MICRODATA) -> list[Found]:
    """Products of the page that stand in no other node as its relative, those of lists marked so."""
    found = []
    for element in document.root.xpath(f"//*[@{syntax.scope}]"):
        if types_of({"@type": (element.get(syntax.type) or "").split()}) & PRODUCT_TYPES:
            role = _roles(element, syntax)
            if role & _OTHERS or _stands_in_product(element, syntax):
                continue
            found.append(Found(read_node(document, element, syntax), document.path(element), "itemlistelement" in role))
    return found


def find_marked(document: Document, kind: str) -> Iterator[Node]:
    """Microdata nodes of one type (lower case), also of data-vocabulary.org."""
    for element in document.root.xpath("//*[@itemscope][@itemtype]"):
        if kind in types_of({"@type": (element.get("itemtype") or "").split()}):
            yield read_node(document, element, MICRODATA)


def _roles(element: Element, syntax: Syntax) -> frozenset[str]:
    """The properties that the element and the nodes around it are of."""
    names: list[str] = []
    for one in (element, *element.iterancestors()):
        names += (one.get(syntax.property) or "").lower().split()
    return frozenset(name.removeprefix("schema:") for name in names)


def _stands_in_product(element: Element, syntax: Syntax) -> bool:
    return any(
        types_of({"@type": (one.get(syntax.type) or "").split()}) & PRODUCT_TYPES
        for one in element.iterancestors()
        if one.get(syntax.scope) is not None
    )


def read_node(document: Document, element: Element, syntax: Syntax, depth: int = 0) -> Node:
    """A node with its properties in lower case; a property of several values is a list."""
    node: Node = {"@type": (element.get(syntax.type) or "").split()}
    roots = [element]
    for name in (element.get("itemref") or "").split():
        roots += document.root.xpath("//*[@id=$name]", name=name)[:1]
    for root in roots:
        stack = list(root)[::-1]
        if root is not element and root.get(syntax.property):
            stack = [root]
        while stack:
            child = stack.pop()
            if not isinstance(child.tag, str):
                continue
            scoped = child.get(syntax.scope) is not None
            names = (child.get(syntax.property) or "").lower().split()
            if names:
                value = (
                    read_node(document, child, syntax, depth + 1) if scoped and depth < 8 else _value(child, document)
                )
                for name in names:
                    _add(node, name.removeprefix("schema:"), value)
            if not scoped:
                stack.extend(reversed(child))
    return node


def _add(node: Node, name: str, value: Any) -> None:
    if value in (None, ""):
        return
    old = node.get(name)
    node[name] = value if old is None else [*(old if isinstance(old, list) else [old]), value]


def _value(element: Element, document: Document) -> str | None:
    content = element.get("content")
    if content is not None and content.strip():
        return str(content.strip())
    if element.tag == "img":
        address = next((element.get(name) for name in ("src", *_LAZY) if document.absolute(element.get(name))), None)
        return document.absolute(address)
    if element.tag in _ADDRESSES and element.get(_ADDRESSES[element.tag]):
        return str(element.get(_ADDRESSES[element.tag]))
    for name in ("datetime", "value") if element.tag in ("time", "data", "meter", "input") else ():
        if element.get(name):
            return str(element.get(name))
    return text_of(element) or None
