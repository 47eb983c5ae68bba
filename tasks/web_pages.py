"""Pages of a crawl into the library: products, ledger, memory and frontier of many pages in one transaction.

It is no Prefect task: a polite crawl ends a page a second, and a task run each would cost more than the page.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from tasks.catalog.ids import product_id
from tasks.catalog.report import ItemStatus
from tasks.jobs import Job
from tasks.product_rows import product_row
from tasks.storage.bulk import Changes, upsert
from tasks.storage.database import Connection
from tasks.storage.jobs import Item
from tasks.storage.keywords import defer_keywords
from tasks.storage.rows import ProductRow, RowOrigin, seal
from tasks.storage.scraping_ends import PageResult, Retry, finish_pages, retry_pages
from tasks.storage.web_memory import confirm_pages, forget_products, remember_pages
from tasks.storage.web_products import list_listed, mark_gone, restore_products
from tasks.web_outcomes import CRAWL_STAGE, EXTRACTION, PageOutcome, product_ids

SAVE_STAGE = "save-pages"


@dataclass
class Saved:
    """What a session has written so far, for progress and report."""

    pages: int = 0
    products: int = 0  # also the position of the next one
    missing: list[str] = field(default_factory=list)  # names of products whose pages are gone


async def save_pages(
    job: Job, session: uuid.UUID, holder: int, outcomes: Sequence[PageOutcome], max_known: int, saved: Saved
) -> None:
    """Write how claimed pages ended: all of it, or, where the process dies, nothing.

    A page that was given to another process meanwhile is left to that one.
    """
    results: list[PageResult] = [outcome.result for outcome in outcomes if outcome.result]
    retries: list[Retry] = [outcome.retry for outcome in outcomes if outcome.retry]
    async with job.database.transaction() as connection:
        await defer_keywords(connection)
        written = await finish_pages(connection, session, holder, results, max_known=max_known)
        if retries:
            await retry_pages(connection, session, holder, retries)
        ended = [outcome for outcome in outcomes if outcome.page.id in written]
        lines = await _save_products(connection, job, session, ended, saved)
        for one in ended:
            reason = one.result.reason if one.result else None
            lines.append(Item("page", one.ledger_key, CRAWL_STAGE, one.status, reason))
        await job.record(connection, lines)
    saved.pages += len(ended)


async def _save_products(
    connection: Connection, job: Job, session: uuid.UUID, ended: Sequence[PageOutcome], saved: Saved
) -> list[Item]:
    """Write the products of these pages, those that are back and those that are gone, and what is remembered of the
    pages; returns the products' ledger lines.
    """
    rows = await _make_rows(connection, job, ended, saved)
    changes = await upsert(connection, list(rows.values()))
    kept = {known for outcome in ended for known in product_ids(outcome)}
    everything = kept | rows.keys()
    back = await restore_products(connection, job.id, everything) if everything else set()
    lines = [Item("product", str(id_), SAVE_STAGE, _change(id_, changes, back)) for id_ in sorted(everything)]
    await _remember(connection, job, session, ended)
    gone = [outcome.page.url_hash for outcome in ended if outcome.gone]
    if gone and (products := await forget_products(connection, job.workspace_id, gone)):
        saved.missing += await mark_gone(connection, job.id, products)
    saved.products += len(rows)
    return lines


def _change(id_: uuid.UUID, changes: Changes, back: set[uuid.UUID]) -> ItemStatus:
    change = changes.of(id_)
    return "updated" if change == "unchanged" and id_ in back else change


async def _make_rows(
    connection: Connection, job: Job, ended: Sequence[PageOutcome], saved: Saved
) -> dict[uuid.UUID, ProductRow]:
    """The rows to be written, each product once: what its canonical page says goes before what others say of it."""
    others = [_product_id(job, one, key) for one in ended if not one.is_canonical for key in _keys(one)]
    listed = await list_listed(connection, job.id, others) if others else set()
    rows: dict[uuid.UUID, ProductRow] = {}
    for outcome in sorted(ended, key=lambda one: one.is_canonical):
        origin = RowOrigin(job.workspace_id, job.id, outcome.source, "web", EXTRACTION, EXTRACTION)
        for product in outcome.products:
            # A product's place in the crawl says nothing of it: it is not part of its hash.
            data = product.model_dump(mode="json", include={"attributes", "variants", "provenance"})
            row = seal(dataclasses.replace(product_row(product, 0, origin), **data))
            if outcome.is_canonical or row.id not in listed:
                rows[row.id] = dataclasses.replace(row, position=saved.products + len(rows) + 1)
    return rows


def _keys(outcome: PageOutcome) -> list[str]:
    return [product.key for product in outcome.products]


def _product_id(job: Job, outcome: PageOutcome, key: str) -> uuid.UUID:
    return product_id(job.workspace_id, outcome.source, key)


async def _remember(connection: Connection, job: Job, session: uuid.UUID, ended: Sequence[PageOutcome]) -> None:
    fresh = [
        dataclasses.replace(one.memory, product_ids=tuple(_product_id(job, one, key) for key in _keys(one)))
        for one in ended
        if one.memory
    ]
    await remember_pages(connection, job.workspace_id, session, fresh)
    if same := [one.page.url_hash for one in ended if one.same]:
        await confirm_pages(connection, job.workspace_id, session, same)
