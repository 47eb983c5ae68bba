"""What cards have in common or far from their captions: prices at their feet, one size for all, a design's facts."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.catalog.dimensions import find_area_weight, find_sizes
from tasks.catalog.discovery.materials import collection_of, material_kind
from tasks.catalog.products import Measure

_NAMES = ("Alba", "Brenta", "Corvo", "Dorsale")
_WORDS = ("céladon", "sable et craie", "bleu nuit", "or")
_SHADES = ("Flax", "Stone", "Indigo", "Claret")


def test_a_price_at_the_foot_of_its_card_is_the_cards(catalog: Any) -> None:
    catalog.page()
    for index, name in enumerate(_NAMES):
        x, y = 40 + 270 * (index % 2), 40 + 260 * (index // 2)
        catalog.picture(x, y, 250, 140, index).text(x + 8, y + 158, name, 11, bold=True)
        catalog.text(x + 210, y + 158, f"21{index}4.28", 8).text(x + 8, y + 172, "Pendant, spun aluminium", 7)
        catalog.text(x + 8, y + 182, "Ø 28 × H 22 cm", 7).text(x + 170, y + 240, f"EUR {189 + index}.00", 12, bold=True)
    products = catalog.discover().products
    assert [(one.name, one.sku, one.price) for one in products] == [
        (name, f"21{index}4.28", f"{189 + index}.00") for index, name in enumerate(_NAMES)
    ]
    assert {one.attributes["material"] for one in products} == {"spun aluminium"}


def test_words_behind_a_labelled_code_are_the_colour(catalog: Any) -> None:
    catalog.page().grid(2, 2, lambda i: [(_NAMES[i], 11, False), (f"Réf. 530{i}2 \u2013 {_WORDS[i]}", 7, False)])
    products = catalog.discover().products
    assert [(one.name, one.sku, one.attributes["colours"]) for one in products] == [
        (name, f"530{index}2", _WORDS[index]) for index, name in enumerate(_NAMES)
    ]


def test_one_size_over_the_cards_is_that_of_each_without_its_own(catalog: Any) -> None:
    catalog.page().text(40, 50, "Northwood", 22).text(360, 50, "plank 184 x 1219 mm, unless marked", 8)
    lines = [[(name, 9, True), (f"22{i}1", 8, False)] for i, name in enumerate(_NAMES)]
    lines[3].append(("102 x 610 mm", 8, False))
    products = catalog.grid(2, 2, lambda index: lines[index]).discover().products
    widths = [one.attributes["width"] for one in products]
    assert widths == [*[Measure(value="184", unit="mm")] * 3, Measure(value="102", unit="mm")]


@pytest.mark.parametrize("facts", [True, False])
def test_swatches_under_a_pattern_with_facts_are_its_colourways(catalog: Any, facts: bool) -> None:
    catalog.page()
    for index, name in enumerate(("Kestrel Weave", "Lowther Stripe")):
        top = 50 + 380 * index
        catalog.text(40, top, name, 23)
        if facts:
            catalog.text(40, top + 15, "Composition: 55% Wool 45% Cotton", 7).text(220, top + 15, "Width: 138 cm", 7)
        for place, shade in enumerate(_SHADES):
            x = 40 + 130 * place
            catalog.picture(x, top + 30, 115, 100, 4 * index + place)
            catalog.text(x, top + 142, f"771{index}/0{place}", 7, bold=True).text(x, top + 151, shade, 7)
    products = catalog.discover().products
    if not facts:
        assert len(products) == 8
        assert not any(one.variants for one in products)
        return
    assert [one.name for one in products] == ["Kestrel Weave", "Lowther Stripe"]
    assert [form.name for form in products[0].variants] == list(_SHADES)
    assert [form.price for form in products[0].variants] == [None] * 4  # "7710/01" is no price


def test_a_length_twice_in_two_units_is_one() -> None:
    (size,) = find_sizes("Width 140 cm / 55 in")
    assert size.measures == {"width": Measure(value="140", unit="cm")}


def test_a_bar_is_as_long_as_its_first_number() -> None:
    (size,) = find_sizes("2400 x 60 x 14 mm")
    assert list(size.measures) == ["length", "width", "thickness"]


@pytest.mark.parametrize("text", ["480 g/m²", "480 gsm", "480 g/qm"])
def test_a_weight_by_area_is_a_measure(text: str) -> None:
    assert find_area_weight(text) == Measure(value="480", unit="g/m²")


def test_solid_materials_are_materials_and_collections_lose_the_word_for_it() -> None:
    assert material_kind("Messing massiv") == material_kind("solid brass") == "material"
    assert collection_of("ASHMERE COLLECTION") == "Ashmere"


def test_the_line_under_a_series_tells_its_material(catalog: Any) -> None:
    catalog.page().text(40, 50, "Travera", 24, bold=True).text(40, 64, "Glazed Porcelain, Digital Print", 9)
    catalog.grid(2, 2, lambda index: [(_NAMES[index], 10, True), (f"TV-12{index}4", 7, False)])
    products = catalog.discover().products
    assert [one.attributes.get("material") for one in products] == ["Porcelain"] * 4


def test_cards_beside_a_pattern_s_heading_and_facts_are_its_colourways(catalog: Any) -> None:
    catalog.page(612, 700)
    facts = (("COMPOSITION", ("55% Linen, 33% Cotton, 12%", "Nylon")), ("USABLE WIDTH", ("137 cm",)),
             ("PATTERN REPEAT", ("V 61 cm, H 68 cm", "Half drop")), ("CARE", ("Dry clean only",)))  # fmt: skip
    for index, (lines, code) in enumerate(((("Wren &", "Bough"), "F4514"), (("Selbourne",), "F4515"))):
        y = 90 + 280 * index
        for line in lines:
            catalog.text(48, y, line, 21)
            y += 24
        y = catalog.text(48, y - 6, code, 10) and y + 6
        for label, values in facts:
            catalog.text(48, y, label, 6)
            for value in values:
                y += 10
                catalog.text(48, y, value, 8)
            y += 13
        for place, shade in enumerate(_SHADES):
            x, top = 196 + 120 * (place % 3), 75 + 280 * index + 128 * (place // 3)
            catalog.picture(x, top, 107, 96, 10 * index + place)
            catalog.text(x, top + 108, shade, 8.6).text(x, top + 118, f"{code}/0{place + 1}", 7)
    products = catalog.discover().products
    assert [(one.name, one.sku) for one in products] == [("Wren & Bough", "F4514"), ("Selbourne", "F4515")]
    assert [[form.name for form in one.variants] for one in products] == [list(_SHADES)] * 2
    assert products[0].attributes["material"] == "55% Linen, 33% Cotton, 12% Nylon"
    assert products[0].attributes["width"] == Measure(value="137", unit="cm")


def test_floors_under_a_range_s_specification_are_products_with_its_facts(catalog: Any) -> None:
    page = catalog.page(620, 877).text(47, 65, "Tideline 55", 26).picture(47, 77, 526, 190, 99)
    page.text(47, 288, "Rigid core vinyl plank with an attached underlay, made to last.", 8)
    facts = (("Format", "1524 x 228 mm"), ("Thickness", "6.5 mm"), ("Wear layer", "0.55 mm"), ("Edge", "Painted bevel"),
             ("Joint", "Drop-lock click"), ("Pack", "6 planks / 2.08 m²"))  # fmt: skip
    for number, (label, value) in enumerate(facts):
        page.text(327, 288 + 10 * number, label, 7.8).text(395, 288 + 10 * number, value, 7.8, bold=True)
    for index, name in enumerate(("Sandbar Oak", "Gull Oak", "Harbour Oak", "Kelp Walnut", "Pebble Ash", "Wreck Teak")):
        x, y = 47 + 183 * (index % 3), 360 + 150 * (index // 3)
        page.picture(x, y, 160, 110, index).text(x, y + 121, name, 8.6, bold=True)
        page.text(x + 124, y + 121, f"TL55-0{index + 1}", 8.6)
    products = catalog.discover().products
    assert [(one.name, one.sku, one.price) for one in products[:2]] == [
        ("Sandbar Oak", "TL55-01", None),  # "TL55" is no price in lira
        ("Gull Oak", "TL55-02", None),
    ]
    assert len(products) == 6
    for one in products:
        assert one.attributes["length"] == Measure(value="1524", unit="mm")
        assert one.attributes["width"] == Measure(value="228", unit="mm")
        assert one.attributes["thickness"] == Measure(value="6.5", unit="mm")
        assert one.attributes["packaging"] == "6 planks / 2.08 m²"
        assert one.attributes["collection"] == "Tideline 55"


def test_what_stands_level_with_another_card_s_caption_is_the_card_s(catalog: Any) -> None:
    names = (("Fourchette de table",), ("Couteau de table",), ("Fourchette", "à dessert"), ("Cuillère à café",))
    page = catalog.page().text(40, 60, "Orsay", 25)
    for index, lines in enumerate(names):
        x = 40 + 130 * index
        page.picture(x, 115, 110, 170, index)
        for number, line in enumerate(lines):
            page.text(x, 297 + 10 * number, line, 8.2, bold=True)
        for number, line in enumerate((f"Réf. OR0{index}18", "L. 20,4 cm", "Cond. 12")):
            page.text(x, 326 + 10 * number, line, 7.4)
        page.text(x, 357, f"3,{index}5 €", 9, bold=True, width=60)
    products = catalog.discover().products
    assert [one.name for one in products] == [" ".join(lines) for lines in names]
    assert [one.sku for one in products] == [f"OR0{index}18" for index in range(4)]
    assert [one.price for one in products] == [f"3.{index}5" for index in range(4)]
    assert {one.attributes["packaging"] for one in products} == {"12"}


def test_parts_of_a_line_between_dashes_tell_material_designer_and_length(catalog: Any) -> None:
    page = catalog.page()
    for index, name in enumerate(_NAMES):
        page.picture(40, 60 + 170 * index, 150, 130, index).text(210, 80 + 170 * index, name, 14, bold=True)
        page.text(210, 95 + 170 * index, f"Zama \u2013 design Studio Vale \u2013 Lunghezza 1{index}5 mm", 8)
        page.text(210, 110 + 170 * index, f"Cod. H31{index}R", 8).text(300, 110 + 170 * index, f"EUR 3{index},50", 8)
    for index, one in enumerate(catalog.discover().products):
        assert one.attributes["material"] == "Zama"
        assert one.attributes["designer"] == "Studio Vale"
        assert one.attributes["length"] == Measure(value=f"1{index}5", unit="mm")
        assert "finish" not in one.attributes
