"""Pages of cards: pictures side by side, each with a name, one code and one price; their rows are no table.

Set in columns, the lines of such cards stand in rows, and look to any reader of tables like cells.
"""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.boxes import Box
from tasks.catalog.codes import find_code
from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.grid import Picture, find_grid
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import is_price_line
from tasks.catalog.prices import find_prices

_MIN_CARDS = 3
_DOCUMENTED_SHARE = 0.9  # of the captioned pictures have a code or a price
_PICTURED_SHARE = 0.75  # of the page's pictures are cards'
_OUTSIDE_SHARE = 0.1  # so many codes and prices, of all cards, may stand elsewhere
_MOST_CODES, _MOST_PRICES = 1, 2  # on a card: what it costs now and did before
_IN_CELL, _ROW_OVERLAP = 0.5, 0.5


def is_card_page(text: PageText, pictures: Sequence[Picture], context: Context) -> bool:
    """Whether pictures side by side, each with one code or price, tell all that the page sells."""
    if len(pictures) < _MIN_CARDS or not _are_side_by_side([one.box for one in pictures]):
        return False
    found = find_grid(text, pictures, context)
    cards = [one for one in found if one.evidence & {"sku", "price"}]
    if len(cards) < max(_MIN_CARDS, _DOCUMENTED_SHARE * len(found), _PICTURED_SHARE * len(pictures)):
        return False
    if not _are_side_by_side([one.cell for one in cards]) or not all(_is_simple(one, text, context) for one in cards):
        return False
    cells = [one.cell for one in cards]
    outside = [one for one in text.segments if not any(_is_in(one.box, cell) for cell in cells)]
    return sum(_is_told(one, context) for one in outside) <= _OUTSIDE_SHARE * len(cards)


def _are_side_by_side(boxes: Sequence[Box]) -> bool:
    """Whether most boxes have another one beside them, at their own height."""
    beside = [
        one
        for one in boxes
        if any(one.y_overlap(other) > _ROW_OVERLAP and one.x_overlap(other) <= 0 for other in boxes if other != one)
    ]
    return len(beside) > len(boxes) / 2


def _is_simple(one: Candidate, text: PageText, context: Context) -> bool:
    inside = [segment for segment in text.segments if _is_in(segment.box, one.cell)]
    codes = {code for segment in inside if (code := find_code(segment.text)) and not is_price_line(segment.text)}
    prices = sum(is_price_line(segment.text) for segment in inside)
    return len(codes) <= _MOST_CODES and prices <= _MOST_PRICES


def _is_told(segment: Segment, context: Context) -> bool:
    """Whether a line is a price, or a code and nothing else."""
    if is_price_line(segment.text) and find_prices(segment.text, context.mark, context.dollar):
        return True
    return find_code(segment.text) == segment.text


def _is_in(box: Box, cell: Box) -> bool:
    return box.intersection(cell) > _IN_CELL * box.area
