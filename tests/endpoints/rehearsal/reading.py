"""Products read from the text of a prompt by simple rules: a line with an article code, and the name before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_FENCE = re.compile(r"<([\w-]+)(?:\s[^>]*)?>.*</\1>|^(`{3,}|~{3,})\w*\n.*^\2", re.DOTALL | re.MULTILINE)
_PAGE = re.compile(r"^\W{0,12}page\b[^\d\n]{0,16}(\d{1,4})\b", re.IGNORECASE)  # "--- page 3 ---", <page number="3">
# Letters and digits in one word, at least five signs: ST-0011, KM3520, 12.345.678-A
_CODE = re.compile(r"(?<![\w.-])(?=[\w./-]*[A-Z])(?=[\w./-]*\d{2})[A-Z0-9][\w./-]{3,18}[A-Za-z0-9](?![\w-])")
_SIZE = re.compile(r"\d+(?:[.,]\d+)?\s*[x×]\s*\d+(?:[.,]\d+)?(?:\s*[x×]\s*\d+(?:[.,]\d+)?)?\s*(?:mm|cm|m|in|\")?")
_PRICE = re.compile(r"(?:€|\$|£|EUR|USD|GBP|CHF)\s*(\d+(?:[.,]\d+)*)|(\d+(?:[.,]\d+)*)\s*(?:€|EUR|USD|GBP|CHF)")
_WORDS: dict[str, tuple[str, ...]] = {
    "material": ("marble", "travertine", "limestone", "granite", "slate", "oak", "walnut", "ash", "porcelain",
                 "ceramic", "terracotta", "concrete", "steel", "brass", "glass", "leather", "linen", "wool", "velvet"),
    "finish": ("matte", "glossy", "satin", "brushed", "honed", "polished", "textured", "rough", "lacquered"),
    "color": ("white", "ivory", "beige", "grey", "gray", "anthracite", "black", "brown", "red", "yellow", "green",
              "blue", "turquoise", "pink"),
}  # fmt: skip
_NAME_CHARS = (3, 80)


def fenced(text: str) -> str:
    """The longest fenced part with its fence (an element or a code fence), else all of the text."""
    return max((match[0] for match in _FENCE.finditer(text)), key=len, default=text)


def find_products(text: str) -> list[dict[str, Any]]:
    """Name, code, pages and facts of each product, in the order of the text; a code found again adds its page."""
    found: dict[str, dict[str, Any]] = {}
    for page, code, name, around in _mentions(fenced(text)):
        if code not in found and name is None:
            continue
        product = found.setdefault(code, {"name": name, "sku": code, "pages": [], **read_facts(around)})
        if page not in product["pages"]:
            product["pages"].append(page)
    return [_with_synonyms(product) for product in found.values()]


def _mentions(text: str) -> Iterator[tuple[int, str, str | None, str]]:
    """Page, code, name and surrounding lines (of the same page) of each line that holds a code."""
    page, top, lines = 1, 0, [line.strip() for line in text.splitlines()]
    for number, line in enumerate(lines):
        if marker := _PAGE.match(line):
            page, top = int(marker[1]), number + 1
            continue
        code = _CODE.search(line)
        if not code:
            continue
        first = max(top, number - 2)
        before = [line[: code.start()], *reversed(lines[first:number])]
        name = next((each.strip(" -–:|#,;") for each in before if _is_name(each)), None)
        yield page, code[0], name, "\n".join(lines[first : number + 2])


def _is_name(text: str) -> bool:
    text = text.strip()
    letters = sum(sign.isalpha() for sign in text)
    return _NAME_CHARS[0] <= letters and len(text) <= _NAME_CHARS[1] and not (_PAGE.match(text) or _CODE.search(text))


def read_facts(text: str) -> dict[str, Any]:
    """Size, price, material, finish and colour as the text has them."""
    facts: dict[str, Any] = {}
    if size := _SIZE.search(text):
        facts["dimensions"] = " ".join(size[0].split())
    if price := _PRICE.search(text):
        facts["price"] = price[1] or price[2]
    words = set(re.findall(r"[a-z]+", text.lower()))
    for kind, choices in _WORDS.items():
        if word := next((each for each in choices if each in words), None):
            facts[kind] = word
    return facts


def _with_synonyms(product: dict[str, Any]) -> dict[str, Any]:
    """The same values under the names that schemas use for them."""
    pages = product["pages"]
    known = [str(product[key]) for key in ("material", "finish", "color", "dimensions") if key in product]
    described = f"{product['name']}, {', '.join(known)}" if known else product["name"]
    same = {"page_range": pages, "start_page": pages[0], "code": product["sku"], "description": described}
    return {**same, "confidence": 0.9, **product}


def find_details(text: str) -> dict[str, Any]:
    """The facts of the one product that is named outside the fence; of the first one where none is."""
    inside = fenced(text)
    outside = text.replace(inside, "").lower()
    products = find_products(text)
    named = (each for each in products if each["sku"].lower() in outside or each["name"].lower() in outside)
    product = next(named, products[0] if products else read_facts(inside))
    return {**product, "size": product.get("dimensions")}
