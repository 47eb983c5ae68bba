"""Cards of a wholesaler: a label before each price, packs, a code for each colour; ranges with a packing table."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.catalog.products import Measure

GIFTS = ["Fenwick Mug", "Dairy Jug", "Bread Basket", "Harbour Lantern", "Bud Vase", "Wall Clock"]


@pytest.mark.parametrize("label", ["WSP", "QTP"])
def test_a_label_before_a_price_is_no_name_though_it_is_set_larger(catalog: Any, label: str) -> None:
    def caption(index: int) -> list[tuple[str, float, bool]]:
        prices = [(f"{label} £{3 + index}.60", 9, True), (f"RRP £{8 + index}.50", 8, False)]
        return [(f"KD20{index}1", 7.2, True), (GIFTS[index], 8.6, True), ("H9 x Dia 8.5cm", 7.4, False), *prices]

    found = catalog.page().grid(3, 2, caption, room=60).discover().products
    assert [one.name for one in found] == GIFTS
    assert [one.prices[label] for one in found] == [f"{3 + index}.60" for index in range(6)]


@pytest.mark.parametrize("pack", ["Pack of 6", "Caja de 2 unidades", "Karton à 12 Stück", "Boîte de 4"])
def test_a_pack_is_packaging(catalog: Any, pack: str) -> None:
    lines = [[(GIFTS[index], 9, True), (pack, 7, False), (f"£{index + 3}.50", 8, False)] for index in range(6)]
    found = catalog.page().grid(3, 2, lambda index: lines[index], room=60).discover().products
    assert [one.attributes.get("packaging") for one in found] == [pack] * 6


def test_codes_that_differ_in_a_colour_s_letter_are_variants(catalog: Any) -> None:
    def caption(index: int) -> list[tuple[str, float, bool]]:
        colours = [(f"KD20{index}1{colour[0]} {colour}", 7.2, True) for colour in ("Sage", "Blush", "Navy")]
        return [(GIFTS[index], 9, True), *colours, (f"RRP £{8 + index}.50", 8, False)]

    found = catalog.page().grid(3, 2, caption, room=70).discover().products
    assert [one.name for one in found] == GIFTS
    assert [form.sku for form in found[2].variants] == ["KD2021S", "KD2021B", "KD2021N"]


def _range(catalog: Any, series: str, first: int, colours: list[str]) -> Any:
    """A range: its name, its material and finish, one format, swatches with codes, and how it is packed."""
    page = catalog.page().picture(40, 40, 250, 200, seed=first).text(320, 70, series, 30)
    page.text(320, 90, "Pasta branca", 8.6, bold=True).text(320, 102, "Acabamento brilhante · Glossy finish", 8)
    page.text(320, 190, "Formatos", 8, bold=True).text(320, 204, "13×13 cm", 7.4, bold=True)
    page.text(320, 213, "Espessura 8 mm · Thickness 8 mm", 7.4)
    for index, colour in enumerate(colours):
        page.picture(40 + index * 130, 280, 110, 110, seed=first + index + 1)
        page.text(40 + index * 130, 402, colour, 8.4, bold=True)
        page.text(40 + index * 130, 412, f"OL 13{first}{index}", 7.4)
    for place, (label, value) in enumerate(
        {
            "Size (cm)": "13×13",
            "pcs/box": "44",
            "m²/box": "0.74",
            "kg/box": "9.9",
            "kg/pallet": f"{840 + first}",
        }.items()
    ):
        page.text(40 + place * 110, 500, label, 7, bold=True).text(40 + place * 110, 513, value, 7)
    return page


def test_a_range_s_format_material_and_finish_are_its_colours_and_its_packing_no_product(catalog: Any) -> None:
    colours = [["Neve", "Marfim", "Barro", "Preto"], ["Salva", "Terra", "Ria", "Cinza"]]
    for number, (series, names) in enumerate(zip(("OLARIA", "ALVOR"), colours, strict=True)):
        page = _range(catalog, series, 1 + number * 4, names)
    found = page.discover().products
    assert [one.name for one in found] == [*colours[0], *colours[1]]
    for one in found:
        assert one.attributes["width"] == one.attributes["length"] == Measure(value="13", unit="cm")
        assert one.attributes["thickness"] == Measure(value="8", unit="mm")
        assert (one.attributes["material"], one.attributes["finish"]) == ("Pasta branca", "brilhante")


def test_a_size_with_its_code_is_a_form_of_the_colour(catalog: Any) -> None:
    page = catalog.page().text(40, 60, "MONCHIQUE", 30)
    for index, colour in enumerate(("Freixo", "Castanho", "Lousa")):
        y = 120 + index * 60
        page.picture(40, y, 180, 44, seed=index).text(230, y + 14, colour, 8.4, bold=True)
        page.text(230, y + 25, f"20×120 MQ 71{index}1", 7.4).text(230, y + 34, f"20×90 MQ 71{index}5", 7.4)
    found = page.discover().products
    assert [one.name for one in found] == ["Freixo", "Castanho", "Lousa"]
    assert [form.sku for form in found[1].variants] == ["MQ 7111", "MQ 7115"]
