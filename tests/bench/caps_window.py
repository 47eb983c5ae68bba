"""`qwen-requests` from 8 workers in 4 processes: `python tests/bench/caps_window.py [--seconds 240]`.

At most 10 calls in a rolling 60 s and 5 at once, counted by the service at arrival, in windows shorter than the nominal
one by its tolerance of 5 %. Stock `rate_limit` runs beside, at the same time, with 10 slots that refill 10 a minute.
"""

from __future__ import annotations

import argparse

from counting.stage import (
    TOLERANCE,
    count_above_at_once,
    count_above_in,
    count_most_at_once,
    count_most_in,
    open_stage,
    read_calls,
    run_workers,
)
from counting.worker import Work

PROCESSES, WAITERS, CALL_SECONDS = 4, 2, 1.0
CALLS, WINDOW_SECONDS, AT_ONCE = 10, 60.0, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=240.0)
    seconds = parser.parse_args().seconds
    with open_stage({"stock": (CALLS, CALLS / WINDOW_SECONDS)}) as port:
        ours = Work(port, "ours", "qwen-requests", "ours", WAITERS, CALL_SECONDS, seconds=seconds)
        stock = Work(port, "rate_limit", "stock", "stock", WAITERS, CALL_SECONDS, seconds=seconds)
        run_workers([ours] * PROCESSES + [stock] * PROCESSES)
        calls, others = read_calls(port, "ours"), read_calls(port, "stock")
    window = WINDOW_SECONDS * TOLERANCE
    violations = count_above_in(calls, CALLS, window) + count_above_at_once(calls, AT_ONCE)
    bound = CALLS * int(-(-seconds // WINDOW_SECONDS))
    times = ", ".join(f"{at - calls[0][0]:.1f}" for at, _ in calls)
    print(f"arrivals, seconds after the first: {times}")
    print(
        f"  in any {WINDOW_SECONDS:g} s: {count_most_in(calls, WINDOW_SECONDS)}, at once: {count_most_at_once(calls)}; "
        f"stock in any {WINDOW_SECONDS:g} s: {count_most_in(others, WINDOW_SECONDS)}"
    )
    print(
        f"RESULT caps-window calls={len(calls)} bound={bound} ratio={len(calls) / bound:.3f} "
        f"most_in_60s={count_most_in(calls, WINDOW_SECONDS)} most_at_once={count_most_at_once(calls)} "
        f"violations={violations} stock={len(others)} stock_most_in_60s={count_most_in(others, WINDOW_SECONDS)}"
    )


if __name__ == "__main__":
    main()
