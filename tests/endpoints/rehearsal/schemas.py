"""An answer brought into the JSON schema that a client asks for, as a model bound to the schema would."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": (list, tuple), "string": str, "number": (int, float), "integer": int,
    "boolean": bool, "null": type(None),
}  # fmt: skip
_EMPTY: dict[str, Any] = {"string": "", "number": 0.0, "integer": 0, "boolean": False}


def conform(value: Any, schema: Schema, root: Schema | None = None) -> Any:
    """`value` with the schema's properties: unknown ones dropped, required ones filled in.

    Choices of values (`enum`) are not enforced: wrong ones are a fault that a profile may want.
    """
    root = root or schema
    for branch in branches(schema, root):
        if ("type" not in branch and "properties" not in branch) or any(_fits(value, name) for name in types(branch)):
            if isinstance(value, dict) and "properties" in branch:
                return _conform_object(value, branch, root)
            if isinstance(value, list | tuple) and "items" in branch:
                return [conform(each, branch["items"], root) for each in value]
            return value
    return empty(schema, root)


def _conform_object(value: dict[str, Any], schema: Schema, root: Schema) -> dict[str, Any]:
    properties: dict[str, Schema] = schema["properties"]
    lists = [name for name, each in properties.items() if any("array" in types(b) for b in branches(each, root))]
    if len(value) == 1 and len(lists) == 1 and not value.keys() & properties.keys():
        value = {lists[0]: next(iter(value.values()))}  # the same list under the client's name
    known = {name: conform(value[name], each, root) for name, each in properties.items() if name in value}
    absent = [name for name in schema.get("required", ()) if name not in known]
    return known | {name: empty(properties.get(name, {}), root) for name in absent}


def empty(schema: Schema, root: Schema) -> Any:
    """The emptiest value that fits: null where allowed, else the first of the choices, else nothing in it."""
    options = list(branches(schema, root))
    names = [name for branch in options for name in types(branch)]
    if "null" in names or not names:
        return None
    if choices := options[0].get("enum"):
        return choices[0]
    if names[0] == "object":
        return _conform_object({}, {"properties": {}, **options[0]}, root)
    return [] if names[0] == "array" else _EMPTY[names[0]]


def branches(schema: Schema, root: Schema) -> Iterator[Schema]:
    """The schema itself, or each of its alternatives, references followed."""
    while "$ref" in schema:
        found: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    alternatives = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    for each in alternatives:
        yield from branches(each, root)
    if not alternatives:
        yield schema


def types(schema: Schema) -> list[str]:
    stated = schema.get("type", ["object"] if "properties" in schema else [])
    return [stated] if isinstance(stated, str) else list(stated)


def _fits(value: Any, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and not (isinstance(value, bool) and name in ("number", "integer"))
