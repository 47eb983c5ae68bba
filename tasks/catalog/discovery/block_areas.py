"""What a block takes of its page: from its heading to the next one in the same column, and the text and codes there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box
from tasks.catalog.codes import is_code
from tasks.catalog.discovery.block_headings import Titled, same_look, split_by_height
from tasks.catalog.discovery.block_heads import Row
from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.grid import Picture
from tasks.catalog.discovery.labels import read_label, split_label
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.materials import material_kind
from tasks.catalog.discovery.naming import can_name
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.vocabulary import fold

_ABOVE_SHARE = 0.4  # of the heading's size: what stands beside a heading begins no higher
_LARGER = 1.15  # a line set larger than the headings by this ends a block: the next part of the document
_STRONGER = 1.05  # ... a heading in bold type is set larger than the table's cells by this
_FOOT_LINES = 4.0  # of the type size: text further below a block's last line is none of it
_TEMPLATE_SHARE = 0.5  # of the blocks have a text that is the form's, not the product's
_MIN_TEMPLATE = 3
_BESIDE_CODE = re.compile(r"(?=.*\d)(?=.*[A-Z])[A-Z\d][A-Z\d ./-]{1,11}")
_LEADING_DIGITS = 3  # of a plain number before a name
_CODED_SHARE = 0.7  # of the headings have a code beside them
_UPCHARGE = re.compile(r"\+\s?[^\w\s]?\s?\d[\d.,]*(?:\s?[^\w\s]|\s?[A-Z]{3})?")
_OPTION_CELLS = 2
_MIN_LABELS = 2  # of another table's head


class Area(NamedTuple):
    """What a block takes of its page."""

    titled: Titled
    box: Box


def find_area(one: Titled, others: Sequence[Titled], text: PageText) -> Area:
    """From the heading to the next one below it in the same column, as wide as the column."""
    head = one.region.head
    left, top = one.region.left, one.box.y0 - _ABOVE_SHARE * one.lines[0].size
    right = min(
        (min(other.box.x0, other.region.head.box.x0) for other in others
         if min(other.box.x0, other.region.head.box.x0) >= head.box.x1 - 1),
        default=text.page.width,
    )  # fmt: skip
    bottom = min(
        (other.box.y0 - _ABOVE_SHARE * other.lines[0].size for other in others
         if other.box.y0 > one.box.y0 and other.region.left < right and other.region.head.box.x1 > left
         and other.box.x0 < right and other.region.head.box.x1 > one.box.x0),
        default=text.page.height,
    )  # fmt: skip
    foot = head.bottom
    headings = [
        segment.box.y0
        for segment in text.segments
        if foot < segment.box.y0 < bottom
        and left <= segment.box.center[0] <= right
        and any(_ends(part, one) for part in split_by_height(segment))
    ]
    across = [row[0].box.y0 for row in read_rows(text.segments) if _heads_wider(row, left, right, foot, bottom)]
    return Area(one, Box(left, top, right, min([bottom, *headings, *across])))


def _heads_wider(row: Sequence[Segment], left: float, right: float, foot: float, bottom: float) -> bool:
    """Whether labels below a block's table stand over its column and the next: the head of another table."""
    labels = [one for one in row if read_label(one.text)]
    return (
        len(labels) >= _MIN_LABELS
        and all(foot < one.box.y0 < bottom for one in labels)
        and any(left <= one.box.center[0] <= right for one in row)
        and labels[-1].box.x0 >= right
        and not any(char.isdigit() for one in row for char in one.text)
    )


def _ends(part: Segment, one: Titled) -> bool:
    """Whether a line below a table ends its block: set larger than the headings or as they are, or in bold type
    larger than the table's left of heading and table, where only the block's picture stands.
    """
    left = min(one.box.x0, one.region.head.box.x0)
    cells = max(cell.size for row in one.region.head.rows for cell in row)
    larger = part.bold and not part.from_ocr and part.size > _STRONGER * cells
    upright = part.box.width < part.box.height  # a tab at the page's edge
    apart = larger and not upright and part.box.x1 < left and can_name(part)
    return apart or part.size > _LARGER * one.lines[0].size or same_look(part, one.look)


def _inside(segment: Segment, box: Box) -> bool:
    x, y = segment.box.center
    return box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1


def find_template(texts: Sequence[PageText], areas: Sequence[Area]) -> frozenset[str]:
    """Texts that most blocks have: what their form says of each of them ("Step 1"), folded."""
    pages = {text.number: text for text in texts}
    counts: Counter[str] = Counter()
    for area in areas:
        segments = pages[area.titled.region.head.page].segments
        inside = (one.text for one in segments if _inside(one, area.box))
        counts.update({fold(one) for one in inside if split_label(one) is None and material_kind(one) is None})
    needed = max(_MIN_TEMPLATE, _TEMPLATE_SHARE * len(areas))
    return frozenset(
        text
        for text, count in counts.items()
        if count >= needed and not any(map(str.isdigit, text)) and read_label(text) is None
    )


def find_codes(pages: Mapping[int, PageText], areas: Sequence[Area]) -> frozenset[str]:
    """Codes before the names ("4501 Side chair"), or short texts with a digit beside them ("TE 10"), where nearly all
    headings have one and no two the same.
    """
    first = [area.titled.lines[0].text.split() for area in areas]
    coded = [tokens[0] for tokens in first if len(tokens) > 1 and _is_leading_code(tokens[0])]
    if len(coded) >= _CODED_SHARE * len(areas) and len(set(coded)) == len(coded):
        return frozenset(coded)
    found = []
    for area in areas:
        segments = pages[area.titled.region.head.page].segments
        beside = (one for one in segments if _inside(one, area.box) and one.box.y_overlap(area.titled.box) > 0.5)
        found += [one.text for one in beside if _BESIDE_CODE.fullmatch(one.text)][:1]
    enough = len(found) >= _CODED_SHARE * len(areas) and len(set(found)) == len(found)
    return frozenset(found) if enough else frozenset()


def _is_leading_code(token: str) -> bool:
    return is_code(token) or (token.isdigit() and len(token) >= _LEADING_DIGITS)


def read_body(area: Area, text: PageText, table: Sequence[Row], pictures: Sequence[Picture]) -> list[Segment]:
    """A block's text beside its heading and table; a line far below all of it is the page's foot."""
    head = area.titled.region.head
    labels = {word.box for floor in head.floors for cell in floor for word in cell.words}
    cells = {word.box for row in table for cell in row for word in cell.words}
    title = {word.box for line in area.titled.lines for word in line.words}
    taken = labels | cells | title
    parts = [part for segment in text.segments if _inside(segment, area.box) for part in split_by_height(segment)]
    free = [part for part in parts if not any(word.box in taken for word in part.words)]
    bottom = max([head.bottom, *(picture.box.y1 for picture in pictures)])
    kept = []
    for part in sorted(free, key=lambda part: part.box.y0):
        if part.box.y0 - bottom > _FOOT_LINES * part.size:
            break
        kept.append(part)
        bottom = max(bottom, part.box.y1)
    return kept


def find_options_of(body: Sequence[Segment]) -> set[Segment]:
    """Cells of lines that tell what an option adds to the price ("CR Polished chrome +$84")."""
    found: set[Segment] = set()
    for added in (one for one in body if _UPCHARGE.fullmatch(one.text)):
        before = [one for one in body if one.box.x1 <= added.box.x0 and one.box.y_overlap(added.box) > 0.5]
        found |= {added, *sorted(before, key=lambda one: one.box.x1)[-_OPTION_CELLS:]}
    return found
