"""Upright strokes counted in the pixels: what tells I, II, III and ! apart where letters run together."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tasks.catalog.boxes import Box

_ZOOM = 6  # strokes of small type are one or two pixels wide
_PEAK = 0.45  # of the darkest column: a stroke
_VALLEY = 0.85  # of the fainter of two strokes: what is between them is lighter
_BAND = (0.3, 0.6)  # of the height, where strokes are free of serifs and of crossbars at the half
_BODY = (0.2, 0.86)  # of the height, where a letter's stroke goes on and a mark of exclamation has its gap
_SOLID = 0.55  # of a stroke's median darkness: fainter is a gap
_EVEN = 0.3  # of the mean distance, by which distances of a numeral's strokes may differ
_WIDE = 1.15  # times its height is the widest distance of a numeral's strokes
_MAY_BE_STROKES = re.compile(r"[IilLtTfUuHNJ1!|\[\](){}]{1,3}")
_WORDS = frozenset({"IN", "IT", "IF", "TV", "HI", "TIL", "TILL"})  # that are no numeral, whatever the case
_INK = 0.4  # of the darkest pixel's difference from the ground
_MOST_STROKES = 3


class Strokes(NamedTuple):
    """Places of upright strokes from the left, in heights of the picture, and whether each is unbroken."""

    places: tuple[float, ...]
    solid: tuple[bool, ...]


def find_strokes(picture: Image.Image) -> Strokes:
    """The strokes in one word's picture, dark on light."""
    if min(picture.size) < 2:
        return Strokes((), ())
    large = picture.resize((picture.width * _ZOOM, picture.height * _ZOOM), Image.Resampling.BICUBIC)
    grey = np.asarray(large).astype(np.float64)
    ink = np.clip(np.percentile(grey, 90) - grey, 0, None)
    height = ink.shape[0]
    profile = ink[int(_BAND[0] * height) : int(_BAND[1] * height) + 1].mean(axis=0)
    columns = _find_peaks(profile)
    body = ink[int(_BODY[0] * height) : int(_BODY[1] * height) + 1]
    solid = [_is_solid(body[:, max(0, column - 1) : column + 2].mean(axis=1)) for column in columns]
    return Strokes(tuple(column / height for column in columns), tuple(solid))


def read_numeral(text: str, picture: Image.Image) -> str | None:
    """The numeral II or III that `text`, the last word of a name, is by its `picture`; None where it is something
    else."""
    if not _MAY_BE_STROKES.fullmatch(text) or text.upper() in _WORDS:
        return None
    places, solid = find_strokes(picture)
    if not 2 <= len(places) <= _MOST_STROKES or not all(solid):
        return None
    gaps = np.diff(places)
    mean = float(gaps.mean())
    even = bool(np.abs(gaps - mean).max() <= _EVEN * mean) and mean <= _WIDE
    return "I" * len(places) if even else None


def ends_in_letter(picture: Image.Image) -> bool:
    """Whether a word read with "!" at its end ends in an unbroken stroke, which is an I."""
    solid = find_strokes(picture).solid
    return bool(solid) and solid[-1]


def measure_fill(picture: Image.Image) -> float:
    """Share of a word's box that is ink, 0 to 1, told by the lightest and the darkest of its pixels."""
    grey = np.asarray(picture).astype(np.float64)
    if not grey.size:
        return 0.0
    ground = float(grey.max())
    return float((ground - grey > _INK * (ground - grey.min())).mean())


def crop_word(picture: Image.Image, box: Box) -> Image.Image:
    """A word's box, in the picture's pixels, with a column on each side."""
    left, right = max(0, int(box.x0) - 1), min(picture.width, int(box.x1) + 2)
    top, bottom = max(0, round(box.y0)), min(picture.height, max(round(box.y1), round(box.y0) + 1))
    return picture.crop((left, top, max(left, right), max(top, bottom)))


def _find_peaks(profile: NDArray[np.float64]) -> list[int]:
    """Columns of the strokes: the darkest of each run between two lighter valleys."""
    floor = _PEAK * float(profile.max(initial=0.0))
    peaks: list[int] = []
    for column in range(1, len(profile) - 1):
        value = profile[column]
        if value < floor or value < profile[column - 1] or value <= profile[column + 1]:
            continue
        if peaks and profile[peaks[-1] : column].min() > _VALLEY * min(value, profile[peaks[-1]]):
            if value > profile[peaks[-1]]:
                peaks[-1] = column
        else:
            peaks.append(column)
    return peaks


def _is_solid(column: NDArray[np.float64]) -> bool:
    return bool(column.min() >= _SOLID * np.median(column))
