"""A page's main product over a row of cards of others: its heading is far larger, its specification stands apart."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.boxes import Box
from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.grid import Picture
from tasks.catalog.discovery.sections import find_sections

_MIN_CARDS = 2
_HEADING_RATIO = 1.4  # of the cards' names
_IN_CELL = 0.5


def with_main_product(
    cards: list[Candidate], text: PageText, pictures: Sequence[Picture], context: Context
) -> list[Candidate]:
    """Captioned cards after the one product that the rest of the page documents with a code or price and more.

    The main product's heading may be the caption of its own picture: a name far larger than those of all cards.
    """
    if len(cards) < _MIN_CARDS or any(one.product.method != "grid" for one in cards):
        return cards
    given, cards = cards, _without_heading(cards, text)
    cells = [one.cell for one in cards]
    rest = text.only(lambda segment: not _is_in(segment.box, cells))
    largest = max(_name_size(one, text) for one in cards)
    if not any(segment.size >= _HEADING_RATIO * largest for segment in rest.segments):
        return given
    others = [one for one in pictures if not _is_in(one.box, cells)]
    found = find_sections(rest, others, context)
    if len(found) != 1 or _name_size(found[0], rest) < _HEADING_RATIO * largest or not _is_documented(found[0]):
        return given
    return [found[0], *cards]


def _without_heading(cards: list[Candidate], text: PageText) -> list[Candidate]:
    """The cards without the one whose name is far larger than the others' names."""
    *others, largest = sorted(cards, key=lambda one: _name_size(one, text))
    if _name_size(largest, text) < _HEADING_RATIO * _name_size(others[-1], text):
        return cards
    return [one for one in cards if one is not largest]


def _is_in(box: Box, cells: Sequence[Box]) -> bool:
    return any(box.intersection(cell) > _IN_CELL * box.area for cell in cells)


def _name_size(one: Candidate, text: PageText) -> float:
    """The type size of a candidate's name, in points."""
    name = one.product.provenance["name"].bbox
    return max((s.size for s in text.segments if name and s.box.intersection(name) > 0), default=0.0)


def _is_documented(one: Candidate) -> bool:
    """A collection's introduction over its products has sizes and materials at most."""
    return bool(one.evidence & {"sku", "price"}) and bool(one.evidence & {"labels", "size"})
