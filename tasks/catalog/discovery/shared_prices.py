"""One price for all cards under a heading: "All designs: £32.90/m²", once, over captioned pictures without prices."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.boxes import union
from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import is_sentence
from tasks.catalog.prices import find_prices
from tasks.catalog.products import Product
from tasks.catalog.vocabulary import fold, words

_MIN_CARDS = 3
_MAX_WORDS = 8
_HEADING_RATIO = 1.25  # of the cards' largest type: such a line ends what is said of the cards below


def with_shared_price(cards: Sequence[Candidate], text: PageText, context: Context) -> list[Candidate]:
    """The cards with the only price that stands between their heading and them, where none has one of its own."""
    if len(cards) < _MIN_CARDS or any("price" in one.evidence for one in cards):
        return list(cards)
    area = union(one.cell for one in cards)
    above = [one for one in text.segments if one.box.y1 <= area.y0 + 1 and one.box.x_overlap(area) > 0]
    told = [one for one in _under_heading(above, cards, text) if find_prices(one.text, context.mark, context.dollar)]
    if len(told) != 1 or not _speaks_of_all(told[0]):
        return list(cards)
    prices = find_prices(told[0].text, context.mark, context.dollar)
    if len(prices) != 1:
        return list(cards)
    place = context.place(cards[0].page, told[0].box)

    def priced(product: Product) -> Product:
        update = {"price": prices[0].amount, "currency": prices[0].currency or context.currency,
                  "provenance": {**product.provenance, "price": place}}  # fmt: skip
        return product.model_copy(update=update)

    return [one._replace(product=priced(one.product), evidence=one.evidence | {"price"}) for one in cards]


def _under_heading(above: Sequence[Segment], cards: Sequence[Candidate], text: PageText) -> list[Segment]:
    """What stands between the nearest heading over the cards and them; all where no line is large enough."""
    names = {box for one in cards if (box := one.product.provenance["name"].bbox)}
    largest = max((one.size for one in text.segments if one.box in names), default=0.0)
    headings = [
        one.box.y0
        for one in above
        if one.size >= _HEADING_RATIO * largest and not any(char.isdigit() for char in one.text)
    ]
    return [one for one in above if one.box.y0 >= max(headings, default=0.0)]


def _speaks_of_all(one: Segment) -> bool:
    """Whether a short line says what its price is for: all of them, or what is sold ("€ 32,90/m²")."""
    tokens = {fold(token) for token in one.text.split()}
    rate = "/" in one.text or bool(tokens & words("rate_words"))
    return len(tokens) <= _MAX_WORDS and not is_sentence(one.text) and (rate or bool(tokens & words("all_words")))
