"""The columns of a feed: for every path of its records what stands there, in how many of them, and of which type."""

from __future__ import annotations

import copy
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Literal

from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.outside import Outside
from tasks.catalog.feeds.paths import ANY_NUMBER, fits, steps_of
from tasks.catalog.feeds.records import RecordReader, Values, local_name
from tasks.catalog.feeds.sources import Source
from tasks.catalog.feeds.stream import Element
from tasks.catalog.feeds.structure import read_events
from tasks.catalog.feeds.suggestions_kinds import kinds_of
from tasks.catalog.feeds.tables import name_columns, read_row

DataType = Literal["string", "url", "number", "text", "date", "boolean"]
SAMPLED_RECORDS = 200
_MOST_VALUES = 400  # of a column that are looked at
_MOST_SAMPLE_CHARACTERS = 2_000
_LONG_TEXT_CHARACTERS = 100
_MOST_COLUMNS = 400


class Column:
    """The values of one path over the sampled records, and what share of them (0 to 1) is what."""

    def __init__(self, path: str, position: int) -> None:
        self.path = path
        self.position = position
        self.values: list[str] = []
        self.present = 0  # one bit a record
        self.repeated = 0  # records that have it several times
        self.varied = 0  # of these, records where all its values differ
        self.count = 0
        self.by_record: dict[int, str] = {}  # the first value of each

    def add(self, record: int, values: list[str]) -> None:
        self.present |= 1 << record
        self.repeated += len(values) > 1
        self.varied += len(values) > 1 and len(set(values)) == len(values)
        self.count += len(values)
        self.by_record[record] = values[0][:_MOST_SAMPLE_CHARACTERS]
        if len(self.values) < _MOST_VALUES:
            self.values.extend(value[:_MOST_SAMPLE_CHARACTERS] for value in values)

    def seen_from(self, container: str) -> Column:
        """The same column with its path from `container` ("variants/variant/")."""
        inner = copy.copy(self)
        inner.path = self.path.removeprefix(container)
        return inner

    @property
    def filled(self) -> int:
        """In how many records it has a value."""
        return self.present.bit_count()

    @property
    def samples(self) -> tuple[str, ...]:
        """The first distinct values, at most three."""
        return tuple(dict.fromkeys(self.values))[:3]

    @cached_property
    def distinct(self) -> float:
        return len(set(self.values)) / max(1, len(self.values))

    @cached_property
    def mean_length(self) -> float:
        return sum(map(len, self.values)) / max(1, len(self.values))

    @cached_property
    def mean_words(self) -> float:
        return sum(len(value.split()) for value in self.values) / max(1, len(self.values))

    @cached_property
    def shares(self) -> Counter[str]:
        """What share of the values reads as each kind."""
        counts: Counter[str] = Counter()
        for value, times in Counter(self.values).items():
            for kind in kinds_of(value):
                counts[kind] += times
        return Counter({kind: count / len(self.values) for kind, count in counts.items()})

    @cached_property
    def data_type(self) -> DataType:
        shares = self.shares
        for kind, found in (("boolean", "boolean"), ("date", "date"), ("short_date", "date"), ("url", "url")):
            if shares[kind] >= 0.9:
                return found  # type: ignore[return-value]
        if shares["number"] >= 0.95:
            return "number"
        return "text" if self.mean_length > _LONG_TEXT_CHARACTERS or shares["html"] >= 0.3 else "string"


def read_columns(
    source: Source, mapping: FeedMapping, prefixed: Iterable[str] = (), records: int = SAMPLED_RECORDS
) -> tuple[list[Column], int]:
    """The columns of the first `records` records in the order of their appearance, and how many records were read.

    Values and paths are those that an import with `mapping` reads (pairs by their names, variants left out).
    """
    outside = _gather_outside(source, mapping) if mapping.above or mapping.joins else None
    kept = outside.kept if outside else ()
    elements = itertools.islice(read_elements(source, mapping.record, kept), records)
    if mapping.columns:
        return _gather(_read_rows(elements, mapping.columns))
    reader = _reader_of(mapping, prefixed)
    if outside is None:
        return _gather(reader.read(element)[0] for element in elements)
    return _gather(_read_outside(elements, reader, outside))


def _gather_outside(source: Source, mapping: FeedMapping) -> Outside:
    outside = Outside(mapping)
    for join in mapping.joins:
        for element in read_elements(source, join.path):
            outside.gather(element)
    return outside


def _read_outside(elements: Iterable[Element], reader: RecordReader, outside: Outside) -> Iterator[Values]:
    for element in elements:
        values, _ = reader.read(element)
        outside.add_to(element, values)
        yield values


def _read_rows(rows: Iterable[Element], columns: tuple[str, ...]) -> Iterator[Values]:
    for row in rows:
        values = read_row(row, columns)
        if len(values) > 1 and any(name_columns([str(value)])[0] != name for name, value in values.items()):
            yield values


def read_variant_columns(
    source: Source, mapping: FeedMapping, records: int = SAMPLED_RECORDS
) -> tuple[list[Column], int]:
    """The columns of the first records' variants, with paths from the variant, and how many variants those are."""
    outer = _reader_of(mapping)
    changes = {"fields": mapping.variant_fields, "variant": None, "attributes": {}, "prices": {}, "ignore": ()}
    inner = _reader_of(mapping.model_copy(update=changes))
    elements = itertools.islice(read_elements(source, mapping.record), records)
    return _gather(inner.read(variant)[0] for element in elements for variant in outer.read(element)[1])


def _reader_of(mapping: FeedMapping, prefixed: Iterable[str] = ()) -> RecordReader:
    """A reader that sees what an import with `mapping` sees."""
    paths = [path for paths in mapping.fields.values() for path in paths]
    prose = (*mapping.fields.get("description", ()), *mapping.fields.get("name", ()))
    return RecordReader(
        [*prefixed, *paths, *mapping.attributes, *mapping.prices], mapping, prose=prose, variant=mapping.variant
    )


def _gather(records: Iterable[Values]) -> tuple[list[Column], int]:
    columns: dict[str, Column] = {}
    count = 0
    for count, values in enumerate(records, start=1):
        for path, value in values.items():
            if path not in columns and len(columns) < _MOST_COLUMNS:
                columns[path] = Column(path, len(columns))
            if path in columns:
                columns[path].add(count, [value] if isinstance(value, str) else value)
    return list(columns.values()), count


def read_elements(source: Source, record: str, kept: Sequence[str] = ()) -> Iterator[Element]:
    """The elements at the path `record` of the feed's head, one at a time; texts named in `kept` stay beside them."""
    wanted, is_deep = steps_of(record), ANY_NUMBER in record
    stack: list[str] = []
    for event, element in read_events(source, ("start", "end")):
        if event == "start":
            stack.append(local_name(element.tag))
            continue
        is_record = stack[-1] == wanted[-1] and fits(wanted, stack)
        if is_record:
            yield element
        if is_record or (not is_deep and len(stack) <= len(wanted) and stack[-1] not in kept):
            element.clear()
            while not kept and len(stack) > 1 and element.getprevious() is not None:
                del element.getparent()[0]
        stack.pop()
