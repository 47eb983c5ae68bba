"""What a session comes to know, over its lives, against the real database."""

import uuid

import pytest

from tasks.accounts import open_account
from tasks.catalog.web.scope import Scope
from tasks.catalog.web.urls import PageUrl, read_url
from tasks.hosts import Hosts, Politeness
from tasks.jobs import Job
from tasks.storage import jobs, scraping
from tasks.storage.database import Database
from tasks.storage.jobs import JobRow
from tasks.storage.scraping import SessionRow
from tasks.storage.scraping_ends import skip_queued
from tasks.web_frontier import Frontier, settle_session


def page(address: str) -> PageUrl:
    found = read_url(address)
    assert found is not None
    return found


async def ask_nobody(_: str) -> tuple[int, bytes]:
    raise AssertionError("nothing here asks for a robots.txt")


def make_job(database: Database, id_: uuid.UUID, workspace: uuid.UUID) -> Job:
    return Job(id_, workspace, "test", "web", "https://shop.example/", "", 1, {}, {}, database, open_account(None))


class Life:
    """One life of a session that crawls a sitemap's pages."""

    def __init__(self, database: Database, workspace: uuid.UUID, session: uuid.UUID, most: int = 100) -> None:
        self.database, self.workspace, self.session, self.most = database, workspace, session, most
        scope = Scope(seeds=(page("https://shop.example/"),))
        self.frontier = Frontier(database, session, scope, Hosts(database, 1, Politeness(), ask_nobody), most)

    async def open(self) -> None:
        row = JobRow(self.session, self.workspace, "web", "https://shop.example/", str(self.session), {})
        await jobs.open_job(self.database, row)
        await scraping.open_session(
            self.database, SessionRow(self.session, self.workspace, [], 100, {"scope": {}}, self.session)
        )

    async def is_complete(self) -> bool:
        job = make_job(self.database, self.session, self.workspace)
        return (await settle_session(job, self.session, self.most)).complete


@pytest.fixture
async def life(database: Database, workspace: uuid.UUID) -> Life:
    made = Life(database, workspace, uuid.uuid4())
    await made.open()
    return made


async def test_a_later_life_knows_what_the_sitemaps_came_to(life: Life) -> None:
    assert await life.frontier.find_problems() is None
    assert await life.frontier.add_listed([], ["/sitemap.xml: answered 503"]) == 0
    assert await life.frontier.find_problems() is None, "what listed nothing is asked for again"
    assert await life.frontier.add_listed([page("https://shop.example/p/1")], ["/b.xml: cut off"]) == 1
    second = Life(life.database, life.workspace, life.session)
    await second.open()
    assert await second.frontier.find_problems() == ["/b.xml: cut off"]
    session = await scraping.read_session(life.database, life.session)
    assert session is not None
    assert session["config"]["scope"] == {}, "crawls of one scope are found by it"


async def test_a_session_is_complete_when_all_its_pages_have_ended(life: Life) -> None:
    pages = [page(f"https://shop.example/p/{number}") for number in range(3)]
    await life.frontier.add_listed(pages, [])
    assert not await life.is_complete()
    await skip_queued(life.database, life.session, "robots.txt disallows /p/")
    assert await life.is_complete()


async def test_a_session_that_could_keep_no_more_addresses_is_not_complete(
    database: Database, workspace: uuid.UUID
) -> None:
    life = Life(database, workspace, uuid.uuid4(), most=2)
    await life.open()
    assert await life.frontier.add_listed([page(f"https://shop.example/p/{number}") for number in range(3)], []) == 2
    await skip_queued(database, life.session, "robots.txt disallows /p/")
    assert not await life.is_complete()
