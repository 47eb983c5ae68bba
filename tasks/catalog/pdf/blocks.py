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


def build_text(fragments: Sequence[Fragment]) -> PageText:
    """Put fragments together to lines, by direction."""
    letters = Counter[int]()
    for fragment in fragments:
        letters[fragment.turn] += sum(len(word.text) for word in fragment.words)
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
        x, y = turned.line.box.center
        for table, members in zip(tables, owned, strict=True):
            if table.box.x0 <= x <= table.box.x1 and table.box.y0 <= y <= table.box.y1:
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
    open_group = False
    for item in order_regions(items, lambda item: item.box, em, pictures=pictures, rtl=rtl):
        if item.table:
            groups.extend(_split_rows(item.lines, item.table))
        elif open_group and _continues(groups[-1], item.lines[0]):
            groups[-1].append(item.lines[0])
        else:
            groups.append(list(item.lines))
        open_group = item.table is None
    return [
        Block(box=union(turned.line.box for turned in group), lines=tuple(turned.line for turned in group))
        for group in groups
    ]


def _split_rows(lines: Sequence[TurnedLine], table: Table) -> list[list[TurnedLine]]:
    """The lines of each row of a table, cell after cell; a line in no cell stands by itself."""
    cells = [
        (box, row, column)
        for row, boxes in enumerate([table.header_boxes, *table.row_boxes])
        for column, box in enumerate(boxes)
        if box
    ]
    rows: dict[int, list[tuple[int, int, TurnedLine]]] = {}
    loose: list[list[TurnedLine]] = []
    for number, turned in enumerate(lines):
        x, y = turned.line.box.center
        place = next(((r, c) for box, r, c in cells if box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1), None)
        if place:
            rows.setdefault(place[0], []).append((place[1], number, turned))
        else:
            loose.append([turned])
    ordered = [[turned for _, _, turned in sorted(rows[row], key=lambda entry: entry[:2])] for row in sorted(rows)]
    return sorted([*ordered, *loose], key=lambda group: min(turned.box.y0 for turned in group))


def _continues(group: Sequence[TurnedLine], turned: TurnedLine) -> bool:
    """Whether a line that is read after `group` belongs to it: below its last line, or beside it on one row."""
    last, size, box = group[-1], max(group[-1].line.size, turned.line.size), turned.box
    if max(last.line.size, turned.line.size) > _SIZE_RATIO * min(last.line.size, turned.line.size):
        return False
    if last.box.y_overlap(box) > 0.5:
        return True
    gap = box.y0 - max(member.box.y1 for member in group if member.box.y_overlap(last.box) > 0.5)
    return gap <= _LEADING_GAP * size and gap > -size and last.box.x_overlap(box) > 0
