"""Article codes: what looks like one, and how it is written without its footnote marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from tasks.catalog.dimensions import find_sizes
from tasks.catalog.technical_terms import is_place, is_technical_term
from tasks.catalog.vocabulary import TEXT_CACHE, fold, fold_label, labels

FOOTNOTE_MARKS = "*†‡§¶‖♦•◊¹²³⁴⁵⁶⁷⁸⁹⁰ᵃᵇᶜᵈᵉᶠᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁᵂ"
_SQUARE = re.compile(r"(?:^|[\s\d/(€$£])(?:mm|cm|m|ft|qm)[²³]$")  # "€/m²" has no mark
_MARKS_AT_END = re.compile(rf"(?:[{FOOTNOTE_MARKS}][,;]?\s?)*[{FOOTNOTE_MARKS}]\s*$")  # "¹,²"
_TOKEN = re.compile(r"[^\W_](?:[\w.\-/+]*[^\W_])?", re.UNICODE)
_MAX_LENGTH = 24
_MAX_PREFIX, _MIN_DIGITS, _MAX_DIGITS = 4, 3, 8  # of a code with a space
# Words in capitals that stand before numbers and make no code of them.
_NO_PREFIX = frozenset(
    {"page", "fig", "tel", "fax", "zip", "box", "year", "no", "nr", "art", "po", "rev", "size", "max"}
)
# Written like codes, but sizes, norms, ratings, colours' names or dates.
_NOT_A_CODE = re.compile(
    r"\d+([.,]\d+)?\s?[x×х]\s?\d.*"  # 60x60
    r"|\d+([.,]\d+)?(mm|cm|m|m2|m²|in|ft|kg|g|gr|lb|lbs|oz|w|v|k|kw|l|ml|pcs|pc|pz|st|stk|yd|yds|qm|mq|dpi|px|см|мм|м|кг|г|шт)"
    r"|(din|en|iso|astm|bs|nf|uni|ce|ip|pei|gost|гост|ral|ncs|class|uv|led|e)[\s-]?\d+([.\-]\d+)*"
    r"|(r9|r1[0-3]|a\d|b\d|[1-9]d|q[1-4]|h\d{1,3}|w\d{1,3}|d\d{1,3}|l\d{1,3}|b\d{1,3}|t\d{1,3}|ø\d+)"
    r"|\d{1,2}[./\-]\d{1,2}[./\-](\d{2}|\d{4})"  # a date
    r"|(19|20)\d\d"  # a year
    r"|\d[a-z]{2}"  # the end of a British postcode
    r"|v\d{1,3}(\.\d+)*|p\d{1,3}|fig\d+|no\d+|\d+(st|nd|rd|th)|\d+%",
    re.IGNORECASE,
)
# Units in capitals behind numbers ("3000 K", "1200 W"), and words before the numbers of norms ("DIN EN 1021-1").
_UNITS = frozenset(
    {"k", "w", "v", "a", "n", "l", "m", "g", "kg", "mm", "cm", "kw", "hz", "pa", "kn", "nm", "lm", "va", "wh", "kwh",
     "ml", "db", "lx", "psi", "bar", "rpm"}
)  # fmt: skip
_NORMS = frozenset(
    {"din", "en", "iso", "astm", "bs", "nf", "uni", "ce", "gost", "гост", "iec", "ansi", "as", "csn", "bifma", "ufac",
     "cal", "tb", "nfpa", "ul", "ece", "unece", "imo", "onorm", "önorm", "sn", "nen", "sis", "jis", "gb", "fmvss",
     "ncs", "ral", "fsc", "pefc", "reach", "ip", "ik"}
)  # fmt: skip
_NORM_LIKE = re.compile(r"([a-z]{2,4})[ -]?(\d{3,8})", re.IGNORECASE)
_MIN_ALIKE = 3  # so many numbers behind one prefix are codes, whatever norms begin with it
_YEARS = re.compile(r"((?:19|20)\d\d)[-–/]((?:19|20)?\d\d)")
_MAX_YEARS = 15  # from the first to the last year of a span
_LOWER_CODE = re.compile(r"[a-z]{2,4}-\d{3,}")
_NUMBERED_MARK = re.compile(r"(?<=[\w\s])(?:\d\)\s?)+$")  # "1)"; never the first of a text
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")  # "50.000" turns of a test
_AMOUNT = re.compile(r"\d{1,3}\.\d{2}")  # "103.50"; "7013.01" may be a code
_LETTER_CODE = re.compile(r"[A-Z]{2,6}(?:[-./][A-Z]{1,6}){1,3}")  # "PIQ-FS": where its column or label says so
_CAPITALS_ONLY = re.compile(r"[^\W\d_]{2,8}")
_CAPITALS = re.compile(r"[A-Z]{2,5} [A-Z\d]{1,6}")  # "MRM D3", "MRM MC": where a label says so
_GROUPED_CODE = re.compile(r"\d{2,3}(?: \d{3})+[-/.]\d{2,3}(?!\d)")  # "12 345 678-00"
_DATE = re.compile(
    r"(?:19|20)\d\d([-./])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])|\d{1,2}([-./])\d{1,2}\2(?:19|20)\d\d"
)
_TELEPHONE = re.compile(r"[2-9]\d\d([-.])[2-9]\d\d\1\d{4}")  # as in North America
_SUFFIX = re.compile(r"\d{2,3}|[A-Z]")
_HEX_COLOUR = re.compile(r"(?=\d*[A-F])[\dA-F]{6}", re.IGNORECASE)
_BLANK = re.compile(r"[\s./-]?_{2,}$")  # "7455-____": room for the suffix of a finish
_PREFIX = re.compile(r"(?:[#№]|\bn[o°º](?![^\W\d_])\.?)\s?(?![-/])", re.IGNORECASE)  # "NO-110", "NOD.S01" are codes


def strip_marks(text: str) -> str:
    """`text` without the footnote marks at its end ("GV14*†" -> "GV14", "AN 81781)" -> "AN 8178")."""
    if _SQUARE.search(text):
        return text
    text = _MARKS_AT_END.sub("", text).rstrip(FOOTNOTE_MARKS + " ")
    numbered = _NUMBERED_MARK.search(text) if text.endswith(")") and "(" not in text else None
    return text[: numbered.start()].rstrip(FOOTNOTE_MARKS + " ") if numbered else text


def clean_code(text: str) -> str:
    """A printed code as it is ordered: one line, no footnote marks, no "No." or "Art." before it."""
    text = _BLANK.sub("", " ".join(text.split()))
    label, _, rest = text.partition(" ")
    if rest and not label.isupper() and fold_label(label) in folded_labels() and is_weak_code(rest):
        text = rest  # "Art. 44164"; capitals may be of the code
    return strip_marks(_PREFIX.sub("", text, count=1) if _PREFIX.match(text) else text).strip(" :;,()[]")


@lru_cache(maxsize=TEXT_CACHE)
def is_code(token: str) -> bool:
    """Whether a single token reads as an article code on its own: letters with digits, or grouped digits."""
    token = strip_marks(token.strip("()[],;:")).removesuffix(".")
    if (
        not 3 <= len(token) <= _MAX_LENGTH
        or not _TOKEN.fullmatch(token)
        or _NOT_A_CODE.fullmatch(token)
        or _is_span(token)
        or _DATE.fullmatch(token)
        or _TELEPHONE.fullmatch(token)
        or is_technical_term(token)
    ):
        return False
    digits = sum(char.isdigit() for char in token)
    letters = [char for char in token if char.isalpha()]
    if digits == 0 or "//" in token or token.count(".") > 3:
        return False
    if letters:
        # Codes are set in capitals; "2nd", "A4x" or "3seater" are not.
        upper = all(char.isupper() for char in letters)
        return upper or (digits >= 3 and len(letters) <= 2) or bool(_LOWER_CODE.fullmatch(token))
    if _THOUSANDS.fullmatch(token) or _AMOUNT.fullmatch(token):
        return False
    return bool(re.fullmatch(r"\d{2,}([\-/.]\d{2,})+", token)) and digits >= 5 and "/" not in token


def _is_span(token: str) -> bool:
    """Whether a token is a span of years ("2024-26", "2025/2026"); "2034-82" is none."""
    match = _YEARS.fullmatch(token)
    return match is not None and (int(match[2][-2:]) - int(match[1][-2:])) % 100 <= _MAX_YEARS


@lru_cache(maxsize=TEXT_CACHE)
def is_spaced_code(text: str) -> bool:
    """Whether all of `text` is a code of two parts: capitals and digits ("GL 4745", "4745 AX"), no norm or size."""
    parts = strip_marks(text).split()
    if len(parts) != 2:
        return False
    if is_technical_term(" ".join(parts)):
        return False
    letters, digits = parts if parts[0].isalpha() else (parts[1], parts[0])
    if digits is parts[0] and letters.casefold() in _UNITS:
        return False
    plain = letters.isalpha() and letters.isupper() and len(letters) <= _MAX_PREFIX and fold(letters) not in _NO_PREFIX
    return plain and digits.isdecimal() and _MIN_DIGITS <= len(digits) <= _MAX_DIGITS and is_code(f"{letters}-{digits}")


@lru_cache(maxsize=TEXT_CACHE)
def is_suffixed_code(text: str) -> bool:
    """Whether all of `text` is a code with the number of a finish behind it ("A718-001 02", "LK204 B 11")."""
    first, *more = strip_marks(text).split() or [""]
    mixed = any(map(str.isalpha, first)) and any(map(str.isdigit, first))
    return bool(more) and len(more) <= 2 and mixed and is_code(first) and all(map(_SUFFIX.fullmatch, more))


def is_lettered_code(code: str) -> bool:
    """Whether capitals alone may be a code ("GL", "BILPF"), where a label says that it is one."""
    return bool(_CAPITALS_ONLY.fullmatch(code)) and code.isupper()


def is_weak_code(token: str) -> bool:
    """Whether a token may be a code when its column or label says so: also plain digits, also short."""
    token = strip_marks(token.strip("()[],;:"))
    if _LETTER_CODE.fullmatch(token):
        return True
    if not 1 < len(token) <= _MAX_LENGTH or not any(char.isdigit() for char in token) or _DATE.fullmatch(token):
        return False
    return bool(re.fullmatch(r"[\w.\-/+]+", token)) and not re.fullmatch(r"\d+[.,]\d{1,2}", token)


@lru_cache(maxsize=TEXT_CACHE)
def find_code(text: str) -> str | None:
    """The code that a caption's line consists of or starts with: "AK25 Adirondack", "58002-0000", "Art. LX-204"."""
    text = " ".join(text.split())
    tokens = text.split()
    if not tokens:
        return None
    if len(tokens) > 1 and fold_label(tokens[0]) in folded_labels():
        candidate = clean_code(" ".join(tokens[1:]))
        first, *more = candidate.split() or [""]  # "Art. No." alone announces a column of codes
        if len(more) <= 1 and (is_weak_code(first) or (not tokens[0].isupper() and _CAPITALS.fullmatch(candidate))):
            return candidate
    if is_spaced_code(text):
        return clean_code(text)
    if numbered := _read_numbered(tokens[0]):
        return numbered
    if grouped := _GROUPED_CODE.match(text):
        return grouped[0]
    if is_place(text):
        return None
    for index in (0, -1):
        before = tokens[index - 1].casefold() if index and len(tokens) > 1 else ""
        if is_code(tokens[index]) and before not in _NORMS and not _is_of_size(text, tokens, index):
            return clean_code(tokens[index])
    return None


def _read_numbered(token: str) -> str | None:
    """The code behind the sign of a number ("#SG1042", "№58002"); "#1A2B3C" is a colour."""
    code = clean_code(token)
    if token[0] not in "#№" or _HEX_COLOUR.fullmatch(code):
        return None
    return code if is_code(code) or (code.isdecimal() and len(code) >= _MIN_DIGITS) else None


def _is_of_size(text: str, tokens: Sequence[str], index: int) -> bool:
    """Whether a token is one side of a size that the text gives: "80W x 40D x 75H"."""
    if len(tokens) == 1:
        return False
    start, end = (0, len(tokens[0])) if index == 0 else (len(text) - len(tokens[-1]), len(text))
    return any(size.start <= start and end <= size.end and len(size.measures) > 1 for size in find_sizes(text))


def are_codes(texts: Sequence[str]) -> bool:
    """Whether texts that read as norms or plain numbers each ("EN 3270", "4711") are codes together.

    They are where all have one prefix (or none) and as many digits, and no two are equal: norms differ in both.
    """
    found = [_NORM_LIKE.fullmatch(clean_code(text)) for text in texts]
    parts = {(match[1].casefold(), len(match[2])) for match in found if match}
    return len(texts) >= _MIN_ALIKE and None not in found and len(parts) == 1 and len(set(texts)) == len(texts)


@cache
def folded_labels() -> frozenset[str]:
    """Words that announce a code."""
    return frozenset(label for label, field in labels().items() if field == "sku")


def code_shape(code: str) -> str:
    """What a code looks like: digits as 9, letters as A ("KST-4100" -> "AAA-9999")."""
    return "".join("9" if char.isdigit() else "A" if char.isalpha() else char for char in code)
