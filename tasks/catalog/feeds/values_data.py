"""The words of feeds' values in many languages, kept as data in `values.json`."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

VALUE_CACHE = 4096  # values of a column repeat: units, currencies, states of stock

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NO_LETTERS = re.compile(r"[\W_]+")


@cache
def data(name: str) -> Any:
    """A part of `values.json`."""
    return _all()[name]


@cache
def _all() -> dict[str, Any]:
    values: dict[str, Any] = json.loads(files(__package__).joinpath("values.json").read_text(encoding="utf-8"))
    return values


def fold_words(text: str) -> str:
    """`text` as words for comparison: "in_stock", "InStock" and "In stock." are one; accents and case are dropped."""
    text = _CAMEL.sub(" ", text).casefold()
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return _NO_LETTERS.sub(" ", text).strip()


def by_word(name: str) -> dict[str, str]:
    """A part of the form {value: [words]} turned round, the words folded."""
    return {fold_words(word): value for value, words in data(name).items() for word in words}
