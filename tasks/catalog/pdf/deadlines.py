"""How long a page may take."""

from __future__ import annotations

SECONDS_PER_MEGABYTE = 10.0
SECONDS_PER_PAGE = 5.0


def page_deadline_seconds(megabytes: float, pages: int, *, least_seconds: float = 300.0) -> float:
    """The deadline of one page of a document (seed 0): it grows with the document's size and length."""
    return max(least_seconds, megabytes * SECONDS_PER_MEGABYTE + pages * SECONDS_PER_PAGE)
