"""Texts in words that the sentence encoder knows: its languages stay, Greek and Hungarian become English, word by word.

The encoder was not trained on Greek and Hungarian, and its vectors of them are near noise. Word for word English has
no grammar, but the encoder hardly needs one.
"""

from __future__ import annotations

from typing import NamedTuple

from tasks.catalog.lexicon import Language, Term, detect_language, find_terms, has_script, split_words

_GLOSSED_WITHOUT_OWN_SCRIPT: Language = "hu"


class Gloss(NamedTuple):
    """What the encoder reads for a text, and the ideas that the text names, in English (empty where it is English)."""

    reading: str
    ideas: str


def gloss_text(text: str) -> Gloss:
    """`text` without control characters in; both parts are one line."""
    language = detect_language(text)
    terms = find_terms(text, language)
    foreign = language == _GLOSSED_WITHOUT_OWN_SCRIPT
    if not foreign and not has_script(text, "el"):
        ideas = "" if language == "en" else ", ".join(dict.fromkeys(term.concept for term in terms))
        return Gloss(text, ideas)
    reading = " ".join(_translate(split_words(text), terms, latin=foreign))
    return Gloss(reading or text, "")


def _translate(words: list[str], terms: list[Term], *, latin: bool) -> list[str]:
    """Known words in English; of the others those that the encoder may read: numbers, names, and words of its scripts.

    `latin`: whether lower-case words of Latin script belong to the language that is replaced.
    """
    at: dict[int, list[Term]] = {}
    for term in terms:
        at.setdefault(term.start, []).append(term)
    reading: list[str] = []
    position = 0
    while position < len(words):
        word, found = words[position], at.get(position)
        if found:
            end = max(term.end for term in found)
            reading += dict.fromkeys(term.concept for term in found if term.end == end)
            position = end
            continue
        if not has_script(word, "el") and not (latin and word[0].islower()):
            reading.append(word)
        position += 1
    return reading
