"""The shop's own pages: products in four kinds of markup, listings with pagers, sitemaps, robots.txt, and the truth.

Everything follows from (host number, product number): a page is the same at every request, and its truth is known.
"""

from __future__ import annotations

import gzip
import html
import io
import json
import random
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from PIL import Image

MARKUPS = ("json-ld", "microdata", "opengraph", "plain")
CATEGORIES = ("chairs", "tables", "lamps", "rugs")
PER_LISTING = 20
_THINGS = {"chairs": "chair", "tables": "table", "lamps": "lamp", "rugs": "rug"}
_NAMES = ("Alder", "Birk", "Cedro", "Dune", "Ebba", "Fjord", "Granit", "Havn", "Isla", "Juno")
_BRANDS = ("Nordlys", "Casa Viva", "Holz & Form", "Atelier Ombre")
_MATERIALS = ("oak", "beech", "steel", "wool", "linen")
_CURRENCIES = ("EUR", "GBP", "USD")
_AVAILABILITY = ("InStock", "OutOfStock", "PreOrder")


@dataclass(frozen=True)
class Product:
    """What a product page shows. `price` and `list_price` are decimal strings."""

    number: int
    category: str
    name: str
    brand: str
    sku: str
    gtin: str
    price: str
    list_price: str | None
    currency: str
    availability: str
    description: str
    attributes: dict[str, str]
    markup: str
    path: str


@dataclass
class Site:
    """One virtual host. `pages` is the number of pages reachable from its home page, which is one of them."""

    number: int
    authority: str  # "127.0.0.1:8080"
    pages: int = 60
    robots_status: int = 200
    crawl_delay: float | None = None
    has_sitemap: bool = True
    odd: bool = False  # links to the pages of `faults.py`
    noise: bool = True  # links with tracking parameters, session ids, to the basket and to other sites
    images: bool = True
    vanished: set[int] = field(default_factory=set)
    repriced: dict[int, str] = field(default_factory=dict)
    latency: float = 0.0
    storm: dict[str, Any] = field(
        default_factory=dict
    )  # {"left": refusals, "every": n, "status": 429, "retry_after": s}

    @property
    def root(self) -> str:
        return f"http://{self.authority}"

    @property
    def counts(self) -> tuple[int, int]:
        """Products, and pages of information that fill up to `pages`."""
        products = max(0, self.pages - 1 - len(CATEGORIES))
        while 1 + _listing_pages(products) + products > self.pages and products:
            products -= 1
        return products, max(0, self.pages - 1 - _listing_pages(products) - products)

    def product(self, number: int) -> Product:
        return _make_product(self.number, number, self.repriced.get(number))

    def list_products(self) -> list[Product]:
        return [self.product(number) for number in range(self.counts[0]) if number not in self.vanished]

    def list_category(self, category: str) -> list[Product]:
        return [product for product in self.list_products() if product.category == category]

    def list_paths(self) -> list[str]:
        """Every page of the shop, once, by its plain address."""
        paths = ["/"]
        for category in CATEGORIES:
            # The number of listing pages does not shrink when products vanish.
            count = -(-_in_category(self.counts[0], category) // PER_LISTING) or 1
            paths += [f"/c/{category}"] + [f"/c/{category}?page={page}" for page in range(2, count + 1)]
        paths += [product.path for product in self.list_products()]
        return paths + [f"/info/{number}" for number in range(self.counts[1])]

    def truth(self) -> dict[str, Any]:
        products = [{**vars(product), "url": self.root + product.path} for product in self.list_products()]
        return {"root": self.root, "pages": [self.root + path for path in self.list_paths()], "products": products}


def _in_category(products: int, category: str) -> int:
    return len(range(CATEGORIES.index(category), products, len(CATEGORIES)))


def _listing_pages(products: int) -> int:
    return sum(max(1, -(-_in_category(products, category) // PER_LISTING)) for category in CATEGORIES)


@lru_cache(maxsize=4096)
def _make_product(host: int, number: int, price: str | None) -> Product:
    draw = random.Random(f"{host}/{number}")
    category = CATEGORIES[number % len(CATEGORIES)]
    name = f"{_NAMES[number % len(_NAMES)]} {_THINGS[category]} {host}{number:04}"
    amount = draw.randrange(1_000, 250_000)
    listed = f"{amount * 5 // 400}.{amount * 5 // 4 % 100:02}" if number % 5 == 0 else None
    twelve = f"40{host:02}{number:08}"
    check = -sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(twelve)) % 10
    size = {"width": f"{draw.randrange(30, 200)} cm", "height": f"{draw.randrange(30, 200)} cm"}
    return Product(
        number, category, name, _BRANDS[number % len(_BRANDS)], f"QS-{host}-{number:05}", f"{twelve}{check}",
        price or f"{amount // 100}.{amount % 100:02}", listed, _CURRENCIES[host % len(_CURRENCIES)],
        _AVAILABILITY[0 if number % 7 else 1],
        f"{name} is made of {draw.choice(_MATERIALS)}, by hand, in small series. "
        f"It suits a room of {draw.randrange(8, 60)} square metres and lasts for {draw.randrange(10, 50)} years.",
        {**size, "material": draw.choice(_MATERIALS)}, MARKUPS[number % len(MARKUPS)],
        f"/p/{name.lower().replace(' ', '-')}",
    )  # fmt: skip


def find_product(site: Site, path: str) -> Product | None:
    tail = path.rpartition("-")[2]
    if not path.startswith("/p/") or not tail.startswith(str(site.number)) or not tail[-4:].isdigit():
        return None
    number = int(tail[len(str(site.number)) :])
    if number >= site.counts[0] or number in site.vanished:
        return None
    product = site.product(number)
    return product if product.path == path else None


def show_price(amount: str, currency: str) -> str:
    whole, _, cents = amount.partition(".")
    grouped = f"{int(whole):,}"
    if currency == "EUR":
        return f"{grouped.replace(',', '.')},{cents} €"
    return f"{'£' if currency == 'GBP' else '$'}{grouped}.{cents}"


def wrap(title: str, body: str, head: str = "") -> bytes:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>{head}</head>'
        '<body><header><a href="/"><img src="/logo.png" alt="Quarry Shop"></a><nav>'
        + "".join(f'<a href="/c/{name}">{name}</a> ' for name in CATEGORIES)
        + f'</nav></header><main>{body}</main><footer><img src="/pixel.gif" width="1" height="1" alt=""> Imprint'
        "</footer></body></html>"
    ).encode()


def render_home(site: Site) -> bytes:
    body = "<h1>Quarry Shop</h1><p>Furniture for every room.</p>"
    body += "".join(f'<p><a href="/info/{number}">Information {number}</a></p>' for number in range(site.counts[1]))
    if site.noise:
        body += (
            '<a href="/?utm_source=home#top">Home</a> <a href="/cart?add=1">Basket</a> '
            '<a href="/private/orders">Orders</a> <a href="/c/chairs?sort=price">Sorted</a> <a href="https://example.org/">Elsewhere</a>'
            '<a href="mailto:us@shop.example">Write</a> <a href="/catalog.pdf">Catalog</a>'
        )
    if site.odd:
        body += '<a href="/odd/">Odd</a> <a href="/calendar/2026/11">Calendar</a>'
    return wrap("Quarry Shop", body)


def render_listing(site: Site, category: str, page: int) -> bytes | None:
    products = site.list_category(category)
    count = -(-_in_category(site.counts[0], category) // PER_LISTING) or 1
    if not 1 <= page <= count:
        return None
    shown = products[(page - 1) * PER_LISTING : page * PER_LISTING]
    cards = "".join(
        f'<li class="card"><a href="{_noisy(site, product)}"><img src="/img/{product.number}.jpg" alt="">'
        f"<h3>{html.escape(product.name)}</h3></a><span>{show_price(product.price, product.currency)}</span></li>"
        for product in shown
    )
    pager = "".join(
        f'<a href="/c/{category}{f"?page={number}" if number > 1 else ""}">{number}</a> '
        for number in range(1, count + 1)
    )
    return wrap(f"{category}, page {page}", f"<h1>{category}</h1><ul>{cards}</ul><div class=pager>{pager}</div>")


def _noisy(site: Site, product: Product) -> str:
    """Some links carry what does not belong to the address."""
    if not site.noise:
        return product.path
    tails = ("", "?utm_source=list&utm_medium=card", f"?PHPSESSID={product.number:032x}", "#details", "?gclid=x1")
    return product.path + tails[product.number % len(tails)]


def render_product(site: Site, product: Product) -> bytes:
    name, text = html.escape(product.name), html.escape(product.description)
    url, image = site.root + product.path, f"{site.root}/img/{product.number}.jpg"
    rows = "".join(f"<tr><th>{key}</th><td>{value}</td></tr>" for key, value in product.attributes.items())
    shown = show_price(product.price, product.currency)
    old = f"<s>{show_price(product.list_price, product.currency)}</s> " if product.list_price else ""
    stock = {"InStock": "In stock", "OutOfStock": "Out of stock", "PreOrder": "Pre-order"}[product.availability]
    related = "".join(
        f'<a href="{other.path}">{html.escape(other.name)}</a> '
        for other in (site.product((product.number + step) % site.counts[0]) for step in (4, 8))
        if other.number not in site.vanished and other.number != product.number
    )
    head, item, props = f'<link rel="canonical" href="{url}">', "", {}
    if product.markup == "json-ld":
        head += f'<script type="application/ld+json">{json.dumps(_describe(product, url, image))}</script>'
    elif product.markup == "opengraph":
        head += "".join(
            f'<meta property="{key}" content="{html.escape(value)}">'
            for key, value in {
                "og:type": "product", "og:title": product.name, "og:image": image, "og:url": url,
                "product:price:amount": product.price, "product:price:currency": product.currency,
                "product:brand": product.brand, "product:retailer_item_id": product.sku,
                "product:availability": "in stock" if product.availability == "InStock" else "out of stock",
            }.items()
        )  # fmt: skip
    elif product.markup == "microdata":
        item = ' itemscope itemtype="https://schema.org/Product"'
        props = {key: f' itemprop="{key}"' for key in ("name", "image", "description", "sku", "brand", "gtin13")}
    offer = (
        f'<div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><meta itemprop="price" '
        f'content="{product.price}"><meta itemprop="priceCurrency" content="{product.currency}"><link '
        f'itemprop="availability" href="https://schema.org/{product.availability}"></div>'
        if item
        else ""
    )
    get = props.get
    body = (
        f"<article{item}><h1{get('name', '')}>{name}</h1>"
        f'<img class="gallery" src="{image}"{get("image", "")} alt="{name}">'
        f'<p class="brand">Brand: <span{get("brand", "")}>{html.escape(product.brand)}</span></p>'
        f"<p>SKU: <span{get('sku', '')}>{product.sku}</span> "
        f"EAN: <span{get('gtin13', '')}>{product.gtin}</span></p>{offer}"
        f'<p class="price">{old}<strong>{shown}</strong></p><p class="stock">{stock}</p><button>Add to cart</button>'
        f"<div{get('description', '')}>{text}</div><table>{rows}</table></article>"
        f'<aside><h2>You may also like</h2>{related}</aside><a href="/c/{product.category}">Back</a>'
    )
    return wrap(product.name, body, head)


def _describe(product: Product, url: str, image: str) -> dict[str, Any]:
    return {
        "@context": "https://schema.org", "@type": "Product", "name": product.name, "sku": product.sku,
        "gtin13": product.gtin, "brand": {"@type": "Brand", "name": product.brand}, "image": [image], "url": url,
        "description": product.description,
        "offers": {
            "@type": "Offer", "price": product.price, "priceCurrency": product.currency,
            "availability": f"https://schema.org/{product.availability}", "url": url,
        },
    }  # fmt: skip


def render_robots(site: Site) -> bytes:
    lines = ["User-agent: *", "Disallow: /private/", "Disallow: /cart", "Disallow: /*?sort=", "Allow: /private/open"]
    if site.crawl_delay is not None:
        lines.append(f"Crawl-delay: {site.crawl_delay:g}")
    lines += ["", "User-agent: otherbot", "Disallow: /"]
    if site.has_sitemap:
        lines += ["", f"Sitemap: {site.root}/sitemap.xml"]
    return "\n".join(lines).encode()


def is_forbidden(site: Site, target: str) -> bool:
    """Whether the robots.txt above forbids the target; written apart from any parser."""
    path, _, query = target.partition("?")
    if path == "/robots.txt":
        return False
    if site.robots_status >= 500:
        return True
    if site.robots_status != 200 or path.startswith("/private/open"):
        return False
    return path.startswith(("/private/", "/cart")) or query.startswith("sort=")


def render_sitemap(site: Site, path: str) -> bytes | None:
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    if not site.has_sitemap:
        return None
    if path == "/sitemap.xml":
        names = ("pages.xml", "products.xml.gz")
        parts = "".join(f"<sitemap><loc>{site.root}/sitemaps/{name}</loc></sitemap>" for name in names)
        return f'<?xml version="1.0"?><sitemapindex {space}>{parts}</sitemapindex>'.encode()
    paths = {
        "/sitemaps/pages.xml": [path for path in site.list_paths() if not path.startswith("/p/")],
        "/sitemaps/products.xml.gz": [product.path for product in site.list_products()],
    }.get(path)
    if paths is None:
        return None
    rows = "".join(
        f"<url><loc>{html.escape(site.root + page)}</loc><lastmod>2026-11-22</lastmod></url>" for page in paths
    )
    data = f'<?xml version="1.0"?><urlset {space}>{rows}</urlset>'.encode()
    return gzip.compress(data, mtime=0) if path.endswith(".gz") else data


@lru_cache(maxsize=4096)
def render_image(host: int, number: int) -> bytes:
    """A picture of soft blots, different for each product."""
    draw = random.Random(f"image {host}/{number}")
    small = Image.frombytes("RGB", (5, 5), bytes(draw.randrange(40, 220) for _ in range(75)))
    buffer = io.BytesIO()
    small.resize((240, 240), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()
