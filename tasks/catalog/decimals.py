"""Numbers as catalogs print them: comma or dot decimals, grouped thousands, digits of any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

DecimalMark = Literal[",", "."]

# Digits with separators inside; a space groups only before three digits ("1 234,50" but not "60 60").
NUMBER_PATTERN = r"\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:[.,]\d{1,3})?(?!\d)|\d+(?:[.,]\d+)*"
_NUMBER = re.compile(NUMBER_PATTERN)
DIGIT = re.compile(r"\d")
_GLUED_WORD = re.compile(r"[^\W\d_]{2}$")
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
_GROUPING = re.compile(r"[ \u00a0\u202f'’]")
_THOUSANDS_DIGITS = 3


def western_digits(text: str) -> str:
    """`text` with the decimal digits of every script written as 0 to 9."""
    if text.isascii():
        return text
    return _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.digit(digit[0])), text)


def parse_decimal(text: str, mark: DecimalMark | None = None, *, grouped: bool = False) -> str | None:
    """The number in `text` as a decimal string with a dot, or None when it is not one number.

    `mark` is the document's decimal mark, which settles "1.234". Without it, one separator before exactly three
    digits groups thousands when `grouped` is true (prices) and is a decimal mark otherwise (dimensions).
    """
    text = _GROUPING.sub("", western_digits(text).strip())
    if not re.fullmatch(r"\d+(?:[.,]\d+)*", text):
        return None
    separators = [char for char in text if char in ".,"]
    if not separators:
        return _plain(text)
    last = text.rpartition(separators[-1])[2]
    if len(separators) > 1 and len(set(separators)) == 1 and len(last) != _THOUSANDS_DIGITS:
        return None  # "802.653.90" is a code, "12.01.2026" a date
    if _is_decimal(text, separators, mark, grouped):
        whole, _, fraction = text.rpartition(separators[-1])
        return _plain(re.sub(r"[.,]", "", whole) + "." + fraction)
    return _plain(re.sub(r"[.,]", "", text))


def guess_decimal_mark(texts: Iterable[str]) -> DecimalMark | None:
    """The mark that most numbers of a document use for decimals; None when nothing tells."""
    votes = {",": 0, ".": 0}
    for text in texts:
        for match in _NUMBER.finditer(text):
            if _GLUED_WORD.search(text, 0, match.start()):
                continue  # part of a code: "DL4582.89"
            if (mark := _unambiguous_mark(_GROUPING.sub("", match.group()))) is not None:
                votes[mark] += 1
    if votes[","] == votes["."]:
        return None
    return "," if votes[","] > votes["."] else "."


def _unambiguous_mark(number: str) -> DecimalMark | None:
    parts = re.split(r"[.,]", number)
    separators = [char for char in number if char in ".,"]
    if not separators or (len(set(separators)) == 1 and len(separators) > 1):
        return None  # no mark, or a date, a version, grouped thousands
    if len(parts[-1]) == _THOUSANDS_DIGITS and len(set(separators)) == 1:
        return None
    return "," if separators[-1] == "," else "."


def _is_decimal(text: str, separators: list[str], mark: DecimalMark | None, grouped: bool) -> bool:
    """Whether the last separator of `text` starts its fraction."""
    fraction = text.rpartition(separators[-1])[2]
    if len(set(separators)) > 1:
        return True
    if len(separators) > 1:
        return False
    if len(fraction) != _THOUSANDS_DIGITS or len(text) - len(fraction) - 1 > _THOUSANDS_DIGITS:
        return True
    if text.startswith("0"):
        return True
    return separators[-1] == mark if mark else not grouped


def _plain(number: str) -> str:
    whole, dot, fraction = number.partition(".")
    return (whole.lstrip("0") or "0") + (dot + fraction if dot else "")
