"""Pages that have no content without their scripts, with these run: in a browser that asks as politely as we do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tasks.clients.browser import Browser, open_browser
from tasks.clients.errors import ServiceError
from tasks.local.web_page_reader import UnreadablePageError
from tasks.web_fetches import SiteFetcher
from tasks.web_settings import WebSettings

HTML_TYPE = "text/html; charset=utf-8"
_PAGES_AT_ONCE = 1  # each takes a browser's memory, and its requests wait for their host's turns anyway


class Renderer:
    """Runs the scripts of pages, one after another."""

    def __init__(self, browser: Browser) -> None:
        self._browser, self._room = browser, asyncio.Semaphore(_PAGES_AT_ONCE)

    async def render(self, path: Path, url: str, content_type: str | None) -> Path:
        """The file of the page's HTML after its scripts, beside `path`; raises `UnreadablePageError`."""
        body = await asyncio.to_thread(path.read_bytes)
        async with self._room:
            try:
                html = await self._browser.render(url, body, content_type or HTML_TYPE)
            except ServiceError as error:
                raise UnreadablePageError(error.reason) from None
        rendered = path.with_suffix(".rendered")
        await asyncio.to_thread(rendered.write_bytes, html)
        return rendered


@asynccontextmanager
async def open_renderer(fetcher: SiteFetcher, settings: WebSettings) -> AsyncIterator[Renderer]:
    """Start the browser; raises `BrowserUnavailableError`."""
    opened = open_browser(
        fetcher.fetch_part,
        settings.web_user_agent,
        seconds=settings.web_render_seconds,
        most_parts=settings.web_render_parts,
        program=settings.web_browser,
    )
    async with opened as browser:
        yield Renderer(browser)
