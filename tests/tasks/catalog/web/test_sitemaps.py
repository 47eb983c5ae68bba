"""Sitemap files as shops serve them, and as attackers would."""

import gzip
from datetime import UTC, datetime

import pytest

from tasks.catalog.web.sitemaps import Sitemap, SitemapRefusedError, read_sitemap

BASE = "https://x.example/sitemaps/a.xml"
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def read(body: str, **more: int) -> Sitemap:
    return read_sitemap(body.encode(), BASE, **more)


def urls(sitemap: Sitemap) -> list[str]:
    return [entry.url for entry in sitemap.entries]


URLSET = f"""<?xml version="1.0" encoding="UTF-8"?><!-- made by hand --><urlset {SPACES}>
<url><loc>
   https://x.example/p/1?a=1&amp;b=2 </loc><lastmod>2026-11-22T10:00:00+01:00</lastmod><priority>0.8</priority>
  <image:image><image:loc>https://x.example/1.jpg</image:loc></image:image>
  <xhtml:link rel="alternate" hreflang="de" href="https://x.example/de/p/1"/></url>
<url><image:image><image:loc>https://x.example/2.jpg</image:loc></image:image><loc>/p/2</loc><lastmod>soon</lastmod></url>
<url><loc>https://x.example/p/1?b=2&amp;a=1&amp;utm_source=sitemap</loc></url>
<url><loc>javascript:alert(1)</loc></url><url></url>
</urlset>"""


def test_pages_with_their_dates_not_their_images_or_translations() -> None:
    found = read(URLSET)
    assert found.kind == "urls"
    assert urls(found)[:2] == ["https://x.example/p/1?a=1&b=2", "https://x.example/p/2"]
    assert found.entries[0].lastmod == datetime.fromisoformat("2026-11-22T10:00:00+01:00")
    assert found.entries[0].priority == 0.8
    assert found.entries[1].lastmod is None
    assert all(url.startswith("https://x.example/p/") for url in urls(found))


def test_packed_once_or_twice_with_a_mark_or_in_utf_16() -> None:
    expected = read(URLSET)
    body = URLSET.encode()
    for data in (gzip.compress(body), gzip.compress(gzip.compress(body)), b"\xef\xbb\xbf" + body, b"\n " + body):
        assert read_sitemap(data, BASE) == expected
    utf16 = URLSET.replace("UTF-8", "UTF-16").encode("utf-16")
    assert read_sitemap(utf16, BASE) == expected


def test_an_index_names_further_sitemaps() -> None:
    found = read(
        f"<sitemapindex {SPACES}><sitemap><loc>b.xml.gz</loc><lastmod>2026-11</lastmod></sitemap></sitemapindex>"
    )
    assert (found.kind, urls(found)) == ("index", ["https://x.example/sitemaps/b.xml.gz"])
    assert found.entries[0].lastmod == datetime(2026, 11, 1, tzinfo=UTC)


def test_feeds_and_lists() -> None:
    rss = read(
        "<rss><channel><link>https://x.example/</link><item><title>A</title><link>https://x.example/p/1</link>"
        "<pubDate>Sun, 22 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>"
    )
    assert urls(rss) == ["https://x.example/p/1"]
    assert rss.entries[0].lastmod == datetime(2026, 11, 22, 10, tzinfo=UTC)
    atom = read(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link rel="self" href="https://x.example/self"/>'
        '<link href="https://x.example/p/2"/><updated>2026-11-22T10:00:00Z</updated></entry></feed>'
    )
    assert urls(atom) == ["https://x.example/p/2"]
    assert urls(read("https://x.example/p/1\r\n\r\nhttps://x.example/p/2\nnonsense\n")) == [
        "https://x.example/p/1",
        "https://x.example/p/2",
    ]


def test_a_file_that_breaks_off_keeps_what_came_before() -> None:
    whole = f"<urlset {SPACES}>" + "".join(f"<url><loc>/p/{n}</loc></url>" for n in range(3))
    found = read(whole + "<url><loc>/p/")
    assert urls(found) == [f"https://x.example/p/{n}" for n in range(3)]
    assert found.note is not None
    assert "breaks off" in found.note


def test_no_more_addresses_than_the_cap() -> None:
    body = f"<urlset {SPACES}>" + "".join(f"<url><loc>/p/{n}</loc></url>" for n in range(10)) + "</urlset>"
    found = read(body, max_urls=4)
    assert (len(found.entries), found.note) == (4, "only the first 4 addresses")


LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (f"{LAUGHS}<urlset {SPACES}><url><loc>http://x/&b;</loc></url></urlset>".encode(), "document type"),
        (f"{OUTSIDE}<urlset {SPACES}><url><loc>http://x/&x;</loc></url></urlset>".encode(), "document type"),
        (gzip.compress(bytes(2**20)) * 60, "more than 50 MB"),
        (b"\x1f\x8b\x08\x00 this is no gzip", "gzip"),
        (b"<html><body>Not found</body></html>", "no sitemap"),
        (b"<urlset", "no readable XML"),
        (b"Not found", "neither XML nor a list"),
        (b"", "neither XML nor a list"),
    ],
)
def test_what_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(SitemapRefusedError, match=reason):
        read_sitemap(data, BASE)


def test_an_empty_sitemap_is_one() -> None:
    assert read(f"<urlset {SPACES}/>").entries == ()
