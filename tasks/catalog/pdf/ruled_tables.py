"""Tables with rulings: the grid that lines and cell borders draw, and the words in each of its cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.pdf.table_cells import Cell, Grid, join_cells

_THIN_POINTS = 3.0  # a box no thicker than this is a line
_LEAST_LINE_POINTS = 8.0
_SNAP_POINTS = 3.0  # lines this close are one; ends this close meet
_MOST_SHAPES = 4000  # pages with more are drawings and maps
_LEAST_STACK = 3  # lines of a cell that may be rows
_LEVEL_SHARE = 0.6  # of them that stand level with lines of other cells
_MOST_FRAMED = 0.1  # of a grid's rows hold several records
_LEAST_FILLED = 0.4  # of a grid's cells hold text: else it is a form or a drawing


class _Line(NamedTuple):
    """A ruling at `place` across its axis, from `start` to `end` along it."""

    place: float
    start: float
    end: float


def find_ruled_tables(vectors: Sequence[Box], rows: Sequence[Sequence[Cell]]) -> list[Grid]:
    """Tables drawn by `vectors` (upright boxes of vector graphics) with the page's cells of text in them."""
    if not 4 <= len(vectors) <= _MOST_SHAPES:
        return []
    across, down = _find_lines(vectors)
    if len(across) < 2 or len(down) < 2:
        return []
    cells = [cell for row in rows for cell in row]
    return [grid for members in _find_networks(across, down) if (grid := _build_grid(*members, cells))]


def _find_lines(vectors: Sequence[Box]) -> tuple[list[_Line], list[_Line]]:
    """Horizontal and vertical rulings: thin shapes, and the borders of boxes."""
    across: list[_Line] = []
    down: list[_Line] = []
    for box in vectors:
        if box.height <= _THIN_POINTS and box.width >= _LEAST_LINE_POINTS:
            across.append(_Line((box.y0 + box.y1) / 2, box.x0, box.x1))
        elif box.width <= _THIN_POINTS and box.height >= _LEAST_LINE_POINTS:
            down.append(_Line((box.x0 + box.x1) / 2, box.y0, box.y1))
        elif box.width >= _LEAST_LINE_POINTS and box.height >= _LEAST_LINE_POINTS:
            across += [_Line(box.y0, box.x0, box.x1), _Line(box.y1, box.x0, box.x1)]
            down += [_Line(box.x0, box.y0, box.y1), _Line(box.x1, box.y0, box.y1)]
    return _join_lines(across), _join_lines(down)


def _join_lines(lines: Iterable[_Line]) -> list[_Line]:
    """Lines of one place made one where they touch."""
    joined: list[_Line] = []
    by_place: list[list[_Line]] = []
    for line in sorted(lines):
        if by_place and line.place - by_place[-1][0].place <= _SNAP_POINTS:
            by_place[-1].append(line)
        else:
            by_place.append([line])
    for group in by_place:
        place = sum(line.place for line in group) / len(group)
        start, end = group[0].start, group[0].end
        for line in sorted(group, key=lambda line: line.start):
            if line.start > end + _SNAP_POINTS:
                joined.append(_Line(place, start, end))
                start, end = line.start, line.end
            start, end = min(start, line.start), max(end, line.end)
        joined.append(_Line(place, start, end))
    return joined


def _find_networks(across: Sequence[_Line], down: Sequence[_Line]) -> list[tuple[list[_Line], list[_Line]]]:
    """Lines that cross each other, directly or through others."""
    networks: list[tuple[list[_Line], list[_Line]]] = []
    unused = list(down)
    for line in across:
        crossing = [other for other in unused if _cross(line, other)]
        unused = [other for other in unused if not _cross(line, other)]
        touched = [network for network in networks if any(_cross(line, other) for other in network[1])]
        if not crossing and not touched:
            continue
        networks = [network for network in networks if network not in touched]
        merged = [line], crossing
        for network in touched:
            merged = [*network[0], *merged[0]], [*network[1], *merged[1]]
        networks.append(merged)
    return networks


def _cross(across: _Line, down: _Line) -> bool:
    return (
        across.start - _SNAP_POINTS <= down.place <= across.end + _SNAP_POINTS
        and down.start - _SNAP_POINTS <= across.place <= down.end + _SNAP_POINTS
    )


def _build_grid(across: list[_Line], down: list[_Line], cells: Sequence[Cell]) -> Grid | None:
    """The grid's rows of cells; None where it is no table."""
    ys = _find_edges(across, [end for line in down for end in (line.start, line.end)])
    xs = _find_edges(down, [end for line in across for end in (line.start, line.end)])
    if len(ys) < 3 or len(xs) < 3:
        return None
    frame = Box(xs[0], ys[0], xs[-1], ys[-1])
    held: dict[tuple[int, int], list[Cell]] = {}
    for cell in cells:
        x, y = cell.box.center
        if frame.x0 <= x <= frame.x1 and frame.y0 <= y <= frame.y1:
            row, column = _find_interval(ys, y), _find_interval(xs, x)
            while column and not _is_divided(down, xs[column], y):  # a merged cell's text stands in its first column
                column -= 1
            while row and not _is_divided(across, ys[row], x):
                row -= 1
            held.setdefault((row, column), []).append(cell)
    rows: list[list[Cell | None]] = []
    framed = 0
    for row in range(len(ys) - 1):
        stacks = [held.get((row, column), []) for column in range(len(xs) - 1)]
        if not rows and _is_title(stacks, down, xs):
            continue
        framed += any(sum(cell.is_amount for cell in stack) > 1 for stack in stacks)
        rows.extend(_split_stacks(stacks))
    grid = _judge(rows)
    return grid._replace(parted=framed <= _MOST_FRAMED * len(grid.rows)) if grid else None


def _is_title(stacks: Sequence[Sequence[Cell]], down: Sequence[_Line], xs: Sequence[float]) -> bool:
    """Whether a row is one cell over all columns."""
    inside = [cell for stack in stacks for cell in stack]
    y = inside[0].box.center[1] if inside else 0.0
    return bool(inside) and not any(_is_divided(down, x, y) for x in xs[1:-1])


def _split_stacks(stacks: Sequence[Sequence[Cell]]) -> list[list[Cell | None]]:
    """The rows of one row of the grid: several, where rulings only frame them and a column of numbers tells them
    apart; else one, with the lines of each cell joined."""
    levels: list[list[Cell]] = []
    for cell in sorted((cell for stack in stacks for cell in stack), key=lambda cell: cell.box.center[1]):
        if levels and cell.box.center[1] - levels[-1][0].box.center[1] < cell.size / 2:
            levels[-1].append(cell)
        else:
            levels.append([cell])
    shared = sum(len(level) > 1 for level in levels)
    numbers = any(
        len(stack) >= _LEAST_STACK and sum(cell.is_amount for cell in stack) > len(stack) / 2 for stack in stacks
    )
    if len(levels) < _LEAST_STACK or shared < _LEVEL_SHARE * len(levels) or not numbers:
        return [[join_cells(stack) for stack in stacks]]
    return [[join_cells([cell for cell in stack if cell in level]) for stack in stacks] for level in levels]


def _find_edges(lines: Sequence[_Line], ends: Sequence[float]) -> list[float]:
    """Places of the rulings, and the outer ends of those across them where a table has no border."""
    places = sorted({line.place for line in lines} | {min(ends), max(ends)})
    edges = [places[0]]
    for place in places[1:]:
        if place - edges[-1] > 2 * _SNAP_POINTS:
            edges.append(place)
    return edges


def _find_interval(edges: Sequence[float], place: float) -> int:
    return max(0, min(bisect_right(edges, place) - 1, len(edges) - 2))


def _is_divided(lines: Sequence[_Line], place: float, along: float) -> bool:
    return any(abs(line.place - place) <= 2 * _SNAP_POINTS and line.start <= along <= line.end for line in lines)


def _judge(rows: list[list[Cell | None]]) -> Grid | None:
    """Rows and columns that hold text, if they make a table."""
    rows = [row for row in rows if any(row)]
    if not rows:
        return None
    used = [column for column in range(len(rows[0])) if any(row[column] for row in rows)]
    rows = [[row[column] for column in used] for row in rows]
    while rows and sum(cell is not None for cell in rows[0]) == 1 and len(used) > 1 and _is_wide(rows[0], rows):
        rows = rows[1:]  # a title across the table
    filled = sum(cell is not None for row in rows for cell in row)
    if len(rows) < 2 or len(used) < 2 or filled < _LEAST_FILLED * len(rows) * len(used):
        return None
    return Grid(rows, _count_headings(rows), "ruled")


def _is_wide(row: Sequence[Cell | None], rows: Sequence[Sequence[Cell | None]]) -> bool:
    cell = next(cell for cell in row if cell)
    around = union(other.box for other_row in rows for other in other_row if other)
    return cell.box.width > around.width / 3 or abs(cell.box.center[0] - around.center[0]) < around.width / 10


def _count_headings(rows: Sequence[Sequence[Cell | None]]) -> int:
    """1 where the first row names the columns: it looks or reads otherwise than what is below it."""
    first, body = [cell for cell in rows[0] if cell], [cell for row in rows[1:] for cell in row[1:] if cell]
    if len(first) < 2 or any(cell.is_amount for cell in first) or not body:
        return 0
    types = {(cell.font, round(cell.size, 1)) for cell in first}
    stands_out = types.isdisjoint((cell.font, round(cell.size, 1)) for cell in body)
    amounts = sum(cell.is_amount for cell in body) > len(body) / 3
    return int(stands_out or amounts or len(rows[0]) > 2)
