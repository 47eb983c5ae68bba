"""Blocks: lines that a reader takes as one, in the order of reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.pages import Block, Table
from tasks.catalog.pdf.content import Fragment
from tasks.catalog.pdf.lines import TurnedLine, build_lines, turn_box
from tasks.catalog.pdf.reading_order import order_regions

_LEADING_GAP = 0.7  # ems of white between lines of one block, at most
_SIZE_RATIO = 1.2  # type of another size starts another block


class PageText(NamedTuple):
    """A page's lines: those in its main direction of reading (`turn`, in degrees clockwise), and all others."""

    turn: int
    lines: list[TurnedLine]
    others: list[tuple[int, list[TurnedLine]]]


class _Item(NamedTuple):
    """What is put in order: a line, or a table with its lines."""

    box: Box  # upright
    lines: list[TurnedLine]
    table: Table | None = None

    @property
    def is_label(self) -> bool:
        """Whether it names what stands beside it ("Width:")."""
        return self.table is None and self.lines[0].line.text.endswith((":", "："))


def build_text(fragments: Sequence[Fragment]) -> PageText:
    """Put fragments together to lines, by direction."""
    letters = Counter[int]()
    for fragment in fragments:
        letters[fragment.turn] += sum([len(word.text) for word in fragment.words])
    turns = [turn for turn, _ in letters.most_common()] or [0]
    main, *others = [(turn, build_lines(fragments, turn)) for turn in turns]
    return PageText(main[0], main[1], others)


def build_blocks(text: PageText, tables: Sequence[Table] = (), pictures: Sequence[Box] = ()) -> tuple[Block, ...]:
    """Blocks in reading order; each row of a table is a block. Text in other directions comes after the rest."""
    blocks: list[Block] = []
    for turn, lines in [(text.turn, text.lines), *text.others]:
        items = _collect_items(lines, tables if turn == text.turn else (), turn)
        blocks.extend(_order_items(items, [turn_box(box, turn) for box in pictures]))
    return tuple(blocks)


def _collect_items(lines: Sequence[TurnedLine], tables: Sequence[Table], turn: int) -> list[_Item]:
    owned: list[list[TurnedLine]] = [[] for _ in tables]
    items: list[_Item] = []
    for turned in lines:
        for table, members in zip(tables, owned, strict=True):
            if _holds(table.box, turned.line.box.center):
                members.append(turned)
                break
        else:
            items.append(_Item(turned.box, [turned]))
    for table, members in zip(tables, owned, strict=True):
        if members:
            items.append(_Item(turn_box(table.box, turn), members, table))
    return items


def _order_items(items: Sequence[_Item], pictures: Sequence[Box]) -> list[Block]:
    if not items:
        return []
    lines = [turned for item in items for turned in item.lines]
    rtl = 2 * sum(turned.line.rtl for turned in lines) > len(lines)
    em = median(turned.line.size for turned in lines)
    groups: list[list[TurnedLine]] = []
    for run in order_regions(
        items, lambda item: item.box, em, pictures=pictures, is_label=lambda item: item.is_label, rtl=rtl
    ):
        is_open = False
        for item in run:
            if item.table:
                groups.extend(_split_rows(item.lines, item.table))
            elif is_open and _continues(groups[-1], item.lines[0]):
                groups[-1].append(item.lines[0])
            else:
                groups.append(list(item.lines))
            is_open = item.table is None
    return [
        Block(box=union([turned.line.box for turned in group]), lines=tuple([turned.line for turned in group]))
        for group in groups
    ]


def _split_rows(lines: Sequence[TurnedLine], table: Table) -> list[list[TurnedLine]]:
    """The lines of each row of a table, cell after cell; a line in no cell stands by itself."""
    rows: dict[int, list[tuple[int, int, TurnedLine]]] = {}
    loose: list[list[TurnedLine]] = []
    cells = [
        (union([box for box, _ in boxes]), boxes)
        for row in [table.header_boxes, *table.row_boxes]
        if (boxes := [(box, column) for column, box in enumerate(row) if box])
    ]
    for number, turned in enumerate(lines):
        center = turned.line.box.center
        for row, (around, boxes) in enumerate(cells):
            column = next((at for box, at in boxes if _holds(box, center)), None) if _holds(around, center) else None
            if column is not None:
                rows.setdefault(row, []).append((column, number, turned))
                break
        else:
            loose.append([turned])
    ordered = [[turned for _, _, turned in sorted(rows[row], key=lambda entry: entry[:2])] for row in sorted(rows)]
    return sorted([*ordered, *loose], key=lambda group: min(turned.box.y0 for turned in group))


def _holds(box: Box, point: tuple[float, float]) -> bool:
    return box.x0 <= point[0] <= box.x1 and box.y0 <= point[1] <= box.y1


def _continues(group: Sequence[TurnedLine], turned: TurnedLine) -> bool:
    """Whether a line that is read after `group` belongs to it: below its last line, or beside it on one row."""
    last, size, box = group[-1], max(group[-1].line.size, turned.line.size), turned.box
    if max(last.line.size, turned.line.size) > _SIZE_RATIO * min(last.line.size, turned.line.size):
        return False
    if last.box.y_overlap(box) > 0.5:
        return True
    gap = box.y0 - max(member.box.y1 for member in group if member.box.y_overlap(last.box) > 0.5)
    return gap <= _LEADING_GAP * size and gap > -size and last.box.x_overlap(box) > 0
