"""What is wrong with a feed, in one line that names the place."""

from __future__ import annotations


class FeedError(ValueError):
    """The source is no feed, or breaks off: the reason, and the line (1-based, None where there is none to name)."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        self.reason = " ".join(reason.split())
        self.line = line
        super().__init__(f"line {line}: {self.reason}" if line else self.reason)
