"""Items are paid once: the journal is asked first, and concurrent calls for one item are one call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from tasks.catalog.services import Answer, Journal
from tasks.clients.errors import BudgetReachedError, ServiceError

Outcome = Mapping[str, Any] | ServiceError
Keep = Callable[[Sequence[Answer]], Awaitable[None]]
# Asks the service for the keys, hands what it got to `keep` as soon as it has it, returns errors by key.
Ask = Callable[[Sequence[str], Keep], Awaitable[Mapping[str, ServiceError]]]


class _AbandonedError(Exception):
    """Whoever was asking gave up (cancelled); the next one asks anew."""


class Remembered:
    """The answers of one service. One per service and event loop, shared by its callers and jobs."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._flying: dict[str, asyncio.Future[Mapping[str, Any]]] = {}

    async def collect(
        self, keys: Sequence[str], ask: Ask, *, count_cached: Callable[[int], None] = lambda _count: None
    ) -> dict[str, Outcome]:
        """Each key's answer, or the error it got; `ask` is called at most once, with the keys nobody has or asks for.

        An exception of `ask` reaches those who wait for its keys too. An answer is in the journal before it is here.
        """
        outcomes: dict[str, Outcome] = {}
        while left := [key for key in dict.fromkeys(keys) if key not in outcomes]:
            mine = [key for key in left if key not in self._flying]
            others = {key: self._flying[key] for key in left if key in self._flying}
            if mine:
                outcomes.update(await self._obtain(mine, ask, count_cached))
            for key, future in others.items():
                try:
                    outcomes[key] = await asyncio.shield(future)
                    count_cached(1)
                except (_AbandonedError, BudgetReachedError):
                    continue  # another job's budget is not this one's
                except ServiceError as error:
                    outcomes[key] = error
        return outcomes

    async def peek(self, key: str) -> Mapping[str, Any] | None:
        """What the journal holds under `key`."""
        return (await self._journal.get([key])).get(key)

    async def _obtain(self, keys: Sequence[str], ask: Ask, count_cached: Callable[[int], None]) -> dict[str, Outcome]:
        loop = asyncio.get_running_loop()
        futures = {key: loop.create_future() for key in keys}
        self._flying.update(futures)

        def settle(answers: Mapping[str, Mapping[str, Any]]) -> None:
            for key, answer in answers.items():
                if key in futures and not futures[key].done():
                    futures[key].set_result(answer)

        async def keep(answers: Sequence[Answer]) -> None:
            await self._journal.put(answers)
            settle({one.key: one.answer for one in answers})

        failure: BaseException = _AbandonedError()
        try:
            known = await self._journal.get(keys)
            settle(known)
            count_cached(len(known))
            missing = [key for key in keys if not futures[key].done()]
            errors = await ask(missing, keep) if missing else {}
            for key, error in errors.items():
                if not futures[key].done():
                    futures[key].set_exception(error)
        except ServiceError as error:
            failure = error
            raise
        finally:
            for key, future in futures.items():
                del self._flying[key]
                if not future.done():
                    future.set_exception(failure)
                future.exception()  # seen: nobody else may be waiting
        return {key: _outcome(future) for key, future in futures.items()}


def _outcome(future: asyncio.Future[Mapping[str, Any]]) -> Outcome:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, ServiceError):
        return error
    raise AssertionError("a key was neither answered nor failed") from error
