"""What a dry run asks of a shop: its robots.txt and sitemaps, one request at a time, with nothing written anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tasks.catalog.web.robots import UNREACHABLE, RobotsRules, read_robots
from tasks.catalog.web.sitemaps import SitemapRefusedError, read_sitemap
from tasks.catalog.web.urls import PageUrl
from tasks.clients.errors import ServiceError
from tasks.clients.web import WebClient
from tasks.settings import Settings
from tasks.web_fetches import open_web
from tasks.web_sitemaps import SitemapPages, SitemapQueue, name_sitemaps

_ROBOTS_MAX_BYTES = 5_000_000


class Rehearsal:
    """Asks one shop after another."""

    def __init__(self, web: WebClient, folder: Path, settings: Settings) -> None:
        self._web, self._folder, self._settings = web, folder, settings

    async def ask_robots(self, origin: str) -> RobotsRules:
        """The origin's rules as they are now."""
        try:
            answer = await self._web.fetch(
                f"{origin}/robots.txt",
                self._folder,
                max_bytes=_ROBOTS_MAX_BYTES,
                deadline_seconds=self._settings.web_page_seconds,
            )
        except ServiceError as error:
            return read_robots(error.status or UNREACHABLE)
        body = await asyncio.to_thread(answer.file.path.read_bytes) if answer.file else b""
        return read_robots(answer.status, body)

    async def read_sitemaps(self, seeds: Sequence[PageUrl], rules: RobotsRules, delay_seconds: float) -> SitemapPages:
        """The pages that the seeds' sitemaps list, `delay_seconds` between two requests."""
        addresses = [url for seed in seeds for url in name_sitemaps(seed, rules)]
        queue = SitemapQueue(addresses, self._settings.web_max_sitemaps, self._settings.web_max_known)
        while (url := queue.next()) is not None:
            await asyncio.sleep(delay_seconds)
            try:
                answer = await self._web.fetch_file(
                    url,
                    self._folder,
                    max_bytes=int(self._settings.web_sitemap_max_mb * 1e6),
                    deadline_seconds=self._settings.web_page_seconds,
                )
                data = await asyncio.to_thread(answer.path.read_bytes)
                queue.take(url, await asyncio.to_thread(read_sitemap, data, url))
            except (ServiceError, SitemapRefusedError) as error:
                queue.refuse(url, error)
        return queue.found


@asynccontextmanager
async def open_rehearsal(settings: Settings, folder: Path) -> AsyncIterator[Rehearsal]:
    async with open_web(settings.allow_private_hosts, settings) as web:
        yield Rehearsal(web, folder, settings)
