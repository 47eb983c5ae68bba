"""JSON as models write it: in markdown fences, with words around it, cut off in the middle."""

from __future__ import annotations

import json
import re
from typing import Any

_FENCE = re.compile(r"```(?:json)?\s*(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)
_DECODER = json.JSONDecoder()


def read_json(text: str) -> Any:
    """The JSON value in `text`; of one that was cut off, the whole items of its first list; else None."""
    candidates = [text, *(match[1] for match in _FENCE.finditer(text))]
    for candidate in candidates:
        try:
            return json.loads(candidate)
        except ValueError:
            continue
    for candidate in reversed(candidates):
        start = min((at for sign in "{[" if (at := candidate.find(sign)) >= 0), default=-1)
        if start < 0:
            continue
        try:
            return _DECODER.raw_decode(candidate, start)[0]
        except ValueError:
            if items := _whole_items(candidate[start:]):
                return items
    return None


def find_list(value: Any, name: str) -> list[Any]:
    """The list called `name`, or the value itself where it is a list; else the only list in it; else nothing."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return []
    found = value.get(name)
    if isinstance(found, str):  # a list that was written as text
        found = read_json(found)
    if isinstance(found, list):
        return found
    lists = [each for each in value.values() if isinstance(each, list)]
    return lists[0] if len(lists) == 1 else []


def has_list(value: Any, name: str) -> bool:
    """Whether the value is, or holds under `name`, a list, though an empty one."""
    return isinstance(value, list) or (isinstance(value, dict) and isinstance(value.get(name), list))


def _whole_items(text: str) -> list[Any]:
    items: list[Any] = []
    at = text.find("[") + 1
    while at > 0:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        try:
            item, at = _DECODER.raw_decode(text, at)
        except ValueError:
            break
        items.append(item)
    return items
