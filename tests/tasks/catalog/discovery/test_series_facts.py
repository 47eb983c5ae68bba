"""What the words at a series' heading, in a description and at a page's foot tell of products."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.catalog.discovery.context import read_page_texts
from tasks.catalog.discovery.naming import can_name
from tasks.catalog.discovery.told_facts import tell_facts
from tasks.catalog.products import Measure


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Porcelana blanca, un seno con rebosadero. Fondo 46,5 cm.", {"material": "Porcelana"}),
        ("Cuerpo de latón, cartucho cerámico de 25 mm.", {"material": "latón"}),
        ("Deep seats. Gestell Aluminium, pulverbeschichtet in anthrazit", {"material": "Aluminium"}),
        ("Alto 14 cm. Solid surface blanco mate.", {"material": "Solid surface"}),
        ("Werksentwurf · Teak massiv, Beschläge Messing", {"material": "Teak massiv, Beschläge Messing"}),
        (
            "Inox 18/10, épaisseur 3 mm, finition miroir. Réassort garanti 10 ans.",
            {"material": "Inox 18/10", "thickness": Measure(value="3", unit="mm"), "finish": "miroir"},
        ),
        ("Design Henrike Tolksdorf", {"designer": "Henrike Tolksdorf"}),
        ("Glass shade, linen cord.", {}),
        ("Teak chairs and tables for long evenings.", {}),
        ("Finish each board with oil.", {}),
    ],
)
def test_a_sentence_tells_the_material_that_it_begins_with(text: str, facts: dict[str, Any]) -> None:
    assert tell_facts(text, None) == facts


def _cards(page: Any, names: list[str], y: float) -> Any:
    for index, name in enumerate(names):
        x = 40 + index * 180
        page.picture(x, y, 150, 100, seed=index + int(y)).text(x, y + 112, name, 9, bold=True)
        page.text(x, y + 123, f"{name[:2].upper()}{name[-2:].upper()}-{int(y)}{index} EUR {40 + index}.00", 8)
        page.text(x, y + 134, "W 46 x D 54 x H 86 cm", 8)
    return page


def _named(page: Any, series: str, names: list[str]) -> Any:
    return _cards(page.text(40, 70, series, 26), names, 160)


def test_lines_under_a_series_heading_tell_designer_and_material_of_all(catalog: Any) -> None:
    page = (
        catalog.page()
        .text(40, 84, "Design Henrike Tolksdorf", 8)
        .text(40, 98, "Solid teak, fittings of brass and more", 8)
    )
    found = _named(page, "AMRUM", ["Chair", "Bench", "Stool"]).discover().products
    assert [one.attributes.get("designer") for one in found] == ["Henrike Tolksdorf"] * 3
    assert [one.attributes.get("material") for one in found] == ["Solid teak"] * 3


def test_lines_right_of_a_series_heading_tell_of_it_and_not_of_the_next_one(catalog: Any) -> None:
    page = catalog.page().text(220, 64, "Cuerpo de latón, cartucho de 25 mm.", 8)
    page = _named(page, "Tajo", ["Mixer", "Tall mixer", "Tap"])
    page.text(40, 420, "Nerea", 26).text(220, 414, "Porcelana blanca, dos senos.", 8)
    found = _cards(page, ["Basin", "Double basin", "Pedestal"], 440).discover().products
    assert [one.attributes.get("material") for one in found] == ["latón"] * 3 + ["Porcelana"] * 3


def test_labels_beside_a_description_at_a_series_heading_tell_of_all(catalog: Any) -> None:
    page = catalog.page()
    for index, line in enumerate(
        ("A sphere of blown glass that seems", "to be held by a ring of metal.", "Light all round.")
    ):
        page.text(180, 60 + index * 12, line, 8)
    for index, (label, value) in enumerate(
        (
            ("Design", "Elena Marchetti, 2021"),
            ("Materials", "Blown glass, brass"),
            ("Finishes", "satin brass, matt black,"),
        )
    ):
        page.text(390, 60 + index * 13, label, 7).text(445, 60 + index * 13, value, 7)
    found = _named(page.text(445, 97, "black chrome", 7), "Luma", ["Pendant", "Table", "Floor"]).discover().products
    facts = {"designer": "Elena Marchetti", "material": "Blown glass, brass"}
    facts |= {"finish": "satin brass, matt black, black chrome"}
    for one in found:
        assert {field: one.attributes.get(field) for field in facts} == facts
    assert len(found) == 3


@pytest.mark.parametrize(
    ("line", "is_name"),
    [
        ("E27 max 1×12 W LED", False),
        ("LED 24 W 2700 K 2100 lm", False),
        ("peso netto 1,8 kg", False),
        ("Luma sospensione", True),
        ("LED Panel Round", True),
    ],
)
def test_a_lamp_s_power_and_its_weight_are_no_names(catalog: Any, line: str, is_name: bool) -> None:
    (text,) = read_page_texts(catalog.page().text(40, 70, line).read())
    assert [can_name(one) for one in text.segments] == [is_name]


def _with_feet(catalog: Any, feet: tuple[str, str]) -> Any:
    """Two series, each with an opening page that shows its name; the foot of the pages with products names it."""
    for series, foot, names in (
        ("JULIST", feet[0], ["Corner", "Sofa", "Pouf"]),
        ("AMRUM", feet[1], ["Chair", "Bench", "Stool"]),
    ):
        catalog.page().picture(40, 200, 500, 400, seed=len(series)).text(40, 120, series, 34)
        page = catalog.page().text(40, 100, "Gestell Aluminium, all cushions are included.", 10).text(40, 820, foot, 7)
        _cards(page, [f"{name} {series[:2]}" for name in names], 160)
    return page


def test_the_foot_names_a_collection_that_another_page_shows(catalog: Any) -> None:
    found = _with_feet(catalog, ("Julist", "Amrum")).discover().products
    assert [one.attributes.get("collection") for one in found] == ["Julist"] * 3 + ["Amrum"] * 3
    assert {one.attributes.get("material") for one in found} == {"Aluminium"}


def test_one_name_at_every_foot_is_no_collection(catalog: Any) -> None:
    found = _with_feet(catalog, ("Julist", "Julist")).discover().products
    assert len(found) == 6
    assert not any("collection" in one.attributes for one in found)


def test_samples_under_a_title_of_finishes_and_terms_are_no_products(catalog: Any) -> None:
    page = catalog.page()
    _cards(page, ["Sconce", "Pendant", "Lantern"], 160)
    page = catalog.page().text(40, 60, "FINISHES & TERMS", 18, bold=True).text(40, 90, "FINISH KEY", 9, bold=True)
    for index, (code, finish) in enumerate(
        (("AB", "Aged Brass"), ("MB", "Matte Black"), ("PN", "Polished Nickel"), ("OB", "Oil Bronze"), ("WH", "White"))
    ):
        page.picture(40 + index * 90, 100, 70, 40, seed=index).text(40 + index * 90, 152, code, 8, bold=True)
        page.text(40 + index * 90, 162, finish, 7.5)
    page.text(40, 220, "FREIGHT", 8, bold=True).text(40, 232, "Prepaid freight on orders of EUR 2,500 net or more", 8)
    page.text(40, 260, "DIMENSIONS", 8, bold=True).text(40, 272, "W = width, H = height. Dimensions are nominal.", 8)
    assert [one.name for one in page.discover().products] == ["Sconce", "Pendant", "Lantern"]


@pytest.mark.parametrize(
    ("line", "sides"),
    [
        ("Ancho 35 · Fondo 25 · Alto 150 cm. Puerta reversible.", {"width": "35", "depth": "25", "height": "150"}),
        ("Fondo 46 cm · Alto 54 cm. Tirador integrado.", {"depth": "46", "height": "54"}),
        ('DIM 6" Dia x 9.75"H x 7.5" Ext', {"diameter": "6", "height": "9.75", "depth": "7.5"}),
        ("L 45 × B 35 × H 38 cm, 55 kg", {"length": "45", "width": "35", "height": "38", "weight": "55"}),
    ],
)
def test_a_line_of_named_sides_is_a_size(catalog: Any, line: str, sides: dict[str, str]) -> None:
    captions = [[(name, 9, True), (line, 7.5, False), ("EUR 45.00", 8, False)] for name in ("Orbit", "Wren")]
    found = catalog.page().grid(2, 1, lambda index: captions[index], room=70).discover().products
    for one in found:
        assert {field: value.value for field, value in one.attributes.items()} == sides
    assert len(found) == 2


def test_a_price_list_s_year_is_no_price(catalog: Any) -> None:
    page = catalog.page().picture(0, 0, 595, 480).text(50, 580, "Tarifa 2024", 44).text(50, 606, "Baño · Grifería", 13)
    page.text(50, 790, "ALMENARAbaño", 15)
    page = _cards(catalog.page(), ["Basin", "Pedestal", "Mirror"], 160)
    assert [one.name for one in page.discover().products] == ["Basin", "Pedestal", "Mirror"]


def test_the_finish_of_a_single_form_is_the_product_s(catalog: Any) -> None:
    page = catalog.page().text(40, 40, "Prices in EUR", 8)
    for index, name in enumerate(("Mixer", "Tall mixer", "Tap", "Bidet mixer")):
        x, y = 40 + index % 2 * 270, 150 + index // 2 * 220
        page.picture(x, y - 90, 150, 76, seed=index).text(x, y, name, 10, bold=True)
        page.text(x, y + 20, "Ref.", 7).text(x + 150, y + 20, "EUR", 7)
        for row, finish in enumerate(("Chrome", "Matt black")[: 1 + index % 2]):
            page.text(x, y + 32 + row * 12, f"TJ{index}0{row}", 8).text(x + 70, y + 32 + row * 12, finish, 8)
            page.text(x + 145, y + 32 + row * 12, f"{90 + index}.00", 8)
    found = page.discover().products
    assert [one.attributes.get("finish") for one in found] == ["Chrome", None, "Chrome", None]
    assert [len(one.variants) for one in found] == [0, 2, 0, 2]
