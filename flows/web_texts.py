"""Pages whose words may offer products, read by a service where one is configured, by rules where not."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from prefect.utilities.annotations import quote

from flows.batches import Stage
from tasks import resources
from tasks.engines import get_engines
from tasks.jobs import Job
from tasks.web_texts import TEXTS_STAGE, TextCase, TextsSaved, discover_page_products, list_cases, read_by_rules


class TextsEnd(NamedTuple):
    """Names of products that are gone from these pages, and whether every page was read by who was to read it."""

    missing: tuple[str, ...] = ()
    is_whole: bool = True


async def discover_texts(job: Job, *, services: bool) -> TextsEnd:
    """Find the products that the session's unstructured pages offer, and write them; without `services` by rules."""
    cases = await list_cases(job, services)
    if not cases:
        return TextsEnd()
    engine = get_engines().pages if services else None

    async def work(batch: Sequence[TextCase], number: int, total: int | None) -> TextsSaved:
        return await discover_page_products(job, quote(batch), services, number, total)

    settings = resources.current().settings
    at_once = settings.batches_at_once if engine else 1
    bound = engine.engine.partition("/")[0] if engine else ""
    stage: Stage[TextCase, TextsSaved] = Stage(
        job, TEXTS_STAGE, "page", settings.web_text_pages, work, _page_key, at_once=at_once, bound=bound
    )
    async with job.stage(TEXTS_STAGE) as counter:
        try:
            await stage.put(cases)
            saved = await stage.finish()
        finally:
            await stage.stop()
        done: set[uuid.UUID] = {page for one in saved for page in one.pages}
        left = [case for case in cases if case.row.id not in done]
        if left:  # the service stayed away for too long: they are recorded as waiting for it
            saved = [*saved, await read_by_rules(job, quote(left))]
        counter.items = len(cases)
    missing = tuple(name for one in saved for name in one.missing)
    return TextsEnd(missing, not left and not any(one.unread for one in saved))


def _page_key(case: TextCase) -> str:
    return case.ledger_key
