"""Segments by the type that their words are set in: a bold name, and the light words behind it on the same line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tasks.catalog.boxes import union
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.pages import Line, Run
from tasks.catalog.vocabulary import fold_label, labels

_MAX_LEAD_WORDS = 8
_MIN_TEXT_WORDS = 4  # so many light words behind a bold one describe it, fewer are part of the name
_STEP_RATIO = 1.15  # of type sizes
_LETTERS = re.compile(r"[^\W\d_]{2}")
_NAME = re.compile(r"[^\W\d_]{3}")
_PARTED = re.compile(r"[:=]$")  # a label's end


def cut_at_type(line: Line, segments: Sequence[Segment]) -> Iterator[Segment]:
    """The line's segments, each in its own type, cut where a name is set stronger than all words behind it."""
    looks = _list_looks(line)
    start = 0
    for segment in segments:
        own = looks[start : start + len(segment.words)]
        start += len(segment.words)
        cut = _find_cut(segment, own)
        if cut:
            yield _part(segment, own, 0, cut)
        yield _part(segment, own, cut, len(own)) if len(set(looks)) > 1 and own else segment


def _list_looks(line: Line) -> list[Run]:
    """The run of each word."""
    looks: list[Run] = []
    for run, after in zip(line.runs, [*[run.start for run in line.runs[1:]], len(line.words)], strict=True):
        looks += [run] * (after - run.start)
    return looks


def _part(segment: Segment, looks: Sequence[Run], start: int, end: int) -> Segment:
    """Words of a segment, in the type of most of their characters."""
    words = segment.words[start:end]
    letters = Counter[Run]()
    for word, look in zip(words, looks[start:end], strict=True):
        letters[look] += len(word.text)
    look = letters.most_common(1)[0][0]
    text, box = segment.text, segment.box
    if len(words) < len(segment.words):
        text, box = " ".join(word.text for word in words), union(word.box for word in words)
    return Segment(text, box, look.size, look.bold, look.italic, look.color, look.font, words)


def _find_cut(segment: Segment, looks: Sequence[Run]) -> int:
    """How many words stand before those set weaker; 0 where a label leads to its value, or weights come and go."""
    texts = [word.text for word in segment.words]
    lettered = [place for place, text in enumerate(texts) if _LETTERS.search(text)]
    cut = next((place for place in lettered if looks[place] != looks[0]), 0)
    behind = [looks[place] for place in lettered if place >= cut]
    if not 0 < cut <= _MAX_LEAD_WORDS or not all(_is_weaker(look, looks[0], len(behind)) for look in behind):
        return 0
    while cut > 1 and not _LETTERS.search(texts[cut - 1]) and looks[cut - 1] == looks[cut]:
        cut -= 1  # a dash or a number that is set as what follows it
    lead = " ".join(texts[:cut])
    parted = _PARTED.search(lead) or texts[cut][0] in ":="
    return 0 if parted or not _NAME.search(lead) or fold_label(lead) in labels() else cut


def _is_weaker(look: Run, lead: Run, words: int) -> bool:
    """Whether `words` words are set lighter or aslant against those before them.

    A few words that differ by weight alone belong to the name ("**RUGA** Lounge chair").
    """
    if (look.bold and not lead.bold) or look.size > lead.size * _STEP_RATIO:
        return False
    lighter, aslant = lead.bold and not look.bold, look.italic and not lead.italic
    other = aslant or look.color != lead.color or look.size * _STEP_RATIO <= lead.size
    return (lighter and (other or words >= _MIN_TEXT_WORDS)) or (aslant and look.color != lead.color)
