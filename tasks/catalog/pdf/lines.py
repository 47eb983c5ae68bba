"""Lines of type put together from the fragments a page draws, in a frame where reading runs from left to right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.pages import Line, Run, Word
from tasks.catalog.pdf.content import Fragment, Style

# Distances between words of one line, in ems.
_SPLIT_GAP = 2.0  # wider is a column's edge, not a space
_JOIN_GAP = 0.35  # narrower is a space, although two lines were drawn
_JOIN_GAP_CONSECUTIVE = 0.7  # the same for what is drawn one after the other
_GLUE_GAP = 0.08  # narrower is no space at all
_SAME_ROW = 0.35  # ems between the middles of lines on one row
_TWIN_STEP_POINTS = 2.0  # text drawn again this close is a shadow or an imitation of bold


class TurnedLine(NamedTuple):
    """A line with its box in the upright frame of its direction of reading; `line.box` is the displayed one."""

    line: Line
    box: Box


class _Piece(NamedTuple):
    words: tuple[Word, ...]
    box: Box  # upright
    style: Style
    rtl: bool
    order: int  # of drawing
    opens: bool  # with white space before the first word
    closes: bool  # with white space after the last
    styles: tuple[Style, ...] = ()  # of each word, where they differ


def turn_box(box: Box, turn: int) -> Box:
    """`box` in the frame in which text that reads in direction `turn` (degrees clockwise) runs to the right."""
    if turn == 90:
        return Box(box.y0, -box.x1, box.y1, -box.x0)
    if turn == 180:
        return Box(-box.x1, -box.y1, -box.x0, -box.y0)
    if turn == 270:
        return Box(-box.y1, box.x0, -box.y0, box.x1)
    return box


def build_lines(fragments: Sequence[Fragment], turn: int) -> list[TurnedLine]:
    """Lines of the fragments that read in direction `turn`, from top to bottom, from left to right."""
    pieces = _drop_twins(
        piece
        for order, fragment in enumerate(fragments)
        if fragment.turn == turn
        for piece in _split_fragment(fragment, order)
    )
    lines: list[TurnedLine] = []
    for row in _group_rows(pieces):
        lines.extend(_join_row(row, turn))
    return lines


def _split_fragment(fragment: Fragment, order: int) -> Iterable[_Piece]:
    """The fragment cut where words stand apart."""
    words, turn = fragment.words, fragment.turn
    boxes = [turn_box(word.box, turn) for word in words] if turn else [word.box for word in words]
    limit = _SPLIT_GAP * fragment.style.size
    cuts = [
        place
        for place, (left, right) in enumerate(pairwise(boxes), start=1)
        if right.x0 - left.x1 > limit and not fragment.rtl
    ]
    for start, end in pairwise((0, *cuts, len(words))):
        opens, closes = start > 0 or fragment.opens, end < len(words) or fragment.closes
        box = boxes[start] if end - start == 1 else union(boxes[start:end])
        styles = fragment.styles[start:end]
        yield _Piece(words[start:end], box, fragment.style, fragment.rtl, order, opens, closes, styles)


def _drop_twins(pieces: Iterable[_Piece]) -> list[_Piece]:
    kept: dict[tuple[int, int, tuple[str, ...]], _Piece] = {}
    for piece in pieces:
        place = round(piece.box.x0 / _TWIN_STEP_POINTS), round(piece.box.y0 / _TWIN_STEP_POINTS)
        kept.setdefault((*place, tuple([word.text for word in piece.words])), piece)
    return list(kept.values())


def _group_rows(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    """Pieces whose middles are at the same height."""
    rows: list[list[_Piece]] = []
    height = 0.0
    for middle, _, piece in sorted(((p.box.y0 + p.box.y1) / 2, number, p) for number, p in enumerate(pieces)):
        if rows and middle - height <= _SAME_ROW * min(piece.style.size, rows[-1][-1].style.size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
        height = middle
    return rows


def _join_row(row: list[_Piece], turn: int) -> Iterable[TurnedLine]:
    if len(row) == 1:
        return [_build_line(row, turn)]
    row.sort(key=lambda piece: piece.box.x0)
    groups = [[row[0]]]
    for left, right in pairwise(row):
        if _belong_together(left, right):
            groups[-1].append(right)
        else:
            groups.append([right])
    return [_build_line(group, turn) for group in groups]


def _belong_together(left: _Piece, right: _Piece) -> bool:
    size = max(left.style.size, right.style.size)
    gap = right.box.x0 - left.box.x1
    limit = _JOIN_GAP_CONSECUTIVE if abs(right.order - left.order) <= 1 else _JOIN_GAP
    return -size < gap <= limit * size


def _build_line(group: list[_Piece], turn: int) -> TurnedLine:
    rtl = any(piece.rtl for piece in group) and _is_mostly_rtl(group)
    if rtl:
        group = group[::-1]
    words, styles = _join_words(group, turn) if len(group) > 1 else (group[0].words, group[0].styles)
    style = max(group, key=_count_letters).style if len(group) > 1 else group[0].style
    around = union([piece.box for piece in group]) if len(group) > 1 else group[0].box
    line = Line.model_construct(  # unchecked: the parts are ours, and pydantic would make every word anew
        text=" ".join([word.text for word in words]),
        box=around if turn == 0 else union([word.box for word in words]),
        size=round(style.size, 2),
        font=style.font,
        bold=style.bold,
        italic=style.italic,
        color=style.color,
        rtl=rtl,
        words=words,
        runs=tuple(_find_runs(styles)),
    )
    return TurnedLine(line, around)


def _is_mostly_rtl(group: Sequence[_Piece]) -> bool:
    return 2 * sum(_count_letters(piece) for piece in group if piece.rtl) > sum(map(_count_letters, group))


def _count_letters(piece: _Piece) -> int:
    return sum(len(word.text) for word in piece.words)


def _join_words(group: Sequence[_Piece], turn: int) -> tuple[tuple[Word, ...], tuple[Style, ...]]:
    """Words of all pieces and the style of each; a word that was drawn in two pieces is made whole."""
    words, styles = list(group[0].words), list(_list_styles(group[0]))
    for before, piece in pairwise(group):
        last, first = words[-1], piece.words[0]
        apart = turn_box(last.box, turn).gap(turn_box(first.box, turn))
        glued = apart < _GLUE_GAP * piece.style.size and not before.closes and not piece.opens
        if glued:
            words[-1] = Word(last.text + first.text, union((last.box, first.box)))
        words.extend(piece.words[glued:])
        styles.extend(_list_styles(piece)[glued:])
    return tuple(words), tuple(styles)


def _list_styles(piece: _Piece) -> Sequence[Style]:
    return piece.styles or [piece.style] * len(piece.words)


def _find_runs(styles: Sequence[Style]) -> Iterable[Run]:
    """Where the style changes; nothing where it does not."""
    if len(set(styles)) > 1:
        for start, style in enumerate(styles):
            if start == 0 or style != styles[start - 1]:
                yield Run(start, round(style.size, 2), style.font, style.bold, style.italic, style.color)
