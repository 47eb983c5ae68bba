"""Values that go on in the next line of their column: "68% new wool, 25% flax," with "7% polyamide" under it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tasks.catalog.boxes import union
from tasks.catalog.discovery.labels import read_label, split_label
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.vocabulary import fold, words

_EDGE_POINTS = 3.0
_GAP_SHARE = 0.75  # of the type size: what stands further below is another text
_TIGHT_SHARE = 0.85  # of the labels' pitch: lines of one value stand nearer to each other than rows
_SIZE_RATIO = 1.1
_OPEN_END = re.compile(r"(?:[,/&+–—%]|[^\W\d_]-)$")
_SHARE = re.compile(r"(?<![\w.,])(\d{1,3}(?:[.,]\d)?)\s?%")
_UNITS = frozenset({"W", "V", "K", "lm", "kg", "g", "mm", "cm", "m", "l", "ml", "Вт", "кг", "мм", "см"})
_WHOLE = 99.0  # percent; shares are rounded


def join_wrapped(rows: Sequence[Sequence[Segment]]) -> list[list[Segment]]:
    """Rows with each value that is not at its end joined with the line under it; that line leaves its own row.

    A value is not at its end where it says so (a comma, open shares), or where the line under it stands nearer than the
    column's labels stand to each other.
    """
    joined: list[list[Segment]] = []
    pitch = _pitch(rows)
    for row in rows:
        above = joined[-1] if joined else []
        told = len(joined) > 1 and _is_under_label(joined[-2], above)
        index = next((i for i, one in enumerate(above) if _goes_on(one, row[0], alone=i == 0 and not told)), None)
        if index is None and (home := next((one for one in joined[-2:] if _is_tight(one, row[0], pitch)), None)):
            above, index = home, 1  # what stands beside may come between: captions of swatches
        if index is None and len(row) == 1:
            index = next((i for i, one in enumerate(above) if _ends_in_unit(one, row[0])), None)
        if index is None:
            joined.append(list(row))
            continue
        above[index] = _join(above[index], row[0])
        if row[1:]:
            joined.append(list(row[1:]))
    return joined


def _goes_on(value: Segment, lower: Segment, *, alone: bool) -> bool:
    """Whether `lower` is the next line of a value: one beside its label, or (`alone`) with the label before it."""
    aligned = abs(value.box.x0 - lower.box.x0) <= _EDGE_POINTS and lower.box.y0 > value.box.center[1]
    near = lower.box.y0 - value.box.y1 <= _GAP_SHARE * value.size
    small, large = sorted((value.size, lower.size))
    if not aligned or not near or large > _SIZE_RATIO * small or (alone and not _is_labelled(value.text)):
        return False
    return is_open(value.text) and not _is_labelled(lower.text) and read_label(lower.text) is None


def _pitch(rows: Sequence[Sequence[Segment]]) -> float:
    """How far apart the labels of a column stand, each with its value beside it, in points; 0 without such a column."""
    labels = [row[0].box for row in rows if len(row) > 1 and read_label(row[0].text) and not read_label(row[1].text)]
    steps = [
        lower.y0 - upper.y0
        for upper, lower in pairwise(labels)
        if abs(upper.x0 - lower.x0) <= _EDGE_POINTS and lower.y0 > upper.y0
    ]
    return min(steps, default=0.0)


def _is_tight(row: Sequence[Segment], lower: Segment, pitch: float) -> bool:
    """Whether a line stands flush under a label's value, nearer to it than the column's next label could stand."""
    if len(row) < 2:
        return False
    label, value = row[:2]
    if not read_label(label.text) or read_label(value.text) or _is_labelled(lower.text) or read_label(lower.text):
        return False
    step = (lower.box.y1 - value.box.y1) if pitch else 0.0
    flush = abs(value.box.x0 - lower.box.x0) <= _EDGE_POINTS and value.size == lower.size
    return flush and value.box.x0 > label.box.x1 and 0.5 * value.size < step <= _TIGHT_SHARE * pitch


def _is_under_label(label: Sequence[Segment], value: Sequence[Segment]) -> bool:
    """Whether a row is a value alone, flush right under its label alone."""
    if len(label) != 1 or len(value) != 1 or not read_label(label[0].text):
        return False
    return abs(label[0].box.x0 - value[0].box.x0) <= _EDGE_POINTS


def _ends_in_unit(value: Segment, lower: Segment) -> bool:
    """Whether a line is only the unit of the number that the line over it ends in ("IP44, 18" with "W" under it)."""
    return (
        lower.text.strip().rstrip(".") in _UNITS
        and len(value.text.split()) > 1
        and value.text[-1:].isdigit()
        and abs(value.box.x0 - lower.box.x0) <= _EDGE_POINTS
        and 0 < lower.box.center[1] - value.box.center[1] <= (1 + _GAP_SHARE) * value.size
    )


def _is_labelled(text: str) -> bool:
    labelled = split_label(text)
    return labelled is not None and (labelled[0].known or ":" in text)


def is_open(text: str) -> bool:
    """Whether a value cannot be all: it ends in a comma, a stroke or "and", or its shares do not make a whole."""
    last = fold(text.split()[-1]) if text.split() else ""
    if _OPEN_END.search(text.rstrip()) or last in words("joining_words"):
        return True
    shares = [float(share.replace(",", ".")) for share in _SHARE.findall(text)]
    return bool(shares) and _SHARE.match(text.strip()) is not None and sum(shares) < _WHOLE


def is_composition(text: str) -> bool:
    """Whether a text tells of what something is made by shares that make a whole: "60% wool, 40% bamboo silk"."""
    shares = [float(share.replace(",", ".")) for share in _SHARE.findall(text)]
    return len(shares) > 1 and _SHARE.match(text.strip()) is not None and abs(sum(shares) - 100) <= 100 - _WHOLE


def _join(value: Segment, lower: Segment) -> Segment:
    whole = value.text.rstrip()
    glue = "" if re.search(r"[^\W\d_]-$", whole) and lower.text[:1].islower() else " "
    text = f"{whole[:-1] if not glue else whole}{glue}{lower.text}"
    return value._replace(text=text, box=union([value.box, lower.box]), words=(*value.words, *lower.words))
