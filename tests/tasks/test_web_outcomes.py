"""What an answer to a page means for the library."""

import uuid
from collections.abc import Sequence
from pathlib import Path

import pytest

from tasks.catalog.products import Product
from tasks.catalog.web.found_links import FoundLink
from tasks.catalog.web.models import WebPage
from tasks.catalog.web.urls import read_url
from tasks.clients.web_body import FetchedFile
from tasks.local.web_page_reader import ReadPage
from tasks.storage.scraping import ClaimedPage, NewPage
from tasks.storage.web_memory import PageMemory
from tasks.web_fetches import PageAnswer
from tasks.web_outcomes import (
    EXTRACTION,
    PageOutcome,
    end_unchanged,
    end_with_content,
    end_without_content,
    find_source,
)

URL = "https://shop.example/p/1"


def claimed(depth: int = 1, priority: int = 3, url: str = URL) -> ClaimedPage:
    return ClaimedPage(uuid.uuid4(), url, "ab" * 32, "shop.example", "https://shop.example", depth, priority, 0, None)


def follow(links: Sequence[FoundLink], depth: int) -> list[NewPage]:
    return [NewPage(link.page, depth + 1, link.priority) for link in links]


def shown(**more: object) -> WebPage:
    product = Product(key=URL, name="Alder chair", price="12.00", currency="EUR", method="web")
    usual = {"url": URL, "canonical_url": URL, "kind": "product", "products": (product,), "markdown": "# Alder chair"}
    return WebPage(**usual | more)  # type: ignore[arg-type]


def end(page: WebPage, rendered: bool = False) -> PageOutcome:
    file = FetchedFile(
        path=Path("x"), sha256="cd" * 32, bytes=1, content_type="text/html", final_url=page.url, etag='"1"',
        last_modified=None,
    )  # fmt: skip
    answer = PageAnswer("content", None, 200, page.url, file)
    return end_with_content(claimed(), answer, ReadPage(page, (), rendered), "created", follow, 5)


@pytest.mark.parametrize(
    ("answer", "is_seed", "known", "expected"),
    [
        (PageAnswer("gone", "answered 404", 404), False, False, "skipped"),
        (PageAnswer("gone", "answered 404", 404), True, False, "failed"),
        (PageAnswer("gone", "answered 410", 410), True, True, "skipped"),
        (PageAnswer("skipped", "answered 403", 403), False, False, "skipped"),
        (PageAnswer("skipped", "robots.txt disallows it"), True, False, "skipped"),
        (PageAnswer("failed", "redirects in a circle", 302), False, False, "failed"),
        (PageAnswer("pending", "answered 429", 429), False, False, "pending"),
    ],
)
def test_a_dead_link_is_skipped_and_an_address_of_the_user_that_was_never_there_has_failed(
    answer: PageAnswer, is_seed: bool, known: bool, expected: str
) -> None:
    page = claimed(depth=0, priority=0) if is_seed else claimed()
    outcome = end_without_content(page, answer, known)
    assert outcome.status == expected
    assert outcome.result is not None
    assert outcome.result.reason == answer.reason
    assert outcome.gone is (answer.kind == "gone")


def test_what_may_come_later_goes_back_into_the_frontier() -> None:
    outcome = end_without_content(claimed(), PageAnswer("again", "answered 503", 503, wait_seconds=7), known=False)
    assert outcome.retry is not None
    assert (outcome.retry.wait_seconds, outcome.result) == (7, None)


def test_an_unchanged_page_leads_where_it_led() -> None:
    memory = PageMemory("ab" * 32, URL, "shop.example", EXTRACTION, links=("1 https://shop.example/p/2", "broken"))
    outcome = end_unchanged(claimed(), PageAnswer("unchanged", None, 304, URL), memory, follow)
    assert outcome.result is not None
    assert [(new.page.url, new.priority, new.depth) for new in outcome.result.found] == [
        ("https://shop.example/p/2", 1, 2)
    ]


def test_a_page_that_asks_not_to_be_indexed_gives_nothing_and_is_not_remembered() -> None:
    outcome = end(shown(noindex=True))
    assert (outcome.status, outcome.products, outcome.memory) == ("skipped", (), None)


def test_a_page_under_another_address_leads_to_its_canonical_one() -> None:
    outcome = end(shown(canonical_url="https://shop.example/p/main"))
    assert not outcome.is_canonical
    assert outcome.result is not None
    assert [new.page.url for new in outcome.result.found] == ["https://shop.example/p/main"]
    assert end(shown(canonical_url="http://www.shop.example/p/1")).is_canonical, "only the site differs"


def test_no_page_speaks_for_another_shop() -> None:
    assert find_source(shown(canonical_url="https://www.shop.example/p/1")) == "https://www.shop.example"
    assert find_source(shown(canonical_url="https://rival.example/p/1")) == "https://shop.example"


def test_a_page_without_content_says_so_unless_its_scripts_were_run() -> None:
    shell = shown(kind="other", products=(), needs_script=True)
    assert end(shell).status == "skipped"
    assert end(shell, rendered=True).status == "created"


def test_what_scripts_made_is_read_again_the_next_time() -> None:
    plain, rendered = end(shown()).memory, end(shown(), rendered=True).memory
    assert plain is not None
    assert rendered is not None
    assert (plain.etag, plain.content_sha256) == ('"1"', "cd" * 32)
    assert (rendered.etag, rendered.content_sha256) == (None, None)


def test_ledger_keys_hold_no_secrets_and_stay_apart() -> None:
    key = PageOutcome(claimed(url="https://shop.example/p?token=hush-hush")).ledger_key
    assert "hush-hush" not in key
    assert key.endswith("(abababab)")
    seed = read_url(URL)
    assert seed is not None
    assert PageOutcome(claimed()).ledger_key == seed.url
