"""What a feed says of its records outside them: in the elements around them, in lists that are joined by an id."""

from __future__ import annotations

from tasks.catalog.feeds.categories import CategoryTree
from tasks.catalog.feeds.mapping import FeedMapping, Join
from tasks.catalog.feeds.paths import fits, steps_of
from tasks.catalog.feeds.records import RecordReader, Values, add, all_texts, first, first_at, local_name
from tasks.catalog.feeds.stream import Element

ABOVE = "ancestor::{}"  # the path of a target's value around a record, which has none of that name itself
_PARENT_SEPARATOR = " > "


class Outside:
    """The values that a mapping's `above` and `joins` add to a record. `gather` has to see the joined lists first."""

    def __init__(self, mapping: FeedMapping) -> None:
        self._above = {
            ABOVE.format(target): [tuple(path.rpartition("/")[::2]) for path in paths]
            for target, paths in mapping.above.items()
        }
        self._joins = [_Joined(join) for join in mapping.joins]
        self._parent: Element = None
        self._found: dict[str, str] = {}

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of children of the elements around a record that are read."""
        return tuple(part for pairs in self._above.values() for _, part in pairs if part[0] != "@")

    @property
    def watched(self) -> tuple[str, ...]:
        """Names of the elements of joined lists."""
        return tuple({join.name for join in self._joins})

    def gather(self, element: Element) -> list[str]:
        """Remember an element of a list; its texts, none where it is no such element."""
        return [text for join in self._joins for text in join.gather(element)]

    def place(self, record: Element) -> dict[str, str]:
        """What the elements around a record say, by the paths of their targets."""
        if self._above and (parent := record.getparent()) is not self._parent:
            self._parent, self._found = parent, self._read_above(parent)
        return self._found

    def add_to(self, record: Element, values: Values) -> None:
        """Add all that is said of `record` to its `values`; what it says itself stays."""
        if self._above:
            values |= {path: text for path, text in self.place(record).items() if path not in values}
        for join in self._joins:
            join.add_to(values)

    def _read_above(self, element: Element) -> dict[str, str]:
        around: list[Element] = []
        while element is not None:
            around.insert(0, element)
            element = element.getparent()
        found: dict[str, str] = {}
        for path, pairs in self._above.items():
            texts = [first_at(one, part) for one in around for name, part in pairs if local_name(one.tag) == name]
            if joined := _PARENT_SEPARATOR.join(filter(None, texts)):
                found[path] = joined
        return found


class _Joined:
    """One list: its elements by their key."""

    def __init__(self, join: Join) -> None:
        self._join = join
        self._steps = steps_of(join.path)
        self.name = self._steps[-1]
        self._reader = RecordReader((), FeedMapping(record=join.path, fields={}))
        self._rows: dict[str, Values] = {}
        self._tree = CategoryTree() if join.parent else None

    def gather(self, element: Element) -> list[str]:
        if local_name(element.tag) != self.name or not fits(self._steps, _names_of(element)):
            return []
        values, _ = self._reader.read(element)
        key = first(values.pop(self._join.key, None))
        if key is None:
            return []
        if self._tree is not None:
            parent = first(values.pop(str(self._join.parent), None))
            name = first(values.get("name") or values.get("@name") or next(iter(values.values()), None))
            self._tree.add(key, name or key, parent)
            return [key, name or "", parent or ""]
        row = self._rows.setdefault(key, {})
        for path, value in values.items():
            for text in all_texts(value):
                add(row, self.name if path == "." else f"{self.name}/{path}", text)
        return [key, *(f"{path}={value}" for path, value in values.items())]

    def add_to(self, values: Values) -> None:
        key = first(values.get(self._join.on))
        if key is None:
            return
        if self._tree is not None:
            if path := self._tree.path(key):
                values.setdefault(self.name, path)
            return
        for path, value in self._rows.get(key, {}).items():
            values.setdefault(path, value)


def _names_of(element: Element) -> list[str]:
    names: list[str] = []
    while element is not None:
        names.append(local_name(element.tag))
        element = element.getparent()
    return names[::-1]
