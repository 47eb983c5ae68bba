"""Trees of categories that a feed gives once and its records refer to by id."""

from __future__ import annotations


class CategoryTree:
    """Names by id with the id above each. Loops and missing parents end a path, they do not break it."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        self._paths: dict[str, str | None] = {}

    def add(self, key: str, name: str, parent: str | None) -> None:
        self._names[key] = name
        if parent and parent != key:
            self._parents[key] = parent
        self._paths.clear()

    def path(self, key: str) -> str | None:
        """The names from the top down to `key`, joined by ' > '; None for an id that the feed does not explain."""
        if key not in self._paths:
            self._paths[key] = self._walk(key)
        return self._paths[key]

    def _walk(self, key: str) -> str | None:
        names: list[str] = []
        passed: set[str] = set()
        at: str | None = key
        while at is not None and at in self._names and at not in passed:
            passed.add(at)
            names.append(self._names[at])
            at = self._parents.get(at)
        return " > ".join(reversed(names)) or None
