"""A set of places in a delivery, one bit each: 100,000 records in 12 kB."""

from __future__ import annotations

from typing import Any, Self


class Positions:
    """A set of positions. `bits`: position n is bit n % 8 (the lowest is 0) of byte n // 8."""

    def __init__(self, bits: bytes) -> None:
        self.bits = bits

    @classmethod
    def first(cls, count: int) -> Self:
        """The positions below `count`."""
        return cls(((1 << count) - 1).to_bytes(-(-count // 8), "little"))

    def __contains__(self, position: Any) -> bool:  # an int; asked for every record
        try:
            return bool(self.bits[position >> 3] >> (position & 7) & 1)
        except IndexError:
            return False

    def __len__(self) -> int:
        return int.from_bytes(self.bits, "little").bit_count()
