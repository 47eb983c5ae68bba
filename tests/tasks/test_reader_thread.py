"""Feeds are parsed in one thread, whoever asks."""

import asyncio
import threading

from tasks.reader_thread import read_beside


async def test_everything_is_read_in_one_thread_that_is_not_the_loops() -> None:
    threads = await asyncio.gather(*(read_beside(threading.get_ident) for _ in range(20)))
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()
