"""The table of caps: each row is a Prefect global concurrency limit, with the number's meaning and its source.

The numbers here are defaults; the live ones are those in the Prefect UI, shared by all flows, processes and machines.
"""

from __future__ import annotations

from typing import NamedTuple


class Limit(NamedTuple):
    """A cap, over all processes.

    Without a window: at most `slots` calls at once. With `window_seconds`: at most `slots` calls sent within any
    stretch of that length; `at_once` then names a second limit that every call holds too, while it runs.
    `margin_seconds` are added to the window: a request arrives later than its sender has sent it.
    """

    name: str
    slots: int
    protects: str
    source: str
    window_seconds: float = 0.0
    at_once: str | None = None
    margin_seconds: float = 0.0

    @property
    def rate(self) -> str:
        """The cap in words: `5 at once`, `8 in 1 s`."""
        return f"{self.slots} in {self.window_seconds:g} s" if self.window_seconds else f"{self.slots} at once"


_ROWS = (
    Limit("jobs", 3, "memory and CPU: documents processed at once", "seed 2: up to 3 concurrent jobs"),
    Limit("downloads", 5, "bandwidth: sources and images fetched at once", "seed 0: 5 downloads, 30 s, 3 tries"),
    Limit("uploads", 10, "Supabase Storage: files stored at once", "seed 0: 10 uploads"),
    Limit("qwen", 5, "the Qwen3-VL endpoint: requests at once", "seed 0: 10 requests a minute, 5 at once"),
    Limit(
        "qwen-requests", 10, "the Qwen3-VL endpoint: requests in a rolling minute",
        "seed 0: 10 requests a minute; as a rolling window, which is how providers count", 60.0, "qwen", 0.5,
    ),
    Limit("claude", 2, "the Claude API: requests at once", "seed 0: 2 at once"),
    Limit("slig", 5, "the SLIG endpoint: batches at once", "seed 0: 5 at once"),
    Limit("voyage", 5, "the Voyage API: batches at once", "seed 0: 5 at once"),
    Limit("openai", 50, "this machine: connections to the OpenAI API at once",
          "seed 0 sets no cap; this one only bounds open connections"),
    Limit("sp-api", 8, "Amazon SP-API: requests a second", "seed 3: 8 a second", 1.0, margin_seconds=0.003),
    Limit("keepa", 5, "Keepa: requests a second", "seed 3: 5 a second", 1.0, margin_seconds=0.003),
)  # fmt: skip
LIMITS: dict[str, Limit] = {limit.name: limit for limit in _ROWS}


class LimitUnavailableError(RuntimeError):
    """A cap cannot be held: it is missing, switched off or its server is out of reach. Nothing is called without it."""


def find_limit(name: str) -> Limit:
    """The row of that name; LimitUnavailableError when the table has none."""
    if name not in LIMITS:
        raise LimitUnavailableError(f"there is no limit named {name!r} in tasks/limit_table.py")
    return LIMITS[name]
