"""Decoding pictures from outside in child processes that can be killed: a few, started when first needed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self

from tasks.catalog.pages import ImageStats
from tasks.local.json_child import ChildDiedError, JsonChild


class UnreadablePictureError(ValueError):
    """A file that is no picture we read; the message says why, in one line that goes on from "the picture: "."""


class ReadPicture(NamedTuple):
    """A picture whose file is written; sizes in pixels as displayed, `phash` as `pages.PageImage`."""

    sha256: str  # of the stored file, which may be a converted one
    ext: Literal["jpg", "png"]
    width: int
    height: int
    bytes: int
    phash: str
    stats: ImageStats
    path: Path


class PictureReader:
    """Reads pictures, at most `children` at a time. An async context manager; for one event loop."""

    def __init__(
        self, *, max_pixels: int, min_side_pixels: int, seconds: float, memory_bytes: int, children: int
    ) -> None:
        self._bounds = (max_pixels, min_side_pixels)
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

    async def _take_child(self) -> JsonChild:
        while self._idle:
            child = self._idle.pop()
            if child.is_alive:
                return child
            await child.end()  # it died between two pictures, which costs none
        return await JsonChild.start("tasks.local.picture_child", str(self._memory_bytes), doing="decoding it")

    async def read(self, path: Path, folder: Path) -> ReadPicture:
        """Store what `path` shows as `folder/<sha256>.<ext>`; raises `UnreadablePictureError`."""
        async with self._room:
            child = await self._take_child()
            healthy = False
            try:
                answer = await child.ask(self._seconds, bounds=self._bounds, **_locate(path, folder))
                healthy = not answer.get("fatal")
            except ChildDiedError as error:
                raise UnreadablePictureError(str(error)) from None
            finally:
                if healthy:
                    self._idle.append(child)
                else:
                    await child.end()
        if "error" in answer:
            raise UnreadablePictureError(str(answer["error"]))
        return _describe(answer["ok"], folder)


def _locate(path: Path, folder: Path) -> dict[str, str]:
    """The child works in another folder."""
    return {"path": str(path.absolute()), "folder": str(folder.absolute())}


def _describe(facts: dict[str, Any], folder: Path) -> ReadPicture:
    stats = ImageStats.model_validate(facts.pop("stats"))
    return ReadPicture(**facts, stats=stats, path=folder / f"{facts['sha256']}.{facts['ext']}")
