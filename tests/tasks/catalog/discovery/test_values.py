"""Values as people print them: units and orders said once, values that go on in the next line, shares of fibres."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.catalog.codes import clean_code
from tasks.catalog.dimensions import find_sizes
from tasks.catalog.discovery.code_shapes import learn_code_tail
from tasks.catalog.discovery.context import find_order_remark, find_unit_remark, guess_unit
from tasks.catalog.discovery.materials import collection_of, material_kind
from tasks.catalog.products import Measure


@pytest.mark.parametrize(
    ("remark", "unit", "axes"),
    [
        ("Dimensions in cm: W × D × H (SH seat height)", "cm", ("width", "depth", "height")),
        ("Οι διαστάσεις είναι σε εκατοστά", "cm", ()),
        ("All dimensions are in inches", "in", ()),
        ("Maße in mm (B × T × H)", "mm", ("width", "depth", "height")),
        ("wymiary w cm", "cm", ()),
        ("Mål: H × B × D cm", "cm", ("height", "width", "depth")),
        ("Dimensions L × l × H en cm", "cm", ("length", "width", "height")),
        ("See page 12 in catalogue", None, ()),
    ],
)
def test_a_remark_gives_unit_and_order_of_all_sizes(remark: str, unit: str | None, axes: tuple[str, ...]) -> None:
    assert (find_unit_remark([remark]), find_order_remark([remark])) == (unit, axes)


def _captions(catalog: Any, *lines: str, remark: str = "") -> Any:
    catalog.page().text(400, 40, remark or " ", 7)
    names = ("Brisa", "Lido", "Solana", "Marin")
    return catalog.grid(
        2,
        2,
        lambda index: [(names[index], 11, True), *((line, 7.5, False) for line in lines), (f"TZ-11{index}0", 7, False)],
    ).discover()


def test_bare_sizes_take_the_order_and_unit_that_the_page_says(catalog: Any) -> None:
    found = _captions(catalog, "78 × 82 × 71 SH 38", remark="Dimensions in cm: H × W × D (SH seat height)")
    values = found.products[0].attributes
    assert [values[axis] for axis in ("height", "width", "depth", "seat_height")] == [
        Measure(value=number, unit="cm") for number in ("78", "82", "71", "38")
    ]


@pytest.mark.parametrize(
    ("line", "material"),
    [("60% wool, 40% bamboo silk", "60% wool, 40% bamboo silk"), ("100% New Zealand wool", "100% New Zealand wool"),
     ("100% Tencel™", "100% Tencel™"), ("Hand-tufted, 100% undyed wool", "100% undyed wool"), ("30% off today", None)],
)  # fmt: skip
def test_shares_of_fibres_are_one_material(catalog: Any, line: str, material: str | None) -> None:
    attributes = _captions(catalog, line.replace("™", "")).products[0].attributes
    assert attributes.get("material") == (material.replace("™", "") if material else None)
    assert "finish" not in attributes


def test_a_value_goes_on_in_the_line_under_it_and_loses_its_footnote_marks(catalog: Any) -> None:
    catalog.page().picture(40, 80, 250, 330).text(320, 100, "Rimfrost", 26, bold=True)
    rows = [("Composition", "68% new wool, 25% flax,"), ("", "7% polyamide"), ("Width", "140 cm ±2%"),
            ("Designer", "Mads Ewald*"), ("Art. no.", "RF-1204")]  # fmt: skip
    for index, (label, value) in enumerate(rows):
        catalog.text(320, 150 + 10 * index, label or " ", 7).text(400, 150 + 10 * index, value, 7)
    (product,) = catalog.discover().products
    assert product.attributes["material"] == "68% new wool, 25% flax, 7% polyamide"
    assert product.attributes["designer"] == "Mads Ewald"


def test_a_size_behind_a_value_on_its_line_is_not_of_it(catalog: Any) -> None:
    catalog.page().picture(40, 80, 250, 330).text(320, 100, "Ruga", 26, bold=True)
    catalog.text(320, 130, "Design: Mette Holm, 2014 W 72 x D 76 x H 74 cm", 8).text(320, 150, "Art. no. 10-121", 8)
    (product,) = catalog.discover().products
    assert product.attributes["designer"] == "Mette Holm, 2014"
    assert product.attributes["depth"] == Measure(value="76", unit="cm")


@pytest.mark.parametrize(("scale", "unit"), [(10, "mm"), (1, None)])
def test_pieces_whose_bare_sides_reach_half_a_metre_in_nothing_else_are_in_millimetres(
    scale: int, unit: str | None
) -> None:
    texts = [f"{60 * scale + number} x {60 * scale} x {85 * scale}" for number in range(6)]
    assert guess_unit(texts, None) == unit


@pytest.mark.parametrize(
    ("line", "collection"),
    [("HALDEN™ COLLECTION", "Halden"), ("Serie Oslo", "Oslo"), ("New Collection", None), ("Oslo table", None)],
)
def test_a_line_of_its_own_names_the_collection(line: str, collection: str | None) -> None:
    assert collection_of(line) == collection


def test_fibres_in_small_letters_are_materials_with_what_tells_of_them() -> None:
    assert material_kind("lana himalayana e seta di bambù") == "material"
    assert material_kind("Lana Poltrona") is None
    assert material_kind("la maison sans que trois personnes l'aient vue") is None


def test_room_left_for_a_suffix_is_no_part_of_a_code() -> None:
    assert clean_code("7455-____") == "7455"


def test_numbers_are_codes_where_the_document_labels_one_of_their_form_so() -> None:
    lines = ["hoekbank, Olefin. Art.nr. 704.118", "acacia, B 150 cm 712.418", "staal 712.330", "textileen 712.345"]
    tail = learn_code_tail(lines)
    assert tail is not None
    assert [match[0] for line in lines[1:] if (match := tail.search(line))] == ["712.418", "712.330", "712.345"]
    assert learn_code_tail(lines[1:]) is None  # no label says so
    assert learn_code_tail([*lines, "712.330 HUF"]) is None


def test_the_unit_on_the_next_line_is_no_label(catalog: Any) -> None:
    fields = {"Code": "1080-LB", "Price": "EUR 98.00"}
    catalog.page().specification("Selene mirror", fields)
    for y, line in ((260, "LED mirror, touch switch, IP44, 18"), (270, "W"), (281, "60 x 3 x 90 cm")):
        catalog.text(320, y, line, 8)
    (found,) = catalog.discover().products
    assert found.attributes["height"] == Measure(value="90", unit="cm")


def test_a_number_beside_a_diameter_is_the_height() -> None:
    (size,) = find_sizes("Ø40 × 13 cm")
    assert size.measures == {"diameter": Measure(value="40", unit="cm"), "height": Measure(value="13", unit="cm")}


@pytest.mark.parametrize(("printed", "code"), [("Ref. ANJ", "ANJ"), ("Ref. AUB 24", "AUB 24"), ("Ref. TBC", None)])
def test_a_labelled_code_may_be_letters_only(catalog: Any, printed: str, code: str | None) -> None:
    catalog.page().specification("Aubrac bed", {"Price": "EUR 98.00", "Width": "140 cm"})
    catalog.text(320, 190, printed, 8)
    assert [one.sku for one in catalog.discover().products] == [code]
