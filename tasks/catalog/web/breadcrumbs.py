"""The category path of a page: its breadcrumbs, without the start page and the product itself."""

from __future__ import annotations

import re
from typing import Any

from tasks.catalog.feeds.values import clean_html
from tasks.catalog.vocabulary import fold
from tasks.catalog.web.claims import Claims
from tasks.catalog.web.dom import Document, clean, text_of
from tasks.catalog.web.json_ld import find_typed
from tasks.catalog.web.microdata import find_marked
from tasks.catalog.web.nodes import many, plain
from tasks.catalog.web.words import words

_XPATH = (
    "//*[contains(@class,'readcrumb') or contains(@id,'readcrumb') or contains(@class,'crumbs')"
    " or contains(@id,'crumbs')"
    " or contains(@aria-label,'readcrumb') or contains(@class,'BREADCRUMB') or contains(@data-test,'readcrumb')]"
)
_MARKS = re.compile(r"^[\s/>›»→|•·\\-]+|[\s/>›»→|•·\\-]+$")
_LONGEST_SEGMENT, _MOST_SEGMENTS = 80, 12  # characters; segments


def claim_category(claims: Claims, document: Document, values: list[tuple[Any, str]]) -> None:
    """The breadcrumbs as claims of the category, from JSON-LD, microdata, and the page's own list."""
    names = {
        fold(value)
        for value in (claims.first("name"), document.headline is not None and text_of(document.headline))
        if value
    }
    for value, path in values:
        for node in find_typed(value, "breadcrumblist"):
            claims.add("category", _path(_of_list(node), names, document), "json-ld", path)
    for node in find_marked(document, "breadcrumblist"):
        claims.add("category", _path(_of_list(node), names, document), "microdata", None)
    old = [plain(node.get("title") or node.get("name")) or "" for node in find_marked(document, "breadcrumb")]
    claims.add("category", _path(old, names, document), "microdata", None)
    if claims.fields.get("category") and claims.fields["category"][0].source != "page":
        return  # the page prints what its markup says, and the search costs milliseconds
    for element in document.body.xpath(_XPATH)[:3]:
        items = [one for one in element.iter("a", "li", "span") if one.tag == "a" or not len(one)]
        texts = [_MARKS.sub("", text_of(one, 120)) for one in items]
        if found := _path(texts, names, document):
            claims.add("category", found, "page", document.path(element))
            break


def _of_list(node: dict[str, Any]) -> list[str]:
    """The names of a list's items by their positions."""
    items = []
    for index, item in enumerate(many(node.get("itemlistelement"))):
        if isinstance(item, dict):
            inner = item.get("item")
            name = plain(item.get("name")) or (plain(inner) if isinstance(inner, dict) else None)
            position = str(plain(item.get("position")) or index)
            items.append((int(position) if position.isdigit() else index, name or ""))
    return [name for _, name in sorted(items, key=lambda one: one[0])]


def _path(texts: list[str], names: set[str], document: Document) -> str | None:
    parts: list[str] = []
    for text in texts:
        segment = clean(clean_html(text))
        repeated = bool(parts) and fold(parts[-1]) == fold(segment)
        if any(char.isalnum() for char in segment) and len(segment) <= _LONGEST_SEGMENT and not repeated:
            parts.append(segment)
    host = fold((document.url.split("/")[2] if document.url.count("/") > 1 else "").removeprefix("www.").split(".")[0])
    shop = {fold(value) for value in (document.first_meta("og:site_name") or "", host) if value}
    while parts and (fold(parts[0]) in words("home") or fold(parts[0]).split(".")[0] in shop or fold(parts[0]) in shop):
        parts.pop(0)
    while parts and any(_same(fold(parts[-1]), name) for name in names):
        parts.pop()
    return " > ".join(parts) if 0 < len(parts) <= _MOST_SEGMENTS else None


def _same(part: str, name: str) -> bool:
    """Whether a segment is the product: its name, or the beginning of one."""
    return bool(part) and (part == name or (len(part) >= 12 and (name.startswith(part) or part.startswith(name))))
