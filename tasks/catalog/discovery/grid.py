"""Captioned pictures: every product has an image, and its caption stands below, above or beside it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.candidates import Candidate, evidence_of, make_candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import Fields, split_parts
from tasks.catalog.discovery.layout import Group, Segment
from tasks.catalog.discovery.naming import Name, can_name, count_name_lines, is_wrap, pick_name
from tasks.catalog.discovery.options import find_options, note_options, with_options
from tasks.catalog.names import is_figure_caption
from tasks.catalog.products import ImageLink

Side = Literal["below", "above", "right", "left", "inside"]

_MAX_CAPTION_WORDS = 45
_MAX_CAPTION_LINES = 14
_GAP_SHARE = 0.4  # of the picture's height (or width, beside it): a caption stands nearer than that
_MIN_GAP_POINTS, _MAX_GAP_POINTS = 14.0, 60.0
_MAX_STRAY_LINES = 4
_STRAY_LINES = 1.2  # of the caption's type size
_STRAY_ROUNDS = 2  # labels first, then the values beside them
_FEET_SHARE, _FOOT_LINES = 0.7, 2.5  # of the captions; of the type size
_EDGE_POINTS = 4.0
_HEADING_RATIO = 1.5  # of the largest caption's type size
_GRID_MIN = 3  # so many alike make a grid
_SAME_LINES_MIN = 4
_ALIGN_SHARE = 0.2  # of a picture's side: centres nearer than that are in line
_SAME_SIDE = 0.2
_GRID_SHARE = 0.6
# Text set flush left before a picture ends anywhere in its column.
_LEFT_GAP_SHARE, _MAX_LEFT_GAP_POINTS = 1.2, 120.0
_OVERLAP_POINTS = 12.0  # a caption may reach this far into its picture
_NUMBERED_SHARE = 0.7  # of the captions
# With capitals: what a norm's number looks like; with a stroke: a pattern and its colourway.
_PLAIN_CODE = re.compile(r"(?:[A-Z]{2,4}[ -]?)?\d{4,8}|\d{2,6}/\d{1,3}")
_SCORES: dict[Side, float] = {"below": 0.95, "above": 0.9, "right": 0.85, "left": 0.85, "inside": 0.85}


class Picture(NamedTuple):
    """One place where a page shows an image."""

    sha256: str
    box: Box


class Captioned(NamedTuple):
    """A picture with the text that belongs to it."""

    picture: Picture
    group: Group
    side: Side


def find_grid(text: PageText, pictures: Sequence[Picture], context: Context) -> list[Candidate]:
    """A candidate for each captioned picture of the page; pictures without a caption give none."""
    if not pictures:
        return []
    captioned = _without_headings(pair_captions(pictures, text.groups))
    wrapped, numbered = _lines_wrap(captioned), _are_numbered(captioned)
    found = []
    for one in captioned:
        candidate = _read_caption(one, text.number, context, wrapped, numbered=numbered)
        if candidate:
            found.append(candidate)
    if _is_grid(captioned, found):
        return [one._replace(evidence=one.evidence | {"grid"}) for one in found]
    return [one for one in found if one.evidence - {"image"}]


def _without_headings(captioned: list[Captioned]) -> list[Captioned]:
    """Without the picture that the page's heading stands at: a line set much larger than nearly all captions."""
    sizes = sorted(max(segment.size for segment in one.group.segments) for one in captioned)
    if len(sizes) < _GRID_MIN + 1 or sizes[-2] > _HEADING_RATIO * sizes[0]:
        return captioned
    most = _HEADING_RATIO * sizes[-2]
    return [one for one in captioned if max(segment.size for segment in one.group.segments) <= most]


def pair_captions(pictures: Sequence[Picture], groups: Sequence[Group]) -> list[Captioned]:
    """Each picture with its caption, all on the side that fits most of the page's pictures best."""
    usable = [
        group
        for group in groups
        if group.words <= _MAX_CAPTION_WORDS
        and len(group.segments) <= _MAX_CAPTION_LINES
        and not is_figure_caption(group.segments[0].text)
        and any(can_name(segment) for segment in group.segments)
    ]
    options = {side: _pair_side(pictures, usable, side) for side in _SCORES}
    best = max(options, key=lambda side: _fit(options[side]))
    chosen = options[best]
    taken_pictures = {one.picture for one in chosen}
    taken_groups = {one.group for one in chosen}
    for side, pairs in sorted(options.items(), key=lambda item: _fit(item[1]), reverse=True):
        # A picture that the page's usual side leaves alone may have its caption elsewhere.
        for one in pairs:
            if side != best and one.picture not in taken_pictures and one.group not in taken_groups:
                chosen = [*chosen, one]
                taken_pictures.add(one.picture)
                taken_groups.add(one.group)
    return _in_reading_order(_with_strays(chosen, groups))


def _with_strays(captioned: Sequence[Captioned], groups: Sequence[Group]) -> list[Captioned]:
    """Captions with the small texts that stand beside them under the same picture: a code set flush right, a price."""
    taken = {one.group for one in captioned}
    free = [group for group in groups if group not in taken]
    pitch = _pitch(captioned)
    joined = list(captioned)
    for _ in range(_STRAY_ROUNDS):
        strays: dict[Group, list[Group]] = defaultdict(list)
        for group in free:
            homes = [one for one in joined if _is_stray_of(group, one, pitch)]
            if homes and len(group.segments) <= _MAX_STRAY_LINES:
                strays[min(homes, key=lambda one: one.group.box.gap(group.box)).group].append(group)
        found = {group for groups in strays.values() for group in groups}
        free = [group for group in free if group not in found]
        joined = [one._replace(group=_join(one.group, strays[one.group])) for one in joined]
    return _with_texts_beside(_with_feet(joined, free), free)


def _with_texts_beside(captioned: list[Captioned], groups: Sequence[Group]) -> list[Captioned]:
    """Captions right of their pictures with all that stands below them, down to the picture's foot: a table of forms.

    Only where no picture stands further right.
    """
    found: list[Captioned] = []
    if len(captioned) < 2:
        return captioned  # a page's only product is read as a section
    for one in captioned:
        picture = one.picture.box
        alone = all(
            other.picture.box.x0 < picture.x1 or other.picture.box.y_overlap(picture) == 0 for other in captioned
        )
        own = [
            group
            for group in groups
            if one.side == "right" and alone and group.box.x0 >= one.group.box.x0 - _EDGE_POINTS
            and one.group.box.y1 <= group.box.y0 and group.box.y1 <= picture.y1 + _EDGE_POINTS
            and not set(group.segments) & set(one.group.segments) and len(group.segments) <= _MAX_CAPTION_LINES
        ]  # fmt: skip
        first = not any(_is_over(group.box, one) for group in groups)
        found.append(one._replace(group=_join(one.group, own)) if first else one)
    return found


def _is_over(text: Box, one: Captioned) -> bool:
    """Whether a text stands beside the picture above the caption, which then is only a part of what stands there."""
    inside = text.y_overlap(one.picture.box) > 0.5 and text.x0 >= one.picture.box.x1
    return inside and text.y1 <= one.group.box.y0 and text.x_overlap(one.group.box) > 0


def _pitch(captioned: Sequence[Captioned]) -> float:
    """How far apart the columns of a grid begin, in points; 0 where pictures do not stand side by side."""
    steps = [
        other.picture.box.x0 - one.picture.box.x0
        for one in captioned
        for other in captioned
        if other.picture.box.x0 > one.picture.box.x1 and other.picture.box.y_overlap(one.picture.box) > 0.5
    ]
    return min(steps, default=0.0)


def _with_feet(captioned: list[Captioned], groups: Sequence[Group]) -> list[Captioned]:
    """Products whose name stands above the picture with the text below it, where nearly all have both."""
    feet = {index: _foot(one, groups) for index, one in enumerate(captioned) if one.side == "above"}
    if len(captioned) < 2 or sum(bool(foot) for foot in feet.values()) < _FEET_SHARE * len(captioned):
        return captioned
    return [one._replace(group=_join(one.group, feet.get(index, []))) for index, one in enumerate(captioned)]


def _foot(one: Captioned, groups: Sequence[Group]) -> list[Group]:
    """What stands under a picture, line below line."""
    picture = one.picture.box
    bottom, found = picture.y1, []
    for group in sorted(groups, key=lambda group: group.box.y0):
        inside = picture.x0 - _EDGE_POINTS <= group.box.x0 and group.box.x1 <= picture.x1 + _EDGE_POINTS
        if inside and picture.center[1] < group.box.y0 <= bottom + _FOOT_LINES * group.segments[0].size:
            found.append(group)
            bottom = max(bottom, group.box.y1)
    return found


def _is_stray_of(group: Group, one: Captioned, pitch: float) -> bool:
    if one.side in ("below", "above"):
        picture = one.picture.box
        left, right = picture.x0 - _EDGE_POINTS, max(picture.x1, picture.x0 + pitch - 2 * _EDGE_POINTS) + _EDGE_POINTS
        if left <= group.box.x0 and picture.x1 + _EDGE_POINTS < group.box.x1 <= right:
            # Beside a narrow picture only what goes on with the caption's own lines: values beside their labels.
            return any(segment.box.y_overlap(other.box) > 0.5 for segment in group.segments
                       for other in one.group.segments)  # fmt: skip
        inside = left <= group.box.x0 and group.box.x1 <= picture.x1 + _EDGE_POINTS
    else:
        inside = group.box.x_overlap(one.group.box) > 0 and group.box.y_overlap(one.picture.box) > 0.5
    return (inside and group.box.gap(one.group.box) <= _STRAY_LINES * one.group.segments[0].size) or (
        inside and group.box.y_overlap(one.group.box) > 0
    )


def _join(caption: Group, strays: Sequence[Group]) -> Group:
    segments = [*caption.segments, *(segment for group in strays for segment in group.segments)]
    # A code beside the name stays after it, whatever its baseline.
    return Group(tuple(segments), union(segment.box for segment in segments)) if strays else caption


def _in_reading_order(captioned: Sequence[Captioned]) -> list[Captioned]:
    """Row by row, each from the left; pictures whose middles differ by less than half a height share a row."""
    rows: list[list[Captioned]] = []
    for one in sorted(captioned, key=lambda one: one.picture.box.center[1]):
        box = one.picture.box
        if rows and box.center[1] - rows[-1][0].picture.box.center[1] < 0.5 * min(
            box.height, rows[-1][0].picture.box.height
        ):
            rows[-1].append(one)
        else:
            rows.append([one])
    return [one for row in rows for one in sorted(row, key=lambda one: one.picture.box.x0)]


def _fit(pairs: Sequence[Captioned]) -> tuple[int, float]:
    gaps = [_gap(one.picture.box, one.group.box, one.side) for one in pairs]
    return len(pairs), -sum(gaps) / max(1, len(gaps))


def _pair_side(pictures: Sequence[Picture], groups: Sequence[Group], side: Side) -> list[Captioned]:
    """One-to-one pairs on one side, the nearest first."""
    offers = []
    for picture in pictures:
        for group in groups:
            gap = _gap(picture.box, group.box, side)
            if _stands(picture.box, group.box, side, gap) and not _is_hidden(picture, group, pictures, side):
                offers.append((abs(gap), picture.box.y0, picture.box.x0, picture, group))
    pairs: list[Captioned] = []
    taken: set[object] = set()
    for _, _, _, picture, group in sorted(offers, key=lambda offer: offer[:3]):
        if picture not in taken and group not in taken:
            taken |= {picture, group}
            pairs.append(Captioned(picture, group, side))
    return pairs


def _gap(picture: Box, text: Box, side: Side) -> float:
    gaps: dict[Side, Callable[[], float]] = {
        "below": lambda: text.y0 - picture.y1,
        "above": lambda: picture.y0 - text.y1,
        "right": lambda: text.x0 - picture.x1,
        "left": lambda: picture.x0 - text.x1,
        "inside": lambda: 0.0,
    }
    return gaps[side]()


def _stands(picture: Box, text: Box, side: Side, gap: float) -> bool:
    if side == "inside":
        return text.intersection(picture) >= 0.9 * text.area and text.area <= 0.5 * picture.area
    extent = picture.height if side in ("below", "above") else picture.width
    share, most = (_LEFT_GAP_SHARE, _MAX_LEFT_GAP_POINTS) if side == "left" else (_GAP_SHARE, _MAX_GAP_POINTS)
    if not -_OVERLAP_POINTS <= gap <= min(most, max(_MIN_GAP_POINTS, share * extent)):
        return False
    if side in ("below", "above"):
        return text.x_overlap(picture) >= 0.5 and text.width <= 1.7 * picture.width + 20
    return text.y_overlap(picture) >= 0.6 and text.height <= 1.3 * picture.height


def _is_hidden(picture: Picture, group: Group, pictures: Sequence[Picture], side: Side) -> bool:
    """Whether another picture stands between a picture and a text."""
    if side == "inside":
        return False
    between = union([picture.box, group.box])
    return any(
        other.box != picture.box
        and other.box.intersection(between) > 0.5 * other.box.area
        and other.box.intersection(picture.box) < 0.3 * other.box.area
        for other in pictures
    )


def _lines_wrap(captioned: Sequence[Captioned]) -> bool | None:
    """Whether lines before the first field go on with the name: True when captions have more or fewer of them.

    False when every caption has the same lines and they end before they are full: then a line is a field of its own.
    """
    leading = Counter(count_name_lines(one.group.segments) for one in captioned)
    leading.pop(0, None)
    if len(captioned) < _GRID_MIN or not leading:
        return None
    if len(leading) > 1:
        return True
    if min(leading) < 2 or len(captioned) < _SAME_LINES_MIN:
        return None
    forced = sum(is_wrap(one.group.segments[0], one.group.segments[1], _room(one)) for one in captioned)
    return False if forced < 0.5 * len(captioned) else None


def _room(one: Captioned) -> float:
    return max(one.picture.box.width, one.group.box.width)


def _are_numbered(captioned: Sequence[Captioned]) -> bool:
    """Whether nearly every caption has one number of equal length, each another one, all plain or all behind the same
    capitals: the articles' codes."""
    numbers = [found for one in captioned if len(found := _plain_numbers(one.group)) == 1]
    texts = [segment.text for found in numbers for segment in found]
    return (
        len(texts) >= max(_GRID_MIN, _NUMBERED_SHARE * len(captioned))
        and len(set(texts)) == len(texts)
        and len({(len(text), text.rstrip("0123456789")) for text in texts}) == 1
    )


def _plain_numbers(group: Group) -> list[Segment]:
    """Lines, or parts of lines between bars, that are a number of four digits or more."""
    parts = [segment._replace(text=part) for segment in group.segments for part in split_parts(segment.text)]
    return [part for part in parts if _PLAIN_CODE.fullmatch(part.text)]


def _read_caption(
    one: Captioned, page: int, context: Context, wrapped: bool | None, *, numbered: bool
) -> Candidate | None:
    segments = one.group.segments
    name = pick_name(segments, _room(one), wrapped=wrapped)
    if name is None:
        return None
    fields = Fields(context)
    if numbered and (codes := _plain_numbers(one.group)):
        fields.put("sku", codes[0].text, codes[0].box)
    options = find_options([segment for segment in segments if segment not in name.segments], context)
    note_options(options, fields)
    told = frozenset(segment for option in options for segment in option.segments)
    fields.read(segments, keep=told | frozenset(name.segments))
    if numbered:
        fields.rest = [segment for segment in fields.rest if segment.text != fields.text("sku")]
    _read_name_line(name, fields)
    _keep_rest(fields)
    evidence = evidence_of(fields)
    evidence.add("image")
    reason = f"caption_{one.side}"
    link = ImageLink(sha256=one.picture.sha256, page=page, score=_SCORES[one.side], reason=reason)
    cell = union([one.picture.box, one.group.box])
    found = make_candidate(_bare_name(name, fields), name.box, fields, page, cell, "grid", evidence, (link,))
    return with_options(found, options, context)


def _read_name_line(name: Name, fields: Fields) -> None:
    """A code, a price or a size on the name's own line ("AK25 Adirondack Chair")."""
    rest = list(fields.rest)
    for segment in name.segments:
        fields.read_text(segment)
    fields.rest = rest


def _bare_name(name: Name, fields: Fields) -> str:
    """The name without the code before or after it."""
    code = fields.text("sku")
    text = name.text
    if code:
        for shorter in (text.removeprefix(code), text.removesuffix(code)):
            shorter = shorter.strip(" -–—:|,")
            if shorter != text and sum(char.isalpha() for char in shorter) >= 2:
                return shorter
    return text


def _keep_rest(fields: Fields) -> None:
    """Lines that are no field are the product's description."""
    rest = [segment.text for segment in fields.rest]
    if rest:
        fields.put("description", " ".join(rest), union(segment.box for segment in fields.rest))


def _is_grid(captioned: Sequence[Captioned], candidates: Sequence[Candidate]) -> bool:
    """Whether pictures and captions alone make a grid: most pictures share a row or a column, captions look alike."""
    if len(candidates) < _GRID_MIN:
        return False
    boxes = [one.picture.box for one in captioned]
    in_line = [box for box in boxes if any(_in_line(box, other) for other in boxes if other != box)]
    firsts = sorted((one.group.segments[0] for one in captioned), key=lambda segment: segment.size)
    typical = firsts[len(firsts) // 2]
    alike = sum(segment.looks_like(typical) for segment in firsts)
    return len(in_line) >= _GRID_SHARE * len(boxes) and alike >= _GRID_SHARE * len(firsts)


def _in_line(one: Box, other: Box) -> bool:
    """Whether two pictures stand in one row with equal heights, or in one column with equal widths."""
    row = abs(one.center[1] - other.center[1]) <= _ALIGN_SHARE * one.height
    column = abs(one.center[0] - other.center[0]) <= _ALIGN_SHARE * one.width
    same_height = abs(one.height - other.height) <= _SAME_SIDE * one.height
    same_width = abs(one.width - other.width) <= _SAME_SIDE * one.width
    return (row and same_height) or (column and same_width)
