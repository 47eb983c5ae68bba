"""The small line over a card's name, where it says whose product it is: a shop's brands.

Sorted by brand or by kind, equal lines stand together; a shop mixes its brands, and a line comes back after others.
"""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.discovery.materials import material_kind
from tasks.catalog.discovery.naming import Name, can_name
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.products import Product
from tasks.catalog.vocabulary import fold

KICKER = "_kicker"  # the attribute that holds the line until the whole document is known
_MAX_WORDS = 4
_SIZE_RATIO = 0.95  # of the name's type
_MIN_CARDS, _CARD_SHARE, _PRICED_SHARE = 4, 0.7, 0.7


def find_kicker(name: Name, segments: Sequence[Segment]) -> Segment | None:
    """The line right over the name in smaller type, when it could be a name itself."""
    place = segments.index(name.segments[0]) if name.segments[0] in segments else 0
    if place == 0:
        return None
    line, first = segments[place - 1], name.segments[0]
    fits = line.size < _SIZE_RATIO * first.size and line.box.y1 <= first.box.center[1] and can_name(line)
    fits = fits and material_kind(line.text) is None
    short = len(line.text.split()) <= _MAX_WORDS and not any(map(str.isdigit, line.text))
    return line if fits and short and abs(line.box.x0 - first.box.x0) <= first.size else None


def with_brands(products: Sequence[Product]) -> tuple[Product, ...]:
    """Products with their kickers as brands where all kickers together read as a shop's; without kickers elsewhere."""
    cards = [one for one in products if one.method == "grid"]
    lines = [str(one.attributes[KICKER]) for one in cards if KICKER in one.attributes]
    priced = sum(one.price is not None for one in cards)
    brands = (
        len(lines) >= max(_MIN_CARDS, _CARD_SHARE * len(cards))
        and priced >= _PRICED_SHARE * len(cards)
        and _come_back([fold(line) for line in lines])
        and not any(_is_in_name(one) for one in cards)
    )
    return tuple(_settle(one, brands=brands) if KICKER in one.attributes else one for one in products)


def _come_back(lines: Sequence[str]) -> bool:
    """Whether a line stands again after another one."""
    runs = [line for index, line in enumerate(lines) if index == 0 or lines[index - 1] != line]
    return len(set(runs)) < len(runs)


def _is_in_name(one: Product) -> bool:
    """Whether the line is a part of the name or the other way round: a collection, a kind."""
    kicker, name = (set(fold(text).split()) for text in (str(one.attributes.get(KICKER, "")), one.name))
    return bool(kicker & name)


def _settle(one: Product, *, brands: bool) -> Product:
    kicker = str(one.attributes[KICKER])
    attributes = {field: value for field, value in one.attributes.items() if field != KICKER}
    places = {field: place for field, place in one.provenance.items() if field != KICKER}
    update: dict[str, object] = {"attributes": attributes, "provenance": places}
    if brands and one.brand is None:
        update["brand"] = kicker
        update["provenance"] = places | {"brand": one.provenance[KICKER]}
    elif kicker not in (one.description or ""):
        # Before the caption's other lines, where it stands.
        update["description"] = f"{kicker} {one.description}" if one.description else kicker
    return one.model_copy(update=update)
