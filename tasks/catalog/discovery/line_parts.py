"""The parts of a line that say different things: "Zamak – design A. Meier – Length 135 mm"."""

from __future__ import annotations

import re

from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.context import Context
from tasks.catalog.discovery.labels import Label, read_label
from tasks.catalog.names import is_sentence

_SPLIT = re.compile(r"\s+[|•·]\s+|\s{3,}|\t")
_DASHES = re.compile(r"\s+[–—-]\s+")


def split_parts(text: str) -> list[str]:
    """A line cut at bars, bullets and wide spaces."""
    return _SPLIT.split(text)


def split_designer(part: str) -> tuple[Label, str] | None:
    """A part of a line that says who designed it: "design Studio Vale"."""
    head, _, name = part.partition(" ")
    label = read_label(head)
    return (label, name) if label and label.field == "designer" and name[:1].isupper() else None


def split_told(text: str, context: Context) -> list[str]:
    """A line cut at bars and bullets; at dashes where a part is a size: "Zamak – design A. Meier – Length 135 mm"."""
    parts = split_parts(text)
    told = _DASHES.split(text) if len(parts) == 1 and not is_sentence(text) else []
    sized = any(any(len(size.text) == len(part) for size in find_sizes(part, context.mark)) for part in told)
    return told if len(told) > 1 and sized else parts
