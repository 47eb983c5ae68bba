"""One thread for all that is done with feeds' parsers.

libxml2 keeps the names it has seen in a dictionary of the thread that parses. A parser that goes on in another thread,
as a pool of threads would have it, leaves a broken heap behind ("munmap_chunk(): invalid pointer").
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_executor = ThreadPoolExecutor(1, thread_name_prefix="feed-reader")


async def read_beside(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call `function` in the thread that reads feeds."""
    return await asyncio.get_running_loop().run_in_executor(_executor, partial(function, *args, **kwargs))
