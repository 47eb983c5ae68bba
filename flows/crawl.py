"""One session of a crawl: pages are claimed from the frontier, asked for in their hosts' turns, read and written.

What was claimed and is not written yet is bounded. Answers wait in files for that: a process that is killed has to ask
again only for what was in flight.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence

from prefect import get_run_logger

from flows.control import RunControl
from tasks import resources
from tasks.catalog.web.urls import read_url
from tasks.jobs import Job
from tasks.settings import Settings
from tasks.storage import scraping, scraping_ends, web_hosts
from tasks.storage.scraping import ClaimedPage, SessionRow
from tasks.storage.web_memory import PageMemory, recall_pages
from tasks.web_frontier import CrawlOptions, Frontier, SessionEnd, leave_rest, settle_session
from tasks.web_outcomes import CRAWL_STAGE, EXTRACTION, PageOutcome
from tasks.web_pages import Saved, save_pages
from tasks.web_site import Site, ask_page, read_answer
from tasks.web_sitemaps import is_sitemap, list_sitemaps, read_sitemaps

_POLL_SECONDS = 0.2  # a turn may end earlier than it was said to
_LOG_SECONDS, _COUNT_SECONDS = 10.0, 1.0
_USEFUL_KINDS = ("product", "listing", "unstructured")


class NothingToCrawlError(ValueError):
    """The session has no page to begin with; the message says why."""


class Crawl:
    """One life of a session."""

    def __init__(self, job: Job, options: CrawlOptions, site: Site, control: RunControl) -> None:
        self._job, self._options, self._site, self._control = job, options, site, control
        self._settings: Settings = resources.current().settings
        self._frontier = Frontier(job.database, job.id, site.scope, site.hosts, self._settings.web_max_known)
        self._frontier.follows = not (options.pages_only or options.from_sitemap or all(map(is_sitemap, options.seeds)))
        self._frontier.keeps_depth = options.depth is not None
        self._in_flight = asyncio.Semaphore(self._settings.web_pages_at_once)
        self._ended: asyncio.Queue[PageOutcome] = asyncio.Queue()
        self._unanswered = 0  # claimed, not answered
        self._outstanding = 0  # claimed, not written
        self._idle = asyncio.Event()  # nothing is unanswered
        self._moved = asyncio.Event()  # something was written
        self._answered = asyncio.Event()  # so there may be room for a claim
        self._looked = self._logged = self._counted = 0.0
        self._waiting: dict[str, str] = {}  # origin -> why it is not asked now, as it was told
        self.saved = Saved()
        self.notes: list[str] = []  # of sitemaps that could not be read

    async def run(self) -> SessionEnd:
        """Crawl until nothing is left to be taken; what an earlier life of the session did is not done again."""
        job = self._job
        async with job.stage(CRAWL_STAGE) as counter:
            await self._begin()
            await self._work()
            await leave_rest(job.database, job.id, self._options.max_pages)
            counter.items = self.saved.pages
        end = await settle_session(job, job.id, self._settings.web_max_known)
        complete = end.complete and not self.notes
        await scraping_ends.close_session(job.database, job.id, complete)
        return end._replace(complete=complete, frontier=dict.fromkeys(self.notes, 1) | end.frontier)

    async def _work(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                writer = group.create_task(self._write())
                await self._claim_all(group)
                writer.cancel()
        except ExceptionGroup as errors:  # the first one says what happened, the others that they were stopped
            raise errors.exceptions[0] from None

    async def _begin(self) -> None:
        job, options = self._job, self._options
        row = SessionRow(
            job.id,
            job.workspace_id,
            [seed.url for seed in options.seeds],
            options.max_pages,
            {"scope": options.scope},
            job.id,
        )
        await scraping.open_session(job.database, row)
        await scraping_ends.return_leases(job.database, job.id, max_attempts=self._settings.web_deaths)
        await web_hosts.free_dead_turns(job.database)
        [(self.saved.products,)] = await job.database.fetch(
            "select count(*) from public.job_items where job_id = %s and kind = 'product'", job.id
        )
        if not options.from_sitemap:
            await self._frontier.add_seeds([seed for seed in options.seeds if not is_sitemap(seed)])
        if options.from_sitemap or any(map(is_sitemap, options.seeds)):
            await self._add_sitemaps()
        await self._prepare()

    async def _add_sitemaps(self) -> None:
        if (problems := await self._frontier.find_problems()) is not None:
            self.notes = problems
            return
        site, settings = self._site, self._settings
        named = self._options.seeds if self._options.from_sitemap else tuple(filter(is_sitemap, self._options.seeds))
        addresses = await list_sitemaps(site.hosts, named)
        found = await read_sitemaps(site.extras, addresses, settings.web_max_sitemaps, settings.web_max_known)
        self.notes = found.problems
        for problem in found.problems:
            get_run_logger().warning("sitemap: %s", problem)
        added = await self._frontier.add_listed(list(found.pages.values()), found.problems)
        if not added and all(map(is_sitemap, named)):
            raise NothingToCrawlError("; ".join(found.problems) or "the sitemaps list no page of this site")

    async def _claim_all(self, group: asyncio.TaskGroup) -> None:
        while True:
            await self._control.gate()
            self._moved.clear()
            self._answered.clear()
            if not (room := self._room()):
                await self._wait(self._answered, None)
                continue
            claim = await self._claim(room)
            if claim.pages:
                self._outstanding += len(claim.pages)
                self._unanswered += len(claim.pages)
                self._idle.clear()
                memories = await self._recall(claim.pages)
                for page in claim.pages:
                    group.create_task(self._take(page, memories.get(page.url_hash)))
                continue
            if claim.wait_seconds is None and not self._outstanding:
                return
            if not self._outstanding and (claim.wait_seconds or 0) > self._settings.web_longest_pause_seconds:
                reason = f"the host asked for a pause of {claim.wait_seconds:.0f} s"
                await scraping_ends.park_queued(self._job.database, self._job.id, reason)
            await self._wait(self._moved, claim.wait_seconds)

    def _room(self) -> int:
        """How many pages to claim now; a claim costs the same for one as for many, so not for less than a handful."""
        at_once, settings = self._settings.web_pages_at_once, self._settings
        asked_next = (1 + settings.web_claimed_ahead) * at_once - self._unanswered
        room = min(asked_next, settings.web_unwritten * at_once - self._outstanding)
        return room if room >= at_once else 0

    async def _claim(self, room: int) -> scraping.Claim:
        settings, politeness = self._settings, self._site.hosts.politeness
        if time.monotonic() - self._looked > settings.control_seconds:
            await self._prepare()
        return await scraping.claim_pages(
            self._job.database,
            self._job.id,
            self._site.holder,
            room,
            lease_seconds=(settings.web_max_redirects + 2) * politeness.turn,
            turn_seconds=politeness.turn,
        )

    async def _wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Until `event`, or a page may be due."""
        try:
            async with asyncio.timeout(min(_POLL_SECONDS, max(0.01, seconds or _POLL_SECONDS))):
                await event.wait()
        except TimeoutError:
            return

    async def _prepare(self) -> None:
        """Open hosts that are new to us; pages of one whose robots.txt cannot be read stay pending."""
        for origin, reason in (await self._site.hosts.prepare(self._job.id)).items():
            host = read_url(origin)
            if host is not None and self._site.hosts.is_closed(origin):
                await scraping_ends.park_queued(self._job.database, self._job.id, reason, host=host.host)
            elif self._waiting.get(origin) != reason:
                self._waiting[origin] = reason
                get_run_logger().warning("%s waits: %s", origin, reason)
        self._looked = time.monotonic()

    async def _recall(self, pages: Sequence[ClaimedPage]) -> Mapping[str, PageMemory]:
        hashes = [page.url_hash for page in pages]
        return await recall_pages(self._job.database, self._job.workspace_id, hashes, EXTRACTION)

    async def _take(self, page: ClaimedPage, memory: PageMemory | None) -> None:
        follow, force = self._frontier.follow, self._options.force
        async with self._in_flight:
            answer = await ask_page(self._site, page, None if force else memory)
        self._unanswered -= 1
        if not self._unanswered:
            self._idle.set()
        self._answered.set()
        self._ended.put_nowait(await read_answer(self._site, page, answer, memory, follow, force=force))

    async def _gather(self, since: float) -> list[PageOutcome]:
        """What has ended: at once where nothing is being asked, or nothing was written for a while."""
        batch = [await self._ended.get()]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(since + self._settings.web_write_seconds - time.monotonic()):
                await self._idle.wait()
        while not self._ended.empty() and len(batch) < self._settings.web_write_pages:
            batch.append(self._ended.get_nowait())
        return batch

    async def _write(self) -> None:
        """Write what has ended, as much at once as there is: the more there is, the less each page costs."""
        since_look, written = 0, 0.0
        while True:
            batch = await self._gather(written)
            await save_pages(
                self._job, self._job.id, self._site.holder, batch, self._settings.web_max_known, self.saved
            )
            written = time.monotonic()
            await self._site.arrivals.drop([outcome.page for outcome in batch if outcome.result])
            since_look += len(batch)
            if since_look >= self._settings.web_barren_every:
                since_look = 0
                least = self._settings.web_barren_pages
                await scraping_ends.skip_barren(self._job.database, self._job.id, _USEFUL_KINDS, least)
            await self._tell()
            self._outstanding -= len(batch)
            self._moved.set()
            self._answered.set()

    async def _tell(self) -> None:
        """Progress: what was taken of what is known and may be taken."""
        job, now = self._job, time.monotonic()
        if now - self._counted > _COUNT_SECONDS:
            self._counted = now
            session = await scraping.read_session(job.database, job.id) or {}
            known = min(self._options.max_pages, int(session.get("pages_known", 0)))
            job.declared["page"] = max(known, self.saved.pages)
        if now - self._logged > _LOG_SECONDS:
            self._logged = now
            get_run_logger().info("crawl: %d of %d pages", self.saved.pages, job.declared["page"])
        job.announce(CRAWL_STAGE, self.saved.pages, job.declared.get("page", 0), "politeness")
        await job.write_progress(CRAWL_STAGE)
