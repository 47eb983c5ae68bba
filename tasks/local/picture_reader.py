"""Decoding pictures from outside in child processes that can be killed: a few, started when first needed."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self

from tasks.catalog.pages import ImageStats
from tasks.local.json_child import ChildDiedError
from tasks.local.json_children import JsonChildren


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
        self._children = JsonChildren(
            "tasks.local.picture_child",
            doing="decoding it",
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

    async def read(self, path: Path, folder: Path) -> ReadPicture:
        """Store what `path` shows as `folder/<sha256>.<ext>`; raises `UnreadablePictureError`."""
        try:
            answer = await self._children.ask(bounds=self._bounds, **_locate(path, folder))
        except ChildDiedError as error:
            raise UnreadablePictureError(str(error)) from None
        if "error" in answer:
            raise UnreadablePictureError(str(answer["error"]))
        return _describe(answer["ok"], folder)


def _locate(path: Path, folder: Path) -> dict[str, str]:
    """The child works in another folder."""
    return {"path": str(path.absolute()), "folder": str(folder.absolute())}


def _describe(facts: dict[str, Any], folder: Path) -> ReadPicture:
    stats = ImageStats.model_validate(facts.pop("stats"))
    return ReadPicture(**facts, stats=stats, path=folder / f"{facts['sha256']}.{facts['ext']}")
