"""Sizes and weights of feeds: "12 Kg", "0,5 кг", "45.5cm", '24"', "60x60x2 cm", "W 60 x D 40 x H 90"."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from tasks.catalog.decimals import NUMBER_PATTERN, DecimalMark, parse_decimal, western_digits
from tasks.catalog.dimensions import find_sizes, find_weight
from tasks.catalog.feeds.values_data import VALUE_CACHE, data
from tasks.catalog.products import Measure
from tasks.catalog.vocabulary import table

_MEASURE = re.compile(rf"({NUMBER_PATTERN})\s?(\D{{0,20}})")
_UNIT_FIRST = re.compile(rf"([^\W\d_]{{1,4}})[.:]?\s?({NUMBER_PATTERN})")
# A bare triple of numbers ("60*60*2", "60 60 2" never): axes are given by custom as in `find_sizes`.
_LABEL = re.compile(r"\s*[;|\n]\s*")


@lru_cache(maxsize=VALUE_CACHE)
def parse_measure(text: str, default_unit: str | None = None, mark: DecimalMark | None = None) -> Measure | None:
    """The one measure of `text`; None for none, several, an unknown unit, or zero, which feeds send for "unknown"."""
    text = western_digits(text).strip(" \t\n*~≈")
    number, unit = "", ""
    if match := _MEASURE.fullmatch(text):
        number, unit = match[1], match[2]
    elif match := _UNIT_FIRST.fullmatch(text):
        unit, number = match[1], match[2]
    value = parse_decimal(number, mark)
    known = unit_of(unit) if unit.strip(" ()[].") else default_unit
    if value is None or (unit.strip(" ()[].") and known is None) or not value.strip("0."):
        return None
    return Measure.model_construct(value=_trim(value), unit=known)


@lru_cache(maxsize=VALUE_CACHE)
def unit_of(text: str) -> str | None:
    """The unit that `text` names ("Kg.", "ίντσες"), in its usual sign."""
    text = text.strip(" ()[].").casefold()
    return _units().get(text) or _units().get(text.rpartition(".")[2])  # "unece.unit.CMT"


@lru_cache(maxsize=VALUE_CACHE)
def parse_dimensions(text: str, default_unit: str | None = None, mark: DecimalMark | None = None) -> dict[str, Measure]:
    """The sizes of `text` by axis (width, depth, height, length, thickness, diameter, weight); empty without any.

    The dict is shared between calls: copy it before changing it.
    """
    found: dict[str, Measure] = {}
    for part in _LABEL.split(text):
        for size in find_sizes(part, mark, default_unit):
            for axis, measure in size.measures.items():
                if isinstance(measure, Measure) and measure.value.strip("0."):
                    found.setdefault(axis, measure)
    if weight := find_weight(text, mark):
        found.setdefault("weight", weight)
    return found


def _trim(value: str) -> str:
    """Zeros that a database column printed ("12.0000") say nothing."""
    whole, dot, fraction = value.partition(".")
    if len(fraction) > 2:
        fraction = fraction.rstrip("0")
    return whole + dot + fraction if fraction else whole


@cache
def _units() -> dict[str, str]:
    own = {word.casefold(): unit for unit, words in data("units").items() for word in words}
    return dict(table("units")) | dict(table("weight_units")) | own
