"""What a mapping without a profile says beyond paths: tables, elements around a record, lists joined by an id."""

from __future__ import annotations

from tasks.catalog.feeds.heads import Head
from tasks.catalog.feeds.outside import Outside
from tasks.catalog.feeds.profiles.base import Rules
from tasks.catalog.feeds.records import Values
from tasks.catalog.feeds.stream import Element
from tasks.catalog.feeds.tables import name_columns, read_cells, read_row


class CustomRules(Rules):
    """Reads a mapping's `columns`, `above` and `joins`; nothing for a mapping that has none."""

    def start(self, head: Head) -> None:
        self._outside = Outside(self.mapping)
        self.watched, self.kept = self._outside.watched, self._outside.kept
        self.is_placed = bool(self.mapping.above)
        self._columns = self.mapping.columns
        self._names = frozenset(filter(None, self._columns))

    def gather(self, element: Element) -> str | None:
        self.remember(*self._outside.gather(element))
        return None

    def place(self, record: Element) -> str:
        return "\n".join(self._outside.place(record).values())

    def skip(self, record: Element, *, gathering: bool) -> str | None:
        if not self._columns:
            return None
        cells = read_cells(record)
        names = name_columns(cells)
        if len(self._names.intersection(names)) > len(self._names) / 2:
            self._columns = names  # the table's own order, and no record
            return ""
        filled = sum(map(bool, cells))
        return "" if not filled else "a row of one cell" if filled == 1 < len(self._names) else None

    def prepare(self, record: Element, values: Values) -> None:
        if self._columns:
            values.clear()
            values.update(read_row(record, self._columns))
        self._outside.add_to(record, values)
