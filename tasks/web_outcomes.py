"""From the answer to a page to what it means for the library: its products, its ledger line, its memory, its links."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tasks.catalog.products import PRODUCT_SCHEMA_VERSION, Product
from tasks.catalog.redaction import redact
from tasks.catalog.report import ItemStatus
from tasks.catalog.web.found_links import PRODUCT_PRIORITY, FoundLink
from tasks.catalog.web.models import WebPage
from tasks.catalog.web.urls import PageUrl, is_same_site, read_url
from tasks.local.web_page_reader import ReadPage
from tasks.storage.scraping import ClaimedPage, NewPage
from tasks.storage.scraping_ends import PageResult, Retry
from tasks.storage.web_memory import PageMemory
from tasks.web_fetches import PageAnswer

CRAWL_STAGE = "crawl"
# Raised when the same bytes give another product than before: then every known page is read again.
EXTRACTION = f"web-rules/2.{PRODUCT_SCHEMA_VERSION}"

SEED_DEPTH = 0


@dataclass(frozen=True)
class PageOutcome:
    """How a claimed page ended, or that it is to be asked for again (`retry`)."""

    page: ClaimedPage
    retry: Retry | None = None
    result: PageResult | None = None
    status: ItemStatus = "created"
    source: str = ""  # of its products, as in `products.source`
    products: tuple[Product, ...] = ()
    is_canonical: bool = True  # another address may show the same product, and says of it what it likes
    memory: PageMemory | None = None  # to be remembered
    same: PageMemory | None = None  # it is as it was then
    gone: bool = False

    @property
    def ledger_key(self) -> str:
        return make_ledger_key(self.page.url, self.page.url_hash)


def make_ledger_key(url: str, url_hash: str) -> str:
    """A page's address without secrets; one that loses some stays different from its like."""
    shown = redact(url)
    return shown if shown == url else f"{shown} ({url_hash[:8]})"


Follow = Callable[[Sequence[FoundLink], int], Sequence[NewPage]]
"""(links of a page, its depth) -> those that the session is to know."""


def end_without_content(page: ClaimedPage, answer: PageAnswer, known: bool) -> PageOutcome:
    """The outcome of an answer that is neither content nor a word that nothing has changed.

    A page that a user named, and that was never there, has failed; one that another page links to is a dead link.
    """
    reason = answer.reason or answer.kind
    if answer.kind == "again":
        return PageOutcome(page, Retry(page.id, reason, answer.wait_seconds, answer.status))
    is_seed = page.depth == SEED_DEPTH and page.priority == 0
    status: ItemStatus = "pending" if answer.kind == "pending" else "failed" if answer.kind == "failed" else "skipped"
    if is_seed and not known and answer.status and answer.status >= 400:
        status = "failed"
    result = PageResult(page.id, status, reason, answer.status, final_url=answer.final_url)  # type: ignore[arg-type]
    return PageOutcome(page, result=result, status=status, gone=answer.kind == "gone")


def end_unchanged(page: ClaimedPage, answer: PageAnswer, memory: PageMemory, follow: Follow) -> PageOutcome:
    """The outcome of a page that is as it was remembered: nothing of it is read again, its links are followed."""
    links = [FoundLink(target, priority) for url, priority in _recall(memory) if (target := read_url(url))]
    result = PageResult(
        page.id,
        "extracted" if memory.product_ids else "fetched",
        status_code=answer.status,
        etag=memory.etag,
        last_modified=memory.last_modified,
        content_sha256=memory.content_sha256,
        final_url=memory.final_url,
        canonical_url=memory.canonical_url,
        kind=memory.kind,
        title=memory.title,
        products=len(memory.product_ids),
        found=follow(links, page.depth),
    )
    return PageOutcome(page, result=result, status="unchanged", same=memory)


def end_with_content(
    page: ClaimedPage, answer: PageAnswer, read: ReadPage, status: ItemStatus, follow: Follow, milliseconds: int
) -> PageOutcome:
    """The outcome of a page that was read; `status` says what it is to the library.

    What scripts made of a page (`read.is_rendered`) may change while its bytes do not: it is always read again.
    """
    shown, file = read.page, answer.file
    assert file is not None, "content has a file"
    why_not = _explain_no_use(read)
    links = read.found
    is_canonical, canonical = _compare_canonical(shown)
    if not is_canonical and canonical is not None and not shown.nofollow:
        links = (FoundLink(canonical, PRODUCT_PRIORITY), *links)
    products = () if why_not else shown.products
    result = PageResult(
        page.id,
        "skipped" if why_not else "extracted" if products else "fetched",
        why_not,
        answer.status,
        file.etag,
        file.last_modified,
        file.sha256,
        answer.final_url,
        shown.canonical_url,
        shown.kind,
        shown.title,
        None if why_not else shown.markdown,
        len(products),
        milliseconds,
        follow(links, page.depth),
    )
    memory = PageMemory(
        page.url_hash,
        page.url,
        page.host,
        EXTRACTION,
        None if read.is_rendered else file.etag,
        None if read.is_rendered else file.last_modified,
        None if read.is_rendered else file.sha256,
        answer.final_url,
        shown.canonical_url,
        shown.kind,
        shown.title,
        links=tuple(f"{link.priority} {link.page.url}" for link in links),
        markdown=shown.markdown or None,
    )
    return PageOutcome(
        page,
        None,
        result,
        "skipped" if why_not else status,
        find_source(shown),
        products,
        is_canonical,
        None if why_not else memory,
    )


def end_unreadable(page: ClaimedPage, answer: PageAnswer, reason: str) -> PageOutcome:
    """The outcome of a page that broke its reader."""
    result = PageResult(page.id, "failed", reason, answer.status, final_url=answer.final_url)
    return PageOutcome(page, result=result, status="failed")


def find_source(page: WebPage) -> str:
    """The shop of a page's product, as in `products.source`: the origin of its canonical address.

    A page speaks for its own site only: a canonical address elsewhere does not make it another shop's.
    """
    own, canonical = read_url(page.url), read_url(page.canonical_url)
    assert own is not None, "a fetched page has an address"
    return canonical.origin if canonical and is_same_site(canonical, [own]) else own.origin


def product_ids(outcome: PageOutcome) -> tuple[uuid.UUID, ...]:
    """The products of an unchanged page."""
    return outcome.same.product_ids if outcome.same else ()


def _compare_canonical(page: WebPage) -> tuple[bool, PageUrl | None]:
    own, canonical = read_url(page.url), read_url(page.canonical_url)
    if own is None or canonical is None or not is_same_site(canonical, [own]):
        return True, None
    # Which of http and https, with or without www., is the shop's affair: they are not asked for twice.
    return _without_site(own) == _without_site(canonical), canonical


def _without_site(page: PageUrl) -> str:
    return page.key.removeprefix(page.origin)


def _explain_no_use(read: ReadPage) -> str | None:
    page = read.page
    if page.noindex:
        return "it asks not to be indexed (noindex)"
    if page.needs_script and not read.is_rendered and not page.products and page.kind == "other":
        return "no content without JavaScript (--browser runs it)"
    if page.reason.startswith("not a page"):
        return page.reason
    return None


def _recall(memory: PageMemory) -> list[tuple[str, int]]:
    """Links as they were remembered: priority and address."""
    pairs = (link.partition(" ") for link in memory.links)
    return [(url, int(priority)) for priority, _, url in pairs if priority.isdigit()]
