"""Offers of leaflets: a name, a few words and a price in display type, wherever on the page they stand.

Over a photograph that shows several of them, beside it, or without any picture: what makes the product is the price
tag under its name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from decimal import Decimal
from typing import NamedTuple

from tasks.catalog.boxes import union
from tasks.catalog.discovery.bare_prices import read_bare_amount
from tasks.catalog.discovery.candidates import Candidate, evidence_of, make_candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import Fields
from tasks.catalog.discovery.layout import Group
from tasks.catalog.discovery.naming import Name, can_name, pick_name
from tasks.catalog.discovery.sections import keep_description
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import is_price_line
from tasks.catalog.prices import find_prices

_MIN_OFFERS = 2  # on a page, with the products read otherwise that have a price
_LOUD_RATIO = 1.2  # of the name's type size
_NAME_RATIO = 1.15  # of the words under a name, where it is not bold
_REACH_LINES = 2.5  # of the tag's or the name's type size, from the last line over the tag
_EDGE_POINTS, _FLUSH_POINTS = 12.0, 4.0


class _Tag(NamedTuple):
    segment: Segment
    amount: str
    currency: str | None


class _Offer(NamedTuple):
    name: Name
    group: Group
    tag: _Tag


def with_offers(found: list[Candidate], text: PageText, context: Context) -> list[Candidate]:
    """The page's products with the offers that nothing else read; alone, where they are more than bare sections."""
    offers = _find_offers(text, context)
    if not offers:
        return found
    sections = [one for one in found if one.product.method == "spec" and not one.product.images]
    if len(sections) == len(found) < len(offers):
        found = []
    known = [box for one in found if (box := one.product.provenance["name"].bbox)]
    new = [one for one in offers if not any(one.name.box.intersection(box) > 0 for box in known)]
    priced = sum("price" in one.evidence for one in found)
    if not new or len(new) + priced < _MIN_OFFERS:
        return found
    shapes = {_shape(one.product.sku) for one in found if one.product.sku}
    return [*found, *(_read_offer(one, text, context, shapes) for one in new)]


def _shape(code: str) -> str:
    return re.sub(r"\d", "0", code)


def _find_offers(text: PageText, context: Context) -> list[_Offer]:
    """Each loud price with the name that stands nearest above it; a name has one price."""
    tags = [tag for segment in text.segments if (tag := _read_tag(segment, context))]
    offers: dict[Segment, tuple[float, _Offer]] = {}
    for tag in tags:
        near = [(tag.segment.box.y0 - group.box.y0, group) for group in text.groups if _stands_over(group, tag)]
        if not near:
            continue
        distance, nearest = min(near, key=lambda one: one[0])
        group = _with_heading(nearest, text.groups)
        name = pick_name(group.segments, group.box.width)
        if name is None or not _is_titled(name, group) or tag.segment.size < _LOUD_RATIO * name.segments[0].size:
            continue
        other = offers.get(name.segments[0])
        if other is None or distance < other[0]:
            offers[name.segments[0]] = (distance, _Offer(name, group, tag))
    return [offer for _, offer in offers.values()]


def _read_tag(segment: Segment, context: Context) -> _Tag | None:
    if amount := read_bare_amount(segment.text, context):
        return _Tag(segment, amount, context.currency)
    found = find_prices(segment.text, context.mark, context.dollar)
    if len(found) == 1 and is_price_line(segment.text):
        return _Tag(segment, found[0].amount, found[0].currency)
    return None


def _stands_over(group: Group, tag: _Tag) -> bool:
    """Whether a text begins above a price, at its column, and ends at it."""
    box, first = tag.segment.box, group.segments[0]
    reach = _REACH_LINES * max(first.size, tag.segment.size / _REACH_LINES)
    over = first.box.y1 <= box.center[1] and box.y0 - group.box.y1 <= reach
    column = group.box.x0 - _EDGE_POINTS <= box.x0 <= group.box.x1
    return over and column and any(can_name(one) for one in group.segments)


def _with_heading(group: Group, groups: Sequence[Group]) -> Group:
    """A text with the heading right over it, which is set too large to be its first line."""
    first = group.segments[0]
    over = [
        other
        for other in groups
        if other.segments[-1].size >= _NAME_RATIO * first.size
        and abs(other.box.x0 - group.box.x0) <= _FLUSH_POINTS
        and -first.size <= first.box.y0 - other.box.y1 <= other.segments[-1].size
    ]
    return Group((*over[0].segments, *group.segments), union([over[0].box, group.box])) if len(over) == 1 else group


def _is_titled(name: Name, group: Group) -> bool:
    """Whether a text begins with its name, set bold or larger than the words under it."""
    first, others = name.segments[0], [one for one in group.segments if one not in name.segments]
    if first != group.segments[0]:
        return False
    return first.bold or (bool(others) and first.size >= _NAME_RATIO * max(one.size for one in others))


def _read_offer(offer: _Offer, text: PageText, context: Context, shapes: Set[str]) -> Candidate:
    tag, name = offer.tag, offer.name
    inside = union([offer.group.box, tag.segment.box])
    own = [
        one for one in text.segments if one in offer.group.segments or one.box.intersection(inside) > 0.5 * one.box.area
    ]
    amounts = [(other, one) for one in own if one is not tag.segment and (other := _read_tag(one, context))]
    before = [(other, one) for other, one in amounts if Decimal(other.amount) > Decimal(tag.amount)]
    fields = Fields(context)
    fields.currency = tag.currency
    fields.put("price", tag.amount, tag.segment.box)
    if before:
        old, line = max(before, key=lambda one: Decimal(one[0].amount))
        fields.put("list_price", old.amount, line.box)
    told = {one for _, one in amounts} | {tag.segment}
    fields.read([one for one in own if one not in told], keep=frozenset(name.segments))
    for one in own:
        code = one.text.split()[-1]
        if one not in name.segments and any(map(str.isdigit, code)) and _shape(code) in shapes:
            fields.put("sku", code, one.box)  # written as the codes of the other products
    keep_description(fields, name)
    cell = union([inside, *(one.box for one in own)])
    return make_candidate(name.text, name.box, fields, text.number, cell, "spec", evidence_of(fields))
