"""The part of a page that is about its own subject: no navigation, related products, reviews and repeated cards."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from tasks.catalog.vocabulary import TEXT_CACHE, fold
from tasks.catalog.web.dom import Document, Element, is_hidden_itself, text_of
from tasks.catalog.web.words import words

_UNREAD = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "object", "video", "audio", "canvas"})
_BLOCKS = frozenset(
    {"div", "section", "ul", "ol", "aside", "nav", "header", "footer", "form", "table", "dialog", "article", "li"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# Names that shops' templates give to what is not the page's subject; as whole words of class or id.
_CHROME = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|navi|menu|megamenu|footer|breadcrumbs?|sidebar|cookies?|consent|gdpr|newsletter|"
    r"modal|popup|offcanvas|drawer|mini-?cart|related|recommend\w*|similar|up-?sells?|cross-?sells?|also-\w+|"
    r"recently|viewed|bestsellers?|sponsored|reviews?|comments?|questions?|faq|login|signin|wishlist|comparison|"
    r"share|social|advert\w*|suggestions?|you-may\w*|site-header|skip-link)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "dialog", "alertdialog", "complementary"})
_OTHER_PRODUCTS = frozenset({"isrelatedto", "issimilarto", "isaccessoryorsparepartfor", "isconsumablefor", "review"})
_FILES = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|pdf|zip|mp4|docx?|xlsx?)$", re.IGNORECASE)
_PRICE_LIKE = re.compile(
    r"\d[\d.,\s]*\s?(?:[€$£₽₹₪₴₺¥]|zł|Kč|kr|лв|руб|元|円|[A-Z]{3}\b)|(?:[€$£₽₹₪₴₺¥元]|US\$|R\$|CHF|EUR|USD|Rs)\s?\d"
)
_MOST_CARD_TEXT = 1500  # characters; what has more is a section, not a card
_FEWEST_CARDS = 3
_FEWEST_PRICED_CARDS = 2
_MOST_ELEMENTS = 60_000


class Card(NamedTuple):
    """One of several alike blocks that each lead to another page."""

    element: Element
    url: str
    text: str
    has_image: bool
    has_price: bool


class Content(NamedTuple):
    """`elements` in the page's order, `hidden` those that are not shown, `groups` its groups of cards."""

    elements: list[Element]
    hidden: set[Element]
    groups: list[list[Card]]
    start: int  # the headline's place among the elements, 0 where there is none


def read_content(document: Document, with_cards: bool = False) -> Content:
    """One walk over the page. What the headline stands in is never left out, whatever its names are.

    Cards are left out of the elements, since they are about other pages, unless asked for: a list's text is its cards'.
    """
    headline = document.headline
    kept = {headline, *headline.iterancestors()} if headline is not None else set()
    elements: list[Element] = []
    hidden: set[Element] = set()
    skipped: set[Element] = set()
    groups: list[list[Card]] = []
    stack = [(document.body, False)]
    while stack and len(elements) < _MOST_ELEMENTS:
        element, unseen = stack.pop()
        tag = element.tag
        if not isinstance(tag, str) or tag in _UNREAD or element in skipped:
            continue
        if element not in kept and tag in _BLOCKS and element is not document.body and is_chrome(element):
            continue
        unseen = unseen or is_hidden_itself(element)
        if unseen:
            hidden.add(element)
        if tag in _HEADINGS and element is not headline and fold(text_of(element, 100)) in words("related"):
            skipped.update(_section_of(element, kept))
            continue
        elements.append(element)
        if len(element) > 1 and (found := _find_cards(document, element, kept)):
            groups.append(found)
            skipped.update(card.element for card in found if not with_cards)
        stack.extend((child, unseen) for child in reversed(element))
    start = next((index for index, one in enumerate(elements) if one is headline), 0)
    return Content(elements, hidden, groups, start)


def is_chrome(element: Element) -> bool:
    """Whether an element's tag, role or names say that it is not the page's subject."""
    if (element.get("itemprop") or "").lower() in _OTHER_PRODUCTS:
        return True
    tag = element.tag
    if tag in ("nav", "footer", "dialog") or element.get("role") in _ROLES:
        return True
    if tag == "header":
        return element.find(".//nav") is not None or element.getparent().tag == "body"
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return len(names) > 2 and _names_chrome(names)


@lru_cache(maxsize=TEXT_CACHE)
def _names_chrome(names: str) -> bool:
    return bool(_CHROME.search(names))


def _section_of(heading: Element, kept: set[Element]) -> list[Element]:
    """What follows a heading, up to the next one of its rank; from the block that it alone fills, if it does."""
    start = heading
    while start.getnext() is None and (parent := start.getparent()) is not None and parent not in kept:
        start = parent
    found = []
    for one in start.itersiblings():
        if (
            one in kept
            or one.tag == heading.tag
            or (isinstance(one.tag, str) and one.find(f".//{heading.tag}") is not None)
        ):
            break
        found.append(one)
    return found


def _find_cards(document: Document, parent: Element, kept: set[Element]) -> list[Card]:
    """The cards among an element's children: alike in tag and class, with a link, a text and a picture or price."""
    alike: dict[tuple[str, str], list[Element]] = defaultdict(list)
    for child in parent:
        if (
            child.tag in ("div", "li", "article", "section", "td", "tr", "a", "figure", "product-card")
            and child not in kept
        ):
            alike[child.tag, (child.get("class") or "").split(" ")[0]].append(child)
    found: list[Card] = []
    for children in alike.values():
        if len(children) < _FEWEST_PRICED_CARDS:
            continue
        cards = [card for child in children if (card := _read_card(document, child)) is not None]
        if len(cards) * 2 < len(children) or len({card.url for card in cards}) < min(len(cards), 2):
            continue
        if len(cards) >= _FEWEST_CARDS or sum(one.has_price and one.has_image for one in cards) >= _FEWEST_PRICED_CARDS:
            found += cards
    return found


def _read_card(document: Document, element: Element) -> Card | None:
    links = [element] if element.tag == "a" else list(element.iter("a"))
    if not links or len(links) > 40:
        return None
    has_image = next(element.iter("img", "picture"), None) is not None
    text = text_of(element, _MOST_CARD_TEXT)
    if sum(char.isalpha() for char in text[:200]) < 2 or len(text) > _MOST_CARD_TEXT:
        return None
    has_price = bool(_PRICE_LIKE.search(text))
    heading = next(element.iter("h2", "h3", "h4", "h5", "h6"), None)
    if not has_price and not (has_image and (heading is not None or len(text) < 200)):
        return None
    url = _card_link(document, links)
    return Card(element, url, text, has_image, has_price) if url else None


def _card_link(document: Document, links: list[Element]) -> str | None:
    """The link that the card is about: on its heading, else around its picture, else its first."""
    here = urlsplit(document.url)
    best: tuple[int, str] | None = None
    for link in links:
        url = document.absolute(link.get("href"))
        if not url:
            continue
        split = urlsplit(url)
        if (split.netloc, split.path) == (here.netloc, here.path) and (not split.query or split.query == here.query):
            continue
        if _FILES.search(split.path):
            continue
        heads = any(one.tag in _HEADINGS for one in link.iterancestors()) or any(
            one.tag in _HEADINGS for one in link.iter()
        )
        rank = 3 if heads else 2 if link.find(".//img") is not None else 1
        if best is None or rank > best[0]:
            best = (rank, url)
    return best[1] if best else None
