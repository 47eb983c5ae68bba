"""Downloads against the misbehaving server, the real caps and the real database."""

import asyncio
import dataclasses
import hashlib
import json
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import numpy as np
import psycopg
import pytest
from PIL import Image

from tasks import resources
from tasks.catalog.engines import ItemFailure
from tasks.download_settings import DownloadSettings
from tasks.downloads import Downloaded, ImageRequest, download_images, open_downloads
from tasks.images import image_row
from tasks.jobs import Job, JobKind, open_job
from tasks.limits import ensure_limits
from tasks.prefect_server import use_home_server
from tasks.storage import downloads as store
from tasks.storage import library
from tasks.storage.jobs import list_problems

KIND = JobKind("feed", {"image": 1.0}, {"image": "stored"})
QUICK = DownloadSettings(download_backoff_seconds=0.01, download_seconds=5)


@pytest.fixture(autouse=True)
def home_server(dsn: str) -> Iterator[None]:
    with use_home_server():
        yield


@pytest.fixture
async def job(workspace: uuid.UUID, misbehaving_port: int, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Job]:
    """A job that may reach the misbehaving server."""
    allowed = {"allow_private_hosts": frozenset({f"127.0.0.1:{misbehaving_port}"})}
    async with resources.open_resources() as opened:
        await ensure_limits()
        rows = await opened.database.fetch("select name from public.workspaces where id = %s", workspace)
        own = dataclasses.replace(opened, settings=opened.settings.model_copy(update=allowed))
        with monkeypatch.context() as patch:
            patch.setattr(resources, "_open", [own])
            yield await start_job(workspace, rows[0][0])


async def start_job(workspace: uuid.UUID, name: str) -> Job:
    return await open_job(
        KIND,
        run_id=uuid.uuid4(),
        workspace_id=workspace,
        workspace=name,
        source="feed.xml",
        label="feed",
        fingerprint=uuid.uuid4().hex,
        parameters={},
    )


@pytest.fixture
def server(misbehaving_port: int) -> str:
    address = f"http://127.0.0.1:{misbehaving_port}"
    read_counts(address, "?reset=1")
    return address


def read_counts(server: str, query: str = "") -> Any:
    with urlopen(f"{server}/counts{query}") as answer:
        return json.load(answer)


@pytest.fixture
def offer(server: str, tmp_path: Path) -> Callable[..., str]:
    """An address for a picture of its own: `offer("a", ext="webp", etag='"v1"')`."""

    def make(name: str, ext: str = "jpg", size: tuple[int, int] = (96, 64), **query: object) -> str:
        path = tmp_path / f"{name}.{ext}"
        pixels = np.random.default_rng(abs(hash(name)) % 2**32).integers(0, 255, (6, 6, 3)).astype("uint8")
        Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC).save(path)
        return offer_file(server, path, **query)

    return make


def offer_file(server: str, path: Path, **query: object) -> str:
    more = "".join(f"&{key}={quote(str(value))}" for key, value in query.items())
    return f"{server}/picture/{path.name}?path={quote(str(path))}{more}"


async def fetch(
    job: Job, folder: Path, *urls: str, settings: DownloadSettings = QUICK, **more: Any
) -> list[Downloaded | ItemFailure]:
    async with open_downloads(job, folder / "images", settings, **more) as downloads:
        return await download_images.fn(downloads, [ImageRequest(url) for url in urls], 1, 1)


async def fetch_and_store(job: Job, folder: Path, *urls: str, **more: Any) -> list[Downloaded]:
    """As a flow does: the rows of what is new are written."""
    found = [one for one in await fetch(job, folder, *urls, **more) if isinstance(one, Downloaded)]
    assert len(found) == len(urls)
    async with job.database.transaction() as connection:
        await library.save_images(connection, [image_row(job, one, "download") for one in found if not one.known], None)
    return found


async def test_images_arrive_with_what_their_rows_need(
    job: Job, offer: Callable[..., str], tmp_path: Path, server: str
) -> None:
    kept, converted = await fetch_and_store(job, tmp_path, offer("kept"), offer("converted", "webp"))
    assert kept.path is not None
    assert converted.path is not None
    assert kept.path.read_bytes() == (tmp_path / "kept.jpg").read_bytes()
    assert (kept.ext, kept.width, kept.height, kept.known) == ("jpg", 96, 64, False)
    assert Image.open(converted.path).format == {"jpg": "JPEG", "png": "PNG"}[converted.ext]
    assert {path.name for path in (tmp_path / "images").iterdir()} == {kept.path.name, converted.path.name, ".received"}
    assert read_counts(server)["accept"].startswith("image/jpeg")
    rows = await job.database.fetch(
        "select i.sha256, i.extraction_layer, length(perceptual_hash) from public.document_images i "
        "join public.downloads using (workspace_id, sha256) where workspace_id = %s",
        job.workspace_id,
    )
    assert sorted(rows) == sorted((one.sha256, "download", 16) for one in (kept, converted))


async def test_a_dead_image_is_its_own_failure(
    job: Job, offer: Callable[..., str], server: str, tmp_path: Path
) -> None:
    page = tmp_path / "page.jpg"
    page.write_text("<!doctype html><title>Not found</title>")
    drawing = tmp_path / "drawing.svg"
    drawing.write_text('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')
    bad = {
        f"{server}/status?code=404": "404",
        f"{server}/redirect?to={quote('http://169.254.169.254/latest/meta-data/')}": "not a public address",
        "http://10.0.0.1/a.jpg": "not a public address",
        "ftp://example.org/a.jpg": "only http",
        "http://[::1": "not a valid URL",
        "http://shop.example/\0.jpg": "not a valid URL",
        "http://shop.example:port/\ud800.jpg": "not a valid URL",
        "": "only http",
        f"{server}/endless": "more than 1000000 bytes",
        f"{server}/bomb?megabytes=5": "more than 1000000 bytes",
        f"{server}/slow": "did not arrive within 3 s",
        f"{server}/loop": "more than 5 times",
        f"{server}/short": "failed",
        offer_file(server, page): "a web page",
        offer_file(server, drawing): "SVG",
        offer("torn", cut=700): "truncated",
        offer("huge", "png", size=(2000, 1100)): "2000 x 1100 pixels are more than",
        offer("dot", "gif", size=(1, 1)): "too few",
    }
    tight = QUICK.model_copy(
        update={"download_seconds": 3.0, "download_max_mb": 1.0, "download_max_megapixels": 2.0, "download_retries": 1}
    )
    results = await fetch(job, tmp_path, *bad, offer("good", type="text/html"), settings=tight)
    *failures, good = results
    assert isinstance(good, Downloaded)
    for (url, reason), failure in zip(bad.items(), failures, strict=True):
        assert isinstance(failure, ItemFailure), url
        assert reason in failure.reason
    problems = {item.key: (item.status, item.reason) for item in await list_problems(job.database, job.id, 100)}
    assert problems == {
        store.show_url(url): ("failed", failure.reason) for url, failure in zip(bad, failures, strict=True)
    }
    kinds = {url: one.permanent for url, one in zip(bad, failures, strict=True) if isinstance(one, ItemFailure)}
    assert [url for url, permanent in kinds.items() if not permanent] == [f"{server}/slow", f"{server}/short"]


async def test_a_redirect_to_another_host_waits_for_that_hosts_turn(
    job: Job, offer: Callable[..., str], server: str, tmp_path: Path
) -> None:
    held: list[str] = []
    asked: list[str] = []

    @asynccontextmanager
    async def turn(url: str) -> AsyncIterator[None]:
        assert not held, "the first host's turn is over before the second's is waited for"
        held.append(url)
        asked.append(url)
        yield
        held.clear()

    elsewhere = offer("elsewhere").replace("127.0.0.1", "localhost")
    settings = resources.current().settings
    allowed = settings.allow_private_hosts | {
        name.replace("127.0.0.1", "localhost") for name in settings.allow_private_hosts
    }
    object.__setattr__(settings, "allow_private_hosts", allowed)  # the settings are this test's own copy
    first = f"{server}/redirect?to={quote(elsewhere, safe='')}"
    [found] = await fetch(job, tmp_path, first, turn=turn)
    assert isinstance(found, Downloaded), found
    assert asked == [first, elsewhere]


async def test_an_unchanged_image_is_not_sent_again(
    job: Job, offer: Callable[..., str], server: str, tmp_path: Path
) -> None:
    urls = [offer("tagged", etag='"v1"'), offer("dated", modified="yesterday"), offer("plain")]
    first = await fetch_and_store(job, tmp_path, *urls)
    again = await start_job(job.workspace_id, job.workspace)
    second = await fetch(again, tmp_path / "again", *urls)
    assert second == [one._replace(known=True, path=None) for one in first]
    assert read_counts(server)["not_modified"] == 2
    assert await fetch(again, tmp_path / "force", *urls, force=True) == [
        one._replace(path=tmp_path / "force" / "images" / f"{one.sha256}.{one.ext}") for one in first
    ]
    assert read_counts(server)["not_modified"] == 2


async def test_a_fresh_image_is_not_asked_for(job: Job, offer: Callable[..., str], server: str, tmp_path: Path) -> None:
    url = offer("hashed")
    digest = hashlib.sha1((tmp_path / "hashed.jpg").read_bytes(), usedforsecurity=False).hexdigest()
    urls = [f"{url}&v={digest[:16]}", offer("aged", cache="public, max-age=600"), offer("wary", cache="no-cache")]
    await fetch_and_store(job, tmp_path, *urls)
    again = await start_job(job.workspace_id, job.workspace)
    assert all(isinstance(one, Downloaded) and one.known for one in await fetch(again, tmp_path, *urls))
    assert read_counts(server)["requests"] == {"hashed.jpg": 1, "aged.jpg": 1, "wary.jpg": 2}
    assert (again.account.figures["downloads"].requests, again.account.figures["downloads"].cached) == (1, 2)
    distrust = QUICK.model_copy(update={"download_fresh_days": 0})
    await fetch(again, tmp_path, *urls, settings=distrust)
    assert read_counts(server)["requests"] == {"hashed.jpg": 1, "aged.jpg": 2, "wary.jpg": 3}


async def test_an_image_whose_row_is_gone_is_fetched_again(job: Job, offer: Callable[..., str], tmp_path: Path) -> None:
    url = offer("lost", etag='"v1"', cache="max-age=600")
    await fetch_and_store(job, tmp_path, url)
    await job.database.execute("delete from public.document_images where workspace_id = %s", job.workspace_id)
    [again] = await fetch(job, tmp_path, url)
    assert isinstance(again, Downloaded)
    assert again.path is not None
    assert not again.known


async def test_a_changed_image_is_another_image(job: Job, offer: Callable[..., str], tmp_path: Path) -> None:
    url = offer("changing", etag="auto")
    [first] = await fetch_and_store(job, tmp_path, url)
    offer("other")
    (tmp_path / "other.jpg").replace(tmp_path / "changing.jpg")
    [second] = await fetch_and_store(job, tmp_path, url)
    assert not second.known
    assert second.sha256 == hashlib.sha256((tmp_path / "changing.jpg").read_bytes()).hexdigest() != first.sha256
    [third] = await fetch_and_store(job, tmp_path, url)
    assert third == second._replace(known=True, path=None)


async def test_a_url_is_fetched_once_in_a_job(job: Job, offer: Callable[..., str], server: str, tmp_path: Path) -> None:
    url = offer("shared", delay=0.3)
    async with open_downloads(job, tmp_path / "images", QUICK) as downloads:
        batch = [ImageRequest(url, "a"), ImageRequest(f"{url}#zoom", "b")]
        done = await asyncio.gather(*(download_images.fn(downloads, batch, n, None) for n in range(3)))
        done.append(await download_images.fn(downloads, batch, 4, 4))
    assert len({one.sha256 for results in done for one in results if isinstance(one, Downloaded)}) == 1
    assert read_counts(server)["requests"] == {"shared.jpg": 1}


async def test_never_more_than_five_at_a_time(job: Job, offer: Callable[..., str], server: str, tmp_path: Path) -> None:
    urls = [offer(f"busy-{number}", delay=0.2) for number in range(15)]
    hasty = QUICK.model_copy(update={"download_seconds": 0.45})  # less than all of them take: waiting is not counted
    results = await fetch(job, tmp_path, *urls, settings=hasty)
    assert all(isinstance(one, Downloaded) for one in results)
    assert read_counts(server)["most_at_once"] == 5


async def test_a_refused_image_is_tried_when_its_server_said(
    job: Job, offer: Callable[..., str], server: str, tmp_path: Path
) -> None:
    urls = [offer("busy", failures=1, status=429, retry_after=1), offer("flaky", failures=3, status=500)]
    results = await fetch(job, tmp_path, *urls)
    assert all(isinstance(one, Downloaded) for one in results)
    assert read_counts(server)["requests"] == {"busy.jpg": 2, "flaky.jpg": 4}
    assert job.account.figures["downloads"].retries == 4


async def test_an_image_whose_server_asks_for_too_long_stays_pending(
    job: Job, offer: Callable[..., str], server: str, tmp_path: Path
) -> None:
    brief = QUICK.model_copy(update={"download_longest_pause_seconds": 0, "download_host_refusals": 3})
    urls = [offer(f"later-{number}", failures=99, status=503, retry_after=3600) for number in range(20)]
    results = await fetch(job, tmp_path, *urls, settings=brief)
    assert all(isinstance(one, ItemFailure) and not one.permanent for one in results)
    assert {item.status for item in await list_problems(job.database, job.id, 100)} == {"pending"}
    assert sum(read_counts(server)["requests"].values()) <= 8  # three refusals and what was under way: it is left alone


async def test_no_secret_of_a_url_is_stored(job: Job, offer: Callable[..., str], dsn: str, tmp_path: Path) -> None:
    secret = "s3cr3tS1gnatur3Value0123456789"
    await fetch_and_store(job, tmp_path, f"{offer('signed')}&X-Amz-Signature={secret}")
    await fetch(job, tmp_path, f"{offer('gone', cut=0)}&X-Amz-Signature={secret}")
    with psycopg.connect(dsn) as connection:
        for table in ("downloads", "job_items"):
            rows = connection.execute(
                f"select t::text from public.{table} t where workspace_id = %s", (job.workspace_id,)
            ).fetchall()
            assert rows
            assert secret not in str(rows)


@asynccontextmanager
async def cancelled_after(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        pass


async def test_a_job_that_ends_early_leaves_no_slot_held_and_no_file_half_written(
    job: Job, offer: Callable[..., str], server: str, tmp_path: Path
) -> None:
    async with cancelled_after(0.5):
        await fetch(job, tmp_path, *(offer(f"slow-{number}", delay=60) for number in range(10)))
    results = await fetch(job, tmp_path, *(offer(f"next-{number}") for number in range(5)))
    assert all(isinstance(one, Downloaded) for one in results)
    assert list((tmp_path / "images" / ".received").rglob("*")) == []
