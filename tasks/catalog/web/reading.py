"""One page of a shop, from its bytes to what it says: `read_page`. Pure: nothing is fetched."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tasks.catalog.products import Product
from tasks.catalog.web.breadcrumbs import claim_category
from tasks.catalog.web.claims import Claim, Claims
from tasks.catalog.web.content import read_content
from tasks.catalog.web.controls import find_controls, read_stock
from tasks.catalog.web.decoding import decode_page
from tasks.catalog.web.dom import Document, clean, text_of
from tasks.catalog.web.facts import claim_facts, claim_named, find_facts
from tasks.catalog.web.gallery import claim_images, resolve_images
from tasks.catalog.web.json_ld import Found, find_products, read_json_ld
from tasks.catalog.web.kinds import Evidence, Verdict, judge, listed_links
from tasks.catalog.web.markdown import write_markdown
from tasks.catalog.web.microdata import RDFA, find_marked_products
from tasks.catalog.web.models import Conflict, PageLink, Source, WebPage
from tasks.catalog.web.open_graph import read_open_graph
from tasks.catalog.web.prices import read_prices
from tasks.catalog.web.resolution import canonical_address, number_in_address, pick, resolve
from tasks.catalog.web.schema_org import read_product
from tasks.catalog.web.state import claim_state
from tasks.catalog.web.text_pages import may_offer_products

_HTML_TYPES = ("html", "xml", "text/plain")
_LEAST_TEXT = 200  # characters of visible text below which a page with scripts has no content of its own
_MOST_LINKS = 5000
_LONGEST_LINK_TEXT = 200  # characters
_DESCRIPTION = re.compile(
    r"(?:^|[\s_-])(?:desc|description|beschreibung|descrizione|descripcion|descricao|opis|popis|perex|omschrijving)(?:$|[\s_-])",
    re.I,
)
_LONGEST_DESCRIPTION, _LEAST_DESCRIPTION = 8000, 40  # characters
_APP_ROOT = re.compile(r"^(?:app|root|__next|__nuxt|___gatsby|main-app|react-root|svelte)$")
_SITE_NAME = re.compile(r"\s+[-–—|·•]\s+[^-–—|·•]{2,40}$")


def read_page(body: bytes, url: str, content_type: str | None = None) -> WebPage:
    """What a page is and says. `url` is where it was fetched from, after redirects; `content_type` the header's value.

    The key of its product is its canonical address without tracking parameters: SKUs are missing from many pages and
    templates give one to several, while an address is one page's and stays when texts change.
    """
    if content_type and not any(one in content_type.lower() for one in _HTML_TYPES):
        return WebPage(
            url=url, canonical_url=canonical_address(url), reason=f"not a page: {content_type.split(';')[0].strip()}"
        )
    if body[:5] == b"%PDF-" or (b"\x00" in body[:64] and not body.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return WebPage(url=url, canonical_url=canonical_address(url), reason="not a page: binary data")
    document = Document(decode_page(body, content_type), url)
    canonical = find_canonical(document)
    evidence = _read_evidence(document)
    verdict = judge(evidence)
    is_product = verdict.kind == "product"
    markdown = write_markdown(evidence.content if is_product else read_content(document, with_cards=True))
    empty = _needs_script(document, len(markdown)) and not is_product
    product, conflicts = _read_product(evidence, verdict, canonical) if is_product else (None, ())
    if is_product and product is None:
        verdict = Verdict("other", "a product's page without a name")
    elif verdict.is_open and not empty and may_offer_products(markdown):
        verdict = verdict._replace(kind="unstructured")
    noindex, nofollow = _robots(document)
    return WebPage(
        url=url,
        canonical_url=canonical,
        title=document.title,
        language=document.language,
        links=_links(document, nofollow),
        noindex=noindex,
        nofollow=nofollow,
        kind=verdict.kind,
        reason="no content without JavaScript" if empty and verdict.kind == "other" else verdict.reason,
        products=(product,) if product is not None else (),
        product_links=listed_links(evidence) if verdict.kind == "listing" else (),
        markdown=markdown,
        needs_script=empty,
        conflicts=conflicts,
    )


def find_canonical(document: Document) -> str:
    """The address that the page names as its own if it is of the same site and no mere start page, else the page's."""
    own = urlsplit(document.url)
    declared = [
        one.get("href") for one in document.root.iter("link") if "canonical" in (one.get("rel") or "").lower().split()
    ]
    for value in (*declared, document.first_meta("og:url")):
        url = document.absolute(value)
        if url is None:
            continue
        split = urlsplit(url)
        if _site(split.hostname) == _site(own.hostname) and (split.path.strip("/") or not own.path.strip("/")):
            return canonical_address(url)
    return canonical_address(document.url)


def _site(host: str | None) -> str:
    """The last two labels of a host, three where the last are short ("co.uk"): a page speaks for its own site only."""
    labels = (host or "").split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3:] if short else labels[-2:])


def _read_evidence(document: Document) -> Evidence:
    values = read_json_ld(document)
    found: list[tuple[Found, str]] = [(one, "json-ld") for value, path in values for one in find_products(value, path)]
    found += [(one, "microdata") for one in find_marked_products(document)]
    if document.body.find(".//*[@typeof]") is not None:
        found += [(one, "rdfa") for one in find_marked_products(document, RDFA)]
    content = read_content(document)
    controls = find_controls(content)
    facts = find_facts(content)
    return Evidence(document, content, controls, facts, read_prices(document, content, controls), values, found)


def _read_product(evidence: Evidence, verdict: Verdict, canonical: str) -> tuple[Product | None, tuple[Conflict, ...]]:
    document, content = evidence.document, evidence.content
    claims = _read_markup(evidence, verdict)
    if document.headline is not None:
        claims.add("name", text_of(document.headline), "page", document.path(document.headline))
    claims.merge(read_open_graph(document))
    title = claims.first("title") or document.title
    if title and not claims.first("name"):
        claims.add("name", _SITE_NAME.sub("", clean(title)), "opengraph", None)
    _read_prices(claims, evidence)
    claim_state(claims, document)
    claim_facts(claims, evidence.facts, document)
    claim_named(claims, content, document)
    stock = read_stock(content, evidence.controls, evidence.facts)
    if stock is not None:
        claims.add("availability", stock.availability, "page", document.path(stock.element))
        if stock.told and not evidence.controls.open:
            claims.add("stock_told", stock.availability, "page", document.path(stock.element))
    if not claims.fields.get("description") or all(one.source == "opengraph" for one in claims.fields["description"]):
        _claim_description(claims, evidence)
    name = pick(claims, "name")
    claim_images(claims, document, content, name.value if name else None)
    claim_category(claims, document, evidence.values)
    _claim_number(claims, evidence)
    resolved = resolve(claims, document, canonical, verdict.confidence)
    return resolved if resolved is not None else (None, ())


def _claim_description(claims: Claims, evidence: Evidence) -> None:
    """The longest text of an element named after descriptions."""
    found = []
    for element in evidence.content.elements:
        if _DESCRIPTION.search(f"{element.get('class') or ''} {element.get('id') or ''}") and (
            text := text_of(element, _LONGEST_DESCRIPTION)
        ):
            found.append((text, element))
    if found and len((best := max(found, key=lambda one: len(one[0])))[0]) >= _LEAST_DESCRIPTION:
        claims.add("description", best[0], "page", evidence.document.path(best[1]))


def _claim_number(claims: Claims, evidence: Evidence) -> None:
    """The number in the address where nothing else is a SKU, or where what the page prints as one reads like a name."""
    numbers = [str(one.get("value")) for one in evidence.controls.inputs]
    number = number_in_address(evidence.document, list(resolve_images(claims)), numbers)
    said = claims.fields.get("sku", [])
    if not said:
        claims.add("sku", claims.first("product_id") or number, "page", None)
    elif number and number in numbers and all(one.source == "page" and " " in one.value for one in said):
        said.insert(0, Claim(number, "page", None))


def _read_markup(evidence: Evidence, verdict: Verdict) -> Claims:
    """What the markup says of this product: the chosen node first, then those of other syntaxes with its name."""
    claims = Claims()
    sources: dict[int, Source] = {id(found): source for found, source in evidence.found}  # type: ignore[misc]
    nodes = [
        one
        for one, _ in evidence.found
        if verdict.node is not None and (one is verdict.node or _same(one, verdict.node))
    ]
    for one in sorted(nodes, key=lambda one: one is not verdict.node):
        claims.merge(read_product(one.node, evidence.document, sources[id(one)], one.xpath))
    return claims


def _same(one: Found, main: Found) -> bool:
    """Whether two nodes are of one product: by name, or one code that both give."""
    if one.listed:
        return False
    names = [clean(str(found.node.get("name") or "")).casefold() for found in (one, main)]
    codes = [
        {str(found.node.get(key)) for key in ("sku", "gtin13", "mpn") if found.node.get(key)} for found in (one, main)
    ]
    return bool(names[0] and names[0] == names[1]) or bool(codes[0] & codes[1])


def _read_prices(claims: Claims, evidence: Evidence) -> None:
    document, prices = evidence.document, evidence.prices
    if prices.current is not None:
        path = document.path(prices.current.element)
        claims.add("price", prices.current.amount, "page", path)
        claims.add("currency", prices.current.currency, "page", path)
    if prices.old is not None:
        claims.add("list_price", prices.old.amount, "page", document.path(prices.old.element))
    for label, amount in prices.net.items():
        claims.prices.setdefault(label, amount)


def _links(document: Document, nofollow: bool) -> tuple[PageLink, ...]:
    found: dict[str, PageLink] = {}
    for element in document.root.iter("a", "area"):
        if len(found) >= _MOST_LINKS:
            break
        url = document.absolute(element.get("href"))
        if url is None:
            continue
        barred = nofollow or "nofollow" in (element.get("rel") or "").lower().split()
        old = found.get(url)
        if old is None or (old.nofollow and not barred):
            text = text_of(element, _LONGEST_LINK_TEXT)[:_LONGEST_LINK_TEXT]
            found[url] = PageLink.model_construct(url=url, text=text or (old.text if old else ""), nofollow=barred)
    return tuple(found.values())


def _robots(document: Document) -> tuple[bool, bool]:
    """noindex and nofollow of the page's metas for all robots."""
    rules = {rule.strip().lower() for content in document.meta.get("robots", ()) for rule in content.split(",")}
    return bool(rules & {"noindex", "none"}), bool(rules & {"nofollow", "none"})


def _needs_script(document: Document, markdown: int) -> bool:
    """Whether the page is a shell: hardly any text, and scripts or an application's root to fill it."""
    if markdown >= _LEAST_TEXT or not any(True for _ in document.root.iter("script")):
        return False
    if len(text_of(document.body, 4 * _LEAST_TEXT)) < _LEAST_TEXT:
        return True
    return any(_APP_ROOT.match(one.get("id") or "") and not len(one) for one in document.body.iter("div"))
