"""Who should have a slot when several processes want the same limit: pure decisions, from what each has said last.

They are about fairness only. Whether a slot may be used at all is decided by the Prefect server, which counts leases.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Claim(NamedTuple):
    """What a process says of a limit: its waiting calls, its slots, the seconds since it last gained one or began to
    wait."""

    waiting: int
    held: int
    hungry_seconds: float = 0.0


def must_give_up(mine: Claim, peers: Sequence[Claim], *, given_lately: int, turn_is_over: bool) -> bool:
    """Whether a slot that has come free here should go to another process rather than to the next waiter here.

    At once when a waiting process has at least two slots fewer: moving one then makes the two more equal. When it has
    one fewer, moving one only swaps their places, so that happens once a turn. `given_lately` slots are on their way
    to the neediest although these have not said so yet.
    """
    held = sorted(peer.held for peer in peers if peer.waiting)
    if not held:
        return False
    for _ in range(given_lately):
        held[0] += 1
        held.sort()
    gap = mine.held - held[0]
    return gap >= 2 or (gap == 1 and turn_is_over)


def count_before(mine: Claim, peers: Sequence[Claim]) -> int:
    """How many waiting processes should try for a free slot first: those with fewer slots, then the hungriest."""
    me = (mine.held, -mine.hungry_seconds)
    return sum(1 for peer in peers if peer.waiting and (peer.held, -peer.hungry_seconds) < me)


def turn_seconds(longest: float, slots: int, claimants: int, patience: float) -> float:
    """How long a slot stays in a process while others want it: `longest`, less when so many wait that a round of turns
    would take more than `patience` seconds."""
    without = claimants - slots
    return longest if without <= 0 else max(0.5, min(longest, patience * max(1, slots) / without))
