"""How much a chunk reads like a finished piece of text: a flag for review, never a reason to drop anything.

The formula is the one the field uses (length, a closing mark, a clean start, sentences). Taken literally it rates
specification text below 0.70, the most valuable there is; so rows count as sentences where text stands in rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tasks.catalog.chunk_sentences import SENTENCE_MARKS, count_sentence_ends, is_rows
from tasks.catalog.pages import Frozen

QUALITY_FLOOR = 0.70  # below it a chunk is flagged for review
_FULL_LENGTH_CHARS = 1000
_ENOUGH_SENTENCES = 3
_BANDS = (("excellent", 0.90), ("good", 0.80), ("acceptable", QUALITY_FLOOR))
_SMALL_CHARS = 100
_LARGE_CHARS = 2500
_CLOSERS = "\"'”’»)]』」）】"
_BULLETS = "•·▪◦‣–—-*+●■□✓"

ChunkKind = Literal["text", "table"]


class ChunkMetrics(Frozen):
    """Counts of one document's chunking; `created = duplicates + final`."""

    created: int = 0
    duplicates: int = 0  # exact, after lower-casing and collapsing white space
    final: int = 0
    flagged: int = 0  # quality below the floor
    tables: int = 0
    tables_split: int = 0
    running_lines: int = 0  # lines of running headers and footers left out
    distribution: dict[str, int] = {}  # excellent, good, acceptable, poor
    min_chars: int = 0
    mean_chars: float = 0.0
    max_chars: int = 0
    overlap_ratio: float = 0.0  # repeated characters / all characters
    very_small: int = 0  # under 100 characters
    very_large: int = 0  # over 2,500 characters


def score_chunk(text: str, kind: ChunkKind) -> float:
    """0 to 1, rounded to 3 digits: .20 length + .30 closing mark + .20 clean start + .30 sentences (or rows)."""
    lines = [line for line in text.splitlines() if line.strip()]
    rows = kind == "table" or is_rows(lines)
    closed = rows or text.rstrip(_CLOSERS + " \n")[-1:] in SENTENCE_MARKS
    sentences = len(lines) if rows else count_sentence_ends(text)
    score = 0.20 * min(1.0, len(text) / _FULL_LENGTH_CHARS)
    score += 0.30 * (1.0 if closed else 0.7)
    score += 0.20 * _score_start(text)
    score += 0.30 * min(1.0, sentences / _ENOUGH_SENTENCES)
    return round(score, 3)


def _score_start(text: str) -> float:
    first = text.lstrip()[:1]
    if first.isupper() or first.isdigit() or (first and first in _BULLETS):
        return 1.0
    return 0.4 if first.islower() else 0.8


def band(quality: float) -> str:
    """The name of a score's band: excellent, good, acceptable or poor."""
    return next((name for name, floor in _BANDS if quality >= floor), "poor")


def measure_chunks(texts: Sequence[str], qualities: Sequence[float], overlaps: Sequence[int]) -> ChunkMetrics:
    """Sizes, overlap and quality of the final chunks; the counts of what was left out are the caller's."""
    sizes = [len(text) for text in texts]
    if not sizes:
        return ChunkMetrics()
    bands = [band(quality) for quality in qualities]
    return ChunkMetrics(
        final=len(sizes),
        flagged=sum(quality < QUALITY_FLOOR for quality in qualities),
        distribution={name: bands.count(name) for name in ("excellent", "good", "acceptable", "poor")},
        min_chars=min(sizes),
        mean_chars=round(sum(sizes) / len(sizes), 1),
        max_chars=max(sizes),
        overlap_ratio=round(sum(overlaps) / sum(sizes), 4),
        very_small=sum(size < _SMALL_CHARS for size in sizes),
        very_large=sum(size > _LARGE_CHARS for size in sizes),
    )
