"""What the words around an image say that it shows: its linked product's fields and the text nearest to it.

Words of ten languages become English (`lexicon`); what no word says stays unknown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple, get_args

from tasks.catalog.codes import is_code
from tasks.catalog.image_analysis import Finish
from tasks.catalog.lexicon import Kind, Term, detect_language, find_terms, fold_word, split_words

_LONGEST_CAPTION = 200  # characters: more is running text, which speaks of other things, too
_LONGEST_VALUE = 40  # characters of a field that is taken as it stands
_GENERAL_MATERIALS = ("stone", "wood", "solid wood", "metal", "fabric", "fibre", "plastic", "mineral", "ceramic")
_GENERAL_KINDS = frozenset({"furniture", "storage", "upholstery"})
_FINISHES: dict[str, Finish] = {word: word for word in get_args(Finish)}
_NO_COLORS = frozenset({"colour", "light coloured", "dark"})
_NO_PATTERNS = frozenset({"pattern"})
# Words that make a material a look ("marble effect", "effetto marmo"): after it, or before it.
_LOOK_AFTER = frozenset({"look", "effect", "optik", "imitat", "hatasu", "utanzat", "jellegu"})
_LOOK_BEFORE = frozenset(
    {"effetto", "effet", "aspect", "imitation", "efecto", "imitacion", "imitazione", "finto", "οψη", "οψησ"}
    | {"απομιμηση", "под", "имитация", "эффект", "imitacja", "efekt"}
)
_GERMAN_LOOK = re.compile(r"(?<=\w{3})(optik)\b", re.IGNORECASE)
_PRINTED = re.compile(
    r"(?<![\w.,])\d+(?:[.,]\d+)?(?:\s?[x×х]\s?\d+(?:[.,]\d+)?){1,2}(?:\s?(?:mm|cm|m|in|мм|см|\"))?(?!\w)"  # sizes
    r"|\b(?:R(?:9|1[0-3])|IP\s?\d{2}|IK\s?\d{2}|PEI\s?(?:[1-5]|IV|V|I{1,3})|RAL\s?\d{4}|NCS\s?S?\s?\d{4}-\w{1,4})\b"
)


class Facts(NamedTuple):
    """English, lowercase; None or empty where nothing says so. `printed` is verbatim."""

    material: str | None = None
    category: str | None = None
    subcategory: str | None = None
    colors: tuple[str, ...] = ()  # that a field of the product names
    mentioned_colors: tuple[str, ...] = ()  # in names and captions, where they may be part of a name
    finish: Finish | None = None
    textures: tuple[str, ...] = ()
    pattern: str | None = None
    style: str | None = None
    applications: tuple[str, ...] = ()
    name: str | None = None
    printed: tuple[str, ...] = ()


class _Reading(NamedTuple):
    """A text's terms, with looks ("marble effect") set apart from what a thing is made of."""

    terms: tuple[Term, ...]
    looks: tuple[str, ...]

    def of(self, kind: Kind) -> list[str]:
        return [term.concept for term in self.terms if term.kind == kind]


def read_facts(product: Mapping[str, object] | None, caption: str | None) -> Facts:
    """All that is said, the product's own fields first, then its name, then the caption."""
    product = product or {}
    name = _join(product, ("name",))
    short = caption if caption and len(caption) <= _LONGEST_CAPTION else ""
    named = [_read(name), _read(short)]
    material, category = _join(product, ("material", "materials", "composition")), _join(product, ("category",))
    finishing, coloring = (
        _join(product, ("finish", "finishes", "surface")),
        _join(product, ("color", "colors", "colour", "colours")),
    )
    group, subgroup = _find_category([_read(category), *named], category)
    looks = [look for reading in named for look in reading.looks]
    patterns = _gather([_read(_join(product, ("pattern",))), *named], "pattern", _NO_PATTERNS)
    finishes = _gather([_read(finishing), *named], "finish")
    return Facts(
        material=_find_material([_read(material), *named], material),
        category=group,
        subcategory=subgroup,
        colors=tuple(_gather([_read(coloring)], "color", _NO_COLORS)),
        mentioned_colors=tuple(_gather(named, "color", _NO_COLORS)),
        finish=next((_FINISHES[word] for word in finishes if word in _FINISHES), None),
        textures=("smooth",) if "smooth" in finishes else (),
        pattern=f"{looks[0]} look" if looks else next(iter(patterns), None),
        style=next(iter(_gather([_read(_join(product, ("style",))), *named], "style")), None),
        applications=tuple(_gather([_read(_join(product, ("application", "room"))), *named], "room")),
        name=_take_english(name),
        printed=tuple(find_printed(caption or "", _join(product, ("brand",)))),
    )


def find_printed(text: str, brand: str = "") -> list[str]:
    """Codes, sizes, ratings and the brand as a text has them, in its order, each once."""
    found = {match.start(): match.group() for match in _PRINTED.finditer(text)}
    inside = [(start, start + len(value)) for start, value in found.items()]
    for match in re.finditer(r"\S+", text):
        token = match.group().strip("()[],;:").rstrip(".")
        covered = any(start < match.end() and match.start() < end for start, end in inside)
        if not covered and is_code(token):
            found[match.start()] = token
    if brand and (place := re.search(rf"(?<!\w){re.escape(brand)}(?!\w)", text, re.IGNORECASE)):
        found[place.start()] = place.group()
    return list(dict.fromkeys(found[start] for start in sorted(found)))


def _read(text: str) -> _Reading:
    text = _GERMAN_LOOK.sub(r" \1", text)
    words = [fold_word(word) for word in split_words(text)]
    terms = find_terms(text)
    looks = []
    kept = []
    for term in terms:
        before, after = words[term.start - 1 : term.start], words[term.end : term.end + 1]
        if term.kind == "material" and (_LOOK_AFTER.intersection(after) or _LOOK_BEFORE.intersection(before)):
            looks.append(term.concept)
        else:
            kept.append(term)
    materials = {term.start for term in kept if term.kind == "material"}
    # One spelling may be both (Arabic has one word for marble and marbled): then it is the material.
    kept = [term for term in kept if term.kind != "pattern" or term.start not in materials]
    return _Reading(tuple(kept), tuple(looks))


def _find_material(readings: Sequence[_Reading], field: str) -> str | None:
    """The most specific of the first text that names any; a field's own word where no name of it is known."""
    for reading in readings:
        if found := reading.of("material"):
            return next((name for name in found if name not in _GENERAL_MATERIALS), found[0])
        if reading is readings[0] and (verbatim := _take_english(field)):
            return verbatim
    return None


def _find_category(readings: Sequence[_Reading], field: str) -> tuple[str | None, str | None]:
    """Group and kind of the first text that names a product; a path's own words where none is known."""
    groups = _categories()
    for reading in readings:
        kinds = [name for name in reading.of("product") if name in groups]
        if kinds:
            # In a path the last is the narrowest ("Furniture > Chairs"); in a name the parts follow ("with cushion").
            ordered = kinds[::-1] if reading is readings[0] else kinds
            kind = next((name for name in ordered if name not in _GENERAL_KINDS), ordered[0])
            return groups[kind], kind
    parts = [part for part in (_take_english(part) for part in field.split(">")) if part]
    return (parts[0] if parts else None), (parts[-1] if len(parts) > 1 else None)


def _gather(readings: Iterable[_Reading], kind: Kind, without: frozenset[str] = frozenset()) -> list[str]:
    return list(dict.fromkeys(name for reading in readings for name in reading.of(kind) if name not in without))


def _join(product: Mapping[str, object], keys: Sequence[str]) -> str:
    """The text of the fields that a product has, lists joined by commas."""
    values: list[str] = []
    for key in keys:
        value = product.get(key)
        if isinstance(value, str):
            values.append(value)
        elif isinstance(value, Sequence):
            values += [item for item in value if isinstance(item, str)]
    return ", ".join(values)


def _take_english(text: str) -> str | None:
    """A short value in lowercase where it is English or a name in plain letters."""
    text = " ".join(text.split())
    plain = text.isascii() and any(char.isalpha() for char in text)
    return text.lower() if plain and len(text) <= _LONGEST_VALUE and detect_language(text) in ("en", None) else None


@cache
def _categories() -> dict[str, str]:
    """Kind of product -> its group."""
    text = files(__package__).joinpath("lexicon_categories.json").read_text(encoding="utf-8")
    groups: dict[str, list[str]] = json.loads(text)
    return {kind: group for group, kinds in groups.items() for kind in kinds}
