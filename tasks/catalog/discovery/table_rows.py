"""Tables without rulings: rows and columns from where the words stand.

Several tables may stand below or beside one another; a row of one product may take several lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import is_code, is_spaced_code
from tasks.catalog.decimals import DIGIT
from tasks.catalog.discovery.centred_lines import join_centred
from tasks.catalog.discovery.labels import read_label, split_label
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.table_cells import (
    RawTable,
    Row,
    covers,
    find_columns,
    find_hit,
    place_labels,
    place_row,
    split_sizes,
)
from tasks.catalog.discovery.table_strips import gap, part_by_labels, with_lead_columns
from tasks.catalog.names import is_sentence
from tasks.catalog.prices import parse_amount
from tasks.catalog.vocabulary import fold

_CELL_GAP_SHARE = 0.75  # of the type size: words further apart are in different cells
_KIND_SHARE = 0.6  # of a column's cells
_MIN_ROWS = 3
_MAX_BESIDE = 3
_MIN_CELLS = 2
_MAX_ALIGNED_GAP_SHARE = 16.0  # ... unless the next row stands in the same columns: rows with pictures
_MAX_ROW_GAP_SHARE = 6.0  # of the type size: a wider band of white ends a table
_HEADER_LABELS = 2  # a row with so many known labels is a header, whatever numbers it holds
_FLUSH_POINTS = 4.0
_MIN_OPEN, _OPEN_GAP_SHARE = 3, 2.0  # cells of a row without a figure; of the type size, above it
_LETTERED = re.compile(r"[A-Z]{2,4}(?:[-./][A-Z]{2,4})+")  # a code of letters only
_MAX_LACKING = 0.35  # of a record's cells may be empty
_HEADER_ROWS = 6
_MAX_HEADING_CELLS = 2  # of a group: its name, and what kind of things it holds at the right
_TITLE_RATIO = 1.5  # of the type size
_LINE_GAP_SHARE = 0.6  # of the type size, between the lines of one record
_HEADER_GAP_SHARE = 2.6
_NUMBER = re.compile(r"[^\w]*\d[\d.,' \u00a0/½¼¾-]*\W{0,3}(?:[^\W\d_]{1,3}\.?)?")


def find_tables(segments: Sequence[Segment]) -> list[RawTable]:
    """The page's tables by word positions; a page of prose, captions or headings gives none."""
    return _find([cell for segment in segments for cell in split_cells(segment)], _MAX_BESIDE)


def _find(cells: Sequence[Segment], depth: int) -> list[RawTable]:
    rows = join_centred(read_rows(cells))
    if sum(map(is_data_row, rows)) < _MIN_ROWS:
        return []
    tables: list[RawTable] = []
    start = ended = 0
    while start < len(rows):
        if not is_data_row(rows[start]):
            start += 1
            continue
        end = _table_end(rows, start)
        body = rows[start:end]
        above = rows[max(ended, start - _HEADER_ROWS) : start]
        if sum(map(is_data_row, body)) >= _MIN_ROWS or _has_head_of_others(above, rows):
            gutter = (_find_repetition(above) or find_gutter(body)) if depth else None
            if gutter is not None and _labels_differ(above, gutter):
                gutter = None
            if gutter is None:
                tables.extend(_build(above, body))
            else:
                # Tables side by side seldom share their rows' heights, so each is read on its own.
                parts = [cell for row in (*above, *body) for cell in row]
                tables.extend(_find([cell for cell in parts if cell.box.center[0] < gutter], depth - 1))
                tables.extend(_find([cell for cell in parts if cell.box.center[0] >= gutter], depth - 1))
            ended = end
        start = end
    return tables


def _has_head_of_others(above: Sequence[Sequence[Segment]], rows: Sequence[Sequence[Segment]]) -> bool:
    """Whether the labels above a table of few rows stand over others, too, in the same columns."""
    head = next(filter(_is_label_row, reversed(above)), None)
    return head is not None and any(
        other is not head and _is_label_row(other) and _texts(other) == _texts(head) and _is_over(other, head)
        for other in rows
    )


def split_cells(segment: Segment) -> list[Segment]:
    """A segment cut where words stand further apart than words of one cell do."""
    widest = _CELL_GAP_SHARE * segment.size
    if all(gap(one, other) <= widest for one, other in pairwise(segment.words)):
        return [segment]
    runs: list[list[int]] = []
    for index, word in enumerate(segment.words):
        if not runs or gap(segment.words[index - 1], word) > widest:
            runs.append([])
        runs[-1].append(index)
    if len(runs) < 2:
        return [segment]
    return [
        segment._replace(
            text=" ".join(segment.words[index].text for index in run),
            box=union(segment.words[index].box for index in run),
            words=tuple(segment.words[index] for index in run),
        )
        for run in runs
    ]


def is_data_row(row: Sequence[Segment]) -> bool:
    """Whether a visual row can be a record: two cells or more, with a number and something beside it."""
    if len(row) < _MIN_CELLS or not any(DIGIT.search(cell.text) for cell in row):
        return False
    labelled = sum(read_label(cell.text) is not None for cell in row)
    if labelled >= _HEADER_LABELS or (labelled and len(row) > _MIN_CELLS and not any(map(_is_amount, row))):
        return False  # labels, some with a number: "Product", "0.75 L", "2.5 L"
    numbers = sum(is_number(cell.text) for cell in row)
    return numbers >= 1 and (numbers >= 2 or any(any(char.isalpha() for char in cell.text) for cell in row))


def _is_amount(cell: Segment) -> bool:
    return parse_amount(cell.text) is not None


def is_number(text: str) -> bool:
    return parse_amount(text) is not None or bool(_NUMBER.fullmatch(text.strip()))


def _table_end(rows: Sequence[Sequence[Segment]], start: int) -> int:
    """The row after the last one of the table that starts here; text between records belongs to it."""
    end = last = start + 1
    size = max(segment.size for segment in rows[start])
    header = next(filter(_is_label_row, reversed(rows[max(0, start - _HEADER_ROWS) : start])), [])
    while end < len(rows):
        if _is_label_row(rows[end]) and (_texts(rows[end]) != _texts(header) or not _is_over(rows[end], header)):
            break  # another table's labels, or the same over other columns
        gap = _top(rows[end]) - _bottom(rows[end - 1])
        if gap > _MAX_ROW_GAP_SHARE * size and not (
            gap <= _MAX_ALIGNED_GAP_SHARE * size and any(_is_aligned(rows[end], row) for row in rows[start:last])
        ):
            break
        if (
            is_data_row(rows[end])
            and any(_ends(row, size) for row in rows[last:end])
            and not any(_is_aligned(rows[end], row) for row in rows[start:last])
        ):
            break
        end += 1
        if is_data_row(rows[end - 1]):
            last = end
        elif end - last > _HEADER_ROWS:
            break
    left = min(segment.box.x0 for segment in rows[start])
    while last < len(rows) and (
        _is_further_line(rows[last], rows[last - 1], left, size)
        or _is_usual_line(rows[last], rows[start:last], size)
        or _is_open(rows[last], rows[start:last], size)
    ):
        last += 1
    return last


def _ends(row: Sequence[Segment], size: float) -> bool:
    """Whether a row is a heading much larger than the records or running text: what follows may be another table."""
    return len(row) == 1 and (row[0].size >= _TITLE_RATIO * size or is_sentence(row[0].text))


def _is_open(row: Sequence[Segment], above: Sequence[Sequence[Segment]], size: float) -> bool:
    """Whether a row without a figure is the table's last record: a code, and all its cells in the columns above."""
    known = [cell.box for other in above if is_data_row(other) for cell in other]
    coded = [one for one in row if is_code(one.text) or is_spaced_code(one.text)]
    return (
        (bool(coded) or bool(_LETTERED.fullmatch(row[0].text)))
        and len(row) >= _MIN_OPEN
        and _top(row) - _bottom(above[-1]) <= _OPEN_GAP_SHARE * size
        and all(any(_is_flush(cell.box, box) for box in known) for cell in row)
    )


def _is_label_row(row: Sequence[Segment]) -> bool:
    """Whether a row is a table's header: known labels and no numbers."""
    known = sum(read_label(cell.text) is not None for cell in row)
    return known >= _HEADER_LABELS and not any(is_number(cell.text) for cell in row)


def _texts(row: Sequence[Segment]) -> set[str]:
    return {fold(cell.text) for cell in row}


def _is_over(row: Sequence[Segment], header: Sequence[Segment]) -> bool:
    """Whether a header printed again stands over the same columns."""
    return all(_is_flush(one.box, other.box) for one, other in zip(row, header, strict=False))


def _is_aligned(row: Sequence[Segment], other: Sequence[Segment]) -> bool:
    """Whether two rows have the same columns: every cell of the shorter one is flush with one of the other's."""
    if not is_data_row(row) or abs(len(row) - len(other)) > _MAX_LACKING * max(len(row), len(other)):
        return False
    few, many = sorted((row, other), key=len)
    return all(any(_is_flush(a.box, b.box) for b in many) for a in few)


def _is_flush(one: Box, other: Box) -> bool:
    return min(abs(one.x0 - other.x0), abs(one.x1 - other.x1)) <= _FLUSH_POINTS


def _is_further_line(row: Sequence[Segment], above: Sequence[Segment], left: float, size: float) -> bool:
    """Whether a row is a further line of the last record: one cell, close to it, not at the table's left edge."""
    return len(row) == 1 and row[0].box.x0 > left + size and _top(row) - _bottom(above) <= _LINE_GAP_SHARE * size


def _is_usual_line(row: Sequence[Segment], above: Sequence[Sequence[Segment]], size: float) -> bool:
    """Whether a row is the last record's second line, of one cell as the second lines of most records above it."""
    edges = [
        other[0].box.x0
        for record, other in pairwise(above)
        if len(other) == 1 and is_data_row(record) and _top(other) - _bottom(record) <= _LINE_GAP_SHARE * size
    ]
    flush = sum(abs(edge - row[0].box.x0) <= _FLUSH_POINTS for edge in edges)
    usual = flush > 0.5 * sum(is_data_row(record) for record in above[:-1])
    near = _top(row) - _bottom(above[-1]) <= _LINE_GAP_SHARE * size
    return len(row) == 1 and is_data_row(above[-1]) and near and usual


def _top(row: Sequence[Segment]) -> float:
    return min(segment.box.y0 for segment in row)


def _bottom(row: Sequence[Segment]) -> float:
    return max(segment.box.y1 for segment in row)


def find_gutter(body: Sequence[Sequence[Segment]]) -> float | None:
    """Where a table ends and the next one beside it begins: the kinds of its columns repeat from there on."""
    columns = find_columns([row for row in body if is_data_row(row)])
    if len(columns) < 4:
        return None
    texts: list[list[str]] = [[] for _ in columns]
    for cell in (cell for row in body for cell in row):
        hit = find_hit(cell.box, columns)
        if len(hit) == 1:
            texts[hit[0]].append(cell.text)
    kinds = ["number" if _are_values(found) else "words" for found in texts]
    for start in range(2, len(columns) - 1):
        left, right = kinds[:start], kinds[start:]
        repeats = right[: len(left)] == left and len(right) % len(left) == 0
        if repeats and "words" in left and "number" in left:
            return (columns[start - 1][1] + columns[start][0]) / 2
    return None


def _find_repetition(above: Sequence[Sequence[Segment]]) -> float | None:
    """Where the labels nearest above begin again with the first of them: two tables of other columns side by side."""
    for row in reversed(above):
        if sum(read_label(cell.text) is not None for cell in row) >= _HEADER_LABELS + 1:
            again = [index for index, cell in enumerate(row) if index > 1 and fold(cell.text) == fold(row[0].text)]
            return (row[again[0] - 1].box.x1 + row[again[0]].box.x0) / 2 if len(again) == 1 else None
    return None


def _labels_differ(above: Sequence[Sequence[Segment]], gutter: float) -> bool:
    """Whether the labels nearest above are others on both sides of a gutter: then it parts columns, not tables."""
    for row in reversed(above):
        if sum(read_label(cell.text) is not None for cell in row) >= _HEADER_LABELS:
            left = {fold(cell.text) for cell in row if cell.box.center[0] < gutter}
            right = {fold(cell.text) for cell in row if cell.box.center[0] >= gutter}
            return bool(left and right) and not left & right
    return False


def _are_values(texts: Sequence[str]) -> bool:
    return sum(is_number(text) or is_code(text) or is_spaced_code(text) for text in texts) >= _KIND_SHARE * len(texts)


def _kind(texts: Sequence[str]) -> str:
    """What most cells of a column are: numbers, codes, or words."""
    numbers = sum(is_number(text) for text in texts)
    codes = sum(is_code(text.split()[0]) or is_spaced_code(text) for text in texts if text.split())
    if codes >= _KIND_SHARE * len(texts):
        return "code"
    return "number" if numbers >= _KIND_SHARE * len(texts) else "words"


def _build(above: Sequence[Sequence[Segment]], body: Sequence[Sequence[Segment]]) -> list[RawTable]:
    columns = find_columns([row for row in body if is_data_row(row)])
    if len(columns) < _MIN_CELLS:
        return []
    columns = with_lead_columns(columns, [*above[-1:], *(row for row in body if not is_data_row(row))])
    top = min(segment.box.y0 for segment in body[0])
    size = max(segment.size for segment in body[0])
    header = _header_rows(above, top, size, columns, _row_gap(body))
    if end := 0 if any(map(_is_label_row, header)) else _find_labels(above):
        header = _header_rows(above[:end], _bottom(above[end - 1]), size, columns)
        body = [*above[end:], *body]
    columns = part_by_labels(header, [row for row in body if is_data_row(row)], columns)
    records = _lower_records(header, body, columns)
    return [
        RawTable(
            tuple(columns),
            tuple(place_labels(row, columns) for row in header[: len(header) - records]),
            tuple(place_row(_split(row), columns) for row in [*header[len(header) - records :], *body]),
        )
    ]


def _split(row: Sequence[Segment]) -> list[Segment]:
    return [part for cell in row for part in split_sizes(cell)]


def _lower_records(
    header: Sequence[Sequence[Segment]], body: Sequence[Sequence[Segment]], columns: Sequence[tuple[float, float]]
) -> int:
    """How many of the last header rows are lines of records: from the first that has a code in a column of codes on.

    Those are no labels, nor do labels stand below them.
    """
    labelled = max((number for number, row in enumerate(header, 1) if _is_label_row(row)), default=0)
    for index, column in enumerate(columns):
        if _kind([cell.text for row in body for cell in row if covers(cell.box, *column)]) == "code":
            for number, row in enumerate(header[labelled:], labelled):
                if any(covers(cell.box, *columns[index]) and is_code(cell.text) for cell in row):
                    return len(header) - number
    return 0


def _find_labels(above: Sequence[Sequence[Segment]]) -> int:
    """The row after labels that the first group's heading or remark parts from the first record; 0 without any."""
    for number in range(len(above), 0, -1):
        if _is_label_row(above[number - 1]):
            return number
        if len(above[number - 1]) > _MAX_HEADING_CELLS:
            break
    return 0


def read_header_above(
    segments: Sequence[Segment], first: Box, columns: Sequence[tuple[float, float]]
) -> tuple[Row, ...]:
    """The header rows that stand right above the row at `first`, in the columns given."""
    above = [cell for segment in segments for cell in split_cells(segment) if cell.box.center[1] < first.y0]
    rows = read_rows(above)[-_HEADER_ROWS:]
    size = max((cell.size for row in rows for cell in row), default=0.0)
    return tuple(place_labels(row, columns) for row in _header_rows(rows, first.y0, size, columns))


def _row_gap(body: Sequence[Sequence[Segment]]) -> float:
    """The white that most records have above them, in points."""
    gaps = sorted(_top(lower) - _bottom(upper) for upper, lower in pairwise(body) if is_data_row(lower))
    return gaps[len(gaps) // 2] if gaps else 0.0


def _header_rows(
    above: Sequence[Sequence[Segment]],
    top: float,
    size: float,
    columns: Sequence[tuple[float, float]],
    row_gap: float = 0.0,
) -> list[Sequence[Segment]]:
    """Rows right above `top` that stand over the columns, nearest last; running text ends them.

    Where rows are tall (with a picture each), labels may stand as far above the first as the rows stand apart.
    """
    left, right = columns[0][0] - 20, columns[-1][1] + 20
    header: list[Sequence[Segment]] = []
    for row in reversed(above):
        inside = [segment for segment in row if segment.box.x1 > left and segment.box.x0 < right]
        reach = max(_HEADER_GAP_SHARE * size, row_gap if len(inside) > 1 and not header else 0.0)
        if not inside or top - max(segment.box.y1 for segment in inside) > reach:
            break
        if any(len(segment.text.split()) > 9 for segment in inside) or (len(inside) == 1 and _is_remark(inside[0])):
            break
        header.insert(0, inside)
        top = min(segment.box.y0 for segment in inside)
    return header


def _is_remark(segment: Segment) -> bool:
    """Whether a line over a table is running text or a labelled value: the product's, not the table's."""
    labelled = split_label(segment.text) if ":" in segment.text else None
    return bool(labelled and labelled[0].known and labelled[0].field != "price") or is_sentence(segment.text)
