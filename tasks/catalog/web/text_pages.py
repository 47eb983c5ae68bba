"""Pages without markup and without a product's structure: whether their words may offer products."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from tasks.catalog.decimals import DecimalMark, guess_decimal_mark
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.context import Context, find_unit_remark, guess_unit
from tasks.catalog.prices import Price, find_prices, guess_currency, guess_dollar
from tasks.catalog.products import Place, Product
from tasks.catalog.vocabulary import fold
from tasks.catalog.web.words import mentions

_LEAST_SIZES = 2  # one size alone may be a parcel's or a picture's
_ASIDE = ("delivery", "instalment", "saving")  # words beside amounts that are no price of goods
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[^\W\d_a-z])")
_LONGEST_KEY = 120  # characters of a name inside a product's key


class TextPage(NamedTuple):
    """What is kept of a page: its own address (canonical), title and main content as markdown."""

    url: str
    title: str | None
    markdown: str

    @property
    def text(self) -> str:
        """Title and content; the title once, where the content begins with it."""
        title = (self.title or "").strip()
        if not title or fold(title) in fold(self.markdown[: 4 * len(title) + 40]):
            return self.markdown
        return f"{title}\n\n{self.markdown}"


def may_offer_products(markdown: str) -> bool:
    """Whether the words of a page have a price of goods or sizes: enough to look for products, no proof of one."""
    sizes = 0
    lines = markdown.splitlines()
    mark = guess_decimal_mark(lines)
    for line in lines:
        if not any(char.isdigit() for char in line):
            continue
        if find_goods_prices(line, mark):
            return True
        sizes += len(find_sizes(line, mark))
        if sizes >= _LEAST_SIZES:
            return True
    return False


def find_goods_prices(text: str, mark: DecimalMark | None = None, dollar: str = "USD") -> tuple[Price, ...]:
    """The prices in a line, without those in sentences on delivery, instalments or savings."""
    found = [price for price in find_prices(text, mark, dollar) if float(price.amount) > 0]
    if not found:
        return ()
    stops = [0, *(match.start() for match in _SENTENCE_END.finditer(text)), len(text)]
    aside = [(start, end) for start, end in pairwise(stops) if any(mentions(name, text[start:end]) for name in _ASIDE)]
    return tuple(one for one in found if not any(start <= one.start < end for start, end in aside))


def read_text_context(page: TextPage, engine: str) -> Context:
    """How the page writes numbers, prices and sizes; `engine` is named as the source of what is read."""
    lines = page.text.splitlines()
    mark = guess_decimal_mark(lines)
    unit = find_unit_remark(lines) or guess_unit(lines, mark)
    return Context(engine, mark, guess_dollar(page.text), guess_currency(lines), unit, 0.0)


def place_products(products: list[Product], page: TextPage) -> tuple[Product, ...]:
    """The products as the page's own, each once, with the page's address as the place of every field.

    The key is the page's address with the SKU, else the name: it stays when texts, prices and neighbours change.
    """
    placed: dict[str, Product] = {}
    for product in products:
        key = f"{page.url}#{fold(product.sku or product.name)[:_LONGEST_KEY]}"
        provenance = {
            field: Place(source=place.source, url=page.url, value=place.value)
            for field, place in product.provenance.items()
        }
        update = {"key": key, "url": page.url, "pages": (), "provenance": provenance}
        placed.setdefault(key, product.model_copy(update=update))
    return tuple(placed.values())
