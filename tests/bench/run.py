"""Run benchmarks: `python tests/bench/run.py [NAME]`; without a name, all of them, one after another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
NOT_BENCHMARKS = {"run", "pages_stage", "pages_plain"}


def list_names() -> list[str]:
    """The benchmarks: one script each in this folder, named with hyphens."""
    return sorted(file.stem.replace("_", "-") for file in FOLDER.glob("*.py") if file.stem not in NOT_BENCHMARKS)


def run(name: str) -> int:
    return subprocess.run([sys.executable, FOLDER / f"{name.replace('-', '_')}.py"]).returncode


def main(wanted: list[str]) -> int:
    """Run the wanted ones in processes of their own; the worst exit code."""
    unknown = [name for name in wanted if name not in list_names()]
    if unknown:
        print(f"no benchmark is named {unknown[0]!r}; there are: {', '.join(list_names())}", file=sys.stderr)
        return 2
    return max(run(name) for name in wanted or list_names())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
