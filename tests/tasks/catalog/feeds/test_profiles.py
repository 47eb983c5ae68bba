"""Each known format: recognised by its content, every field where it belongs, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tasks.catalog.feeds.reader import Feed, FeedError, open_feed
from tasks.catalog.products import Measure, Product

Read = Callable[..., tuple[Feed, list[Product]]]
Sample = Callable[[str], str]

GTIN = "4006381333931"


@pytest.mark.parametrize(
    ("name", "profile", "count"),
    [
        ("google", "google", 1),
        ("google_atom", "google", 1),
        ("skroutz", "skroutz", 1),
        ("bestprice", "bestprice", 1),
        ("heureka", "heureka", 1),
        ("zbozi", "zbozi", 1),
        ("ceneo", "ceneo", 2),
        ("yml", "yml", 2),
        ("bmecat", "bmecat", 1),
        ("cxml", "cxml", 1),
        ("shopify", "shopify", 1),
        ("woocommerce", "woocommerce", 2),
    ],
)
def test_a_feed_is_recognised_by_its_content(read: Read, sample: Sample, name: str, profile: str, count: int) -> None:
    feed, products = read(sample(name))
    assert (feed.profile, len(products), feed.confidence) == (profile, count, 1.0)


def test_google_fields_and_what_has_no_field(read: Read, sample: Sample) -> None:
    feed, [sofa] = read(sample("google"))
    assert (feed.title, feed.link) == ("Oak & Co", "https://oak.example")
    assert (sofa.key, sofa.name, sofa.brand, sofa.gtin, sofa.mpn) == ("S-1", "Sofa Oslo", "Oak", GTIN, "OSL-1")
    assert sofa.description == "Soft & wide"
    assert (sofa.price, sofa.list_price, sofa.currency) == ("999.00", "1299.00", "EUR")
    assert (sofa.availability, sofa.url) == ("OutOfStock", "https://oak.example/s-1")
    assert sofa.image_urls == tuple(f"https://oak.example/{number}.jpg" for number in (1, 2, 3))
    assert sofa.category == "Furniture > Sofas"
    assert sofa.attributes["color"] == "grey"
    assert sofa.attributes["Seats"] == "3"
    assert sofa.attributes["shipping/country"] == ("DE", "AT")
    assert sofa.attributes["shipping/price"] == ("49 EUR", "59 EUR")
    assert sofa.provenance["price"].xpath == "/rss/channel/item/g:sale_price"
    assert sofa.provenance["list_price"].xpath == "/rss/channel/item/g:price"


@pytest.mark.parametrize(
    ("today", "price", "list_price"),
    [
        (date(2026, 2, 28), "1299.00", None),
        (date(2026, 3, 15), "999.00", "1299.00"),
        (date(2026, 4, 1), "1299.00", None),
    ],
)
def test_a_sale_price_counts_while_it_runs(
    read: Read, sample: Sample, today: date, price: str, list_price: str | None
) -> None:
    _, [sofa] = read(sample("google"), today)
    assert (sofa.price, sofa.list_price) == (price, list_price)
    assert sofa.prices == ({} if list_price else {"sale_price": "999.00"})


def test_google_atom_under_another_prefix(read: Read, sample: Sample) -> None:
    _, [chair] = read(sample("google_atom"))
    assert (chair.key, chair.name, chair.url) == ("A1", "Chair", "https://oak.example/a1")
    assert (chair.price, chair.currency) == ("49.90", "USD")
    assert chair.attributes["id"] == "tag:oak,1"


def test_skroutz_names_in_any_case_and_variations(read: Read, sample: Sample) -> None:
    _, [sofa] = read(sample("skroutz"))
    assert (sofa.key, sofa.name, sofa.category) == ("7", "Καναπές γωνιακός", "Έπιπλα > Καναπέδες")
    assert (sofa.price, sofa.currency, sofa.availability) == ("1250.00", "EUR", "InStock")
    assert len(sofa.image_urls) == 2
    assert sofa.attributes["weight"] == Measure(value="12000", unit="g")
    assert sofa.attributes["category_id"] == "9"
    [large] = sofa.variants
    assert (large.gtin, large.price, large.currency) == (GTIN, "1300", "EUR")
    assert large.attributes["size"] == "L"


def test_bestprice(read: Read, sample: Sample) -> None:
    _, [lamp] = read(sample("bestprice"))
    assert (lamp.key, lamp.name, lamp.mpn, lamp.category) == ("5", "Lamp", "L5", "Home > Lamps")
    assert (lamp.price, lamp.list_price, lamp.image_urls) == ("39.90", "49.90", ("https://b.example/5.jpg",))


def test_heureka_net_price_params_and_repeats(read: Read, sample: Sample) -> None:
    _, [chair] = read(sample("heureka"))
    assert (chair.key, chair.name, chair.mpn, chair.gtin) == ("AB1", "Židle Oslo", "ZO-1", GTIN)
    assert (chair.price, chair.prices, chair.currency) == ("1210.61", {"PRICE": "1000.50"}, "CZK")
    assert chair.category == "Nábytek > Židle"
    assert chair.availability == "InStock"
    assert chair.attributes["Barva"] == ("bílá", "černá")
    assert chair.attributes["PRODUCT"] == "Židle Oslo + dárek"
    assert chair.attributes["vat_rate"] == "21"
    assert chair.attributes["group"] == "G1"
    assert chair.attributes["DELIVERY/DELIVERY_PRICE"] == "99"


def test_a_slovak_heureka_feed_is_in_euro(read: Read, sample: Sample) -> None:
    feed, [chair] = read(sample("heureka").replace("obchod.cz", "obchod.sk"))
    assert (feed.currency, chair.currency) == ("EUR", "EUR")


def test_zbozi_counts_days(read: Read, sample: Sample) -> None:
    _, [table] = read(sample("zbozi"))
    assert (table.price, table.availability) == ("5990", "BackOrder")
    assert table.attributes["DELIVERY_DATE"] == "5"


def test_ceneo_leaves_out_what_is_commented_out(read: Read, sample: Sample) -> None:
    _, [sofa, pillow] = read(sample("ceneo"))
    assert (sofa.key, sofa.name, sofa.price, sofa.currency) == ("1", "Sofa", "199.50", "PLN")
    assert (sofa.category, sofa.description) == ("Dom > Sofy > Narożne", "Miękka\n\nsofa")
    assert (sofa.brand, sofa.mpn, sofa.gtin) == ("Oak", "S1", GTIN)
    assert sofa.image_urls == ("https://c.example/1.jpg", "https://c.example/2.jpg")
    assert sofa.attributes["Kolor"] == "Szary"
    assert sofa.attributes["weight"] == Measure(value="3", unit="kg")
    assert (sofa.availability, pillow.availability) == ("InStock", "PreOrder")


def test_yml_categories_names_in_parts_and_params(read: Read, sample: Sample) -> None:
    feed, [sofa, chair] = read(sample("yml"))
    assert (feed.title, feed.link, feed.currency) == ("Дом", "https://dom.example", "RUB")
    assert (sofa.key, sofa.name, sofa.category) == ("11", "Диван Oak Осло", "Мебель > Диваны")
    assert (sofa.price, sofa.list_price, sofa.currency) == ("89900", "99900", "RUB")
    assert (sofa.mpn, sofa.gtin, len(sofa.image_urls)) == ("OS-1", GTIN, 2)
    assert sofa.attributes["Цвет"] == "серый"
    assert sofa.attributes["Глубина"] == "90 см"
    assert sofa.attributes["length"] == Measure(value="200", unit="cm")
    assert sofa.attributes["weight"] == Measure(value="45.5", unit="kg")
    assert sofa.attributes["category_id"] == "2"
    assert (chair.category, chair.currency, chair.availability) == (None, "USD", "OutOfStock")
    assert chair.attributes["category_id"] == "77"


def test_yml_takes_a_changed_tree_for_a_changed_context(read: Read, sample: Sample) -> None:
    before, _ = read(sample("yml"))
    same, _ = read(sample("yml"))
    after, [sofa, _] = read(sample("yml").replace(">Диваны<", ">Софы<"))
    assert before.context_digest == same.context_digest != after.context_digest
    assert sofa.category == "Мебель > Софы"


def test_bmecat_prices_groups_features_and_pictures(read: Read, sample: Sample) -> None:
    feed, [grip] = read(sample("bmecat"), date(2026, 6, 1))
    assert feed.skipped == {"deleted in the feed": 1}
    assert (grip.key, grip.sku, grip.gtin, grip.mpn, grip.brand) == ("G-1", "G-1", GTIN, "M-1", "Oak")
    assert grip.category == "Beschläge > Griffe"
    assert (grip.price, grip.currency) == ("21.16", "EUR")
    assert grip.prices == {"net_list": "17.779", "net_list 100": "15.5", "nrp": "21.16"}
    assert grip.image_urls == ("https://cdn.example/img/g.jpg", "https://cdn.example/img/room.jpg")
    assert grip.attributes["Breite"] == "128 mm"
    assert grip.attributes["width"] == Measure(value="128", unit="mm")
    assert grip.attributes["Farbe"] == ("rot", "blau")
    assert grip.attributes["ETIM-8.0"] == "Langlebig"
    assert grip.attributes["PRODUCT_PRICE_DETAILS/PRODUCT_PRICE/TAX"] == "0.19"
    assert grip.attributes["supplier"] == "Oak GmbH"


def test_bmecat_update_is_no_whole_delivery(read: Read, sample: Sample) -> None:
    feed, _ = read(sample("bmecat").replace("T_NEW_CATALOG", "T_UPDATE_PRODUCTS"))
    assert feed.is_update


def test_cxml_index_with_the_entities_of_its_dtd(read: Read, sample: Sample) -> None:
    feed, [lamp] = read(sample("cxml"))
    assert feed.is_update
    assert feed.skipped == {"deleted in the feed": 1}
    assert (lamp.key, lamp.sku, lamp.name, lamp.description) == ("P1", "P1", "Desk lamp", "Bends every way")
    assert (lamp.price, lamp.currency, lamp.mpn, lamp.brand) == ("9.90", "USD", "M1", "Lux")
    assert lamp.attributes["volt"] == "230"


def test_an_order_is_no_feed_unless_it_is_asked_for(read: Read, write: Any, sample: Sample) -> None:
    with pytest.raises(FeedError, match="OrderRequest"):
        open_feed(write(sample("cxml_order")))
    _, [lamp] = read(sample("cxml_order"), accept_orders=True)
    assert (lamp.sku, lamp.price, lamp.attributes["quantity"]) == ("P1", "9.90", "2")


def test_shopify_variants_and_the_table_in_the_summary(read: Read, sample: Sample) -> None:
    _, [sofa] = read(sample("shopify"))
    assert (sofa.name, sofa.brand, sofa.category, sofa.description) == ("Oslo", "Oak", "Sofas", "Soft.")
    assert sofa.image_urls == ("https://cdn.example/o.jpg?v=1",)
    assert [(one.name, one.sku, one.price, one.currency) for one in sofa.variants] == [
        ("Grey", "OS-G", "35.95", "USD"),
        ("Red", "OS-R", "24.95", "USD"),
        ("Blue", "OS-B", "44.95", "USD"),
    ]
    assert sofa.variants[0].attributes["weight"] == Measure(value="612", unit="g")
    assert (sofa.price, sofa.currency, sofa.sku) == ("35.95", "USD", None)


def test_woocommerce_folds_variations_and_attachments(read: Read, sample: Sample) -> None:
    feed, [sofa, _] = read(sample("woocommerce"))
    assert feed.skipped == {"post": 1, "variation": 2, "attachment": 2}
    assert (sofa.key, sofa.sku, sofa.name, sofa.category) == ("10", "W10", "product 10", "Home > Sofas")
    assert (sofa.description, sofa.attributes["short_description"]) == ("Long", "Short")
    assert sofa.image_urls == ("https://w.example/20.jpg", "https://w.example/21.jpg")
    assert sofa.attributes["pa_color"] == ("Red", "Blue")
    assert sofa.availability == "OutOfStock"
    red, blue = sofa.variants
    assert (red.sku, red.price, red.list_price, red.image_urls) == ("W10-R", "40", "50", ("https://w.example/21.jpg",))
    assert red.attributes["pa_color"] == "red"
    assert (blue.sku, blue.price, sofa.price) == ("W10-B", "60", "40")


def test_woocommerce_sale_that_has_not_begun(read: Read, sample: Sample) -> None:
    _, [_, before] = read(sample("woocommerce"), date(2025, 12, 31))
    _, [_, after] = read(sample("woocommerce"), date(2026, 1, 2))
    assert (before.price, before.list_price, before.prices) == ("20", None, {"sale_price": "18"})
    assert (after.price, after.list_price) == ("18", "20")


@pytest.mark.parametrize("name", ["google", "bmecat", "woocommerce", "ceneo"])
def test_the_day_is_context_only_where_a_record_depends_on_it(read: Read, sample: Sample, name: str) -> None:
    days = [date(2026, 1, 10), date(2026, 1, 11)]
    dated, plain = sample(name), sample(name)
    for mark in ("sale_price_effective_date", "_sale_price_dates_from", "valid_start_date", "valid_end_date"):
        plain = plain.replace(mark, "unknown")
    assert len({read(plain, day)[0].context_digest for day in days}) == 1
    assert len({read(dated, day)[0].context_digest for day in days}) == (1 if name == "ceneo" else 2)
