"""How well saved shop pages are read: every page with ground truth, field by field.

    QUARRY_CORPUS=folder python tests/accuracy/html_pages.py [NAME...]

A field is right, missing or wrong against the truth; "invented" counts values beyond the truth whose text is nowhere
in the page's bytes. Ends with a RESULT line; fails under a floor. (As html.py it would hide the stdlib's module.)
"""

from __future__ import annotations

import html
import json
import os
import re
import sys
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from tasks.catalog.products import Product
from tasks.catalog.web.models import WebPage
from tasks.catalog.web.reading import read_page

# Floors: shares of the pages (of those where it is visible for brand and SKU).
FLOORS = {"name": 0.95, "price": 0.92, "availability": 0.85, "image": 0.85, "brand_sku": 0.80}
# Listings of the corpus are saved without their address.
_LISTING_URL = "https://www.teakboutique.com/{}.html"
_TIMED_ROUNDS = 3


class Outcome(NamedTuple):
    field: str
    verdict: str  # right, missing, wrong, invented
    found: str
    true: str


def plain(text: str | None) -> str:
    """Letters and digits only: apostrophes and dashes of two spellings are one."""
    return "".join(char for char in html.unescape(text or "").casefold() if char.isalnum())


def compare(product: Product | None, truth: dict[str, Any], page: str) -> list[Outcome]:
    """Every field of the truth against the product, then what the product has beyond it."""

    def get(name: str) -> Any:
        return getattr(product, name) if product else None

    names = [truth["name"], *truth.get("name_alt", [])]
    prices = [truth["price"], *([truth["price_with_vat"]] if "price_with_vat" in truth else [])]
    found = [
        _text("name", get("name"), names),
        _money(get("price"), get("currency"), prices, truth["currency"]),
        _text("availability", get("availability"), [truth["availability"]]),
        _image(product.image_urls[0] if product and product.image_urls else None, truth),
    ]
    codes = {field: [truth.get(field)] for field in ("brand", "gtin", "mpn", "list_price")}
    for field, true in {**codes, "sku": truth.get("sku_accept")}.items():
        value = get(field)
        if true and true[0]:
            amounts = field == "list_price" and value and Decimal(value) == Decimal(true[0])
            found.append(Outcome(field, "right", value, true[0]) if amounts else _text(field, value, true))
        elif value and not _is_on(page, value):
            found.append(Outcome(field, "invented", value, "nothing"))
    return found


def _text(field: str, value: str | None, true: list[str]) -> Outcome:
    verdict = "missing" if not value else "right" if plain(value) in map(plain, true) else "wrong"
    return Outcome(field, verdict, value or "", str(true[0]))


def _money(price: str | None, currency: str | None, true: list[str], code: str) -> Outcome:
    right = price is not None and currency == code and any(Decimal(price) == Decimal(one) for one in true)
    return Outcome(
        "price", "right" if right else "wrong" if price else "missing", f"{price} {currency}", f"{true[0]} {code}"
    )


def _image(value: str | None, truth: dict[str, Any]) -> Outcome:
    def bare(url: str) -> str:
        return unquote(re.sub(r"^(?:https?:)?//", "", url)).rstrip("?")

    true = truth.get("images") or []
    if not value:
        return Outcome("image", "missing", "", str(true))
    right = any(bare(value) == bare(one) for one in true) or any(
        one in value for one in truth.get("images_contains", [])
    )
    return Outcome("image", "right" if right else "wrong", value, str(true[:1]))


def _is_on(page: str, value: str) -> bool:
    """Whether a value's text, or number in any spelling, stands in the page."""
    digits = re.sub(r"\D", "", re.sub(r"[.,]0+$", "", value))
    return plain(value) in page or bool(digits and len(digits) > 1 and digits in page)


def read(corpus: Path, name: str, truth: dict[str, Any]) -> tuple[WebPage, str, float]:
    """A page as read, its text for comparison, and the seconds it took (the best of some)."""
    body = (corpus / truth["file"]).read_bytes()
    url = truth.get("url") or _LISTING_URL.format(name.removeprefix("teakboutique-"))
    seconds = []
    for _ in range(_TIMED_ROUNDS):
        started = time.process_time()  # of this process alone: others share the machine
        page = read_page(body, url)
        seconds.append(time.process_time() - started)
    return page, plain(body.decode("utf-8", "replace")), min(seconds)


def report_product(name: str, page: WebPage, outcomes: list[Outcome], seconds: float) -> None:
    bad = [one for one in outcomes if one.verdict != "right"]
    print(f"{name}: {len(outcomes) - len(bad)} of {len(outcomes)} right, {1000 * seconds:.0f} ms, {page.reason}")
    for one in bad:
        print(f"    {one.verdict} {one.field}: {one.found[:90]!r}, true {one.true[:90]!r}")


def check_listing(name: str, page: WebPage, truth: dict[str, Any]) -> bool:
    """A listing has its links, in full, and no product."""
    true = [one["link"] for one in truth["products"]]
    right = page.kind == "listing" and not page.products and list(page.product_links) == true
    print(
        f"{name}: {page.kind}, {len(set(page.product_links) & set(true))} of {len(true)} links, "
        f"{len(page.products)} products"
    )
    return right


def main(wanted: list[str]) -> int:
    folder = os.environ.get("QUARRY_CORPUS")
    if not folder:
        print("html: skipped, QUARRY_CORPUS is not set")
        return 0
    corpus = Path(folder)
    truths: dict[str, dict[str, Any]] = json.loads((corpus / "gt" / "html.json").read_text(encoding="utf-8"))
    counts: Counter[tuple[str, str]] = Counter()
    times, listings = [], []
    for name, truth in truths.items():
        if wanted and not any(one in name for one in wanted):
            continue
        page, text, seconds = read(corpus, name, truth)
        times.append(seconds)
        if "products" in truth:
            listings.append(check_listing(name, page, truth))
            continue
        outcomes = compare(page.products[0] if page.products else None, truth, text)
        report_product(name, page, outcomes, seconds)
        counts.update((one.field, one.verdict) for one in outcomes)
    return summarise(counts, times, listings)


def summarise(counts: Counter[tuple[str, str]], times: list[float], listings: list[bool]) -> int:
    """Print the shares and the RESULT line; 1 where a floor is missed."""
    fields = dict.fromkeys(field for field, _ in counts)
    shares = {}
    for field in fields:
        right, missing, wrong = (counts[field, verdict] for verdict in ("right", "missing", "wrong"))
        shares[field] = right / max(1, right + missing + wrong)
        print(f"{field}: right {right}, missing {missing}, wrong {wrong}, invented {counts[field, 'invented']}")
    both = [
        (counts[field, "right"], sum(counts[field, one] for one in ("right", "missing", "wrong")))
        for field in ("brand", "sku")
    ]
    shares["brand_sku"] = sum(right for right, _ in both) / max(1, sum(total for _, total in both))
    invented = sum(count for (_, verdict), count in counts.items() if verdict == "invented")
    typical = sorted(times)[len(times) // 2] if times else 0
    print(
        "RESULT html "
        + " ".join(
            f"{field}={shares.get(field, 0):.3f}"
            for field in ("name", "price", "availability", "image", "brand", "sku", "gtin", "mpn")
        )
        + f" invented={invented} listings={sum(listings)}/{len(listings)}"
        + f" pages_per_s={len(times) / max(1e-9, sum(times)):.1f} median_ms={1000 * typical:.1f}"
    )
    missed = [field for field, floor in FLOORS.items() if shares.get(field, 0) < floor]
    return 1 if missed or invented or not all(listings) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
