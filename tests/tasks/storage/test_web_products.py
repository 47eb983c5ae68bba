"""Products of shops that vanish and come back, against the real database."""

import uuid

import pytest

from tasks.catalog.products import Product
from tasks.product_rows import product_row
from tasks.storage import scraping
from tasks.storage.bulk import upsert
from tasks.storage.database import Database
from tasks.storage.rows import RowOrigin, seal
from tasks.storage.scraping import SessionRow
from tasks.storage.web_memory import PageMemory, forget_products, remember_pages
from tasks.storage.web_products import find_vanished, mark_gone, mark_missing, restore_products

SCOPE = {"seeds": ["https://shop.example/"]}


class Shop:
    """A workspace's products of one shop, and the sessions that saw them."""

    def __init__(self, database: Database, workspace: uuid.UUID) -> None:
        self.database, self.workspace = database, workspace
        self.products: dict[str, uuid.UUID] = {}

    async def crawl(self, *names: str, scope: dict[str, list[str]] = SCOPE) -> uuid.UUID:
        """A session that saw these products, a page each."""
        session = uuid.uuid4()
        await scraping.open_session(
            self.database, SessionRow(session, self.workspace, ["https://shop.example/"], 10, {"scope": scope})
        )
        origin = RowOrigin(self.workspace, session, "https://shop.example", "web", "test")
        rows = [seal(product_row(Product(key=name, name=name), 0, origin)) for name in names]
        self.products |= {row.name: row.id for row in rows}
        async with self.database.transaction() as connection:
            await upsert(connection, rows)
            pages = [
                PageMemory(name * 8, name, "shop.example", "1", product_ids=(self.products[name],)) for name in names
            ]
            await remember_pages(connection, self.workspace, session, pages)
        return session

    async def find(self, session: uuid.UUID, scope: dict[str, list[str]] = SCOPE) -> tuple[list[uuid.UUID], int]:
        async with self.database.transaction() as connection:
            return await find_vanished(connection, self.workspace, session, scope)


@pytest.fixture
async def shop(database: Database, workspace: uuid.UUID) -> Shop:
    return Shop(database, workspace)


async def test_what_an_earlier_crawl_of_the_same_scope_saw_and_this_one_did_not_has_vanished(shop: Shop) -> None:
    await shop.crawl("chair", "table", "lamp")
    other = {"seeds": ["https://shop.example/rugs"]}
    await shop.crawl("rug", scope=other)
    last = await shop.crawl("chair", "lamp")
    assert await shop.find(last) == ([shop.products["table"]], 3)
    assert await shop.find(last, other) == ([shop.products["rug"]], 1)


async def test_missing_products_are_named_once_and_come_back(shop: Shop) -> None:
    session = await shop.crawl("chair", "table")
    async with shop.database.transaction() as connection:
        assert await mark_missing(connection, session, [shop.products["chair"]]) == ["chair"]
        assert await mark_missing(connection, session, [shop.products["chair"]]) == []
        back = await restore_products(connection, session, shop.products.values())
    assert back == {shop.products["chair"]}
    rows = await shop.database.fetch(
        "select name from public.products where workspace_id = %s and status = 'published' and missing_since is null",
        shop.workspace,
    )
    assert sorted(row[0] for row in rows) == ["chair", "table"]


async def test_a_product_is_gone_with_the_last_page_that_shows_it(shop: Shop) -> None:
    session = await shop.crawl("chair")
    chair = shop.products["chair"]
    second = PageMemory("second" * 8, "second", "shop.example", "1", product_ids=(chair,))
    async with shop.database.transaction() as connection:
        await remember_pages(connection, shop.workspace, session, [second])
        assert await forget_products(connection, shop.workspace, ["chair" * 8]) == [chair]
        assert await mark_gone(connection, session, [chair]) == []
        await forget_products(connection, shop.workspace, ["second" * 8])
        assert await mark_gone(connection, session, [chair]) == ["chair"]
