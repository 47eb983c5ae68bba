"""Words that are set letter by letter ("P R I C E  L I S T"), as a reader takes them: in one piece each."""

from __future__ import annotations

from itertools import pairwise

from tasks.catalog.boxes import union
from tasks.catalog.dimensions import axes_of
from tasks.catalog.pages import Line, Word

_MIN_LETTERS = 3
_MIN_SPACED = 4  # letters with a space's width between them
_NARROW_SHARE, _MAX_GAP_SHARE = 0.2, 0.7  # of the type size: narrower than a space; wider ones part columns
_SINGLE_SHARE = 0.6  # of a line's words are single letters; kerned pairs ("TA") stay together
_WORD_GAP_RATIO, _WORD_GAP_SHARE = 1.6, 0.2  # of the usual gap, and of the type size more than it: words part


def join_letters(line: Line) -> Line:
    """The line with its spaced letters joined to words; any other line as it is."""
    singles = sum(len(word.text) == 1 and word.text.isalpha() for word in line.words)
    if singles < _MIN_LETTERS or singles < _SINGLE_SHARE * len(line.words) or line.rtl or _is_size(line):
        return line
    gaps = [two.box.x0 - one.box.x1 for one, two in pairwise(line.words)]
    usual = sorted(gaps)[len(gaps) // 2]
    letters = [word.text for word in line.words if len(word.text) == 1 and word.text.isalpha()]
    # "W D H" and "A B C D E" are words of their own.
    listed = len(letters) < _MIN_SPACED or letters == sorted(letters) or axes_of(letters) is not None
    if not 0 < usual <= _MAX_GAP_SHARE * line.size or (usual > _NARROW_SHARE * line.size and listed):
        return line
    runs: list[list[Word]] = [[line.words[0]]]
    for word, gap in zip(line.words[1:], gaps, strict=True):
        if gap > max(_WORD_GAP_RATIO * usual, usual + _WORD_GAP_SHARE * line.size):
            runs.append([])
        runs[-1].append(word)
    if len(runs) == len(line.words):
        return line
    words = tuple(
        Word("".join(word.text for word in run), union(word.box for word in run), min(word.confidence for word in run))
        for run in runs
    )
    return line.model_copy(update={"text": " ".join(word.text for word in words), "words": words, "runs": ()})


def _is_size(line: Line) -> bool:
    """Whether the letters are axes: between numbers, or with an x between them ("B x D x H")."""
    numbers = any(len(word.text) > 1 and any(map(str.isdigit, word.text)) for word in line.words)
    return numbers or sum(word.text in ("x", "X", "×", "х") for word in line.words) > 1
