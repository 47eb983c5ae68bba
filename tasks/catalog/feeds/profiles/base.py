"""What a profile is: a mapping that is fitted to a feed, and rules for what a mapping cannot say."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from tasks.catalog.feeds.heads import Head
from tasks.catalog.feeds.mapping import FeedMapping, Target
from tasks.catalog.feeds.records import Values
from tasks.catalog.feeds.stream import Element


def has_fields(head: Head, mapping: FeedMapping, *targets: Target) -> bool:
    """Whether the head's records have each of these fields under a name of the profile's: names alone may mislead."""
    names = head.children(mapping.record) | {f"@{key.casefold()}" for key in head.keys.get(mapping.record, ())}
    return not head.counts.get(mapping.record) or all(
        any(path.partition("/")[0].casefold() in names for path in mapping.fields.get(target, ())) for target in targets
    )


class Rules:
    """The rules of one feed, and what they gather from it on the first pass. These add nothing to its mapping."""

    watched: tuple[str, ...] = ()  # names of elements besides the record that `gather` is to see

    kept: tuple[str, ...] = ()  # names of texts around the records that their rules read

    is_placed = False  # whether `place` tells anything

    dated: re.Pattern[bytes] | None = None  # what only a record has whose values depend on the day

    def __init__(self, head: Head, mapping: FeedMapping, today: date | None) -> None:
        self.mapping = mapping
        self.today = today
        self.title: str | None = None
        self.link: str | None = None
        self.currency: str | None = None  # of the whole feed
        self.is_update = False  # the delivery holds what has changed, not everything
        self._context = hashlib.blake2b(digest_size=16)
        self.start(head)

    def start(self, head: Head) -> None:
        """Read what the feed's head says."""

    def gather(self, element: Element) -> str | None:
        """See a watched element, on the first pass. Why it is no product, where it might have been one."""
        return None

    def skip(self, record: Element, *, gathering: bool) -> str | None:
        """Why a record is no product, None where it is one, "" where it is no record at all.

        `gathering` is true on the first pass.
        """
        return None

    def place(self, record: Element) -> str:
        """What the elements around a record say of it: as much a part of it as its own bytes."""
        return ""

    def trim(self, record: Element) -> None:
        """Take out of a record what does not hold today."""

    def prepare(self, record: Element, values: Values) -> None:
        """Settle on a record's values what its mapping cannot say."""

    def variants(self, values: Values) -> list[Values]:
        """Variants of the record that stand elsewhere in the feed."""
        return []

    def remember(self, *texts: str) -> None:
        """Count `texts` as context: where it changes, every record of the feed is mapped again."""
        for text in texts:
            data = text.encode("utf-8", "surrogatepass")
            self._context.update(len(data).to_bytes(8, "big") + data)

    @property
    def context(self) -> bytes:
        """A hash of all that was remembered."""
        return self._context.digest()


class Profile(NamedTuple):
    """A format: `fit` gives its mapping for a feed that follows it, `rules` what that cannot say."""

    name: str
    fit: Callable[[Head], FeedMapping | None]
    rules: type[Rules] = Rules
    needs: tuple[Target, ...] = ()  # fields without which a feed is of another format, whatever its names
