"""The text that a reader connects with an image: the one below it, else above, else beside or on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.pages import Block

Side = Literal["below", "above", "beside", "inside"]

_REACH_POINTS = 40.0  # a caption is at most this far away, or ...
_REACH_SHARE = 0.3  # ... this share of the image's height
_OVERLAP_LINES = 0.5  # of a line of its type: so far a caption's box may reach into the image's
_CAPTION_CHARACTERS = 300  # longer text is prose that happens to stand near
_OWN_ROW_SHARE = 0.35  # of the image's width: below an image so much wider other things stand on the caption's rows
_SYMBOL_LINES = 2.5  # images lower than so many lines stand in text
_CAPTION_LEADING = 0.8  # of a line: blocks of one caption (a name, then a code in smaller type) stand this close
_BACKGROUND_SHARE = 0.6  # of the page: nothing on such an image is its caption
# A point to the side counts as several points below.
_WEIGHTS: dict[Side, float] = {"below": 1.0, "above": 1.5, "beside": 2.5, "inside": 3.0}
_HABIT_WEIGHT = 0.4  # for the side on which most of the page's images have theirs


class Caption(NamedTuple):
    """The text of one or more blocks and the box around them."""

    text: str
    box: Box


class _Place(NamedTuple):
    """A block and what is asked of it for every image."""

    block: Block
    box: Box
    width: float
    height: float
    first: float  # height of its first line
    last: float  # height of its last line
    characters: int


class _Candidate(NamedTuple):
    cost: float
    side: Side
    place: _Place


def find_captions(boxes: Sequence[Box], blocks: Sequence[Block], page: Box) -> list[Caption | None]:
    """For each image's box the text that belongs to it most likely; None where none is near."""
    if not boxes:
        return []
    places = [_measure(block) for block in blocks]
    candidates = [_find_candidates(box, places, page) for box in boxes]
    nearest = [min(found, key=lambda candidate: candidate.cost) for found in candidates if found]
    habit = Counter(candidate.side for candidate in nearest).most_common(1)
    captions: list[Caption | None] = []
    for image, found in zip(boxes, candidates, strict=True):
        best = min(found, key=lambda c: c.cost * (_HABIT_WEIGHT if c.side == habit[0][0] else 1.0), default=None)
        captions.append(_complete(best, image, places) if best else None)
    return captions


def _measure(block: Block) -> _Place:
    box, lines = block.box, block.lines
    first = lines[0].box.height
    last = lines[-1].box.height if len(lines) > 1 else first
    return _Place(block, box, box.width, box.height, first, last, sum([len(line.text) for line in lines]))


def _find_candidates(image: Box, places: Sequence[_Place], page: Box) -> list[_Candidate]:
    if image.area > _BACKGROUND_SHARE * page.area:
        return []
    left, top, right, bottom = image
    width, height = image.width, image.height
    reach = max(_REACH_POINTS, _REACH_SHARE * height)
    found = []
    for place in places:
        x0, y0, x1, y1 = place.box
        if x0 - right > reach or left - x1 > reach or y0 - bottom > reach or top - y1 > reach:  # most stand elsewhere
            continue
        if (distance := image.gap(place.box)) > reach or (side := _find_side(image, place)) is None:
            continue
        prose = 2.0 if place.characters > _CAPTION_CHARACTERS else 1.0
        axis = 1 if side == "beside" else 0
        extent = height if axis else width
        off_center = abs(image.center[axis] - place.box.center[axis]) / max(1.0, extent)
        # An image so small that it opens the text beside it, as a symbol does.
        symbol = side == "beside" and height < _SYMBOL_LINES * place.first
        found.append(
            _Candidate((distance + 4 + 4 * off_center) * (1.0 if symbol else _WEIGHTS[side]) * prose, side, place)
        )
    return found


def _find_side(image: Box, place: _Place) -> Side | None:
    text, slack = place.box, _OVERLAP_LINES * place.first
    if image.x_overlap(text) > 0.3:
        if text.y0 >= image.y1 - slack:
            return "below"
        if text.y1 <= image.y0 + slack:
            return "above"
    if image.intersection(text) > 0.5 * text.area:
        return "inside"
    if image.y_overlap(text) > 0.3:
        return "beside"
    return None


def _complete(candidate: _Candidate, image: Box, places: Sequence[_Place]) -> Caption:
    """The candidate's block with those that stand directly below it (above it, for a caption above), and what stands
    on the same rows within the image's width."""
    stack, upwards = [candidate.place], candidate.side == "above"
    characters = candidate.place.characters
    while characters <= _CAPTION_CHARACTERS:
        following = _find_following(stack[-1], places, upwards=upwards)
        if following is None or any(following is place for place in stack):
            break
        stack.append(following)
        characters += following.characters
    around = union([place.box for place in stack])
    if candidate.side in ("below", "above") and around.width > _OWN_ROW_SHARE * image.width:
        level = [place for place in places if _is_level(place, around, image)]
        stack += [place for place in level if not any(place is other for other in stack)]
    stack.sort(key=lambda place: (round(place.box.center[1] / place.first), place.box.x0))
    return Caption("\n".join([place.block.text for place in stack]), union([place.box for place in stack]))


def _is_level(place: _Place, caption: Box, image: Box) -> bool:
    box = place.box
    if box.y1 <= caption.y0 or box.y0 >= caption.y1:
        return False
    inside = image.x0 <= (box.x0 + box.x1) / 2 <= image.x1
    return inside and box.y_overlap(caption) > 0.5 and place.height <= 1.5 * caption.height


def _find_following(last: _Place, places: Sequence[_Place], *, upwards: bool) -> _Place | None:
    """The first block that stands directly below `last`, or above it."""
    own = last.first if upwards else last.last
    least, most = -own / 2, _CAPTION_LEADING * own
    edge = last.box.y0 if upwards else last.box.y1
    for place in places:
        leading = edge - place.box.y1 if upwards else place.box.y0 - edge
        if least < leading < most and place is not last:  # most blocks stand elsewhere
            first, second = (place, last) if upwards else (last, place)
            height = min(first.last, second.first)
            if -height / 2 < leading < _CAPTION_LEADING * height and _is_under(first, second):
                return place
    return None


def _is_under(first: _Place, second: _Place) -> bool:
    """Whether two blocks stand in one column: aligned at the left, the right or the middle."""
    slack = 0.15 * max(first.width, second.width)
    one, other = first.box, second.box
    aligned = (abs(one.x0 - other.x0), abs(one.x1 - other.x1), abs(one.center[0] - other.center[0]))
    return one.x_overlap(other) > 0.5 and min(aligned) <= max(3.0, slack)
