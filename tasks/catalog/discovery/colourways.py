"""A design under a large heading with its own specification, and below it or beside it its cards: its colourways.

What the cards have in common is the heading's: a price, and the facts that stand between the heading and the cards.
Cards of other products differ in price, or stand right under a heading that tells nothing but their group. Where the
cards show several patterns in their colours, the heading is a collection's and its facts are those of every card.
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
from tasks.catalog.discovery.materials import collection_name
from tasks.catalog.discovery.naming import Name, can_name, pick_name
from tasks.catalog.discovery.patterns import names_goods, split_patterns
from tasks.catalog.discovery.sections import keep_description
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.specifications import find_specification
from tasks.catalog.prices import find_prices
from tasks.catalog.products import Measure, Variant
from tasks.catalog.vocabulary import fold

_HEADING_RATIO = 1.5  # of the cards' names
_LINE_GAP = 0.4  # of the type size, between a heading's lines
_MIN_CARDS = 2  # of one design
_NEXT_RATIO = 0.9  # of a heading's size: so large a line below it heads the next design
_WORD = re.compile(r"\w+")
_STEM = re.compile(r"(?P<stem>(?=.*\d.*[-/. ]).*)[-/. ]\w+")
_EDGE_POINTS = 6.0
_STEP, _MIN_STEPS = re.compile(r"\s[›»→>/]\s"), 3
_PATH_LINES = 2.0  # of the heading's type size
_GOODS_SHARE = 0.5  # of the cards say what they are: other products, as companion pieces
_MIN_LABELS = 2  # facts that a design's specification tells
_OF_CLOTH = frozenset({"pattern_repeat", "abrasion", "fire_rating", "pile_height", "upholstery"})
_OF_ONE = frozenset({"sku", "gtin", "price", "list_price", "description", "brand"})  # not what all cards share


def find_colourways(cards: Sequence[Candidate], text: PageText, context: Context) -> list[Candidate] | None:
    """The designs of a page with their cards as variants; None where any card is not of a documented heading, or half
    of them say that they are other goods.
    """
    views = [one for one in cards if not one.evidence - {"image", "grid"}]
    cards = [one for one in cards if one not in views]
    if len(cards) < _MIN_CARDS or any(not one.evidence & {"sku", "price"} for one in cards):
        return None
    if sum(names_goods(one.product.name) for one in cards) >= _GOODS_SHARE * len(cards):
        return None
    size = max(_name_size(one, text) for one in cards)
    headings = _join_lines([
        one for one in text.segments if one.size >= _HEADING_RATIO * size and can_name(one) and not _in_cell(one, cards)
    ])  # fmt: skip
    owned: dict[Segment, list[Candidate]] = defaultdict(list)
    for card in cards:
        above = [one for one in headings if _is_over(one, card)]
        if not above:
            return None
        owned[max(above, key=lambda one: one.box.y0)].append(card)
    shown = {heading: [one for one in views if _is_view(one, heading)] for heading in owned}
    if sum(map(len, shown.values())) < len(views):
        return None
    found = [_read_design(heading, own, shown[heading], text, context) for heading, own in owned.items()]
    if not all(found) or not any(len(own) >= _MIN_CARDS for own in owned.values()):
        return None
    return [one for read in found for one in read]


def _join_lines(headings: Sequence[Segment]) -> list[Segment]:
    """Headings, those of several lines as one: "Wren &" / "Bough"."""
    joined: list[Segment] = []
    for one in headings:
        upper = joined[-1] if joined else None
        near = upper is not None and abs(one.box.y0 - upper.box.y1) <= _LINE_GAP * one.size
        if upper is not None and near and one.looks_like(upper) and abs(one.box.x0 - upper.box.x0) <= _EDGE_POINTS:
            words = (*upper.words, *one.words)
            joined[-1] = upper._replace(text=f"{upper.text} {one.text}", box=union([upper.box, one.box]), words=words)
        else:
            joined.append(one)
    return joined


def _is_over(heading: Segment, card: Candidate) -> bool:
    """Whether a heading stands above a card, not right of its left edge, or left of it and no lower than it begins."""
    above = heading.box.y1 <= card.cell.y0 and heading.box.x0 <= card.cell.x0 + _EDGE_POINTS
    return above or (heading.box.x1 <= card.cell.x0 and heading.box.y0 <= card.cell.y0 + heading.size)


def _find_facts(
    heading: Segment, cards: Sequence[Candidate], views: Sequence[Candidate], text: PageText
) -> tuple[Segment, ...]:
    """What stands between a heading and its cards; in the column under the heading, where they stand right of it."""
    left = min(one.cell.x0 for one in cards)
    if heading.box.y1 <= min(one.cell.y0 for one in cards) or heading.box.x1 > left:
        return text.between(heading.box.y1, min(one.cell.y0 for one in (*cards, *views))).segments
    column = [one for one in text.segments if one.box.x1 <= left and one.box.y0 >= heading.box.y1 - 1]
    ends = [one.box.y0 for one in column if one.size >= _NEXT_RATIO * heading.size]
    bottom = min([*ends, max(one.cell.y1 for one in cards) + heading.size])
    return tuple(one for one in column if one.box.y0 < bottom)


def _is_view(one: Candidate, heading: Segment) -> bool:
    """Whether a captioned picture shows a design itself: "Marchmont 7716/01 shown at 50%"."""
    name, design = (_WORD.findall(fold(text)) for text in (one.product.name, heading.text))
    return name[: len(design)] == design


def _read_design(
    heading: Segment, cards: Sequence[Candidate], views: Sequence[Candidate], text: PageText, context: Context
) -> list[Candidate]:
    """A heading's design with its cards as variants, or the cards themselves; [] where it has too few facts."""
    prices = {Decimal(one.product.price): one.product.price for one in cards if one.product.price}
    name = pick_name([heading], text.page.width)
    if len(prices) > 1 or name is None:
        return []
    facts = _find_facts(heading, cards, views, text)
    fields = Fields(context)
    fields.read(facts)
    told = {Decimal(price.amount) for one in facts for price in find_prices(one.text, context.mark, context.dollar)}
    if fields.labelled < _MIN_LABELS or (told and not told & prices.keys()):
        return []
    colours = split_patterns([one.product.name for one in cards])
    if not colours and not (_tell_cloth(fields) and _share_stem(cards, fields)):
        if not find_specification(facts):
            return []
        colours = [None] * len(cards)
    if colours and not views:
        return [_of_collection(one, colour, name, fields) for one, colour in zip(cards, colours, strict=True)]
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
    return [_with_cards(found, cards, views, context)]


def _tell_cloth(facts: Fields) -> bool:
    """Whether a design's facts are those of cloth or paper, which is sold by pattern: of floors each card is sold."""
    weight = facts.values.get("weight")
    by_area = isinstance(weight, Measure) and "/" in (weight.unit or "")
    return "%" in (facts.text("material") or "") or by_area or bool(_OF_CLOTH & facts.values.keys())


def _share_stem(cards: Sequence[Candidate], facts: Fields) -> bool:
    """Whether the cards' codes are one design's: none, or the same number before a last part ("F4512/01")."""
    codes = [one.product.sku for one in cards if one.product.sku]
    own = facts.text("sku")
    if own and all(code.startswith(own) for code in codes):
        return True
    stems = {match["stem"] if (match := _STEM.fullmatch(code)) else code for code in codes}
    return len(stems) <= 1


def _of_collection(card: Candidate, colour: str | None, collection: Name, facts: Fields) -> Candidate:
    """A card with its colour, its collection and what the heading's facts say of all cards."""
    product, context = card.product, facts.context
    told = {field: value for field, value in facts.values.items() if field not in _OF_ONE}
    boxes = {field: facts.boxes[field] for field in told if field in facts.boxes} | {"collection": collection.box}
    own = product.provenance["name"].bbox or card.cell
    update = {
        "attributes": told
        | {"collection": collection_name(collection.text)}
        | ({"colours": colour} if colour else {})
        | product.attributes,
        "provenance": {field: context.place(card.page, box) for field, box in boxes.items()}
        | ({"colours": context.place(card.page, own)} if colour else {})
        | product.provenance,
    }
    more = evidence_of(facts) & {"size", "labels"}
    return card._replace(product=product.model_copy(update=update), evidence=card.evidence | more)


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
