"""What words of the trade mean: `lexicon.json` names each idea in ten languages, and `find_terms` finds it in a text.

The ideas are materials, colours, finishes, patterns, products, rooms, styles and properties, and everyday words in
English, Greek and Hungarian, each under its English name. Words are found in most of their inflected forms, by the
endings of `lexicon_grammar.json`, and inside Hungarian and German compounds ("tölgyparketta": oak, parquet).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

Language = Literal["en", "el", "hu", "ru", "pl", "ar", "de", "it", "fr", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "el", "hu", "ru", "pl", "ar", "de", "it", "fr", "es")
Kind = Literal["material", "color", "finish", "pattern", "product", "room", "style", "property", "general"]

_WORD_CACHE = 65536  # words of a large catalog; about 20 MB
_TEXT_CACHE = 1024
_SHORTEST_STEM, _SHORTEST_COMPOUND_PART = 3, 3  # letters
_OWN_LETTER_SCORE, _FUNCTION_WORD_SCORE = 2.0, 1.0
_SURE_LETTERS = 6  # a shorter word may be another language's by chance, and counts in proportion
_SCRIPTS: dict[Language, re.Pattern[str]] = {
    "el": re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
}
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+(?:[.,]\d+)*")
_FOLDED_LETTERS = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ى": "ي", "ة": "ه", "ـ": None})
_ARABIC_PREFIX = re.compile(r"^(?:وال|بال|كال|فال|لل|ال|[وبلك](?=\w{4}))")  # and, with, like, so, for, the


class Term(NamedTuple):
    """An idea found in a text: its English name, its kind, and the words it stands for, [start, end)."""

    concept: str
    kind: Kind
    start: int
    end: int


class _Entry(NamedTuple):
    concept: str
    kind: Kind
    rest: tuple[str, ...]  # stems of the words that must follow


class _Grammar(NamedTuple):
    ending: re.Pattern[str]  # what a word may add to its stem; matches nothing, too
    dropped: re.Pattern[str]  # what a word loses before it adds an ending
    links: tuple[str, ...]  # what may stand between the parts of a compound; empty where there are none
    letters: frozenset[str]  # that tell the language
    function_words: frozenset[str]


@lru_cache(maxsize=_WORD_CACHE)
def fold_word(word: str) -> str:
    """A word for comparison: case, accents, final sigma and letters' variants folded."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().translate(_FOLDED_LETTERS))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def split_words(text: str) -> list[str]:
    """The words and numbers of a text, as written."""
    return _TOKEN.findall(text)


def has_script(text: str, language: Language) -> bool:
    """Whether any letter is of the script that Greek ("el"), Russian ("ru") or Arabic ("ar") is written in."""
    return bool(_SCRIPTS[language].search(text))


def detect_language(text: str) -> Language | None:
    """The language that most of a text's words belong to; None where nothing tells."""
    return _detect(tuple(split_words(text)))


def find_terms(text: str, language: Language | None = None) -> list[Term]:
    """The ideas that a text names, in its order; `start` and `end` count the words of `split_words`.

    A word's script tells its language, or the text's language does; English answers for words that are not of that,
    since catalogs mix it in. A compound gives several terms with the same start and end.
    """
    words = split_words(text)
    language = language or _detect(tuple(words))
    latin = tuple(dict.fromkeys(code for code in (language, "en") if code and code not in _SCRIPTS))
    terms: list[Term] = []
    position = 0
    while position < len(words):
        script = _script(words[position])
        tried = latin if script == "latin" else (script,)
        found = next((hit for code in tried if code and (hit := _match(code, words, position))), ())
        terms += found
        position = max((term.end for term in found), default=position + 1)
    return terms


@cache
def concepts(kind: Kind) -> frozenset[str]:
    """The English names of all ideas of a kind."""
    return frozenset(_lexicon()[kind])


@cache
def _lexicon() -> dict[Kind, dict[str, dict[Language, list[str]]]]:
    data: dict[Kind, dict[str, dict[Language, list[str]]]] = _read_data("lexicon.json")
    return data


def _read_data(name: str) -> Any:
    return json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


@cache
def _grammar(language: Language) -> _Grammar:
    data = _read_data("lexicon_grammar.json")[language]

    def either(endings: Sequence[str]) -> str:
        return "(?:" + "|".join(sorted(endings, key=len, reverse=True)) + ")"

    return _Grammar(
        ending=re.compile(f"{either(data['endings'])}{{0,{data.get('stacked', 1)}}}"),
        dropped=re.compile(f"{either(data.get('dropped', ['(?!)']))}$"),
        links=tuple(data.get("compounds", ())),
        letters=frozenset(data.get("letters", "")),
        function_words=frozenset(data.get("function_words", ())),
    )


@cache
def _index(language: Language) -> dict[str, list[_Entry]]:
    """First word's stem -> entries, those with most words first."""
    index: dict[str, list[_Entry]] = {}
    for kind, entries in _lexicon().items():
        for concept, names in entries.items():
            for name in names.get(language, ()):
                first, *rest = (_stem(language, word) for word in split_words(name))
                index.setdefault(first, []).append(_Entry(concept, kind, tuple(rest)))
    for found in index.values():
        found.sort(key=lambda entry: -len(entry.rest))
    return index


def _stem(language: Language, word: str) -> str:
    folded = _fold_as(language, word)
    stem = _grammar(language).dropped.sub("", folded)
    return stem if len(stem) >= _SHORTEST_STEM else folded


def _fold_as(language: Language, word: str) -> str:
    folded = fold_word(word)
    return _ARABIC_PREFIX.sub("", folded) if language == "ar" and len(folded) > 4 else folded


def _match(language: Language, words: Sequence[str], position: int) -> tuple[Term, ...]:
    """The terms that start at a word: of the longest name there, or of the parts of a compound."""
    stems = _parse(language, words[position])
    entries = [entry for stem in stems[-1:] for entry in _index(language)[stem] if entry.rest]
    for entry in entries:
        following = words[position + 1 : position + 1 + len(entry.rest)]
        if len(stems) == 1 and len(following) == len(entry.rest) and _are_forms(language, following, entry.rest):
            return (Term(entry.concept, entry.kind, position, position + 1 + len(following)),)
    alone = [entry for stem in stems for entry in _index(language)[stem] if not entry.rest]
    return tuple(Term(entry.concept, entry.kind, position, position + 1) for entry in alone)


def _are_forms(language: Language, words: Sequence[str], stems: Sequence[str]) -> bool:
    for word, stem in zip(words, stems, strict=True):
        folded = _fold_as(language, word)
        if not (folded.startswith(stem) and _grammar(language).ending.fullmatch(folded[len(stem) :])):
            return False
    return True


@lru_cache(maxsize=_WORD_CACHE)
def _parse(language: Language, word: str) -> tuple[str, ...]:
    """The stems of the index that make up a word; empty where they do not."""
    return _split(language, _fold_as(language, word), 2) or ()


def _split(language: Language, folded: str, shortest: int) -> tuple[str, ...] | None:
    index, grammar = _index(language), _grammar(language)
    for length in range(len(folded), shortest - 1, -1):
        if folded[:length] in index and grammar.ending.fullmatch(folded[length:]):
            return (folded[:length],)
    for length in range(len(folded) - _SHORTEST_COMPOUND_PART, 1, -1) if grammar.links else ():
        if folded[:length] not in index:
            continue
        for link in grammar.links:
            tail = folded[length:]
            if tail.startswith(link) and (rest := _split(language, tail[len(link) :], _SHORTEST_COMPOUND_PART)):
                return (folded[:length], *rest)
    return None


@lru_cache(maxsize=_TEXT_CACHE)
def _detect(words: tuple[str, ...]) -> Language | None:
    script = _script("".join(words))
    if script != "latin":
        return script
    scores = {language: _score(language, words) for language in LANGUAGES if language not in _SCRIPTS}
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] > 0 else None


def _score(language: Language, words: tuple[str, ...]) -> float:
    """How much of a text in Latin script speaks for a language: its letters, its grammar's words, its lexicon."""
    grammar = _grammar(language)
    score = _OWN_LETTER_SCORE * any(char in grammar.letters for word in words for char in word.casefold())
    for word in words:
        if word[0].isalpha():
            folded = fold_word(word)
            score += _FUNCTION_WORD_SCORE * (folded in grammar.function_words)
            score += bool(_parse(language, word)) * min(1.0, len(folded) / _SURE_LETTERS)
    return score


@lru_cache(maxsize=_WORD_CACHE)
def _script(letters: str) -> Language | Literal["latin"] | None:
    """What most letters belong to: a language with a script of its own, or Latin; None for others or no letters."""
    counts: dict[Language | Literal["latin"], int] = {
        language: len(pattern.findall(letters)) for language, pattern in _SCRIPTS.items()
    }
    counts["latin"] = len(_LATIN.findall(letters))
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else None
