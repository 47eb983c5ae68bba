"""Swatches with a number under each, or a number and a colour: the colourways of a product on the same page."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.grid import Picture
from tasks.catalog.discovery.layout import Group
from tasks.catalog.discovery.naming import can_name
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import clean_name
from tasks.catalog.pages import PageImage
from tasks.catalog.products import Variant

_NUMBER_PATTERN = r"[A-Z]{0,3}[ .\-]?\d{1,6}(?:[ ./\-]\d{1,4})?[A-Za-z]?"  # "0113", "A05", "12-345", "104/2", "4021b"
_NUMBER = re.compile(_NUMBER_PATTERN)
_SHORT_PATTERN = r"[A-Z]?\d{1,4}[A-Za-z]?"  # a colour's number beside its name; a longer one is an article's code
_WORDS_PATTERN = r"[^\W\d_][^\d|]{1,28}"
_NAMED = re.compile(
    rf"(?P<number>{_SHORT_PATTERN})[ ,·–\-|]+(?P<name>{_WORDS_PATTERN})"
    rf"|(?P<first>{_WORDS_PATTERN}?)[ ,·–\-|]+(?P<behind>{_SHORT_PATTERN})"
)
_MAX_NAME_WORDS = 3
_MARK = "·"
_MIN_SWATCHES = 3
_MAX_AREA_SHARE = 0.05  # of the page
_MAX_NAMED_SHARE = 0.01  # of the page: a larger picture over a number and a name is an article
_MAX_PLAIN_SHARE = 0.02  # of the page: a larger picture over three words shows a detail
_MIN_SIDE_POINTS = 8.0
_ICON_WHITE = (0.3, 0.97)  # share of a picture that is white
_GAP_SIZES = 1.5  # of the number's type size: how far it stands from its swatch
_SIZE_RATIO = 1.15  # swatches of one page are of one size
_EDGE_POINTS = 6.0
_ROW_PITCH = 2.5  # of a swatch's height: the next row begins nearer than that
_ROW_POINTS = 12.0  # names whose tops differ by less stand in one row


class Swatch(NamedTuple):
    """A picture with the number or the name of a colour or finish, or both."""

    box: Box
    label: tuple[Segment, ...]
    number: str | None
    name: str | None

    @property
    def key(self) -> str:
        return self.number or self.name or ""


def find_swatches(text: PageText) -> list[Swatch]:
    """The page's small pictures of one size, each with a number of its own under it; [] where they are too few."""
    places = [box for image in text.page.images for box in image.boxes if _is_small(box, text)]
    filled = {box for image in text.page.images if _is_filled(image) for box in image.boxes}
    found: dict[Box, Swatch] = {}
    for group in text.groups if places else ():
        told = _read_label(group)
        over = [box for box in places if _stands_under(group, box)] if told else []
        if told and over:
            box = max(over, key=lambda one: one.y1)
            tiny = box.area <= _MAX_NAMED_SHARE * text.page.width * text.page.height
            if told[1] is None or (tiny and (told[0] or box in filled)):
                found.setdefault(box, Swatch(box, group.segments, *told))
    alike = [one for one in found.values() if sum(_same_size(one.box, other) for other in found) >= _MIN_SWATCHES]
    return alike if len(alike) >= _MIN_SWATCHES else []


def _read_label(group: Group) -> tuple[str | None, str | None] | None:
    """The number and the name that a caption of one or two short lines consists of, or one of them."""
    lines = [segment.text for segment in group.segments]
    if len(lines) == 1 and _NUMBER.fullmatch(lines[0]):
        return lines[0], None
    match = _NAMED.fullmatch(" ".join(lines)) if len(lines) <= 2 else None
    if match is None and len(lines) == 1 and len(lines[0].split()) <= _MAX_NAME_WORDS and can_name(group.segments[0]):
        return None, clean_name(lines[0])
    if match is None or (len(lines) == 2 and not _NUMBER.fullmatch(lines[0])):
        return None  # a name over its number is an article
    number, name = match["number"] or match["behind"], (match["name"] or match["first"]).strip()
    return (number, name) if number and len(name.split()) <= _MAX_NAME_WORDS else None


def _is_filled(image: PageImage) -> bool:
    """Whether a picture is all of one stuff, also a white one; an icon leaves a part of its ground white."""
    return not _ICON_WHITE[0] < image.stats.white_share < _ICON_WHITE[1]


def _is_small(box: Box, text: PageText) -> bool:
    small = box.area <= _MAX_AREA_SHARE * text.page.width * text.page.height
    return small and min(box.width, box.height) >= _MIN_SIDE_POINTS


def _stands_under(label: Group, box: Box) -> bool:
    gap = label.box.y0 - box.y1
    flush = min(abs(label.box.x0 - box.x0), abs(label.box.center[0] - box.center[0])) <= _EDGE_POINTS
    return flush and -1 <= gap <= _GAP_SIZES * label.segments[0].size and label.box.width <= box.width + _EDGE_POINTS


def _same_size(one: Box, other: Box) -> bool:
    pairs = ((one.width, other.width), (one.height, other.height))
    return all(max(pair) <= _SIZE_RATIO * min(pair) for pair in pairs)


def without_swatches(
    text: PageText, pictures: Sequence[Picture], swatches: Sequence[Swatch]
) -> tuple[PageText, list[Picture]]:
    """The page's text with a mark in place of each swatch and its number, and its other pictures.

    What stands below the swatches belongs to what stands above them, so their places stay taken.
    """
    labels, places = {segment for one in swatches for segment in one.label}, {one.box for one in swatches}
    marks = [_mark(one.label[0], union([one.box, *(part.box for part in one.label)])) for one in swatches]
    others = [one for one in text.segments if one not in labels]
    found = sorted([*others, *marks, *_fill_rows(swatches)], key=lambda one: (one.box.y0, one.box.x0))
    return PageText(text.page, tuple(found)), [one for one in pictures if one.box not in places]


def _mark(label: Segment, box: Box) -> Segment:
    return label._replace(text=_MARK, box=box, words=())


def without_views(found: Sequence[Candidate], captioned: Sequence[Candidate], text: PageText) -> list[Candidate]:
    """Products without the variants that are no swatches but icons ("Recyclable") or details ("Stacks up to six")."""
    page = text.page.width * text.page.height
    icons = {image.sha256 for image in text.page.images if not _is_filled(image)}
    large = {
        image.sha256 for image in text.page.images if any(box.area > _MAX_PLAIN_SHARE * page for box in image.boxes)
    }
    views = {
        one.product.name
        for one in captioned
        for link in one.product.images
        if link.sha256 in icons or (link.sha256 in large and len(one.product.name.split()) >= _MAX_NAME_WORDS)
    }
    return [_without_variants(one, views) for one in found] if views else list(found)


def _without_variants(one: Candidate, names: Set[str]) -> Candidate:
    kept = tuple(variant for variant in one.product.variants if variant != Variant(name=variant.name)
                 or variant.name not in names)  # fmt: skip
    if len(kept) == len(one.product.variants):
        return one
    return one._replace(product=one.product.model_copy(update={"variants": kept}))


def _fill_rows(swatches: Sequence[Swatch]) -> list[Segment]:
    """Marks where a row of swatches is shorter than the row above it: side by side, products keep room for as many."""
    firsts = [one.label[0] for one in swatches]
    filled = []
    for one in swatches:
        label = one.label[0]
        below = [y for other in firsts if 0 < (y := other.box.y0 - label.box.y0) <= _ROW_PITCH * one.box.height]
        if below:
            step = min(below)
            box = label.box._replace(y0=label.box.y0 + step, y1=label.box.y1 + step)
            if not any(other.box.intersection(box) > 0 for other in firsts):
                filled.append(_mark(label, box))
    return filled


def with_swatches(
    candidates: Sequence[Candidate], swatches: Sequence[Swatch], context: Context
) -> list[Candidate] | None:
    """Candidates with the swatches that stand under or beside their names as variants; None where some are nobody's."""
    names = [one.product.provenance["name"].bbox or one.cell for one in candidates]
    owned: dict[int, list[Swatch]] = {}
    for swatch in swatches:
        owner = _owner(swatch.box, names)
        if owner is None or not candidates[owner].evidence & {"labels", "sku", "price", "size"}:
            return None
        owned.setdefault(owner, []).append(swatch)
    if any(len({one.key for one in found}) < len(found) for found in owned.values()):
        return None  # a number that comes back is no colourway's
    return [_with_variants(one, owned.get(index, []), context) for index, one in enumerate(candidates)]


def _owner(swatch: Box, names: Sequence[Box]) -> int | None:
    """The last name above a swatch; of names in one row the last one that begins left of it."""
    if len(names) == 1:
        return 0
    above = [
        index
        for index, name in enumerate(names)
        if name.y0 <= swatch.y1 and name.x0 <= swatch.x0 + _EDGE_POINTS
    ]  # fmt: skip
    if not above:
        return None
    lowest = max(names[index].y0 for index in above)
    row = [index for index in above if names[index].y0 >= lowest - _ROW_POINTS]
    return max(row, key=lambda index: names[index].x0)


def _with_variants(one: Candidate, swatches: Sequence[Swatch], context: Context) -> Candidate:
    product = one.product
    known = {variant.sku or variant.name for variant in product.variants}
    ordered = sorted(swatches, key=lambda swatch: (round(swatch.box.y0 / _ROW_POINTS), swatch.box.x0))
    new = [swatch for swatch in ordered if swatch.key not in known]
    places = {
        f"variants.{swatch.key}": context.place(one.page, union(part.box for part in swatch.label)) for swatch in new
    }
    update = {
        "variants": (*product.variants, *(Variant(sku=swatch.number, name=swatch.name) for swatch in new)),
        "provenance": {**places, **product.provenance},
    }
    return one._replace(product=product.model_copy(update=update)) if new else one
