"""What a product costs now: one price, the regular one, and every further column under its label."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tasks.catalog.decimals import DecimalMark
from tasks.catalog.feeds.mapping import Target
from tasks.catalog.feeds.values_money import Money, parse_currency, parse_money

_Column = tuple[Money | None, Target]


class Amount(NamedTuple):
    """A text that stands for money, and the label of its column."""

    text: str
    label: str


class Offer(NamedTuple):
    """The prices of a product as decimal strings; `unread` are the columns whose text is no amount.

    `price_from` and `list_price_from` name the target whose column each was read from.
    """

    price: str | None
    list_price: str | None
    prices: dict[str, str]
    currency: str | None
    unread: tuple[Amount, ...] = ()
    price_from: Target | None = None
    list_price_from: Target | None = None


_NOTHING = Offer(None, None, {}, None)


class PriceTexts(NamedTuple):
    """The price columns of a record. `price` includes VAT where the feed gives both, `net` does not."""

    price: Amount | None = None
    sale: Amount | None = None
    list_price: Amount | None = None
    net: Amount | None = None
    further: tuple[Amount, ...] = ()


def settle_offer(
    texts: PriceTexts, stated: str | None = None, default: str | None = None, mark: DecimalMark | None = None
) -> Offer:
    """What a consumer pays: the sale price where one runs, else the price, else the net price, else the regular one.

    `stated` is the record's own currency, `default` the feed's. A sale price of nothing, or above the price, is none.
    """
    currency = (parse_currency(stated) if stated else None) or default
    if texts.sale is None and texts.list_price is None and texts.net is None and not texts.further:
        if texts.price is None:
            return _NOTHING._replace(currency=currency)
        return settle_price(texts.price.text, texts.price.label, currency, mark)
    return _settle_columns(texts, currency, mark)


def settle_price(text: str, label: str, currency: str | None, mark: DecimalMark | None = None) -> Offer:
    """The offer of a record that has one price and says no more."""
    money = parse_money(text, currency, mark)
    if money is None:
        return Offer(None, None, {}, currency, (Amount(text, label),))
    return Offer(money.amount, None, {}, money.currency or currency, (), "price")


def _settle_columns(texts: PriceTexts, currency: str | None, mark: DecimalMark | None) -> Offer:
    unread: list[Amount] = []

    def read(amount: Amount | None) -> Money | None:
        if amount is None:
            return None
        money = parse_money(amount.text, currency, mark)
        if money is None:
            unread.append(amount)
        return money

    regular, sale, listed, net = read(texts.price), read(texts.sale), read(texts.list_price), read(texts.net)
    prices: dict[str, str] = {}
    if net and texts.net:
        prices[texts.net.label] = net.amount
    for amount in texts.further:
        if money := read(amount):
            prices.setdefault(amount.label, money.amount)
            currency = currency or money.currency
    chosen: _Column = (regular, "price") if regular else (net, "price_net")
    before: _Column = (listed, "list_price")
    if sale and float(sale.amount) > 0:
        if chosen[0] is None or float(sale.amount) < float(chosen[0].amount):
            chosen, before = (sale, "sale_price"), before if listed else chosen
        elif texts.sale and sale.amount != chosen[0].amount:
            prices[texts.sale.label] = sale.amount
    if chosen[0] is None:
        chosen, before = before, (None, "list_price")
    if before[0] and chosen[0] and float(before[0].amount) <= float(chosen[0].amount):
        if texts.list_price and before[0] is listed and float(before[0].amount) != float(chosen[0].amount):
            prices[texts.list_price.label] = before[0].amount
        before = (None, "list_price")
    named = next((money.currency for money in (chosen[0], regular, listed, net) if money and money.currency), currency)
    amounts = [column[0].amount if column[0] else None for column in (chosen, before)]
    return Offer(amounts[0], amounts[1], prices, named, tuple(unread), chosen[1], before[1] if before[0] else None)


def label_further(columns: Iterable[tuple[str, str]]) -> tuple[Amount, ...]:
    """Further columns as (label, text); a label that repeats is numbered, none is lost."""
    found: list[Amount] = []
    for label, text in columns:
        taken = {amount.label for amount in found}
        count, name = 1, label
        while name in taken:
            count += 1
            name = f"{label} {count}"
        found.append(Amount(text, name))
    return tuple(found)
