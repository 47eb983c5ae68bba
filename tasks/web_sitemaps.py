"""The pages that a shop's sitemaps list: those that its robots.txt names, else `/sitemap.xml`, indexes followed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.catalog.redaction import redact
from tasks.catalog.web.robots import RobotsRules
from tasks.catalog.web.sitemaps import Sitemap, SitemapRefusedError, read_sitemap
from tasks.catalog.web.urls import PageUrl, read_url
from tasks.clients.errors import ServiceError
from tasks.hosts import HostPausedError, Hosts
from tasks.web_fetches import SiteFetcher

_ENDINGS = (".xml", ".xml.gz", ".rss", ".atom")
_USUAL_PLACE = "/sitemap.xml"


@dataclass
class SitemapPages:
    """What the sitemaps list, each page once, in their order; and which of them could not be read, and why."""

    files: int = 0
    pages: dict[str, PageUrl] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


class SitemapQueue:
    """Which sitemap comes next, and what those before it listed: at most `most` pages from `most_files` files."""

    def __init__(self, addresses: Sequence[str], most_files: int, most: int) -> None:
        self._waiting, self._seen = deque(addresses), set(addresses)
        self._most_files, self._most = most_files, most
        self.found = SitemapPages()

    def next(self) -> str | None:
        """The address of the next one; None when all are read, or enough."""
        if not self._waiting or len(self.found.pages) >= self._most:
            return None
        if self.found.files == self._most_files:
            more = f"{len(self._waiting)} further sitemaps were not read: at most {self._most_files} are"
            self.found.problems.append(more)
            return None
        self.found.files += 1
        return self._waiting.popleft()

    def take(self, url: str, sitemap: Sitemap) -> None:
        """What the sitemap at `url` lists."""
        if sitemap.note:
            self.found.problems.append(f"{redact(url)}: {sitemap.note}")
        for entry in sitemap.entries:
            if sitemap.kind == "index":
                if entry.url not in self._seen:
                    self._seen.add(entry.url)
                    self._waiting.append(entry.url)
            elif (page := read_url(entry.url)) and len(self.found.pages) < self._most:
                self.found.pages.setdefault(page.key, page)

    def refuse(self, url: str, error: Exception) -> None:
        """The sitemap at `url` could not be had, or read."""
        self.found.problems.append(f"{redact(url)}: {getattr(error, 'reason', error)}")


def is_sitemap(seed: PageUrl) -> bool:
    """Whether an address that a user named means a sitemap, not a page."""
    path = urlsplit(seed.url).path.lower()
    return path.endswith(_ENDINGS) or (path.endswith((".txt", ".gz")) and "sitemap" in path)


def name_sitemaps(seed: PageUrl, rules: RobotsRules) -> list[str]:
    """The addresses of a seed's sitemaps: itself where it is one, else what its site's robots.txt names."""
    if is_sitemap(seed):
        return [seed.url]
    return list(rules.list_sitemaps(f"{seed.origin}/robots.txt")) or [seed.origin + _USUAL_PLACE]


async def list_sitemaps(hosts: Hosts, seeds: Sequence[PageUrl]) -> list[str]:
    """The addresses of the seeds' sitemaps, each once."""
    found = [url for seed in seeds for url in name_sitemaps(seed, await hosts.open_origin(seed.origin))]
    return list(dict.fromkeys(found))


@task(task_run_name="read sitemaps", cache_policy=NO_CACHE, persist_result=False)
async def read_sitemaps(fetcher: SiteFetcher, addresses: Sequence[str], most_files: int, most: int) -> SitemapPages:
    """The pages in these sitemaps and those that they name, each file asked for in its host's turn."""
    queue = SitemapQueue(addresses, most_files, most)
    while (url := queue.next()) is not None:
        try:
            data = await fetcher.fetch_sitemap(url)
            queue.take(url, await asyncio.to_thread(read_sitemap, data, url))
        except (ServiceError, SitemapRefusedError, HostPausedError) as error:
            queue.refuse(url, error)
    return queue.found
