"""Codes on a page have forms, and a reading that misses the form of its neighbours by a confusion can be put right."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Collection, Iterable

# What small type makes of each other, seen from the letter and from the digit; only pairs that look alike.
_AS_DIGIT = {
    "O": "0", "o": "0", "Q": "0", "D": "0", "I": "1", "l": "1", "|": "1", "!": "1", "i": "1", "Z": "2", "z": "2",
    "A": "4", "S": "5", "s": "5", "$": "5", "§": "5", "G": "6", "b": "6", "T": "7", "B": "8", "&": "8", "g": "9",
    "q": "9",
}  # fmt: skip
_AS_LETTER = {"0": "O", "1": "I", "2": "Z", "4": "A", "5": "S", "6": "G", "7": "T", "8": "B", "|": "I", "!": "I"}
_DIGIT, _CAPITAL, _SMALL = "#Aa"  # what stands in a form for a character of its kind
_SEPARATORS = "-/._"
_AS_SEPARATOR = {"–": "-", "—": "-", "~": "-", "'": "/", "’": "/", "|": "/", ",": ".", "·": "."}
_CODE = re.compile(rf"(?=.*\d)[A-Za-z0-9]+(?:[{_SEPARATORS}][A-Za-z0-9]+)*")
_MARKS = re.compile(r"[*†‡§]+[tTfF+]{0,2}$")
_LETTER_MARK = re.compile(r"[tTfF+]")
_LEAST_DIGITS = 2
_LEAST_LENGTH = 4
_LEAST_SEEN = 3  # codes of a form make it a form
_LEAST_SHARE = 0.2  # of the words that look like codes; numbers beside those with letters are prices or sizes
_LEAST_KNOWN = 0.4  # of a reading's characters that fit the form as they stand


def describe_form(text: str) -> str | None:
    """Kinds of characters: of AB-120 it is AA-###; None where `text` is no code."""
    core = text.strip()
    if len(core) < _LEAST_LENGTH or not _CODE.fullmatch(core) or sum(map(str.isdigit, core)) < _LEAST_DIGITS:
        return None
    return "".join(map(_describe_character, core))


def _describe_character(char: str) -> str:
    if char.isalpha():
        return _CAPITAL if char.isupper() else _SMALL
    return _DIGIT if char.isdigit() else char


def part_marks(text: str) -> tuple[str, str]:
    """A code and the footnote marks behind it; a dagger behind a star is read as a letter."""
    core = text.strip()
    found = _MARKS.search(core)
    return (core[: found.start()], _LETTER_MARK.sub("†", found[0])) if found else (core, "")


def find_forms(words: Iterable[str]) -> tuple[str, ...]:
    """Forms that several of `words` have, the most frequent first."""
    counts = Counter(form for word in words if (form := describe_form(part_marks(word)[0])))
    lettered = sum(count for form, count in counts.items() if _is_lettered(form))
    totals = {True: lettered, False: counts.total()}
    return tuple(
        form
        for form, count in counts.most_common()
        if count >= _LEAST_SEEN and count >= _LEAST_SHARE * totals[_is_lettered(form)]
    )


def _is_lettered(form: str) -> bool:
    return _CAPITAL in form or _SMALL in form


def list_letters(forms: Collection[str]) -> str:
    """Every character that codes of these forms may have."""
    together = "".join(forms)
    digits = string.digits if _DIGIT in together else ""
    capitals = string.ascii_uppercase if _CAPITAL in together else ""
    small = string.ascii_lowercase if _SMALL in together else ""
    return digits + capitals + small + "".join(sorted(set(together) - {_DIGIT, _CAPITAL, _SMALL}))


def fit_code(text: str, forms: Collection[str]) -> str | None:
    """`text` as a code of one of `forms`, by look-alikes only; None where none or more than one result fits."""
    core = "".join(text.split())
    fitted = {result for form in forms if (result := _fit(core, form))}
    return fitted.pop() if len(fitted) == 1 else None


def resembles_code(text: str, forms: Collection[str]) -> bool:
    """Whether `text`, badly read, may be a code of one of `forms`: about as long, and digits or look-alikes in it."""
    core = "".join(text.split())
    digits = sum(char.isdigit() for char in core)
    lengths = [len(form) for form in forms]
    return bool(lengths) and min(lengths) - 1 <= len(core) <= max(lengths) + 1 and digits * 3 >= len(core)


def _fit(core: str, form: str) -> str | None:
    if len(core) != len(form):
        return None
    result, known = [], 0
    for char, kind in zip(core, form, strict=True):
        fitting = _fit_character(char, kind)
        if fitting is None:
            return None
        known += fitting == char
        result.append(fitting)
    return "".join(result) if known >= _LEAST_KNOWN * len(form) else None


def _fit_character(char: str, kind: str) -> str | None:
    if kind == _DIGIT:
        return char if char.isdigit() else _AS_DIGIT.get(char)
    if kind in (_CAPITAL, _SMALL):
        letter = char if char.isalpha() else _AS_LETTER.get(char)
        return letter and (letter.upper() if kind == _CAPITAL else letter.lower())
    return kind if kind in (char, _AS_SEPARATOR.get(char)) else None
