"""Sizes in text: "W 80 x D 75 x H 90 cm", "60x60", "11,8 × 11,8 cm", '24" x 48"', "Ø 45 cm", "Ш×Г×В 80×75×90 см"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from tasks.catalog.decimals import DIGIT, NUMBER_PATTERN, DecimalMark, parse_decimal, western_digits
from tasks.catalog.products import AttributeValue, Measure
from tasks.catalog.vocabulary import TEXT_CACHE, axis_letters, fold, table

_UNITS = table("units")
_WEIGHT_UNITS = table("weight_units")
# One letter (or word) before or after a number names its axis.
_AXES = table("axes")
_FOLDED_AXES = {fold(label): axis for label, axis in _AXES.items()}  # "Ύ" with an accent, too
_NUMBER = rf"(?:{NUMBER_PATTERN})(?:\s?[½¼¾⅛⅜⅝⅞]|[ -]\d/\d{{1,2}})?"
_ALTERNATIVES = {
    name: "|".join(
        re.escape(key) + (r"(?![^\W\d_])" if key[-1].isalpha() else "") for key in sorted(table, key=len, reverse=True)
    )
    for name, table in (("unit", _UNITS), ("weight", _WEIGHT_UNITS))
}
_AXIS = "|".join(re.escape(key) for key in sorted(_AXES, key=len, reverse=True))
_TERM = (
    rf"(?:(?<![^\W\d_])(?P<pre>{_AXIS})\s?[.:=]?\s?)?(?P<number>{_NUMBER})\s?(?P<unit>{_ALTERNATIVES['unit']})?"
    rf"(?:\s?\(?(?P<post>{_AXIS})(?![^\W\d_])(?!\s?[.:=]?\s?\d)\.?\)?(?:\s?(?P<tail>{_ALTERNATIVES['unit']}))?)?"
)
_TERM_ANY = re.sub(r"\?P<\w+>", "?:", _TERM)
_JOIN = r"\s?[x×х*/✕]\s?|\s?,\s(?=[^\W\d_])|\s+(?=(?:{axis})\s?[.:]?\s?\d)|(?<=\s)(?=(?:{long})\s?\d)".replace(
    "{axis}", _AXIS
).replace("{long}", "|".join(re.escape(key) for key in sorted(_AXES, key=len, reverse=True) if len(key) > 1))
_SIZE = re.compile(rf"(?<![\w.,]){_TERM_ANY}(?:(?:{_JOIN}){_TERM_ANY}){{0,3}}", re.IGNORECASE)
# "L 180 P 70 H 35 cm": letters before their numbers and only spaces between; else P would read as the 180's letter.
_LED = rf"(?:{_AXIS})\s?[.:=]?\s?(?:{_NUMBER})(?:\s?(?:{_ALTERNATIVES['unit']}))?"
_LED_RUN = re.compile(rf"(?<![^\W\d_])(?<!\d)(?<!\d\s){_LED}(?:\s+{_LED})+(?![^\W\d_])", re.IGNORECASE)
_TAILED = rf"(?:{_NUMBER})\s?(?:{_ALTERNATIVES['unit']})?\s?(?:{_AXIS})(?![^\W\d_])"  # "80W 75D 90H"
_TAILED_RUN = re.compile(rf"(?<![\w.,])(?<![^\W\d_]\s){_TAILED}(?:\s+{_TAILED})+", re.IGNORECASE)
_TAILED_GAP = re.compile(r"(?<=[^\W\d_])\s(?=\d)")
_LED_GAP = re.compile(rf"(?<=[\w\"'″.])\s(?=(?:{_AXIS})\s?[.:=]?\s?\d)", re.IGNORECASE)
_TERM_RE = re.compile(_TERM, re.IGNORECASE)
_BARE_SIDES = re.compile(rf"(?<=\d)\s[·•|]\s(?=(?:{_AXIS})\s?\d)", re.IGNORECASE)
_AXIS_LIST = re.compile(
    rf"(?<![^\W\d_])((?:{_AXIS})(?:\s?[x×х*/]\s?(?:{_AXIS})){{1,3}})(?![^\W\d_])\s?(?:\((?:in\s)?(\w+)\.?\))?",
    re.IGNORECASE,
)
_WEIGHT = re.compile(
    rf"(?<![\w.,])(?P<number>{NUMBER_PATTERN})\s?(?P<unit>{_ALTERNATIVES['weight']})(?!\s?/)", re.IGNORECASE
)
_AREA_WEIGHT = re.compile(
    rf"(?:ca\.?\s)?(?P<number>{NUMBER_PATTERN})\s?(?:gsm|(?:(?P<kilo>kg)|gr?\.?)\s?/\s?(?:m[²2]|qm|sqm|mq))",
    re.IGNORECASE,
)
_TOLERANCE = re.compile(r"\s*(?:±|\+\s?/\s?[-–−])\s?[\d.,]+\s?(?:%|mm|cm)?$")  # "138 cm ± 2%"
# "137 cm (54")", "1400 mm / 55 in": the same once more in another unit.
_REMARK = re.compile(r"(?<=\w)\s*(?:\([^()]*\))?\s+[^\W\d_]{4,}(?:\s[^\W\d_]+)?$")
_CONVERTED = re.compile(
    rf"(?<=[^\W\d_]|[\"″”'’])\s*(?:\(|/\s?|≈\s?|=\s?)(?:(?:ca|approx|circa|abt)\.?\s)?{_NUMBER}"
    rf"\s?(?:{_ALTERNATIVES['unit']})\s?\)?$",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"\d{1,2}/(?:2|4|8|16|32|64)\s?(?:\"|″|”|''|in\b|inch|zoll)", re.IGNORECASE)  # of a thread
_YEAR = re.compile(r"(?:19|20)\d\d")
_FULL_DATE = re.compile(r"(?:[0-3]?\d/){2}(?:19|20)\d\d|(?:19|20)\d\d/[01]?\d/[0-3]?\d")
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75", "⅛": ".125", "⅜": ".375", "⅝": ".625", "⅞": ".875"}
_THIN_SHARE = 8  # a third number this many times smaller than the second is a slab's thickness, not its height
_PLANK_RATIO = 4  # a first side so many times the second is a plank's or a slab's length
_LONG_RATIO = 20  # a first number so many times all others is a bar's length


class Size(NamedTuple):
    """A size found in a text: its measures by axis, its spelling, and where it stands."""

    measures: dict[str, AttributeValue]
    text: str
    start: int
    end: int


@lru_cache(maxsize=TEXT_CACHE)
def find_sizes(
    text: str, mark: DecimalMark | None = None, unit: str | None = None, order: tuple[str, ...] = ()
) -> tuple[Size, ...]:
    """Every size in `text`. `unit` and the `order` of axes hold where none are printed (a table's "in cm").

    A lone number is a size only with an axis and a unit ("H 90 cm"); two or three joined by x always are.
    """
    if not DIGIT.search(text):
        return ()
    text = western_digits(text)
    listed = _AXIS_LIST.search(text)
    axes = list(axes_of(re.split(r"\s?[x×х*/]\s?", listed[1].strip(), flags=re.I)) or ()) if listed else []
    default = unit_of(listed[2]) if listed else None
    axes = axes or list(order)
    if listed:  # its last letter would read as the first number's axis
        text = text[: listed.start(1)] + "|" * len(listed[1]) + text[listed.end(1) :]
    printed = text  # of the same length as what follows
    text = _LED_RUN.sub(lambda run: _LED_GAP.sub("×", run[0]), text)
    text = _TAILED_RUN.sub(lambda run: _TAILED_GAP.sub("×", run[0]), text)
    found = []
    for match in _SIZE.finditer(text):
        terms = _without_extents(match.group(), list(_TERM_RE.finditer(match.group())))
        if _is_date(terms, match.group()) or _FRACTION.fullmatch(match.group().strip()):
            continue
        size = _read_size(terms, axes, mark, default or unit)
        if size:
            found.append(Size(size, printed[match.start() : match.end()].strip(), match.start(), match.end()))
    return tuple(found)


def join_bare_sides(text: str) -> str:
    """`text` with commas for the bullets between sides whose unit only the last one has: "Ancho 35 · Alto 150 cm"."""
    return _BARE_SIDES.sub(", ", text)


def _without_extents(text: str, terms: list[re.Match[str]]) -> list[re.Match[str]]:
    """The terms without what a stroke adds where others stand behind a cross: "160/210 x 95 x 73" is an extension."""
    between = [text[one.end() : other.start()].strip().casefold() for one, other in pairwise(terms)]
    if between == ["/"] and None not in (units := [unit_of(term["unit"]) for term in terms]) and units[0] != units[1]:
        return terms[:1]  # "140 cm / 55 in": the same once more
    if "/" not in between or not set(between) - {"/"}:
        return terms
    return [terms[0], *(term for term, before in zip(terms[1:], between, strict=True) if before != "/" or term["pre"])]


def _is_date(terms: Sequence[re.Match[str]], text: str) -> bool:
    """Whether bare numbers on both sides of a stroke are years, a date, loads ("2026/27", "26/02", "2 000 / 700").

    Also "03/12/2024", "2 x 5 W", which is a power, and what has one letter behind both numbers.
    """
    if len(terms) == 3:
        return bool(_FULL_DATE.fullmatch(text.strip()))
    if len(terms) != 2 or any(term["unit"] or term["pre"] or term["tail"] for term in terms):
        return False
    first, second = (term["number"] for term in terms)
    if terms[0]["post"] and terms[0]["post"] == terms[1]["post"]:
        return True  # "184 l / 70 l"
    if "/" in text[terms[0].end() : terms[1].start()] and not (terms[0]["post"] or terms[1]["post"]):
        return " / " in text or bool(_YEAR.fullmatch(first)) or first.startswith("0") or second.startswith("0")
    return (terms[1]["post"] or "") in ("W", "V") and not terms[0]["post"]


def weight_unit_of(label: str) -> str | None:
    """The unit of weight that a label consists of ("kg", "(Lbs.)")."""
    return _WEIGHT_UNITS.get(label.strip(" ()[].,").casefold())


def find_weight(text: str, mark: DecimalMark | None = None) -> Measure | None:
    """The first weight in `text` ("12,5 kg"); weights per area or length are none."""
    match = _WEIGHT.search(western_digits(text))
    value = parse_decimal(match["number"], mark) if match else None
    return Measure(value=value, unit=_WEIGHT_UNITS[match["unit"].casefold()]) if match and value else None


def find_area_weight(text: str, mark: DecimalMark | None = None) -> Measure | None:
    """The weight by area that `text` is ("480 g/m²", "320 gsm"), in g/m² or kg/m², else None."""
    match = _AREA_WEIGHT.fullmatch(western_digits(text).strip())
    value = parse_decimal(match["number"], mark) if match else None
    return Measure(value=value, unit="kg/m²" if match["kilo"] else "g/m²") if match and value else None


def unit_of(text: str | None) -> str | None:
    """The unit that `text` is ("cm.", "inches"), else None."""
    return _UNITS.get((text or "").strip(" ()[].").casefold())


@lru_cache(maxsize=TEXT_CACHE)
def axis_of(text: str) -> str | None:
    """The attribute that a label such as "W", "Tiefe" or "Ø" names, else None."""
    text = text.strip(" .:()").casefold()
    return _AXES.get(text) or _FOLDED_AXES.get(fold(text))


def axes_of(labels: Sequence[str]) -> tuple[str, ...] | None:
    """The axes that neighbouring labels name together, each another one; single letters by the language of all.

    "W D H", "S G W" (Polish) and "L P H" (Italian) are width, depth, height; None where one is no axis.
    """
    folded = [fold(label) for label in labels]
    if [label.strip() for label in labels[:2]] == ["L", "l"]:  # French: longueur, largeur
        rest = axes_of(labels[2:]) if labels[2:] else ()
        return None if rest is None else ("length", "width", *rest)
    if len(folded) > 1 and all(len(label) == 1 for label in folded):
        for letters in axis_letters():
            named = [letters.get(label) for label in folded]
            if None not in named and len(set(named)) == len(named):
                return tuple(str(axis) for axis in named)
    axes = [axis_of(label) for label in labels]
    return tuple(str(axis) for axis in axes) if axes and None not in axes else None


def parse_measure(text: str, mark: DecimalMark | None = None, unit: str | None = None) -> Measure | None:
    """A single measure: "39", "12,5 cm", '29 1/2"'; None when `text` holds more or less than one number."""
    text = _CONVERTED.sub("", western_digits(text).strip(" *†"))
    match = _TERM_RE.fullmatch(_TOLERANCE.sub("", text.rstrip()))
    value = _number(match["number"], mark) if match else None
    return Measure(value=value, unit=unit_of(match["unit"]) or unit) if match and value else None


def parse_leading_measure(text: str, mark: DecimalMark | None = None, unit: str | None = None) -> Measure | None:
    """A measure that a conversion and a word or two may follow: "140 cm (55 in) usable" is 140 cm."""
    return parse_measure(text, mark, unit) or parse_measure(_REMARK.sub("", text), mark, unit)


def _read_size(
    terms: list[re.Match[str]], axes: list[str], mark: DecimalMark | None, unit: str | None
) -> dict[str, AttributeValue] | None:
    values = [_number(term["number"], mark) for term in terms]
    units = [unit_of(term["unit"] or term["tail"]) for term in terms]
    named = [_axis(term) for term in terms]
    if None in values or (len(terms) == 1 and not (named[0] and units[0])):
        return None
    if len(terms) == 1 and named[0] != "diameter" and terms[0]["post"] and not terms[0]["pre"]:
        return None  # "90 cm high" in running text: a label is asked for
    if axes and any(named) and len(axes) == named.count(None) and not set(axes) & set(named):
        spare = iter(axes)  # "78 x 82 x 71 SH 38" in an order said elsewhere
        names = [name or next(spare) for name in named]
    elif any(named) or len(axes) != len(terms):
        letters = [(term["pre"] or term["post"] or "").casefold() for term in terms]
        names = _complete_axes(named, [float(str(value)) for value in values], letters)
    else:
        names = axes
    last = next((found for found in reversed(units) if found), unit)
    return {
        name: Measure(value=str(value), unit=found or last)
        for name, value, found in zip(names, values, units, strict=True)
    }


def _axis(term: re.Match[str]) -> str | None:
    axis = term["pre"] or term["post"]
    return _AXES[axis.casefold()] if axis else None


def _complete_axes(named: list[str | None], numbers: list[float], letters: Sequence[str] = ()) -> list[str]:
    """Axes for every number: as printed, else by custom (width x length, width x depth x height, slab thickness)."""
    if not any(named):
        if len(numbers) in (2, 3) and numbers[0] >= _LONG_RATIO * max(numbers[1:]):
            return ["length", "width", "thickness"][: len(numbers)]  # a skirting, a rail
        if len(numbers) == 2:
            return ["length", "width"] if numbers[0] >= _PLANK_RATIO * numbers[1] else ["width", "length"]
        if len(numbers) >= 3 and numbers[2] * _THIN_SHARE <= min(numbers[0], numbers[1]):
            sides = ["length", "width"] if numbers[0] >= _PLANK_RATIO * numbers[1] else ["width", "length"]
            return [*sides, "thickness", "extra"][: len(numbers)]
    if len(named) == 2 and "diameter" in named and None in named:
        return [axis or "height" for axis in named]  # "Ø40 × 13" is as high as the second number says
    if set(letters) >= {"l", "p"} and "width" not in named:
        named = ["width" if axis == "length" else axis for axis in named]  # "L 84 P 90 H 76": larghezza, largeur
    if {"length", "width", "depth"} == set(named):
        named = ["thickness" if axis == "depth" else axis for axis in named]  # "L x W x T": T is no German Tiefe here
    spare = [axis for axis in ("width", "depth", "height", "length", "thickness") if axis not in named]
    names = [axis or spare.pop(0) for axis in named]
    # Two of one axis ("L 200 x L 90"): the second is kept under the next free name.
    return [name if names.index(name) == index else spare.pop(0) for index, name in enumerate(names)]


def _number(text: str, mark: DecimalMark | None) -> str | None:
    text = text.strip()
    if text[-1:] in _FRACTIONS:
        whole = parse_decimal(text[:-1], mark)
        return whole + _FRACTIONS[text[-1]] if whole else None
    if fraction := re.fullmatch(r"(\d+)[ -](\d)/(\d{1,2})", text):
        value = int(fraction[1]) + int(fraction[2]) / max(1, int(fraction[3]))
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return parse_decimal(text, mark)
