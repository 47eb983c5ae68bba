"""Which lines of a product's text are its name: the most prominent ones that can be a name, wrapped lines joined."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import find_code
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.labels import read_label, split_label
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import clean_name, is_badge, is_name, is_price_line, strip_continued
from tasks.catalog.prices import find_prices
from tasks.catalog.technical_terms import is_technical_term
from tasks.catalog.vocabulary import TEXT_CACHE

# A line that leaves room for the next line's first word (as a share of the width) ended on purpose.
_WRAP_SLACK = 1.02
_PARTS = re.compile(r"\s+[|•·–—-]\s+|,\s+|\s*\|\s*")
_WRAP_GAP_SHARE = 0.5  # of the type size: a wider gap starts another text
_MIN_PRICE_LABELS = 3
_POWER = re.compile(r"\d\s?(?:W|lm|K)(?!\w)")
_WEIGHT_END = re.compile(r"\d[\d.,]*\s?(?:kg|g|lbs?|oz)\.?$", re.IGNORECASE)
_OCR_NAME_SIZE = 0.6  # of the largest line's


class Name(NamedTuple):
    """A name, its box, and the segments it was read from."""

    text: str
    box: Box
    segments: tuple[Segment, ...]


def find_price_labels(segments: Iterable[Segment]) -> frozenset[Segment]:
    """The lines with a price that begin with one word in capitals, all the same: "WSP £9.95", "WSP £6.75", ..."""
    found: dict[str, list[Segment]] = defaultdict(list)
    for segment in segments:
        prices = find_prices(segment.text)
        lead = segment.text[: prices[0].start].strip(" :") if prices else ""
        if lead.isupper() and lead.isalpha():
            found[lead].append(segment)
    return frozenset(line for lines in found.values() if len(lines) >= _MIN_PRICE_LABELS for line in lines)


def can_name(segment: Segment) -> bool:
    """Whether a line can be (a part of) a name rather than a field."""
    return _can_name(segment.text)


@lru_cache(maxsize=TEXT_CACHE)
def _can_name(line: str) -> bool:
    text = clean_name(line)
    if not is_name(text) or read_label(text) or is_price_line(line) or is_badge(line) or _is_data(line):
        return False
    labelled = split_label(line)
    if labelled and (labelled[0].known or ":" in line):
        return False
    code = find_code(text)
    return code is None or len(text.split()) > len(code.split()) + 1 or not _is_only_code(text, code)


def _is_only_code(text: str, code: str) -> bool:
    left = text.replace(code, " ")
    return sum(char.isalpha() for char in left) < 3


def pick_name(segments: Sequence[Segment], width: float, *, wrapped: bool | None = None) -> Name | None:
    """The name among a caption's lines, from top to bottom.

    `width` is the room that a line had, in points: a line joins the name when it would not have fitted on the one
    before. `wrapped` settles that for captions of a grid that all look alike (None: not known).
    """
    usable = [segment for segment in segments if can_name(segment)]
    if not usable:
        return None
    first = _most_prominent(usable)
    start = list(segments).index(first)
    chosen = [first]
    for segment in segments[start + 1 :]:
        if not segment.looks_like(first) or not _is_near(chosen[-1], segment):
            break
        if not (_can_continue(segment) or _is_last_word(chosen[-1], segment, width)
                or _is_last_number(chosen[-1], segment, width)):  # fmt: skip
            break
        if not is_wrap(chosen[-1], segment, width) if wrapped is None else not wrapped:
            break
        chosen.append(segment)
    text = _without_fields(strip_continued(clean_name([segment.text for segment in chosen])))
    return Name(text, union(segment.box for segment in chosen), tuple(chosen)) if is_name(text) else None


def _is_data(line: str) -> bool:
    """Whether a line is a lamp's or a weight's: "E27 max 1×12 W LED", "LED 24 W 2700 K", "peso netto 1,8 kg"."""
    first, _, rest = line.partition(" ")
    if (first == "LED" or is_technical_term(first)) and _POWER.search(rest):
        return True
    weight = _WEIGHT_END.search(line)
    label = read_label(line[: weight.start()].strip(" :")) if weight else None
    return label is not None and label.field == "weight"


def _without_fields(text: str) -> str:
    """A name without the fields that follow it on its line: "Carrara | WP-300 | 53 cm x 10 m", "Nero, 60x60 cm"."""
    parts = _PARTS.split(text)
    kept = parts[:]
    while len(kept) > 1 and _is_field(kept[-1]):
        kept.pop()
    while len(kept) > 1 and _is_field(kept[0]):
        kept.pop(0)
    if len(kept) == len(parts):
        return text
    start = text.index(kept[0])
    return text[start : text.index(kept[-1], start) + len(kept[-1])]


def _is_field(text: str) -> bool:
    if find_prices(text) or find_sizes(text):
        return True
    code = find_code(text)
    return code is not None and _is_only_code(text, code)


def _most_prominent(usable: Sequence[Segment]) -> Segment:
    """The largest line, the bold one of equals, the first of those; sizes that OCR measured count only roughly."""
    largest = max(segment.size for segment in usable)
    if usable[0].from_ocr:
        return next(segment for segment in usable if segment.size >= _OCR_NAME_SIZE * largest)
    return max(usable, key=lambda one: (round(one.size * 2) / 2, one.bold, -usable.index(one)))


def count_name_lines(segments: Sequence[Segment]) -> int:
    """How many lines a caption has, from its most prominent one on, before a field or another look of type."""
    usable = [segment for segment in segments if can_name(segment)]
    if not usable:
        return 0
    start = list(segments).index(_most_prominent(usable))
    count = 1
    for segment in segments[start + 1 :]:
        if not segment.looks_like(segments[start]) or not _can_continue(segment):
            break
        count += 1
    return count


def _can_continue(segment: Segment) -> bool:
    """Whether a line can be the rest of a name; it may be short ("l brushed") but no field."""
    text = segment.text
    labelled = split_label(text)
    if labelled and (labelled[0].known or ":" in text):
        return False
    if find_prices(text) or find_code(text) or read_label(text):
        return False
    return any(char.isalpha() for char in text) and not (find_sizes(text) and not can_name(segment))


def _is_last_word(upper: Segment, lower: Segment, width: float) -> bool:
    """Whether a line is a name's last word, though it is a label elsewhere ("Rosalind Scalloped Table" / "Lamp")."""
    return ":" not in lower.text and read_label(lower.text) is not None and is_wrap(upper, lower, width)


def _is_last_number(upper: Segment, lower: Segment, width: float) -> bool:
    """Whether a bold line is the number that ends a full line's name ("Charcoal barbecue Brasa" / "47")."""
    return lower.bold and upper.bold and lower.text.isdigit() and len(lower.text) <= 3 and is_wrap(upper, lower, width)


def _is_near(upper: Segment, lower: Segment) -> bool:
    return lower.box.y0 - upper.box.y1 <= _WRAP_GAP_SHARE * min(upper.size, lower.size)


def is_wrap(upper: Segment, lower: Segment, width: float) -> bool:
    """Whether `lower` goes on with `upper` because that line was full; `width` is the room it had, in points."""
    if lower.text[:1].islower() or upper.text.endswith(("-", "–", "&", "/", ",")):
        return True
    first_word = lower.text.split()[0]
    per_letter = lower.box.width / max(1, len(lower.text))
    return upper.box.width + per_letter * (len(first_word) + 1) > width / _WRAP_SLACK
