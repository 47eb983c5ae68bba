"""Facts in running words: "Cuerpo de latón, cartucho ...", "Inox 18/10, épaisseur 3 mm, finition miroir."."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tasks.catalog.decimals import DecimalMark
from tasks.catalog.dimensions import parse_measure
from tasks.catalog.discovery.labels import read_label
from tasks.catalog.discovery.materials import material_kind
from tasks.catalog.lexicon import find_terms
from tasks.catalog.products import AttributeValue
from tasks.catalog.vocabulary import fold

_SENTENCE = re.compile(r"(?<=[^\W\d_])[.;]\s+|\s+[·•|]\s+|(?<=\d)[.;]\s+(?=[^\W\d_])")
_FRAGMENT = re.compile(r",\s+")
_OF = frozenset({"de", "di", "da", "do", "del", "in", "en", "aus", "of", "z", "ze", "av", "af", "van", "från", "i"})
_MAX_WORDS = 4  # of a fragment that tells a material
_MAX_VALUE_WORDS = 3  # of a finish behind its label
_MAX_NAMES = 4  # words of a designer's name


def tell_facts(text: str, mark: DecimalMark | None) -> dict[str, AttributeValue]:
    """The material that one of the sentences begins with, and what the phrases right behind it say.

    `text` is a description, `mark` its decimal mark. Sentences that begin otherwise tell nothing.
    """
    facts: dict[str, AttributeValue] = {}
    for sentence in _SENTENCE.split(text):
        for field, value in _tell(sentence, mark):
            facts.setdefault(field, value)
    return facts


def _tell(sentence: str, mark: DecimalMark | None) -> Iterator[tuple[str, AttributeValue]]:
    """The facts of a sentence's first phrases, up to the first that says something else."""
    materials: list[str] = []
    others: list[tuple[str, AttributeValue]] = []
    for phrase in _FRAGMENT.split(sentence.strip(" .;")):
        material = phrase if materials and _ends_in_material(phrase) else _material_of(phrase)
        if material is not None and not others:
            materials.append(material)
        elif (fact := _labelled(phrase, mark)) is not None:
            others.append(fact)
        else:
            break
    if materials:
        yield "material", ", ".join(materials)
    yield from others


def _material_of(phrase: str) -> str | None:
    """The material that a phrase names: alone, before its colour ("Porcelana blanca"), or behind the thing's main part
    ("Gestell Aluminium").
    """
    tokens = phrase.split()
    if not 0 < len(tokens) <= _MAX_WORDS:
        return None
    for count in range(len(tokens), 0, -1):
        head = " ".join(tokens[:count])
        if material_kind(head) == "material" and _is_look(tokens[count:]):
            return head
    label = read_label(tokens[0])
    rest = tokens[2:] if len(tokens) > 2 and fold(tokens[1]) in _OF else tokens[1:]
    told = " ".join(rest)
    return told if label and label.field == "material" and material_kind(told) == "material" else None


def _is_look(tokens: Sequence[str]) -> bool:
    """Whether words are colours and finishes in a language of the lexicon; so are none."""
    terms = [term for term in find_terms(" ".join(tokens)) if term.kind in ("color", "finish")]
    return sum(term.end - term.start for term in terms) == len(tokens)


def _ends_in_material(phrase: str) -> bool:
    """Whether a phrase is a part and its material, behind the main one: "Teak massiv, Beschläge Messing"."""
    tokens = phrase.split()
    return len(tokens) == 2 and phrase[:1].isupper() and material_kind(tokens[1]) == "material"


def _labelled(phrase: str, mark: DecimalMark | None) -> tuple[str, AttributeValue] | None:
    """A thickness, a finish or a designer behind its label, without a colon."""
    head, _, value = phrase.partition(" ")
    label = read_label(head)
    if label is None or not value:
        return None
    measure = parse_measure(value, mark)
    if label.field == "thickness" and measure is not None and measure.unit:
        return label.field, measure
    words = value.split()
    if label.field == "finish" and len(words) <= _MAX_VALUE_WORDS and value == value.lower():
        return label.field, value
    named = len(words) <= _MAX_NAMES and all(word[0].isupper() or not word[0].isalpha() for word in words)
    return (label.field, value) if label.field == "designer" and named else None
