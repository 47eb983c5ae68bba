"""Articles told in a line each: "Art. 1234 Screw set, 12 pcs, € 4.50"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import clean_code, find_code, folded_labels, is_code, is_spaced_code, is_weak_code
from tasks.catalog.discovery.candidates import Candidate, evidence_of, make_candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import Fields
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.options import is_form
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import clean_name, is_name, is_sentence
from tasks.catalog.prices import find_prices
from tasks.catalog.vocabulary import fold_label, labels

_MIN_LINES = 3  # set alike on a page
_MAX_PARTS = 3
_EDGE_POINTS = 2.5


class ArticleLine(NamedTuple):
    """A line that begins with a code and goes on with a name."""

    code: str
    name: str
    segments: tuple[Segment, ...]

    @property
    def box(self) -> Box:
        return union(segment.box for segment in self.segments)


def find_lines(text: PageText, context: Context) -> list[Candidate]:
    """A candidate for each line of the page that is an article; [] where fewer than three are set alike."""
    lines = [line for row in read_rows(text.segments) for line in _read_row(row, context)]
    kept = [line for line in lines if sum(_is_alike(line, other) for other in lines) >= _MIN_LINES]
    if len({line.code for line in kept}) < _MIN_LINES:
        return []
    return [_make(line, text.number, context) for line in kept]


def _read_row(row: Sequence[Segment], context: Context) -> list[ArticleLine]:
    """The lines that stand in one visual row: one in each column, or one whose price is set apart."""
    found = [line for segment in row if (line := _read_line([segment], context))]
    if found or any(find_code(segment.text) for segment in row[1:]):
        return found
    line = _read_line(row, context)
    return [line] if line else []


def _read_line(row: Sequence[Segment], context: Context) -> ArticleLine | None:
    """A line with a code in front, a name behind it, and a price, unless a label says that the code is one."""
    if len(row) > _MAX_PARTS:
        return None
    text = " ".join(segment.text for segment in row)
    code, rest, labelled = _split_code(text)
    prices = find_prices(rest, context.mark, context.dollar)
    if not code or len(prices) > 1 or not (prices or labelled) or is_sentence(rest):
        return None
    name = clean_name(rest[: prices[0].start] if prices else rest)
    # A word that is a label elsewhere ("Raccord") is a name between a code and a price.
    named = is_name(name) or (bool(prices) and fold_label(name) in labels())
    return ArticleLine(code, name, tuple(row)) if named and not is_form(name) else None


def _split_code(text: str) -> tuple[str, str, bool]:
    """The code that a line begins with, the rest, and whether a label stands before the code."""
    tokens = text.split()
    labelled = len(tokens) > 2 and fold_label(tokens[0]) in folded_labels() and is_weak_code(tokens[1])
    start = 1 if labelled else 0
    for count in (2, 1):
        head = " ".join(tokens[start : start + count])
        if len(tokens) > start + count and (is_spaced_code(head) if count == 2 else is_code(head) or labelled):
            return clean_code(head), " ".join(tokens[start + count :]).lstrip(" -–—:,|"), labelled
    return "", text, False


def _is_alike(one: ArticleLine, other: ArticleLine) -> bool:
    first, second = one.segments[0], other.segments[0]
    return first.looks_like(second) and abs(first.box.x0 - second.box.x0) <= _EDGE_POINTS


def _make(line: ArticleLine, page: int, context: Context) -> Candidate:
    fields = Fields(context)
    fields.put("sku", line.code, line.box)
    text = " ".join(segment.text for segment in line.segments)
    for price in find_prices(text, context.mark, context.dollar):
        fields.put("price", price.amount, line.box)
        fields.currency = price.currency
    return make_candidate(line.name, line.box, fields, page, line.box, "table", evidence_of(fields))
