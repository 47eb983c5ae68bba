"""robots.txt (RFC 9309): from a status and a body to what may be fetched.

Protego parses and matches (longest match, `*`, `$`, percent-encoding). Around it: which group is ours, by whole product
token; what a status means; the cap on the body.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal
from urllib.parse import urljoin, urlsplit

from protego import Protego
from pydantic import ConfigDict

from tasks.catalog.pages import Frozen

PRODUCT_TOKEN = "quarry"
ROBOTS_MAX_BYTES = 500 * 1024  # RFC 9309 2.5: the least that a crawler must read; what follows is not looked at
ROBOTS_MAX_REDIRECTS = 5  # RFC 9309 2.3.1.2: "at least five consecutive redirects"
MAX_SITEMAPS = 500  # addresses taken from one robots.txt
UNREACHABLE = 0  # the status of a robots.txt that could not be had: no connection, no name, no answer in time

# "User-agent: Quarry/1.0 (+https://...)" means the token before the slash (RFC 9309 2.2.1: letters, "_" and "-").
_OUR_LINE = re.compile(rf"(?im)^[ \t]*user-?agent[ \t]*:[ \t]*{PRODUCT_TOKEN}(?![a-z_-])[^\r\n#]*")


class RobotsRules(Frozen):
    """What one host's robots.txt says. It is rebuilt from (status, body), which is what is worth caching."""

    model_config = ConfigDict(frozen=True, ignored_types=(cached_property,))

    verdict: Literal["rules", "all", "none"]  # the file's rules; everything is allowed; nothing is
    status: int
    text: str = ""

    def explain_refusal(self, url: str) -> str | None:
        """Why `url` must not be fetched, in one line; None when it may be."""
        if self.verdict == "all" or urlsplit(url).path == "/robots.txt":
            return None
        if self.verdict == "none":
            what = f"answered {self.status}" if self.status else "could not be reached"
            return f"robots.txt {what}: nothing is fetched until it can be read (RFC 9309)"
        if self._parsed.can_fetch(url, self._agent):
            return None
        group = f"'{self._agent}'" if self._agent != "*" else "every robot"
        return f"robots.txt disallows it for {group}"

    @property
    def is_temporary(self) -> bool:
        """Whether a refusal may be over in a while: the file could not be read now."""
        return self.verdict == "none"

    @property
    def crawl_delay(self) -> float | None:
        """Seconds between two requests that the file asks for; None when it does not ask."""
        if self.verdict != "rules":
            return None
        delay = self._parsed.crawl_delay(self._agent)
        rate = self._parsed.request_rate(self._agent)
        asked = [delay] if delay is not None else []
        if rate is not None:
            asked.append(rate.seconds / rate.requests)
        return max(asked, default=None)

    def list_sitemaps(self, base: str) -> tuple[str, ...]:
        """Absolute addresses of the sitemaps that the file names, in its order. `base` is the file's own address."""
        if self.verdict != "rules":
            return ()
        found: dict[str, None] = {}
        for value in self._parsed.sitemaps:
            try:
                url = urljoin(base, value.strip())
            except ValueError:  # "http://[": nothing that could be fetched
                continue
            if urlsplit(url).scheme in ("http", "https"):
                found.setdefault(url)
        return tuple(found)[:MAX_SITEMAPS]

    @cached_property
    def _parsed(self) -> Protego:
        return Protego.parse(_OUR_LINE.sub(f"User-agent: {PRODUCT_TOKEN}", self.text))

    @cached_property
    def _agent(self) -> str:
        """Our group where the file has one, else everybody's. Protego alone would also take a group named `qua`."""
        return PRODUCT_TOKEN if _OUR_LINE.search(self.text) else "*"


def read_robots(status: int, body: bytes = b"") -> RobotsRules:
    """The rules of a robots.txt that was answered with `status`, after redirects.

    2xx: the body's rules. 4xx and a redirect that leads nowhere: everything is allowed (RFC 9309 2.3.1.3), except 429,
    which says that the host is busy. 5xx, 429 and `UNREACHABLE`: nothing is (2.3.1.4).
    """
    if 200 <= status < 300:
        return RobotsRules(verdict="rules", status=status, text=_decode(body))
    if 300 <= status < 500 and status != 429:
        return RobotsRules(verdict="all", status=status)
    return RobotsRules(verdict="none", status=status)


def _decode(body: bytes) -> str:
    """Text of the first 500 KiB, whole lines only: half a rule might mean more than the whole one. No NUL."""
    if len(body) > ROBOTS_MAX_BYTES:
        body = body[:ROBOTS_MAX_BYTES]
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1]
    return body.decode("utf-8-sig", errors="replace").replace("\0", "")
