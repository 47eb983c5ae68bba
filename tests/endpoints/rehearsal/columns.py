"""What a model would say of a feed's fields, by their types and values and by the targets that are free."""

from __future__ import annotations

import re
from typing import Any

from rehearsal.reading import fenced

_LINE = re.compile(r"^(?P<state>[\w ]+): (?P<path>.+?) \((?P<type>\w+), in (?P<share>\d+)%\): ?(?P<values>.*)$")
_MONEY = re.compile(r"[€$£]\s?\d|\d\s?(?:€|EUR|USD)")


def find_targets(text: str) -> dict[str, Any]:
    """A target for every asked path, by its values: names are different words, categories repeat, prices are money."""
    lines = [match for line in fenced(text).splitlines() if (match := _LINE.match(line.strip()))]
    taken = {line["state"] for line in lines}
    found = []
    for line in lines:
        if line["state"] != "asked":
            continue
        target = _guess(line["type"], line["values"].split(" | "))
        if target in taken:
            target = "attribute"
        taken |= {target} - {"attribute"}
        found.append({"path": line["path"], "target": target, "confidence": 0.8})
    return {"fields": found}


def _guess(kind: str, values: list[str]) -> str:
    if kind == "url":
        return "url"
    if any(_MONEY.search(value) for value in values):
        return "price"
    if kind == "text":
        return "description"
    words = all(value and not any(sign.isdigit() for sign in value) for value in values)
    return "name" if kind == "string" and words and len(set(values)) > 2 else "attribute"
