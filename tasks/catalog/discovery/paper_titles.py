"""What the title of a paper says, and how a paper without goods is made: its largest lines, its list of parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.guides import is_guide_title
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.topics import NUMBERING
from tasks.catalog.pages import Line
from tasks.catalog.vocabulary import fold, words, words_pattern

_YEARS = re.compile(r"\b(?:19|20)\d\d(?:\s?[/–-]\s?\d{2,4})?\b")
_TITLE_SHARE = 0.55  # of the largest type on its page
_TITLE_RATIO = 1.15  # of the type most of the page is set in
_TOP_SHARE = 0.35  # of the page: a title stands there
_MIN_LETTERS = 3
_MARGIN_SHARE = 0.08  # of the page: running lines stand there
_PARTS = re.compile(r"\s[·∙•|–—]\s|\s{2,}|\s\d+\s*$")
_UNDER_LINES = 1.6  # a subtitle stands so near, in its type size
_MAX_TITLE_WORDS, _MAX_TITLE_LINES = 9, 6
_LONG_WORD = 10  # letters: such a word is no name
_LETTERS = re.compile(r"(?<![\w.-])[^\W\d_]{3,}(?![\w-])")
_MIN_PARTS = 4  # lettered rows with a quantity make a list of parts
_TIMES = re.compile(r"\d{1,3}\s?[x×х]|[x×х]\s?\d{1,3}", re.IGNORECASE)
_COUNTED = re.compile(r"\d{1,3}\s?([^\W\d_]{1,7})\.?")


def is_titled_otherwise(texts: Sequence[PageText]) -> bool:
    """Whether a line of the first page is the title of a paper that offers nothing, years aside."""
    first = [_YEARS.sub("", segment.text) for text in texts[:1] for segment in text.segments]
    return any(fold(line) in words("paper_titles") for line in first)


def is_report(texts: Sequence[PageText]) -> bool:
    """Whether a line of the first page is such a title and cannot head a part of a catalog, as "Care" can."""
    titles = words("paper_titles") - words("prose_headings")
    first = [_YEARS.sub("", segment.text) for text in texts[:1] for segment in text.segments]
    return any(fold(line) in titles for line in first)


def runs_otherwise(texts: Sequence[PageText]) -> bool:
    """Whether the title of a paper runs over or under all pages: prices in its sentences make it no catalog."""
    return len(texts) > 1 and all(
        any(fold(line) in words("paper_titles") for line in _margins(text, text.segments))
        or any(map(is_guide_title, _margins(text, text.page.lines)))
        for text in texts
    )


def _margins(text: PageText, lines: Iterable[Segment | Line]) -> Iterator[str]:
    """What stands at the head and foot of a page, years and page numbers aside, part by part."""
    least, most = _MARGIN_SHARE * text.page.height, (1 - _MARGIN_SHARE) * text.page.height
    for one in lines:
        if one.box.y1 <= least or one.box.y0 >= most:
            yield from _PARTS.split(_YEARS.sub("", one.text))


def list_titles(texts: Sequence[PageText], candidates: Sequence[Candidate]) -> Iterator[str]:
    """The few lines in the largest type of the first page, and what stands right under the largest."""
    for text in texts[:1]:
        yield from list_headings(text, candidates)
        lines = _worded(text)
        largest = max(lines, key=lambda line: line.size, default=None)
        for line in lines:
            under = largest is not None and 0 <= line.box.y0 - largest.box.y1 <= _UNDER_LINES * line.size
            if under and fold(_YEARS.sub("", line.text)) in words("paper_heads"):
                yield line.text


def list_headings(text: PageText, candidates: Sequence[Candidate]) -> list[str]:
    """The few lines in the largest type of a page that stand over its products; running heads are among them.

    What stands lower heads a part of the page ("Mounting" on a product's sheet).
    """
    lines = _worded(text)
    sizes = sorted(line.size for line in lines)
    if not sizes:
        return []
    names = [one.product.provenance["name"].bbox for one in candidates if one.page == text.number]
    foot = min((box.y1 for box in names if box), default=_TOP_SHARE * text.page.height)
    least = max(_TITLE_RATIO * sizes[(len(sizes) - 1) // 2], _TITLE_SHARE * sizes[-1])
    large = [line.text for line in lines if line.size >= least and (line.box.y0 <= foot or line.size == sizes[-1])]
    if len(large) > _MAX_TITLE_LINES:
        return []
    return [*large, " ".join(large)] if len(large) > 1 else large  # a title may take several lines


def _worded(text: PageText) -> list[Line]:
    return [line for line in text.page.lines if sum(char.isalpha() for char in line.text) >= _MIN_LETTERS]


def is_title(line: str) -> bool:
    """Whether a line begins or ends as titles of papers do, and does not speak of a catalog or of a price list, too."""
    folded = fold(_YEARS.sub("", NUMBERING.sub("", line)))
    tokens = folded.split()
    if not 0 < len(tokens) <= _MAX_TITLE_WORDS:
        return False
    match = words_pattern("paper_heads").match(folded)
    if match and (" " in match[0] or len(match[0]) >= _LONG_WORD or not _LETTERS.search(folded[match.end() :])):
        return True  # a short word only alone or before a number: no "Montage" lamp
    if set(tokens) & words("price_list_words"):
        return False
    if _tells_how(tokens) or is_guide_title(folded):
        return True
    pattern = words_pattern("paper_titles")
    ends = any(match.end() == len(folded) for match in pattern.finditer(folded))
    return pattern.match(folded) is not None or (ends and len(tokens) <= _MAX_TITLE_WORDS // 2)


def _tells_how(tokens: Sequence[str]) -> bool:
    """Whether a title of several words begins or ends as instructions do; some tongues join what they are for to it."""
    if len(tokens) < 2 and len(tokens[0]) < _LONG_WORD:
        return False
    told = words("instruction_words")
    return tokens[0] in told or any(tokens[-1].endswith(word) for word in told if len(word) > _MIN_LETTERS + 1)


def speaks_of_freight(heading: str) -> bool:
    tokens = fold(heading).split()
    return len(tokens) <= _MAX_TITLE_WORDS and bool(set(tokens) & words("freight_words"))


def lists_parts(text: PageText) -> bool:
    """Whether rows are counted A, B, C with a quantity in each: the parts of one article in its carton."""
    letters = [
        row[0].text.strip(" ().:")
        for row in read_rows(text.segments)
        if len(row) >= 2 and any(_is_quantity(one.text.strip()) for one in row[1:])
    ]
    run = best = 0
    for index, letter in enumerate(letters):
        one = len(letter) == 1 and letter.isupper()
        run = run + 1 if one and run and ord(letter) > ord(letters[index - 1]) else int(one)
        best = max(best, run)
    return best >= _MIN_PARTS and "A" in letters


def _is_quantity(text: str) -> bool:
    counted = _COUNTED.fullmatch(text)
    return _TIMES.fullmatch(text) is not None or (counted is not None and fold(counted[1]) in words("piece_words"))
