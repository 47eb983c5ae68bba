"""Pages of finishes: samples of fabrics, woods and colours that the products of other pages come in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import PageText
from tasks.catalog.vocabulary import fold, words

_MIN_PRODUCTS = 3  # elsewhere, with a size or a price
_LARGER = 1.25  # a page's title is set larger than its captions by this
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def without_finishes(candidates: Sequence[Candidate], texts: Sequence[PageText]) -> list[Candidate]:
    """The candidates without the samples on pages whose titles say "Materials and finishes" and nothing else.

    Samples are captioned pictures with no more than a code, in a document whose other pages show products with sizes
    or prices.
    """
    by_page: dict[int, list[Candidate]] = defaultdict(list)
    for one in candidates:
        by_page[one.page].append(one)
    pages = {
        text.number
        for text in texts
        if (found := by_page.get(text.number)) and all(map(_is_sample, found)) and _is_titled(text)
    }
    documented = sum(bool(one.evidence & {"size", "price"}) for one in candidates if one.page not in pages)
    if not pages or documented < _MIN_PRODUCTS:
        return list(candidates)
    return [one for one in candidates if one.page not in pages]


def _is_sample(one: Candidate) -> bool:
    return "image" in one.evidence and not one.evidence & {"size", "price", "labels"} and not one.product.variants


def _is_titled(text: PageText) -> bool:
    """Whether the page's largest line names nothing but materials, finishes or colours."""
    title = max(text.segments, key=lambda one: one.size)
    others = [one.size for one in text.segments if any(char.isalpha() for char in one.text)]
    tokens = [fold(token) for token in _WORD.findall(title.text)]
    kinds = [token for token in tokens if token in words("finish_title_words")]
    known = words("finish_title_words") | words("and_words")
    larger = title.size >= _LARGER * sorted(others)[len(others) // 2] if others else False
    return larger and bool(kinds) and all(token in known for token in tokens)
