"""What a session comes to know: its seeds, its sitemaps' pages, the links that it follows; and how it ends."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from tasks.catalog.report import ItemStatus
from tasks.catalog.web.found_links import OTHER_PRIORITY, FoundLink
from tasks.catalog.web.scope import Scope
from tasks.catalog.web.urls import PageUrl
from tasks.hosts import Hosts
from tasks.jobs import Job
from tasks.storage import scraping
from tasks.storage.database import Connection, Database
from tasks.storage.jobs import Item
from tasks.storage.scraping import NewPage
from tasks.storage.scraping_ends import skip_queued
from tasks.web_outcomes import CRAWL_STAGE, SEED_DEPTH, make_ledger_key

_NEVER_LISTED = ("another site", "a file")  # of no interest to the session, and there are many
_LEFT = "not taken: the limit of"
_TOO_DEEP = "deeper than"


class CrawlOptions(NamedTuple):
    """What is crawled. `depth` None is the setting's; without `follows` only what was named is taken."""

    seeds: tuple[PageUrl, ...]
    max_pages: int
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    depth: int | None = None
    from_sitemap: bool = False
    pages_only: bool = False
    force: bool = False
    browser: bool = False

    @property
    def scope(self) -> dict[str, Any]:
        """What decides which pages a crawl that leaves nothing undone sees: crawls with equal ones can be compared."""
        return {
            "seeds": sorted(seed.key for seed in self.seeds),
            "include": sorted(self.include),
            "exclude": sorted(self.exclude),
            "depth": self.depth,
            "from_sitemap": self.from_sitemap,
            "pages_only": self.pages_only,
            "browser": self.browser,
        }


class Frontier:
    """The pages of one session, as this process adds to them."""

    def __init__(self, database: Database, session: uuid.UUID, scope: Scope, hosts: Hosts, max_known: int) -> None:
        self._database, self._session, self._scope, self._hosts = database, session, scope, hosts
        self._max_known = max_known
        self._offered: set[str] = set()  # keys of addresses that were looked at: a shop's menu is on each of its pages
        self.follows = True
        self.keeps_depth = False  # pages that are too deep are left out, not listed: a shorter way may lead to them

    async def add_seeds(self, seeds: Sequence[PageUrl]) -> None:
        """What the user named; each comes first, and is an item of the job whatever becomes of it."""
        new = [NewPage(seed, SEED_DEPTH, 0, self._scope.explain_refusal(seed, SEED_DEPTH)) for seed in seeds]
        async with self._database.transaction() as connection:
            await self._insert(connection, new)

    async def add_listed(self, pages: Sequence[PageUrl], problems: Sequence[str]) -> int:
        """Pages of sitemaps, one step from the seeds, in the sitemaps' order; returns how many are new.

        `problems` says what of the sitemaps could not be read, for a later life of the session (`find_problems`).
        """
        listed = [FoundLink(page, OTHER_PRIORITY) for page in pages]
        async with self._database.transaction() as connection:
            if pages:  # sitemaps that list nothing are asked for again
                await scraping.note_sitemaps(connection, self._session, problems)
            return await self._insert(connection, self._choose(listed, SEED_DEPTH))

    async def find_problems(self) -> list[str] | None:
        """What of the sitemaps an earlier life of the session could not read; None where none was read to its end."""
        return await scraping.read_sitemap_problems(self._database, self._session)

    def follow(self, links: Sequence[FoundLink], depth: int) -> list[NewPage]:
        """What a page `depth` links from a seed adds to the frontier; with reasons where a page is not to be asked."""
        return self._choose(links, depth) if self.follows else []

    def _choose(self, links: Sequence[FoundLink], depth: int) -> list[NewPage]:
        chosen = []
        for page, priority in links:
            if page.key in self._offered:
                continue
            reason = self._scope.explain_refusal(page, depth + 1)
            if reason and self.keeps_depth and reason.startswith(_TOO_DEEP):
                continue
            self._offered.add(page.key)
            if reason and reason.startswith(_NEVER_LISTED):
                continue
            if reason is None:
                reason = self._hosts.explain_if_known(page)
            chosen.append(NewPage(page, depth + 1, priority, reason))
        return chosen

    async def _insert(self, connection: Connection, pages: Sequence[NewPage]) -> int:
        return await scraping.add_pages(connection, self._session, pages, max_known=self._max_known)


class SessionEnd(NamedTuple):
    """What a session came to. `frontier`: why pages that are known were not taken -> how many."""

    taken: int
    complete: bool
    frontier: dict[str, int]


async def leave_rest(database: Database, session: uuid.UUID, max_pages: int) -> None:
    """What is still queued when the limit is reached is not taken."""
    await skip_queued(database, session, f"{_LEFT} {max_pages} pages is reached")


_TAKEN = "(attempts > 0 or (depth = 0 and found_on is null))"


async def settle_session(job: Job, session: uuid.UUID, max_known: int) -> SessionEnd:
    """Ledger lines for taken pages that no process ended, and what the session came to; declares the job's pages.

    A page counts as taken when it was asked for, or named by the user. Pages that were found and not taken are no
    items of the job: they are counted by reason. Complete is a session all of whose pages have ended, in whichever of
    its lives; one that knows `max_known` pages has left others out.
    """
    unwell = await job.database.fetch(
        f"select url, url_hash, state, reason from public.scraping_pages where session_id = %s and {_TAKEN} "
        "and state in ('skipped', 'failed', 'pending')",
        session,
    )
    [(taken, undone, known)] = await job.database.fetch(
        f"select count(*) filter (where {_TAKEN}), count(*) filter (where state not in ('fetched', 'extracted', "
        "'skipped') or (state = 'skipped' and (reason like %s or reason like %s))), count(*) "
        "from public.scraping_pages where session_id = %s",
        f"{_LEFT}%",
        f"{_TOO_DEEP}%",
        session,
    )
    left = await job.database.fetch(
        f"select reason, count(*) from public.scraping_pages where session_id = %s and not {_TAKEN} "
        "and state in ('skipped', 'pending') group by reason order by count(*) desc, reason",
        session,
    )
    lines = [
        Item("page", make_ledger_key(url, url_hash), CRAWL_STAGE, _as_status(state), reason)
        for url, url_hash, state, reason in unwell
    ]
    async with job.database.transaction() as connection:
        await job.record(connection, lines)
        await job.declare(connection, "page", int(taken))
    frontier = {str(reason): int(count) for reason, count in left}
    if known >= max_known:
        frontier = {f"no more than {max_known} addresses are kept in mind": 1} | frontier
    return SessionEnd(int(taken), not undone and known < max_known, frontier)


def _as_status(state: str) -> ItemStatus:
    return "failed" if state == "failed" else "pending" if state == "pending" else "skipped"
