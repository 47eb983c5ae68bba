"""Paths of elements from the root ("/rss/channel/item"), with "*" for any one element and "**" for any number."""

from __future__ import annotations

from collections.abc import Sequence

ANY, ANY_NUMBER = "*", "**"


def steps_of(path: str) -> list[str]:
    """The local names of a path's elements."""
    return [step.rpartition(":")[2] for step in path.strip("/").split("/")]


def fits(pattern: Sequence[str], names: Sequence[str]) -> bool:
    """Whether the elements `names`, from the root, are a place that `pattern` means.

    What "**" stands for has no element of the pattern's last name: a record within a record is none.
    """
    if ANY_NUMBER not in pattern:
        return len(pattern) == len(names) and all(
            step in (ANY, name) for step, name in zip(pattern, names, strict=True)
        )
    place = list(pattern).index(ANY_NUMBER)
    head, tail = pattern[:place], pattern[place + 1 :]
    between = names[len(head) : len(names) - len(tail)]
    return (
        len(names) >= len(head) + len(tail)
        and fits(head, names[: len(head)])
        and fits(tail, names[len(names) - len(tail) :])
        and tail[-1] not in between
    )
