"""Very many keys, counted and told apart in 16 to 32 bytes each: the hashes of keys in an open table."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

_FIRST_SLOTS = 1 << 12
_HASH_MASK = 0xFFFFFFFFFFFFFFFF
_FILL = 2  # slots for each key at least


class KeySet:
    """A set of strings that only grows: 64 bits of each key's hash are kept.

    Two different keys share a hash once in some 10^9 sets of 100,000; the second is then taken for the first.
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * _FIRST_SLOTS))
        self._mask = _FIRST_SLOTS - 1
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, key: str) -> bool:
        """Whether the key was not there before."""
        slots, mask = self._slots, self._mask
        value = hash(key) & _HASH_MASK or 1  # 0 is an empty slot
        place = value & mask
        while found := slots[place]:
            if found == value:
                return False
            place = (place + 1) & mask
        slots[place] = value
        self._count += 1
        if self._count * _FILL >= len(slots):
            self._grow()
        return True

    def update(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.add(key)

    def _grow(self) -> None:
        size = 2 * len(self._slots)
        slots, mask = array("Q", bytes(8 * size)), size - 1
        for value in filter(None, self._slots):
            place = value & mask
            while slots[place]:
                place = (place + 1) & mask
            slots[place] = value
        self._slots, self._mask = slots, mask
