"""What the lines at a series' heading tell of all its products: "Travera" / "Glazed Porcelain"; "Design A. Meier"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import Fields
from tasks.catalog.discovery.label_columns import own_labels
from tasks.catalog.discovery.labels import read_label
from tasks.catalog.discovery.layout import Group, group_segments, read_rows
from tasks.catalog.discovery.patterns import names_goods
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.told_facts import tell_facts
from tasks.catalog.names import is_sentence
from tasks.catalog.products import AttributeValue, Product
from tasks.catalog.vocabulary import fold, words

_MAX_WORDS, _MAX_MATERIAL_WORDS = 7, 3
_GAP_SIZES, _FLUSH_POINTS = 1.0, 6.0  # of the heading's type size
_SMALLER = 0.85
_REACH_SIZES, _FOOT_SHARE = 4.0, 0.9  # of the heading's height; of the page's
_MIN_PRODUCTS, _SAME_LINE = 2, 0.6
_LABELLED = ("material", "finish", "designer")
_MAX_QUALIFIERS = 2  # words behind a material: "Grés porcelânico técnico esmaltado"
_WORD = re.compile(r"[^\W\d_]+")


def with_series_facts(products: Sequence[Product], texts: Sequence[PageText], context: Context) -> tuple[Product, ...]:
    """Products with the material, finish, thickness and designer that stand at their collection's heading.

    The material is the only one of the line under it, what a label there says, or what a sentence under or beside it
    begins with. Each only where none of a series has one of its own: else the lines speak of some of them.
    """
    pages = {text.number: text for text in texts}
    series: dict[tuple[int, Box], list[Product]] = {}
    for one in products:
        place = one.provenance.get("collection")
        if place and place.page is not None and place.bbox and place.page in pages:
            series.setdefault((place.page, place.bbox), []).append(one)
    told: dict[str, list[_Fact]] = {}
    for (page, box), found in series.items():
        if len(found) < _MIN_PRODUCTS:
            continue
        facts = _read_facts(box, pages[page], found, context)
        lacking = [fact for fact in facts if not any(fact.field in one.attributes for one in found)]
        told |= {one.key: lacking for one in found}
    return tuple(_with_facts(one, told.get(one.key, ())) for one in products)


class _Fact(NamedTuple):
    field: str
    value: AttributeValue
    box: Box


def _read_facts(heading: Box, text: PageText, products: Sequence[Product], context: Context) -> list[_Fact]:
    line = _line_under(heading, text)
    lines = _lines_at(heading, text, products)
    found = [_Fact("material", line[0], line[1].box)] if line else []
    found += _read_labelled(lines, context)
    for group in group_segments(lines):
        for paragraph in _paragraphs(group):
            found += [_Fact(field, value, group.box) for field, value in tell_facts(paragraph, context.mark).items()]
    first: dict[str, _Fact] = {}
    for fact in found:
        first.setdefault(fact.field, fact)
    return list(first.values())


def _read_labelled(lines: Sequence[Segment], context: Context) -> list[_Fact]:
    """What labels beside their values say: "Materiali  Vetro soffiato, ottone"."""
    edge = min((one.box.x0 for one in lines if read_label(one.text)), default=0.0) - _FLUSH_POINTS
    column = [one for one in lines if one.box.x0 >= edge]  # a description may stand left of it
    fields = Fields(context)
    fields.read(column if own_labels(read_rows(column)) else [one for one in lines if ":" in one.text])
    return [_Fact(field, fields.values[field], fields.boxes[field]) for field in _LABELLED if fields.is_labelled(field)]


def _paragraphs(group: Group) -> list[str]:
    """A group's text, cut behind lines that had room for the first word of the next one, where the type changes, and
    before labels.
    """
    found: list[str] = []
    for index, line in enumerate(group.segments):
        before = group.segments[index - 1] if index else None
        if (
            before is None
            or before.bold != line.bold
            or read_label(line.words[0].text)
            or _had_room(before, line, group)
        ):
            found.append(line.text)
        else:
            found[-1] = f"{found[-1]} {line.text}"
    return found


def _had_room(before: Segment, line: Segment, group: Group) -> bool:
    return before.box.x1 + line.size / 2 + line.words[0].box.width < group.box.x1


def _lines_at(heading: Box, text: PageText, products: Sequence[Product]) -> list[Segment]:
    """The lines under a heading or right of it, down to the first product; all above it for one at the page's foot."""
    foot = heading.y0 > _FOOT_SHARE * text.page.height
    tops = [place.bbox.y0 for one in products if (place := one.provenance.get("name")) and place.bbox]
    top = min((top for top in tops if foot or top > heading.y1), default=heading.y1)
    above = [one for one in text.segments if one.box.y1 <= top]
    under = [one.box for one in above if _is_under(one.box, heading)]
    return [
        one
        for one in above
        if foot or one.box in under or _is_beside(one.box, heading) or any(_goes_on(one, box) for box in under)
    ]


def _goes_on(one: Segment, before: Box) -> bool:
    """Whether a segment stands right behind another one on its line, in other type."""
    return before.y_overlap(one.box) > _SAME_LINE and 0 <= one.box.x0 - before.x1 <= one.size


def _is_under(box: Box, heading: Box) -> bool:
    flush = abs(box.x0 - heading.x0) <= _FLUSH_POINTS
    return flush and -0.5 * heading.height <= box.y0 - heading.y1 <= _REACH_SIZES * heading.height


def _is_beside(box: Box, heading: Box) -> bool:
    size = heading.height
    return box.x0 >= heading.x1 and heading.y0 - size <= box.center[1] <= heading.y1 + size


def _with_facts(one: Product, facts: Sequence[_Fact]) -> Product:
    if not facts:
        return one
    place = one.provenance["collection"]
    attributes = {**one.attributes, **{fact.field: fact.value for fact in facts}}
    places = {**one.provenance, **{fact.field: place.model_copy(update={"bbox": fact.box}) for fact in facts}}
    return one.model_copy(update={"attributes": attributes, "provenance": places})


def _line_under(heading: Box, text: PageText) -> tuple[str, Segment] | None:
    """The material in the short line right under a heading, in smaller type, and that line."""
    size = max((one.size for one in text.segments if one.box.intersection(heading) > 0.5 * one.box.area), default=0.0)
    under = [
        one
        for one in text.segments
        if one.size <= _SMALLER * size
        and -0.5 * size <= one.box.y0 - heading.y1 <= _GAP_SIZES * size
        and abs(one.box.x0 - heading.x0) <= _FLUSH_POINTS
    ]
    line = min(under, key=lambda one: one.box.y0, default=None)
    if line is None or len(line.text.split()) > _MAX_WORDS or is_sentence(line.text):
        return None
    found = _materials_in(line.text)
    if len(found) != 1:
        return None
    rest = line.text.removeprefix(found[0]).split()
    qualified = line.text.startswith(found[0]) and len(rest) <= _MAX_QUALIFIERS and not names_goods(line.text)
    return (line.text if qualified else found[0]), line


def _materials_in(text: str) -> list[str]:
    """The materials that a line names, the longest phrase of each place."""
    tokens = list(_WORD.finditer(text))
    found, index = [], 0
    while index < len(tokens):
        for count in range(min(_MAX_MATERIAL_WORDS, len(tokens) - index), 0, -1):
            phrase = text[tokens[index].start() : tokens[index + count - 1].end()]
            if fold(phrase) in words("materials"):
                found.append(phrase)
                index += count - 1
                break
        index += 1
    return found
