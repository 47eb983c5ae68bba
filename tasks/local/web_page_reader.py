"""Reading pages from outside in child processes that can be killed: a few, started when first needed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from tasks.catalog.web.found_links import FoundLink
from tasks.catalog.web.models import WebPage
from tasks.catalog.web.urls import PageUrl
from tasks.local.json_child import ChildDiedError
from tasks.local.json_children import JsonChildren


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
        self._children = JsonChildren(
            "tasks.local.web_page_child",
            doing="reading it",
            seconds=seconds,
            memory_bytes=memory_bytes,
            at_once=children,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._children.__aexit__(kind, error, trace)

    async def warm(self) -> None:
        """Start a child, so that the first page does not wait for it."""
        await self._children.warm()

    async def read(self, path: Path, url: str, content_type: str | None) -> ReadPage:
        """What the page in `path` (absolute), fetched from `url`, says; raises `UnreadablePageError`."""
        try:
            answer = await self._children.ask(path=str(path), url=url, content_type=content_type, seeds=self._seeds)
        except ChildDiedError as error:
            raise UnreadablePageError(str(error)) from None
        if "error" in answer:
            raise UnreadablePageError(str(answer["error"]))
        found = tuple(FoundLink(PageUrl(*page), priority) for page, priority in answer["found"])
        return ReadPage(WebPage.model_validate_json(answer["page"]), found)
