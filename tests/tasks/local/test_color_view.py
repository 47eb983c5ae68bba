from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageOps

from tasks.local.color_view import describe_color, to_lab


def plain(color: str) -> Image.Image:
    return Image.new("RGB", (100, 80), color)


def near(first: Image.Image, second: Image.Image) -> float:
    return float(describe_color(first) @ describe_color(second))


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((119, 119, 119), (50.03, 0, 0)),
    ],
)
def test_lab_values_are_the_published_ones(rgb: tuple[int, int, int], lab: tuple[float, float, float]) -> None:
    assert to_lab(np.array([rgb], np.uint8))[0] == pytest.approx(lab, abs=0.02)


def test_red_is_nearer_to_orange_than_to_blue() -> None:
    assert near(plain("#c02020"), plain("#c84a20")) > near(plain("#c02020"), plain("#2040c0")) + 0.2


def test_beige_is_nearer_to_sand_than_to_grey() -> None:
    """Near grey, where interiors live, hues are told apart."""
    assert near(plain("#d8c8ac"), plain("#d2bf9f")) > near(plain("#d8c8ac"), plain("#c9c9c9")) + 0.2


def test_a_colour_that_crosses_a_bins_edge_stays_near() -> None:
    """Every small step in lightness keeps the colours near, also across the edges of bins."""
    steps = [plain(f"#{value:02x}{value - 20:02x}{value - 40:02x}") for value in range(60, 240, 6)]
    assert min(near(a, b) for a, b in pairwise(steps)) > 0.9


def test_place_does_not_matter() -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    picture = Image.fromarray(pixels).resize((320, 256), Image.Resampling.NEAREST)
    for moved in (ImageOps.mirror(picture), ImageOps.flip(picture), picture.rotate(180)):
        assert near(picture, moved) > 0.9999


def test_texture_does_not_matter() -> None:
    rng = np.random.default_rng(4)
    mask = rng.random((256, 256, 1)) < 0.5
    stripes = (np.indices((256, 256))[1] // 32 % 2 == 0)[..., None]
    dark, light = np.array([60, 30, 20]), np.array([220, 200, 170])
    coarse = Image.fromarray(np.where(mask, dark, light).astype(np.uint8)[:64, :64]).resize((256, 256), 0)
    striped = Image.fromarray(np.where(stripes, dark, light).astype(np.uint8))
    assert near(coarse, striped) > 0.98


def test_a_product_on_paper_is_near_to_its_own_colour() -> None:
    """The share of white around it hardly matters, and another product on as much white is not near for it."""

    def cut_out(color: str, side: int) -> Image.Image:
        picture = Image.new("RGB", (200, 200), "#f8f8f8")
        picture.paste(color, (100 - side // 2, 100 - side // 2, 100 + side // 2, 100 + side // 2))
        return picture

    assert near(cut_out("#2f6f4f", 70), cut_out("#2f6f4f", 150)) > 0.8
    assert near(cut_out("#2f6f4f", 90), cut_out("#2f6f4f", 90).crop((60, 60, 140, 140))) > 0.7
    assert near(cut_out("#2f6f4f", 90), cut_out("#a03020", 90)) < 0.6


def test_a_white_thing_is_white() -> None:
    assert near(plain("white"), plain("#f4f4f4")) > 0.9
    assert near(plain("white"), plain("#303030")) < 0.1
