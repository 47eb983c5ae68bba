"""What a job's products have in common with those of other sources, as its report lists it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from tasks.catalog.report import Merge
from tasks.jobs import Job
from tasks.storage.matches import Match, match_products

MATCHES_REPORTED = 500


async def match_job(job: Job, bereft: Sequence[uuid.UUID] = ()) -> tuple[Merge, ...]:
    """Link and merge the job's products with those of other sources by the stated rules (`catalog/matching.py`).

    `bereft` are products that were matched with ones that are deleted now. Returns the first matches the job made.
    """
    async with job.database.transaction() as connection:
        found = await match_products(connection, job.workspace_id, job.id, bereft, MATCHES_REPORTED)
    return tuple(map(_describe, found))


def _describe(match: Match) -> Merge:
    return Merge(
        product_id=str(match.product_id),
        product=match.product,
        canonical_id=str(match.canonical_id),
        canonical_source=match.canonical_source,
        rule=match.rule,
        key=match.key,
        kind="merged" if match.kind == "merged" else "linked",
        reason=match.reason,
    )
