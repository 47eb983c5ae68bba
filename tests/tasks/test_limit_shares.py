"""Who gives a slot to whom."""

import pytest

from tasks.limit_shares import Claim, count_before, must_give_up, turn_seconds


@pytest.mark.parametrize(
    ("mine", "peers", "given_lately", "turn_is_over", "expected"),
    [
        (5, [], 0, True, False),  # alone
        (5, [Claim(0, 2)], 0, True, False),  # nobody waits
        (5, [Claim(3, 0)], 0, False, True),
        (2, [Claim(3, 1), Claim(3, 1), Claim(3, 1)], 0, False, False),  # as equal as five slots can be
        (2, [Claim(3, 1), Claim(3, 1), Claim(3, 1)], 0, True, True),  # but the fifth goes round
        (1, [Claim(3, 1)], 0, True, False),
        (1, [Claim(3, 0)], 0, False, False),  # more processes than slots: turns
        (1, [Claim(3, 0)], 0, True, True),
        (3, [Claim(3, 0), Claim(3, 0)], 2, False, True),  # 3, 1, 1 as soon as they have what they were given
        (2, [Claim(3, 0), Claim(3, 0)], 2, False, False),
    ],
)
def test_slots_move_to_those_that_have_fewer(
    mine: int, peers: list[Claim], given_lately: int, turn_is_over: bool, expected: bool
) -> None:
    claim = Claim(4, mine)
    assert must_give_up(claim, peers, given_lately=given_lately, turn_is_over=turn_is_over) is expected


def test_fewest_slots_then_longest_wait_go_first() -> None:
    peers = [Claim(1, 0, 2.0), Claim(1, 1, 9.0), Claim(0, 0, 99.0), Claim(1, 0, 8.0)]
    assert count_before(Claim(1, 0, 5.0), peers) == 1
    assert count_before(Claim(1, 1, 5.0), peers) == 3


def test_giving_on_ends_when_nobody_would_gain() -> None:
    """From one process with all slots: however many are given on, it comes to rest, and nobody is left with none."""
    held, moves = [8, 0, 0], 0
    while True:
        peers = [Claim(9, count) for count in held[1:]]
        if not must_give_up(Claim(9, held[0]), peers, given_lately=0, turn_is_over=False):
            break
        held[0] -= 1
        held[held.index(min(held))] += 1
        moves += 1
    assert sorted(held) == [2, 3, 3]
    assert moves == 5


def test_turns_are_shorter_the_more_processes_have_none() -> None:
    assert turn_seconds(5, slots=5, claimants=4, patience=10) == 5
    assert turn_seconds(5, slots=2, claimants=12, patience=10) == 2
    assert turn_seconds(5, slots=1, claimants=100, patience=10) == 0.5
