"""Lines that are forms of one product, one below the other: a finish with its code, a size with its price."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import clean_code, is_code, is_spaced_code, is_suffixed_code
from tasks.catalog.dimensions import Size, find_sizes
from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import Context
from tasks.catalog.discovery.fields import Fields
from tasks.catalog.discovery.labels import read_label, split_label
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.materials import material_kind
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import clean_name, is_sentence
from tasks.catalog.prices import find_prices
from tasks.catalog.products import AttributeValue, Variant
from tasks.catalog.vocabulary import fold, words

_MIN_OPTIONS = 2
_MAX_WORDS = 10  # of a line
_EDGE_POINTS = 2.5
_GAP_SHARE = 2.2  # of the type size, between two lines
_HEADED_GAP_SHARE = 6.0  # where a size heads the second
_HEADING_GAP_SHARE = 1.5  # of the heading's size
_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
_MAX_HEADING_WORDS = 4  # before a size
_MIN_COUNTED, _COUNTED_FIGURES = 3, 2
_MIN_CODE = 3  # characters of a code over its size
_STEM_DIGITS = 3
_LAST_PART = re.compile(r"[-./ ][^-./ ]+$|(?<=\d)[A-Z]{1,3}$")  # "-02", or the letters of a colour
_PARTS = re.compile(r"\s*[,;/+]\s+|\s+[–-]\s+|\s*[/+]\s*")


class Option(NamedTuple):
    """A form of a product as one line tells it; at least two of the fields are known."""

    name: str
    code: str
    price: str
    currency: str | None
    sizes: dict[str, AttributeValue]
    size: str
    segments: tuple[Segment, ...]

    @property
    def kinds(self) -> tuple[bool, ...]:
        return bool(self.name), bool(self.code), bool(self.price), bool(self.sizes)

    @property
    def box(self) -> Box:
        return union(segment.box for segment in self.segments)


def find_options(segments: Sequence[Segment], context: Context, *, captioned: bool = False) -> list[Option]:
    """The longest run of lines, set alike below one another, that tell forms of one product; [] where there is none.

    With codes, the lines' words are finishes, materials or sizes, or the codes differ only in their last part;
    without codes, each has a price, and another size or finish. In the caption of one picture codes may count up, too.
    """
    runs = _read_runs(segments, context)
    for column in _cut_columns(segments):
        runs += _read_runs(column, context)
    if matrix := _read_code_matrix(segments, context):
        return matrix
    if drawn := read_drawn(segments, context):
        return drawn
    runs += _read_strips(segments, context)
    forms = (run for run in runs if _are_forms(run) or _are_headed(run, segments) or (captioned and _count_up(run)))
    return max(forms, key=lambda run: (len(run), sum(bool(one.sizes) for one in run)), default=[])


def _read_runs(segments: Sequence[Segment], context: Context) -> list[list[Option]]:
    """Lines below one another that tell forms, as far as they are set alike."""
    runs: list[list[Option]] = [[]]
    size: Size | None = None
    headed = False
    for row in read_rows(segments):
        if heading := _read_heading(row, context):
            size, headed = heading, True
            continue
        option = _read_option(row, context)
        if option is None:
            size = None
        elif size and option.code and not option.sizes:
            option = option._replace(sizes=dict(size.measures), size=size.text)
        if option is None or (runs[-1] and not _goes_on(runs[-1][-1], option, headed=headed)):
            runs.append([])
        if option is not None:
            runs[-1].append(option)
        headed = False
    return runs


def _cut_columns(segments: Sequence[Segment]) -> list[list[Segment]]:
    """What stands flush with several codes or behind them, where other text stands before them on their rows."""
    codes = [one for one in segments if _is_code(one.text)]
    edges = {round(one.box.x0) for one in codes if sum(abs(one.box.x0 - other.box.x0) <= 1 for other in codes) > 1}
    columns = [[one for one in segments if one.box.x0 >= edge - _EDGE_POINTS] for edge in sorted(edges)]
    return [column for column in columns if len(column) < len(segments)]


def _are_headed(run: Sequence[Option], segments: Sequence[Segment]) -> bool:
    """Whether lines with a code each stand right under a heading that says what they are ("Order codes")."""
    if len(run) < _MIN_OPTIONS or len({one.code for one in run if one.code}) < len(run):
        return False
    first = run[0].box
    return any(
        fold(_BRACKETS.sub("", one.text)) in words("option_headings")
        and 0 <= first.y0 - one.box.y1 <= _HEADING_GAP_SHARE * one.size
        and abs(one.box.x0 - first.x0) <= _EDGE_POINTS
        for one in segments
    )


def _read_code_matrix(segments: Sequence[Segment], context: Context) -> list[Option]:
    """Codes in rows and columns: each is the form that its row's first words and its column's head tell together."""
    rows = read_rows(segments)
    found: list[Option] = []
    for number, row in enumerate(rows):
        codes = [one for one in row[1:] if is_code(one.text)]
        if len(codes) < _MIN_OPTIONS or len(codes) != len(row) - 1:
            continue
        heads = next((above for above in reversed(rows[:number]) if not any(is_code(one.text) for one in above)), [])
        for code in codes:
            head = next((one for one in heads if _is_under(one.box, code.box) and one.box.y1 <= code.box.y0), None)
            if head is None or head is heads[0]:
                return []
            sizes = find_sizes(row[0].text, context.mark, context.unit)
            name = f"{clean_name(head.text)}, {clean_name(row[0].text) or row[0].text}"
            measures = dict(sizes[0].measures) if sizes else {}
            found.append(Option(name, clean_code(code.text), "", None, measures, row[0].text, (row[0], head, code)))
    rows_read = {one.segments[0] for one in found}
    return found if len(rows_read) >= _MIN_OPTIONS and len({one.code for one in found}) == len(found) else []


def read_drawn(segments: Sequence[Segment], context: Context) -> list[Option]:
    """Codes side by side, each with its size right below it, as they stand under drawings; [] below two."""
    found: list[Option] = []
    for upper, lower in pairwise(read_rows(segments)):
        if not any(map(str.isdigit, upper[0].text)) or not all(_can_be_code(one, upper[0]) for one in upper):
            continue
        for code in upper:
            below = next((one for one in lower if abs(one.box.x0 - code.box.x0) <= _EDGE_POINTS), None)
            sizes = find_sizes(below.text, context.mark, context.unit) if below else []
            whole = below is not None and bool(sizes) and sizes[0].end - sizes[0].start >= len(below.text) - 1
            if below is None or not whole or below.box.y0 - code.box.y1 > _GAP_SHARE * code.size:
                return []
            measures = dict(sizes[0].measures)
            found.append(Option("", clean_code(code.text), "", None, measures, sizes[0].text, (code, below)))
    several = len({one.code for one in found}) == len(found) >= _MIN_OPTIONS
    return found if several else []


def _can_be_code(one: Segment, first: Segment) -> bool:
    """Whether a line is set as a code, alone or beside others ("OMB180", "OMBANG")."""
    text = one.text
    worded = any(map(str.isalpha, text)) and text == text.upper() and len(text) >= _MIN_CODE and " " not in text
    return worded and one.looks_like(first) and not find_sizes(text)


def _read_strips(segments: Sequence[Segment], context: Context) -> list[list[Option]]:
    """Sizes side by side with their prices in the row below, each under its own."""
    rows = read_rows(segments)
    strips = []
    for upper, lower in pairwise(rows):
        if len(upper) != len(lower) or len(upper) < _MIN_OPTIONS:
            continue
        pairs = [_read_pair(one, other, context) for one, other in zip(upper, lower, strict=True)]
        strip = [one for one in pairs if one is not None]
        under = all(_is_under(one.box, other.box) for one, other in zip(upper, lower, strict=True))
        if under and len(strip) == len(upper) and lower[0].box.y0 - upper[0].box.y1 <= _GAP_SHARE * upper[0].size:
            strips.append(strip)
    return strips


def _read_pair(upper: Segment, lower: Segment, context: Context) -> Option | None:
    """A size, and nothing else, over a price and nothing else."""
    sizes = find_sizes(upper.text, context.mark, context.unit)
    prices = find_prices(lower.text, context.mark, context.dollar)
    if len(sizes) != 1 or len(prices) != 1 or prices[0].end - prices[0].start < len(lower.text):
        return None
    if sizes[0].end - sizes[0].start < len(upper.text):
        return None
    measures, text, price = dict(sizes[0].measures), sizes[0].text, prices[0]
    return Option("", "", price.amount, price.currency, measures, text, (upper, lower))


def _is_under(one: Box, other: Box) -> bool:
    edges = min(abs(one.x0 - other.x0), abs(one.x1 - other.x1), abs(one.center[0] - other.center[0]))
    return edges <= _EDGE_POINTS


def _read_option(row: Sequence[Segment], context: Context) -> Option | None:
    text = " ".join(segment.text for segment in row)
    labelled = split_label(text)
    if len(text.split()) > _MAX_WORDS or is_sentence(text) or any(read_label(segment.text) for segment in row):
        return None
    if labelled and labelled[0].field not in ("sku", "price"):
        return None
    code = next((clean_code(s.text) for s in row if _is_code(s.text)), "")
    left = text.replace(code, " ", 1) if code else text
    prices = find_prices(left, context.mark, context.dollar)
    for price in reversed(prices):
        left = left[: price.start] + " " + left[price.end :]
    if not code:
        code = next((clean_code(token) for token in left.split() if is_code(token)), "")
        left = left.replace(code, " ", 1) if code else left
    sizes = find_sizes(left, context.mark, context.unit)
    for size in reversed(sizes):
        left = left[: size.start] + " " + left[size.end :]
    if not code and sizes and is_spaced_code(left.strip()):
        code, left = clean_code(left), ""  # "20×120 MQ 7101"
    name = clean_name(left)
    if len(prices) > 1 or len(sizes) > 1 or (name and sum(map(str.isalpha, name)) < 2):
        return None
    option = Option(
        name, code, prices[0].amount if prices else "", prices[0].currency if prices else None,
        dict(sizes[0].measures) if sizes else {}, sizes[0].text if sizes else "", tuple(row),
    )  # fmt: skip
    return option if sum(option.kinds) >= _MIN_OPTIONS and (code or prices) else None


def _is_code(text: str) -> bool:
    return is_code(text) or is_spaced_code(text) or is_suffixed_code(text)


def _read_heading(row: Sequence[Segment], context: Context) -> Size | None:
    """The size that a line ends with, behind the form's name at most, which the lines below it have."""
    sizes = find_sizes(row[0].text, context.mark, context.unit) if len(row) == 1 else ()
    ends = len(sizes) == 1 and sizes[0].end >= len(row[0].text) - 1
    return sizes[0] if ends and len(row[0].text[: sizes[0].start].split()) <= _MAX_HEADING_WORDS else None


def _goes_on(one: Option, other: Option, *, headed: bool) -> bool:
    """Whether a line goes on with the forms above it; `headed`: a size stands between."""
    first, second = one.segments[0], other.segments[0]
    return (
        one.kinds == other.kinds
        and first.looks_like(second)
        and abs(first.box.x0 - second.box.x0) <= _EDGE_POINTS
        and other.box.y0 - one.box.y1 <= (_HEADED_GAP_SHARE if headed else _GAP_SHARE) * first.size
    )


def _are_forms(run: Sequence[Option]) -> bool:
    if len(run) < _MIN_OPTIONS:
        return False
    codes, names = [one.code for one in run], [one.name for one in run]
    forms = all(is_form(name) for name in names if name)
    if all(codes):
        by_size = defaultdict[str, list[str]](list)
        for one in run:
            by_size[one.size].append(one.code)
        stems = len(by_size) > 1 and all(len(own) > 1 and share_stem(own) for own in by_size.values())
        return len(set(codes)) == len(codes) and (forms or stems or share_stem(codes))
    told = [(one.name, one.size) for one in run]
    return forms and len(set(told)) == len(told)


def _count_up(run: Sequence[Option]) -> bool:
    """Whether each line is a word or two with a code, and the codes differ in their last figures only."""
    codes = [one.code for one in run]
    if len(run) < _MIN_COUNTED or len({len(code) for code in codes}) > 1 or len(set(codes)) < len(codes):
        return False
    stems, ends = {code[:-_COUNTED_FIGURES] for code in codes}, [code[-_COUNTED_FIGURES:] for code in codes]
    near = len(stems) == 1 and all(map(str.isdecimal, ends))
    return near and all(0 < len(one.name.split()) <= _MAX_HEADING_WORDS for one in run)


def is_form(name: str) -> bool:
    """Whether a name only tells a finish, a material or a size."""
    parts = [part for part in _PARTS.split(name) if part]
    return bool(parts) and all(material_kind(part) or find_sizes(part) for part in parts)


def share_stem(codes: Sequence[str]) -> bool:
    """Whether codes differ only behind their last separator or in their last letters ("KD2004S", "KD2004B"), and what
    stands before is a code's worth of digits.
    """
    stems = {_LAST_PART.sub("", code) for code in codes}
    stem = next(iter(stems))
    return len(stems) == 1 < len(set(codes)) == len(codes) and sum(map(str.isdigit, stem)) >= _STEM_DIGITS


def note_options(options: Sequence[Option], fields: Fields) -> None:
    """Count the options' fields as the product's own where evidence is asked for."""
    for one in options[:1]:
        fields.options = {
            *(["sku"] if one.code else []), *(["price"] if one.price else []), *(["size"] if one.sizes else []),
        }  # fmt: skip
        fields.currency = fields.currency or one.currency
    if options and all(one.code and one.sizes for one in options):
        for axis, measure in options[0].sizes.items():
            if all(one.sizes.get(axis) == measure for one in options):
                fields.put(axis, measure, options[0].box)  # what all forms share is the product's


def with_options(one: Candidate, options: Sequence[Option], context: Context) -> Candidate:
    """The candidate with its options as variants, each with its place."""
    if not options:
        return one
    variants = tuple(
        Variant(
            name=option.name or option.size or None,
            sku=option.code or None,
            price=option.price or None,
            currency=option.currency,
            attributes=option.sizes,
        )
        for option in options
    )
    places = {
        f"variants.{option.code or number}": context.place(one.page, option.box)
        for number, option in enumerate(options, 1)
    }
    currency = one.product.currency or next((option.currency for option in options if option.currency), None)
    update = {"variants": variants, "currency": currency, "provenance": {**places, **one.product.provenance}}
    return one._replace(product=one.product.model_copy(update=update))
