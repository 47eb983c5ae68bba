"""Running headers, footers and page numbers: lines that stand at the same place of many pages' margins.

Only margins count. "Material: oak" at the same place of every product's page is a specification and stays.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.pages import Line, Page

_MARGIN_SHARE = 0.10  # of the page's height at the top and at the bottom
_SIDE_SHARE = 0.06  # of the page's width at the left and right: thumb indexes
_MIN_PAGES = 3
_MIN_SHARE = 0.3  # of the pages that have text
_PLACE_STEP_POINTS = 6.0
_NUMBER = re.compile(r"\d+")


class LineKey(NamedTuple):
    """A line by page and its position in `Page.lines`."""

    page: int
    position: int


def find_running_lines(pages: Sequence[Page]) -> frozenset[LineKey]:
    """Lines that repeat, text and place, on at least 3 pages and 30 % of the pages; numbers may follow the page's."""
    groups: dict[tuple[str, int, int], list[tuple[LineKey, tuple[int, ...]]]] = defaultdict(list)
    for page in pages:
        for position, line in enumerate(page.lines):
            if _in_margin(line, page):
                numbers = tuple(int(number) for number in _NUMBER.findall(line.text)[:4])
                groups[_place(line, page)].append((LineKey(page.number, position), numbers))
    needed = max(_MIN_PAGES, _MIN_SHARE * sum(bool(page.blocks) for page in pages))
    found: set[LineKey] = set()
    for members in groups.values():
        repeated = _same_or_folio(members)
        if len({key.page for key in repeated}) >= needed:
            found.update(repeated)
    return frozenset(found)


def _in_margin(line: Line, page: Page) -> bool:
    top, bottom = page.height * _MARGIN_SHARE, page.height * (1 - _MARGIN_SHARE)
    left, right = page.width * _SIDE_SHARE, page.width * (1 - _SIDE_SHARE)
    box = line.box
    return box.y1 <= top or box.y0 >= bottom or box.x1 <= left or box.x0 >= right


def _place(line: Line, page: Page) -> tuple[str, int, int]:
    """Text with its numbers masked, and a cell of the page; x is from the nearer edge, as facing pages mirror."""
    text = _NUMBER.sub("0", " ".join(line.text.casefold().split()))
    edge = min(line.box.x0, page.width - line.box.x1)
    # A page number grows with its digits, so the place along x is left out for bare numbers.
    column = -1 if not text.strip("0 -–|/.") else round(edge / (4 * _PLACE_STEP_POINTS))
    return text, round(line.box.y0 / _PLACE_STEP_POINTS), column


def _same_or_folio(members: list[tuple[LineKey, tuple[int, ...]]]) -> set[LineKey]:
    """Members whose numbers are all alike, or that hold the page's number plus one constant."""
    alike = Counter(numbers for _, numbers in members)
    offsets = Counter(offset for key, numbers in members for offset in {number - key.page for number in numbers})
    common_numbers, _ = alike.most_common(1)[0]
    common_offset = offsets.most_common(1)[0][0] if offsets else None
    return {
        key
        for key, numbers in members
        if numbers == common_numbers or any(number - key.page == common_offset for number in numbers)
    }
