"""Asking hosts politely: their robots.txt, one request at a time with a delay over all processes, pauses they ask for.

    hosts = Hosts(database, holder, politeness, fetch_robots)
    reason = await hosts.explain_refusal(page)          # robots.txt
    async with hosts.turn(page.host): ...               # one request: a page, a redirect's hop, an image, a sitemap
    await hosts.note_answer(page.host, 429, retry_after)

Pages come with their turn from `storage.scraping.claim_pages`; what they need besides goes through `turn`.
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from tasks.catalog.web.robots import UNREACHABLE, RobotsRules
from tasks.catalog.web.urls import PageUrl, read_url
from tasks.host_limits import settle_limit
from tasks.limit_table import LimitUnavailableError
from tasks.storage import web_hosts
from tasks.storage.database import Database
from tasks.storage.scraping import ClaimedPage, list_origins
from tasks.web_settings import WebSettings

# How long a waiter sleeps at most: a turn under way ends at an unknown time, and nobody wakes the others.
_POLL_SECONDS = 0.2
_TURN_MARGIN_SECONDS = 30.0  # a request's deadline plus this: only a turn that nobody will end is taken from its holder
_COPY_SECONDS = 3600.0  # how long a process believes its own copy of a robots.txt before it looks into the database
_BUSY_STATUSES = frozenset({429, 503})
_JITTER_SHARE = 0.25  # so that pages refused together do not come back together

FetchRobots = Callable[[str], Awaitable[tuple[int, bytes]]]
"""(address of a robots.txt) -> (status, body); redirects followed, each hop within `Hosts.turn`; 0 is unreachable."""


class Politeness(NamedTuple):
    """The settings that bound how hosts are asked; all in seconds."""

    delay: float = 1.0
    max_crawl_delay: float = 30.0
    turn: float = 60.0  # longer than the deadline of a request: a turn that nobody ends is over then
    robots: float = 86_400.0
    robots_retry: float = 600.0
    limit: float = 15.0
    retry: float = 2.0
    longest_retry: float = 120.0
    longest_pause: float = 600.0


def read_politeness(settings: WebSettings) -> Politeness:
    """What the settings say; a turn lasts at least as long as a request and its redirects may."""
    return Politeness(
        delay=settings.web_delay_seconds,
        max_crawl_delay=settings.web_max_delay_seconds,
        turn=settings.web_page_seconds + _TURN_MARGIN_SECONDS,
        robots=settings.web_robots_hours * 3600,
        robots_retry=settings.web_robots_retry_seconds,
        limit=settings.web_limit_seconds,
        retry=settings.web_retry_seconds,
        longest_retry=settings.web_longest_retry_seconds,
        longest_pause=settings.web_longest_pause_seconds,
    )


class HostPausedError(RuntimeError):
    """The host wants to be left alone for longer than we wait."""

    def __init__(self, host: str, wait_seconds: float, reason: str) -> None:
        super().__init__(f"{host} is left alone for {wait_seconds:.0f} s: {reason}")
        self.wait_seconds = wait_seconds


class Hosts:
    """The hosts that one crawling process asks. `holder` is its number (`storage.scraping.hold_lease`)."""

    def __init__(
        self, database: Database, holder: int, politeness: Politeness, fetch_robots: FetchRobots, limits: bool = True
    ) -> None:
        self._database, self._holder, self._fetch_robots = database, holder, fetch_robots
        self.politeness = politeness
        self._uses_limits = limits
        self._rules: dict[str, tuple[RobotsRules, float]] = {}  # origin -> rules, until when (monotonic)
        self._looked_at: dict[str, float] = {}  # host -> when its limit was read last (monotonic)
        self._opening: dict[str, asyncio.Lock] = {}
        self._queues: dict[str, asyncio.Lock] = {}

    async def prepare(self, session: uuid.UUID) -> dict[str, str]:
        """Open the origins of a session's queued pages, so that they can be claimed, and look at their limits.

        Returns origin -> reason for those that cannot be asked now. To be called at the start, when a claim gives
        nothing, and now and then: what is known costs one query.
        """
        refused: dict[str, str] = {}
        for origin, is_known in (await list_origins(self._database, session)).items():
            try:
                rules = await self.open_origin(origin, believe_copy=is_known)
            except (LimitUnavailableError, HostPausedError) as error:
                refused[origin] = str(error)
                continue
            if rules.is_temporary:
                refused[origin] = rules.explain_refusal(f"{origin}/") or ""
        return refused

    async def open_origin(self, origin: str, believe_copy: bool = True) -> RobotsRules:
        """The rules of an origin ("https://shop.example"), asked for when they are not known; sets the host's delay.

        Not `believe_copy`: what the database holds counts, not what this process remembers of it. Raises
        `LimitUnavailableError` when the host's Prefect limit is switched off or cannot be read.
        """
        page = read_url(origin)
        if page is None:
            raise ValueError(f"{origin} is no origin")
        async with self._opening.setdefault(origin, asyncio.Lock()):
            known = self._rules.get(origin)
            await self.look_at_limit(page.host)
            if believe_copy and known and known[1] > time.monotonic():
                return known[0]
            rules = await web_hosts.find_robots(self._database, origin) or await self._ask_for_robots(page)
            keep = self.politeness.robots_retry if rules.is_temporary else _COPY_SECONDS
            self._rules[origin] = (rules, time.monotonic() + keep)
            return rules

    async def _ask_for_robots(self, page: PageUrl) -> RobotsRules:
        async with self._database.exclusive("robots", page.origin):  # one process asks, the others read its answer
            known = await web_hosts.find_robots(self._database, page.origin)
            if known:
                return known
            try:
                status, body = await self._fetch_robots(f"{page.origin}/robots.txt")
            except HostPausedError:
                status, body = UNREACHABLE, b""
            busy = status in (UNREACHABLE, 429) or status >= 500
            keep = self.politeness.robots_retry if busy else self.politeness.robots
            rules = await web_hosts.save_robots(self._database, page.origin, status, body, keep)
            delay = min(rules.crawl_delay or 0.0, self.politeness.max_crawl_delay)
            await web_hosts.set_crawl_delay(self._database, page.host, delay)
            return rules

    def is_closed(self, origin: str) -> bool:
        """Whether the origin's robots.txt could not be read, so that nothing there may be asked for now."""
        known = self._rules.get(origin)
        return known is not None and known[0].is_temporary

    def explain_if_known(self, page: PageUrl) -> str | None:
        """As `explain_refusal`, without asking anybody: None also where the rules are not known."""
        known = self._rules.get(page.origin)
        return known[0].explain_refusal(page.url) if known else None

    async def explain_refusal(self, page: PageUrl) -> str | None:
        """Why robots.txt keeps us from `page`; None when it does not."""
        return (await self.open_origin(page.origin)).explain_refusal(page.url)

    async def look_at_limit(self, host: str) -> None:
        """Bring the host's delay in line with its Prefect limit, at most once in `politeness.limit` seconds.

        A host whose limit is switched off is paused for as long as that; then LimitUnavailableError.
        """
        now = time.monotonic()
        if now - self._looked_at.get(host, -self.politeness.limit) < self.politeness.limit:
            return
        written = await web_hosts.read_limit(self._database, host)
        try:
            base = self.politeness.delay
            if self._uses_limits:
                base = await settle_limit(host, self.politeness.delay, written)
        except LimitUnavailableError as error:
            if written is not None:
                async with self._database.transaction() as connection:
                    await web_hosts.pause_host(connection, host, self.politeness.limit, str(error))
            raise
        self._looked_at[host] = now
        is_edited = written is not None and base != self.politeness.delay
        limit = written if is_edited else self.politeness.delay
        await web_hosts.set_delay(self._database, host, base, limit)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Hold `host` for one request, which ends with the block; waits for its turn.

        Raises HostPausedError when the host has asked for a pause longer than `politeness.longest_pause`.
        """
        await self.look_at_limit(host)
        async with self._queues.setdefault(host, asyncio.Lock()):  # in order of arrival; one of us asks at a time
            turn = await self._take(host)
        try:
            yield
        finally:
            await web_hosts.end_turns(self._database, [host], [turn])

    async def _take(self, host: str) -> uuid.UUID:
        seconds = self.politeness.turn
        while isinstance(got := await web_hosts.take_turn(self._database, host, self._holder, seconds), tuple):
            if got.pause_reason and got.wait_seconds > self.politeness.longest_pause:
                raise HostPausedError(host, got.wait_seconds, got.pause_reason)
            await asyncio.sleep(min(got.wait_seconds, _POLL_SECONDS))
        return got

    async def end_turns(self, pages: Sequence[ClaimedPage], asked: bool = True) -> None:
        """The answers to these claimed pages are there (not `asked`: nothing was sent); their hosts may be asked on."""
        held = [(page.host, page.turn) for page in pages if page.turn is not None]
        if held:
            await web_hosts.end_turns(self._database, [host for host, _ in held], [turn for _, turn in held], asked)

    async def note_answer(self, host: str, status: int | None, retry_after: float | None, retry_count: int = 0) -> None:
        """Pause the host where its answer asks for that: 429, 503, or any other with Retry-After (seconds)."""
        if status not in _BUSY_STATUSES and retry_after is None:
            return
        wait = retry_after if retry_after is not None else back_off(retry_count, self.politeness)
        reason = f"it answered {status}" + (f" with Retry-After {retry_after:.0f} s" if retry_after is not None else "")
        async with self._database.transaction() as connection:
            await web_hosts.pause_host(connection, host, wait, reason)


def back_off(retry_count: int, politeness: Politeness) -> float:
    """Seconds before a page is asked for again after `retry_count` retries: doubling, bounded, with jitter."""
    wait: float = min(politeness.longest_retry, politeness.retry * 2.0 ** min(retry_count, 30))
    return wait * random.uniform(1 - _JITTER_SHARE, 1 + _JITTER_SHARE)
