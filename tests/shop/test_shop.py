"""The shop tells a rude crawler from a polite one, and serves what its truth says."""

import asyncio
import gzip
from typing import Any

import httpx
import pytest

from tasks.catalog.web.robots import read_robots
from tasks.catalog.web.sitemaps import read_sitemap


@pytest.fixture
def get(shop: Any) -> Any:
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield client.get


def test_it_counts_what_a_rude_crawler_does(shop: Any, get: Any) -> None:
    for path in ("info/0", "cart", "private/open", "private/a", "c/chairs?sort=price"):
        get(shop.urls[0] + path)
    shop.configure(0, storm={"left": 1, "retry_after": 30})
    assert get(shop.urls[0]).status_code == 429
    get(shop.urls[0])
    get(f"http://localhost:{shop.port}/secret")
    seen = shop.stats(delay=1.0)
    host = seen[shop.hosts[0]]
    assert host["robots_violations"] == ["/cart", "/private/a", "/c/chairs?sort=price"]
    assert (host["rate_violations"], host["pause_violations"]) == (6, 1)
    assert seen["elsewhere"]["requests"] == 1


async def test_it_counts_requests_at_once(shop: Any) -> None:
    shop.configure(2, latency=0.2)
    async with httpx.AsyncClient(trust_env=False) as client:
        await asyncio.gather(*[client.get(f"{shop.urls[2]}info/{number}") for number in range(3)])
    assert shop.stats()[shop.hosts[2]]["max_in_flight"] == 3


def test_its_truth_is_what_it_serves(shop: Any, get: Any) -> None:
    truth = shop.truth()[shop.hosts[0]]
    assert len(truth["pages"]) == len(set(truth["pages"])) == 40
    assert {get(url).status_code for url in truth["pages"]} == {200}
    robots = get(f"{shop.urls[0]}robots.txt")
    [index] = read_robots(200, robots.content).list_sitemaps(str(robots.url))
    listed = set()
    for sitemap in read_sitemap(get(index).content, index).entries:
        listed |= {entry.url for entry in read_sitemap(get(sitemap.url).content, sitemap.url).entries}
    assert listed == set(truth["pages"])
    assert gzip.decompress(get(f"{shop.urls[0]}sitemaps/products.xml.gz").content).startswith(b"<?xml")


def test_pages_change_vanish_and_answer_conditional_requests(shop: Any, get: Any) -> None:
    first, second, *_ = shop.truth()[shop.hosts[0]]["products"]
    before = get(first["url"])
    assert get(first["url"], headers={"If-None-Match": before.headers["etag"]}).status_code == 304
    shop.configure(0, repriced={first["number"]: "1.23"}, vanished=[second["number"]])
    after = get(first["url"], headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert "1.23" in after.text or "1,23" in after.text
    assert get(second["url"]).status_code == 404
    assert second["url"] not in shop.truth()[shop.hosts[0]]["pages"]
    assert shop.stats()[shop.hosts[0]]["conditional"] == 2
