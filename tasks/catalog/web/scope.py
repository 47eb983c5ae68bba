"""Which of the addresses found belong to a crawl: the user's patterns, the site, files, and traps that never end."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from tasks.catalog.pages import Frozen
from tasks.catalog.web.urls import PageUrl, find_extension, is_same_site

MAX_URL_CHARACTERS = 2000  # what servers and browsers are sure to take
MAX_PATH_SEGMENTS = 15
MAX_SAME_SEGMENT = 3  # /a/b/a/b/a/b/a: a relative link that is resolved against itself for ever
MAX_PARAMETERS = 6  # combinations of filters multiply: this many at once is no page that a shop wants found

_CALENDAR_PATH = re.compile(
    r"(?i)/(?:calendar|kalender|calendrier|calendario|kalendarz|agenda|events?|termine|archive)(?:\.\w+)?/(?:[^/]+/)*?"
    r"(?:19|20|21)\d\d(?=[-/]|$)"
)
_CALENDAR_PARAMETERS = frozenset({"date", "day", "month", "year", "ical", "tribe-bar-date", "monat", "jahr"})
_DATE = re.compile(r"(?:19|20|21)\d\d(?:[-/](?:0?[1-9]|1[0-2])(?:[-/]\d{1,2})?)?|(?:0?[1-9]|[12]\d|3[01])")
_NUMBERS = re.compile(r"\d+")


class Scope(Frozen):
    """What a session may visit. Patterns are globs over the address:

    `*` stands for anything inside one path segment, `**` for anything at all, a pattern that ends in `/` covers all
    below; `?` is a question mark. A pattern that starts with `/` is compared with path and query, one with `://` with
    the whole address, any other with the address from the host on. `exclude` wins over `include`.
    """

    seeds: tuple[PageUrl, ...]
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_depth: int | None = None

    def explain_refusal(self, page: PageUrl, depth: int) -> str | None:
        """Why the session does not visit `page`, found `depth` links from a seed; None when it does."""
        if not is_same_site(page, self.seeds):
            return "another site"
        if ending := find_extension(page):
            return f"a file (.{ending}), not a page"
        if pattern := _find_match(self.exclude, page):
            return f"excluded by {pattern}"
        if self.include and not _find_match(self.include, page):
            return "matches no --include pattern"
        if self.max_depth is not None and depth > self.max_depth:
            return f"deeper than {self.max_depth} links"
        return find_trap(page)


def find_trap(page: PageUrl) -> str | None:
    """Why the address looks like one of endlessly many; None when it does not."""
    if len(page.url) > MAX_URL_CHARACTERS:
        return f"trap: the address has more than {MAX_URL_CHARACTERS} characters"
    parts = urlsplit(page.url)
    segments = [segment for segment in parts.path.split("/") if segment]
    if len(segments) > MAX_PATH_SEGMENTS:
        return f"trap: more than {MAX_PATH_SEGMENTS} path segments"
    if any(segments.count(segment) > MAX_SAME_SEGMENT for segment in segments):
        return "trap: the path repeats itself"
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if len(pairs) > MAX_PARAMETERS:
        return f"trap: more than {MAX_PARAMETERS} query parameters"
    if _is_calendar(parts.path, pairs):
        return "trap: a calendar's date"
    return None


def _is_calendar(path: str, pairs: list[tuple[str, str]]) -> bool:
    dated = [value for name, value in pairs if name.lower() in _CALENDAR_PARAMETERS and _DATE.fullmatch(value)]
    if any(len(value) > 4 for value in dated) or len(dated) > 1:
        return True
    return bool(_CALENDAR_PATH.search(path))


def find_form(page: PageUrl) -> str:
    """The address with every number as `N` and its parameters' values left out: pages of one template share it."""
    parts = urlsplit(page.key)
    names = sorted({pair.partition("=")[0] for pair in parts.query.split("&") if pair})
    return page.host + _NUMBERS.sub("N", parts.path) + ("?" + "&".join(names) if names else "")


def _find_match(patterns: tuple[str, ...], page: PageUrl) -> str | None:
    whole = page.url
    from_host = whole.partition("://")[2]
    local = "/" + from_host.partition("/")[2]
    for pattern in patterns:
        text = local if pattern.startswith("/") else whole if "://" in pattern else from_host
        if _compile(pattern).fullmatch(text):
            return pattern
    return None


@lru_cache(maxsize=256)
def _compile(pattern: str) -> re.Pattern[str]:
    glob = pattern + "**" if pattern.endswith("/") else pattern
    parts = re.split(r"(\*+)", glob)
    return re.compile(
        "".join(re.escape(part) if not part.startswith("*") else ".*" if len(part) > 1 else "[^/]*" for part in parts)
    )
