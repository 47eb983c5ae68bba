"""Rows under headings without a head of their own: the page's labels, or none, say what their columns hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import is_code, is_spaced_code, is_weak_code
from tasks.catalog.discovery.block_heads import Head, Row, is_label, is_value
from tasks.catalog.discovery.context import Context
from tasks.catalog.discovery.labels import read_label
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import is_sentence
from tasks.catalog.prices import find_prices, parse_amount

_MIN_RUNS = 4
_SEVERAL = 0.5  # of the runs have two rows or more
_ALIKE, _NEARLY_ALL = 0.5, 0.8  # of the document's runs are as wide as the others; of those have several rows
_EDGE_POINTS = 3.0
_ROW_GAP_LINES = 1.6  # of the type size: rows of one product stand no further apart
_MIN_LABELS = 2
_HEAD_REACH_LINES = 2.0  # of the type size, from a head to its first row
_COMMON = 0.85  # of the rows have a cell that begins at one place
_WHOLE_DIGITS = 3  # of a price without cents
_Page = tuple[int, list[Row], list[Row]]  # its number, rows, and rows of labels
_ADDED = re.compile(r"[+±]\s?[€$£¥]?\s?\d")
_CENTS = re.compile(r"\d[.,]\d\d$|[.,:][-–—\u00ad]")


def find_runs(pages: Sequence[tuple[int, Sequence[Row]]], taken: frozenset[int], context: Context) -> list[Head]:
    """Runs of rows with a price each, or else a code each, that the document parts by other lines; on pages that are
    not `taken`.

    [] where most of them do not have the same columns.
    """
    parted = [(number, _parted(rows), _labels(rows)) for number, rows in pages if number not in taken]

    def is_priced(row: Row) -> bool:
        return is_form_row(row, context)

    free = _trimmed(parted, is_priced)
    runs = [run for _, rows, _ in free for run in _runs(rows, is_priced)]
    if found := _choose(free, runs):
        return found
    # Names with their codes are rows of one; those of forms have other cells.
    for size, _ in Counter(len(run[0]) for run in runs if len(run) > 1).most_common():
        if found := _choose(free, [run for run in runs if len(run[0]) == size]):
            return found
    return _choose_coded(parted)


def _choose_coded(pages: Sequence[_Page]) -> list[Head]:
    """Runs of rows that end with a code each, none of which comes again, where no row has a price."""
    runs = [run for _, rows, _ in pages for run in _runs(rows, _is_coded_row)]
    codes = [row[-1].text for run in runs if len(run) > 1 for row in run]
    return _choose(pages, [run for run in runs if len(run) > 1]) if len(set(codes)) == len(codes) else []


def _is_coded_row(row: Row) -> bool:
    """Whether a row is a word or two and a code, and no label with its value."""
    first, last = row[0].text, row[-1].text
    coded = len(row) > 1 and is_code(last) and any(map(str.isalpha, last)) and any(map(str.isdigit, last))
    return coded and _kind(first) == "words" and is_label(row[0]) and read_label(first) is None


def _choose(pages: Sequence[_Page], runs: Sequence[list[Row]]) -> list[Head]:
    """Runs as they stand on the pages, where most of `runs` have several rows of one width; else most of those that
    have several rows, where nearly all of that width have.
    """
    long = [run for run in runs if len(run) > 1]
    few = len(long) < _SEVERAL * len(runs)
    if len(long) < _MIN_RUNS:
        return []
    width = Counter(round(_width(run[0])) for run in (long if few else runs)).most_common(1)[0][0]
    alike = [run for run in runs if abs(_width(run[0]) - width) <= _EDGE_POINTS]
    if len(alike) < max(_MIN_RUNS, _ALIKE * len(long if few else runs)):
        return []
    if few and sum(len(run) > 1 for run in alike) < _NEARLY_ALL * len(alike):
        return []
    lefts = [run[0][0].box.x0 for run in alike]
    if sum(_is_headed(run[0], rows) for _, rows, _ in pages for run in alike if run[0] in rows) > _ALIKE * len(alike):
        return []  # rows under heads of their own are judged with those
    looks = {_look(row[0]) for run in alike for row in run}

    def fits(row: Row) -> bool:
        # Codes without a digit, and prices on request, are known by their place and type.
        if len(row) < 2 or abs(_width(row) - width) > _EDGE_POINTS or is_sentence(row[-1].text):
            return False
        return any(abs(row[0].box.x0 - left) <= _EDGE_POINTS for left in lefts) and _look(row[0]) in looks

    return [_make_head(number, run, labels) for number, rows, labels in pages for run in _runs(rows, fits)]


def _trimmed(pages: Sequence[_Page], is_form: Callable[[Row], bool]) -> list[_Page]:
    """Rows without what stands left of the first column that nearly all rows have: names and remarks beside them."""
    forms = [row for _, rows, _ in pages for row in rows if is_form(row)]
    firsts = [(cell, row[-1]) for row in forms for cell in row[:-1] if _kind(cell.text) != "amount"]
    ends = Counter(round((cell.box.x0 - last.box.x1) / _EDGE_POINTS) for cell, last in firsts)
    common = [edge for edge in ends if ends[edge - 1] + ends[edge] + ends[edge + 1] >= _COMMON * len(forms)]
    if not common:
        return list(pages)
    left = (min(common) - 2) * _EDGE_POINTS
    return [
        (number, [_right_part(row, left) if is_form(row) else row for row in rows], labels)
        for number, rows, labels in pages
    ]


def _right_part(row: Row, left: float) -> Row:
    kept = [cell for cell in row if cell.box.x0 - row[-1].box.x1 >= left]
    return kept if len(kept) > 1 else row


def _parted(rows: Sequence[Row]) -> list[Row]:
    """Rows of columns beside one another each on its own: cells of the same kinds come again."""
    found: list[Row] = []
    for row in rows:
        size = len(row)
        if size >= 2 * _MIN_LABELS and _kind(row[-1].text) == "amount":
            kinds = [_kind(cell.text) for cell in row]
            size = next((n for n in range(2, size // 2 + 1) if size % n == 0 and _repeats(kinds, n)), size)
        found += [row[start : start + size] for start in range(0, len(row), size)]
    return found


def _kind(text: str) -> str:
    if find_prices(text) or (parse_amount(text) is not None and (_CENTS.search(text) or not _is_code(text))):
        return "amount"
    if _is_code(text):
        return "code"
    return "size" if is_value(text) else "words"


def _repeats(kinds: Sequence[str], size: int) -> bool:
    ends = kinds[size - 1] == "amount" != kinds[0]
    return ends and all(kinds[index] == kinds[index % size] for index in range(len(kinds)))


def _width(row: Row) -> float:
    return row[-1].box.x1 - row[0].box.x0


def _is_headed(first: Row, rows: Sequence[Row]) -> bool:
    """Whether a row of labels, one over each of its cells or nearly so, stands right above a run's first row."""
    index = rows.index(first)
    above = [cell for cell in rows[index - 1] if _is_in_column(cell, first)] if index else []
    near = bool(above) and first[0].box.y0 - max(cell.box.y1 for cell in above) <= _HEAD_REACH_LINES * first[0].size
    return near and len(above) >= max(_MIN_LABELS, len(first) - 1) and all(map(is_label, above))


def _look(cell: Segment) -> tuple[float, str, bool, int]:
    return round(cell.size, 1), cell.font, cell.bold, cell.color


def _make_head(number: int, run: Sequence[Row], labels: Sequence[Row]) -> Head:
    whole = union(cell.box for row in run for cell in row)
    top = min(cell.box.y0 for cell in run[0])
    above = tuple(tuple(row) for row in labels)
    return Head(number, (), Box(whole.x0, top - 0.1, whole.x1, top), tuple(map(tuple, run)), above)


def _labels(rows: Sequence[Row]) -> list[Row]:
    """The page's rows of labels above its first row with a price: two or more known ones, and what stands close."""
    found: list[Row] = []
    for row in rows:
        if any(find_prices(cell.text) for cell in row) and not found:
            break
        known = sum(read_label(cell.text) is not None for cell in row)
        if known >= _MIN_LABELS and all(is_label(cell) for cell in row):
            found = [*found, row]
        elif found:
            break
    return found[:1]


def _runs(rows: Sequence[Row], fits: Callable[[Row], bool]) -> list[list[Row]]:
    """Neighbouring rows that begin at one place; another line between them, in their column, ends a run."""
    runs: list[list[Row]] = []
    growing: list[list[Row]] = []
    for row in rows:
        if not fits(row):
            growing = [run for run in growing if not any(_is_in_column(cell, run[-1]) for cell in row)]
            continue
        run = next((run for run in growing if _follows(run[-1], row)), None)
        if run is None:
            runs.append([row])
            growing.append(runs[-1])
        else:
            run.append(row)
    return runs


def _is_in_column(cell: Segment, row: Row) -> bool:
    return cell.box.x1 > row[0].box.x0 and cell.box.x0 < row[-1].box.x1


def is_form_row(row: Row, context: Context) -> bool:
    """Whether a row of two cells or more ends with a price, and something else than an amount stands before it."""
    if len(row) < 2 or parse_amount(row[-1].text, context.mark) is None:
        return False
    if _ADDED.match(row[-1].text):
        return False  # what an option adds
    cents = bool(_CENTS.search(row[-1].text)) or bool(find_prices(row[-1].text, context.mark, context.dollar))
    if not cents and is_code(row[-1].text):
        return False
    if not cents and sum(map(str.isdigit, row[-1].text)) < _WHOLE_DIGITS:
        return False  # a number of pieces, or of a page
    coded = any(_is_code(cell.text) for cell in row[:-1])
    return (coded or cents) and (parse_amount(row[0].text) is None or _is_code(row[0].text))


def _is_code(text: str) -> bool:
    token = text.replace(" ", "-").replace("/", "-")
    return is_code(text) or is_spaced_code(text) or (is_weak_code(token) and parse_amount(text) is None)


def _follows(above: Row, row: Row) -> bool:
    size = row[0].size
    near = min(cell.box.y0 for cell in row) - max(cell.box.y1 for cell in above) <= _ROW_GAP_LINES * size
    return near and abs(above[0].box.x0 - row[0].box.x0) <= _EDGE_POINTS


def is_plain(head: Head) -> bool:
    """Whether rows stand without a head of their own."""
    return not head.floors
