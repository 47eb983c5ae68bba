"""What a crawl holds while it runs, and one page of it: asked for, read, and what came of it."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from tasks.catalog.report import ItemStatus
from tasks.catalog.web.scope import Scope
from tasks.hosts import Hosts, read_politeness
from tasks.jobs import Job
from tasks.local.web_page_reader import ReadPage, UnreadablePageError, WebPageReader
from tasks.settings import Settings
from tasks.storage.scraping import ClaimedPage, hold_lease
from tasks.storage.web_memory import PageMemory
from tasks.web_arrivals import Arrivals
from tasks.web_fetches import PageAnswer, PageFetcher, SiteFetcher, open_web
from tasks.web_frontier import CrawlOptions
from tasks.web_outcomes import (
    Follow,
    PageOutcome,
    end_unchanged,
    end_unreadable,
    end_with_content,
    end_without_content,
)
from tasks.web_rendering import HTML_TYPE, Renderer, open_renderer

logger = logging.getLogger(__name__)


class Site(NamedTuple):
    """What a crawl and the fetching of its images share: the hosts' turns, held by this process."""

    holder: int
    hosts: Hosts
    pages: PageFetcher
    arrivals: Arrivals
    extras: SiteFetcher
    reader: WebPageReader
    scope: Scope
    renderer: Renderer | None = None  # runs scripts, where that was asked for


@asynccontextmanager
async def open_site(job: Job, options: CrawlOptions, folder: Path, settings: Settings) -> AsyncIterator[Site]:
    """Open connections, readers and this process's place among those that crawl; the job is the session.

    `folder` is for what arrives, and gone at the end; what a killed process left there is used. Raises
    `BrowserUnavailableError`.
    """
    depth = settings.web_max_depth if options.depth is None else options.depth
    scope = Scope(seeds=options.seeds, include=options.include, exclude=options.exclude, max_depth=depth)
    reader = WebPageReader(
        options.seeds,
        seconds=settings.web_read_seconds,
        memory_bytes=settings.web_read_memory_mb << 20,
        children=settings.web_readers,
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.to_thread, shutil.rmtree, folder, ignore_errors=True)
        holder = await stack.enter_async_context(hold_lease(job.database))
        web = await stack.enter_async_context(open_web(settings.allow_private_hosts, settings))
        await stack.enter_async_context(reader)
        extras = SiteFetcher(web, folder / "site", settings)
        hosts = Hosts(job.database, holder, read_politeness(settings), extras.fetch_robots)
        extras.hosts = hosts
        pages = PageFetcher(web, hosts, job.database, job.id, scope, folder / "pages", settings)
        renderer = await stack.enter_async_context(open_renderer(extras, settings)) if options.browser else None
        arrivals = await asyncio.to_thread(Arrivals, folder / "pages", 3600 * settings.web_kept_hours)
        yield Site(holder, hosts, pages, arrivals, extras, reader, scope, renderer)


async def ask_page(site: Site, page: ClaimedPage, memory: PageMemory | None) -> PageAnswer:
    """The answer to a claimed page, kept until `Arrivals.drop`: of a process that was killed, or of the shop."""
    left = site.arrivals.take_left(page)
    if left is not None and (left.kind != "unchanged" or memory is not None):
        await site.hosts.end_turns([page], asked=False)
        return left
    answer = await site.pages.fetch(page, memory)
    site.arrivals.keep(page, answer)
    return answer


async def read_answer(
    site: Site, page: ClaimedPage, answer: PageAnswer, memory: PageMemory | None, follow: Follow, *, force: bool
) -> PageOutcome:
    """What came of a page; `force` reads one that has not changed again."""
    try:
        return await _judge(site, page, answer, memory, follow, force=force)
    except UnreadablePageError as error:
        return end_unreadable(page, answer, str(error))
    except Exception as error:  # the page's edge: what we did not think of costs this page, and is in the log
        logger.exception("page %s", page.id)
        return end_unreadable(page, answer, f"it cannot be read: {type(error).__name__}")


async def _judge(
    site: Site, page: ClaimedPage, answer: PageAnswer, memory: PageMemory | None, follow: Follow, *, force: bool
) -> PageOutcome:
    if answer.kind == "unchanged" and memory is not None:
        return end_unchanged(page, answer, memory, follow)
    if answer.file is None:
        return end_without_content(page, answer, memory is not None)
    is_same = memory is not None and memory.content_sha256 == answer.file.sha256
    if is_same and memory is not None and not force:
        return end_unchanged(page, answer, memory, follow)
    began = time.monotonic()
    read = await _read(site, answer, page)
    milliseconds = round(1000 * (time.monotonic() - began))
    status: ItemStatus = "unchanged" if is_same else "updated" if memory else "created"
    return end_with_content(page, answer, read, status, follow, milliseconds)


async def _read(site: Site, answer: PageAnswer, page: ClaimedPage) -> ReadPage:
    """The page as its bytes say it; where they say nothing without scripts, and a browser is there, after these."""
    file, url = answer.file, answer.final_url or page.url
    assert file is not None, "content has a file"
    read = await site.reader.read(file.path, url, file.content_type)
    if site.renderer is None or not read.page.needs_script:
        return read
    rendered = await site.renderer.render(file.path, url, file.content_type)
    return (await site.reader.read(rendered, url, HTML_TYPE))._replace(is_rendered=True)
