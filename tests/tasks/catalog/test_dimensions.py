"""Sizes, measures and weights as printed."""

from __future__ import annotations

import pytest

from tasks.catalog.decimals import DecimalMark
from tasks.catalog.dimensions import find_sizes, find_weight, parse_measure
from tasks.catalog.products import Measure


def _flat(text: str, mark: DecimalMark | None = None, unit: str | None = None) -> list[dict[str, str]]:
    return [
        {axis: f"{m.value} {m.unit}" for axis, m in size.measures.items() if isinstance(m, Measure)}
        for size in find_sizes(text, mark, unit)
    ]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("60x60", [{"width": "60 None", "length": "60 None"}]),
        ("11,8 × 11,8 cm", [{"width": "11.8 cm", "length": "11.8 cm"}]),
        ("600 x 1200 x 9 mm", [{"width": "600 mm", "length": "1200 mm", "thickness": "9 mm"}]),
        ("80 x 75 x 90 cm", [{"width": "80 cm", "depth": "75 cm", "height": "90 cm"}]),
        ("W 80 x D 75 x H 90 cm", [{"width": "80 cm", "depth": "75 cm", "height": "90 cm"}]),
        ("W80 × D75 × H90 cm", [{"width": "80 cm", "depth": "75 cm", "height": "90 cm"}]),
        ("W: 80 cm, D: 75 cm, H: 90 cm", [{"width": "80 cm", "depth": "75 cm", "height": "90 cm"}]),
        ("B 200 x T 90 x H 75 cm", [{"width": "200 cm", "depth": "90 cm", "height": "75 cm"}]),
        ("B/T/H 200/90/75 cm", [{"width": "200 cm", "depth": "90 cm", "height": "75 cm"}]),
        ("Ш×Г×В 80×75×90 см", [{"width": "80 cm", "depth": "75 cm", "height": "90 cm"}]),
        ("Π 80 x Β 60 x Υ 90 εκ.", [{"width": "80 cm", "depth": "60 cm", "height": "90 cm"}]),
        ("L 180 x P 85 x H 40 cm", [{"width": "180 cm", "depth": "85 cm", "height": "40 cm"}]),
        ("L 180 P 70 H 35 cm", [{"width": "180 cm", "depth": "70 cm", "height": "35 cm"}]),
        ("W 80 D 75 H 90 SH 45 cm", [{"width": "80 cm", "depth": "75 cm", "height": "90 cm", "seat_height": "45 cm"}]),
        ("Ш 80 Г 75 В 90 см", [{"width": "80 cm", "depth": "75 cm", "height": "90 cm"}]),
        ("80W 75D 90H cm", [{"width": "80 cm", "depth": "75 cm", "height": "90 cm"}]),
        ("80 W x 75 D x 90 H cm", [{"width": "80 cm", "depth": "75 cm", "height": "90 cm"}]),
        ('24" x 48"', [{"width": "24 in", "length": "48 in"}]),
        ('30.5"W x 35.5"D x 39"H', [{"width": "30.5 in", "depth": "35.5 in", "height": "39 in"}]),
        ('29 1/2" x 12"', [{"width": "29.5 in", "length": "12 in"}]),
        ("Ø 45 cm", [{"diameter": "45 cm"}]),
        ("Ø 45 x H 52 cm", [{"diameter": "45 cm", "height": "52 cm"}]),
        ("Dimensions: 120 W x 60 D x 45 H cm", [{"width": "120 cm", "depth": "60 cm", "height": "45 cm"}]),
        ("1,2 x 0,6 m", [{"width": "1.2 m", "length": "0.6 m"}]),
        ("GV14 Dining Side Chair", []),
        ("Article 12", []),
        ("tel. 210 1234567", []),
        ("2014-2015", []),
        ("page 12 of 30", []),
    ],
)
def test_sizes_are_read_with_their_axes_and_units(raw: str, expected: list[dict[str, str]]) -> None:
    assert _flat(raw) == expected


def test_a_column_s_unit_holds_where_none_is_printed() -> None:
    assert _flat("60 x 120", unit="cm") == [{"width": "60 cm", "length": "120 cm"}]


@pytest.mark.parametrize(
    ("raw", "unit", "expected"),
    [
        ("39", "in", Measure(value="39", unit="in")),
        ("12,5 cm", None, Measure(value="12.5", unit="cm")),
        ("15.5", None, Measure(value="15.5", unit=None)),
        ("-", "in", None),
        ("2 x 3", "in", None),
    ],
)
def test_a_cell_holds_one_measure(raw: str, unit: str | None, expected: Measure | None) -> None:
    assert parse_measure(raw, unit=unit) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("12,5 kg", Measure(value="12.5", unit="kg")),
        ("Gewicht: 18 kg", Measure(value="18", unit="kg")),
        ("8 кг", Measure(value="8", unit="kg")),
        ("280 g/m²", None),
        ("12 cm", None),
    ],
)
def test_weights(raw: str, expected: Measure | None) -> None:
    assert find_weight(raw) == expected


def test_a_size_keeps_its_spelling_and_place() -> None:
    (size,) = find_sizes("Sofa L 180 P 70 H 35 cm, oak")
    assert (size.text, size.start, size.end) == ("L 180 P 70 H 35 cm", 5, 23)


@pytest.mark.parametrize(
    ("text", "axes"),
    [
        ("L 600 x W 600 x T 20 mm", {"length": "600", "width": "600", "thickness": "20"}),
        ("W 160/210 × D 95 × H 73 cm", {"width": "160", "depth": "95", "height": "73"}),
        ("78 × 82 × 71 SH 38", {"width": "78", "depth": "82", "height": "71", "seat_height": "38"}),
        ("Textile collection 2026/27", {}),
        ("11 GU, 26/02", {}),
        ("from 03/12/2024 on", {}),
        ("1900 × 190 × 14 mm", {"length": "1900", "width": "190", "thickness": "14"}),
        ("60 × 120 × 0.9 cm", {"width": "60", "length": "120", "thickness": "0.9"}),
        ("2026/1/31", {}),
        ("60/200/75 cm", {"width": "60", "depth": "200", "height": "75"}),
        ("2 000 / 700", {}),
        ("2 × 5 W", {}),
        ('G 3/8"', {}),
        ("Hall 14 B23", {}),
    ],
)
def test_what_is_joined_is_a_size_only_where_it_can_be_one(text: str, axes: dict[str, str]) -> None:
    found = [value for size in find_sizes(text) for value in size.measures.items()]
    assert {axis: value.value for axis, value in found if isinstance(value, Measure)} == axes


def test_a_size_takes_the_order_said_elsewhere() -> None:
    (size,) = find_sizes("78 × 82 × 71 SH 38", unit="cm", order=("height", "width", "depth"))
    assert list(size.measures) == ["height", "width", "depth", "seat_height"]
    assert size.measures["height"] == Measure(value="78", unit="cm")


@pytest.mark.parametrize(
    ("text", "axes"),
    [
        ("L 84 P 90 H 76 cm", ["width", "depth", "height"]),
        ("L 84 x P 90 x H 76 cm", ["width", "depth", "height"]),
        ("L 120 x l 60 x H 75 cm", ["length", "width", "height"]),
        ("L 200 x H 90 cm", ["length", "height"]),
        ("254 l (184 l / 70 l)", []),
    ],
)
def test_l_is_a_width_beside_a_p_and_litres_are_none(text: str, axes: list[str]) -> None:
    assert [axis for size in find_sizes(text) for axis in size.measures] == axes


@pytest.mark.parametrize("text", ['137 cm (54")', "137 cm / 54 in", "137 cm", "137 cm ± 2%", "137 cm (approx. 54 in)"])
def test_a_measure_may_be_said_again_in_another_unit(text: str) -> None:
    assert parse_measure(text) == Measure(value="137", unit="cm")
