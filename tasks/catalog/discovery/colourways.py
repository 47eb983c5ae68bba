"""A design under a large heading with its own specification, and below it a row of cards: its colourways.

What the cards have in common is the heading's: a price, and the facts that stand between the heading and the cards.
Cards of other products differ in price, or stand right under a heading that tells nothing but their group.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from tasks.catalog.boxes import union
from tasks.catalog.discovery.candidates import Candidate, evidence_of, make_candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import Fields
from tasks.catalog.discovery.labels import read_label
from tasks.catalog.discovery.naming import can_name, pick_name
from tasks.catalog.discovery.sections import keep_description
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.prices import find_prices
from tasks.catalog.products import Variant
from tasks.catalog.vocabulary import fold

_HEADING_RATIO = 1.5  # of the cards' names
_MIN_CARDS = 2  # of one design
_EDGE_POINTS = 6.0
_STEP, _MIN_STEPS = re.compile(r"\s[›»→>/]\s"), 3
_PATH_LINES = 2.0  # of the heading's type size
_MIN_LABELS = 2  # facts that a design's specification tells


def find_colourways(cards: Sequence[Candidate], text: PageText, context: Context) -> list[Candidate] | None:
    """The designs of a page with their cards as variants; None where any card is not of a documented heading."""
    views = [one for one in cards if not one.evidence - {"image", "grid"}]
    cards = [one for one in cards if one not in views]
    if len(cards) < _MIN_CARDS or any(not one.evidence & {"sku", "price"} for one in cards):
        return None
    size = max(_name_size(one, text) for one in cards)
    headings = [
        one for one in text.segments if one.size >= _HEADING_RATIO * size and can_name(one) and not _in_cell(one, cards)
    ]
    owned: dict[Segment, list[Candidate]] = defaultdict(list)
    for card in cards:
        above = [one for one in headings if one.box.y1 <= card.cell.y0 and one.box.x0 <= card.cell.x0 + _EDGE_POINTS]
        if not above:
            return None
        owned[max(above, key=lambda one: one.box.y0)].append(card)
    shown = {heading: [one for one in views if _is_view(one, heading)] for heading in owned}
    if sum(map(len, shown.values())) < len(views):
        return None
    found = [_read_design(heading, own, shown[heading], text, context) for heading, own in owned.items()]
    read = [one for one in found if one is not None]
    return read if len(read) == len(found) and any(len(own) >= _MIN_CARDS for own in owned.values()) else None


def _is_view(one: Candidate, heading: Segment) -> bool:
    """Whether a captioned picture shows a design itself: "Marchmont 7716/01 shown at 50%"."""
    return f"{fold(one.product.name)} ".startswith(f"{fold(heading.text)} ")


def _read_design(
    heading: Segment, cards: Sequence[Candidate], views: Sequence[Candidate], text: PageText, context: Context
) -> Candidate | None:
    prices = {Decimal(one.product.price): one.product.price for one in cards if one.product.price}
    name = pick_name([heading], text.page.width)
    if len(prices) > 1 or name is None:
        return None
    facts = text.between(heading.box.y1, min(one.cell.y0 for one in (*cards, *views))).segments
    fields = Fields(context)
    fields.read(facts)
    told = {Decimal(price.amount) for one in facts for price in find_prices(one.text, context.mark, context.dollar)}
    if fields.labelled < _MIN_LABELS or (told and not told & prices.keys()):
        return None
    if prices and "price" not in fields.values:
        fields.currency = cards[0].product.currency
        fields.put("price", next(iter(prices.values())), cards[0].cell)
    if path := _find_path(heading, text):
        fields.put("collection", path[0], path[1].box)
    keep_description(fields, name)
    evidence = evidence_of(fields)
    evidence.add("labels")
    cell = union([heading.box, *(one.box for one in facts), *(one.cell for one in cards)])
    found = make_candidate(name.text, heading.box, fields, text.number, cell, "spec", evidence)
    return _with_cards(found, cards, views, context)


def _find_path(heading: Segment, text: PageText) -> tuple[str, Segment] | None:
    """The collection in the path over a heading: "Home › Collections › Volume II › Hedge Trail", and its line."""
    for line in text.segments:
        steps = _STEP.split(line.text)
        over = 0 <= heading.box.y0 - line.box.y0 <= _PATH_LINES * heading.size
        if not over or len(steps) < _MIN_STEPS or fold(steps[-1]) != fold(heading.text):
            continue
        for kind, collection in pairwise(steps[:-1]):
            label = read_label(kind) or read_label(kind.removesuffix("s"))
            if label and label.field == "collection":
                return collection.strip(), line
    return None


def _with_cards(main: Candidate, cards: Sequence[Candidate], views: Sequence[Candidate], context: Context) -> Candidate:
    variants = tuple(
        Variant(name=one.product.name, sku=one.product.sku, price=one.product.price, currency=one.product.currency)
        for one in cards
    )
    places = {
        f"variants.{one.product.sku or one.product.name}": context.place(
            one.page, one.product.provenance["name"].bbox or one.cell
        )
        for one in cards
    }
    update = {
        "variants": variants,
        "images": tuple(link for one in (*views, *cards) for link in one.product.images),
        "provenance": {**places, **main.product.provenance},
    }
    return main._replace(product=main.product.model_copy(update=update), evidence=main.evidence | {"image", "sku"})


def _in_cell(one: Segment, cards: Sequence[Candidate]) -> bool:
    return any(one.box.intersection(card.cell) > 0.5 * one.box.area for card in cards)


def _name_size(one: Candidate, text: PageText) -> float:
    """The type size of a candidate's name, in points."""
    place = one.product.provenance["name"].bbox
    return max((s.size for s in text.segments if place and s.box.intersection(place) > 0.5 * s.box.area), default=0.0)
