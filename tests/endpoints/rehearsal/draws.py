"""Chance that repeats: what is drawn depends on the seed and the names given, never on order or time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

_BYTES = 8


def draw(*names: object) -> float:
    """A number from 0 to below 1."""
    digest = hashlib.blake2b("\0".join(map(str, names)).encode(), digest_size=_BYTES).digest()
    return int.from_bytes(digest, "big") / float(1 << 8 * _BYTES)


class Draws:
    """The draws of one request: the same bytes sent for the nth time meet the same luck in every run."""

    def __init__(self, seed: int, service: str, body: str, attempt: int) -> None:
        self._names = (seed, service, body, attempt)
        self.seed = seed

    def number(self, *names: object) -> float:
        return draw(*self._names, *names)

    def happens(self, what: str, share: float, *names: object) -> bool:
        return self.number(what, *names) < share

    def pick(self, what: str, shares: Mapping[int, float]) -> int | None:
        """One of the keys with its share as the chance; None for the rest of 1."""
        left = self.number(what)
        for key, share in shares.items():
            left -= share
            if left < 0:
                return key
        return None
