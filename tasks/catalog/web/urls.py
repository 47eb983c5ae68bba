"""Addresses of pages: the form in which they are fetched, and the key by which two are the same page.

What is fetched keeps the order of the query (some shops read it by place); the key sorts it. Both drop the fragment,
credentials, default ports, tracking parameters and session ids. Scheme, `www.`, a trailing slash and letter case in the
path make different pages: only the shop knows whether they are one, and says so by a redirect or a canonical link.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from importlib import resources
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = "/:@!$&'()*+,;=-._~%"
_QUERY_SAFE = "/:@!$'()*+,;?=-._~%&"
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|sid|phpsessid)=[^/;?]*", re.IGNORECASE)
_OPAQUE = re.compile(r"[0-9A-Za-z]{16,}")


class _Parameters(NamedTuple):
    """Query parameters that say nothing about the page (`urls.json`; names are compared without case)."""

    tracking: frozenset[str]
    tracking_prefixes: tuple[str, ...]
    sessions: frozenset[str]
    opaque_sessions: frozenset[str]  # short names that are session ids only where the value looks like one


def _load_data() -> dict[str, list[str]]:
    text = resources.files(__package__).joinpath("urls.json").read_text(encoding="utf-8")
    data: dict[str, list[str]] = json.loads(text)
    return data


_DATA = _load_data()
_PARAMETERS = _Parameters(
    frozenset(_DATA["tracking"]),
    tuple(_DATA["tracking_prefixes"]),
    frozenset(_DATA["sessions"]),
    frozenset(_DATA["opaque_sessions"]),
)
FILE_EXTENSIONS = frozenset(_DATA["file_extensions"])


class PageUrl(NamedTuple):
    """An address as it is fetched, and what it is known by."""

    url: str
    key: str  # the address with its query sorted: equal keys are one page
    host: str  # "shop.example", "shop.example:8080", "[::1]:80": what politeness is counted by
    origin: str  # "https://shop.example": whose robots.txt applies

    @property
    def hash(self) -> str:
        """SHA-256 of the key, hexadecimal."""
        return hashlib.sha256(self.key.encode()).hexdigest()


def read_url(address: str, base: str | None = None) -> PageUrl | None:
    """The page that `address` (a link's text, relative to `base`) means; None unless it is http(s) with a host."""
    try:
        parts = urlsplit(urljoin(base, address.strip()) if base else address.strip())
        host, port = _normal_host(parts.hostname or ""), parts.port
    except (ValueError, UnicodeError):
        return None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not host:
        return None
    netloc = host if port in (None, _DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    origin = f"{scheme}://{netloc}"
    path = _resolve_dots(_normal_escapes(_SESSION_IN_PATH.sub("", parts.path) or "/", _PATH_SAFE))
    pairs = [pair for pair in _normal_escapes(parts.query, _QUERY_SAFE).split("&") if pair and not _is_noise(pair)]
    key = origin + path + ("?" + "&".join(sorted(pairs)) if pairs else "")
    return PageUrl(origin + path + ("?" + "&".join(pairs) if pairs else ""), key, netloc, origin)


def _normal_host(host: str) -> str:
    """Lower case, punycode, no trailing dot; an IPv6 address in brackets."""
    host = host.lower().rstrip(".")
    if ":" in host:
        return f"[{host}]"
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    return host if re.fullmatch(r"[a-z0-9._-]+", host) else ""


def _normal_escapes(text: str, safe: str) -> str:
    """Escapes in upper case, none for characters that need none, one for each that does (as UTF-8)."""

    def fix(match: re.Match[str]) -> str:
        if match[1] is None:
            return "%25"  # a lone percent sign
        value = int(match[1], 16)
        return chr(value) if value in _UNRESERVED else f"%{match[1].upper()}"

    text = "".join(char for char in text if char not in "\t\r\n")
    return quote(_ESCAPE.sub(fix, text), safe=safe, errors="replace")


def _resolve_dots(path: str) -> str:
    """RFC 3986 5.2.4, for paths that start with a slash."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for number, segment in enumerate(segments):
        if segment == ".." and kept:
            kept.pop()
        if segment not in (".", ".."):
            kept.append(segment)
        elif number == len(segments) - 1:
            kept.append("")
    return "/" + "/".join(kept)


def _is_noise(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name = unquote_to_bytes(name).decode("utf-8", "replace").lower()
    if name in _PARAMETERS.tracking or name.startswith(_PARAMETERS.tracking_prefixes) or name in _PARAMETERS.sessions:
        return True
    return name in _PARAMETERS.opaque_sessions and bool(_OPAQUE.fullmatch(value)) and any(c.isdigit() for c in value)


def is_same_site(page: PageUrl, seeds: Iterable[PageUrl]) -> bool:
    """Whether the page's host is that of a seed, `www.` aside. Other subdomains are other shops until asked for."""
    return _site(page.host) in {_site(seed.host) for seed in seeds}


def _site(host: str) -> str:
    return host.removeprefix("www.")


def find_extension(page: PageUrl) -> str | None:
    """The ending of a file that is no page (`jpg`, `pdf`, `zip`, ...); None for what may be a page."""
    last = urlsplit(page.url).path.rpartition("/")[2]
    ending = last.rpartition(".")[2].lower() if "." in last else ""
    return ending if ending in FILE_EXTENSIONS else None
