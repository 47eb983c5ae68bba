"""`python -m flows.feed` and the flow behind it: deliveries keep the library in step."""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PIL import Image

from flows.feed import FeedIngest, fingerprint, ingest_feed
from flows.resume import run_or_resume
from tasks.catalog.ids import workspace_id
from tasks.prefect_server import use_home_server
from tasks.resources import open_resources
from tasks.storage.export import export_job
from tasks.storage.jobs import find_jobs
from tasks.storage.matches import undo_matches


class Delivered(NamedTuple):
    """What a delivery left."""

    job: dict[str, Any]
    lines: list[dict[str, Any]]

    @property
    def report(self) -> dict[str, Any]:
        return self.job["report"]

    @property
    def products(self) -> dict[str, int]:
        """The sums of the products that are not zero."""
        return {name: count for name, count in self.report["items"]["product"].items() if count}


Deliver = Callable[..., Awaitable[Delivered]]


@pytest.fixture(autouse=True)
def server(dsn: str) -> Iterator[None]:
    with use_home_server():
        yield


@pytest.fixture
def tenant() -> str:
    return f"feed-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def deliver(tenant: str) -> Deliver:
    """Import a feed into this test's own workspace."""

    async def run_feed(source: Path, **options: Any) -> Delivered:
        params = FeedIngest(sources=[str(source)], workspace=tenant, **{"images": False, "enrich": False} | options)
        async with open_resources() as opened:
            run = await run_or_resume(ingest_feed, params, fingerprint(params), workspace_id(tenant))
            [job] = await find_jobs(opened.database, str(run))
            return Delivered(job, [line async for line in export_job(opened.database, run)])

    return run_feed


def record(number: int, **fields: str) -> str:
    values = {
        "g:id": f"A-{number}",
        "title": f"Chair {number}",
        "g:brand": "Oakline",
        "g:mpn": f"OK-{number:03}",
        "g:price": f"{100 + number}.50 EUR",
        "description": f"Chair number {number} is made of solid oak and has a seat of woven cord.",
    } | {name.replace("_", ":", 1): value for name, value in fields.items()}
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value) + "</item>"


def write_feed(path: Path, *records: str, end: str = "</channel></rss>") -> Path:
    head = '<?xml version="1.0"?><rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Oak</title>'
    path.write_text(head + "".join(records) + end)
    return path


async def test_deliveries_of_one_line_are_compared(deliver: Deliver, tenant: str, dump_library, tmp_path: Path) -> None:
    first = await deliver(write_feed(tmp_path / "oak-2026-11-01.xml", *map(record, range(1, 11))))
    assert first.job["status"] == "completed"
    assert first.products == {"declared": 10, "created": 10}
    assert [line["change"] for line in first.lines] == ["created"] * 10
    assert (first.lines[0]["name"], first.lines[0]["price"], first.lines[0]["currency"]) == ("Chair 1", "101.50", "EUR")
    assert first.report["items"]["chunk"]["created"] == 10

    before = dump_library(tenant)
    again = await deliver(tmp_path / "oak-2026-11-01.xml")
    assert (again.products, again.job["completion_reason"]) == ({"declared": 10, "unchanged": 10}, "unchanged")
    assert dump_library(tenant) == before

    second = [record(1, g_price="90 EUR"), *map(record, range(2, 10)), record(11)]
    changed = await deliver(write_feed(tmp_path / "oak-2026-11-02.xml", *second))
    assert changed.products == {"declared": 10, "created": 1, "updated": 1, "unchanged": 8}
    assert changed.report["missing"] == ["Chair 10"]
    [update] = [one for one in changed.report["changes"] if one["change"] == "updated"]
    assert update["fields"] == [{"field": "price", "before": "101.5", "after": "90"}]
    assert [line["change"] for line in changed.lines] == ["updated", *["unchanged"] * 8, "created"]

    back = await deliver(write_feed(tmp_path / "oak-2026-11-03.xml", *second, record(10)))
    assert back.products == {"declared": 11, "updated": 1, "unchanged": 10}
    assert back.report["missing"] == []


async def test_a_delivery_that_lost_much_is_refused_and_changes_nothing(
    deliver: Deliver, tenant: str, dump_library, tmp_path: Path
) -> None:
    feed = write_feed(tmp_path / "feed.xml", *map(record, range(10)))
    await deliver(feed)
    before = dump_library(tenant)
    refused = await deliver(write_feed(feed, record(0, title="Renamed"), *map(record, range(1, 7))))
    assert refused.job["status"] == "failed"
    assert "3 of the 10 products" in refused.report["error"]
    assert "--force" in refused.report["error"]
    assert dump_library(tenant) == before
    limited = await deliver(feed, limit=2)
    assert limited.products == {"declared": 2, "updated": 1, "unchanged": 1}
    assert limited.report["missing"] == []
    forced = await deliver(feed, force=True, missing="delete")
    assert len(forced.report["missing"]) == 3
    assert len(dump_library(tenant)["products"]) == 7


async def test_a_delivery_that_breaks_off_changes_nothing_unless_asked_to(
    deliver: Deliver, tenant: str, dump_library, tmp_path: Path
) -> None:
    feed = write_feed(tmp_path / "feed.xml", record(1), record(2), end="<item><title>Cha")
    broken = await deliver(feed)
    assert broken.job["status"] == "failed"
    assert "line 1" in broken.report["error"]
    assert "--allow-partial" in broken.report["error"]
    assert dump_library(tenant)["products"] == []
    partial = await deliver(feed, allow_partial=True)
    assert partial.job["completion_reason"] == "completed_with_failures"
    assert partial.products == {"declared": 3, "created": 2, "failed": 1}
    assert "the feed breaks off" in partial.report["problems"][0]["reason"]


async def test_deliveries_in_a_folder_are_taken_in_the_order_of_their_dates(deliver: Deliver, tmp_path: Path) -> None:
    for day in range(1, 5):
        write_feed(tmp_path / f"oak-2026-11-0{day}.xml", record(1, g_price=f"{day} EUR"), record(2))
    done = await deliver(tmp_path)
    assert len(done.report["children"]) == 4
    assert done.products == {"declared": 8, "created": 2, "updated": 3, "unchanged": 3}
    assert {line["price"] for line in done.lines if line["name"] == "Chair 1"} == {"4"}


async def test_every_record_is_accounted_for(deliver: Deliver, tmp_path: Path) -> None:
    twins = [record(1), record(1, title="Its twin"), record(2, title=""), record(3)]
    done = await deliver(write_feed(tmp_path / "feed.xml", *twins))
    assert done.products == {"declared": 4, "created": 3, "failed": 1}
    assert (done.report["problems"][0]["key"], done.report["problems"][0]["reason"]) == ("A-2", "no name")
    assert [line["name"] for line in done.lines] == ["Chair 1", "Its twin", "Chair 3"]
    again = await deliver(tmp_path / "feed.xml")
    assert again.products == {"declared": 4, "unchanged": 3, "failed": 1}


async def test_products_of_two_suppliers_are_merged_by_their_gtin_and_taken_apart(
    deliver: Deliver, tenant: str, tmp_path: Path
) -> None:
    gtin = "4006381333931"
    await deliver(write_feed(tmp_path / "one.xml", record(1, g_gtin=gtin), record(2)))
    other = write_feed(tmp_path / "two.xml", record(7, g_gtin=gtin, g_brand="Other"), record(8, g_mpn="ZZ-9"))
    merged = (await deliver(other)).report["merged"]
    assert [(one["rule"], one["kind"], one["product"]) for one in merged] == [("gtin", "merged", "Chair 7")]
    count = "select count(*) from public.products where workspace_id = %s and merged_into is not null"
    async with open_resources() as opened:
        assert await opened.database.fetch(count, workspace_id(tenant)) == [(1,)]
        product = uuid.UUID(merged[0]["product_id"])
        assert await undo_matches(opened.database, workspace_id(tenant), product=product) == 1
    assert (await deliver(other, force=True)).report["merged"] == []
    async with open_resources() as opened:
        assert await opened.database.fetch(count, workspace_id(tenant)) == [(0,)]


def test_images_are_fetched_once_and_a_dead_one_fails_alone(
    run, run_here, misbehaving_port: int, tmp_path: Path
) -> None:
    picture = tmp_path / "chair.png"
    Image.effect_noise((200, 150), 60).convert("RGB").save(picture)
    server = f"http://127.0.0.1:{misbehaving_port}"
    name = uuid.uuid4().hex
    image = f"{server}/picture/{name}.png?path={picture}"
    feed = write_feed(
        tmp_path / "feed.xml",
        record(1, g_image_link=image),
        record(2, g_image_link=image, g_additional_image_link=f"{server}/status/404"),
    )
    options = {"QUARRY_ALLOW_PRIVATE_HOSTS": f"127.0.0.1:{misbehaving_port}"}
    tenant, url = f"feed-{name[:8]}", f"{server}/picture/{name}.xml?path={feed}"
    export = tmp_path / "lines.jsonl"
    first = run("flows.feed", url, "--json", "--workspace", tenant, "--export", export, **options)
    assert first.code == 1, first.stderr
    report = first.report
    assert {key: report["items"]["image"][key] for key in ("declared", "created", "failed")} == {
        "declared": 2, "created": 1, "failed": 1,
    }  # fmt: skip
    assert report["items"]["product"]["created"] == 2
    assert report["vectors"]["image_slig_embeddings"] == 1
    assert report["vectors"]["products"] == 2
    lines = [json.loads(line) for line in export.read_text().splitlines()]
    assert [image["label"] for image in lines[1]["images"]] != [None, None]
    assert [bool(image["sha256"]) for image in lines[1]["images"]] == [True, False]

    second = run_here("flows.feed", url, "--json", "--workspace", tenant, "--export", export, **options)
    assert (second.code, second.report["completion_reason"]) == (0, "unchanged")
    assert second.report["items"]["product"]["unchanged"] == 2
    assert [json.loads(line)["change"] for line in export.read_text().splitlines()] == ["unchanged"] * 2


def test_a_feed_of_its_own_is_previewed_mapped_and_imported_from_standard_input(run_here, tmp_path: Path) -> None:
    feed, mapping = tmp_path / "muebles.xml", tmp_path / "muebles.yaml"
    rows = "".join(
        f"<producto><referencia>M-{n}</referencia><nombre>Mesa {n}</nombre><fabricante>Roble</fabricante>"
        f"<precio>{n},50 €</precio><acabado>aceite</acabado></producto>"
        for n in range(10, 16)
    )
    feed.write_text(f"<catalogo>{rows}</catalogo>")
    shown = run_here("flows.feed", feed, "--preview", "--save-mapping", mapping)
    assert shown.code == 0, shown.stderr
    assert "precio" in shown.stdout
    assert "/catalogo/producto" in mapping.read_text()
    mapping.write_text(mapping.read_text().replace("acabado", "acabado"))
    dry = run_here("flows.feed", feed, "--mapping", mapping, "--dry-run", "--json")
    assert (dry.code, dry.report["feeds"][0]["created"]) == (0, 6)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("record: /a/b\nfields:\n  nmae: [x]\n")
    refused = run_here("flows.feed", feed, "--mapping", wrong)
    assert refused.code == 2
    assert "name" in refused.stderr
    assert "Traceback" not in refused.stderr
