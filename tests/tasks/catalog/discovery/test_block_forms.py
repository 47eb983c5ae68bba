"""Blocks whose rows end with codes or with several codes and prices, and matrices of codes by colour."""

from __future__ import annotations

from typing import Any

from tasks.catalog.products import Measure

LAMPS = ["Duo Wall", "Plano Round", "Tubo Spot", "Mezza Luna"]
COLOURS = ["Avorio", "Perla", "Tortora", "Salvia"]


def _card(page: Any, name: str, x: float, y: float, seed: int) -> None:
    page.picture(x, y - 110, 225, 95, seed).text(x, y, name, 11, bold=True).text(x, y + 14, "Die-cast aluminium", 7)


def test_rows_of_finishes_under_some_cards_are_forms_beside_cards_without(catalog: Any) -> None:
    page = catalog.page()
    for index, name in enumerate(["Nonna", "Pilz", "Arco", "Stelo", "Corda", "Bulla"]):
        x, y = 50 + index % 2 * 260, 170 + index // 2 * 230
        _card(page, name, x, y, index)
        page.text(x + 180, y, f"33{index}1.10", 7).text(x + 170, y + 60, f"€ {214 + index},00", 10, bold=True)
    page = catalog.page()
    for index, name in enumerate(LAMPS):
        x, y = 50 + index % 2 * 260, 170 + index // 2 * 230
        _card(page, name, x, y, 10 + index)
        for row, finish in enumerate(("white", "black")):
            page.text(x, y + 60 + row * 11, finish, 7).text(
                x + 90, y + 60 + row * 11, f"45{index}0-{finish[:2].upper()}", 7
            )
            page.text(x + 190, y + 60 + row * 11, f"€ 13{row},00", 7, bold=True)
    forms = {one.name: [form.sku for form in one.variants] for one in page.discover().products if one.variants}
    assert forms == {name: [f"45{index}0-WH", f"45{index}0-BL"] for index, name in enumerate(LAMPS)}


def test_a_finish_and_a_code_in_a_row_are_a_form_without_a_price(catalog: Any) -> None:
    page = catalog.page().text(40, 50, "MARMOREA", 26)
    for index, name in enumerate(["Statuario", "Crema", "Grigio", "Verde"]):
        y = 120 + index * 110
        page.picture(40, y - 14, 280, 90, index).text(350, y, f"Marmorea {name}", 12, bold=True)
        page.text(350, y + 16, "25x75 cm", 7)
        for row, finish in enumerate(("lucido", "satinato")):
            page.text(350, y + 34 + row * 14, finish, 7).text(
                510, y + 34 + row * 14, f"MR750{index}{finish[0].upper()}", 7
            )
    found = page.discover()
    assert [[form.sku for form in one.variants] for one in found.products] == [
        [f"MR750{index}L", f"MR750{index}S"] for index in range(4)
    ]


def test_a_code_and_a_price_for_each_front_are_forms_and_what_all_share_is_the_products(catalog: Any) -> None:
    page = catalog.page().text(40, 50, "Preise in EUR", 8)
    for index, name in enumerate(["Hochschrank", "Midischrank", "Unterschrank"]):
        y = 100 + index * 90
        page.text(60, y, name, 11, bold=True)
        labels = ("B x H x T in mm", "F10 Weiß", "EUR", "F27 Anthrazit", "EUR", "F41 Eiche", "EUR")
        places = (60, 170, 240, 290, 370, 410, 480)
        for x, label in zip(places, labels, strict=True):
            page.text(x, y + 20, label, 7, bold=True)
        for row, width in enumerate((350, 450)):
            cells = [f"{width} x {1720 + index} x 345"]
            for finish in (10, 27, 41):
                cells += [f"SHH {index}{row}5 {finish}", f"{549 + row + finish},00"]
            for x, cell in zip(places, cells, strict=True):
                page.text(x, y + 33 + row * 12, cell, 7)
    first = page.discover().products[0]
    assert [(form.sku, form.price) for form in first.variants][:3] == [
        ("SHH 005 10", "559.00"), ("SHH 005 27", "576.00"), ("SHH 005 41", "590.00")
    ]  # fmt: skip
    assert first.variants[1].name == "350 x 1720 x 345, F27 Anthrazit"
    assert len(first.variants) == 6
    assert first.attributes["height"] == Measure(value="1720", unit="mm")
    assert "width" not in first.attributes


def test_codes_by_size_and_colour_are_the_colours_forms_and_rows_with_names_are_articles(catalog: Any) -> None:
    page = catalog.page().text(40, 50, "CALANCA", 30)
    for index, name in enumerate(COLOURS):
        page.picture(40 + index * 130, 90, 115, 150, index).text(40 + index * 130, 255, name, 9, bold=True)
    page = catalog.page().text(40, 50, "CALANCA", 30)
    places = (40, 110, 200, 290, 380, 470)
    sizes = [("60x120", "Naturale", "12N"), ("60x60", "Naturale", "60N"), ("30x60", "Grip", "36G")]
    trims = [("Battiscopa", "7x60", "BT7"), ("Gradino", "33x120", "GR3")]
    for top, label, rows in ((90, "Formato", sizes), (200, "Articolo", trims)):
        for x, text in zip(places, (label, "", *COLOURS), strict=True):
            page.text(x, top, text, 7, bold=True)
        for row, (first, second, end) in enumerate(rows):
            codes = [f"CL0{index}6{end}" for index in range(4)]
            for x, text in zip(places, (first, second, *codes), strict=True):
                page.text(x, top + 20 + row * 16, text, 7)
    found = {one.name: [form.sku for form in one.variants] for one in page.discover().products}
    assert list(found) == [*COLOURS, "Battiscopa", "Gradino"]
    assert found["Perla"] == ["CL01612N", "CL01660N", "CL01636G"]
    assert found["Gradino"] == [f"CL0{index}6GR3" for index in range(4)]


def test_codes_under_drawings_with_their_sizes_are_forms_of_the_heading(catalog: Any) -> None:
    page = catalog.page()
    for index, (name, codes) in enumerate(
        (("Ombra", ("OMB180", "OMB240", "OMBANG")), ("Brenta", ("BRE160", "BRE220")))
    ):
        y = 80 + index * 330
        page.text(45, y, name, 26).text(45, y + 40, "design Piero Andreoni, 2024", 8)
        page.picture(330, y - 20, 200, 110, index).text(45, y + 60, "Struttura / Frame", 7, bold=True)
        page.text(45, y + 70, "noce canaletto / walnut", 7)
        for place, code in enumerate(codes):
            x = 45 + place * 110
            page.rectangle(x, y + 90, x + 70, y + 130).text(x, y + 150, code, 7, bold=True)
            page.text(x + 74, y + 112, "72", 5).text(x + 28, y + 137, str(180 + place * 20), 5)
            page.text(x, y + 161, f"L {180 + place * 20} P 98 H 72 cm", 6)
    found = page.discover().products
    assert {one.name: [form.sku for form in one.variants] for one in found} == {
        "Ombra": ["OMB180", "OMB240", "OMBANG"],
        "Brenta": ["BRE160", "BRE220"],
    }
    assert [one.attributes["height"] for one in found] == [Measure(value="72", unit="cm")] * 2
    assert all(len(one.images) == 1 for one in found)


def test_finishes_of_a_part_under_their_heading_are_no_products(catalog: Any) -> None:
    page = catalog.page().text(40, 60, "SEEHOLM", 26).text(40, 100, "Frontfarben", 12, bold=True)
    for index, name in enumerate(("F10 Weiß Hochglanz", "F27 Anthrazit Supermatt", "F41 Eiche Halmstad")):
        page.picture(40 + index * 150, 110, 135, 70, index).text(40 + index * 150, 192, name, 8)
    for index, name in enumerate(("Hochschrank", "Midischrank", "Unterschrank")):
        page = catalog.page().picture(40, 80, 200, 300, 5 + index).text(300, 100, name, 24, bold=True)
        page.text(300, 140, f"B 350 x H {1720 - index} x T 345 mm", 9).text(300, 160, f"Art.-Nr. SH-03{index}5", 9)
        page.text(300, 180, f"{549 + index},00 EUR", 9)
    assert [one.name for one in page.discover().products] == ["Hochschrank", "Midischrank", "Unterschrank"]


def test_sizes_in_a_row_s_words_and_a_column_of_kilograms_are_the_form_s_own(catalog: Any) -> None:
    page = catalog.page().text(40, 50, "TARIF 2026 - prix HT en EUR", 10)
    for index, name in enumerate(["Oléron", "Bréhat", "Houat"]):
        y = 90 + index * 130
        page.picture(40, y, 150, 100, index).text(210, y + 10, name, 14, bold=True)
        rows = [
            (f"TB{index}{width}", f"L {width} x P 90 x H {74 + index} cm", f"{40 + index},5", f"{width * 7},00 €")
            for width in (160, 180, 200)
        ]
        for line, row in enumerate([("Réf.", "Désignation / Dimensions", "kg", "Prix HT"), *rows]):
            for x, text in zip((210, 290, 430, 490), row, strict=True):
                page.text(x, y + 30 + line * 14, text, 8, bold=line == 0)
    found = page.discover().products
    assert [one.name for one in found] == ["Oléron", "Bréhat", "Houat"]
    assert [one.attributes["height"] for one in found] == [Measure(value=str(74 + i), unit="cm") for i in range(3)]
    assert [form.attributes["width"].value for form in found[0].variants] == ["160", "180", "200"]
    assert found[1].variants[0].attributes["weight"] == Measure(value="41.5", unit="kg")


def test_captions_with_two_codes_below_their_names_are_no_matrix_of_colours(catalog: Any) -> None:
    names = ["Canvas Tuscan", "Heritage Granite", "Stanton Grey", "Sailcloth Dune", "Accord Koi", "Echo Sangria"]
    page = catalog.page()
    for index, name in enumerate(names):
        x, y = 40 + index % 3 * 180, 80 + index // 3 * 260
        page.picture(x, y, 150, 160, index).text(x, y + 176, name, 10, bold=True)
        page.text(x, y + 188, f"5{index}02-0000", 7).text(x, y + 197, f"WP-10{index}4", 7)
    assert [one.name for one in page.discover().products] == names
