"""Products in the words of a page by rules, where no model is asked: few, but each sure.

A product is a heading, or a line of a list, with one price of its own and a size or a number of its own beside it; or a
row of a table whose header names a product and a price.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tasks.catalog.codes import clean_code
from tasks.catalog.dimensions import Size, find_sizes
from tasks.catalog.discovery.context import Context
from tasks.catalog.match_keys import normalize_gtin
from tasks.catalog.names import clean_name
from tasks.catalog.prices import Price, parse_amount
from tasks.catalog.products import AttributeValue, Place, Product
from tasks.catalog.web.text_pages import TextPage, find_goods_prices, place_products, read_text_context
from tasks.catalog.web.words import field_of

TEXT_RULES = "web-text-rules/1"  # as in `products.engine`
_CONFIDENCE = 0.6
_MOST_PRODUCTS = 500
_NAME_LETTERS, _LONGEST_NAME = 3, 120
_HEADING = re.compile(r"^#{1,6}\s+(.*)$")
_LABELLED = re.compile(
    r"(?:^|[\s(,;|])([^\W\d_][^\W_.:]{1,24}(?:[ .-]{1,2}[^\W\d_]{1,12})?)\.?\s?[:#№]\s?([\w./-]{3,40})"
)
_CELL_RULE = re.compile(r"[\s|:-]+")
_BULLET = "- "  # as our markdown writes lists
_EDGES = " \t-–—:|,;.•*()"


class _Section(NamedTuple):
    """A heading and the lines below it, up to the next one."""

    heading: str
    lines: list[str]


def read_text_products(page: TextPage) -> tuple[Product, ...]:
    """The products that the page's words offer beyond doubt."""
    context = read_text_context(page, TEXT_RULES)
    found: list[Product] = []
    for section in _read_sections(page):
        rows = [*_read_items(section.lines, context), *_read_tables(section.lines, context)]
        if not rows and (product := _read_section(section, context)) is not None:
            rows = [product]
        found += rows
    return place_products(found[:_MOST_PRODUCTS], page)


def _read_sections(page: TextPage) -> Iterator[_Section]:
    section = _Section(page.title or "", [])
    for line in page.markdown.splitlines():
        if match := _HEADING.match(line):
            yield section
            section = _Section(match[1], [])
        elif line.strip():
            section.lines.append(line.strip())
    yield section


def _read_section(section: _Section, context: Context) -> Product | None:
    """The product that a heading names: one amount below it, and a size or a number."""
    prices = {(p.amount, p.currency): None for line in section.lines for p in _prices(line, context)}
    name = _name(section.heading)
    if len(prices) != 1 or not name:
        return None
    [(amount, currency)] = prices
    text = "\n".join(section.lines)
    sizes = find_sizes(text, context.mark, context.unit)
    numbers = _read_numbers(text)
    description = max((line for line in section.lines if not line.startswith("|")), key=len, default=None)
    return _make(name, amount, currency, sizes, numbers, description) if sizes or numbers else None


def _read_items(lines: list[str], context: Context) -> Iterator[Product]:
    """Lines of lists that begin with a name and go on with a size or number and one price."""
    for line in lines:
        prices = _prices(line, context)
        if not line.startswith(_BULLET) or len({price.amount for price in prices}) != 1:
            continue
        sizes, numbers = find_sizes(line, context.mark, context.unit), _read_numbers(line)
        labelled = next((match.start(1) for match in _LABELLED.finditer(line) if field_of(match[1])), len(line))
        name = _name(line[: min(prices[0].start, labelled, *(size.start for size in sizes))])
        if name and (sizes or numbers):
            yield _make(name, prices[0].amount, prices[0].currency, sizes, numbers, None)


def _read_tables(lines: list[str], context: Context) -> Iterator[Product]:
    """Rows of tables with a header that names a product's column and a price's."""
    header: dict[str, int] = {}
    for line in lines:
        if not line.startswith("|"):
            header = {}
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if _CELL_RULE.fullmatch(line) or not any(cells):
            continue
        if not header:
            header = _read_header(cells)
            continue
        if "name" in header and "price" in header and len(cells) > max(header.values()):
            product = _read_row(cells, header, context)
            if product is not None:
                yield product


def _read_header(cells: list[str]) -> dict[str, int]:
    """field -> its column; each field's first. A currency behind a label ("Price (EUR)") is no part of it."""
    header: dict[str, int] = {}
    for column, cell in enumerate(cells):
        field = field_of(re.sub(r"[(\[/].*$", "", cell)) if cell else None
        if field == "sku" and header.get("sku") == 0 and "name" not in header:
            header |= {"name": 0, "sku": column}  # "Artikel | Art.-Nr.": the first is what the article is called
        elif field:
            header.setdefault(field, column)
    return header


def _read_row(cells: list[str], header: dict[str, int], context: Context) -> Product | None:
    name, cell = _name(cells[header["name"]]), cells[header["price"]]
    priced = find_goods_prices(cell, context.mark, context.dollar)
    amount = priced[0].amount if priced else parse_amount(cell, context.mark)
    currency = (priced[0].currency if priced else None) or context.currency
    if not name or amount is None or currency is None or float(amount) <= 0:
        return None
    numbers: dict[str, str] = {
        field: value for field in ("sku", "gtin") if field in header and (value := clean_code(cells[header[field]]))
    }
    sizes = find_sizes(cells[header["dimensions"]], context.mark, context.unit) if "dimensions" in header else ()
    return _make(name, amount, currency, sizes, numbers, None)


def _prices(line: str, context: Context) -> tuple[Price, ...]:
    return find_goods_prices(line, context.mark, context.dollar)


def _read_numbers(text: str) -> dict[str, str]:
    """SKU and GTIN behind their labels."""
    numbers: dict[str, str] = {}
    for label, value in _LABELLED.findall(text):
        field = field_of(label)
        if field in ("sku", "gtin") and any(char.isdigit() for char in value):
            numbers.setdefault(field, value.rstrip("."))
    return numbers


def _name(text: str) -> str | None:
    name = clean_name(text.strip(_EDGES))
    letters = sum(char.isalpha() for char in name)
    return name if letters >= _NAME_LETTERS and len(name) <= _LONGEST_NAME else None


def _make(
    name: str,
    amount: str,
    currency: str | None,
    sizes: tuple[Size, ...],
    numbers: dict[str, str],
    description: str | None,
) -> Product:
    attributes: dict[str, AttributeValue] = dict(sizes[0].measures) if sizes else {}
    gtin = numbers.get("gtin")
    fields = ["name", "price", *numbers, *attributes, *(["description"] if description else [])]
    return Product(
        key="",
        name=name,
        sku=numbers.get("sku"),
        gtin=gtin if gtin and normalize_gtin(gtin) else None,
        description=description,
        price=amount,
        currency=currency,
        attributes=attributes,
        provenance={field: Place(source=TEXT_RULES) for field in fields},
        confidence=_CONFIDENCE,
        method="web",
    )
