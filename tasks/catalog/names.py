"""Product names: cleaned as a person would copy them, and told from text that is no name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from tasks.catalog.codes import FOOTNOTE_MARKS
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.prices import find_prices
from tasks.catalog.vocabulary import TEXT_CACHE, fold, fold_label, labels, words

_MAX_WORDS, _MAX_CHARACTERS = 12, 90
_CONTACT = re.compile(
    r"@|https?:|www\.|\.(?:com|net|org|de|it|fr|gr|ru|eu|co\.uk)\b|\b(?:tel|fax|phone)\b|[©®]\s?\d{4}", re.I
)
_BADGES = re.compile(r"[\s\-–(\[]+(?:new|neu|nuovo|nouveau|nuevo|νέο|новинка)[!)\]]*$", re.I)
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
_BRACKETED = re.compile(r"\s*\([^()]*\)?$")  # "Technical data (mm)"
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
        previous, text = text, _BADGES.sub("", text).strip(" \t:;,|·•–—-=_")
    return " ".join(text.split())


@lru_cache(maxsize=TEXT_CACHE)
def is_name(text: str) -> bool:
    """Whether `text` can be a product's name: short, with letters, no sentence, label, contact or page number."""
    text = " ".join(text.split())
    letters = sum(char.isalpha() for char in text)
    if letters < 2 or letters < 0.4 * len(text.replace(" ", "")) or len(text) > _MAX_CHARACTERS:
        return False
    if len(text.split()) > _MAX_WORDS or _CONTACT.search(text) or _PAGE_WORD.fullmatch(text):
        return False
    if is_sentence(text) or text.endswith((":", "?")):
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
    )
    return not listed and fold_label(text) not in labels() and not is_figure_caption(text)


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
