"""A shop becomes products, politely: `python -m flows.web https://shop.example/`.

One run is one session: its frontier lies in Postgres, so that a run that ends in any way is taken up where it was.
Pages are asked for in their hosts' turns and read as they come; images, chunks and vectors follow batch by batch.
"""

from __future__ import annotations

if __name__ == "__main__":  # parsed before Prefect is imported below, so that --help and wrong usage answer at once
    from flows.cli.web import main

    main()
    raise SystemExit(0)

import hashlib
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack

from prefect import get_run_logger
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run as current_run
from pydantic import BaseModel, ConfigDict, Field

from flows.control import RunControl, hold_unless_paused, obey
from flows.crawl import Crawl
from flows.matches import match_job
from flows.opening import name_run, open_ingest, show_address
from flows.outcomes import conclude
from flows.records import finish_records
from flows.resume import hold_job
from flows.web_texts import discover_texts
from tasks import resources
from tasks.catalog import ids
from tasks.catalog.redaction import redact
from tasks.catalog.report import JobReport, Outcome
from tasks.catalog.web.urls import PageUrl, read_url
from tasks.downloads import ImageManners
from tasks.embeddings import IMAGE_STAGE, TEXT_STAGE
from tasks.jobs import Job, JobKind, job_flow
from tasks.limits import ensure_limits
from tasks.settings import Settings
from tasks.storage.jobs import attach_source
from tasks.storage.records import count_vectors
from tasks.web_frontier import CrawlOptions, SessionEnd
from tasks.web_missing import Vanished, find_sources, index_words, mark_vanished
from tasks.web_outcomes import CRAWL_STAGE
from tasks.web_pages import SAVE_STAGE
from tasks.web_site import open_site
from tasks.work_folders import clear_left_folders

WEB = JobKind(
    "web",
    weights={"page": 0.5, "product": 0.1, "image": 0.3, "chunk": 0.1},
    final_stages={"page": CRAWL_STAGE, "product": SAVE_STAGE, "image": IMAGE_STAGE, "chunk": TEXT_STAGE},
)


class WebIngest(BaseModel):
    """What to crawl, and how."""

    model_config = ConfigDict(extra="forbid")

    sources: list[str] = Field(min_length=1, description="Product pages, listings, sitemaps or shops: http(s) URLs")
    workspace: str = Field(ids.DEFAULT_WORKSPACE, pattern=ids.WORKSPACE_PATTERN, description="Tenant to write to")
    max_pages: int | None = Field(None, ge=1, description="Pages taken; robots.txt and sitemaps do not count")
    include: list[str] = Field([], description="Only pages that match one of these globs")
    exclude: list[str] = Field([], description="No page that matches one of these globs")
    depth: int | None = Field(None, ge=0, description="Links from a source to a page")
    from_sitemap: bool = Field(False, description="Take what the shop's sitemaps list; follow no links")
    pages_only: bool = Field(False, description="Take only the sources themselves")
    browser: bool = Field(False, description="Run the scripts of pages that have no content without them")
    limit: int | None = Field(None, ge=1, description="Read at most N pages")
    enrich: bool = Field(True, description="Make labels and vectors too; off means rows and images only")
    images: bool = Field(True, description="Fetch the products' images")
    force: bool = Field(False, description="Read known pages again, and accept that many products are gone")
    max_cost_usd: float | None = Field(None, ge=0, description="Stop paying for AI calls here; the rest stays pending")


class SourceAddressError(ValueError):
    """A source that is no address of a page; the message names it."""


def _run_name() -> str:
    return name_run("web", current_run.parameters["params"].sources, show_address)


@job_flow("ingest-web", _run_name)
async def ingest_web(params: WebIngest) -> State[None]:
    """Bring the products of web shops into a workspace's library."""
    run_id = uuid.UUID(str(current_run.id))
    async with resources.open_resources(), hold_job(run_id):
        await ensure_limits()
        job = await open_ingest(WEB, run_id, params, fingerprint(params), show_address)
        return await obey(job, lambda control: conclude(job, lambda: _ingest(job, params, control)))


def fingerprint(params: WebIngest) -> str:
    """What the job is about: the sources' addresses and the options that change its result."""
    keys = sorted({page.key if (page := read_url(source)) else source for source in params.sources})
    options = params.model_dump_json(exclude={"sources", "max_cost_usd"})
    return hashlib.sha256("\x1f".join(["web", options, *keys]).encode()).hexdigest()


def read_options(params: WebIngest, settings: Settings) -> CrawlOptions:
    """The options of the crawl; `SourceAddressError` for a source that is no address."""
    most = params.max_pages or settings.web_max_pages
    return CrawlOptions(
        seeds=tuple(dict.fromkeys(_read_seed(source) for source in params.sources)),
        max_pages=min(most, params.limit or most),
        include=tuple(params.include),
        exclude=tuple(params.exclude),
        depth=params.depth,
        from_sitemap=params.from_sitemap,
        pages_only=params.pages_only,
        force=params.force,
        browser=params.browser,
    )


def _read_seed(source: str) -> PageUrl:
    page = read_url(source if "://" in source else f"https://{source}")
    if page is None:
        raise SourceAddressError(f"{redact(source)}: not the http(s) address of a page")
    return page


async def _ingest(job: Job, params: WebIngest, control: RunControl) -> tuple[JobReport, Outcome]:
    """Crawl, mark what is gone, link what is known from elsewhere, and finish every product that is not finished."""
    settings = resources.current().settings
    options = read_options(params, settings)
    origins = sorted({seed.origin for seed in options.seeds})
    async with AsyncExitStack() as stack:
        for origin in origins:
            await stack.enter_async_context(job.database.exclusive("source", job.workspace_id, origin))
        await attach_source(job.database, job.id, origins[0])
        work = settings.home / "work"
        await clear_left_folders(job.database, work, 3600 * settings.web_kept_hours)
        folder = work / f"web-{job.id}"
        site = await stack.enter_async_context(open_site(job, options, folder, settings))
        crawl = Crawl(job, options, site, control)
        end = await crawl.run()
        texts = await discover_texts(job, services=params.enrich)
        gone = Vanished([])
        if end.complete and texts.is_whole:
            gone = await mark_vanished(job, job.id, options.scope, settings, force=params.force)
        merged = await match_job(job)
        await index_words(job)
        await _declare_products(job)
        sources = sorted({*origins, *await find_sources(job)})
        manners = ImageManners(settings.web_user_agent, site.extras.image_turn)
        async with hold_unless_paused("jobs"):
            await finish_records(job, *sources, enrich=params.enrich, images=params.images, manners=manners)
    if gone.note:
        get_run_logger().warning(gone.note)
    return await job.close(
        empty_reason=await _explain_nothing(job, end),
        missing=(*crawl.saved.missing, *texts.missing, *gone.names),
        merged=merged,
        vectors=await _count_vectors(job, sources),
        frontier=({gone.note: 1} if gone.note else {}) | end.frontier,
    )


async def _count_vectors(job: Job, sources: Sequence[str]) -> dict[str, int]:
    """Vectors that the library holds of the shops' products, by collection or table."""
    held = Counter[str]()
    for source in sources:
        held.update(await count_vectors(job.database, job.workspace_id, source))
    return dict(held)


async def _declare_products(job: Job) -> None:
    """The products are those that pages gave: counted from the pages' own rows, not from the ledger of products."""
    [(count,)] = await job.database.fetch(
        "select count(distinct shown.id) from public.web_pages w cross join unnest(w.product_ids) as shown(id) "
        "where w.session_id = %s and not w.gone",
        job.id,
    )
    async with job.database.transaction() as connection:
        await job.declare(connection, "product", int(count))


async def _explain_nothing(job: Job, end: SessionEnd) -> str | None:
    """Why the job changed nothing; None where it did."""
    items = await job.count()
    products = items["product"]
    if not products.accounted:
        reasons = ", ".join(list(end.frontier)[:1])
        return f"no_products: none of {end.taken} pages shows a product" + (f" ({reasons})" if reasons else "")
    return None if products.created or products.updated else "unchanged"
