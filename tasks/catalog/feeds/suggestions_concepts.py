"""Which field the concepts of a path name together: [manufacturer, code] is an MPN, [designer, name] no name."""

from __future__ import annotations

from itertools import product as combinations
from typing import NamedTuple, cast

from tasks.catalog.feeds.mapping import TARGETS, Target
from tasks.catalog.feeds.suggestions_names import UNKNOWN, Reading, read_name

# Words that only say where a value stands or which form of it is meant.
_FRAMES = frozenset({"product", "frame", "label", "value"})
_AXES = frozenset({"width", "height", "depth", "length", "thickness", "diameter", "weight"})
_PRICES = frozenset({"price", "gross", "net", "list", "sale"})
# Things that have a name of their own; anything else of theirs (their code, address, logo) is not the product's.
_NAMED = frozenset(
    {"brand", "supplier", "category", "color", "material", "finish", "collection", "designer", "size"} | _AXES
    | {"dimensions", "availability"}
)  # fmt: skip
_MOST_READINGS = 12
_CODE_TRUST = 0.9  # a "code" is the article's where nothing else is called its number
_LETTERS = {"w": "width", "b": "width", "h": "height", "d": "depth", "t": "depth", "l": "length"}
_AMBIGUOUS = 0.9
_LEAD_TIME_TRUST = 0.48  # a time of delivery tells availability where its values do and nothing else is there


class Meaning(NamedTuple):
    """A target with the confidence that names alone give it; None: known to be no field, or unknown at 0."""

    target: Target | None
    confidence: float


def mean_path(path: str) -> tuple[Meaning, ...]:
    """What a path relative to its record can mean, the likeliest first. "designer/name" is the designer."""
    *containers, leaf = _spell_axis([part.rpartition(":")[2] for part in path.split("/")]) if path != "." else ["value"]
    found: dict[Target | None, float] = {}
    leaves = read_name(leaf)
    for readings in list(combinations(*(read_name(name)[:2] for name in containers), leaves))[:_MOST_READINGS]:
        meaning = _mean(readings[:-1], readings[-1], leaf.startswith("@"))
        found[meaning.target] = max(found.get(meaning.target, 0.0), meaning.confidence)
    is_open = len(leaves) > 1 and leaves[0].quality == leaves[1].quality
    if is_open and len([target for target in found if target]) > 1:  # "amount": of money or of pieces
        found = {target: round(_AMBIGUOUS * confidence, 3) for target, confidence in found.items()}
    ranked = sorted(found.items(), key=lambda one: one[1], reverse=True)
    return tuple(Meaning(target, confidence) for target, confidence in ranked)


def _spell_axis(names: list[str]) -> list[str]:
    """A size's single letter below an element of sizes in full: "dimensions/W"."""
    axis = _LETTERS.get(names[-1].lstrip("@").casefold())
    if (
        axis
        and len(names) > 1
        and {"dimensions", "size"} & {one for each in read_name(names[-2]) for one in each.concepts}
    ):
        return [*names[:-1], axis]
    return names


def is_variant_path(path: str) -> bool:
    """Whether a path leads through a container of variants."""
    return any(reading.concepts[-1] == "variant" for part in path.split("/")[:-1] for reading in read_name(part)[:1])


def _mean(containers: tuple[Reading, ...], leaf: Reading, is_attribute: bool) -> Meaning:
    outer: set[str] = set()
    confidence = leaf.quality
    for container in containers:
        concepts = set(container.concepts) - _FRAMES
        if UNKNOWN in concepts:
            confidence *= 0.85
        outer |= concepts - {UNKNOWN}
    own = set(leaf.concepts) - {"label", "value"} - ({"product", "frame"} if len(leaf.concepts) > 1 or outer else set())
    if own <= {UNKNOWN}:
        own = set()
        confidence = 0.0 if not outer else 0.92 if UNKNOWN not in leaf.concepts else 0.4
    if own - {UNKNOWN, "id", "code", "name"}:
        outer.discard("sku")  # "model/designer" is the designer of a product
    if own - {UNKNOWN} and not is_attribute:
        outer.discard("description")  # "details/name" is no part of a description
    unknown = UNKNOWN in own
    target = _join(own - {UNKNOWN} | outer, own)
    if is_attribute and containers and own == {"category"}:
        target = None  # the type of a text, of a link
    if target is None and is_attribute and own == {"url"}:
        confidence *= 0.6  # its values tell whether it is the address of a picture
    if unknown:
        confidence *= 0.85
    if target == "sku" and "sku" not in own | outer:
        confidence *= _CODE_TRUST
    if target == "availability" and "lead_time" in own:
        confidence *= _LEAD_TIME_TRUST
    if own & {"name", "id", "code", "url"} and any(UNKNOWN in container.concepts for container in containers):
        confidence *= 0.7  # a thing that is not known has this name, not the product
    return Meaning(target, round(confidence * _TRUST.get(target or "", 0.94), 3))


# Words that are used for other things too: a "type" may be anything, a "code" is not always the article's.
_TRUST = {"size": 0.9, "collection": 0.9, "group": 0.88, "supplier": 0.88, "finish": 0.9, "material": 0.92}


def _join(concepts: set[str], own: set[str]) -> Target | None:
    """The target of a set of concepts; `own` are those of the last name."""
    if not concepts or concepts & {"other", "not_price", "pair_name", "variant", "subcategory"}:
        return None
    if "currency" in concepts:
        return "currency" if concepts <= {"currency", "price", "code", "id", "name", "gross", "net"} else None
    if _AXES & concepts:
        return _axis(concepts)
    if concepts & (_PRICES | {"vat"}):
        return "vat_rate" if own == {"vat"} else _price(concepts)
    if "lead_time" in concepts:
        return "availability" if concepts <= {"lead_time", "availability", "product", "name"} else None
    if "image" in concepts:
        return "image" if concepts <= {"image", "url", "product", "availability"} else None
    if "group" in concepts:
        return "group" if concepts <= {"group", "id", "sku", "code"} else None
    for codes in (_code, _named):
        if target := codes(concepts, own):
            return target
    if "url" in concepts:
        return "url" if concepts <= {"url", "product"} else None
    if "description" in concepts:
        return (
            "name"
            if concepts == {"description", "name"}
            else "description"
            if len(concepts - {"product"}) == 1
            else None
        )
    return "name" if concepts <= {"name", "product"} else None


def _axis(concepts: set[str]) -> Target | None:
    axes = set(_AXES & concepts)
    rest = concepts - axes - {"dimensions", "size", "gross", "net"}
    return cast("Target", axes.pop()) if len(axes) == 1 and not rest else None


def _price(concepts: set[str]) -> Target | None:
    if concepts - _PRICES - {"vat"}:
        return None
    if concepts == {"vat"}:
        return "vat_rate"
    if "net" in concepts:
        return "price_net" if not concepts & {"list", "sale", "gross"} else None
    if "sale" in concepts:
        return "sale_price"
    return "list_price" if "list" in concepts else "price"


def _code(concepts: set[str], own: set[str]) -> Target | None:
    if "gtin" in concepts:
        return "gtin" if concepts <= {"gtin", "code", "id", "product"} else None
    if "mpn" in concepts:
        return "mpn" if concepts <= {"mpn", "code", "id", "brand", "sku"} else None
    if "brand" in concepts and own & {"code", "sku"}:
        return "mpn" if concepts <= {"brand", "code", "sku"} else None
    if "sku" in concepts:
        return "sku" if concepts <= {"sku", "code", "id", "supplier", "product", "name"} else None
    if "id" in concepts:
        return "id" if concepts <= {"id", "code", "product"} else None
    if "code" in concepts:
        return "sku" if concepts <= {"code", "supplier", "product"} else None
    return None


def _named(concepts: set[str], own: set[str]) -> Target | None:
    things = set(concepts & _NAMED)
    rest = concepts - things - {"name", "product"} - ({"description"} if "category" in things else set())
    if rest or not things:
        return None
    if things == {"dimensions", "size"}:
        return "dimensions"
    if things in ({"material", "category"}, {"brand", "collection"}):
        return "category" if "category" in things else "collection"
    thing = things.pop() if len(things) == 1 else None
    return thing if thing in TARGETS else None
