"""A page's tree, parsed once: text, addresses, language, headline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TypeAlias
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree

from tasks.catalog.vocabulary import fold
from tasks.catalog.web.words import CROWNS, DOLLARS, YUANS, decimal_mark

# Plain elements: those of lxml.html cost a call in Python each time one is touched.
Element: TypeAlias = etree._Element

_UNREAD = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "head", "select", "textarea"})
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_TITLE_MARKS = re.compile(r"\s+[|\-–—:·•»«/]+\s+|\s*[|｜–—»]\s*|:\s")
_LONGEST_NAME = 300  # characters
# Addresses with nothing to resolve or escape: absolute ones and paths from the root, without dot segments.
_SIMPLE_ADDRESS = re.compile(
    r"((https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?=/))?(?!/\.\.?(?:/|$))/(?!/)(?:(?!/\.\.?(?:/|$))[^\s#\\<>\"])*)(?:#\S*)?"
)
_EMPTY = "<html><body></body></html>"


class Document:
    """A parsed page. Everything else is read from it; it holds no result but what several readers need."""

    def __init__(self, text: str, url: str) -> None:
        self.url = url
        self._absolute: dict[str, str | None] = {}
        self.root = _parse(text)
        base = self.root.find(".//base[@href]")
        self.base = urljoin(url, (base.get("href") or "").strip()) if base is not None else url
        self._origin = urljoin(self.base, "/").rstrip("/")
        self.body: Element = self.root.find("body") if self.root.find("body") is not None else self.root

    @cached_property
    def tree(self) -> etree._ElementTree:
        return self.root.getroottree()

    def path(self, element: Element) -> str:
        """The XPath of an element."""
        return str(self.tree.getpath(element))

    def absolute(self, address: str | None) -> str | None:
        """An http(s) address without its fragment; None for what is none (data:, javascript:, mailto:)."""
        if not address:
            return None
        if address not in self._absolute:
            self._absolute[address] = self._make_absolute(address.strip())
        return self._absolute[address]

    def _make_absolute(self, address: str) -> str | None:
        if not address or address.startswith(("#", "data:", "javascript:", "mailto:", "tel:", "about:", "blob:")):
            return None
        if match := _SIMPLE_ADDRESS.fullmatch(address):  # most links; urljoin costs thirty times as much
            return match[1] if match[2] else self._origin + match[1]
        try:
            joined = urldefrag(urljoin(self.base, re.sub(r"[\t\r\n]", "", address).replace(" ", "%20"))).url
            split = urlsplit(joined)
            return (
                joined if split.scheme in ("http", "https") and split.hostname and "." in split.hostname + "." else None
            )
        except ValueError:
            return None

    @cached_property
    def meta(self) -> dict[str, list[str]]:
        """The contents of meta elements by property, name or itemprop, lower case, in the page's order."""
        found: dict[str, list[str]] = {}
        for element in self.root.iter("meta"):
            name = element.get("property") or element.get("name")
            content = (element.get("content") or "").strip()
            if name and content:
                found.setdefault(name.strip().lower(), []).append(content)
        return found

    def first_meta(self, *names: str) -> str | None:
        return next((self.meta[name][0] for name in names if name in self.meta), None)

    @cached_property
    def title(self) -> str | None:
        element = self.root.find(".//title")
        return (text_of(element) or None) if element is not None else None

    @cached_property
    def language(self) -> str | None:
        """BCP 47 in lower case, as "de" or "pt-br", from the page's lang, its metas or its locale."""
        for value in (
            self.root.get("lang") or self.root.get("{http://www.w3.org/XML/1998/namespace}lang"),
            self.first_meta("og:locale", "language", "dc.language"),
            self.body.get("lang"),
        ):
            tag = (value or "").strip().replace("_", "-").lower()
            if re.fullmatch(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", tag):
                return tag
        return None

    @cached_property
    def country(self) -> str | None:
        """ISO 3166 in lower case: of the language's region, the address's path or its top-level domain."""
        parts = (self.language or "").split("-")
        if len(parts) > 1 and len(parts[-1]) == 2:
            return parts[-1]
        split = urlsplit(self.url)
        if match := re.match(r"/(?:[a-z]{2}[-_])([a-z]{2})(?:/|$)", split.path.lower()):
            return match[1]
        domain = (split.hostname or "").rpartition(".")[2]
        return domain if len(domain) == 2 else None

    @cached_property
    def mark(self) -> str | None:
        return decimal_mark(self.language)

    def local_currency(self, sign: str) -> str | None:
        """What a sign of several countries means here: "$", "kr" or "元"."""
        table = DOLLARS if "$" in sign else CROWNS if sign.startswith("kr") else YUANS
        return table.get(self.country or "")

    @cached_property
    def name_hints(self) -> list[str]:
        """Texts that hold the product's name, folded: parts of the titles, the longest first."""
        texts = [text for text in (self.first_meta("og:title", "twitter:title"), self.title) if text]
        parts = {fold(part) for text in texts for part in (text, *_TITLE_MARKS.split(text))}
        return sorted((part for part in parts if len(part) > 2), key=len, reverse=True)

    @cached_property
    def headline(self) -> Element | None:
        """The element that names the page: the h1 that its titles repeat, else an element that says what they do."""
        candidates = [(element, fold(text_of(element))) for element in self.body.iter("h1")]
        candidates = [
            (element, text) for element, text in candidates if 1 < len(text) < _LONGEST_NAME and not is_hidden(element)
        ]
        whole = " ".join(self.name_hints)
        for element, text in candidates:
            if element.get("itemprop") == "name" or text in whole:
                return element
        if candidates and (best := max(candidates, key=lambda one: _shared(one[1], whole))) and _shared(best[1], whole):
            return best[0]
        if candidates:
            return candidates[0][0]
        hints = frozenset(self.name_hints)
        found = (one for one in self.body.iter("h2", "h3", "h4", "div", "span", "p", "strong", "b") if len(one) <= 2)
        return next(
            (one for one in found if 2 < len(one.text or "") < _LONGEST_NAME and fold(text_of(one)) in hints), None
        )


def _parse(text: str) -> Element:
    text = _CONTROLS.sub(" ", text)
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace") if text.strip() else _EMPTY.encode(), parser=parser)
    except etree.LxmlError:
        root = etree.fromstring(_EMPTY, parser=parser)
    return root


def _shared(text: str, hints: str) -> int:
    """How many words of `text` occur in `hints`."""
    return sum(word in hints for word in text.split() if len(word) > 2)


def clean(text: str | None) -> str:
    """`text` on one line."""
    return " ".join((text or "").replace("\u200b", "").replace("\u200e", "").replace("\u200f", "").split())


def text_of(element: Element, limit: int = 20_000) -> str:
    """The visible text of an element on one line, at most `limit` characters; without scripts and options."""
    parts: list[str] = []
    size = 0
    for part in _texts(element):
        parts.append(part)
        size += len(part)
        if size > limit:
            break
    return clean(" ".join(parts))


def _texts(element: Element) -> Iterator[str]:
    """The texts below an element in order, without recursion: pages nest thousands deep."""
    if not len(element):
        if element.text:
            yield element.text
        return
    stack: list[Element | str] = [element]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            yield one
            continue
        if one is not element and one.tail:
            stack.append(one.tail)
        if isinstance(one.tag, str) and (one.tag not in _UNREAD or one is element):
            stack.extend(reversed(one))
            if one.text:
                yield one.text


_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HIDDEN_CLASS = re.compile(
    r"(?:^|\s)(?:hidden|hide|d-none|is-hidden|display-none|invisible|visually-hidden|sr-only|\w+_hidden)(?:\s|$)"
)


def is_hidden_itself(element: Element) -> bool:
    """Whether an element says that it is not shown."""
    style = element.get("style")
    if style and _HIDDEN_STYLE.search(style):
        return True
    classes = element.get("class")
    return bool(classes and _HIDDEN_CLASS.search(classes)) or element.get("hidden") is not None


def is_hidden(element: Element) -> bool:
    """Whether it or what it stands in is not shown."""
    return any(is_hidden_itself(one) for one in (element, *element.iterancestors()))
