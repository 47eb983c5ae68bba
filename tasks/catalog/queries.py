"""What a text query asks for, in words that keyword search can look up: each word with its other forms. Pure."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from tasks.catalog.lexicon import find_terms
from tasks.catalog.vocabulary import fold

_WORD = re.compile(r"[^\W_]+(?:[.,\-/][^\W_]+)*")
_SIZE = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:x\d+(?:\.\d+)?)+(?![\w.])")
_SIZE_SPACES = re.compile(r"(?<=\d)\s*[x×х*]\s*(?=\d)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_FUNCTION_WORDS = frozenset(
    word
    for line in (
        "a an and at by for from in of on or per the to with",
        "der die das mit und für von aus zu el la los las de del y con en le les et du des avec il lo gli di e",
        "με και από για το τα η ο των σε i w z na do dla и в на с из для az és",
    )
    for word in line.split()
)
# An inflected word and its stem: (least letters, letters that may differ at its end).
_ENDINGS = ((9, 3), (7, 2), (5, 1))


class QueryTerm(NamedTuple):
    """One word of a query. `exact` are its spellings, `starts` what an inflected form may start with."""

    word: str
    exact: tuple[str, ...]
    starts: tuple[str, ...]


def read_terms(text: str) -> list[QueryTerm]:
    """The words of a query that tell something, in order, each once."""
    folded = _DECIMAL_COMMA.sub(".", _SIZE_SPACES.sub("x", fold(text).replace("ς", "σ")))
    concepts = {term.concept for term in find_terms(text)}
    words = list(dict.fromkeys(word for word in _WORD.findall(folded) if word not in _FUNCTION_WORDS))
    terms = [_read_word(word) for word in words]
    if len(terms) == 1 and len(concepts) == 1:  # one idea: its English name finds what other languages call it
        [term], [concept] = terms, concepts
        return [term._replace(exact=(*term.exact, *fold(concept).split()))]
    return terms


def _read_word(word: str) -> QueryTerm:
    if _SIZE.fullmatch(word):
        return QueryTerm(word, _size_spellings(word), (f"{word}x",))
    starts = next((word[:-cut] for least, cut in _ENDINGS if len(word) >= least and word.isalpha()), None)
    concept = {fold(term.concept) for term in find_terms(word)} - {word} if word.isalpha() else set()
    exact = (word, *sorted(name for name in concept if " " not in name))
    return QueryTerm(word, exact, (starts,) if starts else ())


def _size_spellings(size: str) -> tuple[str, ...]:
    """The same size in millimetres or centimetres: "60x60" is also "600x600"."""
    sides = [Decimal(side) for side in size.split("x")]
    scaled = ["x".join(_plain(side * factor) for side in sides) for factor in (Decimal(10), Decimal("0.1"))]
    return (size, *scaled)


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
