"""A page with its scripts run: headless Chromium, which never touches the network itself.

Every request of a page is answered by `fetch`: by the guarded client, in its host's turn and within robots.txt. What
would pass by that (sockets, prefetches, a proxy) finds no name it can resolve. Playwright is the extra `[browser]`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

from tasks.clients.errors import PermanentServiceError, ServiceError, TransientServiceError

SERVICE = "browser"

# What a page's text needs; pictures, fonts and styles are not asked for.
_NEEDED = frozenset({"document", "script", "xhr", "fetch"})
_PASSED_VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_SEALED = ("--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=direct://", "--disable-background-networking",
           "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--disable-dev-shm-usage")  # fmt: skip
_QUIET_SECONDS = 0.5  # without a request: the page has what it needs
_INSTALL = "install it with pip install 'quarry-ingest[browser]' and a Chromium (apt install chromium)"


class Part(NamedTuple):
    """An answer to one request of a page."""

    status: int
    content_type: str
    body: bytes


Fetch = Callable[[str], Awaitable[Part]]
"""(address) -> what is there; raises ServiceError where it is refused or cannot be had."""


class BrowserUnavailableError(RuntimeError):
    """There is no browser here; the message says how to get one."""


class Browser:
    """Made by `open_browser`."""

    def __init__(self, chromium: Any, fetch: Fetch, user_agent: str, seconds: float, most_parts: int) -> None:
        self._chromium, self._fetch, self._agent = chromium, fetch, user_agent
        self._seconds, self._most = seconds, most_parts

    async def render(self, url: str, body: bytes, content_type: str) -> bytes:
        """The page's HTML after its scripts have run; `body` is the page as it was fetched, and not fetched again.

        At most `most_parts` requests are answered, and `seconds` is the time for all of it: TransientServiceError.
        """
        context = await self._chromium.new_context(
            user_agent=self._agent, service_workers="block", accept_downloads=False, permissions=[]
        )
        page_parts = _Parts(url, Part(200, content_type, body), self._fetch, self._most)
        try:
            async with asyncio.timeout(self._seconds):
                page = await context.new_page()
                await context.route("**/*", page_parts.answer)
                await context.route_web_socket("**/*", lambda socket: socket.close())
                await page.goto(url, wait_until="load")
                await page_parts.settle()
                html: str = await page.content()
                return html.encode()
        except TimeoutError as error:
            raise TransientServiceError(SERVICE, f"{url}: its scripts took longer than {self._seconds:g} s") from error
        except ServiceError:
            raise
        except Exception as error:  # the page's edge: whatever a page does to a browser costs this page only
            raise PermanentServiceError(SERVICE, f"{url}: its scripts failed: {type(error).__name__}") from error
        finally:
            with suppress(Exception):
                await context.close()


class _Parts:
    """The requests of one page."""

    def __init__(self, url: str, document: Part, fetch: Fetch, most: int) -> None:
        self._document: Part | None = document
        self._url, self._fetch, self._left = url, fetch, most
        self._open = 0

    async def answer(self, route: Any) -> None:
        request = route.request
        self._open += 1
        try:
            part = await self._find(request)
            if part is None:
                await route.abort()
            else:
                await route.fulfill(status=part.status, content_type=part.content_type, body=part.body)
        except ServiceError:
            await route.abort()
        finally:
            self._open -= 1

    async def _find(self, request: Any) -> Part | None:
        if request.is_navigation_request():  # the page itself, once; it may not lead the browser elsewhere, or frame it
            part, self._document = self._document, None
            return part
        if request.method != "GET" or request.resource_type not in _NEEDED or self._left <= 0:
            return None
        self._left -= 1
        return await self._fetch(request.url)

    async def settle(self) -> None:
        """Until no request was open for a while."""
        quiet = 0.0
        while quiet < _QUIET_SECONDS:
            await asyncio.sleep(0.1)
            quiet = 0.0 if self._open else quiet + 0.1


@asynccontextmanager
async def open_browser(
    fetch: Fetch, user_agent: str, *, seconds: float, most_parts: int, program: str | None = None
) -> AsyncIterator[Browser]:
    """Start Chromium (`program`, else the first found); raises `BrowserUnavailableError`."""
    try:
        from playwright.async_api import Error, async_playwright
    except ImportError:
        raise BrowserUnavailableError(f"no Playwright is here: {_INSTALL}") from None
    program = program or next(filter(None, map(shutil.which, _PROGRAMS)), None)
    async with async_playwright() as playwright:
        try:
            chromium = await playwright.chromium.launch(
                executable_path=program,
                args=list(_SEALED),
                env=_bare_environment(os.environ),
                # Chromium refuses to be root in its own sandbox.
                chromium_sandbox=os.geteuid() != 0,
            )
        except Error as error:
            line = str(error).strip().splitlines()[0]
            raise BrowserUnavailableError(f"Chromium does not start ({line}): {_INSTALL}") from None
        try:
            yield Browser(chromium, fetch, user_agent, seconds, most_parts)
        finally:
            with suppress(Error):
                await chromium.close()


def _bare_environment(environment: Mapping[str, str]) -> dict[str, str | float | bool]:
    """What a browser needs: no keys, no proxy."""
    return {name: environment[name] for name in _PASSED_VARIABLES if name in environment}
