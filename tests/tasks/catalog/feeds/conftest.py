"""Feeds written to a file, read whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tasks.catalog.feeds.reader import Feed, open_feed
from tasks.catalog.products import Product

SAMPLES = Path(__file__).with_name("samples")  # small feeds of every known format, as shops write them

Write = Callable[[str | bytes], Path]


@pytest.fixture
def sample() -> Callable[[str], str]:
    return lambda name: (SAMPLES / f"{name}.xml").read_text(encoding="utf-8")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_feed(content: str | bytes) -> Path:
        path = tmp_path / "feed.xml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_feed


@pytest.fixture
def read(write: Write) -> Callable[..., tuple[Feed, list[Product]]]:
    def read_feed(content: str | bytes, today: date | None = None, **options: Any) -> tuple[Feed, list[Product]]:
        feed = open_feed(write(content), today=today, **options)
        stubs = list(feed.scan())
        records = list(feed.read())
        assert [(one.index, one.key, one.digest) for one in records] == [tuple(stub) for stub in stubs]
        assert all(record.product for record in records), records
        return feed, [record.product for record in records if record.product]

    return read_feed
