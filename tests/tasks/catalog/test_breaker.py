from tasks.catalog import breaker
from tasks.catalog.breaker import CLOSED, BreakerRules, BreakerState
from tasks.catalog.services import Permit, Refusal

RULES = BreakerRules(failures=3, window_seconds=100, recovery_seconds=60, probe_seconds=30)


def fail(state: BreakerState, *times: float) -> BreakerState:
    for time in times:
        state = breaker.fail(state, Permit(), time, RULES)
    return state


def probe(state: BreakerState, now: float) -> tuple[BreakerState, Permit]:
    state, permit = breaker.ask(state, now, RULES)
    assert isinstance(permit, Permit)
    assert permit.probe is not None
    return state, permit


def test_failures_in_a_row_open_it() -> None:
    assert fail(CLOSED, 1, 2).status == "closed"
    assert fail(CLOSED, 1, 2, 3).status == "open"


def test_a_success_forgets_failures_and_so_does_time() -> None:
    assert breaker.succeed(fail(CLOSED, 1, 2), Permit()) == CLOSED
    assert fail(CLOSED, 1, 2, 150).status == "closed"


def test_open_it_refuses_until_the_recovery_time_and_then_lets_one_probe_go() -> None:
    opened = fail(CLOSED, 1, 2, 3)
    assert breaker.ask(opened, 13, RULES)[1] == Refusal(50)
    state, _ = probe(opened, 63)
    assert isinstance(breaker.ask(state, 64, RULES)[1], Refusal)


def test_the_probe_decides() -> None:
    state, permit = probe(fail(CLOSED, 1, 2, 3), 63)
    assert breaker.succeed(state, permit) == CLOSED
    again = breaker.fail(state, permit, 70, RULES)
    assert breaker.ask(again, 71, RULES)[1] == Refusal(59)


def test_calls_that_began_before_it_opened_decide_nothing() -> None:
    opened = fail(CLOSED, 1, 2, 3)
    assert breaker.succeed(opened, Permit()) == opened
    assert breaker.fail(opened, Permit(), 50, RULES) == opened
    assert breaker.release(opened, Permit()) == opened


def test_a_probe_that_died_is_replaced_and_its_late_word_does_not_count() -> None:
    state, lost = probe(fail(CLOSED, 1, 2, 3), 63)
    state, second = probe(state, 94)
    assert breaker.succeed(state, lost) == state
    assert breaker.fail(state, lost, 95, RULES) == state
    assert breaker.succeed(state, second) == CLOSED


def test_a_probe_that_was_given_up_leaves_its_place_at_once() -> None:
    state, permit = probe(fail(CLOSED, 1, 2, 3), 63)
    _, following = probe(breaker.release(state, permit), 64)
    assert following != permit
