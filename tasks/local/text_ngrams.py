"""Texts as hashed character n-grams: what a learned model does not know of (names, codes, other languages' words).

Signed feature hashing (Weinberger et al. 2009) of the n-grams within word boundaries, as in fastText (Bojanowski et
al. 2017): words that share a stem or differ by a slip of the pen stay near, in any script.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tasks.catalog.lexicon import fold_word, split_words

DIMENSIONS = 512
_LENGTHS = (3, 4, 5)  # characters, word boundaries included
_FULL_WEIGHT_LETTERS = 6  # shorter words are mostly grammar, and weigh in proportion
_WORD_CACHE = 16384  # words; about 15 MB


def hash_texts(texts: Sequence[str]) -> NDArray[np.float64]:
    """One row a text: (n, 512), unit length; zeros for a text without letters or digits."""
    rows = np.zeros((len(texts), DIMENSIONS))
    for row, text in zip(rows, texts, strict=True):
        for word, count in Counter(map(fold_word, split_words(text))).items():
            places, signs = _hash_word(word)
            # Plain += would lose n-grams of one word that share a place.
            np.add.at(row, places, signs * (1 + np.log(count)))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    np.divide(rows, lengths, out=rows, where=lengths > 0)
    return rows


@lru_cache(maxsize=_WORD_CACHE)
def _hash_word(word: str) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Places and signed weights of a folded word's n-grams; together they have about the word's weight."""
    bounded = f"<{word}>"
    grams = [bounded[i : i + n] for n in _LENGTHS for i in range(len(bounded) - n + 1)] + [bounded]
    codes = [gram.encode() for gram in grams]
    places = np.array([zlib.crc32(code) % DIMENSIONS for code in codes], np.intp)
    signs = np.array([1.0 if zlib.crc32(b"#" + code) & 1 else -1.0 for code in codes])
    weight = min(1.0, len(word) / _FULL_WEIGHT_LETTERS) / np.sqrt(len(grams))
    return places, signs * weight
