"""Patterns and their colours: names that begin with a few patterns' names and end with a colour each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tasks.catalog.lexicon import find_terms

_MIN_PATTERNS, _MIN_COLOURS = 2, 2
_IN_PATTERNS = 0.75  # of the names begin as another one does


def split_patterns(names: Sequence[str]) -> list[str | None] | None:
    """The colour of each name ("Indigo" of "Larkmead Indigo"), where most names are of several patterns in several
    colours each; None for a pattern that comes once, and for all where the names are no such series.

    "Dark blue, dark red, light blue" are colours of one pattern; "Marlow chair, Marlow sofa" are no colours.
    """
    by_word: dict[str, list[int]] = defaultdict(list)
    for index, name in enumerate(names):
        by_word[name.split()[0].casefold()].append(index)
    several = [found for found in by_word.values() if len(found) >= _MIN_COLOURS]
    if len(several) < _MIN_PATTERNS or sum(map(len, several)) < _IN_PATTERNS * len(names):
        return None
    colours: list[str | None] = [None] * len(names)
    for found in several:
        count = _count_shared([names[index].split() for index in found])
        if count == 0 or _is_known(" ".join(names[found[0]].split()[:count])):
            return None
        for index in found:
            colours[index] = " ".join(names[index].split()[count:])
    told = [one for one in colours if one]
    if any(names_goods(one) for one in told):
        return None
    return colours


def _count_shared(names: Sequence[Sequence[str]]) -> int:
    """How many words all names begin with; 0 where that is all that one of them has."""
    most = min(map(len, names)) - 1
    count = 0
    while count < most and len({name[count].casefold() for name in names}) == 1:
        count += 1
    return count


def _is_known(pattern: str) -> bool:
    """Whether all of a pattern's name means something that a colour's name begins with."""
    return all(find_terms(word) for word in pattern.split())


def names_goods(name: str) -> bool:
    """Whether a name says what kind of goods it names ("Orrin Ottoman"), as a colour's name does not."""
    return any(term.kind == "product" for term in find_terms(name))
