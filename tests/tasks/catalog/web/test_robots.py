"""robots.txt: RFC 9309's own cases first, then what files of real shops are like."""

import pytest

from tasks.catalog.web.robots import ROBOTS_MAX_BYTES, UNREACHABLE, read_robots

SHOP = "https://shop.example"

# One robot's rules in two groups, another's between them
SPLIT = "User-agent: quarry\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: quarry\nDisallow: /b"


def allows(body: str, path: str) -> bool:
    return read_robots(200, body.encode()).explain_refusal(SHOP + path) is None


@pytest.mark.parametrize(
    ("status", "allowed", "temporary"),
    [(200, True, False), (204, True, False), (301, True, False), (401, True, False), (403, True, False),
     (404, True, False), (410, True, False), (429, False, True), (500, False, True), (503, False, True),
     (UNREACHABLE, False, True)],
)  # fmt: skip
def test_what_a_status_means(status: int, allowed: bool, temporary: bool) -> None:
    rules = read_robots(status)
    assert (rules.explain_refusal(f"{SHOP}/a") is None) is allowed
    assert rules.is_temporary is temporary
    assert rules.explain_refusal(f"{SHOP}/robots.txt") is None, "the file itself is always allowed"


@pytest.mark.parametrize(
    ("body", "path", "allowed"),
    [
        # RFC 9309 5.1: the simple example, as robot `quarry` in the group of all
        ("User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/", "/example/a", False),
        ("User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/", "/a.gif", False),
        ("User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/", "/a.gif?size=1", True),
        ("User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/", "/publications/x", True),
        # 5.2: the longest match
        ("User-Agent: quarry\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif",
         "/example/page/disallowed.gif", False),
        ("User-Agent: quarry\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif", "/example/page/", True),
        ("User-Agent: *\nDisallow: /p\nAllow: /p", "/p/1", True),  # 2.2.2: equal lengths, allow wins
        # 2.2.1: the group is found by the whole token, without case; several groups of one robot are one
        ("User-agent: QUARRY\nDisallow: /a\n\nUser-agent: *\nDisallow: /", "/b", True),
        ("User-agent: qua\nDisallow: /", "/a", True),
        ("User-agent: quarrybot\nDisallow: /", "/a", True),
        ("User-agent: quarry-images\nDisallow: /", "/a", True),
        ("User-agent: Quarry/1.0 (+https://x)\nDisallow: /a", "/a", False),
        (SPLIT, "/a", False),
        (SPLIT, "/b", False),
        (SPLIT, "/c", True),
        ("User-agent: quarry\nUser-agent: other\nDisallow: /a", "/a", False),
        ("User-agent: quarry\nDisallow:\n\nUser-agent: *\nDisallow: /", "/a", True),
        ("User-agent: otherbot\nDisallow: /", "/a", True),
        # 2.2.2: percent-encoding, case, prefixes; 2.2.3: special characters
        ("User-agent: *\nDisallow: /caf%C3%A9", "/café", False),
        ("User-agent: *\nDisallow: /a%3cd.html", "/a%3Cd.html", False),
        ("User-agent: *\nDisallow: /Shop", "/shop", True),
        ("User-agent: *\nDisallow: /fish", "/fishing/x", False),
        ("User-agent: *\nDisallow: /fish*.php", "/fish/a.php?x=1", False),
        ("User-agent: *\nDisallow: /*?sort=", "/c?sort=price", False),
        ("User-agent: *\nDisallow: /*?sort=", "/c?page=2", True),
        ("User-agent: *\nDisallow: /$", "/", False),
        ("User-agent: *\nDisallow: /$", "/a", True),
        # Files of real shops
        ("\ufeffUser-agent: *\r\nDisallow: /cart\r\n", "/cart", False),
        ("User-agent: *\rDisallow: /cart\r", "/cart", False),
        ("# a comment\nuser-agent : * # all\nDISALLOW : /cart # here", "/cart/1", False),
        ("Disallow: /", "/a", True),  # a rule of no group
        ("<html><body>Not found</body></html>", "/a", True),
        ("", "/a", True),
    ],
)  # fmt: skip
def test_rules(body: str, path: str, allowed: bool) -> None:
    assert allows(body, path) is allowed


def test_the_reason_names_the_group_or_the_status() -> None:
    assert read_robots(200, b"User-agent: quarry\nDisallow: /").explain_refusal(f"{SHOP}/a") == (
        "robots.txt disallows it for 'quarry'"
    )
    assert "answered 503" in (read_robots(503).explain_refusal(f"{SHOP}/a") or "")
    assert "could not be reached" in (read_robots(UNREACHABLE).explain_refusal(f"{SHOP}/a") or "")


def test_only_whole_lines_of_the_first_500_kib_count() -> None:
    filler = b"# x\n" * (ROBOTS_MAX_BYTES // 4 - 6)
    body = b"User-agent: *\n" + filler + b"Disallow: /long/path\nDisallow: /late"
    rules = read_robots(200, body)
    assert rules.explain_refusal(f"{SHOP}/late") is None
    assert rules.explain_refusal(f"{SHOP}/l") is None, "half of the line is no rule"
    assert len(rules.text.encode()) <= ROBOTS_MAX_BYTES


@pytest.mark.parametrize(
    ("body", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nCrawl-delay: 5\n\nUser-agent: quarry\nDisallow: /x", None),
        ("User-agent: *\nRequest-rate: 1/10", 10.0),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("User-agent: *\nCrawl-delay: -1", None),
        ("User-agent: *\nCrawl-delay: inf", None),
    ],
)
def test_crawl_delay(body: str, delay: float | None) -> None:
    assert read_robots(200, body.encode()).crawl_delay == delay


def test_sitemaps_are_absolute_each_once_and_http_only() -> None:
    body = (
        f"Sitemap: {SHOP}/a.xml\nsitemap: /b.xml\nSitemap: {SHOP}/a.xml\nSitemap: file:///etc/passwd\nSitemap: http://["
    )
    found = read_robots(200, body.encode()).list_sitemaps(f"{SHOP}/robots.txt")
    assert found == (f"{SHOP}/a.xml", f"{SHOP}/b.xml")
    assert read_robots(404, body.encode()).list_sitemaps(SHOP) == ()


def test_rules_are_the_same_from_the_text_that_is_kept() -> None:
    rules = read_robots(200, b"\xef\xbb\xbfUser-agent: *\nDisallow: /\xff\0x")
    again = read_robots(200, rules.text.encode())
    assert again == rules
    assert "\0" not in rules.text
