"""What a page is: one product's, a list of products, or neither; and why."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tasks.catalog.vocabulary import fold
from tasks.catalog.web.content import Card, Content
from tasks.catalog.web.controls import Controls
from tasks.catalog.web.dom import Document, text_of
from tasks.catalog.web.facts import Fact
from tasks.catalog.web.json_ld import Found, find_typed, types_of
from tasks.catalog.web.models import PageKind
from tasks.catalog.web.open_graph import is_product_page
from tasks.catalog.web.prices import PagePrices
from tasks.catalog.web.words import field_of, words

_ARTICLES = frozenset(
    {"article", "newsarticle", "blogposting", "recipe", "techarticle", "jobposting", "event", "profilepage"}
)
_LISTS = frozenset({"collectionpage", "itemlist", "searchresultspage", "offercatalog"})
_PRODUCT_PATH = re.compile(
    r"/(?:products?|p|dp|prod|items?|artikel|produkte?|prodott[oi]|produits?|productos?|produtos?|produkty|izdelki|proizvodi|tooted?|product_info\.php|detail|sku|tovar|towar|urun)/|"
    r"[-_/,]p?\d{4,}(?:\.html?)?$|\.html$",
    re.IGNORECASE,
)
_LISTING_PATH = re.compile(
    r"/(?:c|category|categories|collections?|kategorie|categoria|categorie|catalog|kategoria|shop|search|suche|list|tag|brand|brands)(?:/[^/]*)?/?$",
    re.IGNORECASE,
)
_SHOP_NAMES = re.compile(r"product|item|catalog|grid|goods|tile|card|artikel|produkt|prodotti|produit", re.IGNORECASE)
_SECTION_NAMES = re.compile(r"categor|kategori|collection-(?:tile|card|grid|list)|department|subcat", re.IGNORECASE)
_LEAST_SCORE = 5  # points of the page's own evidence that make a product page of one without markup
_MOST_BUY_CONTROLS = 6  # a page that sells more things than this at once is a list
_CERTAIN, _TOLD, _GUESSED = 0.95, 0.85, 0.7  # confidence: markup, metas, the page's own structure


class Verdict(NamedTuple):
    """A page's kind, the reason in words, the markup that describes its product, and how sure this is (0 to 1).

    `is_open`: nothing speaks against products in the page's words.
    """

    kind: PageKind
    reason: str
    node: Found | None = None
    confidence: float = 0.0
    is_open: bool = False


class Evidence(NamedTuple):
    """What a verdict rests on."""

    document: Document
    content: Content
    controls: Controls
    facts: list[Fact]
    prices: PagePrices
    values: list[tuple[Any, str]]  # JSON-LD with its place
    found: list[tuple[Found, str]]  # Product nodes with their source


def judge(evidence: Evidence) -> Verdict:
    """Weigh what the page says of itself: markup, then metas, then its structure."""
    document = evidence.document
    names = {
        fold(text)
        for text in (document.title, text_of(document.headline) if document.headline is not None else None)
        if text
    }
    if (
        any(one in words("no_page") or any(one.startswith(f"{w} ") for w in words("no_page")) for one in names)
        and not evidence.found
    ):
        return Verdict("other", "an error page")
    if any(one in words("basket") for one in names) and not evidence.found:
        return Verdict("other", "a cart or checkout page")
    cards = _product_cards(evidence)
    node = main_node(evidence, len(cards))
    if node is not None:
        return Verdict("product", "markup describes one product", node, _CERTAIN)
    listed = [found for found, _ in evidence.found]
    kinds = frozenset(kind for value, _ in evidence.values for kind in _all_types(value))
    if len(listed) > 1 or (kinds & _LISTS and (cards or listed)):
        return Verdict("listing", f"markup lists {max(len(listed), len(cards))} products")
    if is_product_page(document) and not (
        len(cards) > 3 and evidence.prices.current is None and not evidence.controls.buy
    ):
        return Verdict("product", "its metas say that it is a product's page", None, _TOLD)
    article = kinds & _ARTICLES or (document.first_meta("og:type") or "").lower() == "article"
    score, why = _score(evidence, cards)
    if article and not evidence.controls.buy:
        return (
            Verdict("other", "an article")
            if len(cards) < 4 or not any(card.has_price for card in cards)
            else _listing(cards)
        )
    if score >= _LEAST_SCORE:
        return Verdict("product", f"no markup; {why}", None, _GUESSED)
    if len(cards) >= 2:
        return _listing(cards)
    if names & words("search"):
        return Verdict("other", "a search page without results")
    if urlsplit(document.url).path in ("", "/"):
        return Verdict("other", "a home page without products", is_open=True)
    missing = why or "no price, no buy control"
    return Verdict("other", f"no product markup, and too little of a product's page ({missing})", is_open=True)


def _listing(cards: list[Card]) -> Verdict:
    return Verdict("listing", f"{len(cards)} alike blocks lead to other pages")


def _product_cards(evidence: Evidence) -> list[Card]:
    """Cards that can be products: of groups with prices, or with a shop's names around them."""
    found: list[Card] = []
    for group in evidence.content.groups:
        priced = sum(card.has_price for card in group)
        around = [group[0].element, *list(group[0].element.iterancestors())[:3]]
        named = any(_SHOP_NAMES.search(f"{one.get('class') or ''} {one.get('id') or ''}") for one in around)
        sections = not priced and any(
            _SECTION_NAMES.search(f"{one.get('class') or ''} {one.get('id') or ''}") for one in around
        )
        dated = group[0].element.find(".//time") is not None
        if priced * 2 >= len(group) or (named and not dated and not sections and all(card.has_image for card in group)):
            found += group
    return found


def main_node(evidence: Evidence, cards: int) -> Found | None:
    """The markup of the page's own product: the only one, else the one named or addressed like the page."""
    document = evidence.document
    own = [one for one, _ in evidence.found if not one.listed and _is_told(one)]
    if not own:
        return None
    here = _key(document.url)
    canonical = {
        _key(url) for url in (document.absolute(document.first_meta("og:url")), *_canonicals(document)) if url
    } | {here}
    hints = [fold(text_of(document.headline))] if document.headline is not None else document.name_hints[:2]

    def rank(found: Found) -> tuple[int, int, int]:
        name = fold(str(found.node.get("name") or ""))
        same_name = (
            2
            if name and name in hints
            else 1
            if name and any(name in hint or hint in name for hint in hints if hint)
            else 0
        )
        address = document.absolute(str(found.node.get("url"))) if isinstance(found.node.get("url"), str) else None
        return (same_name, int(bool(address) and _key(str(address)) in canonical), len(found.node))

    best = max(own, key=rank)
    names = {fold(str(one.node.get("name") or "")) for one in own}
    if len(names) == 1 or rank(best)[:2] > (0, 0):
        several = sum(rank(one)[:2] > (0, 0) for one in own) > 1 and len(names) > 3
        aggregated = (
            "aggregateoffer" in types_of(best.node.get("offers"))
            and not best.node.get("sku")
            and not best.node.get("gtin13")
        )
        if aggregated and cards > 5 and not evidence.controls.buy and not best.node.get("image"):
            return None  # a category that calls itself a product for its stars
        return None if several else best
    return None


def _is_told(found: Found) -> bool:
    """Whether a node says enough to be a product: some templates leave empty ones."""
    node = found.node
    return bool(node.get("name") or node.get("offers")) and bool(
        node.get("offers")
        or node.get("image")
        or node.get("sku")
        or node.get("hasvariant")
        or node.get("description")
        or node.get("brand")
    )


def _canonicals(document: Document) -> list[str | None]:
    return [
        document.absolute(one.get("href"))
        for one in document.root.iter("link")
        if "canonical" in (one.get("rel") or "").lower()
    ]


def _key(url: str) -> str:
    split = urlsplit(url)
    return f"{(split.hostname or '').removeprefix('www.')}{split.path.rstrip('/')}"


def _all_types(value: Any) -> frozenset[str]:
    """Types at the top of JSON-LD and in its graph."""
    nodes = value if isinstance(value, list) else [value]
    nodes = [inner for one in nodes for inner in ([one, *(one.get("@graph") or [])] if isinstance(one, dict) else [])]
    nodes += [one["mainentity"] for one in nodes if isinstance(one, dict) and isinstance(one.get("mainentity"), dict)]
    return frozenset(kind for one in nodes for kind in types_of(one))


def _score(evidence: Evidence, cards: list[Card]) -> tuple[int, str]:
    """Points for a product's page and the words for them."""
    document, controls, prices = evidence.document, evidence.controls, evidence.prices
    points: list[tuple[int, str]] = []
    path = urlsplit(document.url).path
    if controls.buy:
        points.append((3, "a buy control"))
    elif controls.inquiry:
        points.append((2, "a price on request"))
    if prices.current is not None:
        points.append((2, "a price"))
    if document.headline is not None:
        points.append((1, "a headline"))
    if controls.inputs or controls.quantity:
        points.append((1, "a product form"))
    numbered = any(field_of(fact.label) in ("sku", "gtin", "mpn") for fact in evidence.facts)
    if numbered:
        points.append((2, "an article number"))
    if sum(fact.tabular for fact in evidence.facts) >= 3:
        points.append((1, "specifications"))
    if _PRODUCT_PATH.search(path):
        points.append((1, "its address"))
    if _LISTING_PATH.search(path):
        points.append((-2, ""))
    if path in ("", "/"):
        points.append((-3, ""))
    if len(controls.buy) > _MOST_BUY_CONTROLS:
        points.append((-3, ""))
    if len(cards) >= 6 and not controls.buy:
        points.append((-2, ""))
    if prices.current is None and not controls.buy and not numbered:
        points.append((-2, ""))
    return sum(one for one, _ in points), ", ".join(word for _, word in points if word)


def listed_links(evidence: Evidence) -> tuple[str, ...]:
    """Product links of a listing in its order: of its cards, else those of its markup."""
    document = evidence.document
    links = [card.url for card in _product_cards(evidence)]
    if not links:
        for value, _ in evidence.values:
            for item in find_typed(value, "listitem"):
                inner = item.get("item")
                url = item.get("url") or (inner.get("url") or inner.get("@id") if isinstance(inner, dict) else inner)
                links += [found for found in (document.absolute(url),) if found] if isinstance(url, str) else []
        for found, _ in evidence.found:
            url = found.node.get("url")
            links += [one for one in (document.absolute(url),) if one] if isinstance(url, str) else []
    return tuple(dict.fromkeys(links))
