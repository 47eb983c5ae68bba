"""Product names: cleaned as a person would copy them, and told from text that is no name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from tasks.catalog.codes import FOOTNOTE_MARKS
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.prices import find_prices
from tasks.catalog.vocabulary import TEXT_CACHE, fold, fold_label, labels, table, vocabulary_list, words

_MAX_WORDS, _MAX_CHARACTERS = 12, 90
_CONTACT = re.compile(
    r"@|https?:|www\.|\.(?:com|net|org|de|it|fr|gr|ru|eu|co\.uk)\b|\b(?:tel|fax|phone)\b|[©®]\s?\d{4}", re.I
)
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_] ){2,}[^\W\d_](?!\w)")  # "N E W"
_REDUCTION = (
    r"(?:[-–−]\s?\d{1,2}\s?%"
    r"|\d{1,2}\s?%\s?(?:off|rabatt|de réduction|di sconto|dto\.?|korting|rabatu|sleva|kedvezmény))"
)
_BADGES = ("badge_words", "loud_badge_words")
_NUMBERED_MARKS = re.compile(r"(?<=\w)(?:\s?\d\))+$")  # "Oslo chair 2)"
_SENTENCE_END = re.compile(r"[^\W\d_]{4,}[.!?]\s+[^\W\d_]{2,}")  # one sentence ends and the next begins
_ORNAMENTS = re.compile(
    r"^(?:[^\w\s\"'(\[«„“&]+\s+)+|(?:\s+[^\w\s\"'″)\]»”!?.½¼¾]+)+$"
)  # bullets; icons that OCR reads as signs
_NUMBERING = re.compile(r"^(?:\d{1,3}[.)]\s+|[•●▪■◆➤►–—-]\s+)")
_QUANTITY = re.compile(r"(?<!\w)\d[\d.,½¼¾/ ]*\s?(?:%|°|[^\W\d_]{1,3}\.?[²³2]?(?:/[^\W\d_]{1,3}[²³2]?)?)(?![^\W_])")
_TAXES = re.compile(
    r"(?<!\w)(?:(?:incl|excl|including|excluding|inkl|exkl|zzgl|inklusive|plus|ex|inc|without|ohne|bez|z|с|без)\.? "
    r"(?:of )?(?:vat|tax|taxes|gst|mwst|ust|mehrwertsteuer|moms|mva|btw|tva|iva|vat|dph|ндс|φπα|alv)"
    r"|iva (?:esclusa|inclusa|compresa|excl|incl|no incluido|incluido)|ttc|hors taxes)(?!\w)"
)
_MAX_REMARK_WORDS = 8
_MAX_PHRASE = 4  # words of a remark beside a price ("a partire da")
_BARE_AMOUNT = re.compile(r"(?<![\w.,])\d{1,3}(?:(?:[ \u00a0\u202f.,'’]\d{3})+|\d{2,})(?:[.,]\d{2})?(?![\w.,])")
_PER_UNIT = re.compile(
    r"^\s*(?:/|(?:per|pro|par|al|alla|je|por|za|pr|på|na|за|ανά)\s)\s*[^\W\d_]+[²³2]?\.?", re.IGNORECASE
)
_PRICE_REMARKS = re.compile(r"[^\w\s'’]+|(?<!\w)\d+(?!\w)")  # dashes, stars and quantities
_BRACKETED = re.compile(r"\s*\([^()]*\)?$")  # "Technical data (mm)"
# "(none)"; a norm's number ("EN 14411 App. G", "ANSI A326.3"); a report's sums ("NOK 14.2 million").
_NORM = r"(?:(?:EN|ISO|ASTM|DIN|UNI|BS|NF|ANSI|GOST|ГОСТ)[ -]){1,3}[A-Z]?\d{3,}"
_SUM = r"(?:[A-Z]{3}|[€$£]) ?\d[\d.,]* ?(?:million|billion|millionen|milliarden|milioni|miliardi|mio|mrd|mln|bn|m)\b"
_NO_NAME = re.compile(rf"\([^()]*\)$|{_NORM}|{_SUM}", re.IGNORECASE)
_LEADER = re.compile(r"[.·…_‥]{4,}")  # from an entry to its page
_PAGE_WORD = re.compile(r"(?:page|seite|pagina|pag|p|σελίδα|σελ|стр)\.?\s*\d+", re.I)


def clean_name(lines: Sequence[str] | str) -> str:
    """A name on one line: no line breaks, footnote marks, prices, bullets or "new" badges; the spelling is kept."""
    parts = [lines] if isinstance(lines, str) else list(lines)
    text = ""
    for part in parts:
        part = " ".join(part.split())
        # A word cut at the line's end goes on in lower case ("Sand-" / "stein"); "Anti-" / "Slip" does not.
        if text.endswith("-") and part[:1].islower() and text[-2:-1].isalpha():
            text = text[:-1] + part
        else:
            text = f"{text} {part}".strip()
    for price in reversed(find_prices(text)):
        text = text[: price.start] + text[price.end :]
    text = re.sub(rf"[{re.escape(FOOTNOTE_MARKS)}]+(?=\s|$|,)", "", " ".join(text.split()))
    if "(" not in text:
        text = _NUMBERED_MARKS.sub("", text)
    text = _ORNAMENTS.sub("", _NUMBERING.sub("", text))
    previous = None
    while previous != text:
        previous, text = text, _without_badge(text).strip(" \t:;,|·•–—-=_")
    return " ".join(text.split())


def _without_badge(text: str) -> str:
    """A name without the last badge behind it ("Sonder NEW", "Sonder N E W", "Oslo (neu)", "Alma -20 %")."""
    spaced = _SPACED.sub(lambda match: match[0].replace(" ", ""), text)
    for given in dict.fromkeys((spaced, text)):
        for pattern in _badges():
            bare = pattern.sub("", given)
            if bare != given and any(map(str.isalnum, bare)) and (pattern.flags & re.IGNORECASE or not bare.isupper()):
                return bare
    return text


@cache
def _badges() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A badge at the end of a line; words that are also a name's ("sale") count in capitals behind small letters."""
    quiet, loud = ("|".join(sorted(map(re.escape, vocabulary_list(name)), key=len, reverse=True)) for name in _BADGES)
    before, behind = r"[\s\-–(\[|·]+", r"[!)\]]*$"
    return (
        re.compile(rf"{before}(?:{quiet}|{_REDUCTION}){behind}", re.IGNORECASE),
        re.compile(rf"{before}(?:{loud.upper()}){behind}"),
    )


def is_badge(text: str) -> bool:
    """Whether all of a text is a badge beside or on a picture: "New", "N E W", "SALE", "-20 %", "NOWOŚĆ"."""
    text = _SPACED.sub(lambda match: match[0].replace(" ", ""), " ".join(text.split()))
    return any(fold(text) in words(name) for name in _BADGES) or bool(re.fullmatch(_REDUCTION, text, re.IGNORECASE))


def names_norm(text: str) -> bool:
    """Whether the number of a norm stands in `text` ("R10 DIN EN 16165")."""
    return re.search(_NORM, text) is not None


@lru_cache(maxsize=TEXT_CACHE)
def is_name(text: str) -> bool:
    """Whether `text` can be a product's name: short, with letters, no sentence, label, contact or page number."""
    text = " ".join(text.split())
    letters = sum(char.isalpha() for char in text)
    if letters < 2 or letters < 0.4 * len(text.replace(" ", "")) or len(text) > _MAX_CHARACTERS:
        return False
    if len(text.split()) > _MAX_WORDS or _CONTACT.search(text) or _PAGE_WORD.fullmatch(text):
        return False
    if is_sentence(text) or text.endswith((":", "?")) or _LEADER.search(text) or _NO_NAME.match(text):
        return False
    if sum(char.isalpha() for char in _QUANTITY.sub("", text)) < 2:
        return False
    if sum(size.end - size.start for size in find_sizes(text)) > 0.7 * len(text):
        return False
    folded = fold(text)
    listed = (
        folded in words("contents_headings")
        or folded in words("index_headings")
        or folded in words("prose_headings")
        or _BRACKETED.sub("", folded) in words("part_headings")
        or _is_tax_remark(folded)
        or folded in words("card_buttons")
        or is_badge(text)
        or is_price_line(text)
    )
    return not listed and fold_label(text) not in labels() and not is_figure_caption(text)


@lru_cache(maxsize=TEXT_CACHE)
def is_price_line(text: str) -> bool:
    """Whether a line says a price and nothing but words that go with it: "Now £129.00 £165.00", "ab 129 €"."""
    found = find_prices(text)
    for price in reversed(found):
        text = f"{text[: price.start]} {_PER_UNIT.sub('', text[price.end :])}"
    if not found and (match := _BARE_AMOUNT.search(text)):  # "à partir de 1 290", in a list whose currency is known
        text = f"{text[: match.start()]} {text[match.end() :]}"
        grouped = any(not char.isdigit() for char in match[0])  # "ST 1200" is a model's name
        return any(map(str.isalpha, text)) and (grouped or not text.isupper()) and are_price_words(text)
    return bool(found) and are_price_words(text)


def are_price_words(text: str) -> bool:
    """Whether `text` is only words that go with a price, currencies, taxes and signs; also when it is empty."""
    left = _PRICE_REMARKS.sub(" ", _TAXES.sub(" ", fold(text))).split()
    return _consists_of(" ".join(one for one in left if one not in table("currencies")), "price_words")


def _consists_of(text: str, name: str) -> bool:
    """Whether a text can be cut into words and phrases of up to four words of a list."""
    tokens, known = text.split(), words(name)
    while tokens:
        length = next((n for n in range(min(_MAX_PHRASE, len(tokens)), 0, -1) if " ".join(tokens[:n]) in known), 0)
        if not length:
            return False
        tokens = tokens[length:]
    return True


def _is_tax_remark(folded: str) -> bool:
    """Whether a line only says in what currency prices are and which taxes they hold ("EUR incl. VAT")."""
    return bool(_TAXES.search(folded)) and len(folded.split()) <= _MAX_REMARK_WORDS


@lru_cache(maxsize=TEXT_CACHE)
def is_sentence(text: str) -> bool:
    """Whether `text` reads as running text: it ends like a sentence, or is long and mostly in lower case."""
    tokens = text.split()
    if len(tokens) >= 5 and _SENTENCE_END.search(text):
        return True
    if len(tokens) >= 5 and text.rstrip().endswith((".", "。", ";", "?", "!")):
        return True
    lower = sum(token[:1].islower() for token in tokens)
    return len(tokens) >= 9 and lower >= 0.65 * len(tokens)


def is_figure_caption(text: str) -> bool:
    """Whether `text` is a numbered figure's or table's caption ("Figure 3: ...", "Рис. 2")."""
    match = re.match(r"\s*([^\W\d_]+)\.?\s*(\d+(?:[.\-]\d+)*|[IVX]+)\s*(?:[.:–—-]|$|\s)", text)
    return bool(match) and fold(match[1] if match else "") in words("figure_words")


_IN_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*$")
_BEHIND_DASH = re.compile(r"\s*[-–—,]\s*([^\W\d_.']+(?:\s[^\W\d_.']+)?\.?)$")


def strip_continued(text: str) -> str:
    """A heading without its "(continued)" remark, in any of the languages."""
    text = _IN_BRACKETS.sub(lambda match: "" if _is_continued(match[1]) else match[0], text)
    return _BEHIND_DASH.sub(lambda match: "" if _is_continued(match[1]) else match[0], text)


def _is_continued(text: str) -> bool:
    folded = fold(text).strip(".")
    return folded in words("continued_words") or folded.split(" ")[0].strip(".") in words("continued_words")
