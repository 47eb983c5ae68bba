"""Guides to what one does with goods (fitting, laying, care): titles, counted steps, lists of parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import is_sentence
from tasks.catalog.vocabulary import fold, words

_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBER = re.compile(r"\s\S*\d")  # of the document: "Fitting guide HL-07 rev. C"
_MAX_TITLE_WORDS = 9
_COUNTED = re.compile(r"(?:[^\W\d_]{3,9}\s)?0?(\d{1,2})[.):]?(?:\s|$)")  # "1 Seal the edge", "Step 2", "3."
_MIN_STEPS = 3
_OWN_SHARE = 0.75  # of the counted captions have sentences
_MIN_PARTS = 4
_MARK = re.compile(r"[A-Z]|\d{1,2}")
_AMOUNT = re.compile(r"\d{1,3}")


def is_guide_title(line: str) -> bool:
    """Whether a line says that it guides through some handling: "Laminate worktop fitting guide", "Guide de pose".

    Handlings joined and nothing else are such a title, too: "Care & Cleaning".
    """
    tokens = [fold(token) for token in _WORDS.findall(_NUMBER.split(line)[0])]
    if not 0 < len(tokens) <= _MAX_TITLE_WORDS or set(tokens) & words("price_list_words"):
        return False
    handled = [token for token in tokens if token in words("handling_words")]
    if not handled:
        return False
    if {tokens[0], tokens[-1]} & words("guide_words"):
        return True
    others = [token for token in tokens if token not in handled and token not in words("joining_words")]
    return len(set(handled)) > 1 and not others


def without_steps(candidates: list[Candidate]) -> list[Candidate]:
    """Without the steps of instructions: captions that are counted from 1 on, told in sentences and nothing else."""
    bare = [one for one in candidates if not one.evidence - {"image", "grid"}]
    counted = [(int(match[1]), one) for one in bare if (match := _COUNTED.match(one.product.name))]
    steps = [one for _, one in counted]
    if len(counted) < _MIN_STEPS or [number for number, _ in counted] != list(range(1, len(counted) + 1)):
        return candidates
    told = sum(is_sentence(one.product.description or "") for one in steps)
    return [one for one in candidates if one not in steps] if told >= _OWN_SHARE * len(steps) else candidates


def lists_counted_parts(text: PageText) -> bool:
    """Whether rows marked A, B, C or 1, 2, 3 stand under a column of quantities: what comes in one article's box."""
    rows = read_rows(text.segments)
    for index, row in enumerate(rows):
        for head in row:
            if fold(head.text) in words("count_heads") and _count_parts(head, rows[index + 1 :]) >= _MIN_PARTS:
                return True
    return False


def _count_parts(head: Segment, rows: Sequence[Sequence[Segment]]) -> int:
    """How many rows under the head go on counting, each with an amount in its column."""
    marks = [row[0].text.strip(" ().:") for row in _rows_under(head, rows)]
    run = 0
    for mark in marks:
        if not _MARK.fullmatch(mark) or mark != (chr(ord("A") + run) if mark.isalpha() else str(run + 1)):
            break
        run += 1
    return run


def _rows_under(head: Segment, rows: Sequence[Sequence[Segment]]) -> Iterator[Sequence[Segment]]:
    for row in rows:
        cells = [one for one in row if one.box.x0 <= head.box.x1 and one.box.x1 >= head.box.x0]
        if len(row) < 3 or not any(_AMOUNT.fullmatch(one.text.strip()) for one in cells):
            return
        yield row
