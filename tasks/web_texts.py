"""Products in the words of pages that have no markup and no product's structure: found, and written with their pages.

Claude (or whichever service is chosen) reads them where it is configured, rules where not. What a service found stays
where it cannot be asked again.
"""

from __future__ import annotations

import asyncio
import dataclasses
import uuid
from collections.abc import Sequence
from typing import NamedTuple

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.catalog.products import Product
from tasks.catalog.report import ItemStatus
from tasks.catalog.web.models import WebPage
from tasks.catalog.web.text_pages import TextPage
from tasks.catalog.web.text_rules import TEXT_RULES, read_text_products
from tasks.clients.page_discoverer import PageDiscoverer
from tasks.engines import OverBudgetError, ParkedError, ServiceFailedError, UnavailableError, get_engines
from tasks.jobs import Job
from tasks.product_rows import product_row
from tasks.storage import web_texts as store
from tasks.storage.bulk import upsert
from tasks.storage.database import Connection
from tasks.storage.jobs import Item
from tasks.storage.rows import ProductRow, RowOrigin, seal
from tasks.storage.web_products import mark_gone, restore_products
from tasks.storage.web_texts import KnownProduct, TextRow
from tasks.web_outcomes import CRAWL_STAGE, EXTRACTION, find_source, make_ledger_key
from tasks.web_pages import SAVE_STAGE

TEXTS_STAGE = "discover-page-products"


class TextCase(NamedTuple):
    """A page to be read for products; `known` are those that the library has of it."""

    row: TextRow
    known: tuple[KnownProduct, ...]

    @property
    def ledger_key(self) -> str:
        return make_ledger_key(self.row.url, self.row.url_hash)

    @property
    def source(self) -> str:
        row = self.row
        return find_source(WebPage(url=row.final_url or row.url, canonical_url=row.canonical_url))

    @property
    def is_paid(self) -> bool:
        """Whether a service found what is known."""
        return any(one.engine != TEXT_RULES for one in self.known)


class _Finding(NamedTuple):
    """What came of a page: products by `engine`; None: what is known stays. `problem`: why no service read it."""

    case: TextCase
    products: tuple[Product, ...] | None
    engine: str
    problem: Exception | None = None


class TextsSaved(NamedTuple):
    """Pages that were read, those of them that a service was to read and could not, and the names of gone products."""

    pages: list[uuid.UUID]
    unread: int
    missing: list[str]


async def list_cases(job: Job, services: bool) -> list[TextCase]:
    """The session's pages that are to be read: new ones, and those that only rules have read where a service can."""
    rows = await store.list_texts(job.database, job.workspace_id, job.id)
    known = await store.list_known(job.database, job.workspace_id, [row.canonical_url for row in rows]) if rows else {}
    asks = services and get_engines().pages is not None
    cases = [TextCase(row, known.get(row.canonical_url, ())) for row in rows]
    return [case for case in cases if not case.row.product_ids or (asks and not case.is_paid)]


@task(task_run_name="discover page products {number}", cache_policy=NO_CACHE, persist_result=False)
async def discover_page_products(
    job: Job, batch: Sequence[TextCase], services: bool, number: int, total: int | None
) -> TextsSaved:
    """Read a batch of pages and write what they offer, all at once. Without `services` rules read them.

    Raises ParkedError where the service's breaker holds calls back: what was answered is remembered, and written by the
    next try. Pages that it could not read otherwise are read by rules, and recorded as pending or failed.
    """
    engine = get_engines().pages if services else None
    texts = await store.read_markdown(job.database, [case.row.id for case in batch])
    findings = await asyncio.gather(*(_find(case, texts.get(case.row.id, ""), engine) for case in batch))
    for finding in findings:
        if isinstance(finding.problem, ParkedError):
            raise finding.problem
    return await _save(job, findings)


@task(task_run_name="read pages by rules", cache_policy=NO_CACHE, persist_result=False)
async def read_by_rules(job: Job, batch: Sequence[TextCase]) -> TextsSaved:
    """As `discover_page_products` without services, for pages that are recorded already as waiting for one."""
    texts = await store.read_markdown(job.database, [case.row.id for case in batch])
    findings = [await _find(case, texts.get(case.row.id, ""), None) for case in batch]
    return await _save(job, findings, record_pages=False)


async def _find(case: TextCase, markdown: str, engine: PageDiscoverer | None) -> _Finding:
    page, problem = TextPage(case.row.canonical_url, case.row.title, markdown), None
    if engine is not None:
        try:
            return _Finding(case, await engine.discover(page), engine.engine)
        except ServiceFailedError as error:
            problem = error
    if case.is_paid:
        return _Finding(case, None, "", problem)
    return _Finding(case, await asyncio.to_thread(read_text_products, page), TEXT_RULES, problem)


async def _save(job: Job, findings: Sequence[_Finding], *, record_pages: bool = True) -> TextsSaved:
    """Products, ledger lines, the pages' memory, and what is gone from them, in one transaction."""
    missing: list[str] = []
    async with job.database.transaction() as connection:
        rows = {one.case.row.id: _make_rows(job, one) for one in findings}
        written = [row for some in rows.values() for row in some]
        changes = await upsert(connection, await _with_positions(connection, job, written))
        shown = {one.case.row.id: _list_shown(one, rows[one.case.row.id]) for one in findings}
        everything = {product for products in shown.values() for product in products}
        back = await restore_products(connection, job.id, everything) if everything else set()
        found: dict[uuid.UUID, ItemStatus] = {row.id: changes.of(row.id) for row in written}
        lines = [
            Item("product", str(id_), SAVE_STAGE, _change(found.get(id_, "unchanged"), id_ in back))
            for id_ in sorted(everything)
        ]
        await store.link_products(connection, job.id, shown)
        for one in findings:
            gone = [known.id for known in one.case.known if known.id not in everything]
            if gone:
                missing += await mark_gone(connection, job.id, gone)
        await job.record(connection, lines + [_page_line(one) for one in findings if record_pages])
    unread = sum(one.problem is not None for one in findings)
    return TextsSaved([one.case.row.id for one in findings], unread, missing)


def _change(change: ItemStatus, is_back: bool) -> ItemStatus:
    return "updated" if change == "unchanged" and is_back else change


def _list_shown(finding: _Finding, rows: Sequence[ProductRow]) -> list[uuid.UUID]:
    return [known.id for known in finding.case.known] if finding.products is None else [row.id for row in rows]


def _page_line(finding: _Finding) -> Item:
    """The crawl's word on a page holds ("unchanged" adds nothing to it), unless a service is still to read it."""
    key, problem = finding.case.ledger_key, finding.problem
    if problem is None:
        return Item("page", key, CRAWL_STAGE, "unchanged")
    waits = isinstance(problem, OverBudgetError | UnavailableError)
    return Item("page", key, TEXTS_STAGE, "pending" if waits else "failed", f"its words were not read: {problem}")


def _make_rows(job: Job, finding: _Finding) -> list[ProductRow]:
    origin = RowOrigin(job.workspace_id, job.id, finding.case.source, "web", finding.engine, EXTRACTION)
    rows = []
    for product in finding.products or ():
        data = product.model_dump(mode="json", include={"attributes", "variants", "provenance"})
        rows.append(seal(dataclasses.replace(product_row(product, 0, origin), **data)))
    return rows


async def _with_positions(connection: Connection, job: Job, rows: Sequence[ProductRow]) -> list[ProductRow]:
    """A product's place in the crawl is behind those found before; it is no part of its hash."""
    cursor = await connection.execute(
        "select count(*) from public.job_items where job_id = %s and kind = 'product'", (job.id,)
    )
    [(count,)] = await cursor.fetchall()
    return [dataclasses.replace(row, position=int(count) + place) for place, row in enumerate(rows, 1)]
