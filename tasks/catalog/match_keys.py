"""What is compared to tell that products of two sources are one: folded article codes, makers' names and GTINs."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from tasks.catalog.vocabulary import TEXT_CACHE


def _split(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Letters of other alphabets that look like a Latin capital: a code is typed by whoever reads it off a box.
_LOOKALIKES = str.maketrans(
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϺАВЕЅІЈКМНОРСТУХҮԚԜҺ",
    "ABEZHIKMNOPTYXCMABESIJKMHOPCTYXYQWH",
)
_SEPARATORS = re.compile(r"[\W_]+")
# Endings of companies' names in the languages of the trade, without dots and spaces.
_LEGAL_FORMS = _split(
    "ab ad ae ag aps as bv bvba co company corp corporation cv dd doo eeig eg ei eirl epe eurl gbr ges gesmbh gmbh"
    " gmbhco group hf ike inc incorporated jsc kft kg kgaa ks lda ltd llc llp lp ltda mbh nv oao oe oo ooo oy oyj pjsc"
    " plc pty pte pvt sa sae sarl sas sasu sca scrl sl slu snc spa spj spk spzoo sprl sro srl srls srlu ug uab"
    " zao zoo zrt ип оао ооо пао зао чп тов αε αβεε εε εο επε ικε οε"
)
# The Greek and Cyrillic ones as the look-alikes leave them.
LEGAL_FORMS = _LEGAL_FORMS | {form.upper().translate(_LOOKALIKES).lower() for form in _LEGAL_FORMS}
# Those that stand before the name.
LEADING_FORMS = frozenset(
    form.upper().translate(_LOOKALIKES).lower()
    for form in _split("ип оао ооо пао зао чп тов ooo zao oao pao tov uab sia")
)
_NO_MAKER = _split(
    "na none null unknown nobrand noname unbranded generic other others various misc brand manufacturer supplier vendor"
    " default test inconnu sansmarque unbekannt ohnemarke keine ohne sonstige desconocido sinmarca nessuno nessunamarca"
    " brak inny nieznany neznacka bezznacky nezname geen onbekend άγνωστο χωρίςμάρκα неизвестно нетбренда безбренда"
    " нет"
)
_TOKEN = re.compile(r"[^\W_]+")
MINIMUM_SKU_LENGTH = 4  # shorter codes are shared by everybody ("A1", "100")
_GTIN_BREAKS = re.compile(r"[\s\-.]")
_GTIN_LENGTHS = frozenset({8, 12, 13, 14})


@lru_cache(maxsize=TEXT_CACHE)
def fold_letters(text: str) -> str:
    """Lower case, one width, and every letter that looks like a Latin one as that ("ΑΒ-12" in Greek as "ab-12")."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).upper().translate(_LOOKALIKES).lower()


def fold_sku(sku: str | None) -> str | None:
    """A SKU for comparison across sources: case, separators and look-alike letters folded; None of nothing."""
    return _SEPARATORS.sub("", fold_letters(sku)) or None if sku else None


def is_match_sku(folded: str | None) -> bool:
    """Whether a folded SKU says enough, beside its maker's name, to be the same article elsewhere."""
    return folded is not None and len(folded) >= MINIMUM_SKU_LENGTH and any(char.isdigit() for char in folded)


@lru_cache(maxsize=TEXT_CACHE)
def fold_maker(name: str | None) -> str | None:
    """A brand's or supplier's name for comparison: letters as `fold_letters`, without accents and legal form.

    None of a name that names nobody ("Unknown", "n/a", "-").
    """
    if not name:
        return None
    # "S.p.A." and "Sp. z o.o." are one token; "S. Oliver" stays two.
    dotless = re.sub(r"(?<=\w)\.(?=\s?\w\b)|\.$|\.(?=\s|,|$)", "", name)
    decomposed = unicodedata.normalize("NFKD", dotless)
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    tokens = _TOKEN.findall(fold_letters(plain))
    while len(tokens) > 1 and _ends_in_legal_form(tokens):
        tokens = tokens[: -_ends_in_legal_form(tokens)]
    while len(tokens) > 1 and tokens[0] in LEADING_FORMS:
        tokens = tokens[1:]
    joined = "".join(tokens)
    return joined if len(joined) > 1 and joined not in NO_MAKER else None


def _ends_in_legal_form(tokens: list[str]) -> int:
    """How many tokens at the end are a company's legal form, its first one never among them."""
    for count in range(min(4, len(tokens) - 1), 0, -1):
        if "".join(tokens[-count:]) in LEGAL_FORMS:
            return count
    return 0


def _fold_word(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word)
    return fold_letters("".join(char for char in decomposed if not unicodedata.combining(char)))


NO_MAKER = frozenset(map(_fold_word, _NO_MAKER))


@lru_cache(maxsize=TEXT_CACHE)
def normalize_gtin(text: str | None) -> str | None:
    """The 14 digits of a GTIN-8, -12, -13 or -14, or None.

    None of a wrong check digit, and of numbers that are given out again by every shop: zeros, and GS1's prefixes for
    restricted circulation and coupons (GS1 General Specifications, 1.4).
    """
    if not text:
        return None
    digits = text if text.isdigit() else _GTIN_BREAKS.sub("", text)
    if len(digits) not in _GTIN_LENGTHS or not digits.isascii() or not digits.isdigit():
        return None
    padded = digits.zfill(14)
    codes = padded.encode()  # the codes of the digits are 48 more than they are: 28 * 48 more in all
    weighted = 3 * sum(codes[::2]) + sum(codes[1::2]) - 28 * 48
    if weighted % 10 or not int(padded):
        return None
    return None if _is_restricted(padded) else padded


def _is_restricted(padded: str) -> bool:
    if padded.startswith("000000"):  # a GTIN-8
        return padded[6] in "02"
    prefix = int(padded[1:4])
    return 20 <= prefix <= 29 or 40 <= prefix <= 59 or 200 <= prefix <= 299 or 980 <= prefix <= 999
