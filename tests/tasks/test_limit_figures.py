"""The figures of a service, on a clock of the test's."""

from __future__ import annotations

import pytest

from tasks import limit_figures


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(limit_figures, "_services", {})
    monkeypatch.setattr(limit_figures.time, "monotonic", clock)
    return clock


def make_call(clock: Clock, name: str, wait: float, run: float) -> None:
    limit_figures.change_waiting(name, 1)
    clock.now += wait
    limit_figures.start_call(name)
    clock.now += run
    limit_figures.end_call(name)


def test_utilisation_counts_only_time_with_work(clock: Clock) -> None:
    limit_figures.set_cap("a", 2, 0)
    clock.now += 100
    make_call(clock, "a", wait=1, run=3)
    clock.now += 100
    figures = limit_figures.snapshot()["a"]
    assert figures["utilisation"] == pytest.approx(3 / (2 * 4), abs=0.001)
    assert (figures["requests"], figures["max_in_flight"], figures["in_flight"], figures["waiting"]) == (1, 1, 0, 0)


def test_most_in_a_window_is_the_largest_of_any_window(clock: Clock) -> None:
    limit_figures.set_cap("b", 2, 1.0)
    for pause in (0.0, 0.4, 0.4, 0.4, 30.0, 29.0):
        clock.now += pause
        make_call(clock, "b", wait=0, run=0)
    figures = limit_figures.snapshot()["b"]
    assert figures["max_per_window"] == 3
    assert figures["max_per_60s"] == 5
