"""A supplier's feed keeps the library in step: `python -m flows.feed products.xml`.

One feed is one run. A delivery is scanned and compared with what the library holds of its line, and its new and changed
records are written in one transaction: a delivery that breaks off changes nothing. Then images, chunks and vectors
follow batch by batch. Several feeds are one parent run with a child run each.
"""

from __future__ import annotations

if __name__ == "__main__":  # parsed before Prefect is imported below, so that --help and wrong usage answer at once
    from flows.cli.feed import main

    main()
    raise SystemExit(0)

import asyncio
import uuid
from typing import Any

from prefect.client.schemas.objects import State
from prefect.runtime import flow_run as current_run
from pydantic import BaseModel, ConfigDict, Field

from flows.children import run_children
from flows.control import hold_unless_paused, obey
from flows.deliveries import DeliveryOptions, Imported, import_delivery
from flows.opening import has_several, list_files, name_run, open_ingest
from flows.outcomes import conclude
from flows.records import finish_records
from flows.resume import hold_job
from tasks import resources
from tasks.catalog import ids
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.source_names import name_source
from tasks.catalog.report import JobReport, Outcome
from tasks.embeddings import IMAGE_STAGE, TEXT_STAGE
from tasks.feeds import SAVE_STAGE, receive_feed
from tasks.jobs import Job, JobKind, job_flow
from tasks.limits import ensure_limits
from tasks.sources import fingerprint_sources
from tasks.storage.deliveries import MissingPolicy
from tasks.storage.jobs import attach_source
from tasks.storage.records import count_source, count_vectors

FEED = JobKind(
    "feed",
    weights={"product": 0.4, "image": 0.4, "chunk": 0.2},
    final_stages={"product": SAVE_STAGE, "image": IMAGE_STAGE, "chunk": TEXT_STAGE},
)
FEED_PARENT = JobKind("feed-batch", weights={}, final_stages={})
FEED_SUFFIXES = (".xml", ".yml", ".rss", ".atom", ".gz")


class FeedIngest(BaseModel):
    """What to import, and how."""

    model_config = ConfigDict(extra="forbid")

    sources: list[str] = Field(min_length=1, description="XML feeds: files, folders of them, or URLs")
    source_name: str | None = Field(
        None, min_length=1, max_length=500, description="Name of the delivery line, else the path or URL without dates"
    )
    workspace: str = Field(ids.DEFAULT_WORKSPACE, pattern=ids.WORKSPACE_PATTERN, description="Tenant to write to")
    limit: int | None = Field(None, ge=1, description="Read only the first N records")
    mapping: dict[str, Any] | None = Field(None, description="A reviewed mapping, as its YAML file says")
    missing: MissingPolicy = Field("mark", description="What happens to products that left the feed")
    allow_partial: bool = Field(False, description="Import the whole records of a feed that breaks off")
    enrich: bool = Field(True, description="Make labels and vectors too; off means rows and images only")
    images: bool = Field(True, description="Fetch the products' images")
    force: bool = Field(False, description="Read every record again, and accept that many products are gone")
    max_cost_usd: float | None = Field(None, ge=0, description="Stop paying for AI calls here; the rest stays pending")


def _run_name() -> str:
    return name_run("feed", current_run.parameters["params"].sources)


@job_flow("ingest-feed", _run_name)
async def ingest_feed(params: FeedIngest) -> State[None]:
    """Keep the library of a workspace in step with suppliers' XML feeds."""
    run_id = uuid.UUID(str(current_run.id))
    async with resources.open_resources(), hold_job(run_id):
        await ensure_limits()
        several = await asyncio.to_thread(has_several, params)
        about = await asyncio.to_thread(fingerprint, params)
        job = await open_ingest(FEED_PARENT if several else FEED, run_id, params, about)
        work = _ingest_each if several else _ingest_one
        return await obey(job, lambda _: conclude(job, lambda: work(job, params)))


def fingerprint(params: FeedIngest) -> str:
    """What the job is about: the feeds' bytes (or addresses) and the options that change its result."""
    options = params.model_dump_json(exclude={"sources", "max_cost_usd"})
    return fingerprint_sources("feed", params.sources, options)


async def _ingest_each(job: Job, params: FeedIngest) -> tuple[JobReport, Outcome]:
    """One child run for each feed."""
    sources = await asyncio.to_thread(list_files, params, FEED_SUFFIXES)
    if not sources:
        return await job.close(empty_reason=f"nothing_found: no {', '.join(FEED_SUFFIXES)} file is there")
    children = [params.model_copy(update={"sources": [source]}) for source in sources]
    return await run_children(job, ingest_feed, children, fingerprint, lambda child: name_source(child.sources[0]))


async def _ingest_one(job: Job, params: FeedIngest) -> tuple[JobReport, Outcome]:
    """Receive the delivery, write what it changes, and finish every product of its line that is not finished."""
    [named] = await asyncio.to_thread(list_files, params, FEED_SUFFIXES)
    options = DeliveryOptions(
        _read_mapping(params), params.limit, params.missing, params.allow_partial, params.force, ask=params.enrich
    )
    settings = resources.current().settings
    async with hold_unless_paused("jobs"):
        received = await receive_feed(
            named, params.source_name, settings, job.database, job.workspace_id, conditional=_may_stop_early(params)
        )
        await attach_source(job.database, job.id, received.source)
        async with job.database.exclusive("source", job.workspace_id, received.source):
            imported = await import_delivery(job, received, named, options) if received.local else None
            await finish_records(job, received.source, enrich=params.enrich, images=params.images)
        return await _close(job, received.source, imported)


def _read_mapping(params: FeedIngest) -> FeedMapping | None:
    return FeedMapping.model_validate(params.mapping) if params.mapping else None


def _may_stop_early(params: FeedIngest) -> bool:
    """Whether a delivery that its server calls unchanged need not be read: with these options it would say the same."""
    return not (params.force or params.mapping or params.limit)


async def _close(job: Job, source: str, imported: Imported | None) -> tuple[JobReport, Outcome]:
    if imported is None:
        return await job.close_known({"product": await count_source(job.database, job.workspace_id, source)})
    made = await count_vectors(job.database, job.workspace_id, source)
    products = (await job.count())["product"]  # an earlier life of the job may have written them
    nothing = "unchanged" if imported.records else "no_products: the feed holds no record"
    return await job.close(
        empty_reason=None if products.created or products.updated or imported.missing else nothing,
        missing=imported.missing,
        vectors=made,
        changes=tuple(imported.diff.changes),
        merged=imported.merged,
    )
