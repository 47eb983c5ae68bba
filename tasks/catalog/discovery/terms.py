"""What a document says of itself as an offer: from when until when it is valid, and its terms of sale."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.dates import FoundDate, find_dates
from tasks.catalog.discovery.context import Context
from tasks.catalog.discovery.layout import Group, group_segments, read_segments
from tasks.catalog.pages import Page
from tasks.catalog.products import Remark
from tasks.catalog.vocabulary import fold, fold_page, words_pattern

_MAX_TERMS = 20
_MAX_CHARACTERS = 600  # of a remark
_MAX_WORDS = 120  # in a group with a term: longer ones are prose that mentions it
_MONTH_FIRST = ("USD", "CAD")  # whose catalogs write the month before the day
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[^\W\d_a-z])|\s*[•·|]\s*")


class Offer(NamedTuple):
    """Validity as ISO dates with the words that say so, and the terms, in the order of reading."""

    valid_from: str | None = None
    valid_until: str | None = None
    validity: Remark | None = None
    terms: tuple[Remark, ...] = ()


def read_offer(pages: Sequence[Page], context: Context) -> Offer:
    """Validity is the first statement with a date, else the first at all; terms are said once each."""
    month_first = context.currency in _MONTH_FIRST
    terms: dict[str, Remark] = {}
    offer = Offer()
    for page in filter(_may_offer, pages):
        for text, box in _sentences(page):
            folded = fold(text)
            if not offer.valid_from and not offer.valid_until and _speaks_of_validity(folded):
                offer = _read_validity(text, context, page.number, box, month_first) or offer
            if len(terms) < _MAX_TERMS and words_pattern("terms_words").search(folded):
                terms.setdefault(folded, _remark(text, context, page.number, box))
    return offer._replace(terms=tuple(terms.values()))


def _may_offer(page: Page) -> bool:
    """Whether any word of validity or terms is on the page; most pages of a long document have none."""
    folded = fold_page(" ".join(line.text for line in page.lines))
    return "stand" in folded or any(words_pattern(name).search(folded) for name in ("validity_words", "terms_words"))


def _speaks_of_validity(folded: str) -> bool:
    """Whether a statement is about validity; the German "Stand" is only where it begins: elsewhere it stands."""
    return bool(words_pattern("validity_words").search(folded)) or folded.split(" ")[0].rstrip(":") == "stand"


def _sentences(page: Page) -> Iterator[tuple[str, Box]]:
    """Short statements: a group's sentences, each with the box of the lines that it stands on."""
    for group in group_segments(read_segments(page)):
        if group.words <= _MAX_WORDS:
            yield from _split(group)


def _split(group: Group) -> Iterator[tuple[str, Box]]:
    text = " ".join(segment.text for segment in group.segments)
    starts, place = [], 0
    for segment in group.segments:
        starts.append((place, place + len(segment.text), segment.box))
        place += len(segment.text) + 1
    start = 0
    for part in _SENTENCE.split(text):
        begin = text.index(part, start) if part else start
        start = begin + len(part)
        boxes = [box for low, high, box in starts if low < start and begin < high]
        if part.strip() and boxes:
            yield part.strip(), union(boxes)


def _read_validity(text: str, context: Context, page: int, box: Box, month_first: bool) -> Offer | None:
    dates = find_dates(text, month_first=month_first)
    if not dates:
        return None
    first, last = _order(text, dates)
    return Offer(first, last, _remark(text, context, page, box))


def _order(text: str, dates: Sequence[FoundDate]) -> tuple[str | None, str | None]:
    """From and until: of two dates the earlier and the later one; of one, by the word before it."""
    if len(dates) > 1:
        ordered = sorted(one.date for one in dates[:2])
        return ordered[0].isoformat(), ordered[1].isoformat()
    before = fold(text[: dates[0].start]).split()
    until = words_pattern("until_words")
    if before and (until.fullmatch(before[-1]) or until.fullmatch(" ".join(before[-2:]))):
        return None, dates[0].date.isoformat()
    return dates[0].date.isoformat(), None


def _remark(text: str, context: Context, page: int, box: Box) -> Remark:
    return Remark(text=text[:_MAX_CHARACTERS], place=context.place(page, box))
