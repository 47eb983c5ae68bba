"""Pictures and the text that belongs to each: below it, above, beside it or in it, as on most of the page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.layout import Group
from tasks.catalog.discovery.level_captions import find_level_rests, join_groups
from tasks.catalog.discovery.naming import can_name
from tasks.catalog.names import is_figure_caption, is_price_line

Side = Literal["below", "above", "right", "left", "inside"]

_MAX_CAPTION_WORDS = 45
_MAX_CAPTION_LINES = 14
_GAP_SHARE = 0.4  # of the picture's height (or width, beside it): a caption stands nearer than that
_MIN_GAP_POINTS, _MAX_GAP_POINTS = 14.0, 60.0
_MAX_STRAY_LINES = 4
_STRAY_LINES = 1.2  # of the caption's type size
_PRICE_LIKE = re.compile(r"\D{0,12}\d[\d\s.,'’⁰¹²³⁴⁵⁶⁷⁸⁹]*[-–—]{0,2}\D{0,5}")
_STRAY_ROUNDS = 2  # labels first, then the values beside them
_FEET_SHARE, _FOOT_LINES = 0.7, 2.5  # of the captions; of the type size
_MIN_FOOT_CARDS = 3
_EDGE_POINTS = 4.0
# Text set flush left before a picture ends anywhere in its column.
_LEFT_GAP_SHARE, _MAX_LEFT_GAP_POINTS = 1.2, 120.0
_INSIDE_SHARE = 0.9  # of a text's area
_OVERLAP_POINTS = 12.0  # a caption may reach this far into its picture
SCORES: dict[Side, float] = {"below": 0.95, "above": 0.9, "right": 0.85, "left": 0.85, "inside": 0.85}


class Picture(NamedTuple):
    """One place where a page shows an image."""

    sha256: str
    box: Box


class Captioned(NamedTuple):
    """A picture with the text that belongs to it."""

    picture: Picture
    group: Group
    side: Side


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
    options = {side: _pair_side(pictures, usable, side) for side in SCORES}
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
    rests = find_level_rests([one.group for one in joined if one.side == "below"], free)
    free = [group for group in free if group not in rests.values()]
    joined = [one._replace(group=join_groups(one.group, rests[one.group])) if one.group in rests else one
              for one in joined]  # fmt: skip
    joined = _with_flush_prices(_with_foot_prices(joined, free), free)
    return _with_price_tags(_with_texts_beside(_with_feet(joined, free), free), free)


def _with_flush_prices(captioned: list[Captioned], groups: Sequence[Group]) -> list[Captioned]:
    """Captions right of their pictures with the price that stands flush right on the column's far side.

    It is the price of the nearest caption to its left, beside whose picture it stands.
    """
    prices = [group for group in groups if all(is_price_line(one.text) for one in group.segments)]
    own: dict[int, list[Group]] = defaultdict(list)
    for price in prices:
        left = [
            (price.box.x0 - one.group.box.x1, index)
            for index, one in enumerate(captioned)
            if one.side == "right" and price.box.x0 >= one.group.box.x0
            and price.box.y_overlap(union([one.picture.box, one.group.box])) > 0.5
        ]  # fmt: skip
        if left and not set(price.segments) & {part for one in captioned for part in one.group.segments}:
            own[min(left)[1]].append(price)
    return [
        one._replace(group=_join(one.group, own[index])) if len(own[index]) == 1 else one
        for index, one in enumerate(captioned)
    ]


def _with_foot_prices(captioned: list[Captioned], groups: Sequence[Group]) -> list[Captioned]:
    """Captions below their pictures with the price at the foot of their card, whatever white is left above it.

    A card ends where the next picture of its column begins; where most cards have such a price, it is theirs.
    """
    below = [index for index, one in enumerate(captioned) if one.side == "below" and not _has_price(one.group)]
    if len(below) < _MIN_FOOT_CARDS:
        return captioned
    taken = {segment for one in captioned for segment in one.group.segments}
    prices = [
        group for group in groups
        if len(group.segments) == 1 and is_price_line(group.segments[0].text) and group.segments[0] not in taken
    ]  # fmt: skip
    own: dict[int, list[Group]] = defaultdict(list)
    for price in prices:
        over = [(one.picture.box.y1, index) for index, one in enumerate(captioned) if _is_in_column(price.box, one)]
        if over and max(over)[1] in below:
            own[max(over)[1]].append(price)
    reach = max((captioned[index].picture.box.height for index in below), default=0.0)
    fits = {
        index: found[0] for index, found in own.items()
        if len(found) == 1 and 0 <= found[0].box.y0 - captioned[index].group.box.y1 <= reach
    }  # fmt: skip
    if len(fits) < _FEET_SHARE * len(below):
        return captioned
    return [
        one._replace(group=_join(one.group, [fits[index]])) if index in fits else one
        for index, one in enumerate(captioned)
    ]


def _has_price(group: Group) -> bool:
    return any(is_price_line(segment.text) for segment in group.segments)


def _is_in_column(price: Box, one: Captioned) -> bool:
    """Whether a price stands below a picture, within its sides."""
    picture = one.picture.box
    inside = picture.x0 - _EDGE_POINTS <= price.x0 and price.x1 <= picture.x1 + _EDGE_POINTS
    return inside and picture.y1 <= price.y0


def _with_price_tags(captioned: list[Captioned], groups: Sequence[Group]) -> list[Captioned]:
    """Captions with the prices that are printed over their pictures, as in leaflets."""
    tags = [group for group in groups if any(is_price_line(one.text) for one in group.segments)]
    found = []
    for one in captioned:
        own = [
            tag
            for tag in tags
            if tag.box.intersection(one.picture.box) >= _INSIDE_SHARE * tag.box.area
            and not any(can_name(segment) for segment in tag.segments)
            and not set(tag.segments) & set(one.group.segments)
        ]
        # Behind the caption, whose first line is its beginning; its place stays the caption's.
        segments = (*one.group.segments, *(segment for tag in own for segment in tag.segments))
        found.append(one._replace(group=Group(segments, one.group.box)))
    return found


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
    if _is_next_name(group, one.group):
        return False
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
    size = one.group.segments[0].size
    if all(_PRICE_LIKE.fullmatch(segment.text) for segment in group.segments):
        size = max(size, group.segments[0].size)  # a price in display type keeps its distance
    return (inside and group.box.gap(one.group.box) <= _STRAY_LINES * size) or (
        inside and group.box.y_overlap(one.group.box) > 0
    )


def _is_next_name(group: Group, caption: Group) -> bool:
    """Whether a text below a caption begins as the caption does, in type that names only: the next product."""
    (first, *rest), start = caption.segments, group.segments[0]
    told = rest and not any(first.looks_like(other) for other in rest)
    below = start.box.y0 >= first.box.y1
    return bool(told and below and start.looks_like(first) and start.bold == first.bold and can_name(start)
                and len(group.segments) > 1)  # fmt: skip


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
