"""Small raised digits and letters: footnote marks, powers and cents, which would be part of the word before them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_LETTERS = "abcdefABDEGHIJKLMNOPRTUW"  # those that Unicode has raised forms of, without "n" and "o" of "No"
_RAISED = str.maketrans(f"0123456789{_LETTERS}", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁᵂ")
_MARK = re.compile(rf"\s*(?:\d+|[{_LETTERS}])(?:\s?[,;]\s?(?:\d+|[{_LETTERS}]))*\s*")  # "1", "a", "1,2"
_MOST_SIZE = 0.8  # of the line's type
_LEAST_RISE_EMS = 0.15  # of the baseline; in ems of the line's type
_CURRENCY = re.compile(r"[€$£¥₽₴₺₪]|\b(?:EUR|USD|GBP|CHF|PLN|CZK|HUF|SEK|NOK|DKK)\b")
_CENTS = re.compile(r"\d\d")


def write_raised(spans: Sequence[dict[str, Any]]) -> list[str] | None:
    """The text of each span of a line, raised marks as superscripts ("5788¹", "m²"); None where nothing is raised.

    `spans` as PyMuPDF's dict form has them. Raised cents beside a currency get their point ("€19" and "99" above is
    "€19.99"); the numerator of a fraction stays as it is.
    """
    if len(spans) < 2 or not any(_MARK.fullmatch(span["text"]) for span in spans[1:]):
        return None
    main = max(spans, key=lambda span: (len(span["text"].strip()), span["size"]))
    largest = max(main["size"], spans[0]["size"])
    texts, found = [str(span["text"]) for span in spans], False
    line = "".join(texts)
    for place in range(1, len(spans)):
        if not _is_raised(spans[place], _word_before(spans, place), largest):
            continue
        text, before = texts[place], texts[place - 1]
        after = texts[place + 1] if place + 1 < len(texts) else ""
        if not _MARK.fullmatch(text) or after.lstrip()[:1] in ("/", "⁄"):
            continue
        found = True
        if _CENTS.fullmatch(text.strip()) and before[-1:].isdigit() and _CURRENCY.search(line):
            texts[place] = f".{text}"
        else:
            texts[place] = text.translate(_RAISED)
    return texts if found else None


def _word_before(spans: Sequence[dict[str, Any]], place: int) -> dict[str, Any]:
    """The last span before `place` that is not blank: a mark's space may be as small as the mark, on the baseline."""
    return next((spans[index] for index in range(place - 1, -1, -1) if spans[index]["text"].strip()), spans[place - 1])


def _is_raised(span: dict[str, Any], before: dict[str, Any], size: float) -> bool:
    """Whether a span is smaller than the line's type and stands above the baseline of what it follows."""
    if span["size"] > _MOST_SIZE * size or span["size"] > before["size"] + 0.01:
        return False
    rise = before["origin"][1] - span["origin"][1]
    same = abs(before["size"] - span["size"]) <= 0.01  # a mark in several spans: the first has been judged
    return bool(rise >= _LEAST_RISE_EMS * size) and not same
