"""A shop of ours: a real HTTP server with several hosts, which counts what crawlers do.

`python tests/shop/server.py '{"hosts": [{"pages": 60}, {"odd": true}]}'` prints one line: {"port": N, "hosts": [...]}.
Host N is 127.0.0.<N+1>; each entry sets fields of `site_pages.Site`. Not counted, on any host:

  GET  /_stats?delay=1.0    counts and violations by host         GET  /_truth     pages and products by host
  POST /_reset              forget the counts                     POST /_configure {"host": 0, "crawl_delay": 2, ...}
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

sys.path.insert(0, str(Path(__file__).parent))

import faults
import site_pages
from ledger import HostLedger
from site_pages import Site

Reply = tuple[int, dict[str, str], bytes]
_PIXEL = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")


class Shop:
    """The hosts and what they have seen."""

    def __init__(self, options: dict[str, Any], port: int) -> None:
        self.sites = {
            f"127.0.0.{number + 1}:{port}": Site(number, f"127.0.0.{number + 1}:{port}", **host)
            for number, host in enumerate(options.get("hosts") or [{}])
        }
        # Requests that arrive under another name (localhost) went where they must not go.
        self.ledgers = {authority: HostLedger() for authority in [*self.sites, "elsewhere"]}
        self._cache: dict[tuple[str, str], bytes] = {}

    def answer(self, site: Site, target: str, headers: dict[str, str]) -> Reply:
        """The reply of one page, conditional where it was asked so."""
        storm = self._answer_storm(site, target)
        if storm is not None:
            return storm
        path = target.partition("?")[0]
        if path == "/robots.txt":
            body = site_pages.render_robots(site) if site.robots_status == 200 else b""
            return site.robots_status, {"Content-Type": "text/plain"}, body
        found = faults.answer(site, target, headers) if site.odd else None
        if found is not None:
            return found
        body = self._render(site, target)
        if body is None:
            return (404, {}, site_pages.wrap("Not found", "<p>There is no such page.</p>"))
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if headers.get("if-none-match") == tag:
            return 304, {"ETag": tag}, b""
        return 200, {"ETag": tag, "Content-Type": _find_type(path)}, body

    def _answer_storm(self, site: Site, target: str) -> Reply | None:
        """429 or 503 while the storm lasts: `left` times in all, at every `every`-th request."""
        storm = site.storm
        if not storm or target == "/robots.txt":
            return None
        storm["seen"] = storm.get("seen", 0) + 1
        if storm.get("left", 0) <= 0 or storm["seen"] % storm.get("every", 1):
            return None
        storm["left"] -= 1
        wait = {"Retry-After": str(storm["retry_after"])} if "retry_after" in storm else {}
        return storm.get("status", 429), wait, b"slow down"

    def _render(self, site: Site, target: str) -> bytes | None:
        key = (site.authority, target)
        if key not in self._cache:
            body = self._make(site, target)
            if body is None:
                return None
            self._cache[key] = body
        return self._cache[key]

    def _make(self, site: Site, target: str) -> bytes | None:
        path, _, query = target.partition("?")
        name, _, rest = path.removeprefix("/").partition("/")
        if path == "/":
            return site_pages.render_home(site)
        if name == "c" and rest in site_pages.CATEGORIES:
            return site_pages.render_listing(site, rest, int(parse_qs(query).get("page", ["1"])[0]))
        if name == "p":
            product = site_pages.find_product(site, path)
            return site_pages.render_product(site, product) if product else None
        if name == "info" and rest.isdigit() and int(rest) < site.counts[1]:
            return site_pages.wrap(f"Information {rest}", "<p>We deliver within a week, to every door.</p>")
        if path == "/sitemap.xml" or name == "sitemaps":
            return site_pages.render_sitemap(site, path)
        if name == "img" and rest.endswith(".jpg") and site.images:
            return site_pages.render_image(site.number, int(rest[:-4]))
        if path in ("/pixel.gif", "/logo.png"):
            return _PIXEL
        if path.startswith("/private/") or path == "/cart":
            return site_pages.wrap("Private", "<p>Not for robots.</p>")
        return None

    def control(self, method: str, target: str, body: bytes) -> Any:
        path, _, query = target.partition("?")
        if path == "/_stats":
            delay = float(parse_qs(query).get("delay", ["0"])[0])
            return {name: ledger.describe(delay) for name, ledger in self.ledgers.items()}
        if path == "/_truth":
            return {authority: site.truth() for authority, site in self.sites.items()}
        if path == "/_reset" and method == "POST":
            faults.reset()
            self.ledgers = {authority: HostLedger() for authority in self.ledgers}
            return {}
        if path == "/_configure" and method == "POST":
            self.configure(json.loads(body))
            return {}
        return None

    def configure(self, change: dict[str, Any]) -> None:
        site = list(self.sites.values())[change.pop("host")]
        for name, value in change.items():
            known = {"vanished": set, "repriced": lambda pairs: {int(key): price for key, price in pairs.items()}}
            setattr(site, name, known.get(name, lambda same: same)(value))
        self._cache.clear()


def _find_type(path: str) -> str:
    ending = path.rpartition(".")[2]
    known = {"xml": "application/xml", "gz": "application/gzip", "jpg": "image/jpeg", "gif": "image/gif"}
    return known.get(ending, "image/gif" if ending == "png" else "text/html; charset=utf-8")


async def serve(shop: Shop, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, kept alive between requests."""
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        while await serve_one(shop, reader, writer):
            pass
    writer.close()


async def serve_one(shop: Shop, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines) if name}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    if target.startswith("/_"):
        found = shop.control(method, target, body)
        await send(
            writer, 404 if found is None else 200, {"Content-Type": "application/json"}, json.dumps(found).encode()
        )
        return True
    site = shop.sites.get(headers.get("host", ""))
    ledger = shop.ledgers[site.authority if site else "elsewhere"]
    entry = ledger.begin(target, headers, site is None or site_pages.is_forbidden(site, target))
    status, wait = 0, None
    try:
        if site is None:
            status = 404
            return await send(writer, 404, {}, b"")
        if site.latency:
            await asyncio.sleep(site.latency)
        name = target.removeprefix("/odd/")
        if site.odd and name in faults.ENDLESS and target != name:
            await faults.misbehave(name, writer)
            return False
        status, extra, content = shop.answer(site, target, headers)
        wait = float(extra["Retry-After"]) if "Retry-After" in extra else None
        return await send(writer, status, extra, b"" if method == "HEAD" else content)
    finally:
        ledger.end(entry, status, wait)


async def send(writer: asyncio.StreamWriter, status: int, extra: dict[str, str], body: bytes) -> bool:
    head = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), **extra}
    if status == 304:
        del head["Content-Length"], head["Content-Type"]
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    writer.write(f"HTTP/1.1 {status} Said So\r\n{lines}\r\n".encode() + body)
    await writer.drain()
    return True


async def main() -> None:
    options = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    count = len(options.get("hosts") or [{}])
    shops: list[Shop] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await serve(shops[0], reader, writer)

    server = await asyncio.start_server(handle, "127.0.0.1", options.get("port", 0), limit=2**20, backlog=1000)
    port = server.sockets[0].getsockname()[1]
    others = [await asyncio.start_server(handle, f"127.0.0.{n + 1}", port, limit=2**20) for n in range(1, count)]
    shops.append(Shop(options, port))
    print(json.dumps({"port": port, "hosts": list(shops[0].sites)}), flush=True)
    # The parent holds our stdin open; when it is gone, so are we.
    await asyncio.to_thread(sys.stdin.read)
    for listener in [server, *others]:
        listener.close()


if __name__ == "__main__":
    asyncio.run(main())
