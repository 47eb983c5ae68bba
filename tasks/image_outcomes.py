"""What became of the images that a job asked for."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Literal, NamedTuple

from tasks.catalog.engines import ItemFailure
from tasks.catalog.pages import ImageStats
from tasks.storage.downloads import DownloadRow, KnownDownload


class Downloaded(NamedTuple):
    """An image as it is kept: sizes in pixels as displayed.

    `known`: the library holds its row and its bytes already, from an earlier job; then there is no local file.
    """

    url: str
    sha256: str
    path: Path | None
    ext: str
    width: int
    height: int
    bytes: int
    phash: str
    stats: ImageStats
    known: bool


class Outcome(NamedTuple):
    """What became of one URL, and what is to be remembered of it."""

    result: Downloaded | ItemFailure
    status: Literal["failed", "pending", "skipped"] = "failed"  # pending: its server asked for more patience
    row: DownloadRow | None = None
    confirmed: uuid.UUID | None = None  # the download that the server says is current


class Fetched(NamedTuple):
    """The outcomes by URL, and what is to be written: each row and confirmation comes with one batch only."""

    outcomes: dict[str, Outcome]
    rows: list[DownloadRow]
    confirmed: list[uuid.UUID]


def describe_known(url: str, known: KnownDownload) -> Downloaded:
    """An image that need not be fetched: it is as the library holds it."""
    facts = known.image._asdict()
    stats = ImageStats.model_validate(facts.pop("stats"))
    return Downloaded(url=url, path=None, stats=stats, known=True, **facts)
