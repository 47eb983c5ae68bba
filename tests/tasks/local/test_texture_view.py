import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps

from tasks.local.texture_view import describe_texture


def near(first: Image.Image, second: Image.Image) -> float:
    return float(describe_texture(first) @ describe_texture(second))


def weave(seed: int, pitch: float) -> Image.Image:
    """Grey threads over and under, with noise."""
    rows, columns = np.indices((260, 260)) + np.random.default_rng(seed).uniform(0, pitch)
    value = 128 + 40 * np.sin(2 * np.pi * rows / pitch) * np.sin(2 * np.pi * columns / pitch)
    noise = np.random.default_rng(seed).normal(0, 4, value.shape)
    return Image.fromarray(np.uint8(np.clip(value + noise, 0, 255))).convert("RGB")


def grain(seed: int) -> Image.Image:
    """Long fibres along x."""
    field = np.random.default_rng(seed).normal(0, 1, (260, 260))
    field = np.apply_along_axis(lambda row: np.convolve(row, np.ones(40), "same"), 1, field)
    return Image.fromarray(np.uint8(np.clip(128 + 5 * field, 0, 255))).convert("RGB")


def test_the_same_weave_is_nearer_than_another_surface() -> None:
    assert near(weave(1, 9), weave(2, 9)) > max(near(weave(1, 9), grain(3)), near(weave(1, 9), weave(2, 40))) + 0.2


def test_a_shift_of_colour_changes_nothing() -> None:
    """Each channel is raised or lowered as a whole, without clipping."""
    pixels = np.asarray(weave(1, 9), np.int16) // 2 + 40
    shifted = pixels + np.array([60, -15, 25])
    assert near(Image.fromarray(np.uint8(pixels)), Image.fromarray(np.uint8(shifted))) > 0.98


def test_brightness_and_contrast_hardly_matter() -> None:
    picture = weave(1, 9)
    softer = Image.fromarray(np.uint8(np.asarray(picture, np.float32) * 0.6 + 70))
    assert near(picture, softer) > 0.9
    assert near(picture, softer) > near(picture, grain(3)) + 0.2


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_quarter_turn_or_a_mirror_image_is_the_same_texture(turns: int) -> None:
    picture = grain(5)
    assert near(picture, picture.rotate(90 * turns)) > 0.999
    assert near(picture, ImageOps.mirror(picture).rotate(90 * turns)) > 0.999


def test_a_blurred_surface_is_another_texture() -> None:
    picture = weave(1, 9)
    assert near(picture, picture.filter(ImageFilter.GaussianBlur(6))) < 0.8
