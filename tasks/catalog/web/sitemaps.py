"""Sitemaps (sitemaps.org 0.9), their indexes, RSS and Atom feeds and plain lists of addresses, gzipped or not."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import IO, Literal, cast

from lxml import etree

from tasks.catalog.pages import Frozen
from tasks.catalog.web.urls import read_url

MAX_URLS = 50_000  # sitemaps.org: of one file
MAX_BYTES = 50 * 2**20  # sitemaps.org: of one file, unpacked
_GZIP = b"\x1f\x8b"
_ENTRIES = {"sitemap": "index", "url": "urls", "item": "urls", "entry": "urls"}


class SitemapRefusedError(ValueError):
    """The file is no sitemap, is hostile or unfolds to more than `MAX_BYTES`; the message says which."""


class SitemapEntry(Frozen):
    """A page, or in an index a further sitemap. `lastmod` as a time, None where it is missing or cannot be read."""

    url: str
    lastmod: datetime | None = None
    priority: float | None = None  # 0 to 1, of this site's pages among each other


class Sitemap(Frozen):
    """What a sitemap names, each address once, in the file's order. `note` says why it is not all of it."""

    kind: Literal["urls", "index"]
    entries: tuple[SitemapEntry, ...]
    note: str | None = None


def read_sitemap(data: bytes, base: str, *, max_urls: int = MAX_URLS, max_bytes: int = MAX_BYTES) -> Sitemap:
    """The addresses in a sitemap file that came from `base`; SitemapRefusedError where it is none.

    A file that breaks off keeps what came before, with a note. Addresses that are not http(s) are left out.
    """
    plain = _unpack(data, max_bytes)
    head = plain.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if head == b"<" or plain[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _read_xml(BytesIO(plain.lstrip()), base, max_urls)
    return _read_lines(plain, base, max_urls)


def _unpack(data: bytes, max_bytes: int) -> bytes:
    """`data`, unfolded where it is gzip (also twice, as servers do to .gz files); never more than `max_bytes`."""
    for _ in range(2):
        if data.startswith(_GZIP):
            data = _gunzip(data, max_bytes)
    if len(data) > max_bytes:
        raise SitemapRefusedError(f"more than {max_bytes // 2**20} MB unpacked")
    return data


def _gunzip(data: bytes, max_bytes: int) -> bytes:
    """All members of a gzip file, up to a byte more than `max_bytes`; one that breaks off gives what it has."""
    plain = bytearray()
    while data.startswith(_GZIP) and len(plain) <= max_bytes:
        engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            plain += engine.decompress(data, max_bytes + 1 - len(plain))
        except zlib.error as error:
            raise SitemapRefusedError(f"damaged gzip: {error}") from error
        data = engine.unused_data
    return bytes(plain)


def _read_lines(data: bytes, base: str, max_urls: int) -> Sitemap:
    lines = [line.strip() for line in data.decode("utf-8-sig", errors="replace").splitlines() if line.strip()]
    urls = list(dict.fromkeys(line for line in lines if line.startswith(("http://", "https://")) and read_url(line)))
    if not urls:
        raise SitemapRefusedError("neither XML nor a list of addresses")
    note = f"only the first {max_urls} of {len(urls)} addresses" if len(urls) > max_urls else None
    return Sitemap(kind="urls", entries=tuple(SitemapEntry(url=url) for url in urls[:max_urls]), note=note)


def _read_xml(stream: IO[bytes], base: str, max_urls: int) -> Sitemap:
    kind: Literal["urls", "index"] | None = None
    entries: dict[str, SitemapEntry] = {}
    note = None
    seen = False
    try:
        for element in _parse(stream):
            name = _local(element)
            seen = seen or name in ("urlset", "sitemapindex", "rss", "feed", "RDF")
            if name not in _ENTRIES:
                continue
            kind = kind or cast(Literal["urls", "index"], _ENTRIES[name])
            if (entry := _read_entry(element, base)) is not None:
                entries.setdefault(entry.url, entry)
            _forget(element)
            if len(entries) >= max_urls:
                note = f"only the first {max_urls} addresses"
                break
    except etree.XMLSyntaxError as error:
        if kind is None:
            raise SitemapRefusedError(f"no readable XML: {_one_line(error)}") from error
        note = f"it breaks off: {_one_line(error)}"
    if kind is None and not seen:
        raise SitemapRefusedError("XML, but no sitemap")
    return Sitemap(kind=kind or "urls", entries=tuple(entries.values()), note=note)


def _parse(stream: IO[bytes]) -> Iterator[etree._Element]:
    """Elements as they end. Nothing outside the file is read, no entity of its own is expanded."""
    events = etree.iterparse(
        stream, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    first = True
    for event, element in events:
        if first:
            first = False
            if element.getroottree().docinfo.internalDTD is not None:
                raise SitemapRefusedError("it declares a document type, which no sitemap needs")
        if event == "end":
            yield element


def _read_entry(element: etree._Element, base: str) -> SitemapEntry | None:
    """From `<loc>`; in RSS `<link>`'s text; in Atom `<link href>` that is no other relation than the page itself."""
    found: dict[str, str] = {}
    for child in element:
        name = _local(child)
        text = (child.text or "").strip()
        if name == "link" and child.get("href") and child.get("rel", "alternate") == "alternate":
            text = str(child.get("href")).strip()
        # Extensions reuse the names: <image:loc> and <xhtml:link> are no pages.
        if text and etree.QName(child).namespace == etree.QName(element).namespace:
            found.setdefault(name, text)
    address = found.get("loc") or found.get("link")
    page = read_url(address, base) if address else None
    if page is None:
        return None
    when = next((found[key] for key in ("lastmod", "updated", "pubDate", "published", "date") if key in found), None)
    return SitemapEntry(url=page.url, lastmod=_read_time(when), priority=_read_priority(found.get("priority")))


def _read_time(text: str | None) -> datetime | None:
    """W3C dates (`2026-11`, `2026-11-22`, `2026-11-22T10:00:00+01:00`) and RSS's; a time without zone is UTC."""
    if not text:
        return None
    for attempt in (text, f"{text}-01", f"{text}-01-01"):
        try:
            when = datetime.fromisoformat(attempt)
        except ValueError:
            continue
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _read_priority(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


def _forget(element: etree._Element) -> None:
    """Free what has been read, so that memory does not grow with the file."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
