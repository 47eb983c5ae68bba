"""Which links of a page are worth following, and which first."""

from tasks.catalog.web.found_links import LISTED_PRIORITY, OTHER_PRIORITY, PRODUCT_PRIORITY, find_links
from tasks.catalog.web.models import PageLink, WebPage
from tasks.catalog.web.urls import read_url

SEED = read_url("https://www.shop.example/")
assert SEED is not None


def page(*urls: str, **more: object) -> WebPage:
    links = tuple(PageLink(url=url) for url in urls)
    return WebPage(url=SEED.url, canonical_url=SEED.url, **{"links": links} | more)  # type: ignore[arg-type]


def found(shown: WebPage) -> dict[str, int]:
    return {link.page.url: link.priority for link in find_links(shown, [SEED])}


def test_pages_of_the_shop_are_followed_once_and_nothing_else() -> None:
    shown = page(
        "https://www.shop.example/a?utm_source=x", "https://www.shop.example/a", "https://shop.example/b",
        "https://blog.example/c", "https://www.shop.example/catalog.pdf", "mailto:us@shop.example",
    )  # fmt: skip
    assert found(shown) == {"https://www.shop.example/a": OTHER_PRIORITY, "https://shop.example/b": OTHER_PRIORITY}


def test_products_of_a_listing_come_first_and_its_further_pages_next() -> None:
    product, pager = "https://www.shop.example/p/1", "https://www.shop.example/c?page=2"
    shown = page(pager, product, kind="listing", product_links=(product,))
    assert found(shown) == {product: PRODUCT_PRIORITY, pager: LISTED_PRIORITY}


def test_nofollow_of_a_link_and_of_a_page_is_obeyed() -> None:
    links = (PageLink(url="https://www.shop.example/cart", nofollow=True),)
    assert found(page(links=links)) == {}
    assert found(page("https://www.shop.example/a", nofollow=True, kind="listing")) == {}
