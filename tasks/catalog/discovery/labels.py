"""Labels before values: "Material: oak", "Maße (cm)  80 x 75 x 90", "Colour / Farbe: ivory"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from tasks.catalog.codes import is_spaced_code
from tasks.catalog.dimensions import axis_of, parse_measure, unit_of, weight_unit_of
from tasks.catalog.vocabulary import TEXT_CACHE, fold, fold_label, labels, table, words

_UNIT = re.compile(r"[(\[]\s*(?:in\s+)?([^()\[\]]{1,8})\s*[)\]]")
CURRENCY = re.compile(
    "|".join(
        rf"(?<!\w){re.escape(sign)}(?!\w)" if sign[0].isalpha() else re.escape(sign)
        for sign in sorted(table("currencies"), key=len, reverse=True)
        if sign != "ft"  # forints in a cell, feet in a head
    ),
    re.IGNORECASE,
)
_HEADS = {fold_label(word): field for word, field in table("head_labels").items()}
_RATES = frozenset({"per", "pro", "je", "par", "por", "al", "za", "na", "pr", "à", "a", "в", "ανα"})  # "per m²"
_PARTS = re.compile(r"\s*[/|+]\s*")
_PER = re.compile(r"\s*/\s*|\s+(?:per|pro|je|al|par|por|za|na|pr|na|x|в|на|ανα)\s+")
_LABEL_ORDER = {"sku": 0, "name": 1}
_INLINE = re.compile(r"^(?P<label>[^:：=]{1,48}?)\s*[:：=]\s*(?P<value>\S.*)$")
_UNIT_IN_LABEL = re.compile(r"[(\[]\s*(?:in\s+)?([^()\[\]]{1,12})\s*[)\]]|,\s*([^\W\d_]{1,4}\.?)$")
_MAX_LABEL_WORDS = 4
_MAX_LABEL_CHARACTERS = 80  # also in several languages ("Colour / Farbe / Couleur"): longer lines are text
# Labels that read as such without a colon before a short value; others ("Frame", "Design") start names, too.
_BARE_LABELS = frozenset(
    {
        "colours",
        "finish",
        "material",
        "weight",
        "dimensions",
        "sku",
        "price",
        "collection",
        "designer",
        "brand",
        "packaging",
    }
)
TOO_COMMON = frozenset(
    {
        "frame",
        "body",
        "cover",
        "covers",
        "no",
        "id",
        "nr",
        "form",
        "line",
        "linea",
        "linie",
        "ligne",
        "gamma",
        "gamme",
        "range",
        "design",
        "style",
        "model",
    }
)


_PART_WORDS = 2  # of a part's label


class Label(NamedTuple):
    """A field that a label names; `unit` where the label carries it; a label of the source's own is not `known`."""

    field: str
    unit: str | None = None
    known: bool = True


@lru_cache(maxsize=TEXT_CACHE)
def read_label(text: str) -> Label | None:
    """The field that `text` names when all of it is a label, in any of its languages; None when it is none."""
    if len(text) > _MAX_LABEL_CHARACTERS:
        return None
    unit = None
    if match := _UNIT_IN_LABEL.search(text):
        unit = unit_of(match[1] or match[2])
        if unit or match[1]:
            text = text[: match.start()] + text[match.end() :]
    folded = fold_label(text)
    field = labels().get(folded)
    if field:
        return Label(field, unit)
    if axis := axis_of(text):
        return Label(axis, unit)
    parts = [part for part in re.split(r"\s*[/|]\s*", folded) if part]
    fields = {labels().get(part) for part in parts}
    if len(parts) > 1 and len(fields) == 1 and None not in fields:
        return Label(str(fields.pop()), unit)
    return None


@lru_cache(maxsize=TEXT_CACHE)
def split_label(text: str) -> tuple[Label, str] | None:
    """A line as label and value: with a colon any short label, without one only an unmistakable label."""
    match = _INLINE.match(text)
    if match:
        label = read_label(match["label"])
        if label:
            return label, match["value"].strip()
        own = own_label(match["label"])
        return (own, match["value"].strip()) if own else None
    tokens = text.split()
    for count in range(min(3, len(tokens) - 1), 0, -1):
        head = " ".join(tokens[:count])
        label = read_label(head)
        if label and label.field == "price" and is_spaced_code(text):
            return None  # "VK 8523" without a currency
        if label and label.field in _BARE_LABELS and head[:1].isupper() and fold(head) not in TOO_COMMON:
            value = " ".join(tokens[count:])
            if fold(value) in words("part_headings"):
                return None  # "FINISH OPTIONS" heads a list
            if len(tokens) <= 9 and not fold(value).startswith(("and ", "und ", "e ", "et ", "of ", "for ")):
                return label, value
    return None


def own_label(text: str) -> Label | None:
    """A label that no vocabulary knows, under a name of its own."""
    slug = re.sub(r"\W+", "_", fold(text)).strip("_")
    letters = sum(char.isalpha() for char in text)
    if not slug or letters < 3 or len(text.split()) > _MAX_LABEL_WORDS or any(char.isdigit() for char in text):
        return None
    return Label(slug, known=False)


def part_label(text: str, value: str) -> Label | None:
    """Two words that label a part's weight or thickness, beside a measure: "Spessore anta" beside "44 mm"."""
    tokens = text.split()
    measure = parse_measure(value)
    if len(tokens) != _PART_WORDS or measure is None or measure.unit is None:
        return None
    for label, part in ((tokens[0], tokens[1]), (tokens[1], tokens[0])):
        found = read_label(label)
        if found and found.field in ("weight", "thickness") and fold(part) in words("finish_parts"):
            return found
    return None


def label_within(label: str) -> str | None:
    """A label with more around it: "Item No.", "Price per m²", "Preis netto €"."""
    bare = fold_label(CURRENCY.sub(" ", _UNIT.sub(" ", label)))
    field = labels().get(bare)
    if field:
        return field
    tokens = bare.split()
    prices = {word for word, kind in labels().items() if kind == "price"}
    if any(token in prices for token in tokens):
        return "price"
    # The first or last word tells ("Article code", "Codice prodotto", "Cover description"); a code before a name.
    ends = {labels().get(token) for token in (tokens[:1] + tokens[-1:]) if len(token) > 2 and token not in TOO_COMMON}
    kinds = sorted(ends - {None}, key=lambda kind: _LABEL_ORDER.get(str(kind), len(_LABEL_ORDER)))
    return kinds[0] if kinds and len(tokens) <= 3 else None


def unit_within(text: str) -> str | None:
    """The unit that a label carries: "Breite (cm)", "Height in mm", "W cm"."""
    match = _UNIT.search(text)
    return unit_of(match[1]) if match else next((unit for word in text.split()[-1:] if (unit := unit_of(word))), None)


@lru_cache(maxsize=TEXT_CACHE)
def read_heads(text: str) -> tuple[Label, ...]:
    """The fields that a column's head may name, the likeliest first.

    Heads are shorter than labels in text ("Typ" is a category or a code), and may end in a unit ("Wt. lb").
    """
    first, _, last = text.rpartition(" ")
    unit = unit_of(last) or weight_unit_of(last)
    if first and unit and (known := read_label(first)):
        return (known._replace(unit=unit),)
    bare = fold_label(CURRENCY.sub(" ", _UNIT.sub(" ", text)))
    known, head = read_label(text), _HEADS.get(bare)
    parts = (
        {labels().get(part) or _HEADS.get(part) for part in re.split(r"\s*[/|+]\s*", bare)} if "/" in bare else set()
    )
    within = None if known or head else label_within(text)
    other = head or ("name" if "name" in parts else within)  # "Motif / Coloris"
    return (*((known,) if known else ()), *((Label(other, unit_within(text)),) if other else ()))


def is_rate(text: str) -> bool:
    """Whether a label's line only says what a price is for: "per yd", "je m²"."""
    tokens = fold_label(text).split()
    return len(tokens) > 1 and tokens[0] in _RATES


def is_quantity(text: str) -> bool:
    """Whether a column's head is a count, a measure or a rate, but no price: "pz/scat.", "Load kg", "Yds.", "VAT"."""
    if CURRENCY.search(text):
        return False
    bare = fold_label(text)
    tokens = bare.replace("(", " ").replace(")", " ").split()
    if len(tokens) > 1 and tokens[0] not in _RATES and len(tokens[-1]) > 1 and _is_unit(tokens[-1]):
        return True
    return _PER.split(bare)[0].strip(" ()[]") in words("quantity_words")


def _is_unit(text: str) -> bool:
    return unit_of(text) is not None or weight_unit_of(text) is not None
