"""Become the keeper of a home, in the background: `python -m deployments.servers --home HOME`."""

from __future__ import annotations

import os
import sys


def detach() -> None:
    """Leave the caller's session and process tree: neither its Ctrl-C nor its end reaches the keeper."""
    if os.fork():
        os._exit(0)
    os.setsid()


def main(arguments: list[str]) -> int:
    import argparse
    from pathlib import Path

    from deployments.servers.keeper import Keeper
    from tasks.server_state import Home

    parser = argparse.ArgumentParser(prog="python -m deployments.servers", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--linger-seconds", type=float, default=0.0, help="how long idle servers stay up")
    options = parser.parse_args(arguments)
    return Keeper(Home(options.home.resolve()), options.linger_seconds).run()


if __name__ == "__main__":
    detach()  # before the imports: the caller waits for this process only
    sys.exit(main(sys.argv[1:]))
