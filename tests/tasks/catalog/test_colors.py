import numpy as np
import pytest

from tasks.catalog.colors import NAMED_COLORS, agree, measure_difference, name_colors, to_lab
from tasks.catalog.lexicon import concepts


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    # From the published test data (Sharma, Wu and Dalal 2005, table 1).
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.5, 0), (56, -27, -3), 31.9030),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_differences_are_those_of_the_standard(
    first: tuple[float, ...], second: tuple[float, ...], difference: float
) -> None:
    assert measure_difference(np.array(first, float), np.array(second, float)) == pytest.approx(difference, abs=1e-4)


@pytest.mark.parametrize(
    ("code", "name"),
    # Codes from elsewhere than the table: CSS, RAL classic, paints and photographs.
    [
        ("c66b4e", "terracotta"), ("000080", "navy"), ("1d2951", "navy"), ("f9f4e0", "ivory"), ("9caf88", "sage"),
        ("383e42", "anthracite"), ("a02128", "red"), ("0a0a0a", "black"), ("fefefe", "white"), ("9a9a96", "grey"),
        ("dcc9ab", "beige"), ("e1ad01", "mustard"), ("046307", "dark green"), ("7c0a22", "burgundy"),
        ("fffdd0", "cream"), ("5d432c", "brown"), ("006d77", "petrol"),
    ],
)  # fmt: skip
def test_colors_have_the_names_of_the_trade(code: str, name: str) -> None:
    value = np.array([[int(code[i : i + 2], 16) for i in (0, 2, 4)]], np.uint8)
    assert name_colors(to_lab(value)) == [name]


def test_white_and_black_are_the_ends_of_lightness() -> None:
    lab = to_lab(np.array([[255, 255, 255], [0, 0, 0]], np.uint8))
    assert lab == pytest.approx(np.array([[100, 0, 0], [0, 0, 0]]), abs=0.02)


@pytest.mark.parametrize(("first", "second"), [("blue", "navy"), ("gold", "mustard"), ("ivory", "off-white")])
def test_names_of_one_color_agree(first: str, second: str) -> None:
    assert agree(first, second)


@pytest.mark.parametrize(("first", "second"), [("white", "black"), ("gold", "grey"), ("green", "red")])
def test_names_of_two_colors_do_not_agree(first: str, second: str) -> None:
    assert not agree(first, second)


def test_every_color_of_the_lexicon_can_be_compared() -> None:
    words = concepts("color") - {"colour", "light coloured", "dark", "transparent"}
    lacking = {word for word in words if not any(agree(word, name) for name in NAMED_COLORS)}
    assert not lacking
