"""The elements of a feed one by one, in constant memory, each with its bytes.

lxml's push parser is fed up to the end of a record, and the same bytes are cut into records at their end tags: a
record's own bytes are known without writing it out again. What has been read is cut off the tree after every chunk.
"""

from __future__ import annotations

import html.entities
import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.paths import fits, steps_of
from tasks.catalog.feeds.sources import Source

Element = Any  # lxml.etree._Element
# Nothing is expanded, loaded or fetched. Comments hold offers that were taken out; instructions tell of no product.
PARSER_OPTIONS: dict[str, Any] = {
    "encoding": "utf-8",
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
# Without an external DTD nothing is left to resolve (declared entities are refused), and lxml would stop without a word
# at an entity that is not defined.
_NOTHING_TO_RESOLVE = {"resolve_entities": "internal"}
_POSITION = re.compile(r",? line \d+, column \d+")
_UNDEFINED_PREFIX = 201  # libxml2's XML_NS_ERR_UNDEFINED_NAMESPACE: the parser goes on, the name is not what it says


_MOST_PENDING_BYTES = 4 * 1024**2  # of one record: a larger one is hashed as the parser writes it
_AFTER_NAME = b" \t\r\n/>"

# A watched element that has ended; what was written from its start to its end, None where that is not known; whether it
# is a record where records are.
Parsed = tuple[Element, bytes | None, bool]


class ElementStream:
    """The watched elements of a source in document order, those of one chunk at a time.

    `record` is the path of the record from the root ("/rss/channel/item", "*" for any step), `written` its name as the
    feed writes it ("g:item"): it cuts the stream. `names` are local names of further elements, `kept` those of texts
    that stay readable beside later records. Raises FeedError at the break, after every whole element before it.
    """

    def __init__(
        self, source: Source, record: str, written: str, names: Sequence[str] = (), kept: Sequence[str] = ()
    ) -> None:
        self._source = source
        self._steps = steps_of(record)
        self._record = self._steps[-1]
        self._kept = frozenset(kept)
        self._names = frozenset((self._record, *names))
        self._also_watched = self._record in names
        self._open, self._end = b"<" + written.encode(), b"</" + written.encode() + b">"
        self._start = re.compile(re.escape(self._open) + rb"[\s/>]")
        self._container: Element = None  # of the latest record
        self._tag: str | None = None  # the latest record's, with its namespace
        self._root: Element = None
        self._watched: Element = None  # the watched element that was open after the latest chunk,
        self._held = 0  # and the bytes read since
        self._pending = b""  # written since the last record, not yet the end of one
        self._lost = False
        self.taken = 0  # bytes, decoded

    def __iter__(self) -> Iterator[list[Parsed]]:
        parser = self._make_parser()
        carry = b""
        for chunk in self._source.read_chunks():
            self.taken += len(chunk)
            buffer = carry + chunk if carry else chunk
            cut = buffer.rfind(self._end) + len(self._end)
            if cut < len(self._end):  # no record ends here: a header, a catalog of groups, a large record
                cut = len(buffer) if len(buffer) > len(chunk) else 0
            carry = buffer[cut:]
            if cut:
                yield from self._feed(parser, buffer[:cut])
                self._prune(cut)
        yield from self._feed(parser, carry)
        self._close(parser)

    def _make_parser(self) -> Any:
        options = PARSER_OPTIONS if self._source.has_dtd else PARSER_OPTIONS | _NOTHING_TO_RESOLVE
        return etree.XMLPullParser(events=("end",), tag=[f"{{*}}{name}" for name in self._names], **options)

    def _feed(self, parser: Any, piece: bytes) -> Iterator[list[Parsed]]:
        """The elements that end in `piece`, if any do; FeedError after them where it breaks."""
        broken = None
        try:
            parser.feed(piece)
        except etree.XMLSyntaxError as error:
            broken = self._error(error.msg, error.lineno)
        unbound = next((entry for entry in parser.feed_error_log if entry.type == _UNDEFINED_PREFIX), None)
        if unbound is not None:  # the parser goes on, and would report it at the end
            broken = self._error(unbound.message, unbound.line)
        found = [element for _, element in parser.read_events()]
        if self._root is None and found:
            self._root = found[0].getroottree().getroot()
        records = [self._is_record(element) for element in found]
        if parsed := self._list_parsed(found, records, self._split(piece, sum(records)), unbound is not None):
            yield parsed
        if broken is not None:
            raise broken

    def _list_parsed(
        self, found: list[Element], are_records: list[bool], written: list[bytes], unbound: bool
    ) -> list[Parsed]:
        raws, parsed = iter(written), []
        for element, is_record in zip(found, are_records, strict=True):
            if unbound and _has_unbound(element):
                break
            if self._source.has_dtd:
                fold_entities(element)
            if is_record:
                parsed.append((element, next(raws, None), True))
            elif self._also_watched or local_tag(element) != self._record:
                parsed.append((element, None, False))
        return parsed

    def _split(self, piece: bytes, records: int) -> list[bytes]:
        """The bytes of each record that ends in `piece`; none where its name also stands in CDATA or nested."""
        pending, lost = self._pending, self._lost
        ends = piece.count(self._end)
        if ends:
            self._pending, self._lost = b"", False
        elif len(pending) + len(piece) > _MOST_PENDING_BYTES:
            self._pending, self._lost = b"", True
        else:
            self._pending = pending + piece
        if ends != records or not records or lost:
            return []
        written = pending + piece if pending else piece
        found, position = [], 0
        while (end := written.find(self._end, position)) >= 0:
            end += len(self._end)
            start = written.find(self._open, position, end)
            if start < 0 or written[start + len(self._open)] not in _AFTER_NAME:  # "<offers" is no "<o"
                match = self._start.search(written, position, end)
                if match is None:
                    return []
                start = match.start()
            found.append(written[start:end])
            position = end
        return found

    def _is_record(self, element: Element) -> bool:
        tag, parent = element.tag, element.getparent()
        if tag == self._tag and parent is self._container:
            return True
        if local_tag(element) != self._record or not self._is_container(parent):
            return False
        self._container, self._tag = parent, tag
        return True

    def _is_container(self, element: Element) -> bool:
        steps = [self._record]
        while element is not None:
            steps.append(local_tag(element))
            element = element.getparent()
        return fits(self._steps, steps[::-1])

    def _prune(self, size: int) -> None:
        """Cut off what has ended; the last child of each element stays, and with it what the parser still writes.

        A watched element that is still open is left whole: FeedError where it is larger than a record may be.
        """
        node, watched = self._root, None
        while node is not None and len(node) and watched is None:
            if len(node) > 1:
                if self._kept:
                    self._drop_children(node)
                else:
                    del node[:-1]
            node = node[-1]
            if isinstance(node.tag, str) and local_tag(node) in self._names:
                watched = node
        # Before the first watched element nothing can be cut off, inside one nothing may be.
        is_kept = self._root is None or (watched is not None and watched is self._watched)
        self._held, self._watched = self._held + size if is_kept else 0, watched
        if self._held > self._source.limits.record_bytes:
            raise FeedError(f"no record ended within {self._source.limits.record_bytes} bytes")

    def _drop_children(self, node: Element) -> None:
        """All children but the last, and the first of each name that is kept."""
        seen: set[str] = set()
        for child in node[:-1]:
            name = local_tag(child) if isinstance(child.tag, str) else ""
            if name in self._kept and name not in seen:
                seen.add(name)
            else:
                node.remove(child)

    def _close(self, parser: Any) -> None:
        try:
            parser.close()
        except etree.XMLSyntaxError as error:
            raise self._error(error.msg, error.lineno) from None

    def _error(self, message: str | None, line: int | None) -> FeedError:
        reason = _POSITION.sub("", message or "not well-formed").strip().rstrip(",")
        if reason.startswith("Premature end"):
            reason = f"the file ends early ({reason})"
        return FeedError(reason, line + self._source.form.skipped_lines if line else None)


def fold_entities(element: Element) -> None:
    """Write the HTML entities that an external DTD would define as their characters; FeedError for others."""
    for entity in list(element.iter(etree.Entity)):
        character = html.entities.html5.get(f"{entity.name};")
        if character is None:
            raise FeedError(f"refers to the entity {entity.name!r}, which is not loaded", entity.sourceline)
        parent, previous = entity.getparent(), entity.getprevious()
        text = character + (entity.tail or "")
        if previous is not None:
            previous.tail = (previous.tail or "") + text
        else:
            parent.text = (parent.text or "") + text
        entity.tail = None
        parent.remove(entity)


def local_tag(element: Element) -> str:
    """An element's name without its namespace."""
    tag: str = element.tag
    return tag[tag.rfind("}") + 1 :]


def _has_unbound(element: Element) -> bool:
    """Whether a name in `element` has a prefix that is bound to no namespace: lxml leaves it in the name."""
    names = ((one.tag, *one.keys()) for one in element.iter(etree.Element))
    return any(":" in name.rpartition("}")[2] for each in names for name in each)
