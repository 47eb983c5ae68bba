"""Cards of a shop: ratings, buttons, old and new prices around the name; swatches; a main product above cards."""

from __future__ import annotations

from typing import Any

import pytest

LAMPS = ["Orbit desk lamp", "Luna table lamp", "Task light", "Pebble lamp", "Wren shade lamp", "Dial lamp"]


def _card(name: str, price: str) -> list[tuple[str, float, bool]]:
    return [("MARLOW", 7, False), (name, 9, False), ("4.5 (96)", 7, False), (price, 11, True), ("In stock", 7, False)]


@pytest.mark.parametrize(
    ("printed", "price", "before"),
    [
        ("Now £29.00 £45.00", "29.00", "45.00"),
        ("£45.00 Now £29.00", "29.00", "45.00"),
        ("From £29.00", "29.00", None),
        ("statt 45,00 € 29,00 €", "29.00", "45.00"),
        ("ab 29,00 €", "29.00", None),
        ("à partir de 29,00 €", "29.00", None),
        ("od 29,00 zł", "29.00", None),
        ("Regular price $45.00 Sale price $29.00", "29.00", "45.00"),
        ("$29.00 – $45.00 USD", "29.00", None),
    ],
)
def test_words_beside_a_price_are_no_name(catalog: Any, printed: str, price: str, before: str | None) -> None:
    found = catalog.page().grid(3, 2, lambda i: _card(LAMPS[i], printed), room=70).discover().products
    assert [one.name for one in found] == LAMPS
    assert {(one.price, one.list_price) for one in found} == {(price, before)}


@pytest.mark.parametrize(
    ("lines", "price", "before"),
    [
        ([("24.99", 20, True)], "24.99", None),
        ([("34.99", 8, False), ("24.99", 20, True)], "24.99", "34.99"),
        ([("Fra 14 995,-", 11, True)], "14995", None),
        ([("Nu 2.499,-", 11, True), ("Før 3.499,-", 8, False)], "2499", "3499"),
        ([("à partir de 1 290", 11, True)], "1290", None),
    ],
)
def test_amounts_without_a_currency_are_the_cards_prices(
    catalog: Any, lines: list[tuple[str, float, bool]], price: str, before: str | None
) -> None:
    found = catalog.page().grid(3, 2, lambda i: [(LAMPS[i], 9, True), *lines], room=70).discover().products
    assert [one.name for one in found] == LAMPS
    assert {(one.price, one.list_price) for one in found} == {(price, before)}


def test_small_decimals_on_cards_are_no_prices(catalog: Any) -> None:
    found = catalog.page().grid(3, 2, lambda i: [(LAMPS[i], 10, True), ("12.50", 7, False)]).discover().products
    assert {one.price for one in found} == {None}


def test_a_price_printed_over_a_picture_is_its_products(catalog: Any) -> None:
    catalog.page().grid(3, 2, lambda i: [(LAMPS[i], 9, True)])
    for number in range(6):
        catalog.text(60 + number % 3 * 178, 180 + number // 3 * 366, f"£{20 + number}.00", 16, bold=True)
    assert [one.price for one in catalog.discover().products] == [f"{20 + number}.00" for number in range(6)]


def test_ratings_buttons_and_badges_are_nothing_of_the_product(catalog: Any) -> None:
    def card(i: int) -> list[tuple[str, float, bool]]:
        return [(LAMPS[i], 9, False), ("£29.00", 9, False), ("SALE", 11, True), ("Add to basket", 11, True)]

    found = catalog.page().grid(3, 2, card, room=70).discover().products
    assert [one.name for one in found] == LAMPS
    assert all("basket" not in (one.description or "") for one in found)


def test_a_card_alone_on_its_page_is_a_product(catalog: Any) -> None:
    catalog.page().grid(3, 2, lambda i: _card(LAMPS[i], "£29.00"), room=70)
    catalog.page().picture(40, 80, 150, 160, 50)
    for number, (text, size, bold) in enumerate(_card("Rosalind lamp", "£79.00")):
        catalog.text(40, 252 + number * 11, text, size, bold=bold)
    found = catalog.text(40, 500, "Help", 9, bold=True).text(40, 520, "Delivery and returns", 8).discover().products
    assert [(one.name, one.price, one.pages) for one in found[6:]] == [("Rosalind lamp", "79.00", (2,))]


def test_an_editorial_tile_with_a_price_in_its_text_is_no_product(catalog: Any) -> None:
    def card(i: int) -> list[tuple[str, float, bool]]:
        if i == 2:
            lines = ["Our stylists share five ways to", "layer light at home, all of them", "for less than", "£20."]
            return [("Light up your corner", 12, False), *((line, 8, False) for line in lines)]
        return _card(LAMPS[i], "£29.00")

    found = catalog.page().grid(3, 2, card, room=70).discover().products
    assert [one.name for one in found] == [*LAMPS[:2], *LAMPS[3:]]


@pytest.mark.parametrize("badge", ["NEW", "N E W", "Neuheit", "NOWOŚĆ", "Novità", "-20%", "SALE"])
def test_a_badge_beside_a_name_is_not_of_it(catalog: Any, badge: str) -> None:
    def card(i: int) -> list[tuple[str, float, bool]]:
        return [(f"{LAMPS[i]} {badge}" if i == 1 else LAMPS[i], 9, False), ("£29.00", 9, False)]

    assert [one.name for one in catalog.page().grid(3, 2, card).discover().products] == LAMPS


def _fabric(catalog: Any, x: float, y: float, name: str, numbers: list[str], seed: int) -> None:
    catalog.text(x, y, name, 22)
    for index, number in enumerate(numbers):
        left, top = x + index % 4 * 50, y + 20 + index // 4 * 50
        catalog.picture(left, top, 40, 30, seed + index).text(left, top + 38, number, 6)
    fields = {"Composition": "100% wool", "Width": "140 cm ± 2 cm", "Weight": "455 g/m", "Martindale": "80,000 rubs"}
    for index, (label, value) in enumerate(fields.items()):
        catalog.text(x, y + 150 + index * 11, label, 7).text(x + 80, y + 150 + index * 11, value, 7)


@pytest.mark.parametrize("words", [False, True])
def test_numbers_under_swatches_are_the_fabrics_variants(catalog: Any, words: bool) -> None:
    colours = ["Sand", "Moss", "Clay", "Ink", "Rose", "Coal", "Snow", "Teal"]
    catalog.page()
    expected = {}
    for place, name in enumerate(["Vadum", "Torv", "Klit", "Siv"]):
        numbers = [str(100 + place * 100 + index * 7) for index in range(8 if place != 2 else 3)]
        texts = [f"{number} {colours[index]}" if words else number for index, number in enumerate(numbers)]
        _fabric(catalog, 40 + place % 2 * 270, 80 + place // 2 * 330, name, texts, 10 * place)
        expected[name] = numbers
    found = catalog.discover().products
    assert {one.name: [variant.sku for variant in one.variants] for one in found} == expected
    assert found[0].variants[0].name == ("Sand" if words else None)


def test_the_main_product_of_a_page_stands_over_cards_of_others(catalog: Any) -> None:
    fields = {"Width": "80 cm", "Depth": "75 cm", "Height": "72 cm", "Article number": "EM-1042"}
    catalog.page().picture(40, 60, 260, 260, 9).text(320, 80, "Ember lounge chair", 22, bold=True)
    catalog.text(320, 105, "$1,149.00 $1,399.00", 16, bold=True)
    for number, (label, value) in enumerate(fields.items()):
        catalog.text(320, 400 + number * 14, label, 8).text(420, 400 + number * 14, value, 8)
    catalog.text(40, 560, "You may also like", 13, bold=True)
    for number, name in enumerate(LAMPS[:4]):
        x = 40 + number * 130
        catalog.picture(x, 580, 110, 90, 20 + number).text(x, 682, name, 9, bold=True).text(x, 694, "$29.00", 9)
    main, *cards = catalog.discover().products
    assert (main.name, main.sku, main.price, main.list_price) == ("Ember lounge chair", "EM-1042", "1149.00", "1399.00")
    assert [one.name for one in cards] == LAMPS[:4]


def test_materials_beside_documented_products_are_none(catalog: Any) -> None:
    catalog.page()
    for number, name in enumerate(LAMPS):
        x, y = 40 + number % 3 * 180, 80 + number // 3 * 220
        catalog.picture(x, y, 150, 130, number).text(x, y + 142, name, 9, bold=True).text(
            x, y + 154, f"LX-{1041 + number}", 7
        )
    for number, name in enumerate(["Sand", "Clay", "Moss", "Graphite"]):
        catalog.picture(40 + number * 90, 600, 60, 60, 40 + number).text(40 + number * 90, 670, name, 7)
    assert [one.name for one in catalog.discover().products] == LAMPS


def test_a_photographs_caption_is_a_sighting_of_the_products_that_it_names(catalog: Any) -> None:
    catalog.page().picture(0, 0, 595, 700, 90)
    catalog.text(40, 712, "Orbit desk lamp and Task light. Table in oiled oak.", 7)
    catalog.page().grid(3, 2, lambda i: [(LAMPS[i], 9, True), (f"LX-{1041 + i}", 7, False)])
    found = catalog.discover().products
    assert {one.name for one in found if one.pages == (1, 2)} == {"Orbit desk lamp", "Task light"}
    assert all(one.pages == (2,) for one in found if one.name not in ("Orbit desk lamp", "Task light"))


def test_an_index_of_pictures_with_sizes_is_no_index_of_pages(catalog: Any) -> None:
    def card(i: int) -> list[tuple[str, float, bool]]:
        return [(LAMPS[i], 9, True), (f"{20 + i} × 30 × 4{i} SH 3{i}", 7, False), (f"LX-{1041 + i}", 7, False)]

    found = catalog.page().text(40, 50, "Index", 20).grid(3, 2, card, room=60).discover().products
    assert [one.name for one in found] == LAMPS


def test_two_labels_side_by_side_have_their_values_below_them(catalog: Any) -> None:
    catalog.page().picture(40, 100, 500, 260, 5).text(40, 70, "Tavolo Monolite", 26)
    catalog.text(40, 600, "Dimensions", 10, bold=True).text(300, 600, "Materials", 10, bold=True)
    catalog.text(40, 614, "W 220 x D 100 x H 74 cm", 8).text(300, 614, "Marble, steel", 8)
    catalog.text(40, 626, "Code: MN-220", 8).text(300, 626, "Weight: 118 kg", 8)
    (found,) = catalog.discover().products
    assert (found.name, found.sku, found.attributes["material"]) == ("Tavolo Monolite", "MN-220", "Marble, steel")
    assert [found.attributes[axis].value for axis in ("width", "depth", "height")] == ["220", "100", "74"]


def test_brands_over_the_names_come_back_after_others_and_kinds_do_not(new_catalog: Any) -> None:
    def discover(lines: list[str]) -> list[str | None]:
        page = new_catalog().page()
        page.grid(3, 2, lambda i: [(lines[i], 7, False), (LAMPS[i], 10, True), ("£29.00", 9, False)], room=60)
        found = page.discover().products
        assert [one.name for one in found] == LAMPS
        return [one.brand for one in found]

    mixed = ["MARLOW", "TALA", "MARLOW", "NORDLUX", "TALA", "POOKY"]
    assert discover(mixed) == mixed
    assert discover(["DESK LAMPS", "DESK LAMPS", "TABLE LAMPS", "TABLE LAMPS", "OTHER", "OTHER"]) == [None] * 6


def test_news_beside_products_are_none(catalog: Any) -> None:
    heads = [
        "Opening in Bergen",
        "Award for Orbit",
        "Meet us in Milan",
        "At the glassworks",
        "A new colour",
        "Our year",
    ]
    catalog.page().grid(3, 2, lambda i: [(LAMPS[i], 9, True), (f"LX-{1041 + i}", 7, False)])
    catalog.page().grid(3, 2, lambda i: [(f"{i + 3} March 2026", 7, False), (heads[i - 10], 10, True)], start=10)
    assert [one.name for one in catalog.discover().products] == LAMPS


def test_icons_and_details_are_no_variants(catalog: Any) -> None:
    fields = {"Article number": "OT-1600", "Width": "160 cm", "Depth": "80 cm"}
    catalog.page().specification("Otto desk", fields)
    for number, name in enumerate(["Charcoal", "Mushroom", "Olive", "Pebble"]):
        catalog.picture(40 + number * 90, 470, 40, 30, 20 + number).text(40 + number * 90, 509, name, 7)
    for number, name in enumerate(["Top with rounded edge", "Cable tray under top", "Feet with height screws"]):
        catalog.picture(40 + number * 180, 560, 160, 100, 30 + number).text(40 + number * 180, 672, name, 7)
    (found,) = catalog.discover().products
    assert [variant.name for variant in found.variants] == ["Charcoal", "Mushroom", "Olive", "Pebble"]
