"""Run accuracy measurements: `python tests/accuracy/run.py [NAME]`; without a name, all of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
MEASUREMENTS = ("pdf", "generated", "typeset", "engines", "search", "feeds", "html", "mappings")
# A script named html.py would hide the stdlib module from all of them.
_FILES = {"html": "html_pages"}


def main(wanted: list[str]) -> int:
    """Run the wanted ones in processes of their own; the worst exit code."""
    unknown = [name for name in wanted if name not in MEASUREMENTS]
    if unknown:
        print(f"no measurement is named {unknown[0]!r}; there are: {', '.join(MEASUREMENTS)}", file=sys.stderr)
        return 2
    files = [FOLDER / f"{_FILES.get(name, name)}.py" for name in wanted or MEASUREMENTS]
    return max(subprocess.run([sys.executable, file]).returncode for file in files)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
