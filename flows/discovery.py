"""Finding a document's products, by whatever engine: a service that is parked is waited for."""

from __future__ import annotations

from collections.abc import Sequence

from prefect.utilities.annotations import quote

from flows.batches import Patience
from tasks.catalog.pages import Page
from tasks.catalog.products import Discovery
from tasks.documents import ReceivedDocument
from tasks.engines import OverBudgetError, UnavailableError
from tasks.jobs import Job
from tasks.products import discover_products


async def discover(
    job: Job, pages: Sequence[Page], received: ReceivedDocument, services: bool
) -> Discovery | OverBudgetError | UnavailableError:
    """What the pages say of products; without `services` by rules only.

    Where the budget is reached, or the service stays away, that error: the same command run again goes on with the
    answers that were paid.
    """
    patience = Patience()
    async with job.stage("discover products") as counter:
        while True:
            try:
                discovery = await discover_products(quote(pages), received.local.filename, services)
                counter.items = len(discovery.products)
                return discovery
            except UnavailableError as error:  # parked, or down since a moment ago
                if not await patience.wait(error.retry_after):
                    return error
            except OverBudgetError as error:
                return error
