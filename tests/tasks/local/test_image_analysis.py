import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tasks.catalog.engines import ImageCase, ImageUse
from tasks.catalog.image_analysis import ImageAnalysis, ImageClass, ImageLabel, serialize
from tasks.catalog.products import ImageLink
from tasks.local.image_analysis import analyse
from tasks.local.image_colors import find_palette
from tasks.local.image_files import UnreadableImageError
from tasks.local.image_textures import describe_surface

sys.path.insert(0, str(Path(__file__).parents[2] / "sample"))

import textures

SIDE = 300
UNKNOWN = ImageUse()
LINK = ImageLink(sha256="a", page=1, score=0.9, reason="caption")


def draw_stripes(width: int, degrees: float) -> Image.Image:
    y, x = np.mgrid[:SIDE, :SIDE]
    along = np.cos(np.radians(degrees)) * x + np.sin(np.radians(degrees)) * y
    dark = ((along // width) % 2)[..., None]
    noise = np.random.default_rng(1).normal(0, 2, (SIDE, SIDE, 3))
    return Image.fromarray(np.uint8(np.clip(np.array((27, 42, 82)) * dark + 235 * (1 - dark) + noise, 0, 255)))


def draw_swatch(color: str, noise: float = 1.5) -> Image.Image:
    pixels = np.asarray(Image.new("RGB", (SIDE, SIDE), color), np.float64)
    grain = np.random.default_rng(2).normal(0, noise, (SIDE, SIDE, 1))
    return Image.fromarray(np.uint8(np.clip(pixels + grain, 0, 255)))


def draw_texture(name: str) -> Image.Image:
    return Image.fromarray(np.uint8(np.clip(getattr(textures, name)((SIDE, SIDE), 4), 0, 1) * 255))


def look_at(
    picture: Image.Image, folder: Path, use: ImageUse = UNKNOWN, label: ImageClass = "PRODUCT_IMAGE"
) -> ImageAnalysis:
    path = folder / "picture.png"
    picture.save(path)
    return analyse(ImageCase("a", path, None, use), ImageLabel(label=label, confidence=0.9, reason="given"))


@pytest.mark.parametrize(
    ("code", "name"),
    [("#c0603f", "terracotta"), ("#1b2a4f", "navy"), ("#f8f3dd", "ivory"), ("#9caf88", "sage"), ("#808182", "grey")],
)
def test_a_plain_swatch_has_one_color_and_no_pattern(code: str, name: str, tmp_path: Path) -> None:
    found = look_at(draw_swatch(code), tmp_path)
    assert (found.colors, found.textures, found.surface_pattern) == ((name,), ("smooth",), "plain")


def test_pixels_alone_name_no_material(tmp_path: Path) -> None:
    found = look_at(draw_texture("white_marble"), tmp_path)
    assert found.colors
    assert (found.material_type, found.category, found.finish, found.detected_text) == (None, None, None, ())
    assert found.confidence is not None
    assert found.confidence < 0.5


@pytest.mark.parametrize(("width", "degrees"), [(20, 0), (10, 90), (14, 45), (25, 17)])
def test_stripes_are_seen_at_any_angle(width: int, degrees: float, tmp_path: Path) -> None:
    found = look_at(draw_stripes(width, degrees), tmp_path)
    assert found.surface_pattern == "striped"
    assert "navy" in found.colors


def test_checks_are_not_stripes() -> None:
    y, x = np.mgrid[:400, :400]
    shade = (((x // 30) % 2 + (y // 30) % 2) / 2)[..., None]
    picture = Image.fromarray(np.uint8(np.array((150, 30, 30)) * shade + 235 * (1 - shade)))
    assert describe_surface(picture).pattern == "checked"


@pytest.mark.parametrize(
    ("name", "word"), [("oak", "directional"), ("walnut", "directional"), ("linen", "woven"), ("slate", "directional")]
)
def test_structure_is_named_where_it_is_clear(name: str, word: str) -> None:
    assert word in describe_surface(draw_texture(name)).textures


def test_dots_are_speckles() -> None:
    picture = Image.new("RGB", (400, 400), (230, 228, 220))
    draw = ImageDraw.Draw(picture)
    for x, y in np.random.default_rng(1).integers(0, 400, (220, 2)).tolist():
        draw.ellipse((x, y, x + 5, y + 5), fill=(60, 60, 60))
    assert "speckled" in describe_surface(picture).textures


def test_nothing_is_claimed_of_a_scene() -> None:
    scene = Image.new("RGB", (400, 400), (235, 230, 220))
    draw = ImageDraw.Draw(scene)
    draw.rectangle((0, 280, 400, 400), fill=(120, 80, 50))
    draw.ellipse((60, 150, 260, 330), fill=(30, 60, 90))
    assert describe_surface(scene) == ((), None)


def test_studio_white_is_no_color_of_the_thing_on_it(tmp_path: Path) -> None:
    studio = Image.new("RGB", (400, 400), "white")
    ImageDraw.Draw(studio).rectangle((120, 120, 280, 280), fill="#1b2a52")
    found = look_at(studio, tmp_path)
    assert found.colors == ("navy",)
    assert found.surface_pattern is None  # a thing on white is no surface


def test_a_white_thing_without_a_border_of_white_is_white() -> None:
    framed = Image.new("RGB", (200, 200), "#111111")
    ImageDraw.Draw(framed).rectangle((20, 20, 180, 180), fill="white")
    assert find_palette(framed).colors[0][0] == "white"
    assert find_palette(Image.new("RGB", (50, 50), "white")).colors == (("white", 1.0),)


def test_a_greek_caption_gives_english(tmp_path: Path) -> None:
    use = ImageUse(nearest_text="Πλακάκι τραβερτίνης, λειασμένο, 60x60 cm AK2501 R10")
    found = look_at(draw_texture("travertine"), tmp_path, use)
    assert (found.material_type, found.finish) == ("travertine", "honed")
    assert (found.category, found.subcategory) == ("tiles", "tile")
    assert found.detected_text == ("60x60 cm", "AK2501", "R10")
    assert found.description is not None
    assert "honed travertine tile" in found.description


def test_a_color_in_a_name_counts_only_where_pixels_agree(tmp_path: Path) -> None:
    product = {"name": "Calacatta Gold", "material": "marble"}
    use = ImageUse(product=product, links=(LINK,))
    assert "gold" not in look_at(draw_swatch("#eeeeec"), tmp_path, use).colors
    assert "gold" in look_at(draw_swatch("#cfa030"), tmp_path, use).colors


def test_of_many_colors_of_a_product_the_image_has_what_it_shows(tmp_path: Path) -> None:
    use = ImageUse(product={"name": "Alba", "colors": ("red", "navy", "white", "green")}, links=(LINK,))
    assert look_at(draw_swatch("#1b2a52"), tmp_path, use).colors == ("navy",)


def test_a_linked_product_makes_it_surer_but_never_surer_than_the_label(tmp_path: Path) -> None:
    swatch = draw_swatch("#c0603f")
    alone, captioned, linked = (
        look_at(swatch, tmp_path, use).confidence
        for use in (
            ImageUse(),
            ImageUse(nearest_text="Terracotta tile"),
            ImageUse(product={"name": "Cotto tile"}, links=(LINK,)),
        )
    )
    assert alone is not None
    assert captioned is not None
    assert linked is not None
    assert alone < captioned < linked <= 0.9


def test_a_drawing_has_no_colors(tmp_path: Path) -> None:
    found = look_at(draw_stripes(20, 0), tmp_path, ImageUse(nearest_text="Oak table"), "TECHNICAL_DIAGRAM")
    assert (found.colors, found.textures, found.surface_pattern) == ((), (), None)
    assert found.description == "technical drawing of oak table"


def test_words_near_a_decoration_do_not_describe_it(tmp_path: Path) -> None:
    found = look_at(draw_swatch("#c0603f"), tmp_path, ImageUse(nearest_text="Oak table"), "DECORATIVE")
    assert found.material_type is None
    assert found.colors == ("terracotta",)


def test_the_same_image_always_has_the_same_analysis(tmp_path: Path) -> None:
    use = ImageUse(nearest_text="Fehér márványlap, polírozott", links=(LINK,))
    picture = draw_texture("green_marble")
    assert len({serialize(look_at(picture, tmp_path, use)) for _ in range(3)}) == 1


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (400, 3)])
def test_slivers_are_analysed_too(size: tuple[int, int], tmp_path: Path) -> None:
    assert look_at(Image.new("RGB", size, "#1b2a52"), tmp_path).colors == ("navy",)


def test_a_broken_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"\xff\xd8\xff no picture")
    with pytest.raises(UnreadableImageError):
        analyse(ImageCase("a", path), ImageLabel(label="MIXED", confidence=0.9, reason="given"))
