"""The frontier of a crawl and the turns at hosts, against the real database."""

import asyncio
import json
import os
import subprocess
import sys
import textwrap
import uuid
from collections import Counter
from collections.abc import Sequence

import pytest

from tasks.catalog.web.urls import PageUrl, read_url
from tasks.storage import scraping, scraping_ends, web_hosts, web_memory
from tasks.storage.database import Database
from tasks.storage.jobs import JobRow, mirror_status, open_job
from tasks.storage.scraping import Claim, ClaimedPage, NewPage, SessionRow
from tasks.storage.scraping_ends import PageResult, Retry
from tasks.storage.web_memory import PageMemory

DEAD = 1  # a holder whose process does not exist


def page(address: str) -> PageUrl:
    found = read_url(address)
    assert found is not None
    return found


class Crawl:
    """A session of this test's own, on hosts of its own."""

    def __init__(self, database: Database, workspace: uuid.UUID) -> None:
        self.database, self.workspace, self.id = database, workspace, uuid.uuid4()
        self.host = f"{uuid.uuid4().hex[:8]}.example"

    async def open(self, *hosts: str, delay: float = 0.0, max_pages: int = 100) -> None:
        await scraping.open_session(self.database, SessionRow(self.id, self.workspace, ["http://x/"], max_pages))
        for host in hosts or (self.host,):
            await web_hosts.set_delay(self.database, host, delay)
            await web_hosts.save_robots(self.database, f"http://{host}", 404, b"", 60)

    async def add(self, *addresses: str, max_known: int = 1000, skip: str | None = None) -> int:
        pages = [NewPage(page(address), skip_reason=skip) for address in addresses]
        async with self.database.transaction() as connection:
            return await scraping.add_pages(connection, self.id, pages, max_known=max_known)

    async def claim(self, holder: int = DEAD, count: int = 10, lease: float = 60, turn: float = 60) -> Claim:
        return await scraping.claim_pages(self.database, self.id, holder, count, lease_seconds=lease, turn_seconds=turn)

    async def finish(self, results: Sequence[PageResult], holder: int = DEAD) -> set[uuid.UUID]:
        async with self.database.transaction() as connection:
            return await scraping_ends.finish_pages(connection, self.id, holder, results, max_known=1000)

    async def retry(self, *retries: Retry) -> int:
        async with self.database.transaction() as connection:
            return await scraping_ends.retry_pages(connection, self.id, DEAD, retries)

    async def states(self) -> dict[str, int]:
        return await scraping_ends.count_states(self.database, self.id)


@pytest.fixture
async def crawl(database: Database, workspace: uuid.UUID) -> Crawl:
    return Crawl(database, workspace)


def done(pages: Sequence[ClaimedPage], **more: object) -> list[PageResult]:
    return [PageResult(claimed.id, "fetched", status_code=200, **more) for claimed in pages]  # type: ignore[arg-type]


async def test_a_page_is_known_by_its_key_and_claimed_once(crawl: Crawl) -> None:
    await crawl.open()
    root = f"http://{crawl.host}"
    assert await crawl.add(f"{root}/a?x=1&y=2", f"{root}/a?y=2&x=1&utm_source=mail", f"{root}/b") == 2
    assert await crawl.add(f"{root}/b#more", f"{root}/c") == 1
    claimed = (await crawl.claim()).pages
    assert sorted(found.url for found in claimed) == [f"{root}/a?x=1&y=2", f"{root}/b", f"{root}/c"]
    assert await crawl.claim() == Claim((), None)


async def test_only_so_many_new_pages_are_claimed_and_retries_are_not_new(crawl: Crawl) -> None:
    await crawl.open(max_pages=3)
    await crawl.add(*[f"http://{crawl.host}/{number}" for number in range(10)])
    first = (await crawl.claim(count=2)).pages
    second = (await crawl.claim()).pages
    assert (len(first), len(second)) == (2, 1)
    assert await crawl.claim() == Claim((), None), "the limit is reached, nothing will come"
    await crawl.retry(Retry(first[0].id, "HTTP 503", 0, 503))
    again = (await crawl.claim()).pages
    assert [(found.id, found.retry_count) for found in again] == [(first[0].id, 1)]


async def test_the_frontier_does_not_grow_beyond_its_bound(crawl: Crawl) -> None:
    await crawl.open()
    assert await crawl.add(*[f"http://{crawl.host}/{number}" for number in range(10)], max_known=4) == 4
    assert await crawl.add(f"http://{crawl.host}/more", max_known=4) == 0


async def test_hosts_take_turns_and_one_with_a_delay_gives_one_page(crawl: Crawl) -> None:
    fast, slow = crawl.host, f"slow-{crawl.host}"
    await crawl.open(fast)
    await web_hosts.set_delay(crawl.database, slow, 0.3)
    await web_hosts.save_robots(crawl.database, f"http://{slow}", 404, b"", 60)
    await crawl.add(*[f"http://{fast}/{number}" for number in range(6)])
    await crawl.add(*[f"http://{slow}/{number}" for number in range(6)])
    claimed = (await crawl.claim(count=4)).pages
    assert Counter(found.host for found in claimed) == {fast: 3, slow: 1}
    [polite] = [found for found in claimed if found.host == slow]
    assert polite.turn is not None
    assert slow not in {found.host for found in (await crawl.claim()).pages}, "its turn has not ended"
    assert polite.turn is not None
    await web_hosts.end_turns(crawl.database, [slow], [polite.turn])
    waiting = await crawl.claim()
    assert waiting.wait_seconds == pytest.approx(0.3, abs=0.15)
    await asyncio.sleep(0.31)
    assert [found.host for found in (await crawl.claim()).pages] == [slow]


async def test_nothing_is_given_without_a_valid_robots_txt_or_of_a_paused_session(crawl: Crawl, dsn: str) -> None:
    job = uuid.uuid4()
    await open_job(crawl.database, JobRow(job, crawl.workspace, "web", "http://x/", "f", {}))
    await crawl.open()
    await crawl.database.execute("update public.scraping_sessions set job_id = %s where id = %s", job, crawl.id)
    await crawl.add(f"http://{crawl.host}/a", f"http://new-{crawl.host}/b", f"https://{crawl.host}/c")
    mirror_status(dsn, job, "paused", None)
    session = await scraping.read_session(crawl.database, crawl.id)
    assert session is not None
    assert session["status"] == "paused"
    assert (await crawl.claim()).pages == ()
    mirror_status(dsn, job, "processing", None)
    assert [found.url for found in (await crawl.claim()).pages] == [f"http://{crawl.host}/a"]
    origins = await scraping.list_origins(crawl.database, crawl.id)
    assert origins == {f"http://new-{crawl.host}": False, f"https://{crawl.host}": False}


async def test_what_a_page_found_is_written_with_its_result_or_not_at_all(crawl: Crawl) -> None:
    await crawl.open()
    await crawl.add(f"http://{crawl.host}/list")
    [listing] = (await crawl.claim()).pages
    found = [NewPage(page(f"http://{crawl.host}/p/{number}"), depth=1) for number in range(3)]
    found.append(NewPage(page(f"http://{crawl.host}/cart"), skip_reason="robots.txt disallows it"))
    result = PageResult(listing.id, "fetched", status_code=200, title="nul \0 and \ud800", found=found)

    class KilledError(Exception):
        pass

    async def die_before_the_commit() -> None:
        async with crawl.database.transaction() as connection:
            await scraping_ends.finish_pages(connection, crawl.id, DEAD, [result], max_known=1000)
            raise KilledError

    with pytest.raises(KilledError):
        await die_before_the_commit()
    assert await crawl.states() == {"fetching": 1}
    assert await crawl.finish([result]) == {listing.id}
    assert await crawl.states() == {"fetched": 1, "queued": 3, "skipped": 1}
    assert await scraping_ends.count_reasons(crawl.database, crawl.id, "skipped") == {"robots.txt disallows it": 1}
    assert await crawl.finish([result]) == set(), "it has ended: it is not written twice"


async def test_pages_of_a_dead_process_come_back_at_once_and_its_late_result_is_dropped(crawl: Crawl) -> None:
    await crawl.open()
    await crawl.add(f"http://{crawl.host}/a", f"http://{crawl.host}/b")
    async with scraping.hold_lease(crawl.database) as alive:
        [mine] = (await crawl.claim(alive, count=1)).pages
        [theirs] = (await crawl.claim(DEAD)).pages
        assert await scraping_ends.return_leases(crawl.database, crawl.id, max_attempts=5) == 1
        [again] = (await crawl.claim(alive)).pages
        assert again.id == theirs.id
        assert await crawl.finish(done([theirs]), DEAD) == set()
        assert await crawl.finish(done([mine, again]), alive) == {mine.id, again.id}
    assert await crawl.states() == {"fetched": 2}


async def test_a_page_that_outlives_its_lease_comes_back_and_one_that_kills_too_often_fails(crawl: Crawl) -> None:
    await crawl.open()
    await crawl.add(f"http://{crawl.host}/a")
    async with scraping.hold_lease(crawl.database) as alive:
        for _ in range(2):
            assert len((await crawl.claim(alive, lease=0.01)).pages) == 1
            await asyncio.sleep(0.02)
            await scraping_ends.return_leases(crawl.database, crawl.id, max_attempts=2)
    [failed] = await scraping_ends.list_pages(crawl.database, crawl.id, ["failed"])
    assert failed["reason"] == "the process ended 2 times while it was fetched"


async def test_a_retry_waits_and_a_pause_stops_the_whole_host_of_every_session(crawl: Crawl) -> None:
    await crawl.open()
    other = Crawl(crawl.database, crawl.workspace)
    other.host = crawl.host
    await other.open()
    await crawl.add(f"http://{crawl.host}/a", f"http://{crawl.host}/b")
    await other.add(f"http://{crawl.host}/c")
    [first] = (await crawl.claim(count=1)).pages
    async with crawl.database.transaction() as connection:
        await scraping_ends.retry_pages(connection, crawl.id, DEAD, [Retry(first.id, "HTTP 429", 0.2, 429)])
        await web_hosts.pause_host(connection, crawl.host, 0.4, "HTTP 429")
    assert (await crawl.claim()).wait_seconds == pytest.approx(0.4, abs=0.15)
    assert (await other.claim()).pages == ()
    turn = await web_hosts.take_turn(crawl.database, crawl.host, DEAD, 60)
    assert isinstance(turn, web_hosts.Refused)
    assert turn.pause_reason == "HTTP 429"
    await asyncio.sleep(0.45)
    assert len((await crawl.claim()).pages) == 2
    assert len((await other.claim()).pages) == 1


async def test_a_turn_of_a_dead_process_is_over_after_one_delay(crawl: Crawl) -> None:
    await crawl.open(delay=0.2)
    assert isinstance(await web_hosts.take_turn(crawl.database, crawl.host, DEAD, 60), uuid.UUID)
    refused = await web_hosts.take_turn(crawl.database, crawl.host, 2, 60)
    assert isinstance(refused, web_hosts.Refused)
    assert refused.wait_seconds > 50
    assert await web_hosts.free_dead_turns(crawl.database) >= 1
    await asyncio.sleep(0.21)
    assert isinstance(await web_hosts.take_turn(crawl.database, crawl.host, 2, 60), uuid.UUID)


async def test_a_turn_without_a_request_leaves_the_host_free(crawl: Crawl) -> None:
    await crawl.open(delay=30)
    turn = await web_hosts.take_turn(crawl.database, crawl.host, DEAD, 60)
    assert isinstance(turn, uuid.UUID)
    await web_hosts.end_turns(crawl.database, [crawl.host], [turn], asked=False)
    assert isinstance(await web_hosts.take_turn(crawl.database, crawl.host, DEAD, 60), uuid.UUID)


async def test_forms_that_give_no_product_are_left_alone(crawl: Crawl) -> None:
    await crawl.open()
    root = f"http://{crawl.host}"
    await crawl.add(*[f"{root}/day/{n}" for n in range(6)], *[f"{root}/p/{n}" for n in range(6)])
    claimed = (await crawl.claim(count=20)).pages
    days = [found for found in claimed if "/day/" in found.url]
    products = [found for found in claimed if "/p/" in found.url]
    await crawl.finish(
        [*done(days[:3], kind="other"), *done(products[:2], kind="other"), *done(products[2:3], kind="product")]
    )
    await scraping_ends.put_back(crawl.database, crawl.id, DEAD)
    assert await scraping_ends.skip_barren(crawl.database, crawl.id, ["product", "listing"], 3) == 3
    assert await crawl.states() == {"fetched": 6, "queued": 3, "skipped": 3}
    assert await scraping_ends.skip_queued(crawl.database, crawl.id, "--max-pages is reached") == 3


async def test_a_page_is_remembered_for_the_next_crawl(crawl: Crawl) -> None:
    await crawl.open()
    address, product = page(f"http://{crawl.host}/p/1"), uuid.uuid4()
    memory = PageMemory(
        address.hash, address.url, address.host, "1", etag='"v1"', content_sha256="aa", kind="product",
        product_ids=(product,), links=(f"http://{crawl.host}/p/2",),
    )  # fmt: skip
    async with crawl.database.transaction() as connection:
        await web_memory.remember_pages(connection, crawl.workspace, crawl.id, [memory])
        await web_memory.remember_pages(connection, crawl.workspace, crawl.id, [memory])
    recall = web_memory.recall_pages
    assert await recall(crawl.database, crawl.workspace, [address.hash], "1") == {address.hash: memory}
    assert await recall(crawl.database, crawl.workspace, [address.hash], "2") == {}, "another version reads it again"
    assert await web_memory.list_seen_products(crawl.database, crawl.id) == [product]
    async with crawl.database.transaction() as connection:
        assert await web_memory.forget_products(connection, crawl.workspace, [address.hash]) == [product]
    assert await recall(crawl.database, crawl.workspace, [address.hash], "1") == {}


async def test_a_robots_txt_that_could_be_read_outlives_a_failure(crawl: Crawl) -> None:
    origin = f"http://{crawl.host}"
    await web_hosts.save_robots(crawl.database, origin, 200, b"User-agent: *\nDisallow: /cart", 60)
    kept = await web_hosts.save_robots(crawl.database, origin, 503, b"", 60)
    assert kept.explain_refusal(f"{origin}/a") is None
    assert kept.explain_refusal(f"{origin}/cart") is not None
    await web_hosts.save_robots(crawl.database, origin, 200, b"", 0)
    assert await web_hosts.find_robots(crawl.database, origin) is None, "too old"


CLAIMER = """
    import asyncio, json, sys, uuid
    from tasks.storage import scraping
    from tasks.storage.database import Database

    async def main():
        ids = []
        async with Database(sys.argv[1]) as database, scraping.hold_lease(database) as holder:
            print("ready", flush=True)
            sys.stdin.readline()
            for _ in range(40):
                claim = await scraping.claim_pages(
                    database, uuid.UUID(sys.argv[2]), holder, 3, lease_seconds=60, turn_seconds=60)
                ids += [str(page.id) for page in claim.pages]
        print(json.dumps(ids), flush=True)

    asyncio.run(main())
"""


def claim_in_two_processes(dsn: str, session: uuid.UUID) -> list[list[str]]:
    """The ids that each of two processes claimed, which began at the same moment."""
    command = [sys.executable, "-c", textwrap.dedent(CLAIMER), dsn, str(session)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    return [json.loads(process.communicate(timeout=60)[0]) for process in processes]


async def test_two_processes_never_claim_the_same_page(crawl: Crawl, dsn: str) -> None:
    await crawl.open(max_pages=90)
    await crawl.add(*[f"http://{crawl.host}/{number}" for number in range(100)])
    claimed = await asyncio.to_thread(claim_in_two_processes, dsn, crawl.id)
    both = [page_id for ids in claimed for page_id in ids]
    assert len(both) == len(set(both)) == 90, "each once, and no more than the session's limit"
    assert all(claimed), "each of the two had its share"
