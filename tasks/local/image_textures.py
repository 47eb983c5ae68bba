"""What a surface feels and is patterned like, as far as its pixels say so clearly: measured, named, else left open.

Only a picture that is one surface all over is judged; what a scene's statistics would say of no surface is not said.
Thresholds were set on rendered materials and on swatches (`tests/accuracy/materials.py`), so that few claims are wrong
rather than that many are made.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tasks.catalog.colors import to_lab

SIDE_PIXELS = 224  # of the square that is judged
_PLAIN_SPREAD = 1.6  # of L*: standard deviation below which a surface is even (film grain and JPEG make about 1)
_FIRM_SPREAD = 3.0  # above it, structure is not noise
_UNEVEN_MEANS = 9.0  # CIELAB: quarters that differ by more are not one surface
_UNEVEN_SPREADS = 3.0  # largest over smallest contrast of the quarters
_DIRECTED, _STRONGLY_DIRECTED = 0.45, 0.85  # coherence of the structure tensor, 0 to 1
_EXPLAINED = 0.72  # share of the variance that a profile accounts for
_REPEATING = 0.5  # autocorrelation at the period
_LEAST_PERIOD, _MOST_PERIOD = 4, SIDE_PIXELS // 3  # pixels
_WOVEN_PERIOD = 26  # pixels: threads repeat faster than patterns
_WOVEN_GRID, _LINED_GRID = 0.4, 0.4  # share of the variance: threads along both axes; joints, which are no veins
_STEEPEST = 15.0  # L* from one side to the other: more is no light but a blend
_FINE_SHARE, _COARSE_SHARE = 0.55, 0.22  # of the variance in details of up to four pixels
_SPARSE = 2.5  # excess kurtosis: few pixels differ, and by much
_LINES, _DOTS = 0.6, 0.35  # coherence around the strongest details

Grey = NDArray[np.float64]  # (side, side), L* of 0 to 100


class Surface(NamedTuple):
    """Texture words and the pattern's name; empty and None where nothing is clear."""

    textures: tuple[str, ...] = ()
    pattern: str | None = None


class Measures(NamedTuple):
    """The numbers behind the words."""

    spread: float  # standard deviation of L*
    color_spread: float  # of a* and b* together
    unevenness: float  # largest difference of the quarters' means, CIELAB
    contrast_ratio: float  # of the quarters' contrasts, largest over smallest
    coherence: float  # of the gradient's directions: 0 is none, 1 a single one
    angle: float  # of the strongest gradient, radians from the x axis
    profile_share: float  # of the variance explained by a profile along that gradient
    grid_share: float  # by a row and a column profile together
    period: int  # of the profile, pixels; 0 where it does not repeat
    repeats: float  # autocorrelation there
    grid_periods: tuple[int, int]  # of the row and the column profile
    slope: float  # of the light: L* from one side to the other; taken out before the rest is measured
    fine_share: float  # of the variance in details of up to four pixels
    sparseness: float  # excess kurtosis of the details
    line_coherence: float  # coherence around the strongest details: 0 dots, 1 lines


def describe_surface(picture: Image.Image) -> Surface:
    """The words for an RGB picture without a background."""
    return name_surface(measure_surface(picture))


def name_surface(found: Measures) -> Surface:
    """What the measures say clearly."""
    if found.slope > _STEEPEST:
        return Surface()
    if found.spread < _PLAIN_SPREAD and found.color_spread < _PLAIN_SPREAD * 2:
        return Surface(("smooth",), "plain")
    if found.unevenness > _UNEVEN_MEANS or found.contrast_ratio > _UNEVEN_SPREADS:
        return Surface()
    if pattern := _name_pattern(found):
        return Surface((), pattern)
    if found.spread < _FIRM_SPREAD:
        return Surface()
    structure = _name_structure(found)
    return Surface(tuple(word for word in (structure, _name_grain(found, structure)) if word))


def _name_pattern(found: Measures) -> str | None:
    if found.fine_share > _FINE_SHARE:
        return None
    if found.coherence > _STRONGLY_DIRECTED and found.profile_share > _EXPLAINED and found.repeats > _REPEATING:
        return "striped"
    if found.coherence < _DIRECTED and found.grid_share > _EXPLAINED and min(found.grid_periods) > _WOVEN_PERIOD:
        return "checked"
    return None


def _name_structure(found: Measures) -> str | None:
    if found.coherence > _DIRECTED:
        return "directional"
    if min(found.grid_periods) > 0 and max(found.grid_periods) <= _WOVEN_PERIOD and found.grid_share > _WOVEN_GRID:
        return "woven"
    if found.sparseness < _SPARSE:
        return None
    if found.line_coherence > _LINES and found.fine_share < _FINE_SHARE and found.grid_share < _LINED_GRID:
        return "veined"
    return "speckled" if found.line_coherence < _DOTS else None


def _name_grain(found: Measures, structure: str | None) -> str | None:
    if found.fine_share > _FINE_SHARE and structure in (None, "directional"):
        return "fine-grained"
    scattered = max(found.grid_periods) == 0 and found.coherence < _DIRECTED and found.line_coherence < _DIRECTED
    return "coarse" if scattered and found.fine_share < _COARSE_SHARE and found.sparseness < _SPARSE else None


def measure_surface(picture: Image.Image) -> Measures:
    """All measures of a picture's middle square, at 224 pixels a side."""
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    square = picture.resize((SIDE_PIXELS, SIDE_PIXELS), Image.Resampling.BOX, (left, top, left + side, top + side))
    lab, slope = _take_out_light(to_lab(np.asarray(square)))
    grey: Grey = lab[..., 0]
    spread = float(grey.std())
    means, contrasts = _quarter(lab)
    coherence, angle = _direct(grey)
    turned = _turn(grey, angle)
    period, repeats = _find_period(turned.mean(axis=0))
    rows, columns = grey.mean(axis=1), grey.mean(axis=0)
    variance = max(spread**2, 1e-9)
    details = grey - _blur(_blur(grey, 2), 2)
    return Measures(
        spread=spread,
        color_spread=float(np.hypot(lab[..., 1].std(), lab[..., 2].std())),
        unevenness=float(max(np.linalg.norm(a - b) for a in means for b in means)),
        contrast_ratio=float(max(contrasts) / max(min(contrasts), 0.2)),
        coherence=coherence,
        angle=angle,
        profile_share=float(turned.mean(axis=0).var() / max(turned.var(), 1e-9)),
        grid_share=float((rows.var() + columns.var()) / variance),
        period=period,
        repeats=repeats,
        grid_periods=(_find_period(rows)[0], _find_period(columns)[0]),
        slope=slope,
        fine_share=float(details.var() / variance),
        sparseness=float(((details / max(details.std(), 1e-9)) ** 4).mean() - 3),
        line_coherence=_follow_lines(grey, details),
    )


def _take_out_light(lab: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """The picture without the slope of its lightness, as a lamp from one side makes it, and that slope."""
    ramp = np.linspace(-0.5, 0.5, SIDE_PIXELS)
    power = float((ramp**2).mean())
    across = float((lab[..., 0].mean(axis=0) * ramp).mean()) / power
    down = float((lab[..., 0].mean(axis=1) * ramp).mean()) / power
    flat = lab.copy()
    flat[..., 0] -= across * ramp[None, :] + down * ramp[:, None]
    return flat, float(np.hypot(across, down))


def _quarter(lab: NDArray[np.float64]) -> tuple[list[NDArray[np.float64]], list[float]]:
    half = SIDE_PIXELS // 2
    quarters = [lab[y : y + half, x : x + half] for y in (0, half) for x in (0, half)]
    return [part.mean(axis=(0, 1)) for part in quarters], [float(part[..., 0].std()) for part in quarters]


def _gradient(grey: Grey) -> tuple[Grey, Grey]:
    return np.gradient(_blur(grey, 1))[::-1]  # type: ignore[return-value]  # x, y


def _direct(grey: Grey) -> tuple[float, float]:
    """Coherence and angle of the structure tensor over the whole picture (Bigün and Granlund 1987)."""
    x, y = _gradient(grey)
    xx, yy, xy = float((x * x).sum()), float((y * y).sum()), float((x * y).sum())
    coherence = np.hypot(xx - yy, 2 * xy) / max(xx + yy, 1e-9)
    return float(coherence), float(0.5 * np.arctan2(2 * xy, xx - yy))


def _follow_lines(grey: Grey, details: Grey) -> float:
    """Coherence of the directions around the strongest twentieth of the details, weighted by their gradients."""
    x, y = _gradient(grey)
    xx, yy, xy = (_blur(product, 4) for product in (x * x, y * y, x * y))
    strong = np.abs(details) >= np.quantile(np.abs(details), 0.95)
    energy = xx + yy
    local = np.hypot(xx - yy, 2 * xy)
    return float(local[strong].sum() / max(energy[strong].sum(), 1e-9))


def _turn(grey: Grey, angle: float) -> Grey:
    """The middle of the picture, turned so that the strongest gradient runs along the x axis."""
    turned = Image.fromarray(grey.astype(np.float32)).rotate(np.degrees(angle), Image.Resampling.BILINEAR)
    margin = int(SIDE_PIXELS * (1 - 1 / np.sqrt(2)) / 2) + 1
    return np.asarray(turned, np.float64)[margin:-margin, margin:-margin]


def _find_period(profile: NDArray[np.float64]) -> tuple[int, float]:
    """The shift at which a profile is most like itself after it has been unlike, and how like; zeros for none."""
    centred = profile - profile.mean()
    if centred.std() < 0.3:
        return 0, 0.0
    shifts = np.arange(1, min(_MOST_PERIOD, len(profile) // 2))
    likeness = np.array([_correlate(centred[:-shift], centred[shift:]) for shift in shifts])
    low = np.flatnonzero(likeness < 0)
    if not len(low):
        return 0, 0.0
    best = int(low[0] + likeness[low[0] :].argmax())
    period = int(shifts[best])
    return (period, float(likeness[best])) if likeness[best] > _REPEATING and period >= _LEAST_PERIOD else (0, 0.0)


def _correlate(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    return float((first * second).mean() / max(np.sqrt((first**2).mean() * (second**2).mean()), 1e-9))


def _blur(grey: Grey, radius: int) -> Grey:
    """The mean over squares of 2 x radius + 1 pixels; the border is repeated."""
    padded = np.pad(grey, radius, mode="edge")
    for axis in (0, 1):
        total = np.cumsum(padded, axis=axis)
        total = np.concatenate([np.zeros_like(np.take(total, [0], axis)), total], axis=axis)
        width = 2 * radius + 1
        length = total.shape[axis]
        high, low = np.take(total, range(width, length), axis), np.take(total, range(length - width), axis)
        padded = (high - low) / width
    return padded
