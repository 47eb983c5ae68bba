"""Answers to claimed pages, kept in files from when they are there until what they gave is in the library.

A process that is killed leaves them behind. The session's next life, where it runs on the same machine, reads them
instead of asking the shop again: only what was in flight is asked for twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tasks.storage.scraping import ClaimedPage
from tasks.web_fetches import PageAnswer

_NOTE = "answer.json"
# The others are no word on the page: it is to be asked for later.
_FINAL_KINDS = frozenset({"content", "unchanged", "gone", "skipped", "failed"})
_ANSWER = TypeAdapter(PageAnswer)


class Arrivals:
    """The answers of one session in `folder`, which holds a folder for each page, named by its id.

    A page whose answer is older than `kept_seconds` is asked for again.
    """

    def __init__(self, folder: Path, kept_seconds: float) -> None:
        self._folder, self._kept_seconds = folder, kept_seconds
        self._left = {path.name for path in folder.iterdir()} if folder.is_dir() else set()

    def take_left(self, page: ClaimedPage) -> PageAnswer | None:
        """The answer to `page` that an earlier process left, once; None where there is none, or it is too old."""
        if str(page.id) not in self._left:
            return None
        self._left.remove(str(page.id))
        note = self._folder / str(page.id) / _NOTE
        try:
            if time.time() - note.stat().st_mtime > self._kept_seconds:
                return None
            answer = _ANSWER.validate_json(note.read_bytes())
            return answer if _is_whole(answer, note.parent) else None
        except (OSError, ValidationError):  # it was killed while it wrote
            return None

    def keep(self, page: ClaimedPage, answer: PageAnswer) -> None:
        """Write down how `page` was answered; a few hundred bytes, beside its body."""
        if answer.kind not in _FINAL_KINDS or answer.status is None:
            return
        folder = self._folder / str(page.id)
        if answer.file is None:  # else its body lies there
            folder.mkdir(parents=True, exist_ok=True)
        (folder / _NOTE).write_bytes(_ANSWER.dump_json(answer))

    async def drop(self, pages: Iterable[ClaimedPage]) -> None:
        """What came of these pages is written, or they are to be asked for again."""
        await asyncio.to_thread(self._remove, [self._folder / str(page.id) for page in pages])

    def _remove(self, folders: list[Path]) -> None:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


def _is_whole(answer: PageAnswer, folder: Path) -> bool:
    """Whether the body is there as it arrived: a machine that lost its power may have lost it too."""
    if answer.file is None:
        return answer.kind != "content"
    path = folder / answer.file.sha256
    return answer.file.path == path and hashlib.sha256(path.read_bytes()).hexdigest() == answer.file.sha256
