"""Captioned pictures: every product has an image, and its caption stands below, above or beside it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import find_code
from tasks.catalog.discovery.bare_prices import find_bare_prices, read_bare_amount
from tasks.catalog.discovery.candidates import Candidate, Evidence, evidence_of, make_candidate
from tasks.catalog.discovery.captions import SCORES, Captioned, Picture, pair_captions
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import Fields
from tasks.catalog.discovery.kickers import KICKER, find_kicker
from tasks.catalog.discovery.layout import Group
from tasks.catalog.discovery.line_parts import split_parts
from tasks.catalog.discovery.naming import Name, can_name, count_name_lines, find_price_labels, is_wrap, pick_name
from tasks.catalog.discovery.noise import find_prose, is_dated
from tasks.catalog.discovery.options import find_options, note_options, with_options
from tasks.catalog.discovery.sale_prices import SalePrice, find_display_price
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import clean_name, is_price_line, is_sentence
from tasks.catalog.prices import find_prices
from tasks.catalog.products import ImageLink
from tasks.catalog.vocabulary import fold

__all__ = ["Picture", "find_grid"]

_HEADING_RATIO = 1.5  # of the largest caption's type size
_MAX_SECOND_WORDS = 3  # of a line that tells captions of one name apart
_GRID_MIN = 3  # so many alike make a grid
_DOCUMENTING: frozenset[Evidence] = frozenset({"sku", "price", "size"})
_DOCUMENTED_SHARE, _SAMPLE_SHARE = 0.5, 0.5  # of the captions; of the area of the smallest documented picture
_SAME_LINES_MIN = 4
_ALIGN_SHARE = 0.2  # of a picture's side: centres nearer than that are in line
_SAME_SIDE = 0.2
_GRID_SHARE = 0.6
_NUMBERED_SHARE = 0.7  # of the captions
_BUTTON_SHARE = 0.7  # of the captions
# With capitals: what a norm's number looks like; with a stroke: a pattern and its colourway.
_PLAIN_CODE = re.compile(r"(?:[A-Z]{2,4}[ -]?)?\d{4,8}|[A-Z]{2,4}[ -]\d{2,3}|\d{2,6}/\d{1,3}")
_LAST_CODE = re.compile(r"\d{2,4}(?:\.\d{2,4}){1,3}")  # behind the words: "steel, folding 712.330"


def find_grid(text: PageText, pictures: Sequence[Picture], context: Context) -> list[Candidate]:
    """A candidate for each captioned picture of the page; pictures without a caption give none."""
    if not pictures:
        return []
    captioned = _without_buttons(_without_headings(pair_captions(pictures, text.groups)))
    wrapped, numbered = _lines_wrap(captioned), _are_numbered(captioned)
    labels = find_price_labels(text.segments)
    lines = [(one, [line for line in one.group.segments if line not in labels]) for one in captioned]
    named = [(one, name) for one, own in lines if (name := pick_name(own, _room(one), wrapped=wrapped))]
    named = _tell_apart(named)
    prices = find_bare_prices([(name.segments[0], one.group.segments) for one, name in named], context)
    read = [
        (one, _read_caption(one, name, text.number, context, price, numbered=numbered))
        for (one, name), price in zip(named, prices, strict=True)
    ]
    found = _without_samples([(one.picture, candidate) for one, candidate in read if not _is_news(one, candidate)])
    if _is_grid(captioned, found):
        return [one._replace(evidence=one.evidence | {"grid"}) for one in found]
    return [one for one in found if one.evidence - {"image"}]


def _tell_apart(named: Sequence[tuple[Captioned, Name]]) -> list[tuple[Captioned, Name]]:
    """Captions of one name with the short lines under it that tell them apart: "Ashdown Toile" / "Bottle Green"."""
    alike: dict[str, list[int]] = defaultdict(list)
    for index, (_, name) in enumerate(named):
        alike[fold(name.text)].append(index)
    found = list(named)
    for indexes in alike.values():
        seconds = [_line_under(*named[index]) for index in indexes]
        told = [one for one in seconds if one is not None]
        if len(indexes) > 1 and len({fold(one.text) for one in told}) == len(indexes):
            for index, second in zip(indexes, told, strict=True):
                found[index] = (named[index][0], _longer(named[index][1], second))
    return found


def _line_under(one: Captioned, name: Name) -> Segment | None:
    """The line of a caption right under its name, where it is a few words and no field."""
    segments = one.group.segments
    index = segments.index(name.segments[-1]) + 1
    second = segments[index] if index < len(segments) else None
    if second is None or not can_name(second) or len(second.text.split()) > _MAX_SECOND_WORDS:
        return None
    under = second.box.y0 > name.segments[-1].box.center[1]
    return second if under and not is_sentence(second.text) and find_code(second.text) is None else None


def _longer(name: Name, second: Segment) -> Name:
    return Name(f"{name.text} {clean_name(second.text)}", union([name.box, second.box]), (*name.segments, second))


def _is_news(one: Captioned, candidate: Candidate) -> bool:
    """Whether a caption tells a day and nothing of a product."""
    return candidate.evidence == {"image"} and any(is_dated(segment.text) for segment in one.group.segments)


def _without_samples(found: Sequence[tuple[Picture, Candidate]]) -> list[Candidate]:
    """Without smaller pictures that have a name only, where most have a code, a price or a size: materials' samples."""
    documented = [picture.box.area for picture, one in found if one.evidence & _DOCUMENTING]
    if len(documented) < max(_GRID_MIN, _DOCUMENTED_SHARE * len(found)):
        return [one for _, one in found]
    least = _SAMPLE_SHARE * min(documented)
    return [one for picture, one in found if one.evidence & _DOCUMENTING or picture.box.area > least]


def _without_headings(captioned: list[Captioned]) -> list[Captioned]:
    """Without the picture that the page's heading stands at: a line set much larger than nearly all captions."""
    sizes = sorted(max(segment.size for segment in one.group.segments) for one in captioned)
    if len(sizes) < _GRID_MIN + 1 or sizes[-2] > _HEADING_RATIO * sizes[0]:
        return captioned
    most = _HEADING_RATIO * sizes[-2]
    return [one for one in captioned if max(segment.size for segment in one.group.segments) <= most]


def _without_buttons(captioned: list[Captioned]) -> list[Captioned]:
    """Captions without the last line that nearly all of them have word for word below a price: a button."""
    lasts = Counter(one.group.segments[-1].text for one in captioned if len(one.group.segments) > 1)
    if not lasts:
        return captioned
    button, count = lasts.most_common(1)[0]
    if count < max(_GRID_MIN, _BUTTON_SHARE * len(captioned)) or any(map(str.isdigit, button)):
        return captioned
    return [one._replace(group=_without_button(one.group, button)) for one in captioned]


def _without_button(group: Group, button: str) -> Group:
    *others, last = group.segments
    if last.text != button or not others or not any(is_price_line(one.text) for one in others):
        return group
    return Group(tuple(others), group.box)


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
        and len({re.sub(r"\d", "0", text) for text in texts}) == 1
    )


def _plain_numbers(group: Group) -> list[Segment]:
    """Lines, or parts of lines between bars, that are a number of four digits or more."""
    lines = [segment for segment in group.segments if not is_price_line(segment.text)]
    parts = [segment._replace(text=part) for segment in lines for part in split_parts(segment.text)]
    if plain := [part for part in parts if _PLAIN_CODE.fullmatch(part.text)]:
        return plain
    ends = ((part, part.text.rsplit(" ", 1)) for part in parts if not find_prices(part.text))  # "EUR 40.00" is none
    return [part._replace(text=words[1]) for part, words in ends if len(words) == 2 and _LAST_CODE.fullmatch(words[1])]


def _read_caption(
    one: Captioned, name: Name, page: int, context: Context, price: SalePrice | None, *, numbered: bool
) -> Candidate:
    segments = one.group.segments
    fields = Fields(context)
    if numbered and (codes := _plain_numbers(one.group)):
        fields.put("sku", codes[0].text, codes[0].box)
    others = [segment for segment in segments if segment not in name.segments]
    options = find_options(others, context, captioned=True)
    note_options(options, fields)
    told = frozenset(segment for option in options for segment in option.segments)
    prose = find_prose(segments, context)
    if price:
        told |= {segment for segment in segments if read_bare_amount(segment.text, context)}
    if kicker := find_kicker(name, segments):
        told |= {kicker}
        fields.put(KICKER, kicker.text, kicker.box)
    if sale := find_display_price(segments, context) or price:
        fields.currency = sale.currency
        fields.put("price", sale.price, sale.box)
        fields.put("list_price", sale.list_price, sale.box)
    fields.read(segments, keep=told | prose | frozenset(name.segments))
    if numbered:
        fields.rest = [segment for segment in fields.rest if segment.text != fields.text("sku")]
    _read_name_line(name, fields)
    _keep_rest(fields)
    evidence = evidence_of(fields)
    evidence.add("image")
    reason = f"caption_{one.side}"
    link = ImageLink(sha256=one.picture.sha256, page=page, score=SCORES[one.side], reason=reason)
    cell = union([one.picture.box, one.group.box])
    found = make_candidate(_bare_name(name, fields), name.box, fields, page, cell, "grid", evidence, (link,))
    return with_options(found, options, context)


def _read_name_line(name: Name, fields: Fields) -> None:
    """A code, a price or a size on the name's own line ("AK25 Adirondack Chair")."""
    rest = list(fields.rest)
    for segment in name.segments:
        fields.read_text(segment)
    if fields.values.get("finish") == name.text:
        fields.values.pop("finish")  # "Carvalho Natural" is a colour of the range
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
    rest = [segment for segment in fields.rest if not is_price_line(segment.text)]
    if rest:
        fields.put("description", " ".join(one.text for one in rest), union(one.box for one in rest))


def _is_grid(captioned: Sequence[Captioned], candidates: Sequence[Candidate]) -> bool:
    """Whether pictures and captions alone make a grid: most pictures share a row or a column, captions look alike."""
    if len(candidates) < _GRID_MIN:
        return False
    boxes = [one.picture.box for one in captioned]
    in_line = [box for box in boxes if any(_in_line(box, other) for other in boxes if other != box)]
    firsts = [one.group.segments[0] for one in captioned]
    alike = sum(sum(one.looks_like(other) for other in firsts) >= _GRID_MIN for one in firsts)  # one look a grid
    return len(in_line) >= _GRID_SHARE * len(boxes) and alike >= _GRID_SHARE * len(firsts)


def _in_line(one: Box, other: Box) -> bool:
    """Whether two pictures stand in one row with equal heights, or in one column with equal widths."""
    row = abs(one.center[1] - other.center[1]) <= _ALIGN_SHARE * one.height
    column = abs(one.center[0] - other.center[0]) <= _ALIGN_SHARE * one.width
    same_height = abs(one.height - other.height) <= _SAME_SIDE * one.height
    same_width = abs(one.width - other.width) <= _SAME_SIDE * one.width
    return (row and same_height) or (column and same_width)
