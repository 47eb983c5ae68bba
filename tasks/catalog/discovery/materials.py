"""Materials and collections in the words of a line: what a thing is made of, and the family that it belongs to."""

from __future__ import annotations

import re

from tasks.catalog.names import clean_name
from tasks.catalog.vocabulary import fold, fold_label, words

_MAX_LEADING_WORDS = 8  # of a phrase that begins with a fibre
_MAX_COLLECTION_WORDS = 3
_ARTICLES = frozenset({"the", "la", "le", "die", "de", "der", "a", "el"})
_MAX_TOLD_MATERIAL = 3  # words
SHARE = re.compile(r"^\d{1,3}(?:[.,]\d)?\s?%\s*")  # "78 % wool"
_GRADE = re.compile(r"(?<=\w) (?:1[38]/(?:0|8|10)|AISI ?[34]\d\d|V[24]A)$", re.IGNORECASE)  # "Inox 18/10"
_TRADE_MARKS = str.maketrans("", "", "®™")


def material_kind(text: str) -> str | None:
    """Whether a short phrase is a `material` or a `finish`, by the trade's words; None when it is neither."""
    text = _GRADE.sub("", text.translate(_TRADE_MARKS))
    folded = SHARE.sub("", fold(text))
    if folded in words("materials"):
        return "material"
    if SHARE.match(text.strip()) and (words("materials") | words("fibres")) & set(re.split(r"[^\w]+", folded)):
        return "material"  # "100% New Zealand wool"
    if folded in words("finishes"):
        return "finish"
    tokens = folded.split()
    if len(tokens) == 2 and words("solid_words") & set(tokens) and words("materials") & set(tokens):
        return "material"  # "Messing massiv", "solid brass"
    if 1 < len(tokens) <= _MAX_LEADING_WORDS and text[:1].islower() and tokens[0] in words("leading_fibres"):
        return "material"  # "lana vergine": in small letters, as no name is
    if len(tokens) == 2 and tokens[-1] in words("finishes"):
        return "material" if tokens[0] in words("materials") else "finish"
    if len(tokens) == 2 and tokens[-1] in ("glaze", "finish", "oil", "lacquer", "wax", "glasur", "lack", "ol"):
        return "finish"
    return None


def collection_of(text: str) -> str | None:
    """The collection that a short line names and nothing else ("HALDEN™ COLLECTION", "Serie Oslo")."""
    tokens = text.translate(_TRADE_MARKS).split()
    if not 1 < len(tokens) <= _MAX_COLLECTION_WORDS or any(char.isdigit() for char in text):
        return None
    told = [fold_label(token) in words("collection_words") for token in tokens]
    names = tokens[1:] if told[0] else tokens[:-1]
    if len(names) > 1 and names[0].casefold() in _ARTICLES:
        names = names[1:]  # "The Fellside Collection"
    proper = all(name.isalpha() and name[0].isupper() and fold(name) not in words("badge_words") for name in names)
    if sum(told) != 1 or not (told[0] or told[-1]) or not proper:
        return None
    return " ".join(name.capitalize() if name.isupper() else name for name in names)


def collection_name(heading: str) -> str:
    """The collection that a heading over products names, without "The" and "Collection" around it."""
    text = clean_name(heading)
    return collection_of(text) or text


def told_material(kind: str, text: str) -> str | None:
    """The material behind what a thing is, in small letters and with its name at the end: "mouth-blown opal glass"."""
    tokens = text.split()
    if material_kind(text) == "material" and len(kind.split()) <= _MAX_TOLD_MATERIAL:
        return text
    short = len(tokens) <= _MAX_TOLD_MATERIAL and len(kind.split()) <= _MAX_TOLD_MATERIAL
    plain = text == text.lower() and all(token.replace("-", "").isalpha() for token in tokens)
    return text if short and plain and fold(tokens[-1]) in words("materials") else None


def leading_material(text: str) -> str | None:
    """The material that a phrase begins with ("Oak plank" -> "Oak")."""
    tokens = text.split()
    heads = [" ".join(tokens[:count]) for count in range(len(tokens) - 1, 0, -1)]
    return next((head for head in heads if material_kind(head) == "material"), None)
