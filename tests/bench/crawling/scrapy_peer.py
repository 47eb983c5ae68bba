"""Scrapy on the same shop with the same extraction: `python scrapy_peer.py URL FOLDER AT_ONCE`; products as JSON lines.

JOBDIR keeps its frontier on disk, as ours is kept. Links are those that our reader finds, so that both visit one set.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess

from tasks.catalog.web.found_links import find_links
from tasks.catalog.web.reading import read_page
from tasks.catalog.web.urls import read_url


class ShopSpider(scrapy.Spider):
    """Follows every link of the shop and keeps each product."""

    name = "shop"

    def __init__(self, url: str, **more: Any) -> None:
        super().__init__(**more)
        self.start_urls = [url]
        seed = read_url(url)
        assert seed is not None
        self.seeds = [seed]

    def parse(self, response: Any) -> Iterator[Any]:
        """One page: its products, and requests for what it leads to."""
        page = read_page(response.body, response.url, response.headers.get("content-type", b"").decode())
        for product in page.products:
            yield {"id": product.key, **product.model_dump(mode="json")}
        for link in find_links(page, self.seeds):
            yield scrapy.Request(link.page.url, priority=-link.priority)


def main(url: str, folder: str, at_once: int) -> None:
    settings = {
        "JOBDIR": f"{folder}/job",
        "ROBOTSTXT_OBEY": True,
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS": at_once,
        "CONCURRENT_REQUESTS_PER_DOMAIN": at_once,
        "LOG_LEVEL": "ERROR",
        "FEEDS": {f"{folder}/products.jsonl": {"format": "jsonlines"}},
        "TELEMETRY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "USER_AGENT": "quarry-bench/1",
    }
    process = CrawlerProcess(settings)
    process.crawl(ShopSpider, url=url)
    process.start()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
