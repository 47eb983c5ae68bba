"""Sitemaps that name others, themselves, or nothing that can be read."""

import pytest

from tasks.catalog.web.robots import read_robots
from tasks.catalog.web.sitemaps import Sitemap, SitemapEntry, SitemapRefusedError
from tasks.catalog.web.urls import PageUrl, read_url
from tasks.web_sitemaps import SitemapQueue, is_sitemap, name_sitemaps


def address(text: str) -> PageUrl:
    found = read_url(text)
    assert found is not None
    return found


def listing(kind: str, *urls: str) -> Sitemap:
    return Sitemap(kind=kind, entries=tuple(SitemapEntry(url=url) for url in urls))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://shop.example/sitemap.xml", True),
        ("https://shop.example/maps/products.xml.gz", True),
        ("https://shop.example/sitemap.txt", True),
        ("https://shop.example/feed.rss", True),
        ("https://shop.example/readme.txt", False),
        ("https://shop.example/p/chair", False),
    ],
)
def test_an_address_is_told_to_be_a_sitemap_by_its_ending(url: str, expected: bool) -> None:
    assert is_sitemap(address(url)) is expected


def test_the_places_of_sitemaps_are_those_of_robots_or_the_usual_one() -> None:
    seed = address("https://shop.example/c/chairs")
    named = read_robots(200, b"Sitemap: /maps/a.xml\nSitemap: https://cdn.example/b.xml")
    assert name_sitemaps(seed, named) == ["https://shop.example/maps/a.xml", "https://cdn.example/b.xml"]
    assert name_sitemaps(seed, read_robots(404)) == ["https://shop.example/sitemap.xml"]


def test_an_index_that_names_itself_ends_and_pages_come_once() -> None:
    queue = SitemapQueue(["https://s.example/i.xml"], most_files=10, most=100)
    first = queue.next()
    assert first is not None
    queue.take(first, listing("index", "https://s.example/i.xml", "https://s.example/a.xml"))
    second = queue.next()
    assert second == "https://s.example/a.xml"
    queue.take(
        second, listing("urls", "https://s.example/1", "https://s.example/1?utm_source=x", "https://s.example/2")
    )
    assert queue.next() is None
    assert [page.url for page in queue.found.pages.values()] == ["https://s.example/1", "https://s.example/2"]
    assert (queue.found.files, queue.found.problems) == (2, [])


def test_what_is_left_out_is_told() -> None:
    queue = SitemapQueue([f"https://s.example/{n}.xml" for n in range(3)], most_files=1, most=100)
    first = queue.next()
    assert first is not None
    queue.refuse(first, SitemapRefusedError("XML, but no sitemap"))
    assert queue.next() is None
    assert queue.found.problems == [
        "https://s.example/0.xml: XML, but no sitemap",
        "2 further sitemaps were not read: at most 1 are",
    ]
