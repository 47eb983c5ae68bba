"""Four processes under one cap of 5, calls of 0.2 s: `python tests/bench/caps_processes.py`.

Utilisation is the time in flight at the service, as a share of what the cap allows in the period, the processes' first
leases included. The longest wait is that of any single call. Stock `concurrency` follows, one round.
"""

from __future__ import annotations

import argparse
import statistics

from counting.stage import busy_seconds, count_above_at_once, open_stage, read_calls, run_workers
from counting.worker import Work

CAP, PROCESSES, WAITERS, CALL_SECONDS = 5, 4, 8, 0.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    used, waits, violations = [], [], 0
    with open_stage({"stock": (CAP, 0.0)}) as port:
        for number in range(options.rounds):
            share, wait, above = measure(port, "ours", "qwen", f"ours{number}", options.seconds)
            used.append(share)
            waits.append(wait)
            violations += above
            print(f"  round {number + 1}: {share:.3f} of the cap, longest wait {wait:.1f} s, {above} above the cap")
        stock, stock_wait, _ = measure(port, "concurrency", "stock", "stock", options.seconds)
        print(f"  stock: {stock:.3f} of the cap, longest wait {stock_wait:.1f} s")
    print(
        f"RESULT caps-processes utilisation={statistics.median(used):.3f} bound=1 least={min(used):.3f} "
        f"longest_wait_seconds={max(waits):.1f} violations={violations} stock={stock:.3f}"
    )


def measure(port: int, way: str, limit: str, label: str, seconds: float) -> tuple[float, float, int]:
    """Utilisation, longest wait in seconds, calls above the cap."""
    said = run_workers([Work(port, way, limit, label, WAITERS, CALL_SECONDS, seconds=seconds)] * PROCESSES)
    begin = min(one["begin"] for one in said)
    calls = read_calls(port, label)
    share = busy_seconds(calls, begin, begin + seconds) / (CAP * seconds)
    return share, max(one["longest_wait"] for one in said), count_above_at_once(calls, CAP)


if __name__ == "__main__":
    main()
