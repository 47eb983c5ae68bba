"""Asking for one page of a crawl: its turn, its validators, each redirect judged, and what the answer means.

Nothing here tries again: a page that may come later goes back into the frontier, whose host is paused meanwhile.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx

from tasks.catalog.redaction import redact
from tasks.catalog.web.robots import ROBOTS_MAX_REDIRECTS, UNREACHABLE
from tasks.catalog.web.scope import Scope
from tasks.catalog.web.urls import PageUrl, read_url
from tasks.clients.browser import Part
from tasks.clients.errors import PermanentServiceError, TransientServiceError
from tasks.clients.web import WebClient
from tasks.clients.web_answers import Validators, WebAnswer
from tasks.clients.web_body import FetchedFile
from tasks.hosts import HostPausedError, Hosts, back_off
from tasks.image_fetches import ImageLeftAloneError
from tasks.limit_table import LimitUnavailableError
from tasks.storage.database import Database
from tasks.storage.scraping import ClaimedPage, page_id
from tasks.storage.web_memory import PageMemory
from tasks.web_settings import WebSettings

_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
_ROBOTS_MAX_BYTES = 5_000_000  # beyond its first 500 KiB a robots.txt is not looked at, but it is still one
_ROBOTS_ATTEMPTS = 3
_GONE_STATUSES = frozenset({404, 410})
_BUSY_STATUSES = frozenset({429, 503})

AnswerKind = Literal["content", "unchanged", "gone", "again", "skipped", "failed", "pending"]


@dataclass(frozen=True)
class PageAnswer:
    """What asking for a page came to. `content` has a `file`; `again` is to be asked for in `wait_seconds`."""

    kind: AnswerKind
    reason: str | None = None
    status: int | None = None
    final_url: str | None = None
    file: FetchedFile | None = None
    wait_seconds: float = 0.0


class PageFetcher:
    """Asks for the pages of one session."""

    def __init__(
        self,
        web: WebClient,
        hosts: Hosts,
        database: Database,
        session: uuid.UUID,
        scope: Scope,
        folder: Path,
        settings: WebSettings,
    ) -> None:
        self._web, self._hosts, self._database = web, hosts, database
        self._session, self._scope, self._folder, self._settings = session, scope, folder, settings

    async def fetch(self, page: ClaimedPage, memory: PageMemory | None) -> PageAnswer:
        """The answer to a claimed page, redirects followed; its turn is over when this returns."""
        asked = read_url(page.url)
        assert asked is not None, "what is in the frontier is an address"
        try:
            if reason := await self._hosts.explain_refusal(asked):
                await self._hosts.end_turns([page], asked=False)
                return PageAnswer("skipped", reason)
            return await self._follow(page, asked, memory)
        except TransientServiceError as error:
            return self._come_again(page, error)
        except PermanentServiceError as error:
            return PageAnswer("failed", error.reason, error.status)
        except HostPausedError as error:
            return PageAnswer("pending", str(error))
        except LimitUnavailableError as error:
            return PageAnswer("again", str(error), wait_seconds=self._hosts.politeness.limit)

    async def _follow(self, page: ClaimedPage, asked: PageUrl, memory: PageMemory | None) -> PageAnswer:
        cookies, target, seen = httpx.Cookies(), asked, set[tuple[str, str]]()
        for hop in range(self._settings.web_max_redirects + 1):
            turn = self._hosts.turn(target.host) if hop else self._own_turn(page)
            async with turn:
                answer = await self._ask(target, page, memory, cookies)
            if answer.location is None:
                return self._judge(answer, page)
            following = read_url(answer.location)
            if following is None:
                return PageAnswer("failed", f"redirects to {redact(answer.location)}, which is no page", answer.status)
            if refusal := await self._refuse_hop(asked, following, page):
                return PageAnswer("skipped", refusal, answer.status)
            jar = ";".join(sorted(f"{cookie.name}={cookie.value}" for cookie in cookies.jar))
            if (following.url, jar) in seen or (following == target and hop and not jar):
                return PageAnswer("failed", "redirects in a circle", answer.status)
            seen.add((following.url, jar))
            target = following
        return PageAnswer("failed", f"redirects more than {self._settings.web_max_redirects} times")

    async def _refuse_hop(self, asked: PageUrl, target: PageUrl, page: ClaimedPage) -> str | None:
        """Why a redirect is not followed; a page that the session knows comes in its own turn."""
        shown = redact(target.url)
        if reason := self._scope.explain_refusal(target, page.depth):
            return f"redirects to {shown}: {reason}"
        if reason := await self._hosts.explain_refusal(target):
            return f"redirects to {shown}: {reason}"
        if target.key != asked.key and await self._is_known(target):
            return f"redirects to {shown}, which is taken by itself"
        return None

    async def _is_known(self, page: PageUrl) -> bool:
        known = "select 1 from public.scraping_pages where id = %s"
        return bool(await self._database.fetch(known, page_id(self._session, page)))

    @asynccontextmanager
    async def _own_turn(self, page: ClaimedPage) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await self._hosts.end_turns([page])

    async def _ask(
        self, target: PageUrl, page: ClaimedPage, memory: PageMemory | None, cookies: httpx.Cookies
    ) -> WebAnswer:
        fits = memory is not None and target.url == (memory.final_url or memory.url)
        try:
            return await self._web.fetch(
                target.url,
                self._folder / str(page.id),
                validators=Validators(memory.etag, memory.last_modified) if memory and fits else None,
                max_bytes=int(self._settings.web_page_max_mb * 1e6),
                deadline_seconds=self._settings.web_page_seconds,
                follow=False,
                accept=_ACCEPT,
                cookies=cookies,
            )
        except TransientServiceError as error:
            await self._hosts.note_answer(target.host, error.status, error.retry_after, page.retry_count)
            raise

    def _judge(self, answer: WebAnswer, page: ClaimedPage) -> PageAnswer:
        status, url = answer.status, answer.final_url
        if answer.file is not None:
            return PageAnswer("content", None, status, url, answer.file)
        if status == httpx.codes.NOT_MODIFIED:
            return PageAnswer("unchanged", None, status, url)
        reason = f"answered {status} {httpx.codes.get_reason_phrase(status)}".rstrip()
        if status in _GONE_STATUSES:
            return PageAnswer("gone", reason, status, url)
        return PageAnswer("failed" if status >= 500 else "skipped", reason, status, url)

    def _come_again(self, page: ClaimedPage, error: TransientServiceError) -> PageAnswer:
        """A refusal is the host's and waits with it; a failure is the page's, and it has fewer tries."""
        settings, wait = self._settings, back_off(page.retry_count, self._hosts.politeness)
        if error.status in _BUSY_STATUSES or error.retry_after is not None:
            wait = error.retry_after if error.retry_after is not None else wait
            if page.retry_count >= settings.web_refusals or wait > settings.web_longest_pause_seconds:
                return PageAnswer("pending", error.reason, error.status)
        elif page.retry_count >= settings.web_retries:
            return PageAnswer("failed", error.reason, error.status)
        return PageAnswer("again", error.reason, error.status, wait_seconds=wait)


def open_web(allowed: frozenset[str], settings: WebSettings) -> WebClient:
    """The crawl's client: one attempt a request, for the frontier tries again; it says who we are."""
    return WebClient(allow_private_hosts=allowed, user_agent=settings.web_user_agent, attempts=1)


class SiteFetcher:
    """Asks for what a crawl needs besides pages: robots.txt, sitemaps; each hop in its host's turn."""

    def __init__(self, web: WebClient, folder: Path, settings: WebSettings) -> None:
        self._web, self._folder, self._settings = web, folder, settings
        self.hosts: Hosts | None = None  # set by who makes the hosts, which ask for robots.txt through this

    async def fetch_robots(self, url: str) -> tuple[int, bytes]:
        """(status, body) of a robots.txt; 0 where it cannot be had. Tried a few times."""
        assert self.hosts is not None
        for attempt in range(_ROBOTS_ATTEMPTS):
            try:
                answer = await self._follow(url, ROBOTS_MAX_REDIRECTS, _ROBOTS_MAX_BYTES)
                return answer.status, answer.file.path.read_bytes() if answer.file else b""
            except PermanentServiceError as error:
                # "redirects more than five times" may be taken as none at all (RFC 9309 2.3.1.2).
                return (error.status or UNREACHABLE), b""
            except TransientServiceError as error:
                status = error.status or UNREACHABLE
                host = read_url(url)
                if host is not None and error.status in _BUSY_STATUSES:
                    await self.hosts.note_answer(host.host, error.status, error.retry_after, attempt)
        return status, b""

    async def fetch_sitemap(self, url: str) -> bytes:
        """The bytes of a sitemap; raises ServiceError where it cannot be had, HostPausedError."""
        answer = await self._follow(
            url, self._settings.web_max_redirects, int(self._settings.web_sitemap_max_mb * 1e6), ask_robots=True
        )
        if answer.file is None:
            raise PermanentServiceError("web", f"{url} answered {answer.status}", status=answer.status)
        return answer.file.path.read_bytes()

    async def fetch_part(self, url: str) -> Part:
        """What a page's script asks for; raises ServiceError where it may not be had."""
        try:
            answer = await self._follow(
                url, self._settings.web_max_redirects, int(self._settings.web_page_max_mb * 1e6), ask_robots=True
            )
        except HostPausedError as error:
            raise TransientServiceError("web", str(error)) from None
        file = answer.file
        return Part(answer.status, (file and file.content_type) or "", file.path.read_bytes() if file else b"")

    async def _follow(self, url: str, hops: int, max_bytes: int, *, ask_robots: bool = False) -> WebAnswer:
        assert self.hosts is not None
        for _ in range(hops + 1):
            page = read_url(url)
            if page is None:
                raise PermanentServiceError("web", f"{url} is no address of a page")
            if ask_robots and (reason := await self.hosts.explain_refusal(page)):
                raise PermanentServiceError("web", f"{url}: {reason}")
            await self.hosts.look_at_limit(page.host)
            async with self.hosts.turn(page.host):
                answer = await self._web.fetch(
                    url,
                    self._folder,
                    max_bytes=max_bytes,
                    deadline_seconds=self._settings.web_page_seconds,
                    follow=False,
                )
            if answer.location is None:
                return answer
            url = answer.location
        return answer

    @asynccontextmanager
    async def image_turn(self, url: str) -> AsyncIterator[None]:
        """Held for one request to an image: robots.txt and its host's turn, as for pages."""
        assert self.hosts is not None
        page = read_url(url)
        if page is None:
            yield
            return
        try:
            if reason := await self.hosts.explain_refusal(page):
                raise ImageLeftAloneError("web", f"{url}: {reason}")
            async with self.hosts.turn(page.host):
                try:
                    yield
                except TransientServiceError as error:
                    await self.hosts.note_answer(page.host, error.status, error.retry_after)
                    raise
        except HostPausedError as error:
            raise TransientServiceError("web", str(error), retry_after=error.wait_seconds) from None
