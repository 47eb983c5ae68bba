"""Answers that a killed process leaves behind."""

import hashlib
import os
import time
import uuid
from pathlib import Path

import pytest

from tasks.clients.web_body import FetchedFile
from tasks.storage.scraping import ClaimedPage
from tasks.web_arrivals import Arrivals
from tasks.web_fetches import PageAnswer

URL = "https://shop.example/p/1"
BODY = b"<h1>Alder chair</h1>"
KEPT_SECONDS = 86_400.0


@pytest.fixture
def page() -> ClaimedPage:
    return ClaimedPage(uuid.uuid4(), URL, "ab" * 32, "shop.example", "https://shop.example", 1, 3, 0, None)


def arrive(folder: Path, page: ClaimedPage) -> PageAnswer:
    """The answer to `page`, its body where the fetcher puts it."""
    digest = hashlib.sha256(BODY).hexdigest()
    path = folder / str(page.id) / digest
    path.parent.mkdir(parents=True)
    path.write_bytes(BODY)
    file = FetchedFile(
        path=path, sha256=digest, bytes=len(BODY), content_type="text/html", final_url=URL, etag='"1"',
        last_modified=None, headers={"etag": '"1"'},
    )  # fmt: skip
    return PageAnswer("content", None, 200, URL, file)


def test_what_was_answered_is_there_once_in_the_next_life(tmp_path: Path, page: ClaimedPage) -> None:
    life = Arrivals(tmp_path, KEPT_SECONDS)
    answer = arrive(tmp_path, page)
    life.keep(page, answer)
    assert life.take_left(page) is None, "what a process keeps is for the next one"
    later = Arrivals(tmp_path, KEPT_SECONDS)
    assert later.take_left(page) == answer
    assert later.take_left(page) is None


async def test_what_is_written_is_dropped(tmp_path: Path, page: ClaimedPage) -> None:
    life = Arrivals(tmp_path / "made when needed", KEPT_SECONDS)
    life.keep(page, PageAnswer("gone", "answered 404 Not Found", 404, URL))
    assert Arrivals(tmp_path / "made when needed", KEPT_SECONDS).take_left(page) == PageAnswer(
        "gone", "answered 404 Not Found", 404, URL
    )
    await life.drop([page])
    assert Arrivals(tmp_path / "made when needed", KEPT_SECONDS).take_left(page) is None


@pytest.mark.parametrize("kind", ["again", "pending"])
def test_a_refusal_is_not_kept(tmp_path: Path, page: ClaimedPage, kind: str) -> None:
    Arrivals(tmp_path, KEPT_SECONDS).keep(page, PageAnswer(kind, "answered 429", 429))  # type: ignore[arg-type]
    assert Arrivals(tmp_path, KEPT_SECONDS).take_left(page) is None


@pytest.mark.parametrize("harm", ["note cut", "body cut", "body gone", "too old"])
def test_what_is_not_whole_or_too_old_is_asked_for_again(tmp_path: Path, page: ClaimedPage, harm: str) -> None:
    answer = arrive(tmp_path, page)
    Arrivals(tmp_path, KEPT_SECONDS).keep(page, answer)
    note = tmp_path / str(page.id) / "answer.json"
    assert answer.file is not None
    if harm == "note cut":
        note.write_bytes(note.read_bytes()[:-10])
    elif harm == "body cut":
        answer.file.path.write_bytes(BODY[:-1])
    elif harm == "body gone":
        answer.file.path.unlink()
    else:
        os.utime(note, (time.time() - 90_000,) * 2)
    assert Arrivals(tmp_path, KEPT_SECONDS).take_left(page) is None
