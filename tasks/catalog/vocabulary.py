"""Words of the trade in the languages of its catalogs, kept as data in `vocabulary.json`.

Languages: English, German, Italian, French, Spanish, Portuguese, Greek, Russian, Polish, Dutch.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

# Rules look at a line several times; its texts are few beside that, so answers are kept. About 10 MB in all.
TEXT_CACHE = 8192


@cache
def _vocabulary() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(files(__package__).joinpath("vocabulary.json").read_text(encoding="utf-8"))
    return data


_INNER_MARKS = re.compile(r"[.\-_°º]+")
_SEPARATORS = re.compile(r"[.:]+(?=\s|$|/)|[\u00a0_]")


@lru_cache(maxsize=TEXT_CACHE)
def fold(text: str) -> str:
    """`text` for comparison: case and accents folded, spaces collapsed, punctuation at the ends dropped."""
    return fold_page(text)


def fold_page(text: str) -> str:
    """As `fold`, for texts too long to be kept."""
    if text.isascii():
        text = text.casefold()
    else:
        text = unicodedata.normalize("NFKD", text.replace("²", "2").casefold().replace("ı", "i"))  # AĞIRLIK
        if any(map(unicodedata.combining, text)):
            text = "".join(char for char in text if not unicodedata.combining(char))
    text = _SEPARATORS.sub(" ", text)
    return " ".join(text.split()).strip(" .:;,*-–—()[]|")


@cache
def table(name: str) -> dict[str, str]:
    """A part of the vocabulary as {word as printed, lower case: what it stands for}."""
    return {word.casefold(): key for key, words in _vocabulary()[name].items() for word in words}


def fold_label(text: str) -> str:
    """As `fold`, with the dots and hyphens inside dropped, too: "Art.-Nr." and "art nr" are one label."""
    return " ".join(_INNER_MARKS.sub(" ", fold(text)).split())


@cache
def labels() -> dict[str, str]:
    """The words before values, folded -> the field they name."""
    return {fold_label(word): key for key, names in _vocabulary()["labels"].items() for word in names}


@cache
def words(name: str) -> frozenset[str]:
    """A list of the vocabulary, folded."""
    return frozenset(fold(word) for word in _vocabulary()[name])


@cache
def vocabulary_list(name: str) -> tuple[str, ...]:
    """A list of the vocabulary as it is printed there."""
    return tuple(_vocabulary()[name])


@cache
def words_pattern(name: str) -> re.Pattern[str]:
    """A pattern that finds any word of a list in folded text, as whole words."""
    return re.compile(r"(?<!\w)(?:" + "|".join(sorted(map(re.escape, words(name)), key=len, reverse=True)) + r")(?!\w)")


@cache
def axis_letters() -> tuple[dict[str, str], ...]:
    """By language, the single letters over or before sizes, folded -> the axis that each names."""
    sets = _vocabulary()["axis_letters"].values()
    return tuple({fold(letter): axis for letter, axis in letters.items()} for letters in sets)
