"""Small tables' heads that a document prints again and again, each over a few rows of its own."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import is_code, is_spaced_code
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.block_abreast import begins_left, part_abreast
from tasks.catalog.discovery.centred_lines import join_centred
from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.labels import read_label
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.table_rows import is_number, split_cells
from tasks.catalog.names import is_sentence
from tasks.catalog.prices import find_prices, parse_amount
from tasks.catalog.vocabulary import TEXT_CACHE, fold, words

_MIN_LABELS, _MIN_PRINTED = 2, 2  # labels of a head; times it is printed
_MAX_LABEL_WORDS, _MAX_FLOORS = 7, 3
_REACH_LINES = 3.2  # of the type size: the first row, or the next floor, stands no further from a head
_ROW_REACH_LINES = 6.0  # of the type size, between rows (with a picture beside them)
_EDGE_POINTS = 2.5
_LIKE_RATIO = 1.06
_SKEW_SHARE = 0.55  # of the type size: cells of a scan's row may stand so much higher than those before them
_SKEW_POINTS = 50.0  # between cells whose heights tell how much a scan is askew

_CODES = frozenset({"sku", "gtin"})
_MEASURE = re.compile(r"\d\s?(?:mm|cm|m|kg|g|lb|in|\"|”)(?!\w)", re.IGNORECASE)
_ADDED = re.compile(r"[^\W\d_]{3}.*\s[+−±][\s€$£]*\d")
_LEADER = re.compile(r"[.·…_‥]{3,}")
_SIZED_SHARE = 0.5  # of a cell's characters: a name with a size in it is no size

Row = list[Segment]


class Head(NamedTuple):
    """A printed head, its floors from the top down, and the rows right below it."""

    page: int
    floors: tuple[tuple[Segment, ...], ...]
    box: Box
    rows: tuple[tuple[Segment, ...], ...]

    above: tuple[tuple[Segment, ...], ...] = ()  # of rows without a head of their own: the labels of their page
    kind: tuple[str, ...] = ()  # ... and what the head says that stands over others like them

    @property
    def labels(self) -> tuple[tuple[Segment, ...], ...]:
        """The floors of labels that say what the columns hold."""
        return self.floors or self.above

    @property
    def signature(self) -> tuple[str, ...]:
        """What the head says, floor by floor."""
        return self.kind or tuple("|".join(fold(cell.text) for cell in floor) for floor in self.floors)

    @property
    def bottom(self) -> float:
        return max(cell.box.y1 for row in self.rows for cell in row)


def read_page_rows(text: PageText) -> list[Row]:
    """The page's cells as visual rows from the top down; those of a scan may rise or fall along the row."""
    cells = [cell for segment in text.segments for part in _at_leaders(segment) for cell in split_cells(part)]
    scanned = text.page.text_source == "ocr" or any(cell.from_ocr for cell in cells)
    return _skewed_rows(cells) if scanned else join_centred(read_rows(cells))


def _at_leaders(segment: Segment) -> list[Segment]:
    """A line without the dots that lead from its words to its price, cut there."""
    if not _LEADER.search(segment.text):
        return [segment]
    leaders = [bool(_LEADER.fullmatch(word.text)) for word in segment.words]
    if not any(leaders):
        return [segment]
    pairs = groupby(zip(segment.words, leaders, strict=True), itemgetter(1))
    runs = [[word for word, _ in run] for leader, run in pairs if not leader]
    return [
        segment._replace(
            text=" ".join(word.text for word in run), box=union(word.box for word in run), words=tuple(run)
        )
        for run in runs
    ]


def _skewed_rows(cells: Sequence[Segment]) -> list[Row]:
    """Rows of a page that lies askew on the scanner: heights are compared as if it lay straight."""
    pairs = [pair for row in _chained(cells, 0.0) for pair in pairwise(row) if _ahead(*pair) > _SKEW_POINTS]
    slopes = sorted(_drop(*pair) / _ahead(*pair) for pair in pairs)
    return _chained(cells, slopes[len(slopes) // 2] if slopes else 0.0)


def _chained(cells: Sequence[Segment], slope: float) -> list[Row]:
    """Cells from left to right, each in the row whose last cell stands nearest to its height."""
    rows: list[Row] = []
    for cell in sorted(cells, key=lambda cell: cell.box.x0):
        drops = [(abs(_drop(row[-1], cell) - slope * _ahead(row[-1], cell)), index) for index, row in enumerate(rows)]
        drop, index = min(drops, default=(0.0, -1))
        if index >= 0 and drop <= _SKEW_SHARE * min(cell.size, rows[index][-1].size):
            rows[index].append(cell)
        else:
            rows.append([cell])
    return sorted(rows, key=lambda row: sum(cell.box.center[1] - slope * cell.box.center[0] for cell in row) / len(row))


def _drop(one: Segment, other: Segment) -> float:
    return other.box.center[1] - one.box.center[1]


def _ahead(one: Segment, other: Segment) -> float:
    return other.box.center[0] - one.box.center[0]


def find_heads(pages: Sequence[tuple[int, Sequence[Row]]]) -> list[Head]:
    """Every head with rows under it whose labels the document prints over other rows, too; `pages` with their rows."""
    brief = (cell for _, rows in pages for row in rows for cell in row if cell.text.count(" ") < _MAX_LABEL_WORDS)
    alike: dict[tuple[str, float], list[Segment]] = defaultdict(list)
    for cell in brief:
        alike[(cell.text.casefold(), round(cell.size, 1))].append(cell)
    # What is printed once in a size is no label of several tables, unless a scan's sizes differ.
    again = (cell for found in alike.values() if len(found) >= _MIN_PRINTED or found[0].from_ocr for cell in found)
    counts = Counter(_key(cell) for cell in again if is_label(cell) or is_size(cell.text))
    printed = {key for key, count in counts.items() if count >= _MIN_PRINTED}
    heads = [head for number, rows in pages for head in _find_on_page(number, rows, printed)]
    found = Counter(head.signature for head in heads)
    known = {_key(cell) for head in heads if found[head.signature] > 1 for floor in head.floors for cell in floor}
    if not known:
        return []
    # A head with a label of its own ("£ each") beside labels that others have is one, too.
    return [head for number, rows in pages for head in _find_on_page(number, rows, known, others=True)]


def _key(cell: Segment) -> tuple[str, ...]:
    look = () if cell.from_ocr else (str(round(cell.size, 1)), str(cell.bold), str(cell.color))
    return (fold(cell.text), *look)


def is_label(cell: Segment) -> bool:
    """Whether a cell can be a column's label: few words, no amount, code or size."""
    return _can_label(cell.text)


@lru_cache(maxsize=TEXT_CACHE)
def _can_label(text: str) -> bool:
    if len(text.split()) > _MAX_LABEL_WORDS or is_value(text) or is_sentence(text) or ":" in text:
        return False
    if _MEASURE.search(text):
        return False
    return any(char.isalpha() or char in "€£$¥₽%№#" for char in text)


@lru_cache(maxsize=TEXT_CACHE)
def is_size(text: str) -> bool:
    """Whether a cell is a size, as heads of prices by size have them ("60 cm", "140 x 200")."""
    return bool(find_sizes(text)) or bool(_MEASURE.search(text))


def _is_amount_or_code(text: str) -> bool:
    return not is_size(text) and is_value(text) and not (text.isdigit() and len(text) <= 2)


@lru_cache(maxsize=TEXT_CACHE)
def is_value(text: str) -> bool:
    """Whether a cell is an amount, a code or a size."""
    if parse_amount(text) is not None or find_prices(text) or is_number(text):
        return True
    short = len(text) <= 2  # "L1" heads a grade's column
    sized = sum(size.end - size.start for size in find_sizes(text))
    return not short and (is_code(text) or is_spaced_code(text) or sized >= _SIZED_SHARE * len(text) > 0)


def _find_on_page(
    number: int, rows: Sequence[Row], printed: set[tuple[str, ...]], *, others: bool = False
) -> list[Head]:
    heads: list[Head] = []
    taken: set[Segment] = set()
    told: set[Segment] = set()
    for index, row in enumerate(rows):
        for run in _runs(row, printed, others):
            if any(cell in taken for cell in run) or all(cell in told for cell in run):
                continue
            parts = [_read_head(number, rows, index, part, printed) for part in part_abreast(run, rows[:index])]
            # Names left of the first part are those of rows that go through all parts: "Code, €" for each finish.
            named = any(begins_left(line, run) for line in rows[index + 1 : index + 3])
            if named or not all(p and _tell_apart(p) for p in parts) or _overlap([p for p in parts if p]):
                parts = [_read_head(number, rows, index, run, printed)]
            for head in parts:
                if head is not None:
                    heads.append(head)
                    taken.update(cell for floor in head.floors for cell in floor)
                    told.update(_plain_cells(head))
    return heads


def _plain_cells(head: Head) -> Iterator[Segment]:
    """The cells of a head's rows that are set otherwise than its labels: values, however often they come again."""
    label = head.floors[-1][0]
    return (cell for row in head.rows for cell in row if not cell.from_ocr and not _alike(cell, label))


def _overlap(heads: Sequence[Head]) -> bool:
    """Whether one label stands over several of the parts."""
    return any(one.box.x1 > other.box.x0 for one, other in pairwise(heads))


def _tell_apart(head: Head) -> bool:
    """Whether a head's rows tell what they are: not only amounts, as under one half of a price list's labels.

    A plain number under a label of codes is no amount.
    """
    codes = [
        cell.box for floor in head.floors for cell in floor if (read := read_label(cell.text)) and read.field in _CODES
    ]
    return all(
        any(
            parse_amount(cell.text) is None or is_code(cell.text) or any(cell.box.x_overlap(code) > 0 for code in codes)
            for cell in row
        )
        for row in head.rows
    )


def _runs(row: Row, printed: set[tuple[str, ...]], others: bool) -> list[Row]:
    """Neighbouring cells of a row that are set alike and are labels that the document prints again."""
    if len(row) < _MIN_LABELS or not any(_key(cell) in printed for cell in row):
        return []
    runs: list[Row] = [[]]
    sizes = not any(_is_amount_or_code(cell.text) for cell in row)
    for cell in row:
        known = others or _key(cell) in printed
        usable = (known and (is_label(cell) or (sizes and is_size(cell.text)))) or _counts_on(runs[-1], cell)
        if not usable or (runs[-1] and not _alike(runs[-1][-1], cell)):
            runs.append([])
        if usable:
            runs[-1].append(cell)
    if others:  # what stands before the first known label is a scan's dirt or another text
        starts = [_first_known(run, printed) for run in runs]
        runs = [run[start:] for run, start in zip(runs, starts, strict=True)]
    return [run for run in runs if len(run) >= _MIN_LABELS and any(is_label(cell) for cell in run)]


def _counts_on(run: Row, cell: Segment) -> bool:
    """Whether a number goes on with a head's grades ("COM 1 2 3 4")."""
    if not run or not cell.text.isdecimal() or len(cell.text) > 2:
        return False
    before = run[-1].text
    return int(cell.text) == int(before) + 1 if before.isdecimal() else cell.text in ("0", "1")


def _first_known(run: Row, printed: set[tuple[str, ...]]) -> int:
    """Where a run's labels begin; without a known one nowhere."""
    known = [index for index, cell in enumerate(run) if _key(cell) in printed]
    if not known:
        return len(run)
    return known[0] if run[0].from_ocr else 0


def _alike(one: Segment, other: Segment) -> bool:
    small, large = sorted((one.size, other.size))
    if one.from_ocr:
        return large <= 1.4 * small
    return large <= _LIKE_RATIO * small and one.bold == other.bold and one.color == other.color


def _read_head(number: int, rows: Sequence[Row], index: int, run: Row, printed: set[tuple[str, ...]]) -> Head | None:
    """The head whose lowest floor is `run`, where rows of values stand right below it."""
    floors = [run]
    for above in reversed(rows[max(0, index - _MAX_FLOORS) : index]):
        floor = _floor_above(floors, above, printed)
        if floor is None:
            break
        floors.insert(0, floor)
    box = union(cell.box for floor in floors for cell in floor)
    body = _rows_below(rows[index + 1 :], box, run[0].size)
    return Head(number, tuple(map(tuple, floors)), box, tuple(map(tuple, body))) if body else None


def _floor_above(floors: Sequence[Row], above: Row, printed: set[tuple[str, ...]]) -> Row | None:
    low, high = min(f[0].box.x0 for f in floors), max(f[-1].box.x1 for f in floors)
    size, top = floors[0][0].size, floors[0][0].box.y0
    cells = [cell for cell in above if is_label(cell) and _key(cell) in printed and _alike(cell, floors[0][0])]
    if not cells or top - max(cell.box.y1 for cell in cells) > size:
        return None
    wide = [cell for cell in cells if cell.box.x1 <= high + size]  # an upper floor may begin further left
    if len(floors[0]) > 1 and all(cell.box.x1 < low for cell in wide):
        return None
    return wide or None


def _rows_below(rows: Sequence[Row], head: Box, size: float) -> list[Row]:
    """Rows of values under a head, up to the first row that is none."""
    found: list[Row] = []
    bottom = head.y1
    for row in rows:
        cells = [cell for cell in row if cell.box.x1 > head.x0 - _EDGE_POINTS and cell.box.x0 < head.x1 + _EDGE_POINTS]
        if not cells or max(cell.box.y1 for cell in cells) <= head.y1:
            continue
        reach = _ROW_REACH_LINES if found else _REACH_LINES
        if min(cell.box.y0 for cell in cells) - bottom > reach * size:
            break
        if found and (_is_set_off(cells[0], found[0]) or _is_note(cells)):
            break
        if not has_values(cells):
            if found and _goes_on(found[-1], cells):
                found[-1] = [*found[-1], *cells]
            elif not (found and _remarks(found[-1], cells)):
                break
            bottom = max(cell.box.y1 for cell in cells)
            continue
        found.append(cells)
        bottom = max(cell.box.y1 for cell in cells)
    return found


def _is_note(cells: Row) -> bool:
    """Whether cells begin with a label and its colon, or say in words what an option adds: "Cable port: +9.50"."""
    return cells[0].text.endswith(":") or any(_ADDED.search(cell.text) for cell in cells)


def _remarks(above: Row, cells: Row) -> bool:
    """Whether one cell in smaller type stands right under a cell of the row above, and only explains it."""
    one = cells[0]
    return len(cells) == 1 and any(
        abs(cell.box.x0 - one.box.x0) <= _EDGE_POINTS
        and one.size < cell.size
        and not one.bold
        and one.box.y0 - cell.box.y1 <= 0.5 * cell.size
        for cell in above
    )


def _is_set_off(cell: Segment, row: Row) -> bool:
    """Whether a cell is set larger or bolder than all of a row: the next heading, with its sizes on its line."""
    larger = cell.size > _LIKE_RATIO * max(one.size for one in row)
    return not cell.from_ocr and (larger or (cell.bold and not any(one.bold for one in row)))


def has_values(cells: Sequence[Segment]) -> bool:
    """Whether cells can be a row of a small table: two or more, one an amount, a code, a size, or "on request"."""
    return len(cells) > 1 and any(is_value(cell.text) or fold(cell.text) in words("request_words") for cell in cells)


def _goes_on(above: Row, cells: Row) -> bool:
    """Whether one cell is the next line of a cell of the row above."""
    if len(cells) != 1 or is_value(cells[0].text):
        return False
    one = cells[0]
    return any(
        abs(cell.box.x0 - one.box.x0) <= _EDGE_POINTS
        and _alike(cell, one)
        and one.box.y0 - cell.box.y1 <= 0.5 * one.size
        for cell in above
    )


def by_page(heads: Iterable[Head]) -> dict[int, list[Head]]:
    """Heads by the page they stand on, in their order."""
    found: dict[int, list[Head]] = defaultdict(list)
    for head in heads:
        found[head.page].append(head)
    return found
