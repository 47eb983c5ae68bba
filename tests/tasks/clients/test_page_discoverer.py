"""Products in the words of web pages by the rehearsed Claude and OpenAI, calls counted."""

import asyncio
from typing import Any

import pytest

from tasks.catalog.web.text_pages import TextPage
from tasks.clients.accounts import Account, Budget
from tasks.clients.claude import MessagesChat
from tasks.clients.errors import BudgetReachedError, ServiceError, ServiceParkedError
from tasks.clients.openai import CompletionsChat
from tasks.clients.page_discoverer import PageDiscoverer, PageOptions
from tasks.clients.pricing import Price


def make_text(count: int) -> TextPage:
    parts = [
        f"## Aurora {number} table\n\nST-{number:04} 60 x 60 cm, € {number},50, oak, honed"
        for number in range(2, count + 2)
    ]
    return TextPage("https://joinery.example/workshop", "Joinery", "# Workshop\n\n" + "\n\n".join(parts))


def discoverer(lab: Any, service: str = "claude", options: PageOptions | None = None, **config: Any) -> PageDiscoverer:
    chat = MessagesChat if service == "claude" else CompletionsChat
    return PageDiscoverer(chat(lab.caller(service, **config)), lab.remembered(), options)


def requests(server: Any, service: str = "claude") -> int:
    return int(server.stats()["services"][service]["requests"])


@pytest.mark.parametrize("service", ["claude", "openai"])
async def test_a_page_is_one_call_and_is_remembered(make_lab: Any, rehearse: Any, service: str) -> None:
    server, page = rehearse("inventions"), make_text(3)
    found = await discoverer(make_lab(), service).discover(page)
    assert [(one.name, one.sku, one.price) for one in found] == [
        ("Aurora 2 table", "ST-0002", "2.50"),
        ("Aurora 3 table", "ST-0003", "3.50"),
        ("Aurora 4 table", "ST-0004", "4.50"),
    ]
    assert {one.provenance["price"].url for one in found} == {page.url}
    assert await discoverer(make_lab(), service).discover(page) == found
    both = discoverer(make_lab(), service)
    assert await asyncio.gather(both.discover(page), both.discover(page)) == [found, found]
    assert requests(server, service) == 1


async def test_a_long_page_is_read_in_parts(lab: Any, rehearse: Any) -> None:
    server, page = rehearse(), make_text(40)
    options = PageOptions(batch_characters=len(page.text) // 2 + 50, overlap_characters=100)
    found = await discoverer(lab, options=options).discover(page)
    assert len(found) == 40
    assert requests(server) == 2


async def test_no_budget_no_call(lab: Any, rehearse: Any) -> None:
    server = rehearse()
    lab.account = Account(Budget(0.0))
    with pytest.raises(BudgetReachedError):
        await discoverer(lab, price=Price(2.0, 10.0)).discover(make_text(1))
    assert requests(server) == 0


async def test_a_service_that_is_down_is_tried_three_times_and_then_left_alone(lab: Any, rehearse: Any) -> None:
    server = rehearse("fast", claude={"outage_calls": [[1, 99]], "outage_status": 500})
    pages = discoverer(lab, retries=2)
    with pytest.raises(ServiceError):
        await pages.discover(make_text(1))
    assert requests(server) == 3
    with pytest.raises(ServiceError):
        await pages.discover(make_text(2))
    with pytest.raises(ServiceParkedError):
        await pages.discover(make_text(3))
    assert requests(server) == 5, "five failures open the breaker"
