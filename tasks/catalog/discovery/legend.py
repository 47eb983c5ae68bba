"""Letters in brackets behind names that the document explains: "New articles (N), discontinued ones (D)"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from tasks.catalog.vocabulary import fold

_MARK = re.compile(r"(?<=\w)\s+\(([^\W\d_])\)")
_MIN_WORDS = 5  # of a line that explains
_MIN_NAMES = 2  # with a mark at their end, in the document
_MAX_NAME_WORDS = 10


def find_legend(texts: Sequence[str]) -> frozenset[str]:
    """The letters that a running line explains and names end in; none whose names differ by nothing else."""
    marked = [text for text in texts if "(" in text]
    explained = {
        match[1]
        for text in marked
        if len(text.split()) >= _MIN_WORDS
        for match in _MARK.finditer(text)
        if match.end() < len(text.rstrip()) - 1 and match[1].isupper()
    }
    if not explained:
        return frozenset()
    names: dict[str, list[str]] = defaultdict(list)
    for text in marked:
        match = _MARK.search(text)
        if match and match.end() == len(text.rstrip()) and len(text.split()) <= _MAX_NAME_WORDS:
            names[match[1]].append(fold(text[: match.start()]))
    whole = [fold(text) for text in texts] + [name for found in names.values() for name in found]
    single = {letter for letter in explained if all(whole.count(name) == 1 for name in names[letter])}
    found = frozenset(letter for letter in single if names[letter])
    return found if sum(len(names[letter]) for letter in found) >= _MIN_NAMES else frozenset()


def without_mark(name: str, legend: frozenset[str]) -> str:
    """A name without the explained letter behind it."""
    match = _MARK.search(name) if legend else None
    return name[: match.start()] if match and match.end() == len(name) and match[1] in legend else name
