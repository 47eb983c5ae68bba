"""Downloads on the real database."""

import asyncio
import uuid
from typing import Any

import pytest

from tasks.catalog import ids
from tasks.storage import library
from tasks.storage.database import Database
from tasks.storage.downloads import (
    DownloadRow,
    confirm_downloads,
    find_known,
    hash_url,
    make_row,
    save_downloads,
    show_url,
)
from tasks.storage.rows import ImageRow, seal

URL = "https://shop.example/a.jpg"
DAY_SECONDS = 86_400


def make_download(workspace: uuid.UUID, url: str = URL, **changes: Any) -> DownloadRow:
    facts: dict[str, Any] = {
        "etag": '"v1"',
        "last_modified": None,
        "max_age_seconds": 0,
        "immutable": False,
        "received_sha256": "r" * 64,
        "content_type": "image/webp",
        "sha256": "5" * 64,
        "extension": "jpg",
        "file_size": 10,
        "source_job_id": uuid.uuid4(),
    }
    return make_row(workspace, url, **(facts | changes))


async def save(database: Database, *rows: DownloadRow) -> Any:
    async with database.transaction() as connection:
        return await save_downloads(connection, rows)


async def store_image(database: Database, workspace: uuid.UUID, sha256: str = "5" * 64) -> None:
    row = ImageRow(
        id=ids.image_id(workspace, sha256),
        workspace_id=workspace,
        sha256=sha256,
        storage_path="w/images/a.jpg",
        content_type="image/jpeg",
        width=30,
        height=20,
        file_size=10,
        extraction_layer="download",
        perceptual_hash="0" * 16,
        stats={"entropy": 1.5},
        schema_version=1,
        source_job_id=uuid.uuid4(),
    )
    async with database.transaction() as connection:
        await library.save_images(connection, [seal(row)], None)


async def find(database: Database, workspace: uuid.UUID, url: str = URL, seconds: int = DAY_SECONDS) -> Any:
    found = await find_known(database, workspace, [hash_url(url)], longest_fresh_seconds=seconds)
    return found.get(hash_url(url))


async def test_a_download_is_known_by_its_url_once_its_image_is_stored(
    database: Database, workspace: uuid.UUID
) -> None:
    await save(database, make_download(workspace))
    assert await find(database, workspace) is None
    await store_image(database, workspace)
    known = await find(database, workspace, f" {URL}#zoom ")
    assert (known.etag, known.received_sha256, known.fresh) == ('"v1"', "r" * 64, False)
    assert known.image == ("5" * 64, "jpg", 30, 20, 10, "0" * 16, {"entropy": 1.5})
    assert await find(database, workspace, f"{URL}?v=2") is None
    assert await find(database, uuid.uuid4()) is None


async def test_freshness_counts_from_the_last_confirmation(database: Database, workspace: uuid.UUID) -> None:
    row = make_download(workspace, max_age_seconds=600)
    await save(database, row)
    await store_image(database, workspace)
    assert (await find(database, workspace)).fresh
    assert not (await find(database, workspace, seconds=0)).fresh
    await database.execute("update public.downloads set updated_at = now() - interval '1 hour' where id = %s", row.id)
    assert not (await find(database, workspace)).fresh
    async with database.transaction() as connection:
        await confirm_downloads(connection, [row.id])
    assert (await find(database, workspace)).fresh


async def test_a_url_that_names_its_content_is_always_fresh(database: Database, workspace: uuid.UUID) -> None:
    await save(database, make_download(workspace, immutable=True))
    await store_image(database, workspace)
    assert (await find(database, workspace, seconds=0)).fresh


async def test_saying_the_same_again_writes_nothing(database: Database, workspace: uuid.UUID) -> None:
    row = make_download(workspace)
    assert len((await save(database, row, row)).created) == 1
    again = make_download(workspace)
    assert len((await save(database, again)).unchanged) == 1
    async with database.transaction() as connection:
        await confirm_downloads(connection, [row.id])
    rows = await database.fetch("select created_at = updated_at from public.downloads where id = %s", row.id)
    assert rows == [(True,)]
    assert len((await save(database, make_download(workspace, etag='"v2"'))).updated) == 1


async def test_writers_of_the_same_downloads_do_not_lock_each_other_out(
    database: Database, workspace: uuid.UUID
) -> None:
    rows = [make_download(workspace, f"{URL}?{number}", max_age_seconds=60) for number in range(40)]
    await save(database, *rows)

    async def confirm(turn: int) -> None:
        async with database.transaction() as connection:
            await confirm_downloads(connection, [row.id for row in (rows if turn % 2 else rows[::-1])])

    await asyncio.gather(*(confirm(turn) for turn in range(6)))


@pytest.mark.parametrize("secret", ["X-Amz-Signature=0a1b2c3d4e5f60718293", "token=hunter2"])
def test_shown_urls_keep_no_secret_and_stay_different(secret: str) -> None:
    shown = [show_url(f"{URL}?n={number}&{secret}{number}") for number in (1, 1, 2)]
    assert shown[0] == shown[1] != shown[2]
    assert secret.split("=")[1] not in str(shown)
    assert show_url(f"{URL}#part") == URL
    assert secret.split("=")[1] not in make_download(uuid.uuid4(), f"{URL}?{secret}").url
