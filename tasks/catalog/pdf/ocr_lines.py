"""Second readings of what layout analysis merged, passed over or doubts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import mean, median

from tasks.catalog.boxes import Box, union
from tasks.catalog.pdf.ocr_codes import describe_form, find_forms, fit_code, list_letters, part_marks, resembles_code
from tasks.catalog.pdf.ocr_crops import VARIANTS, LineReader, Scan, read_crop, read_line, split_lines
from tasks.catalog.pdf.ocr_engine import ReadLine, ReadWord
from tasks.catalog.pdf.ocr_votes import DOUBT, SURE, mend_strokes, settle, vote
from tasks.catalog.pdf.raster import find_unread

_SMALL_PIXELS = 17.0  # height of type as scanned, below which a first reading is not trusted: 8 points at 150 dpi
_BLOCK_SIZES = 8.0  # times the size of type is the highest block that was passed over
_LEAST_FOUND = 0.3  # confidence in a line where layout analysis saw none
_TALL_SIZES = 1.5  # a line higher than this is two
_SAME_SHARE = 0.5  # of the smaller of two boxes, from which the two are one line read twice
_LEAST_LETTERS = 2


def read_again(lines: Sequence[ReadLine], scan: Scan, read: LineReader, most: int) -> list[ReadLine]:
    """`lines` of the enlarged page with at most `most` of the doubtful ones read again, and codes brought into form."""
    lines = _part_merged(lines, scan, read, most)
    lines = _find_more(lines, scan, read, most)
    worst = sorted((line for line in lines if _is_doubtful(line, scan)), key=lambda line: line.confidence)
    readings = {id(line): _collect(line, scan, read) for line in worst[:most]}
    settled = [mend_strokes(settle(line, readings.get(id(line), ()), scan), scan) for line in lines]
    forms = find_forms(line.text for line in settled)
    if not forms:
        return settled
    result, left = [], most
    for line, first in zip(settled, lines, strict=True):
        found = readings.get(id(first), ())
        if left and _may_be_misread_code(line, found, forms):
            line, left = _settle_code(line, found, forms, scan, read), left - 1
        result.append(_spell_marks(line, forms))
    return result


def _part_merged(lines: Sequence[ReadLine], scan: Scan, read: LineReader, most: int) -> list[ReadLine]:
    """Lines, with those that are two lines of a narrow caption read as one read as the block that they are."""
    tall = [line for line in lines if line.box.height > _TALL_SIZES * line.size][:most]
    whole = [line for line in lines if line not in tall]
    parted: list[ReadLine] = []
    for line in tall:
        found = split_lines(read_crop(line, scan, VARIANTS[0], read, ""))
        found = [part._replace(size=min(part.size, line.size)) for part in found]
        parted += found if sum(map(_weigh, found)) > _weigh(line) else [line]
    return whole + [part for part in parted if not any(_overlaps(part.box, one.box) for one in whole)]


def _find_more(lines: Sequence[ReadLine], scan: Scan, read: LineReader, most: int) -> list[ReadLine]:
    """`lines` and those where ink stands that layout analysis passed over: the rest of a line, or one in a caption."""
    kept = list(lines)
    if not lines:
        return kept
    size = median(line.size for line in lines)
    known = [Box(*(edge * scan.scale for edge in line.box)) for line in lines]
    for box in find_unread(scan.picture, known, size * scan.scale)[:most]:
        region = Box(*(edge / scan.scale for edge in box))
        if region.height > _BLOCK_SIZES * size:
            continue
        begun = [line for line in kept if _continues(line, region)]
        whole = union([region, *(line.box for line in begun)])
        found = split_lines(read_crop(ReadLine((), whole, size), scan, VARIANTS[0], read, ""))
        others = [line for line in kept if line not in begun]
        found = [line for line in found if not any(_overlaps(line.box, one.box) for one in others)]
        found = [line for line in found if line.confidence >= _LEAST_FOUND]
        if sum(map(_weigh, found)) > sum(map(_weigh, begun)):
            kept = others + found
    return kept


def _continues(line: ReadLine, region: Box) -> bool:
    """Whether a region stands in a line's row, no farther off than its words from each other."""
    middle, gap = (region.y0 + region.y1) / 2, max(region.x0 - line.box.x1, line.box.x0 - region.x1)
    return line.box.y0 < middle < line.box.y1 and gap < line.size and region.height < _TALL_SIZES * line.size


def _weigh(line: ReadLine) -> float:
    return line.confidence * len(line.text)


def _overlaps(box: Box, other: Box) -> bool:
    return box.intersection(other) > _SAME_SHARE * min(box.area, other.area)


def _is_doubtful(line: ReadLine, scan: Scan) -> bool:
    if sum(char.isalnum() for char in line.text) < _LEAST_LETTERS or line.box.height > _TALL_SIZES * line.size:
        return False
    small = line.size * scan.scale < _SMALL_PIXELS
    return min(word.confidence for word in line.words) < (SURE if small else DOUBT)


def _collect(line: ReadLine, scan: Scan, read: LineReader) -> tuple[ReadLine, ...]:
    """Readings of one line until two agree, the first one of the page included."""
    found, texts = [line], Counter([line.text])
    for variant in VARIANTS:
        again = read_line(line, scan, variant, read, "")
        if again:
            found.append(again)
            texts[again.text] += 1
            if texts[again.text] >= 2 and (len(found) > 2 or _is_sure(again)):
                break
    return tuple(found)


def _may_be_misread_code(line: ReadLine, readings: Sequence[ReadLine], forms: Sequence[str]) -> bool:
    agreeing = sum(one.text == line.text for one in readings)
    if describe_form(part_marks(line.text)[0]) in forms and (agreeing > 1 or not readings):
        return False
    cores = [part_marks(one.text)[0] for one in (line, *readings)]
    return any(resembles_code(core, forms) or (_has_digit(core) and fit_code(core, forms)) for core in cores)


def _settle_code(
    line: ReadLine, readings: Sequence[ReadLine], forms: Sequence[str], scan: Scan, read: LineReader
) -> ReadLine:
    """A line that is a code in a form of the page's, where its readings or one of its characters alone allow it."""
    letters = list_letters(forms)
    again = [found for variant in VARIANTS if (found := read_line(line, scan, variant, read, letters))]
    candidates = (*(readings or (line,)), *again)
    fitted = [(one, fit) for one in candidates if (fit := fit_code(part_marks(one.text)[0], forms))]
    if not fitted:
        return line
    counts = Counter(fit for _, fit in fitted)
    text = _spell(fitted) if len(counts) > 1 else fitted[0][1]
    sure = mean(one.confidence for one, _ in fitted) * counts[text] / len(fitted)
    box = Box(line.box.x0, line.box.y0, line.box.x1, line.box.y1)
    return ReadLine((ReadWord(text + part_marks(line.text)[1], box, sure),), line.box, line.size)


def _spell_marks(line: ReadLine, forms: Sequence[str]) -> ReadLine:
    """A code of the page's with its footnote marks as they are written."""
    core, marks = part_marks(line.text)
    if not marks or len(line.words) > 1 or describe_form(core) not in forms:
        return line
    return line._replace(words=(line.words[0]._replace(text=core + marks),))


def _spell(fitted: Sequence[tuple[ReadLine, str]]) -> str:
    """Character by character what most readings of the usual form say, weighted by their confidence."""
    length = int(median(len(text) for _, text in fitted))
    same = [(one, text) for one, text in fitted if len(text) == length] or list(fitted)
    length = len(same[0][1])
    return "".join(
        vote([(text[place], one.confidence, text[place]) for one, text in same if len(text) == length])
        for place in range(length)
    )


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _is_sure(line: ReadLine) -> bool:
    return min(word.confidence for word in line.words) > SURE
