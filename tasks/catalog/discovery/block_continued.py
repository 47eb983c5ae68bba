"""Tables that go on over the page's or the column's end, under their head printed again or "(continued)"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tasks.catalog.discovery.block_headings import Titled
from tasks.catalog.discovery.block_heads import Head
from tasks.catalog.names import clean_name, strip_continued
from tasks.catalog.vocabulary import fold

_EDGE_POINTS = 6.0


def find_continued(titled: Sequence[Titled], heads: Sequence[Head]) -> tuple[list[Titled], Mapping[Head, list[Head]]]:
    """The blocks that begin a product, and by their heads the heads whose rows go on with them.

    A head goes on with the last block before it where it stands without a heading, first in its column or under that
    block's table; or where its heading says so.
    """
    known = {one.region.head: one for one in titled}
    begun: list[Titled] = []
    parts: dict[Head, list[Head]] = defaultdict(list)
    tops = _tops(heads)
    for head in sorted({*heads, *known}, key=lambda head: (head.page, round(head.box.x0), head.box.y0)):
        own, last = known.get(head), begun[-1] if begun else None
        follows = last is not None and last.region.head.signature == head.signature and _is_next(last, head)
        if last and follows and (head in tops or _is_below(last, head) if own is None else _says_so(own, last)):
            parts[last.region.head].append(head)
        elif own is not None:
            begun.append(own)
    return begun, parts


def _tops(heads: Sequence[Head]) -> set[Head]:
    """The first head of each column."""
    return {
        head
        for head in heads
        if not any(
            other.page == head.page and other.box.y0 < head.box.y0 and other.box.x_overlap(head.box) > 0
            for other in heads
        )
    }


def _is_next(last: Titled, head: Head) -> bool:
    known = last.region.head
    return head.page - known.page in (0, 1) and abs(known.box.width - head.box.width) <= _EDGE_POINTS


def _is_below(last: Titled, head: Head) -> bool:
    """Whether a head stands in the last block's own column, under its table: a heading's second table."""
    known = last.region.head
    return head.page == known.page and abs(head.box.x0 - known.box.x0) <= _EDGE_POINTS and head.box.y0 > known.bottom


def _says_so(own: Titled, last: Titled) -> bool:
    text = " ".join(line.text for line in own.lines)
    name = strip_continued(text)
    before = clean_name([line.text for line in last.lines])
    return name != text and fold(clean_name(name)) == fold(strip_continued(before))
