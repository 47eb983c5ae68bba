"""What the rules know of the whole document before they read one page."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Sequence, Set
from functools import cached_property
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.decimals import DecimalMark, guess_decimal_mark
from tasks.catalog.dimensions import axes_of, axis_of, find_sizes, unit_of
from tasks.catalog.discovery.code_shapes import learn_code_tail
from tasks.catalog.discovery.labels import read_label
from tasks.catalog.discovery.layout import Group, body_size, group_segments, read_rows, split_line
from tasks.catalog.discovery.legend import find_legend
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.spaced_letters import join_letters
from tasks.catalog.names import is_sentence
from tasks.catalog.pages import Page
from tasks.catalog.prices import guess_currency, guess_dollar
from tasks.catalog.products import Measure, Place
from tasks.catalog.running_lines import find_running_lines
from tasks.catalog.vocabulary import fold, fold_label, labels, words

_REMARK = 60  # characters: a line that says what the document is
_UNIT_REMARK = re.compile(r"\b(?:in|en|em|σε|в|w|v|i|à)\s+(mm|cm|[^\W\d_]{3,13}|мм|см|εκ)\b", re.IGNORECASE)
_UNIT_AT_END = re.compile(r"(?P<sizes>[^()\d]{3,40}?),?\s+(mm|cm|мм|см)\.?", re.IGNORECASE)
_SIZES = re.compile(r"\bmått\b", re.IGNORECASE)  # Swedish; without its ring it is a finish
_ORDER = re.compile(r"(?<!\w)[^\W\d_]{1,12}\.?(?:\s?[x×х*/]\s?[^\W\d_]{1,12}\.?){1,2}(?!\w)", re.IGNORECASE)
_CROSS = re.compile(r"\s?[x×х*/]\s?", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.;)])\s+(?=[^\W\d_a-z])")
_MAX_ORDER_WORDS = 14  # in a line that says in which order sizes are given
_LEADER_MARKS = ".·…_‥"
_LEADER = re.compile(r"[.·…_‥\s]{2,}")
_BULLET = re.compile(r"(?:[•●▪■◆►➤‣·*✓✔○□]\s*|[–—-]\s+)(?=[^\W\d_])")
_BULLET_ONLY = re.compile(r"[^\w\s]")
_LEADER_BEHIND = re.compile(r"(?<=\w)[)\]]?\s*(?:[.·…_‥]\s?){4,}$")
_UNIT_MIN, _UNIT_SHARE = 5, 0.9
_PIECE_SIDES, _LEAST_MM = 3, 400  # a piece's longest side: no cm or inches are so many for nearly all of a catalog
# A row with so many cells, or so many known labels, is a table's header.
_HEADER_CELLS, _HEADER_LABELS = 4, 2


@dataclasses.dataclass(frozen=True)
class PageText:
    """A page with its text cut into segments, running headers and page numbers left out."""

    page: Page
    segments: tuple[Segment, ...]

    @property
    def number(self) -> int:
        return self.page.number

    @cached_property
    def groups(self) -> list[Group]:
        """The segments as groups that stand together; several rules ask for them."""
        return group_segments(self.segments)

    @cached_property
    def prose_words(self) -> int:
        """Words that stand in running text: groups that read as sentences."""
        return sum(group.words for group in self.groups if is_sentence(" ".join(group.text.split())))

    def between(self, top: float, bottom: float) -> PageText:
        """The same page with the segments of a band across it."""
        return self.only(lambda segment: top <= segment.box.center[1] < bottom)

    def only(self, keep: Callable[[Segment], bool]) -> PageText:
        """The same page with some of its segments."""
        kept = tuple(segment for segment in self.segments if keep(segment))
        return self if len(kept) == len(self.segments) else PageText(self.page, kept)


class Context(NamedTuple):
    """Facts of a document that its pages are read with."""

    source: str
    mark: DecimalMark | None  # how it writes decimals
    dollar: str  # what a bare "$" means
    currency: str | None
    unit: str | None  # of lengths that are printed without one, where the document uses only this one
    body_size: float  # points
    axes: tuple[str, ...] = ()  # the order of a size's numbers, where the document says it once for all
    code_tail: re.Pattern[str] | None = None  # finds codes at the ends of lines that read as numbers ("712.330")
    legend: frozenset[str] = frozenset()  # letters in brackets behind names, which the document explains
    lists_prices: bool = False  # names a currency, or says in a short line that it lists prices

    def place(self, page: int, box: Box | None) -> Place:
        return Place(source=self.source, page=page, bbox=box)


def read_context(pages: Sequence[Page], source: str) -> Context:
    """Look over all pages once."""
    texts = [line.text for page in pages for line in page.lines]
    joined = "\n".join(texts)
    mark = guess_decimal_mark(texts)
    unit = find_unit_remark(texts) or guess_unit(texts, mark)
    axes = find_order_remark(texts)
    currency, tail = guess_currency(texts), learn_code_tail(texts)
    priced, legend = currency is not None or speaks_of_prices(texts), find_legend(texts)
    return Context(source, mark, guess_dollar(joined), currency, unit, body_size(pages), axes, tail, legend, priced)


def speaks_of_prices(texts: Sequence[str]) -> bool:
    """Whether a short line has a label of prices, or what a list of them is called ("Listino prezzi 2026")."""
    tokens = {token for text in texts if len(text) <= _REMARK for token in text.split()}
    named = words("price_list_words")
    return any(labels().get(fold_label(token)) == "price" or fold(token) in named for token in tokens)


def find_unit_remark(texts: Sequence[str]) -> str | None:
    """The unit that a remark sets for all sizes ("All dimensions in mm", "Maße in cm", "W × D × H in millimetres")."""
    told = [match[1] for text in texts for match in _UNIT_REMARK.finditer(text) if _speaks_of_sizes(text)]
    ends = (_UNIT_AT_END.fullmatch(text.strip()) for text in texts)
    told += [match[2] for match in ends if match and _only_sizes(match["sizes"])]
    found = {unit_of(unit) for unit in told} - {None}
    return found.pop() if len(found) == 1 else None


def _only_sizes(text: str) -> bool:
    """Whether a text only names sizes or their axes ("Sizes", "Mål: B × D × H")."""
    tokens = [fold_label(token) for token in re.split(r"[\s/×x*:]+", text) if token]
    return bool(tokens) and all(axis_of(token) or labels().get(token) == "dimensions" for token in tokens)


def find_order_remark(texts: Sequence[str]) -> tuple[str, ...]:
    """The axes that a remark names for all sizes ("Dimensions in cm: H × W × D"); () where none or several do."""
    found = {
        axes
        for line in texts
        for text in _SENTENCE_END.split(line)
        if len(text.split()) <= _MAX_ORDER_WORDS and not any(char.isdigit() for char in text)
        for match in _ORDER.finditer(text)
        if (axes := axes_of(_CROSS.split(match[0]))) and len(set(axes)) == len(axes)
    }
    longest = max(map(len, found), default=0)
    full = [axes for axes in found if len(axes) == longest]
    return full[0] if len(full) == 1 else ()


def _speaks_of_sizes(text: str) -> bool:
    tokens = [fold_label(token) for token in re.split(r"[\s/×]+", text)]
    axes = sum(axis_of(token) is not None for token in tokens)
    return axes >= 2 or any(labels().get(token) == "dimensions" for token in tokens) or bool(_SIZES.search(text))


def guess_unit(texts: Sequence[str], mark: DecimalMark | None) -> str | None:
    """The unit of nearly all sizes that carry one; None where units are mixed or rare.

    Without any, bare sizes of pieces (three numbers) that nearly all reach `_LEAST_MM` are in millimetres.
    """
    units: Counter[str] = Counter()
    largest: list[float] = []
    for text in texts:
        if any(char.isdigit() for char in text):
            for size in find_sizes(text, mark):
                measures = [value for value in size.measures.values() if isinstance(value, Measure)]
                units.update({value.unit for value in measures if value.unit})
                if len(measures) == _PIECE_SIDES:
                    largest.append(max(float(value.value) for value in measures))
    if not units:
        whole = sum(side >= _LEAST_MM for side in largest)
        return "mm" if whole >= _UNIT_MIN and whole >= _UNIT_SHARE * len(largest) else None
    unit, count = units.most_common(1)[0]
    return unit if count >= _UNIT_MIN and count >= _UNIT_SHARE * units.total() else None


def read_page_texts(pages: Sequence[Page]) -> list[PageText]:
    """Every page's segments without running lines, from top to bottom."""
    running = find_running_lines(pages)
    texts = []
    for page in pages:
        found = [
            (segment, (page.number, position) in running)
            for position, line in enumerate(page.lines)
            for segment in split_line(join_letters(line))
            if segment.text
        ]
        dropped_boxes = {segment.box for segment, dropped in found if dropped}
        headers = _table_headers([segment for segment, _ in found], dropped_boxes, page.height)
        kept = [
            _without_bullet(_without_leader(segment))
            for segment, dropped in found
            if (not dropped or segment in headers) and not _LEADER.fullmatch(segment.text)
        ]
        texts.append(PageText(page, tuple(sorted(kept, key=lambda one: (one.box.y0, one.box.x0)))))
    return texts


def _without_leader(segment: Segment) -> Segment:
    """A segment without the dots that lead from it to its price or page."""
    match = _LEADER_BEHIND.search(segment.text) if segment.text[-1:] in _LEADER_MARKS else None
    if match is None:
        return segment
    words = tuple(word for word in segment.words if not _LEADER.fullmatch(word.text))
    box = union(word.box for word in words) if words else segment.box
    return segment._replace(text=segment.text[: match.start()], words=words, box=box)


def _without_bullet(segment: Segment) -> Segment:
    """A segment without the bullet or dash that begins an item of a list."""
    match = _BULLET.match(segment.text)
    if match is None:
        return segment
    words = segment.words[1:] if segment.words and _BULLET_ONLY.fullmatch(segment.words[0].text) else segment.words
    return segment._replace(text=segment.text[match.end() :], words=words)


def _table_headers(segments: Sequence[Segment], dropped: Set[Box], page_height: float) -> set[Segment]:
    """Segments in rows of labels of which some were dropped.

    A table's header repeats on every page like a running line, and is none.
    """
    headers: set[Segment] = set()
    for row in read_rows(segments) if dropped else ():
        if dropped.isdisjoint(segment.box for segment in row):
            continue
        at_top = row[0].box.center[1] <= page_height / 2
        labels = sum(read_label(segment.text) is not None for segment in row)
        if (len(row) >= _HEADER_CELLS and at_top) or labels >= _HEADER_LABELS:
            headers.update(row)
    return headers
