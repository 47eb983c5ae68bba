"""`sp-api`, 8 calls a second, from 4 processes: `python tests/bench/caps_rate.py [--calls 1000]`.

The service counts arrivals in windows shorter than a second by its tolerance of 5 %. Stock `rate_limit` follows with a
quarter of the calls, in seconds a call.
"""

from __future__ import annotations

import argparse

from counting.stage import TOLERANCE, count_above_in, count_most_in, open_stage, read_calls, run_workers
from counting.worker import Work

RATE, PROCESSES, WAITERS, CALL_SECONDS = 8, 4, 5, 0.05


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1000)
    calls = parser.parse_args().calls
    with open_stage({"stock": (RATE, float(RATE))}) as port:
        seconds, violations, most = measure(port, "ours", "sp-api", calls)
        stock, stock_violations, stock_most = measure(port, "rate_limit", "stock", calls // 4)
    stock *= calls / (calls // 4)
    bound = calls / RATE
    print(f"{calls} calls in {seconds:.1f} s, at {RATE}/s {bound:g} s; at most {most} in {TOLERANCE} s")
    print(
        f"  stock: {stock:.1f} s for as many, {stock_violations} above the rate, at most {stock_most} in {TOLERANCE} s"
    )
    print(
        f"RESULT caps-rate seconds={seconds:.1f} bound={bound:g} ratio={seconds / bound:.3f} violations={violations} "
        f"stock={stock:.1f} stock_violations={stock_violations}"
    )


def measure(port: int, way: str, limit: str, calls: int) -> tuple[float, int, int]:
    """Seconds from the begin to the last arrival; calls above the rate; the most in the judged window."""
    each = calls // (PROCESSES * WAITERS)
    said = run_workers([Work(port, way, limit, way, WAITERS, CALL_SECONDS, calls=each)] * PROCESSES)
    made = read_calls(port, way)
    begin = min(one["begin"] for one in said)
    return made[-1][0] - begin, count_above_in(made, RATE, TOLERANCE), count_most_in(made, TOLERANCE)


if __name__ == "__main__":
    main()
