"""Which record is which: keys that stay the same from one delivery to the next and are unique in each."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from tasks.catalog.feeds.mapping import FeedMapping, Target
from tasks.catalog.feeds.records import Values, first
from tasks.catalog.feeds.stream import Element
from tasks.catalog.key_sets import KeySet

_FINGERPRINT: tuple[Target, ...] = ("name", "brand", "url", "mpn")
_MOST_KEY_CHARACTERS = 200  # longer ones (an address with its whole query) would not fit an index


class SeenKeys:
    """The keys of a delivery so far."""

    def __init__(self) -> None:
        self._is_new = KeySet().add
        self._repeats: dict[str, int] = {}

    def make_unique(self, key: str) -> str:
        """`key`, or `key` with the number of its occurrence ("A-1#2") where it has been given before."""
        return key if self._is_new(key) else self._number(key)

    def _number(self, key: str) -> str:
        count = self._repeats.get(key, 1) + 1
        while not self._is_new(f"{key}#{count}"):
            count += 1  # a record's own id looks like a numbered one
        self._repeats[key] = count
        return f"{key}#{count}"


def find_key(mapping: FeedMapping, values: Values) -> str:
    """The record's own id, else its SKU, else a fingerprint of what it is called, of its place among equal ones."""
    for target in ("id", "sku"):
        for path in mapping.fields.get(target, ()):
            if text := first(values.get(path)):
                return _short(" ".join(text.split()))
    told = [first(values.get(path)) or "" for target in _FINGERPRINT for path in mapping.fields.get(target, ())]
    if not any(told):
        told = [f"{path}={value}" for path, value in sorted(values.items())]
    return "~" + _digest("\x1f".join(told))


QuickKey = Callable[[Element, bytes | None], str | None]


def make_quick_key(mapping: FeedMapping, written: str) -> QuickKey:
    """A short cut to a record's own id where it is the text of a child or an attribute of the record.

    It gives what `find_key` would, or None where all values are needed. `written` is the record's name in the feed; the
    short cut is called with a record and its bytes.
    """
    path = next(iter(mapping.fields.get("id", ())), "")
    if path.startswith("@") and "/" not in path:
        return lambda record, raw: _tidy(record.get(path[1:]))
    prefix, _, name = path.rpartition(":")
    if not name or any(mark in name for mark in "/@[."):
        return lambda record, raw: None
    return _ChildText(prefix, name, written)


class _ChildText:
    """The text of the first child named so; with a prefix, of the namespace that the feed binds to it."""

    def __init__(self, prefix: str, name: str, written: str) -> None:
        self._prefix = prefix
        self._name = name
        self._tag: str | None = None
        child = re.escape(f"{prefix}:{name}" if prefix else name)
        # Where it comes first and is plain text, which it mostly is, it is read off the bytes in a quarter of the time.
        self._first = re.compile(rf"<{re.escape(written)}\s*>\s*<{child}>([^<&]+)</{child}>".encode()).match

    def __call__(self, record: Element, raw: bytes | None) -> str | None:
        if raw is not None and (found := self._first(raw)):
            return _tidy(found[1].decode())
        if self._tag is None:
            self._tag = self._find_tag(record)
        for child in record:
            if child.tag == self._tag:
                return None if len(child) else _tidy(child.text)
        return None

    def _find_tag(self, record: Element) -> str | None:
        if self._prefix:
            uri = record.nsmap.get(self._prefix)
            return f"{{{uri}}}{self._name}" if uri else None
        child = next(record.iterchildren(f"{{*}}{self._name}"), None)
        return None if child is None else str(child.tag)


def _tidy(text: str | None) -> str | None:
    """What `find_key` makes of a value; None for one that it would pass over."""
    if not text:
        return None
    words = text.split()
    if len(words) == 1:
        text = words[0]
        return text if len(text) <= _MOST_KEY_CHARACTERS else _short(text)
    return _short(" ".join(words)) if words else None


def _short(key: str) -> str:
    return key if len(key) <= _MOST_KEY_CHARACTERS else key[:_MOST_KEY_CHARACTERS] + "~" + _digest(key)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
