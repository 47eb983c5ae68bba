"""Text at products that tells nothing of them: ratings, buttons, badges on pictures, prices inside running text."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from functools import cached_property

from tasks.catalog.boxes import union
from tasks.catalog.dates import find_dates
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.layout import Group
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import is_badge, is_sentence
from tasks.catalog.prices import find_prices
from tasks.catalog.vocabulary import fold, words

_RATING = re.compile(r"[★☆⭐✭✮✩✪]{2,}|[★⭐]\s?\d[.,]\d")  # "★★★★☆ 4.2 (308)", "★ 4.7"
_SIGNS = re.compile(r"[^\w\s]{1,3}")  # a heart, an arrow
_CURRENCY_SIGNS = frozenset("$€£¥₽")
_MIN_PROSE_WORDS = 8
_DATE_SHARE = 0.7  # of a line that is a date
_LINE_GAP = 0.75  # of the type size, as between a caption's lines


@dataclasses.dataclass(frozen=True)
class _Cleaned(PageText):
    """A page without some of its segments, grouped as it was with them: a price below a rating stays the caption's."""

    whole: PageText

    @cached_property
    def groups(self) -> list[Group]:
        kept = set(self.segments)
        found = [tuple(one for one in group.segments if one in kept) for group in self.whole.groups]
        return [Group(segments, union(one.box for one in segments)) for segments in found if segments]


def without_noise(text: PageText) -> PageText:
    """The page without ratings, buttons, badges and lone signs."""
    kept = text.only(lambda segment: not is_noise(segment.text)).segments
    return _Cleaned(text.page, kept, text) if len(kept) < len(text.segments) else text


def is_noise(text: str) -> bool:
    """Whether a piece of a line is a rating, a button, a badge or a lone sign; no product's field ever is."""
    if _RATING.search(text) or is_badge(text) or fold(text) in words("card_buttons"):
        return True
    return bool(_SIGNS.fullmatch(text)) and _CURRENCY_SIGNS.isdisjoint(text)


def is_dated(text: str) -> bool:
    """Whether a line is a date with its day and little else: it stands at news, never at a product."""
    dates = find_dates(text) if any(map(str.isdigit, text)) else ()
    return any(date.day and date.end - date.start >= _DATE_SHARE * len(text) for date in dates)


def find_prose(segments: Sequence[Segment], context: Context) -> frozenset[Segment]:
    """Lines of running text in which a price is only mentioned: "to layer light at home, from / £20."

    A caption's lines of one look that follow each other and read as one sentence.
    """
    runs: list[list[Segment]] = []
    for segment in segments:
        last = runs[-1][-1] if runs else None
        if last and segment.looks_like(last) and 0 < segment.box.y0 - last.box.y0 <= (1 + _LINE_GAP) * 1.3 * last.size:
            runs[-1].append(segment)
        else:
            runs.append([segment])
    return frozenset(segment for run in runs if _mentions_price(run, context) for segment in run)


def _mentions_price(run: Sequence[Segment], context: Context) -> bool:
    joined = " ".join(segment.text for segment in run)
    if len(run) < 2 or len(joined.split()) < _MIN_PROSE_WORDS or not is_sentence(joined):
        return False
    return bool(find_prices(joined, context.mark, context.dollar))
