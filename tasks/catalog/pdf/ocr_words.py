"""How plausible it is that what OCR read is text and no texture."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from tasks.catalog.boxes import Box, union
from tasks.catalog.pages import Word
from tasks.catalog.pdf.content import Fragment

_KEPT_PLAUSIBILITY = 0.4  # of a line: below it is texture taken for text
_CLEAR_PLAUSIBILITY = 0.75  # of a line on a photograph
_DOUBTFUL, _SCRAP_LETTERS = 0.5, 6
_FLUSH_POINTS = 1.5
_AMOUNT = re.compile(r"\d{2}")
_LABEL_LETTERS, _CLEAR_CONFIDENCE = 3, 0.85
_OVERLAP_SHARE = 0.1  # of a line's box under other lines: what is read out of a pattern overlaps, type does not
_KNOWN_SHARE = 0.3  # of a line's box under words of the text layer: read already
_WHOLE_WORD_LETTERS = 4
_PHOTO_LETTERS = 12  # less text is a pattern in a photograph
_EDGES = "\"'“”‘’()[]{}.,;:!?*†‡§®™©°/-–—"
_NUMBER = re.compile(
    r"[#№]?\d[\d.,:/x×%°\"'″′–-]*[A-Za-z\"'″′%°]{0,3}|[$€£₽¥]\d[\d.,'’]+[-–]?|\d[\d.,'’]+[$€£₽¥]"  # prices too
)
_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9]+([-./_][A-Za-z0-9]+)*")
_AXES = re.compile(r"[A-Z]([x×X][A-Z]){1,2}(mm|cm|in)?")  # the head of a column of sizes
_ODD = re.compile(r"([a-z])\1\1|[bcdfghjklmnpqrstvwxz]{6}")  # in no word of a language written so
_VOWELS = frozenset("aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýœаеёиоуыэюяіїєαεηιουωάέήίόύώ")


_SECTION_MISREAD = frozenset({"$", "&", "8", "S", "8&", "§"})
_SECTION = re.compile(r"\d{1,4}[a-z]?")
_SECTION_PARTS = ("Abs", "Satz", "Nr", "Art", "Nummer", "Ziff", "ff")


def mend_sections(words: Sequence[str]) -> list[str]:
    """German text with the sign of a section, which the fast data reads as "$", put back: "$ 28 Abs. 5" is no price."""
    mended = list(words)
    for index, (sign, number, part) in enumerate(zip(words, words[1:], words[2:], strict=False)):
        if sign in _SECTION_MISREAD and _SECTION.fullmatch(number) and part.startswith(_SECTION_PARTS):
            mended[index] = "§"
    return mended


def rate_word(text: str) -> float:
    """0 to 1: whether `text` looks like a word, a number or a code."""
    core = text.strip(_EDGES)
    if not core:
        return 0.1
    if _NUMBER.fullmatch(core):
        return 0.8 if len(core) > 1 else 0.5
    if _CODE.fullmatch(core):
        return 0.7 if len(core) > 2 else 0.3
    if _AXES.fullmatch(core):
        return 0.7
    letters = [character for character in core if character.isalpha()]
    if len(letters) < 0.7 * len(core):
        return 0.1
    if any(unicodedata.category(letter) == "Lo" for letter in letters):  # scripts without case and vowels
        return 0.8
    if len(core) == 1:
        return 0.3
    case = core.isupper() or core.islower() or core[1:].islower()
    voiced = any(letter.lower() in _VOWELS for letter in letters)
    base = 0.9 if len(core) > 2 else 0.6
    odd = _ODD.search(core.lower()) is not None
    return base * (1.0 if case else 0.5) * (1.0 if voiced else 0.5) * (0.4 if odd else 1.0)


def rate_line(words: Sequence[str]) -> float:
    """Mean plausibility of words by their lengths."""
    length = sum(map(len, words))
    return sum(rate_word(word) * len(word) for word in words) / max(1, length)


def keep_plausible(fragments: Sequence[Fragment], *, photo: bool) -> tuple[Fragment, ...]:
    """The fragments that are text. In a `photo` only clear words that stand free, and more than a few of them."""
    if not photo:
        likely = [fragment for fragment in fragments if _rate_fragment(fragment) >= _KEPT_PLAUSIBILITY]
        sure = [_bound(fragment) for fragment in likely if not _is_doubtful(fragment)]
        return tuple(one for one in likely if not _is_doubtful(one) or _is_continued(_bound(one), sure))
    boxes = [union(word.box for word in fragment.words) for fragment in fragments]
    kept = [
        fragment
        for fragment, box in zip(fragments, boxes, strict=True)
        if _rate_fragment(fragment) >= _CLEAR_PLAUSIBILITY
        and any(_is_whole_word(word) for word in fragment.words)
        and sum(box.intersection(other) for other in boxes) < (1 + _OVERLAP_SHARE) * box.area
    ]
    return tuple(kept) if count_letters(kept) >= _PHOTO_LETTERS else ()


def drop_known(fragments: Sequence[Fragment], layer: Sequence[Fragment]) -> tuple[Fragment, ...]:
    """The fragments that do not stand where the text layer has text."""
    known = [word.box for fragment in layer for word in fragment.words]
    boxes = [union(word.box for word in fragment.words) for fragment in fragments]
    return tuple(
        fragment
        for fragment, box in zip(fragments, boxes, strict=True)
        if sum(box.intersection(other) for other in known) < _KNOWN_SHARE * box.area
    )


def count_letters(fragments: Sequence[Fragment]) -> int:
    return sum(len(word.text) for fragment in fragments for word in fragment.words)


def _rate_fragment(fragment: Fragment) -> float:
    if len(fragment.words) == 1 and _is_label(fragment.words[0]):
        return _KEPT_PLAUSIBILITY
    return rate_line([word.text for word in fragment.words])


def _is_doubtful(fragment: Fragment) -> bool:
    """Few letters that nothing is sure of: strokes of a drawing, an edge of the paper."""
    texts = [word.text for word in fragment.words]
    if sum(map(len, texts)) > _SCRAP_LETTERS or any(_AMOUNT.search(text) for text in texts):
        return False
    return all(word.confidence < _DOUBTFUL for word in fragment.words)


def _is_continued(box: Box, others: Sequence[Box]) -> bool:
    """Whether a line stands under or over another, flush with it: the rest of a name."""
    near = [other for other in others if abs(box.center[1] - other.center[1]) <= 2 * max(box.height, other.height)]
    return any(min(abs(box.x0 - other.x0), abs(box.x1 - other.x1)) <= _FLUSH_POINTS for other in near)


def _bound(fragment: Fragment) -> Box:
    return union(word.box for word in fragment.words)


def _is_label(word: Word) -> bool:
    """A capital or a few alone, clearly read: the head of a column, A or AAA. Texture gives no such confidence."""
    return len(word.text) <= _LABEL_LETTERS and word.text.isupper() and word.confidence >= _CLEAR_CONFIDENCE


def _is_whole_word(word: Word) -> bool:
    return len(word.text) >= _WHOLE_WORD_LETTERS and rate_word(word.text) >= 0.8
