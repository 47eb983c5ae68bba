"""What changed in a product between two deliveries, field by field, as a person would want it listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

# Columns of `products` that a source fills, in the order of the export.
COMPARED = (
    "name",
    "external_sku",
    "gtin",
    "mpn",
    "brand",
    "supplier",
    "category",
    "description",
    "price",
    "list_price",
    "prices",
    "currency",
    "availability",
    "url",
    "attributes",
    "variants",
    "images",
)
_SHOWN_AS = {"external_sku": "sku"}
_NUMBERS = frozenset({"price", "list_price"})
MAX_CHARACTERS = 200  # of a value in a report


class FieldChange(NamedTuple):
    """One field's value before and after; None where there is none. `attributes.width` names a part of a field."""

    field: str
    before: str | None
    after: str | None


def diff_products(
    before: Mapping[str, Any], after: Mapping[str, Any], most: int = 20, characters: int = MAX_CHARACTERS
) -> list[FieldChange]:
    """At most `most` differences between two states of a product's columns; values are cut to `characters`.

    A long text that differs only beyond the cut is shown from shortly before the first difference.
    """
    changes: list[FieldChange] = []
    for field in COMPARED:
        for name, old, new in _compare(_SHOWN_AS.get(field, field), before.get(field), after.get(field)):
            if len(changes) == most:
                return changes
            changes.append(FieldChange(name, *_shorten(old, new, characters)))
    return changes


def _compare(name: str, before: Any, after: Any) -> Iterator[tuple[str, str | None, str | None]]:
    if name in _NUMBERS:
        before, after = _number(before), _number(after)
    before, after = (None if value in (None, "", {}, [], ()) else value for value in (before, after))
    if before == after or _text(before) == _text(after):
        return
    if isinstance(before, Mapping | None) and isinstance(after, Mapping | None):
        old, new = before or {}, after or {}
        for key in dict.fromkeys([*old, *new]):
            if not _is_measure(old) and not _is_measure(new):
                yield from _compare(f"{name}.{key}", old.get(key), new.get(key))
        if _is_measure(old) or _is_measure(new):
            yield name, _text(before), _text(after)
    else:
        yield name, _text(before), _text(after)


def _is_measure(value: Mapping[str, Any]) -> bool:
    return value.keys() == {"value", "unit"}


def _number(value: Any) -> Any:
    try:
        return None if value is None else Decimal(str(value)).normalize()
    except InvalidOperation:
        return value


def _text(value: Any) -> str | None:
    """A value on one line: `60 cm`, `red, blue`, `{sku: 1, price: 2}`."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        if value.keys() == {"url"}:  # a picture as the source lists it
            return str(value["url"])
        if _is_measure(value):
            return " ".join(str(part) for part in (value["value"], value["unit"]) if part)
        held = {key: _text(part) for key, part in value.items() if part not in (None, "", {}, [], ())}
        return "{" + ", ".join(f"{key}: {part}" for key, part in held.items()) + "}"
    if isinstance(value, list | tuple):
        return ", ".join(str(_text(part)) for part in value)
    return " ".join(str(value).split())


def _shorten(before: str | None, after: str | None, characters: int) -> tuple[str | None, str | None]:
    if max(len(before or ""), len(after or "")) <= characters:
        return before, after
    same = 0
    if before and after:
        same = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    start = max(0, same - characters // 4) if same >= characters else 0
    return _cut(before, start, characters), _cut(after, start, characters)


def _cut(text: str | None, start: int, characters: int) -> str | None:
    if text is None:
        return None
    shown = ("…" if start else "") + text[start : start + characters]
    return shown + ("…" if len(text) > start + characters else "")
