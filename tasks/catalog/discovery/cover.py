"""What the document says of itself: its title, and whose products it shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from tasks.catalog.boxes import Box, union
from tasks.catalog.discovery.layout import body_size
from tasks.catalog.names import clean_name, is_name, is_sentence
from tasks.catalog.pages import Line, Page
from tasks.catalog.products import Product
from tasks.catalog.vocabulary import fold, words

_TITLE_PAGES = 2
_MAX_TITLE_LINES, _MAX_TITLE_CHARACTERS = 4, 120
_SAME_SIZE = 0.85  # lines of a title are at least this share of its largest line's size
_NEAR_SIZE = 0.6  # right beside the largest line, also smaller ones belong to the title
_DISPLAY_RATIO = 1.3  # of the body's type: smaller type is no part of a title
_MADE_BY = re.compile(
    r"(?:©|\bcopyright\b)\s*(?:\d{4}(?:\s*[-–]\s*\d{4})?)?,?\s*(?:by\s+)?([^\n.,|]{2,50})", re.IGNORECASE
)
_DOMAIN = re.compile(
    r"(?:www\.|https?://(?:www\.)?|@)([a-z0-9-]{3,40})\.(?:com|net|org|eu|shop|[a-z]{2})\b", re.IGNORECASE
)
_LEGAL = re.compile(
    r"[\s,]*\b(?:gmbh|s\.?p\.?a\.?|s\.?r\.?l\.?|ltd\.?|inc\.?|llc|ag|s\.?a\.?|kg|α\.?ε\.?|ооо|all rights reserved.*|"
    r"alle rechte.*|tutti i diritti.*)\s*$",
    re.IGNORECASE,
)


def guess_title(pages: Sequence[Page], products: Sequence[Product] = ()) -> str | None:
    """The most prominent lines of the first page with text; None for sentences, products' names and OCR's pages."""
    for page in pages[:_TITLE_PAGES]:
        lines = [line for line in page.lines if sum(char.isalpha() for char in line.text) >= 3]
        if not lines or page.text_source == "ocr":
            continue
        chosen = _title_lines(lines, body_size(pages))
        if not chosen:
            return None
        title = clean_name([line.text for line in sorted(chosen, key=lambda line: (line.box.y0, line.box.x0))])
        usable = title and len(title) <= _MAX_TITLE_CHARACTERS and not is_sentence(title)
        return title if usable and fold(title) not in {fold(product.name) for product in products} else None
    return None


def _title_lines(lines: Sequence[Line], body: float) -> list[Line]:
    largest = max(lines, key=lambda line: line.size)
    chosen = [line for line in lines if line.size >= _SAME_SIZE * largest.size]
    if len(chosen) > _MAX_TITLE_LINES or any(max(a.box.gap(b.box) for b in chosen) > 6 * largest.size for a in chosen):
        return []  # names in a grid, headings of columns: nothing on the page stands out
    around: Box = union(line.box for line in chosen)
    beside = [
        line
        for line in lines
        if line not in chosen
        and line.size >= max(_NEAR_SIZE * largest.size, _DISPLAY_RATIO * body)
        and line.box.gap(around) <= 0.6 * largest.size
    ]
    return [*chosen, *beside][:_MAX_TITLE_LINES]


def guess_brand(pages: Sequence[Page], title: str | None, products: Sequence[Product]) -> str | None:
    """Who makes the products: labelled so on most; or named by a domain, a copyright line, or cover and later pages."""
    labelled = Counter(product.brand for product in products if product.brand)
    if labelled:
        brand, count = labelled.most_common(1)[0]
        return brand if 2 * count >= labelled.total() else None
    text = "\n".join(line.text for page in pages if page.text_source != "ocr" for line in page.lines)
    stem = _stem(title) if title else None
    makers = Counter(_LEGAL.sub("", name.strip(" .,")).strip(" .,") for name in _MADE_BY.findall(text))
    named = [
        name for name, _ in makers.most_common() if is_name(name) and name[:1].isupper() and len(name.split()) <= 4
    ]
    domains = {re.sub(r"\W", "", domain.casefold()) for domain in _DOMAIN.findall(text)}
    for name in (stem, *named, *_running_words(pages)):
        if name and re.sub(r"\W", "", fold(name)) in domains:
            return name
    if named:
        return named[0]
    return stem if stem and _is_repeated(stem, pages) else None


def _stem(title: str) -> str | None:
    """The title without the words for catalog, price list and year."""
    tokens = [token for token in title.split() if fold(token) not in words("title_words") and not _is_year(token)]
    stem = " ".join(tokens).strip(" -–|:")
    return stem if 1 <= len(tokens) <= 3 and is_name(stem) else None


def _is_year(token: str) -> bool:
    return bool(re.fullmatch(r"\(?(?:19|20)\d\d(?:[-–/](?:19|20)?\d\d)?\)?", token))


def _running_words(pages: Sequence[Page]) -> list[str]:
    """Words of the lines that stand on most pages, as headers and footers do."""
    lines = Counter(line.text for page in pages for line in {line.text: line for line in page.lines}.values())
    running = [text for text, count in lines.most_common(20) if count >= max(2, 0.3 * len(pages))]
    return [word.strip(".,|–—-") for text in running for word in text.split() if "." not in word.strip(".")]


def _is_repeated(name: str, pages: Sequence[Page]) -> bool:
    """Whether later pages say the name, too, as headers do."""
    wanted = fold(name)
    later = pages[1:]
    return sum(any(wanted in fold(line.text) for line in page.lines) for page in later) >= max(1, 0.3 * len(later))
