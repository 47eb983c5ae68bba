"""A product on two facing pages: its picture and name on the first, a specification without a name on the second."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.naming import Name, can_name
from tasks.catalog.discovery.sections import read_alone
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import clean_name

_DISPLAY_RATIO = 1.8  # of the body's type: a name set so heads its page
_LARGEST_RATIO = 1.25  # of all else on that page
_MAX_WORDS = 60  # on the page of the picture
_SURE = frozenset({"sku", "price", "size"})  # what a specification must have of


def read_spreads(texts: Sequence[PageText], candidates: Sequence[Candidate], context: Context) -> list[Candidate]:
    """A candidate for each specification without a name that follows the page of a picture and a name."""
    taken = {one.page for one in candidates}
    found = []
    for shown, told in pairwise(texts):
        if {shown.number, told.number} & taken or not shown.page.images or _display(told, context):
            continue
        heading = _sole_heading(shown, context)
        one = read_alone(_name(heading), told, context) if heading and told.segments else None
        if one and heading and one.evidence & _SURE:
            places = {**one.product.provenance, "name": context.place(shown.number, heading.box)}
            update = {"pages": (shown.number, told.number), "provenance": places}
            found.append(one._replace(product=one.product.model_copy(update=update)))
            taken |= {shown.number, told.number}
    return found


def _display(text: PageText, context: Context) -> bool:
    """Whether a page has a heading of its own that can name a product."""
    return any(one.size >= _DISPLAY_RATIO * context.body_size and can_name(one) for one in text.segments)


def _sole_heading(text: PageText, context: Context) -> Segment | None:
    """The page's one line in display type, where little else stands on it."""
    ranked = sorted(text.segments, key=lambda one: -one.size)
    if not ranked or sum(len(one.text.split()) for one in ranked) > _MAX_WORDS or not can_name(ranked[0]):
        return None
    largest = ranked[0].size >= _LARGEST_RATIO * max((one.size for one in ranked[1:]), default=0.0)
    return ranked[0] if largest and ranked[0].size >= _DISPLAY_RATIO * context.body_size else None


def _name(heading: Segment) -> Name:
    return Name(clean_name(heading.text), heading.box, (heading,))
