"""The fields of one product, gathered from the text of its place on the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tasks.catalog.boxes import Box
from tasks.catalog.codes import clean_code, find_code, is_spaced_code, is_weak_code, strip_marks
from tasks.catalog.dimensions import (
    axes_of,
    find_area_weight,
    find_sizes,
    find_weight,
    join_bare_sides,
    parse_leading_measure,
    parse_measure,
)
from tasks.catalog.discovery.context import Context
from tasks.catalog.discovery.label_columns import EDGE_POINTS, label_edge, part_label_rows
from tasks.catalog.discovery.labels import Label, own_label, part_label, read_label, split_label
from tasks.catalog.discovery.layout import group_segments, read_rows
from tasks.catalog.discovery.line_parts import split_designer, split_told
from tasks.catalog.discovery.materials import SHARE, collection_of, leading_material, material_kind, told_material
from tasks.catalog.discovery.sale_prices import find_sale_price
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.told_facts import tell_facts
from tasks.catalog.discovery.wrapped_values import is_composition, join_wrapped
from tasks.catalog.names import clean_name, is_sentence
from tasks.catalog.prices import Price, find_prices, parse_amount
from tasks.catalog.products import AttributeValue, Measure
from tasks.catalog.vocabulary import fold, words

AXES = ("width", "depth", "height", "length", "thickness", "diameter", "seat_height")
_LISTS = ("colours",)
_UNITS_PER_BOX = {
    "weight_per_box_kg": "kg", "weight_per_box_lb": "lb", "coverage_per_box_m2": "m2", "coverage_per_box_sqft": "ft2",
}  # fmt: skip
_MEASURED = ("weight", *_UNITS_PER_BOX, "load_capacity", "density")
_TOLD = frozenset({"name", "designer", "brand", "collection", "category", "material", "finish"})  # in words
_MAX_MATERIAL_WORDS, _MAX_COMPOSITION_WORDS = 8, 16
_LETTER_CODE = re.compile(r"[A-Z]{3,6}")  # "Réf. ANJ"
_CODE_AND_WORDS = re.compile(r"(?P<code>[^\s]*\d[^\s]*)\s+[–—·|-]\s+(?P<words>[^\W\d_][^\d:;|·–—]*)")
_MAX_COLOUR_WORDS = 4
_MAX_TOLD_WORDS = 45
# A word before the number, or the sign of a diameter.
_NAMED_AXIS = re.compile(r"(?:[^\W\d_]{3,}|[Øø⌀])[\s.:=]*(?=\d)")
_YEAR_BEHIND = re.compile(r",? \(?(?:19|20)\d\d\)?$")  # "Elena Marchetti, 2021"
# "Pack of 6", "Caja de 2 unidades", "Karton à 12 Stück".
_PACK = re.compile(
    r"(?P<word>[^\W\d_]+) (?:of|de|da|di|à|a|mit|con|van|po|med|à|по) \d{1,4}(?: [^\W\d_]+\.?)?", re.IGNORECASE
)
_HEADER_CELLS = 3
_STROKES = re.compile(r"[^,;|–/]+(?:\s?/\s[^,;|–/]+)+")
_EMPTY_VALUES = frozenset({"-", "–", "—", "·", "n/a", "na", "tbd", "tba", "not found", "unknown", "none", "..."})
_LIST_PRICE = re.compile(
    r"\b(?:was|rrp|msrp|statt|uvp|instead of|invece di|au lieu de|antes|αντί|вместо|старая)\b", re.I
)
_YEAR = re.compile(r"(?:19|20)\d\d")  # "Price 2026" heads a list
_AXIS_JOIN = re.compile(r"\s?[x×х*/]\s?", re.IGNORECASE)
_LIST_SEPARATOR = re.compile(r"\s*[,;/|]\s+|\s*;\s*|\s+[/|•·]\s+")
_MAX_WEIGHT_WORDS = 6  # "1,55 m³ / 62 kg"; a longer line is about something else


class Fields:
    """What is known of a product so far: values with the box each was read from, and the text nobody claimed."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.values: dict[str, AttributeValue] = {}
        self.boxes: dict[str, Box] = {}
        self.prices: dict[str, str] = {}
        self.currency: str | None = None
        self.rest: list[Segment] = []
        self.labelled = 0  # lines with a known label
        self.named_code = False  # a label says that the code is one
        self.options: set[str] = set()  # what the product's forms have each: sku, price, size
        self._unlabelled: set[str] = set()  # materials and finishes of bare lines: a labelled one counts more
        self._sizes: list[str] = []
        self._unit = context.unit  # of lengths below a heading that gives one: "Dimensions (mm)"

    def put(self, field: str, value: AttributeValue | None, box: Box | None) -> None:
        """Keep the first value of a field; empty ones are none."""
        if value in (None, "", ()) or (isinstance(value, str) and value.strip().casefold() in _EMPTY_VALUES):
            return
        if field == "sku" and isinstance(value, str):
            value = clean_code(value)
        if field not in self.values:
            self.values[field] = value
            if box is not None:
                self.boxes[field] = box

    def text(self, field: str) -> str | None:
        value = self.values.get(field)
        return value if isinstance(value, str) else None

    def take(self, field: str) -> str | None:
        """A text field, out of the attributes: it has a place of its own on the product."""
        value = self.values.pop(field, None)
        return value if isinstance(value, str) else None

    @property
    def has_size(self) -> bool:
        return any(axis in self.values for axis in AXES) or bool(self._sizes)

    def is_labelled(self, field: str) -> bool:
        """Whether a field is known, and not from a bare line."""
        return field in self.values and field in self.boxes and field not in self._unlabelled

    def read(self, segments: Sequence[Segment], *, keep: frozenset[Segment] = frozenset()) -> None:
        """Read every segment; those in `keep` (the name) are left alone."""
        pending: Label | None = None
        rows = part_label_rows(join_wrapped(read_rows([one for one in segments if one not in keep])))
        edge = label_edge(rows)
        for row in rows:
            pending = self._read_row(row, pending, edge)
        self._read_told()
        if len(self._sizes) > 1:
            self.values["sizes"] = tuple(self._sizes)

    def _read_told(self) -> None:
        """Sides that a short description gives with their names, also over the end of a line: "..., height 147 mm";
        and the material that its first sentence begins with.
        """
        for group in group_segments(self.rest):
            if group.words <= _MAX_TOLD_WORDS:
                text = " ".join(group.text.split())
                for field, told in tell_facts(text, self.context.mark).items():
                    self._unlabelled |= {field} - self.values.keys()
                    self.put(field, told, group.box)
                for size in find_sizes(text, self.context.mark):
                    if not size.text[1:2].isdigit() and len(_NAMED_AXIS.findall(size.text)) == len(size.measures):
                        for axis, value in size.measures.items():
                            self.put(axis, value, group.box)

    def _read_row(self, row: Sequence[Segment], pending: Label | None, edge: float | None) -> Label | None:
        """Read a visual row; returns the label that waits for its value on the next row.

        `edge` is where the column of labels begins: a short text there with a value beside it is a label, known or not.
        """
        index = 0
        if sale := find_sale_price(row, self.context):
            self.currency = self.currency or sale.currency
            self.put("price", sale.price, sale.box)
            self.put("list_price", sale.list_price, sale.box)
        if pending and pending.field == "dimensions" and pending.unit:
            self._unit = pending.unit
        if len(row) >= _HEADER_CELLS and any(read_label(a.text) and read_label(b.text) for a, b in pairwise(row)):
            return None  # a table's header: what stands below is not of the last label
        while index < len(row):
            segment = row[index]
            beside = row[index + 1].text if index + 1 < len(row) else ""
            label = read_label(segment.text) or part_label(segment.text, beside)
            if (
                index + 1 < len(row)
                and _names_axes(segment.text)  # "B x T x H" before its numbers
                and self._put_sizes(f"{segment.text} {row[index + 1].text}", row[index + 1].box)
            ):
                index += 2
                continue
            if (
                label is None
                and len(row) == index + 2
                and edge is not None
                and abs(segment.box.x0 - edge) <= EDGE_POINTS
            ):
                label = own_label(segment.text)
            if label and index + 1 < len(row) and not read_label(row[index + 1].text):
                self.read_value(label, row[index + 1].text, row[index + 1].box)
                index += 2
            elif label and index + 1 == len(row):
                return label
            elif pending:
                self.read_value(pending, segment.text, segment.box)
                pending, index = None, index + 1
            else:
                self.read_text(segment)
                index += 1
        return None

    def read_text(self, segment: Segment) -> None:
        """A line of its own: labelled parts, prices, sizes, a weight, a code; or nothing of these."""
        parts = split_told(join_bare_sides(segment.text), self.context)
        if (tail := self.context.code_tail) and (code := tail.search(parts[-1])):
            self.put("sku", code[0].strip(), segment.box)
            parts = [*parts[:-1], *filter(None, [parts[-1][: code.start()].rstrip(" ,;")])]
        for part in parts:
            labelled = split_label(part) or (split_designer(part) if len(parts) > 1 else None)
            if len(parts) > 1 and (weight := find_weight(part, self.context.mark)) and part[:1].isdigit():
                self.put("weight", weight, segment.box)  # "... · 41,5 kg Delivered assembled"
            if labelled:
                self.read_value(*labelled, segment.box)
                if labelled[0].field == "price":
                    self._keep_label(part, labelled[1])
            elif collection := collection_of(part):
                self.put("collection", collection, segment.box)
            elif not self._read_bare(part, segment.box) and not self._read_material(part, segment.box):
                self.rest.append(segment._replace(text=part))

    def _keep_label(self, part: str, value: str) -> None:
        """A price under its printed label, for products with several ("Wholesale: $7.00", "MSRP: $16.00")."""
        if _YEAR.fullmatch(value.strip()):
            return  # "Tarifa 2024"
        label = clean_name(part[: part.rindex(value)])
        found = find_prices(value, self.context.mark, self.context.dollar)
        if label and (amount := found[0].amount if found else parse_amount(value, self.context.mark)):
            self.prices.setdefault(label, amount)

    def read_value(self, label: Label, text: str, box: Box) -> None:
        """A value under its label."""
        self.labelled += label.known
        if label.known and label.field in self._unlabelled:
            self._unlabelled.discard(label.field)
            self.values.pop(label.field, None)
            self.boxes.pop(label.field, None)
        if label.field == "designer":
            text = _YEAR_BEHIND.sub("", text)  # "Elena Marchetti, 2021"
        if label.field == "sku":
            self.named_code = True
            self._put_code(self._without_colour(text, box), box)
        elif label.field == "price":
            self._put_prices(text, box)
        elif label.field in AXES:
            self.put(label.field, parse_leading_measure(text, self.context.mark, label.unit or self._unit), box)
        elif label.field == "dimensions":
            if not self._put_sizes(text, box, label.unit):
                self.put("size", text, box)
        elif label.field in _MEASURED:
            self.put(label.field, self._measure(text, label), box)
        elif label.field in _LISTS:
            text = self._without_size(text, box)
            values = tuple(clean_name(part) for part in _LIST_SEPARATOR.split(text) if part.strip())
            self.put(label.field, values if len(values) > 1 else clean_name(text).strip(" ."), box)
        elif label.field == "pieces_per_box" and any(char.isalpha() for char in text):
            self.put("packaging", text, box)  # "6 boards / 2.17 m²"
        else:
            measure = parse_measure(text, self.context.mark)
            told = self._without_size(text, box) if label.field in _TOLD else text
            self.put(label.field, measure if measure and measure.unit else strip_marks(told), box)

    def _without_size(self, text: str, box: Box) -> str:
        """A text value without the size behind it on its line: "Design: A. Meier  W 72 x D 76 x H 74 cm"."""
        sizes = [size for size in find_sizes(text, self.context.mark) if size.start]
        if not sizes:
            return text
        self._put_sizes(text[sizes[0].start :], box)
        return text[: sizes[0].start].rstrip(" ,;:·–-(")

    def _measure(self, text: str, label: Label) -> AttributeValue | None:
        unit = label.unit or _UNITS_PER_BOX.get(label.field)
        if label.field == "weight" and not any(map(str.isdigit, text)):
            return None  # "Weight class", "Peso anta"
        if by_area := find_area_weight(text, self.context.mark):
            return by_area
        return find_weight(text, self.context.mark) or parse_measure(text, self.context.mark, unit) or text

    def _put_code(self, text: str, box: Box) -> None:
        code = clean_code(text)
        tokens = code.split()
        only_letters = _LETTER_CODE.fullmatch(code) is not None and fold(code) not in words("unknown_words")
        address = any(token.endswith(",") and not is_weak_code(token) for token in tokens)  # "Como, IT, 22100"
        weak = 0 < len(tokens) <= 3 and any(is_weak_code(token) for token in tokens) and not address
        if only_letters or weak:
            self.put("sku", code, box)

    def _without_colour(self, text: str, box: Box) -> str:
        """A labelled code without the few words behind a dash or a dot: "53012 – céladon" is a code and its colour."""
        match = _CODE_AND_WORDS.fullmatch(text)
        if match is None or len(match["words"].split()) > _MAX_COLOUR_WORDS:
            return text
        self.put("material" if material_kind(match["words"]) == "material" else "colours", match["words"], box)
        return match["code"]

    def _put_prices(self, text: str, box: Box) -> None:
        found = find_prices(text, self.context.mark, self.context.dollar)
        if found:
            self._keep_prices(text, found, box)
        elif (amount := parse_amount(text, self.context.mark)) is not None and not _YEAR.fullmatch(text.strip()):
            self.put("price", amount, box)

    def _keep_prices(self, text: str, found: Sequence[Price], box: Box) -> None:
        self.currency = self.currency or found[0].currency
        if len(found) == 2 and _LIST_PRICE.search(text):
            ordered = sorted(found, key=lambda price: float(price.amount))
            self.put("price", ordered[0].amount, box)
            self.put("list_price", ordered[1].amount, box)
            return
        for price in found:
            self.put("price", price.amount, box)
        if len(found) == 1 and (label := clean_name(text[: found[0].start].strip(" :–-"))):
            self.prices.setdefault(label, found[0].amount)

    def _put_sizes(self, text: str, box: Box, unit: str | None = None) -> bool:
        sizes = find_sizes(text, self.context.mark, unit or self._unit, self.context.axes)
        for size in sizes:
            alone = len(size.measures) == 1  # "Width 53 cm": one line an axis
            if not alone:
                self._sizes.append(size.text)
            if alone or len(self._sizes) == 1:
                for axis, value in size.measures.items():
                    self.put(axis, value, box)
        measure = parse_measure(text, self.context.mark, unit) if unit and not sizes else None
        self.put("size", measure, box)
        return bool(sizes) or measure is not None

    def _read_bare(self, text: str, box: Box) -> bool:
        """Claim an unlabelled line that is a price, a size, a weight or a code; True when nothing else is in it."""
        prices = find_prices(text, self.context.mark, self.context.dollar)
        if is_sentence(text):
            return False
        if (pack := _PACK.fullmatch(text)) and fold(pack["word"]) in words("pack_words"):
            self.put("packaging", text, box)
            return True
        if is_spaced_code(text) and all(price.currency != self.context.currency for price in prices):
            prices = ()  # "KR 3146" among prices in dollars
        if prices:
            self._keep_prices(text, prices, box)
        sized = self._put_sizes(text, box)
        weight = find_weight(text, self.context.mark)
        if weight and len(_without_sizes(text, self.context).split()) <= _MAX_WEIGHT_WORDS:
            self.put("weight", weight, box)
        code = find_code(text)
        bare = (prices or sized) and not _has_name_beside(text, self.context)
        if bare and not (code and any(char.isalpha() for char in code)):  # digits beside a price are a price, too
            return True
        if code and "sku" not in self.values:
            self.put("sku", code, box)
        if bare:
            return True
        alone = code is not None and len(text.split()) <= len(code.split()) + 1
        return alone or (weight is not None and len(text.split()) <= 3)

    def _read_material(self, text: str, box: Box) -> bool:
        """Claim a short unlabelled line of materials and finishes: "Marble, polished", "78 % wool, 22 % cotton"."""
        text = strip_marks(text)
        if is_composition(text) and len(text.split()) <= _MAX_COMPOSITION_WORDS:
            self.put("material", text, box)
            return True
        parts = [part for part in re.split(r"\s*[,;/|–]\s+|\s+[–-]\s+", text) if part]
        kinds = [material_kind(part) for part in parts]
        if kinds and kinds[0] is None and (shares := [part for part in parts if SHARE.match(part)]):
            told = ", ".join(shares)  # "Hand-knotted, 100% New Zealand wool": the rest is said in words
            if is_composition(told) or material_kind(told) == "material":
                self.put("material", told, box)
            return False
        if len(parts) > 1 and kinds[0] is None and (stuff := told_material(parts[0], parts[1])):
            self.put("material", stuff, box)  # "Pendant, spun aluminium": what it is is said in words
            return False
        if len(parts) > 1 and kinds[0] is None and "finish" in kinds and (material := leading_material(parts[0])):
            parts[0], kinds[0] = material, "material"  # "Oak plank, lacquered"
        if len(text.split()) > _MAX_MATERIAL_WORDS or not any(kinds) or (None in kinds and kinds[0] is None):
            return False
        self._unlabelled |= {"material", "finish"} - self.values.keys()
        if len(parts) > 1 and "finish" not in kinds and _STROKES.fullmatch(text):
            self.put("material", text, box)  # "teak / rope": of one kind, however many are known
            return True
        # What stands beside a known word is of its kind: "Walnut, hand rubbed" is a material and a finish.
        named = [kind or ("finish" if index else "material") for index, kind in enumerate(kinds)]
        for field in ("material", "finish"):
            found = [part for part, kind in zip(parts, named, strict=True) if kind == field]
            self.put(field, ", ".join(found), box)
        return True


def _names_axes(text: str) -> bool:
    """Whether all of a text is a list of axes."""
    parts = _AXIS_JOIN.split(text.strip(" :"))
    return len(parts) > 1 and axes_of(parts) is not None


def _without_sizes(text: str, context: Context) -> str:
    """A text without the sizes in it: "L 45 × B 45 × H 38 cm, 55 kg" is a weight besides."""
    for size in reversed(find_sizes(text, context.mark)):
        text = text[: size.start] + text[size.end :]
    return text


def _has_name_beside(text: str, context: Context) -> bool:
    """Whether letters are left when prices and sizes are taken out ("Oslo 60x60 € 45" -> True)."""
    spans = [(p.start, p.end) for p in find_prices(text, context.mark, context.dollar)]
    spans += [(size.start, size.end) for size in find_sizes(text, context.mark)]
    left = text
    for start, end in sorted(spans, reverse=True):
        left = left[:start] + " " + left[end:]
    return any(len(re.sub(r"[\W\d_]", "", token)) >= 3 and not read_label(token) for token in left.split())


def measures_of(values: dict[str, AttributeValue]) -> dict[str, Measure]:
    return {axis: value for axis in AXES if isinstance(value := values.get(axis), Measure)}
