"""Labelled values of a page: specification tables, definition lists and lines such as "SKU: 480464"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from tasks.catalog.decimals import DecimalMark
from tasks.catalog.dimensions import axis_of
from tasks.catalog.feeds.values import parse_dimensions, parse_gtin, parse_measure
from tasks.catalog.prices import find_prices
from tasks.catalog.products import AttributeValue
from tasks.catalog.web.amounts import read_code
from tasks.catalog.web.claims import Claims
from tasks.catalog.web.content import Content
from tasks.catalog.web.dom import Document, Element, clean, text_of
from tasks.catalog.web.words import field_of

_LONGEST_LABEL, _LONGEST_VALUE, _LONGEST_LINE = 60, 300, 200  # characters
_LINE_TAGS = frozenset({"li", "p", "div", "span", "td", "h2", "h3", "h4", "h5", "small", "strong", "b", "label", "a"})
_SPLIT = re.compile(r"\s*[:：﹕]\s*|\s*(?:#|№)\s+")
_CODE = re.compile(r"[\w.\-/+#]+(?:[ ][\w.\-/+#]+){0,3}")
_UNIT_IN_LABEL = re.compile(r"[(\[,]\s*(?:(?:in|w|en|em|v|в|σε)\s+)?([^\W\d_]{1,6}[²³23]?|\"|″)\.?\s*[)\]]?\s*$")
# A value with another label in it is of a block of several lines.
_HAS_LABEL = re.compile(r"[^\W\d_]{2,}\s?[:：](?:\s|$)")
_CONTACT = re.compile(r"@|\+?\d[\d ()/-]{8,}|https?:|www\.")
_LONGEST_LINE_VALUE = 80  # characters of an attribute on a line of text: longer ones are sentences
_FEWEST_LINES = 3  # lines of one parent that make a list of specifications
_BRAND_NAMES = re.compile(
    r"(?:^|[\s_-])(?:brand|manufacturer|vendor|marca|marke|hersteller|producer|producent|fabricant|vyrobce|vyrobca)"
    r"(?:$|\s|[_-]?(?:name|link|logo|title|image)(?:$|\s))",
    re.IGNORECASE,
)
_SKU_NAMES = re.compile(
    r"(?:^|[\s_-])(?:sku|product-?(?:code|number|no|sku|id)|article-?(?:number|no|code)|artikelnummer|item-?(?:number|no|code)|"
    r"referencia?|product-reference|catalog(?:ue)?-number)(?:$|[\s_-])",
    re.IGNORECASE,
)
_NAMED_BEFORE, _NAMED_AFTER = 15, 90  # elements around the headline
_CODES = frozenset({"sku", "mpn", "gtin"})
_NOT_ATTRIBUTES = frozenset(
    {"price", "availability", "name", "description", "quantity", "unit", "sku", "mpn", "gtin", "brand"}
)


class Fact(NamedTuple):
    """A label and its value as printed, and how they stand: in a table or definition list, or on a line of text."""

    label: str
    value: str
    element: Element
    tabular: bool


def find_facts(content: Content) -> list[Fact]:
    """Labelled values in the page's order, each label once."""
    found: dict[tuple[str, str], Fact] = {}
    shortest: dict[str, str] = {}  # of a label's lines: those around it say more than belongs to it
    for fact in sorted(_all_facts(content), key=lambda one: not one.tabular):
        label = clean(fact.label).strip(" :：?*•·-–#")
        value = clean(fact.value).strip(" :：")
        if 0 < len(label) <= _LONGEST_LABEL and 0 < len(value) <= _LONGEST_VALUE and label != value:
            if _HAS_LABEL.search(value) and not fact.tabular:
                continue
            key, value_key = label.casefold(), value.casefold()
            known = shortest.get(key)
            if known is not None and (known.startswith(value_key) or value_key.startswith(known)):
                if len(value_key) >= len(known):
                    continue
                del found[key, known]
            shortest[key] = value_key
            found.setdefault((key, value_key), fact._replace(label=label, value=value))
    return list(found.values())


def _all_facts(content: Content) -> Iterator[Fact]:
    for element in content.elements:
        tag = element.tag
        if tag == "tr":
            yield from _row(element)
        elif tag == "dl":
            yield from _definitions(element)
        elif tag in _LINE_TAGS and len(element) <= 8:
            yield from _line(element)


def _row(row: Element) -> Iterator[Fact]:
    cells = [one for one in row if one.tag in ("td", "th")]
    if len(cells) not in (2, 4) or row.find(".//input") is not None or row.find(".//table") is not None:
        return
    for label, value in zip(cells[::2], cells[1::2], strict=True):
        if len(cells) == 4 and label.tag != "th" and not text_of(label, 200).endswith(":"):
            return
        yield Fact(text_of(label, 200), text_of(value, 600), value, True)


def _definitions(listing: Element) -> Iterator[Fact]:
    label: str | None = None
    for one in listing.iter("dt", "dd"):
        if one.tag == "dt":
            label = text_of(one, 200)
        elif label:
            yield Fact(label, text_of(one, 600), one, True)
            label = None


def _line(element: Element) -> Iterator[Fact]:
    """A line "label: value", or two neighbours of which one is named label and the other value."""
    if len(element) == 2 and (pair := _named_pair(element) or _known_pair(element)):
        yield pair
        return
    own = element.text or ""
    tails = "".join(child.tail or "" for child in element)
    if not (":" in own or "：" in own or "#" in own or len(element)) and not tails.strip():
        return
    text = text_of(element, _LONGEST_LINE + 1)
    if len(text) > _LONGEST_LINE:
        return
    parts = _SPLIT.split(text, maxsplit=1)
    if len(parts) == 2 and parts[0] and parts[1] and not re.search(r"\d$", parts[0]) and len(parts[0].split()) <= 6:
        yield Fact(parts[0], parts[1], element, False)


def _named_pair(element: Element) -> Fact | None:
    first, second = element
    names = f"{first.get('class') or ''} {second.get('class') or ''}".lower()
    if ("value" in names or "val" in names.split("-")) and re.search(
        r"label|name|attr|title|key|prop", first.get("class") or "", re.I
    ):
        return Fact(text_of(first, 200), text_of(second, 600), element, True)
    return None


def _known_pair(element: Element) -> Fact | None:
    """Two blocks, the first of which is nothing but the label of a code or the brand."""
    if clean(element.text) or len(first := text_of(element[0], 60)) > 40:
        return None
    field = field_of(first)
    value = text_of(element[1], 120)
    return Fact(first, value, element, True) if value and (field in _CODES or field == "brand") else None


def claim_facts(claims: Claims, facts: list[Fact], document: Document) -> None:
    """Brand, codes and attributes that the page prints beside their labels."""
    parents = Counter(fact.element.getparent() for fact in facts if not fact.tabular)
    for fact in facts:
        field = field_of(fact.label)
        path = document.path(fact.element) if field else None
        if field in _CODES or field == "brand":
            _claim_code(claims, field, fact, path)
        listed = fact.tabular or (
            parents[fact.element.getparent()] >= _FEWEST_LINES and fact.element.tag in ("li", "p", "div", "td")
        )
        if field in _NOT_ATTRIBUTES or not (listed or field) or _CONTACT.search(fact.value) or find_prices(fact.value):
            continue
        if len(fact.value) <= (200 if fact.tabular else _LONGEST_LINE_VALUE):
            mark = document.mark
            for name, value in read_attribute(fact.label, fact.value, mark if mark in (",", ".") else None):  # type: ignore[arg-type]
                claims.add_attribute(name, value, "page", document.path(fact.element))


def claim_named(claims: Claims, content: Content, document: Document) -> None:
    """Brand and article number of elements near the headline that are named so: `<p class="sku">Ref. 12</p>`."""
    for element in content.elements[max(0, content.start - _NAMED_BEFORE) : content.start + _NAMED_AFTER]:
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if len(names) < 4 or element.tag in ("input", "form", "select", "body", "html"):
            continue
        field = "brand" if _BRAND_NAMES.search(names) else "sku" if _SKU_NAMES.search(names) else None
        if field is None or claims.first(field, "page") or len(text := text_of(element, 80)) > 60:
            continue
        if not text and field == "brand":
            image = next((one for one in element.iter("img") if one.get("alt")), None)
            text = clean(image.get("alt")) if image is not None else ""
        tokens = text.split()
        while tokens and (field_of(tokens[0]) == field or not any(char.isalnum() for char in tokens[0])):
            tokens.pop(0)
        if tokens and len(tokens) <= 4 and not any(one.endswith(":") for one in tokens):
            _claim_code(claims, field, Fact(field, " ".join(tokens), element, False), document.path(element))


def _claim_code(claims: Claims, field: str, fact: Fact, path: str | None) -> None:
    value = fact.value
    if field == "gtin":
        claims.add("gtin", parse_gtin(value.split(" ")[0]) or parse_gtin(value), "page", path)
    elif field == "brand":
        if (
            len(value) <= 60
            and len(value.split()) <= 6
            and any(char.isalpha() for char in value)
            and not value.endswith(".")
        ):
            claims.add("brand", value, "page", path)
    elif (
        (match := _CODE.fullmatch(value))
        and any(char.isdigit() for char in value)
        and (code := read_code(match.group()))
    ):
        claims.add(field, code, "page", path)


def read_attribute(label: str, value: str, mark: DecimalMark | None) -> Iterator[tuple[str, AttributeValue]]:
    """An attribute by its printed label; sizes and weights by axis with their unit, which may stand in the label."""
    unit = _UNIT_IN_LABEL.search(label)
    bare = label[: unit.start()].strip(" ,") if unit else label
    field = field_of(bare)
    axis = axis_of(bare) if len(bare) > 2 else None
    if axis or field == "weight":
        measure = parse_measure(value, unit[1] if unit else None, mark)
        if measure is None and unit:
            measure = parse_measure(f"{value} {unit[1]}", None, mark)
        if measure is not None and measure.unit:
            yield axis or "weight", measure
            return
    if field == "dimensions":
        sizes = parse_dimensions(
            f"{label} {value}" if re.search(r"[x×]", label) else value, unit[1] if unit else None, mark
        )
        yield from sizes.items()
    names = {"colours": "color"}
    yield (
        (names.get(field, field) if field in ("material", "finish", "colours", "collection", "designer") else label),
        value,
    )
