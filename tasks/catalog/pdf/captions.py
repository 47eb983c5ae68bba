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


class _Candidate(NamedTuple):
    cost: float
    side: Side
    block: Block


def find_captions(boxes: Sequence[Box], blocks: Sequence[Block], page: Box) -> list[Caption | None]:
    """For each image's box the text that belongs to it most likely; None where none is near."""
    candidates = [_find_candidates(box, blocks, page) for box in boxes]
    nearest = [min(found, key=lambda candidate: candidate.cost) for found in candidates if found]
    habit = Counter(candidate.side for candidate in nearest).most_common(1)
    captions: list[Caption | None] = []
    for image, found in zip(boxes, candidates, strict=True):
        best = min(found, key=lambda c: c.cost * (_HABIT_WEIGHT if c.side == habit[0][0] else 1.0), default=None)
        captions.append(_complete(best, image, blocks) if best else None)
    return captions


def _find_candidates(image: Box, blocks: Sequence[Block], page: Box) -> list[_Candidate]:
    if image.area > _BACKGROUND_SHARE * page.area:
        return []
    reach = max(_REACH_POINTS, _REACH_SHARE * image.height)
    found = []
    for block in blocks:
        if (distance := image.gap(block.box)) > reach or (side := _find_side(image, block)) is None:
            continue
        prose = 2.0 if _count_characters([block]) > _CAPTION_CHARACTERS else 1.0
        axis = 1 if side == "beside" else 0
        extent = image.height if axis else image.width
        off_center = abs(image.center[axis] - block.box.center[axis]) / max(1.0, extent)
        weight = 1.0 if side == "beside" and _is_symbol(image, block) else _WEIGHTS[side]
        found.append(_Candidate((distance + 4 + 4 * off_center) * weight * prose, side, block))
    return found


def _is_symbol(image: Box, block: Block) -> bool:
    """Whether an image is so small that it opens the text beside it, as a symbol does."""
    return image.height < _SYMBOL_LINES * block.lines[0].box.height


def _find_side(image: Box, block: Block) -> Side | None:
    text, slack = block.box, _OVERLAP_LINES * block.lines[0].box.height
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


def _complete(candidate: _Candidate, image: Box, blocks: Sequence[Block]) -> Caption:
    """The candidate's block with those that stand directly below it (above it, for a caption above), and what stands
    on the same rows within the image's width."""
    stack = [candidate.block]
    while _count_characters(stack) <= _CAPTION_CHARACTERS:
        last = stack[-1]
        following = next((block for block in blocks if _follows(last, block, upwards=candidate.side == "above")), None)
        if following is None or any(following is block for block in stack):
            break
        stack.append(following)
    around = union(block.box for block in stack)
    if candidate.side in ("below", "above") and around.width > _OWN_ROW_SHARE * image.width:
        level = [block for block in blocks if _is_level(block.box, around, image)]
        stack += [block for block in level if not any(block is other for other in stack)]
    stack.sort(key=lambda block: (round(block.box.center[1] / block.lines[0].box.height), block.box.x0))
    return Caption("\n".join(block.text for block in stack), union(block.box for block in stack))


def _is_level(box: Box, caption: Box, image: Box) -> bool:
    inside = image.x0 <= box.center[0] <= image.x1
    return inside and box.y_overlap(caption) > 0.5 and box.height <= 1.5 * caption.height


def _follows(last: Block, block: Block, *, upwards: bool) -> bool:
    first, second = (block, last) if upwards else (last, block)
    leading, own = second.box.y0 - first.box.y1, last.lines[0 if upwards else -1].box.height
    if not -own / 2 < leading < _CAPTION_LEADING * own:  # most blocks stand elsewhere
        return False
    height = min(first.lines[-1].box.height, second.lines[0].box.height)
    return block is not last and -height / 2 < leading < _CAPTION_LEADING * height and _is_under(first.box, second.box)


def _is_under(first: Box, second: Box) -> bool:
    """Whether two boxes stand in one column: aligned at the left, the right or the middle."""
    slack = 0.15 * max(first.width, second.width)
    aligned = (abs(first.x0 - second.x0), abs(first.x1 - second.x1), abs(first.center[0] - second.center[0]))
    return first.x_overlap(second) > 0.5 and min(aligned) <= max(3.0, slack)


def _count_characters(blocks: Sequence[Block]) -> int:
    return sum(len(line.text) for block in blocks for line in block.lines)
