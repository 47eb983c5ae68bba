"""One size for all cards under a heading: "plank 184 x 1219 mm, unless marked", once, over captioned pictures."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.boxes import union
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import AXES
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.told_facts import tell_facts
from tasks.catalog.names import is_sentence
from tasks.catalog.products import AttributeValue, Place

_MIN_CARDS = 3
_OWN_SHARE = 0.5  # fewer cards than this may have a size of their own
_MAX_WORDS, _FLUSH_POINTS = 9, 3.0
_REACH_SHARE = 0.15  # of the page's height: the line stands at the cards' heading, not further up


def with_shared_size(cards: Sequence[Candidate], text: PageText, context: Context) -> list[Candidate]:
    """The cards without a size with the only one that a short line over all of them gives."""
    own = [one for one in cards if "size" in one.evidence]
    captioned = all(one.product.method == "grid" and "grid" in one.evidence for one in cards)
    if len(cards) < _MIN_CARDS or not captioned or len(own) > _OWN_SHARE * len(cards):
        return list(cards)
    documented = [one for one in cards if one.evidence - {"image", "grid"}] or cards  # the others are headings
    area = union(one.cell for one in documented)
    told = [one for one in text.segments if _stands_over(one, area.y0, text) and _tells_size(one, context)]
    if len(told) != 1:
        return list(cards)
    (size,) = find_sizes(told[0].text, context.mark, context.unit, context.axes)
    place = context.place(cards[0].page, told[0].box)
    measures = {**size.measures, **_read_thickness(told[0], text, context)}
    return [_sized(one, measures, place) if one in documented and one not in own else one for one in cards]


def _read_thickness(told: Segment, text: PageText, context: Context) -> dict[str, AttributeValue]:
    """The thickness in the line right under the size's: "13×13 cm" / "Espessura 8 mm"."""
    under = [
        one
        for one in text.segments
        if abs(one.box.x0 - told.box.x0) <= _FLUSH_POINTS and -_FLUSH_POINTS <= one.box.y0 - told.box.y1 <= told.size
    ]
    facts = tell_facts(under[0].text, context.mark) if under else {}
    return {field: value for field, value in facts.items() if field == "thickness"}


def _stands_over(one: Segment, top: float, text: PageText) -> bool:
    return one.box.y1 <= top + 1 and top - one.box.y1 <= _REACH_SHARE * text.page.height


def _tells_size(one: Segment, context: Context) -> bool:
    """Whether a short line, no sentence, has one size of two sides or more with its unit."""
    if len(one.text.split()) > _MAX_WORDS or is_sentence(one.text):
        return False
    sizes = find_sizes(one.text, context.mark, context.unit, context.axes)
    return len(sizes) == 1 and len(sizes[0].measures) > 1 and all(axis in AXES for axis in sizes[0].measures)


def _sized(one: Candidate, measures: dict[str, AttributeValue], place: Place) -> Candidate:
    product = one.product
    update = {
        "attributes": {**measures, **product.attributes},
        "provenance": {**dict.fromkeys(measures, place), **product.provenance},
    }
    return one._replace(product=product.model_copy(update=update), evidence=one.evidence | {"size"})
