"""Pages that are wrong on purpose, linked from `/odd/` of a host with `odd`.

/odd/moved            301 to a product            /odd/loop          302 to itself
/odd/loop-a, loop-b   each to the other           /odd/chain/N       N redirects, then a product
/odd/private          302 to a name that resolves to a private address     /odd/metadata   302 to 169.254.169.254
/odd/scheme           302 to file:///etc/passwd   /odd/nowhere       302 without Location
/odd/slow             a byte each 0.2 s           /odd/silent        no answer
/odd/short            less than it promises       /odd/reset         hangs up at once
/odd/endless          bytes without end           /odd/bomb          200 MB of zeros, gzipped
/odd/status/N         that status                 /odd/flaky/N       503 N times, then a page
/odd/latin1           latin-1 that says UTF-8     /odd/cp1251        windows-1251, said in a meta element only
/odd/utf16            UTF-16 with a mark          /odd/cookie        itself with a cookie, then a product page
/odd/empty            nothing                     /odd/pdf           a PDF that is called a page
/odd/broken-json      JSON-LD with a comma too many                  /odd/nul   a NUL in the title
/odd/noindex          robots meta: noindex, nofollow                 /odd/rel/  a relative link that never ends
/odd/session?sid=X    links to itself with ever new session ids      /odd/filters   every combination of filters
/calendar/Y/M         links to the next month, for ever              /search?page=N    a next page, for ever
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import Counter

from site_pages import Site, render_product, wrap

Reply = tuple[int, dict[str, str], bytes]

LINKS = (
    "moved", "loop", "loop-a", "chain/3", "chain/30", "private", "metadata", "scheme", "nowhere", "slow", "silent",
    "short", "reset", "endless", "bomb", "status/404", "status/410", "status/403", "status/500", "flaky/1", "latin1",
    "cp1251", "utf16", "cookie", "empty", "pdf", "broken-json", "nul", "noindex", "rel/",
    "session?sid=0123456789abcdef0", "filters?a=1",
)  # fmt: skip
ENDLESS = ("slow", "silent", "short", "reset", "endless")
_calls: Counter[str] = Counter()


def reset() -> None:
    _calls.clear()


def answer(site: Site, target: str, headers: dict[str, str]) -> Reply | None:
    """Status, headers and body of a path of this table; None for the others and for those of `misbehave`."""
    path, _, query = target.partition("?")
    if path.startswith("/calendar/"):
        return _answer_calendar(path)
    if path == "/search":
        page = int(query.partition("page=")[2] or 1)
        return 200, {}, wrap(f"Search {page}", f'<p>Nothing.</p><a href="/search?page={page + 1}">Next</a>')
    if not path.startswith("/odd/"):
        return None
    name = path.removeprefix("/odd/")
    if not name:
        links = "".join(f'<p><a href="/odd/{link}">{link}</a></p>' for link in LINKS)
        return 200, {}, wrap("Odd pages", links + f'<a href="http://localhost:{_port(site)}/secret">Inside</a>')
    return _answer_redirect(site, name, headers) or _answer_content(site, name, query) or _answer_status(site, name)


def _port(site: Site) -> str:
    return str(site.authority.rpartition(":")[2])


def _answer_redirect(site: Site, name: str, headers: dict[str, str]) -> Reply | None:
    first = site.product(0).path
    if name.startswith("chain/"):
        left = int(name.removeprefix("chain/"))
        return 302, {"Location": f"/odd/chain/{left - 1}" if left > 1 else first}, b""
    if name == "cookie":
        if "ticket=1" in headers.get("cookie", ""):
            return 200, {}, render_product(site, site.product(0))
        return 302, {"Location": "/odd/cookie", "Set-Cookie": "ticket=1; Path=/"}, b""
    if name == "nowhere":
        return 302, {}, b""
    to = {
        "moved": first, "loop": "/odd/loop", "loop-a": "/odd/loop-b", "loop-b": "/odd/loop-a",
        "private": f"http://localhost:{_port(site)}/secret", "metadata": "http://169.254.169.254/latest/meta-data/",
        "scheme": "file:///etc/passwd",
    }.get(name)  # fmt: skip
    return (301 if name == "moved" else 302, {"Location": to}, b"") if to else None


def _answer_content(site: Site, name: str, query: str) -> Reply | None:
    page = "<h1>Größe – élégant</h1><p>Preis: 12,00 €</p>"
    product = render_product(site, site.product(0))
    if name.startswith("rel/"):
        return 200, {}, wrap("Relative", '<a href="rel/">deeper</a>')
    if name == "session":
        new = hashlib.sha256(query.encode()).hexdigest()[:20]
        return 200, {}, wrap("Session", f'<a href="/odd/session?sid={new}">again</a>')
    if name == "filters":
        names = [chr(97 + place) for place in range(12)]
        links = "".join(f'<a href="/odd/filters?{query}&{name}=1">{name}</a>' for name in names if name not in query)
        return 200, {}, wrap("Filters", links)
    if name == "bomb":
        return 200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(2**20)) * 200
    cyrillic = '<html><head><meta charset="windows-1251"><title>Стул</title></head><body>Стол и стул'
    bodies: dict[str, Reply] = {
        "latin1": (200, {}, f"<html><title>Größe</title><body>{page}".encode("latin-1", "xmlcharrefreplace")),
        "cp1251": (200, {"Content-Type": "text/html"}, cyrillic.encode("cp1251")),
        "utf16": (200, {"Content-Type": "text/html"}, f"<html><title>Größe</title><body>{page}".encode("utf-16")),
        "empty": (200, {}, b""),
        "pdf": (200, {"Content-Type": "application/pdf"}, b"%PDF-1.7\n"),
        "broken-json": (200, {}, product.replace(b'"@context"', b'"extra": 1,, "@context"')),
        "nul": (200, {}, product.replace(b"<title>", b"<title>nul\0")),
        "noindex": (200, {}, product.replace(b"<head>", b'<head><meta name="robots" content="noindex, nofollow">')),
    }  # fmt: skip
    return bodies.get(name)


def _answer_status(site: Site, name: str) -> Reply | None:
    kind, _, number = name.partition("/")
    if kind == "status":
        return int(number), {}, wrap("Status", number)
    if kind == "flaky":
        _calls[site.authority + name] += 1
        if _calls[site.authority + name] <= int(number):
            return 503, {}, b""
        return 200, {}, wrap("Flaky", "It works now.")
    return None


def _answer_calendar(path: str) -> Reply:
    year, month = (int(part) for part in path.split("/")[2:4])
    year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return 200, {}, wrap("Calendar", f'<p>Nothing happens.</p><a href="/calendar/{year}/{month}">Next month</a>')


async def misbehave(name: str, writer: asyncio.StreamWriter) -> None:
    """The paths that need the connection itself; it is closed afterwards."""
    if name == "silent":
        await asyncio.sleep(3600)
    if name == "reset":
        return
    if name == "short":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<html>")
        return
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n")
    while True:
        writer.write(b"x" * 65536 if name == "endless" else b"x")
        await writer.drain()
        await asyncio.sleep(0 if name == "endless" else 0.2)
