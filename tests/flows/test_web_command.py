"""`python -m flows.web` as a user runs it, against `tests/shop`, which counts what a crawler does wrong."""

import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from prefect.client.orchestration import get_client
from prefect.states import Paused, Running

from tasks.prefect_server import use_home_server

SECONDS = 120
DELAY = 0.1  # of these crawls; that it is one second by default is the setting's
LIBRARY = ("products", "document_chunks", "document_images", "image_product_associations", "product_matches")


@pytest.fixture
def fresh(dsn: str, shop: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A workspace's name; the shop may be reached, at this test's speed, and its hosts are new to us."""
    with psycopg.connect(dsn) as connection:
        connection.execute("delete from quarry.web_robots")
        connection.execute("delete from quarry.web_hosts")
    monkeypatch.setenv("QUARRY_ALLOW_PRIVATE_HOSTS", shop.allowed)
    monkeypatch.setenv("QUARRY_WEB_DELAY_SECONDS", str(DELAY))
    return f"web-{uuid.uuid4().hex[:8]}"


def read_library(dump: Callable[[str], dict[str, Any]], workspace: str) -> dict[str, Any]:
    rows = dump(workspace)
    return {table: rows[table] for table in LIBRARY}


def test_a_shop_becomes_products_and_is_left_in_peace(run, run_here, shop, fresh, dump_library, tmp_path: Path) -> None:
    export = tmp_path / "products.jsonl"
    command = ["flows.web", shop.urls[0], "--json", "--no-enrich", "--workspace", fresh, "--export", export]
    truth = {product["url"]: product for product in shop.truth()[shop.hosts[0]]["products"]}

    first = run(*command)
    assert first.code == 0, first.stderr
    items = first.report["items"]
    assert (items["page"]["declared"], items["page"]["created"]) == (40, 40)
    assert (items["product"]["declared"], items["product"]["created"]) == (len(truth), len(truth))
    assert items["image"]["created"] == len(truth)
    lines = {line["url"]: line for line in map(json.loads, export.read_text().splitlines())}
    assert lines.keys() == truth.keys()
    wrong = [
        (name, line[name], truth[url][name])
        for url, line in lines.items()
        for name in ("name", "price", "list_price", "currency", "availability")
        if line[name] != truth[url][name]
    ]
    assert not wrong
    assert all(line["provenance"]["price"]["url"] == url for url, line in lines.items())
    assert all([image["path"] for image in line["images"]] for line in lines.values())
    seen = shop.stats(delay=DELAY)[shop.hosts[0]]
    assert (seen["robots_violations"], seen["rate_violations"], seen["max_in_flight"]) == ([], 0, 1)
    assert max(seen["targets"].values()) == 1, "nothing is asked for twice, whatever parameters its links carry"
    assert any(reason.startswith("robots.txt disallows") for reason in first.report["frontier"])

    before = read_library(dump_library, fresh)
    shop.reset()
    again = run_here(*command)
    assert (again.code, again.report["completion_reason"]) == (0, "unchanged"), again.stderr
    assert again.report["items"]["page"]["unchanged"] == 40
    assert again.report["items"]["product"]["unchanged"] == len(truth)
    assert again.report["items"]["image"]["declared"] == 0
    assert read_library(dump_library, fresh) == before
    seen = shop.stats(delay=DELAY)[shop.hosts[0]]
    assert seen["conditional"] == seen["statuses"]["304"] == 40

    gone, repriced, *_ = truth.values()
    shop.configure(0, vanished=[gone["number"]], repriced={repriced["number"]: "1.23"})
    third = run_here(*command)
    assert third.code == 0, third.stderr
    assert third.report["missing"] == [gone["name"]]
    assert third.report["items"]["product"]["updated"] == 1
    assert {line["url"]: line["price"] for line in map(json.loads, export.read_text().splitlines())}[
        repriced["url"]
    ] == "1.23"
    assert gone["url"] not in export.read_text()


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "flows.web", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(shop: Any, host: int, requests: int) -> None:
    deadline = time.monotonic() + SECONDS
    while shop.stats()[shop.hosts[host]]["requests"] < requests:
        assert time.monotonic() < deadline, "the shop was not asked"
        time.sleep(0.02)


def find_job(dsn: str, workspace: str) -> tuple[uuid.UUID, str]:
    query = (
        "select j.id, j.status from public.background_jobs j join public.workspaces w on w.id = j.workspace_id "
        "where w.name = %s order by j.created_at desc limit 1"
    )
    with psycopg.connect(dsn) as connection:
        [row] = connection.execute(query, (workspace,)).fetchall()
    return row


def test_a_crawl_killed_with_9_goes_on_under_its_own_id(run_here, shop, fresh, home: Path, dsn: str) -> None:
    long_gone = home / "work" / f"web-{uuid.uuid4()}"
    long_gone.mkdir(parents=True)
    os.utime(long_gone, (0, 0))
    sources = [shop.urls[2], f"{shop.urls[2]}sitemap.xml"]
    arguments = [*sources, "--json", "--no-enrich", "--no-images", "--workspace", fresh]
    shop.configure(2, storm={"left": 3, "every": 4, "retry_after": 1})
    process = start(*arguments)
    wait_for(shop, 2, 6)
    process.kill()
    process.wait()
    killed, status = find_job(dsn, fresh)
    assert status == "processing"
    done = run_here("flows.web", *arguments)
    assert done.code == 0, done.stderr
    assert (done.report["job_id"], done.report["resumed"]) == (str(killed), True)
    truth = shop.truth()[shop.hosts[2]]
    # Without a robots.txt the basket, the orders and the sorted listing are pages too.
    assert done.report["items"]["page"]["created"] == len(truth["pages"]) + 3
    assert done.report["items"]["product"]["created"] == len(truth["products"])
    seen = shop.stats(delay=DELAY)[shop.hosts[2]]
    assert (seen["rate_violations"], seen["robots_violations"], seen["pause_violations"]) == (0, [], 0)
    assert seen["statuses"]["429"] == 3
    again = sum(count - 1 for count in seen["targets"].values())
    assert again <= 3 + 1, "what was refused is asked for again, and the one page that was in flight"
    with psycopg.connect(dsn) as connection:
        ended = connection.execute("select complete from public.scraping_sessions where id = %s", (killed,)).fetchall()
    assert not long_gone.exists(), "what a crawl left that was never taken up again"
    assert not list(home.glob(f"work/*-{killed}"))
    assert ended == [(True,)], "what all its lives saw together is the whole shop, though only one read the sitemaps"


async def tell(job: uuid.UUID, state: Any) -> None:
    async with get_client() as client:
        await client.set_flow_run_state(job, state, force=True)


def wait_for_status(dsn: str, workspace: str, wanted: str) -> None:
    deadline = time.monotonic() + SECONDS
    while find_job(dsn, workspace)[1] != wanted:
        assert time.monotonic() < deadline, f"the job is not {wanted}"
        time.sleep(0.05)


def test_a_crawl_is_paused_resumed_and_cancelled(
    run_here, shop, fresh, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARRY_WEB_DELAY_SECONDS", "0.4")
    monkeypatch.setenv("QUARRY_CONTROL_SECONDS", "0.2")
    process = start(shop.urls[0], "--json", "--no-enrich", "--no-images", "--workspace", fresh)
    wait_for(shop, 0, 3)
    job, _ = find_job(dsn, fresh)
    with use_home_server():
        asyncio.run(tell(job, Paused(timeout_seconds=SECONDS)))
        wait_for_status(dsn, fresh, "paused")
        time.sleep(0.6)  # what was in flight
        before = shop.stats()[shop.hosts[0]]["requests"]
        time.sleep(1.2)
        assert shop.stats()[shop.hosts[0]]["requests"] == before
        asyncio.run(tell(job, Running()))
        wait_for(shop, 0, before + 2)
        assert find_job(dsn, fresh)[1] == "processing"
        told = run_here("flows.jobs", "cancel", str(job)[:12])
        assert told.code == 0, told.stderr
    stdout, stderr = process.communicate(timeout=SECONDS)
    assert (process.returncode, find_job(dsn, fresh)[1]) == (130, "cancelled"), stderr
    report = json.loads(stdout)
    assert report["status"] == "cancelled"
    assert report["items"]["page"]["created"] >= 3
    assert report["items"]["page"]["declared"] == sum(report["items"]["page"].values()) / 2, "the sums close"
    assert "Traceback" not in stderr
    assert shop.stats()[shop.hosts[0]]["requests"] < 40


def test_odd_pages_cost_themselves_and_nothing_private_is_asked(run_here, shop, fresh, dsn: str) -> None:
    done = run_here(
        "flows.web", shop.urls[1], "--json", "--no-enrich", "--no-images", "--workspace", fresh,
        "--exclude", "/odd/filters**", "--max-pages", "80",
        QUARRY_WEB_PAGE_SECONDS="1.5", QUARRY_WEB_RETRIES="1", QUARRY_WEB_RETRY_SECONDS="0.2",
        QUARRY_WEB_BARREN_PAGES="3", QUARRY_WEB_DELAY_SECONDS="0.05",
    )  # fmt: skip
    assert done.code == 1, done.stderr
    assert done.report["completion_reason"] == "completed_with_failures"
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "select regexp_replace(url, '^http://[^/]+', ''), state, coalesce(reason, '') from public.scraping_pages "
            "where session_id = %s",
            (done.report["job_id"],),
        ).fetchall()
    ended = {path: (state, reason) for path, state, reason in rows}
    for name in ("silent", "slow", "short", "reset", "endless", "bomb", "nowhere", "loop", "status/500", "scheme"):
        assert ended[f"/odd/{name}"][0] == "failed", (name, ended[f"/odd/{name}"])
    assert ended["/odd/chain/30"] == ("failed", "redirects more than 5 times")
    assert "more than 10000000 bytes" in ended["/odd/bomb"][1]
    for name in ("private", "metadata", "status/404", "status/410", "status/403", "pdf", "noindex", "moved"):
        assert ended[f"/odd/{name}"][0] == "skipped", (name, ended[f"/odd/{name}"])
    for name in ("flaky/1", "latin1", "cp1251", "utf16", "cookie", "broken-json", "nul"):
        assert ended[f"/odd/{name}"][0] in ("fetched", "extracted"), (name, ended[f"/odd/{name}"])
    assert sum(path.startswith("/calendar/") and state == "fetched" for path, (state, _) in ended.items()) <= 1
    truth = shop.truth()[shop.hosts[1]]
    # A page of the shop that is served under other addresses too has its canonical one.
    assert done.report["items"]["product"]["created"] >= len(truth["products"])
    stats = shop.stats(delay=0.05)
    assert stats["elsewhere"]["requests"] == 0
    assert (stats[shop.hosts[1]]["robots_violations"], stats[shop.hosts[1]]["rate_violations"]) == ([], 0)


def test_a_dry_run_says_what_would_be_done_and_a_sitemap_what_there_is(run_here, shop, fresh, dump_library) -> None:
    planned = run_here("flows.web", shop.urls[0], "--from-sitemap", "--dry-run", "--json", "--workspace", fresh)
    assert planned.code == 0, planned.stderr
    [site] = planned.report["sites"]
    assert (site["pages"], site["known_pages"], site["delay_seconds"]) == (40, 0, DELAY)
    assert site["floor_seconds"] == pytest.approx(40 * DELAY)
    assert not dump_library(fresh)["scraping_pages"]
    assert shop.stats()[shop.hosts[0]]["requests"] == 4, "robots.txt, the index and its two sitemaps"
    arguments = ["--json", "--no-enrich", "--no-images", "--limit", "7", "--workspace", fresh]
    done = run_here("flows.web", f"{shop.urls[0]}sitemaps/products.xml.gz", *arguments)
    assert done.code == 0, done.stderr
    assert done.report["items"]["page"]["declared"] == done.report["items"]["product"]["created"] == 7
    assert done.report["frontier"] == {"not taken: the limit of 7 pages is reached": 28}


def test_wrong_usage_is_told_at_once(run_here) -> None:
    assert run_here("flows.web").code == 2
    refused = run_here("flows.web", "ftp://shop.example/")
    assert refused.code == 2
    assert "ftp://shop.example/" in refused.stderr
