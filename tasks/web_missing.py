"""After a crawl: which shops it saw products of, and which products vanished from them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.jobs import Job
from tasks.storage.keywords import index_keywords
from tasks.storage.web_products import find_vanished, list_sources, mark_missing
from tasks.web_settings import WebSettings

_KEYWORDS_AT_ONCE = 5000  # products whose words are computed in one statement


class Vanished(NamedTuple):
    """Names of the products that were marked; `note` says why none was although some were not seen."""

    names: list[str]
    note: str | None = None


@task(task_run_name="mark missing products", cache_policy=NO_CACHE, persist_result=False)
async def mark_vanished(
    job: Job, session: uuid.UUID, scope: Mapping[str, Any], settings: WebSettings, *, force: bool
) -> Vanished:
    """Mark what an earlier crawl of the same scope saw and this complete one did not.

    A shop that is closed for repairs answers every page with the same text: that most of it is gone is not believed.
    """
    async with job.database.transaction() as connection:
        gone, known = await find_vanished(connection, job.workspace_id, session, scope)
        most = max(settings.web_missing_share * known, settings.web_known_share_least)
        if len(gone) > most and not force:
            share = f"more than {settings.web_missing_share:.0%}"
            return Vanished(
                [], f"{len(gone)} of {known} products were not seen, {share}: none is marked without --force"
            )
        return Vanished(await mark_missing(connection, job.id, gone))


async def index_words(job: Job) -> None:
    """Compute the words that keyword search finds the job's products by: writing the rows left them out."""
    while await index_keywords(job.database, job.workspace_id, _KEYWORDS_AT_ONCE):
        pass


async def find_sources(job: Job) -> list[str]:
    """The shops, as in `products.source`, whose products the job saw."""
    async with job.database.transaction() as connection:
        return await list_sources(connection, job.id)
