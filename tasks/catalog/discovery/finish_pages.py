"""Pages of finishes: samples of fabrics, woods and colours that the products of other pages come in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import PageText
from tasks.catalog.vocabulary import fold, words

_MIN_PRODUCTS = 3  # elsewhere, with a size or a price
_LARGER = 1.25  # a page's title is set larger than its captions by this
_FLUSH_POINTS = 6.0
_MIN_COMPOUND = 5  # letters of a compound's last part ("Frontfarben")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def without_finishes(candidates: Sequence[Candidate], texts: Sequence[PageText]) -> list[Candidate]:
    """The candidates without the samples on pages whose titles say "Materials and finishes" or "Materials & care" and
    nothing else, and those right under a heading of a part's finishes ("Frontfarben", "Leg finishes").

    Samples are captioned pictures with no more than a code, in a document whose other pages show products with sizes
    or prices.
    """
    by_page: dict[int, list[Candidate]] = defaultdict(list)
    for one in candidates:
        by_page[one.page].append(one)
    pages = {text.number for text in texts if (found := by_page.get(text.number)) and _is_titled(text, found)}
    documented = sum(bool(one.evidence & {"size", "price"}) for one in candidates if one.page not in pages)
    if documented < _MIN_PRODUCTS:
        return list(candidates)
    headed = {id(one) for text in texts for one in _headed([*filter(_is_sample, by_page.get(text.number, ()))], text)}
    return [one for one in candidates if one.page not in pages and id(one) not in headed]


def _headed(samples: Sequence[Candidate], text: PageText) -> Sequence[Candidate]:
    """A page's samples, where the nearest larger line above them, at their left edge, names a part's finishes."""
    if not samples:
        return ()
    cells = [one.cell for one in samples]
    left, top = min(cell.x0 for cell in cells), min(cell.y0 for cell in cells)
    captions = [one for one in text.segments if any(one.box.intersection(cell) > 0 for cell in cells)]
    size = max((one.size for one in captions), default=0.0)
    above = [one for one in text.segments if one.box.center[1] < top and abs(one.box.x0 - left) <= _FLUSH_POINTS]
    larger = [one for one in above if one.size >= _LARGER * size]
    nearest = max(larger, key=lambda one: one.box.y1, default=None)
    return samples if nearest is not None and _names_part(nearest.text) else ()


def _names_part(line: str) -> bool:
    """Whether a line names finishes of a part, in a compound or in words: "Frontfarben", "Frame colours"."""
    tokens = [fold(token) for token in _WORD.findall(line)]
    kinds = words("finish_title_words")
    compound = [token for token in tokens if token not in kinds and token.endswith(_kinds_of_compounds())]
    parts = [token for token in tokens if token in words("finish_parts")]
    known = kinds | words("and_words") | set(compound) | set(parts)
    named = bool(compound) or (bool(parts) and any(token in kinds for token in tokens))
    return named and all(token in known for token in tokens)


@cache
def _kinds_of_compounds() -> tuple[str, ...]:
    return tuple(word for word in words("finish_title_words") if len(word) >= _MIN_COMPOUND)


def _is_sample(one: Candidate) -> bool:
    return "image" in one.evidence and not one.evidence & {"size", "price", "labels"} and not one.product.variants


def _is_titled(text: PageText, found: Sequence[Candidate]) -> bool:
    """Whether the page's largest line names nothing but materials, finishes or colours, and all on it are samples.

    Where it names care or terms, too, amounts and labels of those may have got to a sample.
    """
    title = max(text.segments, key=lambda one: one.size)
    others = [one.size for one in text.segments if any(char.isalpha() for char in one.text)]
    tokens = [fold(token) for token in _WORD.findall(title.text)]
    kinds = [token for token in tokens if token in words("finish_title_words")]
    known = words("finish_title_words") | words("and_words") | words("care_words")
    larger = title.size >= _LARGER * sorted(others)[len(others) // 2] if others else False
    if not larger or not kinds or any(token not in known for token in tokens):
        return False
    mixed = any(token in words("care_words") for token in tokens)
    return all(_is_sample(one) or (mixed and not one.evidence & {"size", "sku"}) for one in found)
