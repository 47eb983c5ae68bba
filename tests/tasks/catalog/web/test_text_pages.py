"""Products in the words of pages: which pages may offer some, what rules read, and what of a model's answer counts."""

from collections import Counter

import pytest

from tasks.catalog.products import Measure
from tasks.catalog.web.reading import read_page
from tasks.catalog.web.text_answers import read_page_products
from tasks.catalog.web.text_pages import TextPage, may_offer_products
from tasks.catalog.web.text_rules import read_text_products

URL = "https://werkstatt.example/moebel"
TEXT = """# Werkstatt Möbel

Alles aus einer Hand.

## Tisch Olaf

Massive Eiche geölt, 180 x 90 x 75 cm. Der Tisch kostet 1.290,00 € inkl. MwSt. Lieferung ab 49 €.

## Stuhl Britta

Buche, Sitzhöhe 45 cm, Art.-Nr.: BR-220. Preis 189,00 €.

## Versand

Versand innerhalb Deutschlands 6,90 €, Pakete bis 120 x 60 cm.

## Kleines

- Hocker Nils, 40 x 40 x 45 cm, 79,00 €
- Bank Lars (Art.Nr: L-99) 249,00 €
- Gutschein 50,00 €

| Artikel | Bestellnummer | Maße | Preis |
| --- | --- | --- | --- |
| Regal Finn | RF-1 | 80 x 30 x 200 cm | 399,00 € |
| Regal Lena | RL-2 | 100 x 30 x 200 cm | auf Anfrage |"""
PAGE = TextPage(URL, "Werkstatt Möbel", TEXT)


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("Der Tisch kostet 1.290,00 €.", True),
        ("Tisch 180 x 90 cm, Bank 160 x 40 cm", True),
        ("Delivery costs € 4.90. Shipping to Austria: € 9.90.", False),
        ("The table is £ 320. Delivery costs £ 20.", True),
        ("We have been making furniture since 1987, with 14 people.", False),
        ("A parcel of 120 x 60 cm", False),
    ],
)
def test_words_that_may_offer_products(markdown: str, expected: bool) -> None:
    assert may_offer_products(markdown) is expected


def test_rules_read_headings_lists_and_tables_and_leave_the_rest() -> None:
    found = {product.name: product for product in read_text_products(PAGE)}
    assert {name: (one.price, one.currency, one.sku) for name, one in found.items()} == {
        "Tisch Olaf": ("1290.00", "EUR", None),
        "Stuhl Britta": ("189.00", "EUR", "BR-220"),
        "Hocker Nils": ("79.00", "EUR", None),
        "Bank Lars": ("249.00", "EUR", "L-99"),
        "Regal Finn": ("399.00", "EUR", "RF-1"),
    }
    assert found["Tisch Olaf"].attributes["width"] == Measure(value="180", unit="cm")
    assert found["Tisch Olaf"].provenance["price"].url == found["Tisch Olaf"].url == URL
    assert len({product.key for product in found.values()}) == len(found)


def test_of_an_answer_only_what_the_page_says_is_believed() -> None:
    dropped: Counter[str] = Counter()
    answer = {
        "products": [
            {"name": "Tisch Olaf", "price": "1.290,00 €", "dimensions": "180 x 90 x 75 cm", "material": "Eiche"},
            {"name": "Stuhl Britta", "sku": "BR-221", "price": "89,00 €", "brand": "Acme"},
            {"name": "Thron Phantom", "price": "249,00 €"},
            {"name": "Tisch Britta", "price": "189,00 €"},
            {"name": ""},
            "no product",
        ]
    }
    first, second = read_page_products([answer], PAGE, "claude/page-products/1", dropped)
    assert (first.name, first.price, first.currency) == ("Tisch Olaf", "1290.00", "EUR")
    assert (first.attributes["width"], first.attributes["material"]) == (Measure(value="180", unit="cm"), "Eiche")
    assert (first.provenance["price"].source, first.provenance["price"].url) == ("claude/page-products/1", URL)
    assert (second.name, second.sku, second.price, second.currency, second.brand) == (
        "Stuhl Britta",
        None,
        None,
        None,
        None,
    )
    assert "price" not in second.provenance
    assert dropped["invented products"] == 2, "one stands nowhere, one is put together from two"
    assert dropped["products without a name"] == dropped["malformed products"] == 1


def test_a_part_of_an_amount_is_no_price() -> None:
    page = TextPage(URL, None, "## Tisch Olaf\n\nDer Tisch kostet 1.290,00 €.")
    [product] = read_page_products(
        [{"products": [{"name": "Tisch Olaf", "price": "290,00 €"}]}], page, "claude/1", Counter()
    )
    assert (product.price, product.currency) == (None, None)


def test_a_page_without_structure_is_unstructured_and_others_are_not() -> None:
    def read(content: str) -> str:
        body = f"<!doctype html><html lang=en><title>Joinery</title><body><main>{content}</main></body></html>"
        return read_page(body.encode(), "https://joinery.example/workshop").kind

    prose = "<p>We build by hand, in small series, from wood of the region.</p>"
    assert read(f"<h1>Workshop</h1>{prose}<h2>Bench</h2><p>Beech, 140 x 40 cm, for € 310,00.</p>") == "unstructured"
    assert read(f"<h1>About us</h1>{prose}") == "other"
    assert read(f"<h1>Page not found</h1>{prose}<p>Bench, € 310,00.</p>") == "other"
