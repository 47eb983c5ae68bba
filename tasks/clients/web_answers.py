"""What comes back from the web, and what is sent so that nothing has to."""

from __future__ import annotations

from typing import NamedTuple

from tasks.catalog.pages import Frozen
from tasks.clients.web_body import FetchedFile


class Validators(NamedTuple):
    """What a server said of the version that is known already (RFC 9110, 8.8), as it said it."""

    etag: str | None = None
    last_modified: str | None = None

    def as_headers(self) -> dict[str, str]:
        """The request headers that ask for the body only if it has changed; empty where nothing is known."""
        sent = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        # What came from outside goes out again as one line or not at all.
        return {name: value for name, value in sent.items() if value and value.isascii() and value.isprintable()}


class NotModified(Frozen):
    """The server's word that the known version is still the one (304)."""

    final_url: str  # after redirects; may hold secrets: redact before showing
    headers: dict[str, str]  # names in lower case


class WebAnswer(Frozen):
    """A final answer of any status; only 200 has a `file`. Addresses may hold secrets: redact before showing."""

    status: int
    final_url: str
    hops: tuple[str, ...] = ()  # the addresses that redirected, in order, the asked one first
    headers: dict[str, str]  # names in lower case
    location: str | None = None  # the absolute address of a redirect that was not followed
    file: FetchedFile | None = None
