"""Codes written like large numbers ("712.330"): known as codes where the document labels one of them so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.catalog.codes import folded_labels
from tasks.catalog.vocabulary import fold_label

_LABELLED = re.compile(r"([^\W\d_][^\s:\d]*)\s?:?\s+(\d{2,3}(?:\.\d{3})+)(?![\d,]|\.\d)")
_GROUPED = re.compile(r"\d\.\d{3}")
_MONEY = re.compile(r"[€$£¥₽₺]|(?:EUR|USD|GBP|CHF|PLN|HUF|CZK|SEK|DKK|NOK|RUB|TRY|RON)\b")
_MIN_TAILS = 3  # so many lines end in such a number


def learn_code_tail(texts: Sequence[str]) -> re.Pattern[str] | None:
    """What finds an unlabelled code at the end of a line, in the form of those that a label calls codes; else None.

    Not where money is written in that form, too ("712.330 HUF").
    """
    forms = {
        tuple(map(len, match[2].split(".")))
        for text in texts
        if _GROUPED.search(text)  # most lines have none, and looking for a label before it takes long
        for match in _LABELLED.finditer(text)
        if fold_label(match[1]) in folded_labels()
    }
    if len(forms) != 1:
        return None
    number = r"\.".join(rf"\d{{{count}}}" for count in forms.pop())
    tail = re.compile(rf"(?:^|(?<=\s))(?:{number})(?![\w.,])\s*$")
    tails = [text for text in texts if tail.search(text.rstrip())]
    money = any(re.search(rf"(?<![\d.]){number}(?![\d.])", text) and _MONEY.search(text) for text in texts)
    return tail if len(tails) >= _MIN_TAILS and not money else None
