"""How plausible it is that what OCR read is text and no texture."""

from __future__ import annotations

import re
import unicodedata

from tasks.catalog.pdf.content import Fragment

_EDGES = "\"'“”‘’()[]{}.,;:!?*®™©°/-–—"
_NUMBER = re.compile(r"[#№]?[\d][\d.,:/x×%°\"'″′–-]*[A-Za-z\"'″′%°]{0,3}")
_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9]+([-./_][A-Za-z0-9]+)*")
_VOWELS = frozenset("aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýœаеёиоуыэюяіїєαεηιουωάέήίόύώ")


def rate_word(text: str) -> float:
    """0 to 1: whether `text` looks like a word, a number or a code."""
    core = text.strip(_EDGES)
    if not core:
        return 0.1
    if _NUMBER.fullmatch(core):
        return 0.8 if len(core) > 1 else 0.5
    if _CODE.fullmatch(core):
        return 0.7 if len(core) > 2 else 0.3
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
    return base * (1.0 if case else 0.5) * (1.0 if voiced else 0.5)


def rate_fragment(fragment: Fragment) -> float:
    """Mean plausibility of its words by their lengths."""
    length = sum(len(word.text) for word in fragment.words)
    return sum(word.confidence * len(word.text) for word in fragment.words) / length
