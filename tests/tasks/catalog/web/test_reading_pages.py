"""Pages without markup, pages that are no product's, and what else is read of a page."""

from __future__ import annotations

from tasks.catalog.products import Measure, Product
from tasks.catalog.web.reading import read_page

SHOP = "https://www.shop.example/p/oslo-chair"


def product_of(markup: str, url: str = SHOP, **kwargs: str) -> Product:
    page = read_page(markup.encode(), url, **kwargs)
    assert page.kind == "product", page.reason
    return page.products[0]


GERMAN_PAGE = """<html lang="de"><head><title>Sofa Nora 3-Sitzer kaufen | Möbelhaus</title></head><body>
  <header><a href="/"><img src="/img/logo.png" alt="Möbelhaus"></a><nav><a href="/sofas">Sofas</a></nav></header>
  <ul class="breadcrumb"><li><a href="/">Startseite</a></li><li><a href="/sofas">Sofas</a></li>
        <li>Sofa Nora 3-Sitzer</li></ul>
  <main><div class="gallery"><a href="/img/nora-1-1200x900.jpg"><img src="/img/nora-1-300x225.jpg" alt="Sofa Nora"></a>
  <img src="/img/nora-2.jpg" srcset="/img/nora-2-400.jpg 400w, /img/nora-2-1600.jpg 1600w" alt="Sofa Nora Seite">
  <img src="https://www.facebook.com/tr?id=1&ev=PageView" width="1" height="1"><img src="/img/badge-sale.png"></div>
  <h1>Sofa Nora 3-Sitzer</h1><p>Marke: <a href="/nordhaus">Nordhaus</a></p><p>Art.-Nr.: NH-3301</p>
  <div class="price-box"><span class="old-price">statt 1.499,00 €</span> <span class="price">1.299<sup>00</sup> €</span>
  <small>oder 54,13 € monatlich</small> <small>zzgl. 49,00 € Versand</small></div>
  <p class="stock">Sofort lieferbar</p>
  <form action="/warenkorb/add" method="post"><input type="hidden" name="product_id" value="3301">
        <input name="menge" value="1">
  <button type="submit">In den Warenkorb</button></form>
  <div class="beschreibung">Ein Sofa mit weichen Kissen und Beinen aus massiver Eiche, gefertigt in Polen.</div>
  <table><tr><th>Breite</th><td>210 cm</td></tr><tr><th>Tiefe (in cm)</th><td>92,5</td></tr><tr><th>Bezug</th>
        <td>Leinen</td></tr></table>
  <h2>Das könnte Ihnen auch gefallen</h2><div class="row">
  <div class="tile"><a href="/p/sessel"><img src="/img/sessel.jpg"></a><h3>Sessel Nora</h3>
        <span class="price">699,00 €</span></div>
  <div class="tile"><a href="/p/hocker"><img src="/img/hocker.jpg"></a><h3>Hocker Nora</h3>
        <span class="price">199,00 €</span></div></div>
  </main><footer>Impressum</footer></body></html>"""


def test_a_page_without_markup_is_read_by_its_structure() -> None:
    page = read_page(
        GERMAN_PAGE.encode("iso-8859-15", "xmlcharrefreplace"),
        "https://moebel.example/sofa-nora-3301.html",
        "text/html; charset=iso-8859-15",
    )
    product = page.products[0]
    assert (product.name, product.brand, product.sku) == ("Sofa Nora 3-Sitzer", "Nordhaus", "NH-3301")
    assert (product.price, product.list_price, product.currency, product.availability) == (
        "1299.00",
        "1499.00",
        "EUR",
        "InStock",
    )
    assert product.category == "Sofas"
    assert product.attributes["width"] == Measure(value="210", unit="cm")
    assert product.attributes["depth"] == Measure(value="92.5", unit="cm")
    assert product.attributes["Bezug"] == "Leinen"
    assert product.image_urls == (
        "https://moebel.example/img/nora-1-1200x900.jpg",
        "https://moebel.example/img/nora-2-1600.jpg",
    )
    assert "massiver Eiche" in (product.description or "")
    assert all(place.xpath for field, place in product.provenance.items() if field in ("price", "brand", "name"))


def test_markdown_is_the_main_content_only() -> None:
    markdown = read_page(GERMAN_PAGE.encode(), "https://moebel.example/sofa-nora-3301.html").markdown
    assert markdown.startswith("# Sofa Nora 3-Sitzer\n")
    assert "weichen Kissen" in markdown
    assert "| Breite | 210 cm |" in markdown
    assert not any(word in markdown for word in ("Impressum", "Sessel", "In den Warenkorb", "Startseite"))


def test_prices_without_vat_are_kept_beside_the_price() -> None:
    product = product_of(
        """<html lang="cs"><head><title>Lampa Zora</title></head><body><h1>Lampa Zora</h1><p>Kód: ZR100</p>
        <div><span>bez DPH</span> <b>1 652,89 Kč</b></div><div><span>s DPH</span> <b class="cena">2 000 Kč</b></div>
        <button class="btn">Do košíku</button></body></html>""",
        "https://obchod.example/lampa-zora",
    )
    assert (product.price, product.currency, product.prices) == ("2000", "CZK", {"bez DPH": "1652.89"})


CARDS = "".join(
    f'<li class="product"><a href="/p/{n}"><img src="/i/{n}.jpg"></a>'
    f'<h3><a href="/p/{n}?utm_source=list">Chair {n}</a></h3>'
    f'<span class="price">{n}9,00 zł</span><button>Do koszyka</button></li>'
    for n in range(1, 9)
)


def test_a_listing_has_links_and_no_product() -> None:
    page = read_page(
        f'<html lang="pl"><head><title>Krzesła</title></head><body><h1>Krzesła</h1><ul class="products">{CARDS}</ul>'
        '<a href="?page=2">Następna</a></body></html>'.encode(),
        "https://sklep.example/krzesla",
    )
    assert (page.kind, page.products) == ("listing", ())
    assert page.product_links[:2] == (
        "https://sklep.example/p/1?utm_source=list",
        "https://sklep.example/p/2?utm_source=list",
    )
    assert len(page.product_links) == 8


def test_products_of_an_item_list_are_no_product_of_the_page() -> None:
    items = ",".join(
        f'{{"@type":"ListItem","position":{n},"item":{{"@type":"Product","name":"Rug {n}","url":"https://shop.example/rug-{n}",'
        f'"offers":{{"price":"{n}0","priceCurrency":"EUR"}}}}}}'
        for n in (1, 2, 3)
    )
    page = read_page(
        '<html><head><script type="application/ld+json">'
        f'{{"@type":"ItemList","itemListElement":[{items}]}}</script></head>'
        "<body><h1>Rugs</h1></body></html>".encode(),
        "https://shop.example/rugs",
    )
    assert (page.kind, page.products) == ("listing", ())
    assert page.product_links == tuple(f"https://shop.example/rug-{n}" for n in (1, 2, 3))


def test_pages_of_other_kinds_say_what_they_are() -> None:
    prose = "<p>" + "We oiled the oak twice and let it dry for a day before the second coat went on. " * 8 + "</p>"
    pages = {
        "an article": f'<head><meta property="og:type" content="article"></head><h1>Oiling oak</h1>{prose}',
        "an error page": "<head><title>404 Page not found</title></head><h1>Page not found</h1>",
        "a cart or checkout page": "<head><title>Shopping cart</title></head><h1>Shopping cart</h1><p>$120.00</p>",
        "no content without JavaScript": '<title>App</title><div id="root"></div><script src="/app.js"></script>',
    }
    for reason, markup in pages.items():
        page = read_page(f'<html lang="en">{markup}</html>'.encode(), "https://shop.example/x/y")
        assert (page.kind, page.products, page.reason) == ("other", (), reason)
        assert page.needs_script == (reason == "no content without JavaScript")
    about = read_page(
        f"<html><title>About us</title><h1>About us</h1>{prose}</html>".encode(), "https://shop.example/about"
    )
    assert about.kind == "other"
    assert about.reason.startswith("no product markup")


def test_what_is_not_html_is_no_page() -> None:
    assert read_page(b"%PDF-1.7 ...", "https://shop.example/a.pdf").reason == "not a page: binary data"
    assert read_page(b"{}", "https://shop.example/a", "application/json").reason == "not a page: application/json"
    for body in (b"", b"   ", b"<", b"\xff\xfe<\x00h\x00", b"<html" + b"<div>" * 5000):
        assert read_page(body, "https://shop.example/").kind == "other"


def test_prices_follow_the_language() -> None:
    page = """<html lang="{}"><head><title>Vase</title></head><body><h1>Vase X</h1><p>SKU: VX-90</p>
        <p class="price">{}</p>
      <button id="add-to-cart">+</button></body></html>"""
    cases = {
        ("de", "€ 1.299"): ("1299", "EUR"),
        ("en", "£1,299.50"): ("1299.50", "GBP"),
        ("ru", "12 990 руб."): ("12990", "RUB"),
        ("el", "1.049,90 €"): ("1049.90", "EUR"),
        ("ar", "٢٩٩ SAR"): ("299", "SAR"),
        ("pl", "1 234,56 zł"): ("1234.56", "PLN"),
        ("sv-se", "2 495 kr"): ("2495", "SEK"),
        ("en-ca", "$59.99"): ("59.99", "CAD"),
        ("nl", "199,-  €"): ("199", "EUR"),
    }
    for (language, printed), expected in cases.items():
        product = product_of(page.format(language, printed), "https://shop.example/vase-x")
        assert (product.price, product.currency) == expected, (language, printed)


def test_links_and_robots_are_noted() -> None:
    page = read_page(
        b"""<html><head><base href="https://shop.example/en/"><meta name="robots" content="noindex, follow"></head>
        <body>
        <a href="a.html#x">A page</a><a href="/b" rel="nofollow">B</a><a href="mailto:x@y.z">m</a>
        <a href="javascript:void(0)">j</a>
        <a href="a.html">again</a><a href="//other.example/c">C</a></body></html>""",
        "https://shop.example/",
    )
    assert [(link.url, link.nofollow) for link in page.links] == [
        ("https://shop.example/en/a.html", False),
        ("https://shop.example/b", True),
        ("https://other.example/c", False),
    ]
    assert (page.noindex, page.nofollow) == (True, False)


def test_a_page_without_a_price_has_none() -> None:
    product = product_of(
        """<html lang="de"><head><title>Stahlregal SR-200 | Lager</title></head><body><h1>Stahlregal SR-200</h1>
        <div class="product-gallery"><img src="/sr200.jpg" alt="Stahlregal SR-200"></div><p>Art.-Nr.: SR-200</p>
        <p>KD-55</p>
        <p>Preis auf Anfrage</p><table><tr><th>Breite</th><td>200 cm</td></tr><tr><th>Traglast</th><td>150 kg</td>
        </tr></table>
        </body></html>""",
        "https://lager.example/produkte/stahlregal-sr-200",
    )
    assert (product.sku, product.price, product.currency, product.availability) == ("SR-200", None, None, None)
    assert product.image_urls == ("https://lager.example/sr200.jpg",)


def test_brand_and_number_are_read_from_elements_named_so() -> None:
    product = product_of(
        """<html lang="es"><head><title>Silla Gala</title></head><body><h1>Silla Gala</h1>
        <div class="brand"><a href="/m/norte"><img src="/brands/norte.png" alt="Norte"></a></div>
        <p class="sku">Ref. SG-12</p>
        <span class="precio">149,00 €</span><ul><li><b>Material:</b> Haya</li><li><b>Medidas:</b> 45 x 50 x 90 cm</li>
        <li><b>Peso:</b> 5,5 kg</li></ul><button>Añadir al carrito</button></body></html>""",
        "https://muebles.example/silla-gala",
    )
    assert (product.brand, product.sku, product.image_urls) == ("Norte", "SG-12", ())
    assert product.attributes["height"] == Measure(value="90", unit="cm")
    assert product.attributes["weight"] == Measure(value="5.5", unit="kg")
    assert product.attributes["material"] == "Haya"


def test_a_category_that_calls_itself_a_product_is_a_listing() -> None:
    page = read_page(
        f"""<html lang="pl"><head><title>Krzesła</title><script type="application/ld+json">{{"@type":"Product",
        "name":"Krzesła",
        "offers":{{"@type":"AggregateOffer","lowPrice":19,"priceCurrency":"PLN","offerCount":120}}}}</script></head>
        <body><h1>Krzesła</h1><ul class="products">{CARDS}</ul></body></html>""".encode(),
        "https://sklep.example/krzesla",
    )
    assert (page.kind, page.products, len(page.product_links)) == ("listing", (), 8)


def test_hostile_markup_is_read_in_time() -> None:
    bodies = (
        b'<script type="application/ld+json">{"a":1 ,' + b"/* " * 20_000 + b"</script>",
        b'<script type="application/ld+json">' + b'[{"a":' * 5000 + b"</script>",
        b"<div>" * 20_000 + b"5 EUR",
        b'<div itemscope itemtype="http://schema.org/Product">' * 2000 + b"<b itemprop=name>x",
    )
    for body in bodies:
        assert read_page(body, "https://shop.example/x").kind == "other"
