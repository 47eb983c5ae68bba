"""Services and fees: rows with codes and prices that offer no goods, told by their column's label or their heading."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.catalog.boxes import Box
from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import is_sentence
from tasks.catalog.vocabulary import fold, words

_HEADING_RATIO = 1.15  # of the names under it
_MAX_HEADING_WORDS = 6
_ALIGNED = 0.8  # of the label's type size: how far its edge may be from the names' edge
_TOKENS = re.compile(r"[^\s'’.,:;/()–—]+")


def without_services(candidates: list[Candidate], texts: Sequence[PageText]) -> list[Candidate]:
    """Without rows whose name column is labelled "Service", and without all that stands under a heading of fees."""
    pages = {text.number: text for text in texts if any(_speaks_of_fees(one) for one in text.segments)}
    return [
        one
        for one in candidates
        if one.page not in pages
        or (box := one.product.provenance["name"].bbox) is None
        or not (_is_service(one, box, pages[one.page]) or _is_fee(box, pages[one.page]))
    ]


def _speaks_of_fees(segment: Segment) -> bool:
    return fold(segment.text) in words("service_labels") or _heads_fees(segment)


def _heads_fees(segment: Segment) -> bool:
    tokens = _TOKENS.findall(fold(segment.text))
    return (
        len(tokens) <= _MAX_HEADING_WORDS
        and not is_sentence(segment.text)
        and bool(set(tokens) & words("fee_words"))
        and not set(tokens) & words("price_list_words")
    )


def _is_service(one: Candidate, box: Box, text: PageText) -> bool:
    """Whether the column of a row's name is labelled so: "Leistung" over numbers is power, not over names."""
    labels = [label for label in text.segments if fold(label.text) in words("service_labels")]
    return one.product.method == "table" and any(
        label.box.y1 <= box.y0 + 1 and abs(label.box.x0 - box.x0) <= _ALIGNED * label.size for label in labels
    )


def _is_fee(box: Box, text: PageText) -> bool:
    """Whether the nearest heading over a name, larger than it, speaks of fees."""
    size = min((one.size for one in text.segments if one.box.y0 <= box.y1 and one.box.y1 >= box.y0), default=0.0)
    over = [
        one
        for one in text.segments
        if one.size >= _HEADING_RATIO * size and one.box.y1 <= box.y0 + 1 and one.box.x0 <= box.x1
    ]
    heading = max(over, key=lambda one: one.box.y1, default=None)
    return heading is not None and _heads_fees(heading)
