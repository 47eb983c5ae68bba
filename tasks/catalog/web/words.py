"""Words of shop pages in the languages of their shops, kept as data in `words.json`, and the countries' currencies."""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from tasks.catalog import vocabulary
from tasks.catalog.vocabulary import TEXT_CACHE, fold, fold_label

# What a bare "$" or "kr" means where the page says its country: ISO 3166 -> ISO 4217, countries with shared signs only.
DOLLARS = {
    "ca": "CAD", "au": "AUD", "nz": "NZD", "sg": "SGD", "hk": "HKD", "tw": "TWD",
    "mx": "MXN", "cl": "CLP", "co": "COP", "ar": "ARS", "us": "USD",
}  # fmt: skip
CROWNS = {"se": "SEK", "no": "NOK", "dk": "DKK", "is": "ISK"}
YUANS = {"tw": "TWD", "hk": "HKD", "cn": "CNY"}
# Languages whose numbers have a decimal point; elsewhere on the web's shops a comma is likelier.
_POINT_LANGUAGES = frozenset({"en", "zh", "ja", "ko", "th", "he", "iw", "ar", "hi", "ms", "ga", "mt"})
_SPACELESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@cache
def _words() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(files(__package__).joinpath("words.json").read_text(encoding="utf-8"))
    return data


@cache
def words(name: str) -> frozenset[str]:
    """A list, folded."""
    return frozenset(fold(word) for word in _words()[name])


@cache
def _pattern(name: str) -> re.Pattern[str]:
    found = sorted(words(name), key=len, reverse=True)
    # Scripts without spaces have no word boundaries.
    parts = [re.escape(one) if _SPACELESS.search(one) else rf"(?<!\w){re.escape(one)}(?!\w)" for one in found]
    return re.compile("|".join(parts))


@lru_cache(maxsize=TEXT_CACHE)
def mentions(name: str, text: str) -> bool:
    """Whether `text` holds a word of the list, as a whole word."""
    return bool(_pattern(name).search(fold(text)))


@cache
def _labels() -> dict[str, str]:
    own = {fold_label(word): field for field, names in _words()["labels"].items() for word in names}
    return vocabulary.labels() | own


@lru_cache(maxsize=TEXT_CACHE)
def field_of(label: str) -> str | None:
    """The field that a label names ("Hersteller:", "EAN-Code"): brand, sku, mpn, gtin, availability, ...; else None."""
    return _labels().get(fold_label(label.strip(" :#№\u200e\u200f")))


def decimal_mark(language: str | None) -> str | None:
    """The decimal mark of a page's language; None where it has none."""
    if not language:
        return None
    return "." if language[:2] in _POINT_LANGUAGES else ","
