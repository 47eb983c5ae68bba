"""One process under a cap: `python tests/bench/caps.py [--seconds 60]`. Cap 5, 20 waiting calls of 0.5 s.

Starts are counted by the service in the period, the first lease included; stock `concurrency` follows in the same run.
"""

from __future__ import annotations

import argparse

from counting.stage import count_above_at_once, count_most_at_once, open_stage, read_calls, run_workers
from counting.worker import Work

CAP, WAITERS, CALL_SECONDS = 5, 20, 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args().seconds
    bound = round(CAP * seconds / CALL_SECONDS)
    starts, violations, most = {}, 0, 0
    with open_stage({"stock": (CAP, 0.0)}) as port:
        for way, limit in (("ours", "qwen"), ("concurrency", "stock")):
            work = Work(port, way, limit, way, WAITERS, CALL_SECONDS, seconds=seconds)
            [said] = run_workers([work])
            calls = [call for call in read_calls(port, way) if call[0] < said["begin"] + seconds]
            starts[way] = len(calls)
            if way == "ours":
                violations, most = count_above_at_once(calls, CAP), count_most_at_once(calls)
    print(f"cap {CAP}, {WAITERS} waiting calls of {CALL_SECONDS} s, {seconds:g} s; at most {most} at once")
    print(f"  ours {starts['ours']} of {bound}, stock {starts['concurrency']} of {bound}")
    ratio = starts["ours"] / bound
    print(
        f"RESULT caps starts={starts['ours']} bound={bound} ratio={ratio:.3f} violations={violations} "
        f"stock={starts['concurrency']}"
    )


if __name__ == "__main__":
    main()
