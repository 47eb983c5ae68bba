"""What pages say of their products in markup and in data for scripts."""

from __future__ import annotations

from tasks.catalog.products import Measure, Product
from tasks.catalog.web.reading import read_page

SHOP = "https://www.shop.example/p/oslo-chair"


def product_of(markup: str, url: str = SHOP, **kwargs: str) -> Product:
    page = read_page(markup.encode(), url, **kwargs)
    assert page.kind == "product", page.reason
    return page.products[0]


def test_json_ld_with_a_graph_references_and_slips_is_read() -> None:
    product = product_of(
        """<html lang="en"><head><title>Oslo Chair | Shop</title><script type="application/ld+json">
        { // the theme's comment
          "@context": "https://schema.org", "@graph": [
          {"@type": "WebPage", "name": "Oslo Chair", "url": "https://www.shop.example/p/oslo-chair"},
          {"@type": "Offer", "@id": "#offer", "price": "1,299.00", "priceCurrency": "EUR",
           "availability": "https://schema.org/PreOrder",},
          {"@type": ["Product", "IndividualProduct"], "name": "Oslo Chair &amp; Cushion", "sku": "OC-1",
           "gtin13": "4006381333931", "brand": {"@type": "Brand", "name": "Fjord"}, "image": ["/img/oslo-1.jpg"],
           "description": "<p>Solid oak.</p>
           <p>Oiled.</p>", "offers": {"@id": "#offer"},
           "additionalProperty": [{"@type": "PropertyValue", "name": "Seat", "value": "Wool"}],
           "width": {"@type": "QuantitativeValue", "value": 52, "unitCode": "CMT"}}]};
        </script></head><body><h1>Oslo Chair &amp; Cushion</h1></body></html>"""
    )
    assert (product.name, product.sku, product.gtin, product.brand) == (
        "Oslo Chair & Cushion",
        "OC-1",
        "4006381333931",
        "Fjord",
    )
    assert (product.price, product.currency, product.availability) == ("1299.00", "EUR", "PreOrder")
    assert product.attributes == {"Seat": "Wool", "width": Measure(value="52", unit="cm")}
    assert product.image_urls == ("https://www.shop.example/img/oslo-1.jpg",)
    assert product.description == "Solid oak.\n\nOiled."
    assert product.provenance["price"].source == "json-ld"
    assert (product.method, product.key) == ("web", SHOP)


def test_a_group_has_variants_and_the_address_selects_one() -> None:
    markup = """<html lang="en"><head><script type="application/ld+json">{"@context":"https://schema.org",
        "@type":"ProductGroup",
      "name":"Oslo Chair","brand":"Fjord","hasVariant":[
      {"@type":"Product","name":"Oslo Chair, blue","sku":"OC-B","color":"Blue","offers":{"@type":"Offer",
        "price":310,"priceCurrency":"GBP",
       "availability":"OutOfStock","url":"https://www.shop.example/p/oslo-chair?variant=11111"}},
      {"@type":"Product","name":"Oslo Chair, red","sku":"OC-R","color":"Red","offers":{"@type":"Offer",
        "price":320.5,"priceCurrency":"GBP",
       "availability":"InStock","url":"https://www.shop.example/p/oslo-chair?variant=22222"}}]}</script></head>
      <body><h1>Oslo Chair</h1></body></html>"""
    product = product_of(markup)
    assert [(one.sku, one.price, one.currency, one.availability) for one in product.variants] == [
        ("OC-B", "310", "GBP", "OutOfStock"),
        ("OC-R", "320.5", "GBP", "InStock"),
    ]
    assert (product.price, product.availability) == ("320.5", "InStock")
    assert product.variants[0].attributes == {"color": "Blue"}


def test_microdata_gives_way_to_json_ld_and_both_are_kept() -> None:
    page = read_page(
        b"""<html lang="de"><head><script type="application/ld+json">{"@type":"Product","name":"Tisch Alma","sku":"T1",
        "offers":{"price":"499.00","priceCurrency":"EUR"}}</script></head><body>
        <div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Tisch Alma</h1>
        <div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
        <span itemprop="price" content="529.00">529,00</span>
        <meta itemprop="priceCurrency" content="EUR"><link itemprop="availability"
        href="https://schema.org/InStock"></div>
        <div itemprop="isRelatedTo" itemscope itemtype="https://schema.org/Product">
        <span itemprop="name">Stuhl Alma</span>
        <img itemprop="image" src="/stuhl.jpg"></div></div></body></html>""",
        "https://shop.example/tisch-alma",
    )
    product = page.products[0]
    assert (product.price, product.availability, product.image_urls) == ("499.00", "InStock", ())
    assert product.provenance["price"].source == "json-ld"
    assert product.provenance["price@microdata"].source == "microdata"
    assert [(one.field, one.taken, one.value) for one in page.conflicts if one.source == "microdata"] == [
        ("price", "499.00", "529.00")
    ]


def test_rdfa_is_read_like_microdata() -> None:
    product = product_of(
        """<html lang="en"><body vocab="https://schema.org/"><div typeof="Product"><h1 property="name">Copper lamp</h1>
        <span property="sku">L-7</span><div property="offers" typeof="Offer">
        <span property="price" content="89.90">£89.90</span>
        <span property="priceCurrency" content="GBP"></span></div></div></body></html>"""
    )
    assert (product.name, product.sku, product.price, product.currency) == ("Copper lamp", "L-7", "89.90", "GBP")
    assert product.provenance["sku"].source == "rdfa"


def test_metas_tell_sale_and_regular_price() -> None:
    product = product_of(
        """<html lang="it"><head><title>Vaso Luna – Casa Bella</title><meta property="og:type" content="product">
        <meta property="og:title" content="Vaso Luna"><meta property="og:image" content="//cdn.shop.example/vaso.jpg">
        <meta property="product:price:amount" content="1.249,50"><meta property="product:price:currency" content="EUR">
        <meta property="product:sale_price:amount" content="999,00"><meta property="product:brand" content="Luna">
        <meta property="product:availability" content="in stock"></head><body><h1>Vaso Luna</h1></body></html>"""
    )
    assert (product.name, product.price, product.list_price, product.currency) == (
        "Vaso Luna",
        "999.00",
        "1249.50",
        "EUR",
    )
    assert (product.brand, product.availability, product.image_urls) == (
        "Luna",
        "InStock",
        ("https://cdn.shop.example/vaso.jpg",),
    )


def test_words_beat_markup_when_nothing_can_be_bought() -> None:
    markup = """<html lang="fr"><head><script type="application/ld+json">{"@type":"Product","name":"Table Lys",
        "sku":"8",
      "offers":{"price":"89","priceCurrency":"EUR","availability":"InStock"}}</script></head><body><h1>Table Lys</h1>
      <p class="info">Ce produit n'est plus disponible</p><button disabled>Ajouter au panier</button></body></html>"""
    assert product_of(markup).availability == "OutOfStock"
    assert product_of(markup.replace('<p class="info">', '<p style="display: none">')).availability == "InStock"
    assert product_of(markup.replace("<button disabled>", "<button>")).availability == "InStock"


def test_embedded_shopify_data_gives_variants() -> None:
    product = product_of(
        """<html lang="en"><head><meta property="og:type" content="product">
        <meta property="og:title" content="Linen napkin">
        <meta property="og:price:amount" content="12.50"><meta property="og:price:currency" content="USD"></head>
        <body><h1>Linen napkin</h1>
        <script type="application/json" data-product-json>{"id":77,"title":"Linen napkin","vendor":"Loom",
        "options":["Color"],
        "variants":[{"id":1,"title":"White","option1":"White","sku":"LN-W","price":1250,"compare_at_price":1500,
        "available":true},
        {"id":2,"title":"Sand","option1":"Sand","sku":"LN-S","price":1400,"compare_at_price":null,"available":false}],
        "images":["//cdn.shop.example/napkin_1.jpg"]}</script></body></html>""",
    )
    assert (product.brand, product.sku, product.price, product.list_price) == ("Loom", "LN-W", "12.50", "15.00")
    assert [(one.name, one.price, one.availability, one.attributes) for one in product.variants] == [
        ("White", "12.50", "InStock", {"Color": "White"}),
        ("Sand", "14.00", "OutOfStock", {"Color": "Sand"}),
    ]


def test_woocommerce_variations_are_variants() -> None:
    product = product_of(
        """<html lang="es"><head><title>Jarrón Sol</title></head><body><h1 class="product_title">Jarrón Sol</h1>
        <p class="price"><del>45,00 €</del> <ins>39,90 €</ins></p>
        <form class="variations_form cart" action="/carrito"
        data-product_variations='[{"attributes":{"attribute_pa_color":"rojo"},
        "display_price":39.9,"display_regular_price":45,"sku":"JS-R","is_in_stock":true,
        "image":{"full_src":"https://shop.example/r.jpg"}},
        {"attributes":{"attribute_pa_color":"azul"},"display_price":42,"display_regular_price":42,"sku":"JS-A",
        "is_in_stock":false}]'>
        <button type="submit" class="single_add_to_cart_button">Añadir al carrito</button></form></body></html>""",
        "https://shop.example/producto/jarron-sol/",
    )
    assert (product.price, product.list_price, product.currency) == ("39.90", "45.00", "EUR")
    assert [(one.sku, one.price, one.availability) for one in product.variants] == [
        ("JS-R", "39.9", "InStock"),
        ("JS-A", "42", "OutOfStock"),
    ]


def test_identity_is_the_canonical_address_without_tracking() -> None:
    head = (
        '<head><link rel="canonical" href="{}"><script type="application/ld+json">'
        '{{"@type":"Product","name":"Cup","sku":"1","offers":{{"price":3}}}}</script></head>'
    )
    for canonical, expected in {
        "/p/cup?utm_source=x&size=2#top": "https://shop.example/p/cup?size=2",
        "https://evil.test/p/cup": "https://shop.example/p/cup-red",
        "https://shop.example/": "https://shop.example/p/cup-red",
        "https://www.shop.example/p/cup": "https://www.shop.example/p/cup",
    }.items():
        page = read_page(
            f"<html>{head.format(canonical)}<body><h1>Cup</h1></body></html>".encode(),
            "https://shop.example/p/cup-red?gclid=7",
        )
        assert (page.canonical_url, page.products[0].key, page.products[0].url) == (expected, expected, expected)
