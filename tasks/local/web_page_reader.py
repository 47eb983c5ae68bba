"""Reading pages from outside in child processes that can be killed: a few, started when first needed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from tasks.catalog.web.found_links import FoundLink
from tasks.catalog.web.models import WebPage
from tasks.catalog.web.urls import PageUrl
from tasks.local.json_child import ChildDiedError, JsonChild


class UnreadablePageError(ValueError):
    """A page that cannot be read; the message says why, in one line."""


class ReadPage(NamedTuple):
    """A page that was read, and the pages of its shop that it leads to (`page.links` is empty)."""

    page: WebPage
    found: tuple[FoundLink, ...]
    is_rendered: bool = False  # its scripts were run


class WebPageReader:
    """Reads pages, at most `children` at a time, each in `seconds`. An async context manager; for one event loop."""

    def __init__(self, seeds: Sequence[PageUrl], *, seconds: float, memory_bytes: int, children: int) -> None:
        self._seeds = [list(seed) for seed in seeds]
        self._seconds, self._memory_bytes = seconds, memory_bytes
        self._room = asyncio.Semaphore(children)
        self._idle: list[JsonChild] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._idle:
            await self._idle.pop().end()

    async def warm(self) -> None:
        """Start a child, so that the first page does not wait for it."""
        async with self._room:
            self._idle.append(await self._take_child())

    async def read(self, path: Path, url: str, content_type: str | None) -> ReadPage:
        """What the page in `path` (absolute), fetched from `url`, says; raises `UnreadablePageError`."""
        async with self._room:
            child = await self._take_child()
            healthy = False
            try:
                answer = await child.ask(
                    self._seconds, path=str(path), url=url, content_type=content_type, seeds=self._seeds
                )
                healthy = not answer.get("fatal")
            except ChildDiedError as error:
                raise UnreadablePageError(str(error)) from None
            finally:
                if healthy:
                    self._idle.append(child)
                else:
                    await child.end()
        if "error" in answer:
            raise UnreadablePageError(str(answer["error"]))
        found = tuple(FoundLink(PageUrl(*page), priority) for page, priority in answer["found"])
        return ReadPage(WebPage.model_validate_json(answer["page"]), found)

    async def _take_child(self) -> JsonChild:
        while self._idle:
            child = self._idle.pop()
            if child.is_alive:
                return child
            await child.end()  # it died between two pages, which costs none
        return await JsonChild.start("tasks.local.web_page_child", str(self._memory_bytes), doing="reading it")
