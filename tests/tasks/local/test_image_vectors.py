import io
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from tasks.local import image_vectors
from tasks.local.image_readings import forget_readings
from tasks.local.image_vectors import (
    DIMENSIONS,
    UnreadableImageError,
    convert_model,
    embed_images,
    find_weights,
    load_pixels,
    read_images,
)
from tasks.local.projection import orthonormal_matrix
from tasks.local.torch_weights import WeightsFormatError, read_torch_weights

PHOTOGRAPHS = 12
CROPS = 5
KNOWN_ENTRIES = [-0.040115358, -0.023965301, 0.051949026]
KNOWN_VALUES = [0.0028, 0.00551, -0.01801, -0.07135]


def paint_photograph(seed: int) -> Image.Image:
    """A scene of soft light, a few solids and a surface texture: unlike any other seed's, much like itself cropped."""
    rng = np.random.default_rng(seed)
    light = Image.fromarray(rng.integers(0, 256, (3, 4, 3), dtype=np.uint8)).resize(
        (480, 360), Image.Resampling.BICUBIC
    )
    draw = ImageDraw.Draw(light)
    for _ in range(rng.integers(4, 14)):
        x, y, w, h = (int(v) for v in rng.integers((0, 0, 30, 30), (400, 300, 200, 200)))
        shape = draw.ellipse if rng.random() < 0.5 else draw.rectangle
        shape((x, y, x + w, y + h), fill=tuple(int(v) for v in rng.integers(0, 256, 3)))
    soft = np.asarray(light.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 3)))), np.float32)
    waves = np.sin(np.arange(480)[None] * rng.uniform(0.05, 1) + np.arange(360)[:, None] * rng.uniform(-1, 1))
    noisy = soft + 25 * waves[..., None] + rng.normal(0, 6, soft.shape)
    return Image.fromarray(np.uint8(np.clip(noisy, 0, 255)))


def augment(image: Image.Image, seed: int) -> Image.Image:
    """A crop of at least 70 % a side, resized, a little brighter or darker, as JPEG of quality 60."""
    rng = np.random.default_rng(seed)
    share = rng.uniform(0.7, 0.95)
    width, height = int(image.width * share), int(image.height * share)
    left, top = int(rng.integers(0, image.width - width)), int(rng.integers(0, image.height - height))
    crop = image.crop((left, top, left + width, top + height)).resize((360, 270))
    brightness = float(rng.uniform(0.8, 1.2))
    lit = crop.point(lambda value: int(min(255, value * brightness)))
    out = io.BytesIO()
    lit.save(out, "JPEG", quality=60)
    return Image.open(io.BytesIO(out.getvalue()))


@pytest.fixture(autouse=True)
def _forget() -> None:
    """Every test reads its images anew."""
    forget_readings()


@pytest.fixture(scope="module")
def crops(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("crops")
    paths = []
    for number in range(PHOTOGRAPHS):
        photograph = paint_photograph(number)
        for crop in range(CROPS):
            paths.append(folder / f"{number}-{crop}.png")
            augment(photograph, 1000 * number + crop).save(paths[-1])
    return paths


def test_crops_of_one_photograph_are_nearest_to_each_other(crops: list[Path], model_cache: Path) -> None:
    vectors = embed_images(crops, cache_dir=model_cache)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    owners = np.repeat(np.arange(PHOTOGRAPHS), CROPS)
    top1 = float(np.mean(owners[cosines.argmax(axis=1)] == owners))
    assert top1 >= 0.95


def test_vectors_are_768_unit_floats_in_the_order_of_the_paths(crops: list[Path], model_cache: Path) -> None:
    vectors = embed_images(crops[:23], cache_dir=model_cache)
    assert vectors.shape == (23, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    forget_readings()
    assert np.allclose(embed_images(crops[22:23], cache_dir=model_cache)[0], vectors[22], atol=1e-5)


def test_an_image_has_the_same_vector_in_every_batch_and_with_every_number_of_threads(
    crops: list[Path], model_cache: Path
) -> None:
    together = embed_images(crops[:21], cache_dir=model_cache, threads=2)
    forget_readings()
    alone = np.concatenate([embed_images([path], cache_dir=model_cache) for path in crops[:21]])
    assert np.sum(together * alone, axis=1).min() > 0.99999


def test_no_images_give_no_vectors(model_cache: Path) -> None:
    assert embed_images([], cache_dir=model_cache).shape == (0, DIMENSIONS)


def test_a_file_that_is_no_image_is_named(tmp_path: Path, crops: list[Path], model_cache: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff" + b"nothing" * 50)
    with pytest.raises(UnreadableImageError, match=r"broken\.jpg") as caught:
        embed_images([crops[0], broken], cache_dir=model_cache)
    assert caught.value.path == broken


def test_a_broken_image_costs_only_itself(tmp_path: Path, crops: list[Path], model_cache: Path) -> None:
    broken, missing = tmp_path / "broken.png", tmp_path / "missing.png"
    broken.write_bytes(crops[0].read_bytes()[:2000])
    reading = read_images([crops[0], broken, crops[1], missing], cache_dir=model_cache)
    assert reading.positions == (0, 2)
    assert sorted(reading.failures) == [1, 3]
    assert np.allclose(reading.vectors, embed_images(crops[:2], cache_dir=model_cache), atol=1e-5)
    assert reading.logits.shape == (2, 1000)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_pixel_format_is_read(mode: str, tmp_path: Path) -> None:
    path = tmp_path / ("image.tif" if mode in ("CMYK", "I;16") else "image.png")
    Image.new(mode, (50, 40)).save(path)
    assert load_pixels(path).shape == (3, 224, 224)


def test_transparent_pixels_count_as_white(tmp_path: Path) -> None:
    path = tmp_path / "clear.png"
    Image.new("RGBA", (50, 40), (0, 0, 0, 0)).save(path)
    assert load_pixels(path).min() == 1.0


def test_a_strip_one_pixel_high_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "strip.png"
    Image.new("RGB", (30_000, 1), "red").save(path)
    assert load_pixels(path)[:, 0, 0].tolist() == [1.0, -127 / 128, -127 / 128]


def test_two_processes_may_convert_the_model_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tasks.local.image_vectors import convert_model;"
        "print(convert_model(Path(sys.argv[1])))"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) for _ in range(2)]
    made = {process.communicate(timeout=60)[0].decode().strip() for process in started}
    assert [process.returncode for process in started] == [0, 0]
    assert made == {str(path) for path in tmp_path.iterdir()}


def test_a_damaged_model_file_is_made_again(tmp_path: Path, crops: list[Path]) -> None:
    path = convert_model(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    embed_images(crops[:1], cache_dir=tmp_path)
    assert path.read_bytes() == whole


def test_projection_is_the_same_on_every_machine() -> None:
    """Three entries, written down: vectors stored last year must compare with today's."""
    matrix = orthonormal_matrix(1280, 768, "quarry visual view 1")
    assert np.allclose(matrix.T @ matrix, np.eye(768), atol=1e-12)
    assert matrix[[0, 0, 1279], [0, 767, 0]].round(9).tolist() == KNOWN_ENTRIES


def test_an_image_keeps_the_vector_it_had_when_the_schema_was_numbered(tmp_path: Path, model_cache: Path) -> None:
    path = tmp_path / "steps.png"
    ramp = np.arange(256, dtype=np.uint8)
    across, down = np.meshgrid(ramp, ramp)
    Image.fromarray(np.stack([across, down, np.full_like(across, 90)], axis=2)).save(path)
    vector = embed_images([path], cache_dir=model_cache)[0]
    assert image_vectors.SCHEMA_VERSION == 2
    assert np.allclose(vector[:4], KNOWN_VALUES, atol=2e-4)


def test_weights_that_name_other_code_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(Path.home, 2))
    with pytest.raises(WeightsFormatError, match="not allowed"):
        read_torch_weights(path)


def test_weights_that_end_early_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(find_weights().read_bytes()[:5_000_000])
    with pytest.raises(WeightsFormatError, match="damaged"):
        read_torch_weights(path)
