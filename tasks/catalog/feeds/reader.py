"""Reading a feed: recognised by its head, scanned once for what it holds, read again for the products that are wanted.

    feed = open_feed(path)
    stubs = list(feed.scan())
    records = feed.read({stub.index for stub in stubs if ...})

Both passes stream: memory stays the same whatever the size, but for what a format makes them remember (categories,
variations that stand apart from their product) and 16 to 32 bytes for each record's key.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Generator, Iterator
from datetime import date
from hashlib import blake2b
from itertools import count as count_from
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from tasks.catalog.feeds.engine import ENGINE_VERSION, Mapper, MapperOptions
from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.heads import Head, read_head
from tasks.catalog.feeds.identity import SeenKeys, find_key, make_quick_key
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.paths import fits, steps_of
from tasks.catalog.feeds.profiles import recognise, start_rules
from tasks.catalog.feeds.sources import Limits, Source, open_source
from tasks.catalog.feeds.stream import Element, ElementStream, Parsed
from tasks.catalog.products import Product

__all__ = ["Feed", "FeedError", "FeedRecord", "RecordStub", "open_feed"]

_DIGEST_BYTES = 16

Record = tuple[Element, bytes | None]  # a record's element, and the bytes it was written in where they are known


class RecordStub(NamedTuple):
    """A record seen by `scan`: its number from 0, its key (unique in the delivery), a hash of what it says."""

    index: int  # type: ignore[assignment]  # it hides the tuple's method of that name, which nobody needs
    key: str
    digest: bytes


class FeedRecord(NamedTuple):
    """A record read: its product, or the problem that it has none; `digest` as of its stub."""

    index: int  # type: ignore[assignment]  # as above
    key: str
    digest: bytes
    product: Product | None
    problem: str | None


class _Sighted(NamedTuple):
    """A record as the first pass sees it."""

    index: int  # type: ignore[assignment]  # as above
    key: str
    digest: bytes
    element: Element


class Feed:
    """One delivery of a feed. `scan` comes first; what it gathers is complete after it and `read` rests on it.

    `skipped` counts the records that are no products by reason; `is_update` tells that the delivery holds changes only;
    `broken` is the error that ended the scan, None for a whole feed.
    """

    def __init__(
        self, source: Source, head: Head, mapping: FeedMapping, confidence: float, options: FeedOptions
    ) -> None:
        self.profile = mapping.name
        self.encoding = source.form.encoding if source.form.codec else "utf-8"
        self.declared_encoding = source.form.encoding
        self.mapping = mapping
        self.confidence = confidence
        self.skipped: Counter[str] = Counter()
        self.records = 0
        self.broken: FeedError | None = None
        self._source = source
        self._head = head
        self._options = options
        self._stream: ElementStream | None = None
        self._dated: re.Pattern[bytes] | None = None  # until a record of the pass has values that depend on the day
        self._rules = start_rules(mapping, head, options.today)
        self.context_digest = self._make_digest()
        steps = steps_of(mapping.record)
        prefix = next((names[0] for path, names in head.names.items() if fits(steps, path[1:].split("/"))), "")
        name = steps[-1]
        self._written = f"{prefix}:{name}" if prefix else name  # the record's name as the feed writes it
        self._quick_key = make_quick_key(mapping, self._written)

    @property
    def title(self) -> str | None:
        """What the feed or its shop is called."""
        return self._rules.title

    @property
    def link(self) -> str | None:
        """The shop's address."""
        return self._rules.link

    @property
    def currency(self) -> str | None:
        """ISO 4217, of prices that name none."""
        return self.mapping.currency or self._rules.currency

    @property
    def is_update(self) -> bool:
        return self._rules.is_update

    @property
    def share(self) -> float | None:
        """How much of the file the current pass has taken, 0 to 1; None of a compressed or a converted one."""
        if self._stream is None or not self._source.size:
            return None
        return min(1.0, self._stream.taken / self._source.size)

    @property
    def gathers(self) -> bool:
        """Whether records rest on what stands elsewhere in the feed: `scan` has to come before any is read."""
        return bool(self._rules.watched)

    def scan(self) -> Generator[RecordStub, None, None]:
        """Every record in order. FeedError at a break, after the whole records before it."""
        self._begin()
        for sighted in self._scan():
            for index, key, digest, _ in sighted:
                yield RecordStub(index, key, digest)

    def read_first(self) -> Generator[FeedRecord, None, None]:
        """`scan` and `read` in one pass, for feeds that gather nothing. FeedError at a break, as `scan`."""
        self._begin()
        mapper = self._make_mapper()
        for sighted in self._scan():
            yield from self._read_products(sighted, mapper)

    def _begin(self) -> None:
        self._rules = start_rules(self.mapping, self._head, self._options.today)
        self.skipped, self.records, self.broken = Counter(), 0, None
        self._dated = self._rules.dated if self._options.today else None
        self.context_digest = self._make_digest()

    def _scan(self) -> Iterator[list[_Sighted]]:
        """All records, those of one chunk at a time.

        Each step is taken for a whole chunk before the next: code and caches stay warm, which takes half off the time.
        """
        mapper, make_unique = self._make_mapper(), SeenKeys().make_unique
        try:
            for parsed in self._elements():
                records = self._gather(parsed)
                keys = [make_unique(key) for key in self._find_keys(records, mapper)]
                digests = self._make_digests(records)
                first, self.records = self.records, self.records + len(records)
                elements = [element for element, _ in records]
                yield list(map(_Sighted, range(first, self.records), keys, digests, elements))
        except FeedError as error:
            self.broken = error
            raise
        finally:
            self.context_digest = self._make_digest()

    def _gather(self, parsed: list[Parsed]) -> list[Record]:
        """The records of a chunk that are products; what stands beside them is seen, in the feed's order."""
        skip, records = self._rules.skip, []
        for element, raw, is_record in parsed:
            if is_record and self._dated is not None and (raw is None or self._dated.search(raw)):
                self._rules.remember(str(self._options.today))
                self._dated = None
            reason = skip(element, gathering=True) if is_record else self._rules.gather(element)
            if reason is not None:
                if reason:  # what was never a record, as a table's header, has none
                    self.skipped[reason] += 1
            elif is_record:
                records.append((element, raw))
        return records

    def read(self, wanted: Container[int] | None = None) -> Generator[FeedRecord, None, None]:
        """The records whose number is `wanted` (all without), in order. Ends quietly at the break that `scan` met."""
        mapper, make_unique, skip, count = self._make_mapper(), SeenKeys().make_unique, self._rules.skip, 0
        try:
            for parsed in self._elements():
                records = [
                    (element, raw)
                    for element, raw, is_record in parsed
                    if is_record and skip(element, gathering=False) is None
                ]
                keys = [make_unique(key) for key in self._find_keys(records, mapper)]
                sighted = [  # with digests from before the records are trimmed
                    _Sighted(index, key, self._make_digests([record])[0], record[0])
                    for index, key, record in zip(count_from(count), keys, records, strict=False)
                    if wanted is None or index in wanted
                ]
                count += len(records)
                yield from self._read_products(sighted, mapper)
        except FeedError:
            if self.broken is None:
                raise

    def _make_digests(self, records: list[Record]) -> list[bytes]:
        if self._rules.is_placed:
            return [_digest(element, raw, self._rules.place(element).encode()) for element, raw in records]
        return [_digest(element, raw) for element, raw in records]

    def _read_products(self, sighted: list[_Sighted], mapper: Mapper) -> Iterator[FeedRecord]:
        """As `_scan`, step by step."""
        trim, read_values, rules = self._rules.trim, mapper.read_values, self._rules
        for one in sighted:
            trim(one.element)
        values = [read_values(one.element) for one in sighted]
        products = [
            mapper.make_product(one.key, found, variants, [mapper.make_variant(each) for each in rules.variants(found)])
            for one, (found, variants) in zip(sighted, values, strict=True)
        ]
        for (index, key, digest, _), product in zip(sighted, products, strict=True):
            yield FeedRecord(index, key, digest, product, None if product else "no name")

    def _elements(self) -> ElementStream:
        """The watched elements, each with its bytes and whether it is a record, those of one chunk at a time."""
        self._stream = ElementStream(
            self._source, self.mapping.record, self._written, self._rules.watched, self._rules.kept
        )
        return self._stream

    def _find_keys(self, records: list[Record], mapper: Mapper) -> Iterator[str]:
        quick_key = self._quick_key
        for element, raw in records:
            yield quick_key(element, raw) or find_key(self.mapping, mapper.read_values(element)[0])

    def _make_mapper(self) -> Mapper:
        options = MapperOptions(self._options.source, self.currency, self._options.base_url, self.confidence)
        return Mapper(self.mapping, options, self._rules.prepare)

    def _make_digest(self) -> str:
        parts = (f"{ENGINE_VERSION} {self.mapping.digest} {self.currency}".encode(), self._rules.context)
        return blake2b(b" ".join(parts), digest_size=_DIGEST_BYTES).hexdigest()


class FeedOptions(NamedTuple):
    """How a feed is read: the day that prices hold for (None: sale prices run), its name and address in provenance."""

    source: str
    today: date | None = None
    base_url: str | None = None


def open_feed(
    path: Path,
    mapping: FeedMapping | None = None,
    *,
    today: date | None = None,
    source: str | None = None,
    base_url: str | None = None,
    limits: Limits | None = None,
    accept_orders: bool = False,
) -> Feed:
    """Look at the head of the feed at `path`: its encoding, root and profile, or a mapping that fits a feed of its own.

    `source` is what provenance calls it, `base_url` what relative addresses of pictures and pages are resolved against;
    with `accept_orders` the items of a cXML order or cart are read as products. FeedError where it is no feed: empty, a
    web page, an order, JSON, or refused for the entities that it declares.
    """
    opened = open_source(path, mapping.encoding if mapping else None, limits)
    head = read_head(opened)
    confidence = 1.0
    if mapping is None:
        mapping = recognise(head, accept_orders=accept_orders)
    if mapping is None:
        from tasks.catalog.feeds.suggestions import suggest_for

        suggestion = suggest_for(opened)
        mapping, confidence = suggestion.mapping, suggestion.score
        if "name" not in mapping.fields:
            raise FeedError(
                f"nothing in its records {mapping.record} reads like a product's name; a mapping can say it"
            )
    return Feed(opened, head, mapping, confidence, FeedOptions(source or path.name, today, base_url))


def _digest(element: Element, raw: bytes | None, place: bytes = b"") -> bytes:
    """A hash of what a record says: of the bytes it was written in, or as the parser would write it; of its place."""
    if raw is None:
        raw = etree.tostring(element, encoding="utf-8", with_tail=False)
    return blake2b(raw + place if place else raw, digest_size=_DIGEST_BYTES).digest()
