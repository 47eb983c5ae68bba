"""Labels of pictures drawn here, by the checked-in weights, which were fitted on none of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from tasks.catalog.engines import Examination, ImageCase, ImageUse, ItemFailure
from tasks.catalog.image_analysis import IMAGE_CLASSES, ImageLabel
from tasks.catalog.products import ImageLink
from tasks.local import image_classes
from tasks.local.image_classes import LocalImageExaminer, label_images

CAPTION = ImageLink(sha256="a", page=1, score=0.95, reason="caption_below")
SWATCH_USE = ImageUse(
    page_share=0.06, shown_side_points=150.0, page_kind="products", has_products=True, links=(CAPTION,)
)


def draw_lines() -> Image.Image:
    """A cabinet in elevation with dimensions."""
    picture = Image.new("RGB", (600, 500), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((120, 100, 480, 420), outline="black", width=3)
    for x in (210, 300, 390):
        draw.line((x, 100, x, 420), "black", 2)
    draw.line((120, 60, 480, 60), "black", 1)
    draw.line((80, 100, 80, 420), "black", 1)
    draw.text((280, 40), "1800", "black")
    draw.text((40, 250), "900", "black")
    return picture


def draw_stone(seed: int = 5) -> Image.Image:
    """A mottled surface that looks alike everywhere."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 60, (60, 60), dtype=np.uint8)).resize((480, 480), Image.Resampling.BICUBIC)
    grain = rng.normal(0, 6, (480, 480))
    tone = np.asarray(coarse, np.float64) + grain
    return Image.fromarray(np.clip(tone[..., None] + np.array([150, 138, 120]), 0, 255).astype(np.uint8))


def draw_logo() -> Image.Image:
    picture = Image.new("RGB", (300, 120), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((10, 20, 90, 100), fill=(180, 40, 30))
    draw.rectangle((110, 45, 280, 75), fill=(180, 40, 30))
    return picture


def draw_blur() -> Image.Image:
    """Noise blurred to nothing in particular."""
    noise = np.random.default_rng(3).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    return Image.fromarray(noise).filter(ImageFilter.GaussianBlur(9))


def label(picture: Image.Image, folder: Path, cache: Path, use: ImageUse = ImageUse()) -> ImageLabel:  # noqa: B008
    path = folder / "picture.png"
    picture.save(path)
    [found] = label_images([ImageCase("a", path, None, use)], cache_dir=cache)
    assert isinstance(found, ImageLabel)
    return found


def test_lines_on_white_are_a_technical_diagram_without_any_use(tmp_path: Path, model_cache: Path) -> None:
    found = label(draw_lines(), tmp_path, model_cache)
    assert (found.label, found.confidence >= 0.6) == ("TECHNICAL_DIAGRAM", True)


def test_a_captioned_swatch_is_a_product_image_and_surer_than_without_caption(
    tmp_path: Path, model_cache: Path
) -> None:
    captioned = label(draw_stone(), tmp_path, model_cache, SWATCH_USE)
    assert (captioned.label, captioned.confidence >= 0.8) == ("PRODUCT_IMAGE", True)
    assert "caption_below" in captioned.reason
    bare = label(draw_stone(), tmp_path, model_cache)
    assert bare.label == "PRODUCT_IMAGE"
    assert bare.confidence <= captioned.confidence


def test_a_flat_colour_is_a_product_where_a_caption_says_so(tmp_path: Path, model_cache: Path) -> None:
    flat = Image.new("RGB", (300, 300), (190, 60, 40))
    assert label(flat, tmp_path, model_cache, SWATCH_USE).label == "PRODUCT_IMAGE"


def test_a_repeated_image_is_decorative_whatever_it_shows(tmp_path: Path, model_cache: Path) -> None:
    for picture in (draw_logo(), draw_stone()):
        found = label(picture, tmp_path, model_cache, ImageUse(page_share=0.02, repeated=True))
        assert (found.label, found.confidence >= 0.8) == ("DECORATIVE", True)


def test_what_shows_nothing_in_particular_is_less_sure(tmp_path: Path, model_cache: Path) -> None:
    vague = label(draw_blur(), tmp_path, model_cache)
    clear = label(draw_lines(), tmp_path, model_cache)
    assert vague.confidence < clear.confidence


async def test_a_broken_file_is_a_failure_of_its_own(tmp_path: Path, model_cache: Path) -> None:
    good, broken = tmp_path / "good.png", tmp_path / "broken.jpg"
    draw_lines().save(good)
    draw_stone().save(broken, "JPEG")
    broken.write_bytes(broken.read_bytes()[:400])
    cases = [ImageCase(name, path) for name, path in (("a", broken), ("b", good), ("c", tmp_path / "none.png"))]
    first, second, third = await LocalImageExaminer(model_cache).examine(cases)
    assert isinstance(first, ItemFailure)
    assert "broken.jpg" in first.reason
    assert isinstance(second, Examination)
    assert second.analysis is not None
    assert isinstance(third, ItemFailure)


async def test_an_image_of_too_many_pixels_is_refused(tmp_path: Path, model_cache: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("L", (1200, 1000)).save(path)
    [found] = await LocalImageExaminer(model_cache, max_megapixels=1.0).examine([ImageCase("a", path)])
    assert isinstance(found, ItemFailure)


async def test_nothing_to_examine_gives_nothing(model_cache: Path) -> None:
    assert await LocalImageExaminer(model_cache).examine([]) == []


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3)])
def test_a_picture_of_any_shape_gets_a_label(tmp_path: Path, model_cache: Path, size: tuple[int, int]) -> None:
    assert label(Image.new("RGB", size, "grey"), tmp_path, model_cache).label in IMAGE_CLASSES


def test_the_same_image_gets_the_same_label_alone_and_in_company(tmp_path: Path, model_cache: Path) -> None:
    cases = []
    for number, picture in enumerate((draw_lines(), draw_stone(), draw_logo())):
        path = tmp_path / f"{number}.png"
        picture.save(path)
        cases.append(ImageCase(str(number), path, None, SWATCH_USE))
    together = label_images(cases, cache_dir=model_cache)
    assert together == label_images(cases, cache_dir=model_cache)
    assert together == [label_images([case], cache_dir=model_cache)[0] for case in cases]


def test_weights_of_other_features_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = json.loads(image_classes.WEIGHTS.read_text(encoding="utf-8"))
    data["use_names"] = data["use_names"][1:]
    other = tmp_path / "weights.json"
    other.write_text(json.dumps(data), encoding="utf-8")
    monkeypatch.setattr(image_classes, "WEIGHTS", other)
    with pytest.raises(ValueError, match="other use_names"):
        image_classes.load_model.__wrapped__()
