"""Real feeds: as many records as they hold, each with a name and a key of its own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tasks.catalog.feeds.reader import FeedError, open_feed

CORPUS = Path(os.environ.get("QUARRY_CORPUS", ""))

pytestmark = pytest.mark.skipif(
    not os.environ.get("QUARRY_CORPUS"), reason="QUARRY_CORPUS names no folder of real files"
)


def test_real_feeds_have_their_true_count() -> None:
    for name, truth in json.loads((CORPUS / "gt" / "feeds.json").read_text(encoding="utf-8")).items():
        feed = open_feed(CORPUS / truth["file"], accept_orders="order" in name)
        stubs = list(feed.scan())
        assert (name, len(stubs)) == (name, truth["product_count"])
        assert len({stub.key for stub in stubs}) == len(stubs)
        assert [record.problem for record in feed.read() if record.problem] == []


def test_hostile_files_are_refused() -> None:
    for path in sorted((CORPUS / "xml" / "hostile").iterdir()):
        with pytest.raises(FeedError):
            list(open_feed(path).scan())
