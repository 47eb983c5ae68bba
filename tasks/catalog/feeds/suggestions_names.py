"""What the names of a feed's elements mean, in two dozen languages: "NomProduit", "cena_brutto", "Artikelnr.".

A name is cut into known words, each stands for a concept of `field_names.json`; concepts are put together in
`suggestions_concepts`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from tasks.catalog.feeds.values_data import data

UNKNOWN = "?"

_CAMEL = re.compile(r"(?<=[^\W\d_A-ZΑ-ΩА-Я])(?=[A-ZΑ-ΩА-ЯÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WORD = re.compile(r"[^\W\d_]+")
# Letters that decomposition leaves as they are, and the other way in which German is written without its own.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ς": "σ", "ё": "е"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_UNITS = frozenset({"mm", "cm", "kg", "kgs", "gr", "lb", "lbs", "inch", "inches"})
_MOST_PHRASE_WORDS = 5
_SHORTEST_PART = 3  # letters of a word inside a compound
_SHORT_ENDS = ("id", "nr")
_UNKNOWN_QUALITY = 0.5
_CUT_QUALITY = 0.95
_NAME_CACHE = 4096


class Reading(NamedTuple):
    """One way to read a name: its concepts in order, and how well it is covered by known words (0 to 1)."""

    concepts: tuple[str, ...]
    quality: float


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(files(__package__).joinpath("field_names.json").read_text(encoding="utf-8"))
    return data


def name_data(part: str) -> Any:
    """A part of `field_names.json`."""
    return _data()[part]


def _flatten(text: str) -> str:
    text = text.casefold().translate(_PLAIN)
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return text.translate(_PLAIN)


@lru_cache(maxsize=_NAME_CACHE)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, folded: "ProductName", "PRODUCT_NAME" and "product-name2" are ("product", "name")."""
    if "_x" in name:  # "Retail_x0020_Price", as .NET and databases write a blank
        name = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), name)
    if name.isupper():
        name = name.casefold()
    return tuple(_flatten(word) for word in _WORD.findall(_CAMEL.sub(" ", name)))


@cache
def lexicon() -> dict[str, tuple[str, ...]]:
    """Phrases without their spaces, folded -> the concepts that they can stand for."""
    found: dict[str, tuple[str, ...]] = {}
    for concept, languages in _data()["concepts"].items():
        for phrases in languages.values():
            for phrase in phrases.split(","):
                for spelling in {phrase, phrase.casefold().translate(_UMLAUTS)}:
                    key = "".join(words_of(spelling.strip()))
                    if concept not in found.get(key, ()):
                        found[key] = (*found.get(key, ()), concept)
    return found


@cache
def record_words(kind: str) -> frozenset[str]:
    """Folded names of elements that are "products" or, often as they repeat, "others"."""
    return frozenset("".join(words_of(word)) for word in _data()["records"][kind].split(","))


@cache
def _marks() -> frozenset[str]:
    """Words that tell a value's language, currency or unit, as in "name_en", "price_eur" and "width_cm"."""
    currencies = data("currency_codes").casefold().split()
    return frozenset(_data()["languages"].split()) | frozenset(currencies) | _UNITS


@lru_cache(maxsize=_NAME_CACHE)
def read_name(name: str) -> tuple[Reading, ...]:
    """The ways to read a name, the best first; one with the concept "?" where no word of it is known."""
    words = words_of(name.removeprefix("@"))
    if not words:
        return (Reading((UNKNOWN,), 0.0),)
    whole = lexicon().get("".join(words), ())
    if len(words) > 1 and not whole:
        words = tuple(word for word in words if word not in _marks()) or words[:1]
    if all(word in _marks() for word in words):
        return (*(Reading((concept,), 1.0) for concept in whole), Reading(("label",), 0.95))
    return _read_words(words)


def _read_words(words: tuple[str, ...]) -> tuple[Reading, ...]:
    if whole := lexicon().get("".join(words)):
        return tuple(Reading((concept,), 1.0) for concept in whole)
    return _unfold(_cut(words))


def _cut(words: tuple[str, ...]) -> list[tuple[tuple[str, ...], float]]:
    """The words as phrases, the longest known first; each with what it can mean and how sure that is."""
    parts: list[tuple[tuple[str, ...], float]] = []
    start = 0
    while start < len(words):
        for end in range(min(len(words), start + _MOST_PHRASE_WORDS), start, -1):
            if found := lexicon().get("".join(words[start:end])):
                parts.append((found, 1.0))
                start = end
                break
        else:
            parts.extend(_cut_compound(words[start]))
            start += 1
    return parts


def _cut_compound(word: str) -> list[tuple[tuple[str, ...], float]]:
    """A compound's parts ("verkaufspreis", "produktid"); the whole is unknown where its last part is."""
    for last in _SHORT_ENDS:
        if word.endswith(last) and (found := lexicon().get(word.removesuffix(last))):
            return [(found, 0.97), (lexicon()[last], 0.97)]
    best: dict[int, list[tuple[tuple[str, ...], float]]] = {len(word): []}
    for start in range(len(word) - _SHORTEST_PART, -1, -1):
        for end in range(len(word), start + _SHORTEST_PART - 1, -1):
            tail = best.get(end, best.get(end + 1) if word[end : end + 1] in {"s", "n", "e"} else None)
            if tail is not None and (found := lexicon().get(word[start:end])):
                best[start] = [(found, 0.97), *tail]
                break
    if 0 in best:
        return best[0]
    for start in range(1, len(word) - 3):
        if found := lexicon().get(word[start:]):
            return [((UNKNOWN,), _UNKNOWN_QUALITY), (found, 0.8)]
    return [((UNKNOWN,), _UNKNOWN_QUALITY)]


def _unfold(parts: list[tuple[tuple[str, ...], float]]) -> tuple[Reading, ...]:
    known = [quality for _, quality in parts]
    quality = _CUT_QUALITY * sum(known) / len(known)
    readings: list[tuple[str, ...]] = [()]
    for concepts, _ in parts:
        readings = [(*reading, concept) for reading in readings[:4] for concept in concepts[:3]]
    return tuple(Reading(reading, quality) for reading in readings)
