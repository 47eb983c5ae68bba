"""Addresses: what is fetched, what is one page, and which pages belong to a crawl."""

import pytest

from tasks.catalog.web.scope import Scope, find_form, find_trap
from tasks.catalog.web.urls import PageUrl, is_same_site, read_url


def page(address: str) -> PageUrl:
    found = read_url(address)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("address", "fetched"),
    [
        ("HTTP://Shop.Example:80/A", "http://shop.example/A"),
        ("https://shop.example.:443", "https://shop.example/"),
        ("http://shop.example:8080/", "http://shop.example:8080/"),
        ("http://user:secret@shop.example/", "http://shop.example/"),
        ("https://münchen.example/ä", "https://xn--mnchen-3ya.example/%C3%A4"),
        ("http://x.example/%7euser/%e4?q=%2F%c3", "http://x.example/~user/%E4?q=%2F%C3"),
        ("http://x.example/a b?c d", "http://x.example/a%20b?c%20d"),
        ("http://x.example/100%", "http://x.example/100%25"),
        ("http://x.example/a/./b/../c/..", "http://x.example/a/"),
        ("http://x.example/../../a", "http://x.example/a"),
        ("http://x.example/p#reviews", "http://x.example/p"),
        ("http://x.example/p;jsessionid=1A2B.node1?a=1", "http://x.example/p?a=1"),
        ("http://x.example/p?utm_source=a&id=7&GCLID=x&fbclid=y", "http://x.example/p?id=7"),
        ("http://x.example/p?PHPSESSID=abc&sid=0123456789abcdef0", "http://x.example/p"),
        ("http://x.example/p?sid=12&session=red", "http://x.example/p?sid=12&session=red"),
        ("http://x.example/p?s=oak-table-120x80-cm", "http://x.example/p?s=oak-table-120x80-cm"),
        ("http://x.example/p?b=2&a=1", "http://x.example/p?b=2&a=1"),
        ("http://x.example/p?", "http://x.example/p"),
        ("http://x.example/a//b", "http://x.example/a//b"),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("\n http://x.example/a\tb ", "http://x.example/ab"),
    ],
)
def test_what_is_fetched(address: str, fetched: str) -> None:
    assert page(address).url == fetched
    assert page(fetched) == page(address), "the canonical form is its own"


@pytest.mark.parametrize(
    "address",
    ["mailto:a@b.example", "javascript:void(0)", "file:///etc/passwd", "data:text/html,x", "http://", "http://[",
     "http://x.example:99999/", "ftp://x.example/", "", "http://a b.example/"],
)  # fmt: skip
def test_what_is_no_page(address: str) -> None:
    assert read_url(address) is None


def test_links_are_read_against_their_page() -> None:
    base = "https://x.example/c/chairs?page=2"
    expected = {
        "?page=3": "https://x.example/c/chairs?page=3",
        "../p/1": "https://x.example/p/1",
        "//y.example/": "https://y.example/",
        "#top": "https://x.example/c/chairs?page=2",
    }
    for link, url in expected.items():
        found = read_url(link, base)
        assert found is not None
        assert found.url == url


def test_one_page_has_one_key_whatever_the_order_of_its_query() -> None:
    assert page("http://x.example/p?b=2&a=1").key == page("http://x.example/p?a=1&b=2&utm_id=3").key
    assert page("http://x.example/p?a=1").key != page("http://x.example/p?a=2").key
    assert page("http://x.example/p").key != page("https://x.example/p").key
    assert len(page("http://x.example/p").hash) == 64


def test_same_site() -> None:
    seeds = [page("https://www.shop.example/")]
    assert is_same_site(page("http://shop.example/p"), seeds)
    assert not is_same_site(page("https://blog.shop.example/"), seeds)
    assert not is_same_site(page("https://shop.example:8443/"), seeds)
    assert not is_same_site(page("https://shop.example.evil.example/"), seeds)


@pytest.mark.parametrize(
    ("pattern", "matches", "misses"),
    [
        ("/p/*", "/p/chair", "/p/chair/red"),
        ("/p/**", "/p/chair/red?size=2", "/q/p/x"),
        ("/p/", "/p/chair/red", "/p"),
        ("/c?page=*", "/c?page=2", "/cXpage=2"),
        ("x.example/a*", "/ab", "/b"),
        ("https://x.example/**", "/anything", None),
        ("**/sale/**", "/de/sale/1", "/de/sales"),
        ("/a.b", "/a.b", "/aXb"),
    ],
)
def test_patterns(pattern: str, matches: str, misses: str | None) -> None:
    seeds = (page("https://x.example/"),)
    for key, expected in (("include", "matches no --include pattern"), ("exclude", f"excluded by {pattern}")):
        scope = Scope(seeds=seeds, **{key: (pattern,)})  # type: ignore[arg-type]
        hit = scope.explain_refusal(page(f"https://x.example{matches}"), 0)
        assert hit == (None if key == "include" else expected)
        if misses is not None:
            miss = scope.explain_refusal(page(f"https://x.example{misses}"), 0)
            assert miss == (expected if key == "include" else None)


def test_what_does_not_belong_to_a_crawl() -> None:
    scope = Scope(seeds=(page("https://x.example/"),), include=("/p/",), exclude=("/p/old/",), max_depth=2)
    reasons = {
        "https://y.example/p/1": "another site",
        "https://x.example/p/1.PDF?x=1": "a file (.pdf), not a page",
        "https://x.example/p/old/1": "excluded by /p/old/",
        "https://x.example/p/1": None,
    }
    for address, reason in reasons.items():
        assert scope.explain_refusal(page(address), 2) == reason
    assert scope.explain_refusal(page("https://x.example/p/1"), 3) == "deeper than 2 links"


@pytest.mark.parametrize(
    ("path", "is_trap"),
    [
        ("/p/chair-120.5", False), ("/events/table-12", False), ("/blog/2026/11/a-chair", False), ("/c?page=40", False),
        ("/c?colour=red&size=m&brand=x&price=1&page=2", False), ("/p?year=2026", False), ("/de/de/x", False),
        ("/calendar/2031/05", True), ("/shop/kalender/2031-05", True), ("/x?month=2031-05", True),
        ("/x?year=2031&month=5", True), ("/rel/rel/rel/rel/", True), ("/" + "a/" * 3 + "b/a/", True),
        ("/" + "/".join(map(str, range(20))), True), ("/x?a=1&b=1&c=1&d=1&e=1&f=1&g=1", True),
        ("/" + "x" * 2000, True),
    ],
)  # fmt: skip
def test_traps(path: str, is_trap: bool) -> None:
    reason = find_trap(page(f"https://x.example{path}"))
    assert (reason is not None) is is_trap
    assert reason is None or reason.startswith("trap: ")


def test_pages_of_one_template_share_a_form() -> None:
    forms = {find_form(page(f"http://x.example/day/{n}/x{n}?to={n}&n=1")) for n in range(9)}
    assert forms == {"x.example/day/N/xN?n&to"}
    assert find_form(page("http://x.example/p/chair")) != find_form(page("http://x.example/p/table"))
