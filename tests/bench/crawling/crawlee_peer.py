"""Crawlee on the same shop with the same extraction: `python crawlee_peer.py URL FOLDER AT_ONCE`.

Its request queue and data set lie in a folder, as ours in Postgres. Links are those that our reader finds.
"""

from __future__ import annotations

import asyncio
import os
import sys


async def main(url: str, folder: str, at_once: int) -> None:
    os.environ["CRAWLEE_STORAGE_DIR"] = folder
    from crawlee import ConcurrencySettings, Request
    from crawlee.crawlers import HttpCrawler, HttpCrawlingContext

    from tasks.catalog.web.found_links import find_links
    from tasks.catalog.web.reading import read_page
    from tasks.catalog.web.urls import read_url

    seed = read_url(url)
    assert seed is not None
    crawler = HttpCrawler(
        concurrency_settings=ConcurrencySettings(
            min_concurrency=at_once, desired_concurrency=at_once, max_concurrency=at_once
        ),
        respect_robots_txt_file=True,
        configure_logging=False,
    )

    @crawler.router.default_handler
    async def handle(context: HttpCrawlingContext) -> None:
        body = await context.http_response.read()
        content_type = context.http_response.headers.get("content-type")
        page = read_page(body, context.request.url, content_type)
        if page.products:
            await context.push_data([product.model_dump(mode="json") for product in page.products])
        links = [Request.from_url(link.page.url) for link in find_links(page, [seed])]
        await context.add_requests(links)

    await crawler.run([url])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
