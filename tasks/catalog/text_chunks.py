"""Chunks of a text that has no pages: a product's description, or the main content of a web page."""

from __future__ import annotations

import re

from tasks.catalog.boxes import Box
from tasks.catalog.chunk_quality import QUALITY_FLOOR, score_chunk
from tasks.catalog.chunking import Chunk, chunk_pages
from tasks.catalog.pages import Block, Line, Page

_PARAGRAPH = re.compile(r"\n\s*\n")
_NOWHERE = Box(0.0, 0.0, 0.0, 0.0)
_TYPE_POINTS = 10.0  # one size for all: the text says nothing of its typography


def chunk_text(text: str, *, least_chars: int, max_chars: int, overlap_chars: int) -> tuple[Chunk, ...]:
    """The text's chunks in order; none when it is shorter than `least_chars`. Paragraphs are parted by empty lines."""
    text = text.strip()
    if len(text) < least_chars:
        return ()
    if len(text) <= max_chars and "\n" not in text:  # most descriptions: nothing to cut
        quality = score_chunk(text, "text")
        flagged = quality < QUALITY_FLOOR
        return (Chunk(index=0, page=1, pages=(1,), kind="text", text=text, quality=quality, flagged=flagged),)
    blocks = tuple(
        Block(box=_NOWHERE, lines=tuple(Line(text=line, box=_NOWHERE, size=_TYPE_POINTS) for line in lines))
        for paragraph in _PARAGRAPH.split(text)
        if (lines := [line.strip() for line in paragraph.splitlines() if line.strip()])
    )
    page = Page(number=1, width=0.0, height=0.0, blocks=blocks)
    return chunk_pages([page], max_chars=max_chars, overlap_chars=overlap_chars).chunks
