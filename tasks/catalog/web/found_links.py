"""Which links of a page lead to further pages of its shop, and which of them are worth asking for first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tasks.catalog.web.models import WebPage
from tasks.catalog.web.urls import PageUrl, find_extension, is_same_site, read_url

# Lower comes first. Seeds have 0: what a user named comes before what was found.
PRODUCT_PRIORITY, LISTED_PRIORITY, OTHER_PRIORITY = 1, 2, 3


class FoundLink(NamedTuple):
    """A page that another one links to."""

    page: PageUrl
    priority: int


def find_links(page: WebPage, seeds: Iterable[PageUrl]) -> list[FoundLink]:
    """The pages of the seeds' sites that `page` leads to, each once, in its order; `nofollow` is obeyed.

    A listing's products come first, then what else a listing links to (its further pages), then the rest.
    """
    seeds = tuple(seeds)
    found: dict[str, FoundLink] = {}
    followed = () if page.nofollow else [link.url for link in page.links if not link.nofollow]
    listed = () if page.nofollow else page.product_links
    other = LISTED_PRIORITY if page.kind == "listing" else OTHER_PRIORITY
    for url, priority in (*((url, PRODUCT_PRIORITY) for url in listed), *((url, other) for url in followed)):
        target = read_url(url)
        if target and target.key not in found and is_same_site(target, seeds) and not find_extension(target):
            found[target.key] = FoundLink(target, priority)
    return list(found.values())
