"""Products told in words: a heading and, around it, a specification (labelled lines, sizes, a code, a price).

One product a page or several: headings of one style divide the page, in columns and rows, and each section with
enough evidence is a product.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import find_code
from tasks.catalog.decimals import DIGIT
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.candidates import Candidate, Evidence, evidence_of, make_candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import AXES, Fields
from tasks.catalog.discovery.grid import Picture
from tasks.catalog.discovery.label_columns import own_labels
from tasks.catalog.discovery.labels import read_label, split_label
from tasks.catalog.discovery.layout import Group, group_segments, read_rows
from tasks.catalog.discovery.line_parts import split_parts
from tasks.catalog.discovery.naming import Name, can_name, find_price_labels, pick_name
from tasks.catalog.discovery.options import find_options, note_options, read_drawn, with_options
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import is_figure_caption, is_sentence
from tasks.catalog.prices import find_prices
from tasks.catalog.vocabulary import fold, words

_MIN_LABELS = 2
_FLUSH_POINTS, _UNDER_LINES = 3.0, 1.6  # a value right under its label: its left edge, and how far in type sizes
_PROSE_LINE_WORDS = 12
_DISPLAY_RATIO, _SAME_SIZE = 1.5, 1.03  # of the body's type; of each other's
_MAX_STYLES = 6
_FOOT_SHARE = 0.93  # of the page's height
_MAX_HEADINGS = 80
_DESCRIPTION_WORDS = 5
_REACH_LINES = 2.2  # of the largest type in a section: what is further from the rest of it is not of it
_REMARK_RATIO = 0.95  # of the type under it: what is smaller only remarks
_MIN_REMARKS, _LEAST_SHARE = 3, 0.6  # so many products of what remarks divide are better divided by larger headings
_LOUD_RATIO = 2.0  # of a heading's type to that of the labels under it
_DRAWING_REACH = 2.5  # so many times as far, where a drawing parts labels from what stands over them
_SAME_LINE = 0.8  # of the smaller one's height
_LINE_REACH = 5.0  # on the line of a text that is of it, so many times as far
_SHARED_KINDS: frozenset[Evidence] = frozenset({"sku", "price", "size", "labels"})
_MISS_POINTS = 0.6  # for a heading without a product
_MIN_CARDS, _CARD_SHARE = 4, 0.7  # so many cards, of all headings of their look
_CARD_LINES, _CARD_SEGMENTS = 4.0, 6
_MAX_PROSE_WORDS = 260  # a section of more running text than this is an article, whatever it mentions
# What makes a section a product: points by evidence, and how many are asked for.
_POINTS: dict[Evidence, float] = {"sku": 0.75, "price": 1.0, "size": 0.75, "labels": 0.75, "image": 0.25}
_ENOUGH_POINTS = 1.25
_NAMED_CODE_POINTS = 0.5  # a label before the code rules out form numbers and standards
_LABEL_KINDS: dict[str, Evidence] = {
    "sku": "sku", "gtin": "sku", "price": "price", "dimensions": "size", **dict.fromkeys(AXES, "size"),
}  # fmt: skip


class Section(NamedTuple):
    """A heading with the text that belongs to it."""

    name: Name
    segments: tuple[Segment, ...]

    @property
    def box(self) -> Box:
        return union([self.name.box, *(segment.box for segment in self.segments)])


class _Division(NamedTuple):
    """What headings of one look divide a page into; `remarks` are set smaller than what stands under them."""

    score: float
    size: float
    remarks: bool
    found: list[Candidate]


def find_sections(text: PageText, pictures: Sequence[Picture], context: Context) -> list[Candidate]:
    """The products of the division that explains the page best; [] when no section has enough evidence."""
    if not _has_evidence(text.segments, context, 0.0 if not pictures else _POINTS["image"]):
        return []
    groups = text.groups
    values = _values(text.segments) | _prose(groups) | own_labels(read_rows(text.segments))
    values |= frozenset(segment for one in read_drawn(text.segments, context) for segment in one.segments)
    divisions: list[_Division] = []
    parts = [one for one in text.segments if fold(one.text) in words("part_headings")]
    values |= frozenset(one for one in text.segments if any(_is_item(one, part) for part in parts))
    values |= _form_headings(text.segments, context) | find_price_labels(text.segments)
    free = [one for one in text.segments if one not in values and not _is_foot(one, text, context)]
    for headings in _headings_by_look(free, _DISPLAY_RATIO * context.body_size):
        sections = _divide(text, groups, headings)
        read = [_read_section(one, text, pictures, context, alone=len(sections) == 1) for one in sections]
        found = _alike(_enough([candidate for candidate in read if candidate], len(sections)))
        score = sum(points_of(candidate.evidence) for candidate in found) - _MISS_POINTS * (len(sections) - len(found))
        if found:
            divisions.append(_Division(score, headings[0].size, _are_remarks(headings, sections), found))
    best = max(divisions, key=lambda one: one[:2], default=None)
    if best and best.remarks and len(best.found) >= _MIN_REMARKS:
        fewest, most = _LEAST_SHARE * len(best.found), len(best.found)
        louder = [one for one in divisions if not one.remarks and fewest <= len(one.found) <= most]
        best = max(louder, key=lambda one: one[:2], default=best)
    return best.found if best else []


def _are_remarks(headings: Sequence[Segment], sections: Sequence[Section]) -> bool:
    """Whether lines are set smaller and no bolder than most of what would be under them, as remarks are."""
    if headings[0].bold or headings[0].from_ocr:
        return False
    told = [one for section in sections for one in section.segments if one not in headings]
    sizes = [one.size for one in told if not find_prices(one.text)]
    return bool(sizes) and headings[0].size < _REMARK_RATIO * median(sizes)


def _form_headings(segments: Sequence[Segment], context: Context) -> frozenset[Segment]:
    """Lines that say a loud heading again with a size ("Onda 40  Ø 40 cm" under "Onda"): they head its forms."""
    largest = max((one.size for one in segments), default=0.0)
    loud = {one.text for one in segments if one.size * _LOUD_RATIO >= largest}
    return frozenset(
        one
        for one in segments
        if one.size * _LOUD_RATIO <= largest
        and any(one.text.startswith(f"{name} ") for name in loud)
        and find_sizes(one.text, context.mark, context.unit)
    )


def _is_item(one: Segment, part: Segment) -> bool:
    """Whether a line stands right under the heading of a part ("Features"), in smaller type: it names no product."""
    under = 0 <= one.box.y0 - part.box.y1 <= _UNDER_LINES * part.size and abs(one.box.x0 - part.box.x0) <= _FLUSH_POINTS
    return under and one.size < part.size


def _is_foot(one: Segment, text: PageText, context: Context) -> bool:
    """Whether a small line stands at the foot of the page, with nothing but other such lines below it."""
    low = one.box.y0 >= _FOOT_SHARE * text.page.height and one.size <= context.body_size
    return low and all(other.box.y0 <= one.box.y1 for other in text.segments) and len(text.segments) > 1


def _values(segments: Sequence[Segment]) -> frozenset[Segment]:
    """What stands beside a label, or alone right under one, is its value and no heading."""
    rows = read_rows(segments)
    beside = {value for row in rows for label, value in pairwise(row) if read_label(label.text) is not None}
    below = {
        value
        for row in rows
        for label in row
        if read_label(label.text) is not None
        for value in segments
        if abs(value.box.x0 - label.box.x0) <= _FLUSH_POINTS
        and 0 <= value.box.center[1] - label.box.center[1] <= _UNDER_LINES * max(label.size, value.size)
        and value.box.y0 >= label.box.center[1]
    }
    return frozenset(beside | below)


def _prose(groups: Sequence[Group]) -> frozenset[Segment]:
    """The lines of running text, which name nothing."""
    return frozenset(
        segment
        for group in groups
        if len(group.segments) > 1 and group.words >= _PROSE_LINE_WORDS and is_sentence(" ".join(group.text.split()))
        for segment in group.segments
        if segment.looks_like(group.segments[-1])
    )


def _enough(candidates: list[Candidate], sections: int) -> list[Candidate]:
    """Those with enough evidence each; all, where the page is a grid of cards with a code or price on nearly each."""
    enough = [one for one in candidates if "enough" in one.evidence]
    cards = [one for one in candidates if one.evidence & {"sku", "price"}]
    if len(cards) >= _MIN_CARDS and len(cards) >= _CARD_SHARE * sections and len(cards) > len(enough):
        enough = cards
    return [one._replace(evidence=one.evidence - {"enough"}) for one in enough]


def _alike(candidates: list[Candidate]) -> list[Candidate]:
    """Those that share the kind of evidence most have: parts of one product's text do not, products do."""
    kinds = Counter(kind for one in candidates for kind in one.evidence if kind in _SHARED_KINDS)
    if len(candidates) < 2 or not kinds:
        return candidates
    common = kinds.most_common(1)[0][1]
    shared = {kind for kind, count in kinds.items() if count == common}
    if common < 2:
        return [max(candidates, key=lambda one: points_of(one.evidence))]
    return [one for one in candidates if one.evidence & shared]


def _has_evidence(segments: Sequence[Segment], context: Context, pictured: float) -> bool:
    """Whether all that the page says, taken together, could make a product or a grid of cards.

    Most pages of a manual cannot, and need not be divided at all. `pictured`: the points of its pictures.
    """
    seen: Counter[Evidence] = Counter()
    named = 0.0
    for part in (part for segment in segments for part in split_parts(segment.text)):
        kinds = _kinds_of(part, context)
        seen.update(kinds)
        named = max(named, _NAMED_CODE_POINTS if {"sku", "labels"} <= kinds else 0.0)
        points = pictured + named + sum(_POINTS[kind] for kind in seen if kind != "labels" or seen[kind] >= _MIN_LABELS)
        if points >= _ENOUGH_POINTS or seen["sku"] >= _MIN_CARDS or seen["price"] >= _MIN_CARDS:
            return True
    return seen["sku"] + seen["price"] >= _MIN_CARDS


def _kinds_of(text: str, context: Context) -> set[Evidence]:
    """What a part of a line, or the value beside it, may be evidence of."""
    kinds: set[Evidence] = set()
    labelled = split_label(text)
    if (label := labelled[0] if labelled else read_label(text)) and label.known:
        kinds.add("labels")
        if kind := _LABEL_KINDS.get(label.field):
            kinds.add(kind)
    if DIGIT.search(text):
        if find_prices(text, context.mark, context.dollar):
            kinds.add("price")
        if labelled or not is_sentence(text):
            if find_code(text):
                kinds.add("sku")
            if find_sizes(text, context.mark):
                kinds.add("size")
    return kinds


def points_of(evidence: frozenset[Evidence]) -> float:
    return sum(_POINTS.get(kind, 0.0) for kind in evidence)


def _headings_by_look(segments: Sequence[Segment], display: float = float("inf")) -> list[list[Segment]]:
    """Lines that can be names, gathered by their look; the larger looks first, at most six.

    From the size of `display` type on, the size is the look: a name with foreign letters comes in another font.
    """
    looks: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda one: -one.size):
        if not can_name(segment) or is_figure_caption(segment.text):
            continue
        home = next((look for look in looks if _is_alike(look[0], segment, display)), None)
        if home is None:
            looks.append([segment])
        else:
            home.append(segment)
    ranked = sorted(looks, key=lambda look: (-look[0].size, not look[0].bold, len(look)))
    return [look for look in ranked if len(look) <= _MAX_HEADINGS][:_MAX_STYLES]


def _is_alike(one: Segment, other: Segment, display: float) -> bool:
    small, large = sorted((one.size, other.size))
    return one.looks_like(other) or (small >= display and large <= _SAME_SIZE * small and one.color == other.color)


def _divide(text: PageText, groups: Sequence[Group], headings: Sequence[Segment]) -> list[Section]:
    """Give every piece of text to its heading: the one of its own group, else the nearest above in its column."""
    names = _join_headings(headings, text.page.width)
    columns = _columns([name.box for name in names], text.page.width)
    owned: dict[int, list[Segment]] = defaultdict(list)
    named = {segment: index for index, name in enumerate(names) for segment in name.segments}
    for group in groups:
        inside = sorted({named[segment] for segment in group.segments if segment in named})
        for segment in group.segments:
            if segment in named:
                continue
            owner = inside[0] if len(inside) == 1 else _owner(segment.box, names, columns)
            if owner is not None:
                owned[owner].append(segment)
    return [Section(name, tuple(owned[index])) for index, name in enumerate(names)]


def _join_headings(headings: Sequence[Segment], page_width: float) -> list[Name]:
    """Headings with their wrapped lines joined."""
    names = []
    for group in group_segments(headings):
        name = pick_name(group.segments, page_width, wrapped=True if len(group.segments) <= 3 else None)
        if name:
            names.append(name)
    return names


def _columns(boxes: Sequence[Box], page_width: float) -> list[float]:
    """Left edges of the columns that the headings stand in; the first column starts at the page's edge."""
    tolerance = 0.08 * page_width
    edges: list[float] = []
    for x in sorted(box.x0 for box in boxes):
        if not edges or x - edges[-1] > tolerance * 2:
            edges.append(x)
    return [0.0, *(edge - tolerance / 2 for edge in edges[1:])]


def _owner(box: Box, names: Sequence[Name], columns: Sequence[float]) -> int | None:
    def column(x: float) -> int:
        return sum(edge <= x + 1 for edge in columns) - 1

    here = column(box.x0)
    mates = [(index, name.box) for index, name in enumerate(names) if column(name.box.x0) == here]
    above = [(box.y0 - other.y0, index) for index, other in mates if other.y0 <= box.y1]
    if above:
        return min(above)[1]
    # Text over the first heading of its column ("Art. 204", the collection) is that heading's.
    below = [(other.y0 - box.y0, index) for index, other in mates]
    return min(below)[1] if below else None


def _read_section(
    section: Section, text: PageText, pictures: Sequence[Picture], context: Context, *, alone: bool
) -> Candidate | None:
    own = section if alone else _near_part(section)
    fields = Fields(context)
    options = find_options(own.segments, context)
    note_options(options, fields)
    told = frozenset(segment for option in options for segment in option.segments)
    fields.read([*own.name.segments, *own.segments], keep=told | frozenset(own.name.segments))
    prose = sum(len(segment.text.split()) for segment in fields.rest)
    evidence = evidence_of(fields)
    if not evidence or prose > _MAX_PROSE_WORDS:
        return None
    if any(picture.box.gap(own.box) <= 0.15 * text.page.width for picture in pictures):
        evidence.add("image")
    named = _NAMED_CODE_POINTS if fields.named_code and "sku" in evidence else 0.0
    if points_of(frozenset(evidence)) + named >= _ENOUGH_POINTS:
        evidence.add("enough")
    elif not _is_card(own):
        return None
    keep_description(fields, own.name)
    one = make_candidate(own.name.text, own.name.box, fields, text.number, own.box, "spec", evidence)
    return with_options(one, options, context)


def read_alone(name: Name, text: PageText, context: Context) -> Candidate | None:
    """All that a page says as the specification of the product that another page names; None where that is too little.

    The candidate's area is the text's, without the name.
    """
    one = _read_section(Section(name, text.segments), text, (), context, alone=True)
    if one is None or "enough" not in one.evidence:
        return None
    cell = union(segment.box for segment in text.segments)
    return one._replace(evidence=one.evidence - {"enough"}, cell=cell)


def _is_card(section: Section) -> bool:
    """Whether all of a section is a few short lines right at its heading: a name with its code or price."""
    size = section.name.segments[0].size
    near = all(segment.box.gap(section.name.box) <= _CARD_LINES * size for segment in section.segments)
    return (
        near and 0 < len(section.segments) <= _CARD_SEGMENTS and not any(is_sentence(s.text) for s in section.segments)
    )


def _near_part(section: Section) -> Section:
    """The section without what stands apart from it: a page's introduction, a remark at its foot."""
    name = section.name.box
    beside = [one for one in section.segments if one.box.x0 >= name.x1 and one.box.y_overlap(name) > _SAME_LINE]
    kept = beside[:1] if len(beside) == 1 else []  # a price set flush right on the heading's own line
    boxes = [name, *(one.box for one in kept)]
    waiting = sorted(
        (one for one in section.segments if one not in kept), key=lambda segment: segment.box.gap(section.name.box)
    )
    reach = _REACH_LINES * max(
        section.name.segments[0].size, *(segment.size for segment in section.segments or section.name.segments)
    )
    while near := [
        segment for segment in waiting if any(_is_near(segment.box, box, reach) for box in boxes)
    ] or _find_label(waiting, section.name, boxes, reach):
        kept.extend(near)
        boxes.extend(segment.box for segment in near)
        waiting = [segment for segment in waiting if segment not in near]
    order = {segment: index for index, segment in enumerate(section.segments)}
    return section._replace(segments=tuple(sorted(kept, key=order.__getitem__)))


def _find_label(waiting: Sequence[Segment], name: Name, boxes: Sequence[Box], reach: float) -> list[Segment]:
    """The first label flush with a loud heading below a drawing, which stands between it and the text above."""
    foot, size = max(box.y1 for box in boxes), name.segments[0].size / _LOUD_RATIO
    below = [one for one in waiting if one.box.y0 >= foot and one.size <= size]
    flush = [one for one in below if abs(one.box.x0 - name.box.x0) <= _FLUSH_POINTS]
    first = min(flush, key=lambda one: one.box.y0, default=None)
    near = first is not None and first.box.y0 - foot <= _DRAWING_REACH * reach and read_label(first.text)
    return [first] if first and near else []


def _is_near(box: Box, other: Box, reach: float) -> bool:
    """Whether a text belongs to another by its distance; on one line it may stand as far away as a column of prices."""
    gap = box.gap(other)
    return gap <= reach or (gap <= _LINE_REACH * reach and box.y_overlap(other) > 0.5)


def keep_description(fields: Fields, name: Name) -> None:
    """The longest run of unclaimed text that does not stand above the name, when it says something."""
    groups = [
        group
        for group in group_segments(fields.rest)
        if group.words >= _DESCRIPTION_WORDS and group.box.y1 > name.box.y0
    ]
    if groups:
        longest = max(groups, key=lambda group: group.words)
        fields.put("description", " ".join(longest.text.split()), longest.box)
