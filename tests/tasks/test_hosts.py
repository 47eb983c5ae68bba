"""Politeness against the shop, which counts: rates over two processes, robots.txt, pauses, the Prefect limit."""

import asyncio
import os
import re
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate

from tasks.catalog.web.urls import PageUrl, read_url
from tasks.host_limits import limit_name, settle_limit
from tasks.hosts import HostPausedError, Hosts, Politeness, back_off, read_politeness
from tasks.limit_table import LimitUnavailableError
from tasks.prefect_server import use_home_server
from tasks.storage import scraping
from tasks.storage.database import Database
from tasks.storage.scraping import NewPage, SessionRow
from tasks.web_settings import WebSettings

POLITE = Politeness(delay=0.2, max_crawl_delay=0.5, limit=60, longest_pause=5)


def page(address: str) -> PageUrl:
    found = read_url(address)
    assert found is not None
    return found


async def ask(url: str) -> tuple[int, bytes]:
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.get(url)
    return response.status_code, response.content


@pytest.fixture
async def make_hosts(database: Database, shop: Any) -> AsyncIterator[Callable[..., Hosts]]:
    """Hosts of one process, without Prefect limits; what earlier tests learned of these hosts is forgotten."""
    await database.execute("delete from quarry.web_robots")
    await database.execute("delete from quarry.web_hosts")
    async with scraping.hold_lease(database) as holder:

        def make(politeness: Politeness = POLITE, limits: bool = False) -> Hosts:
            return Hosts(database, holder, politeness, ask, limits=limits)

        yield make


async def test_requests_of_a_process_keep_their_distance_over_pages_and_robots(make_hosts: Any, shop: Any) -> None:
    hosts = make_hosts()

    async def one(number: int) -> None:
        await hosts.open_origin(f"http://{shop.hosts[0]}")
        async with hosts.turn(shop.hosts[0]):
            await ask(f"{shop.urls[0]}info/{number}")

    await asyncio.gather(*[one(number) for number in range(4)])
    seen = shop.stats(delay=0.2)[shop.hosts[0]]
    assert seen["requests"] == 5, "robots.txt once, and four pages"
    assert seen["max_in_flight"] == 1


ASKER = """
    import asyncio, json, sys, urllib.request
    from tasks.hosts import Hosts, Politeness
    from tasks.storage import scraping
    from tasks.storage.database import Database

    async def main():
        dsn, host, delay, count = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

        def get(url):
            with opener.open(url, timeout=20) as response:
                return response.status, response.read()

        async def fetch_robots(url):
            async with hosts.turn(host):
                return await asyncio.to_thread(get, url)

        async with Database(dsn) as database, scraping.hold_lease(database) as holder:
            hosts = Hosts(database, holder, Politeness(delay=delay), fetch_robots, limits=False)
            print("ready", flush=True)
            sys.stdin.readline()
            await hosts.open_origin("http://" + host)
            for number in range(count):
                async with hosts.turn(host):
                    await asyncio.to_thread(get, f"http://{host}/?n={number}")

    asyncio.run(main())
"""


def test_two_processes_never_ask_a_host_faster_than_its_delay(make_hosts: Any, dsn: str, shop: Any) -> None:
    delay, host = 0.25, shop.hosts[0]
    command = [sys.executable, "-c", textwrap.dedent(ASKER), dsn, host, str(delay), "6"]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.communicate("\n", timeout=60)
    assert [process.returncode for process in processes] == [0, 0]
    seen = shop.stats(delay=delay)[host]
    assert seen["requests"] == 13, "robots.txt once for both, and six pages each"
    assert (seen["rate_violations"], seen["max_in_flight"]) == (0, 1)
    assert seen["seconds"] < 2 * 12 * delay, f"{seen['seconds']:.1f} s for 12 delays: turns are left unused"


async def test_robots_txt_refuses_raises_the_delay_within_its_bound_and_is_asked_once(
    make_hosts: Any, shop: Any, database: Database
) -> None:
    shop.configure(0, crawl_delay=60)
    hosts = make_hosts()
    assert await hosts.explain_refusal(page(f"{shop.urls[0]}private/x")) == "robots.txt disallows it for every robot"
    assert await hosts.explain_refusal(page(f"{shop.urls[0]}private/open")) is None
    again = make_hosts()
    assert await again.explain_refusal(page(f"{shop.urls[0]}cart")) is not None
    assert shop.stats()[shop.hosts[0]]["targets"] == {"/robots.txt": 1}
    rows = await database.fetch("select delay_seconds from quarry.web_hosts where host = %s", shop.hosts[0])
    assert rows == [(0.5,)], "a minute was asked for; half a second is the most that is kept"


async def test_a_robots_txt_that_cannot_be_had_forbids_everything_and_one_that_is_not_there_nothing(
    make_hosts: Any, shop: Any
) -> None:
    shop.configure(1, robots_status=503)
    hosts = make_hosts()
    assert "answered 503" in (await hosts.explain_refusal(page(shop.urls[1])) or "")
    assert await hosts.explain_refusal(page(f"{shop.urls[2]}private/x")) is None


async def test_a_host_that_asks_for_a_pause_gets_it_from_every_process(make_hosts: Any, shop: Any) -> None:
    one, other = make_hosts(), make_hosts()
    host = shop.hosts[2]
    async with one.turn(host):
        pass
    await one.note_answer(host, 429, retry_after=0.6)
    begin = time.monotonic()
    async with other.turn(host):
        assert time.monotonic() - begin >= 0.55
    await one.note_answer(host, 503, retry_after=60)
    with pytest.raises(HostPausedError, match=r"answered 503 with Retry-After 60 s"):
        async with other.turn(host):
            pass


async def test_origins_are_prepared_before_their_pages_can_be_claimed(
    make_hosts: Any, shop: Any, database: Database, workspace: uuid.UUID
) -> None:
    shop.configure(1, robots_status=503)
    session, hosts = uuid.uuid4(), make_hosts()
    await scraping.open_session(database, SessionRow(session, workspace, shop.urls, 10))
    async with database.transaction() as connection:
        await scraping.add_pages(connection, session, [NewPage(page(url)) for url in shop.urls], max_known=10)
    refused = await hosts.prepare(session)
    assert list(refused) == [shop.urls[1].rstrip("/")]
    assert "answered 503" in refused[shop.urls[1].rstrip("/")]
    assert await hosts.prepare(session) == refused
    await database.execute("update quarry.web_robots set valid_until = now() where origin = %s", shop.urls[0][:-1])
    await hosts.prepare(session)
    asked = {host: seen["targets"].get("/robots.txt") for host, seen in shop.stats().items()}
    assert [asked[host] for host in shop.hosts] == [2, 1, 1], "again only where the copy is too old"


def test_settings_become_politeness_and_an_honest_name() -> None:
    settings = WebSettings(web_delay_seconds=2, web_contact="shop-bot@example.org")
    politeness = read_politeness(settings)
    assert (politeness.delay, politeness.robots) == (2.0, 86_400.0)
    assert politeness.turn > settings.web_page_seconds
    assert re.fullmatch(r"quarry/[\d.]+ \(\+shop-bot@example\.org\)", settings.web_user_agent)
    with pytest.raises(ValueError, match="web_contact"):
        WebSettings(web_contact="a\r\nCookie: b")


def test_waiting_times_double_up_to_their_bound() -> None:
    politeness = Politeness(retry=2, longest_retry=20)
    for count, middle in enumerate((2, 4, 8, 16, 20, 20)):
        assert 0.75 * middle <= back_off(count, politeness) <= 1.25 * middle
    assert back_off(10_000, politeness) <= 25


@pytest.fixture
def server(dsn: str) -> Iterator[None]:
    with use_home_server():
        yield


async def change(host: str, **values: Any) -> None:
    async with get_client() as client:
        await client.update_global_concurrency_limit(limit_name(host), GlobalConcurrencyLimitUpdate(**values))


async def test_the_prefect_limit_of_a_host_is_made_followed_and_obeyed(server: None) -> None:
    host = f"{uuid.uuid4().hex[:8]}.example:81"
    assert await settle_limit(host, 1.0, None) == 1.0
    assert await settle_limit(host, 2.0, 1.0) == 2.0, "nobody has touched it: it follows the setting"
    await change(host, slot_decay_per_second=0.25)
    assert await settle_limit(host, 2.0, 2.0) == 4.0, "an operator's number stands"
    await change(host, active=False)
    with pytest.raises(LimitUnavailableError, match="switched off"):
        await settle_limit(host, 2.0, 2.0)
    await change(host, active=True, slot_decay_per_second=0.5)
    assert await settle_limit(host, 0.0, 2.0) == 0.0, "no delay is wanted, and nobody has touched it"
    assert await settle_limit(host, 1.0, 0.0) == 1.0, "it is gone: made again"


async def test_a_host_is_asked_as_its_prefect_limit_says(
    server: None, make_hosts: Any, shop: Any, database: Database
) -> None:
    hosts = make_hosts(POLITE._replace(limit=0), limits=True)
    async with hosts.turn(shop.hosts[2]):
        pass
    await change(shop.hosts[2], slot_decay_per_second=2)
    await hosts.look_at_limit(shop.hosts[2])
    await hosts.look_at_limit(shop.hosts[2])
    rows = await database.fetch("select delay_seconds from quarry.web_hosts where host = %s", shop.hosts[2])
    assert rows == [(0.5,)]
    await change(shop.hosts[2], limit=0)
    with pytest.raises(LimitUnavailableError):
        async with hosts.turn(shop.hosts[2]):
            pass
    async with get_client() as client:  # an operator's edit would stand for the tests that crawl this host
        await client.delete_global_concurrency_limit_by_name(limit_name(shop.hosts[2]))
