"""Prices in text: an amount beside a currency's sign, code or word; amounts become decimal strings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from tasks.catalog.codes import is_code, is_spaced_code
from tasks.catalog.decimals import DIGIT, NUMBER_PATTERN, DecimalMark, parse_decimal, western_digits
from tasks.catalog.vocabulary import TEXT_CACHE, fold, table, words

# What stands beside an amount -> ISO 4217 ("": several). A bare "$" is settled by the document (`guess_currency`).
_SIGNS = table("currencies")
_DOLLAR_COUNTRIES = {
    "CAD": r"\bcanadian\b|\bcanada\b|\bcad\b|\bcdn\b",
    "AUD": r"\baustralian?\b|\baud\b",
    "NZD": r"\bnew zealand\b(?! (?:lambs)?wool)|\bnzd\b",
}
_SIGN_PATTERN = "|".join(
    re.escape(sign) + (r"(?![^\W\d_]|-\w)" if sign[-1].isalpha() else "")
    for sign in sorted(_SIGNS, key=len, reverse=True)
)
_DASHES = r"(?:[.,:]?[-–—\u00ad]{1,2}(?!\w))?"  # "199,-", "2 190:-"


def _amount(group: str) -> str:
    return rf"(?P<{group}>{NUMBER_PATTERN}){_DASHES}"


_PRICE = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{_SIGN_PATTERN})[ \u00a0\u202f]?{_amount('first')}"
    rf"|(?<![^\W\d_]-){_amount('second')}[ \u00a0\u202f]?(?P<after>{_SIGN_PATTERN}))",
    re.IGNORECASE,
)
# Signs that are no words of a language, and ISO codes in capitals: they name a currency wherever they stand.
_CLEAR_SIGNS = {sign for sign in _SIGNS if sign != "$" and "." not in sign and not (sign.isascii() and sign.isalpha())}
_ISO_CODES = {code for code in _SIGNS.values() if code}
_CLEAR_SIGNS |= _ISO_CODES
_SPOKEN = {sign for sign in _SIGNS if sign.isalpha() and len(sign) >= 4}  # "prix en euros"
_ISO_PATTERN = re.compile(rf"\b(?:{'|'.join(sorted(_ISO_CODES))})\b")
_TOKEN = re.compile(r"\w+")
_DECLARED_WITHIN = 4  # words behind the one for prices
_LETTERS = re.compile(r"[^\W\d_]+")
_BARE = re.compile(_amount("amount"))
# "$2 million", "€ 5bn" and shares tell of reports, not of goods.
_NOT_A_PRICE = re.compile(r"\s*(?:million|billion|trillion|mio\.?|mrd\.?|bn|mn\b|mln|млн|млрд|%)|m\b", re.IGNORECASE)


# "£14.50 per m", "12,00 € / Stk.", "£32.00 each": what a price is for.
_PER_UNIT = re.compile(
    r"^[ \u00a0](?:(?:/|per|pro|je|par|al|alla|por|za|pr\.?|på|na|за|ανά)[ \u00a0]?[^\W\d_]{1,8}[²³2]?\.?"
    r"|/[^\W\d_]{1,8}[²³2]?\.?|each|ea\.?|stück|pièce|cad\.?|c/u|cada uno)$"
    r"|^/[^\W\d_]{1,8}[²³2]?\.?$",
    re.IGNORECASE,
)

_WITH_CENTS = re.compile(r"\d[\d.,'’ \u00a0\u202f]*[.,]\d\d(?!\d)")
_MIN_FORINT = 100  # "12 990 Ft"; fewer are feet
# Whose crowns a bare "kr" means: words that only one of the countries' lists use.
_KRONE_COUNTRIES = {
    "DKK": r"\bdanmark\b|\bdanske? kroner\b|\bekskl\.? moms\b|\bvejl(?:edende|\.)|\budsalgspris\b|\bvarenr\b",
    "SEK": r"\bsverige\b|\bsvenska kronor\b|\bexkl\.? moms\b|\bcirkapris\b|\brek(?:ommenderat|\.) pris\b|\bartikelnr\b",
    "NOK": r"\bnorge\b|\bnorske kroner\b|\bmva\b|\bveil(?:edende|\.)|\butsalgspris\b",
}


class Price(NamedTuple):
    """An amount as a decimal string, its currency (None: unknown), and where it stands in the text."""

    amount: str
    currency: str | None
    start: int
    end: int


_GOES_ON = re.compile(r"[-/]\w")


@lru_cache(maxsize=TEXT_CACHE)
def find_prices(text: str, mark: DecimalMark | None = None, dollar: str = "USD") -> tuple[Price, ...]:
    """Every amount that stands beside a currency, in order. `dollar` is what a bare "$" means in the document."""
    if not DIGIT.search(text) or not any(map(text.casefold().__contains__, _SIGNS)):
        return ()
    text = western_digits(text)
    found = []
    for match in _PRICE.finditer(text):
        if _NOT_A_PRICE.match(text, match.end()):
            continue
        amount = parse_decimal(match["first"] or match["second"], mark, grouped=True)
        printed = match["before"] or match["after"]
        if printed.isalpha() and match[0] == f"{match['before']}{match['first']}" and _GOES_ON.match(text, match.end()):
            continue  # "TL55-04" is a code
        if printed.casefold() == "ft" and not (printed == "Ft" and amount and float(amount) >= _MIN_FORINT):
            continue  # feet
        sign = printed.casefold()
        currency = dollar if sign == "$" else _SIGNS[sign]
        if amount is not None:
            found.append(Price(amount, currency or None, match.start(), match.end()))
    return tuple(found)


@lru_cache(maxsize=TEXT_CACHE)
def parse_amount(text: str, mark: DecimalMark | None = None) -> str | None:
    """The amount of a price cell, with or without a currency: "$1,107", "538", "1.200,–"; None for anything else."""
    text = western_digits(text).strip().rstrip("*†‡ ")
    if priced := find_prices(text, mark):
        rest = text[: priced[0].start] + _PER_UNIT.sub("", text[priced[0].end :])
        return priced[0].amount if len(priced) == 1 and not any(char.isalnum() for char in rest) else None
    if (cents := _WITH_CENTS.match(text)) and _PER_UNIT.fullmatch(text[cents.end() :]):
        text = cents[0]  # "96,00 /m²"; without cents "6 / box" counts pieces
    match = _BARE.fullmatch(text)
    return parse_decimal(match["amount"], mark, grouped=True) if match else None


def guess_currency(texts: Iterable[str]) -> str | None:
    """The currency of most prices of a document, or the only one that it names; None when nothing tells."""
    texts = list(texts)
    joined = "\n".join(texts)
    if declared := _find_declared(texts):
        return declared
    with_digits = [text for text in texts if DIGIT.search(text)]
    counts = _count_currencies(text for text in with_digits if not _may_be_code(text))
    if not counts and (krone := _guess_krone(joined)):
        return krone
    if not counts:
        words = set(_LETTERS.findall(joined))
        clear = {sign for sign in _CLEAR_SIGNS if (sign in words if sign.isalpha() else sign in joined)}
        named = {_SIGNS[sign.casefold()] for sign in clear} - {""}
        named = named or {_SIGNS[word] for word in {word.casefold() for word in words} & _SPOKEN}
        if len(named) == 1:
            return named.pop()
        counts = Counter() if named else _count_currencies(with_digits)
    if not counts:
        return None
    currency, _ = counts.most_common(1)[0]
    return guess_dollar(joined) if currency == "$" else currency


def _find_declared(texts: Iterable[str]) -> str | None:
    """The only currency that lines name right behind a word for prices: "All prices in SEK", "Fiyatlar TL'dir"."""
    prices = words("price_list_words")
    found: set[str] = set()
    for text in texts:
        tokens = _TOKEN.findall(text) if _ISO_PATTERN.search(text) else []
        for index, token in enumerate(tokens):
            if fold(token) in prices:
                found.update(_ISO_CODES.intersection(tokens[index + 1 : index + _DECLARED_WITHIN]))
    return found.pop() if len(found) == 1 else None


def _guess_krone(text: str) -> str | None:
    """The currency of amounts in "kr", by the words of the only country that the text speaks of."""
    if not any(price.currency is None for price in find_prices(text)):
        return None
    named = [code for code, pattern in _KRONE_COUNTRIES.items() if re.search(pattern, text, re.IGNORECASE)]
    return named[0] if len(named) == 1 else None


def _count_currencies(texts: Iterable[str]) -> Counter[str]:
    """How many prices are in each currency; a bare "$" as such."""
    return Counter(price.currency for price in find_prices("\n".join(texts), dollar="$") if price.currency)


def _may_be_code(text: str) -> bool:
    """Whether a line reads as a price and as an article's code alike ("TL 4231", "KR3146"); "EUR 3146" does not."""
    return (is_spaced_code(text) or is_code(text)) and _ISO_CODES.isdisjoint(_LETTERS.findall(text))


def guess_dollar(text: str) -> str:
    """Which dollar a bare "$" means: the one of the only country whose dollar the text names, else the US dollar."""
    named = [code for code, pattern in _DOLLAR_COUNTRIES.items() if re.search(pattern, text, re.IGNORECASE)]
    return named[0] if len(named) == 1 else "USD"
