"""What is read from one page of a shop."""

from __future__ import annotations

from typing import Literal

from tasks.catalog.pages import Frozen
from tasks.catalog.products import Product

# "unstructured": neither markup nor structure show a product, but the words may offer some (`text_pages`).
PageKind = Literal["product", "listing", "unstructured", "other"]
# Where a field was read, the most trusted first; `resolution` says which wins for which field.
Source = Literal["json-ld", "microdata", "rdfa", "opengraph", "state", "page"]


class PageLink(Frozen):
    """A link of the page, absolute and without its fragment."""

    url: str
    text: str = ""
    nofollow: bool = False


class Conflict(Frozen):
    """What another source of the page said of a field, against the value taken."""

    field: str
    taken: str
    source: Source
    value: str
    xpath: str | None = None


class WebPage(Frozen):
    """One page: what it is and why (`reason`), its product if it is a product's page, and its links."""

    url: str
    canonical_url: str
    title: str | None = None
    language: str | None = None  # BCP 47, lower case: "de", "zh-tw"
    links: tuple[PageLink, ...] = ()
    noindex: bool = False
    nofollow: bool = False
    kind: PageKind = "other"
    reason: str = ""
    products: tuple[Product, ...] = ()
    product_links: tuple[str, ...] = ()  # of a listing, in its order
    markdown: str = ""  # the main content, without navigation and related products
    needs_script: bool = False  # it has no content without JavaScript
    conflicts: tuple[Conflict, ...] = ()
