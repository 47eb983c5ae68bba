"""A few children of one program, started when first needed and replaced when they die or misbehave."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

from tasks.local.json_child import JsonChild


class JsonChildren:
    """Answers questions, at most `at_once` at a time, each in `seconds`. An async context manager; for one event loop.

    `module` is started as `python -m module MEMORY_BYTES`; it answers an object, with `"fatal": true` where it should
    not go on. `doing` says in errors what a child was at: "decoding it".
    """

    def __init__(self, module: str, *, doing: str, seconds: float, memory_bytes: int, at_once: int) -> None:
        self._module, self._doing = module, doing
        self.seconds, self._memory_bytes = seconds, memory_bytes
        self._room = asyncio.Semaphore(at_once)
        self._idle: list[JsonChild] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._idle:
            await self._idle.pop().end()

    @property
    def idle(self) -> tuple[JsonChild, ...]:
        """The children that wait for a question."""
        return tuple(self._idle)

    async def warm(self) -> None:
        """Start a child, so that the first question does not wait for it."""
        async with self._room:
            self._idle.append(await self._take())

    async def ask(self, **request: Any) -> dict[str, Any]:
        """The answer; `ChildDiedError` when the child that was asked ended instead."""
        async with self._room:
            child = await self._take()
            healthy = False
            try:
                answer = await child.ask(self.seconds, **request)
                healthy = not answer.get("fatal")
            finally:
                if healthy:
                    self._idle.append(child)
                else:
                    await child.end()
        return answer

    async def _take(self) -> JsonChild:
        while self._idle:
            child = self._idle.pop()
            if child.is_alive:
                return child
            await child.end()  # it died between two questions, which costs none
        return await JsonChild.start(self._module, str(self._memory_bytes), doing=self._doing)
