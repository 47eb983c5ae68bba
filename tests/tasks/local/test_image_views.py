import asyncio
import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tasks.catalog.engines import VIEWS, ImageCase, ImageEmbedder, ImageViews, ItemFailure
from tasks.local import image_readings
from tasks.local.image_readings import forget_readings
from tasks.local.image_vectors import SCHEMA_VERSION, read_images
from tasks.local.image_views import LocalImageEmbedder, embed_views

# Each view of the ramp below times two fixed waves, written down when schema 2 was numbered.
WAVES = np.cos(np.outer([1, 2], np.arange(768)))
KNOWN_VALUES = {
    "visual": [-0.5375, -0.1808],
    "material": [-0.5268, 0.3358],
    "style": [0.1764, -1.0511],
    "color": [-0.0413, 0.1514],
    "texture": [0.4419, 0.3342],
}


@pytest.fixture(autouse=True)
def _forget() -> None:
    forget_readings()


def paint_ramp(path: Path) -> Path:
    ramp = np.arange(256, dtype=np.uint8)
    across, down = np.meshgrid(ramp, ramp)
    Image.fromarray(np.stack([across, down, np.full_like(across, 90)], axis=2)).save(path)
    return path


def embed_one(path: Path, cache: Path) -> ImageViews:
    (found,) = embed_views([path], cache_dir=cache)
    assert isinstance(found, ImageViews)
    return found


def test_the_five_views_are_there_each_of_768_floats_and_unit_length(tmp_path: Path, model_cache: Path) -> None:
    views = embed_one(paint_ramp(tmp_path / "ramp.png"), model_cache).views
    assert set(views) == set(VIEWS)
    for vector in views.values():
        assert (vector.shape, vector.dtype) == ((768,), np.float32)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("mode", "size", "suffix"),
    [
        ("RGB", (1, 1), "png"),
        ("RGB", (300, 300), "png"),
        ("RGB", (30_000, 1), "png"),
        ("L", (3, 4000), "png"),
        ("CMYK", (200, 150), "jpg"),
        ("I;16", (200, 150), "tif"),
        ("RGBA", (200, 150), "png"),
        ("P", (200, 150), "gif"),
        ("1", (200, 150), "png"),
    ],
)
def test_images_without_content_have_finite_unit_vectors(
    mode: str, size: tuple[int, int], suffix: str, tmp_path: Path, model_cache: Path
) -> None:
    path = tmp_path / f"blank.{suffix}"
    Image.new(mode, size).save(path)
    for vector in embed_one(path, model_cache).views.values():
        assert np.isfinite(vector).all()
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_an_image_keeps_its_views_from_process_to_process(tmp_path: Path, model_cache: Path) -> None:
    path = paint_ramp(tmp_path / "ramp.png")
    code = (
        "import json, sys; from pathlib import Path; from tasks.local.image_views import embed_views;"
        "views = embed_views([Path(sys.argv[1])], cache_dir=Path(sys.argv[2]))[0].views;"
        "print(json.dumps({view: vector.tolist() for view, vector in views.items()}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(model_cache)], capture_output=True, text=True, check=True
    )
    there, here = json.loads(done.stdout), embed_one(path, model_cache).views
    for view in VIEWS:
        assert np.allclose(there[view], here[view], atol=1e-5)


def test_an_image_keeps_the_views_it_had_when_the_schema_was_numbered(tmp_path: Path, model_cache: Path) -> None:
    views = embed_one(paint_ramp(tmp_path / "ramp.png"), model_cache).views
    assert SCHEMA_VERSION == 2
    for view in VIEWS:
        assert np.allclose(WAVES @ views[view], KNOWN_VALUES[view], atol=2e-3), view


def test_every_view_has_an_opinion_of_its_own(tmp_path: Path, model_cache: Path) -> None:
    """Which of two pictures is nearer to the first: one of its colours, or one of its pattern?"""
    rows, columns = np.indices((256, 256))
    stripes = ((rows // 16) % 2)[..., None] * 90.0
    disks = (np.hypot(rows % 64 - 32, columns % 64 - 32) < 22)[..., None] * 90.0
    red, green = np.array([150.0, 40, 30]), np.array([30.0, 90, 140])
    paths = []
    for name, pixels in {"asked": red + stripes, "pattern": green + stripes, "color": red + disks}.items():
        paths.append(tmp_path / f"{name}.png")
        Image.fromarray(np.uint8(pixels)).save(paths[-1])
    asked, pattern, color = (
        item.views for item in embed_views(paths, cache_dir=model_cache) if isinstance(item, ImageViews)
    )
    nearer_pattern = {view: bool(asked[view] @ pattern[view] > asked[view] @ color[view]) for view in VIEWS}
    assert not nearer_pattern["color"]
    assert nearer_pattern["texture"]
    assert nearer_pattern["material"]


def test_an_image_that_cannot_be_decoded_is_reported_alone(tmp_path: Path, model_cache: Path) -> None:
    good, broken = paint_ramp(tmp_path / "ramp.png"), tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff nothing")
    cases = [ImageCase(str(number), path) for number, path in enumerate([good, broken, tmp_path / "missing.png", good])]
    embedder: ImageEmbedder = LocalImageEmbedder(model_cache)
    first, second, third, fourth = asyncio.run(embedder.embed(cases))
    assert isinstance(first, ImageViews)
    assert isinstance(fourth, ImageViews)
    assert isinstance(second, ItemFailure)
    assert second.reason.startswith("cannot read image broken.jpg")
    assert isinstance(third, ItemFailure)
    assert third.reason.startswith("cannot read image missing.png")


def test_an_image_of_too_many_pixels_is_reported(tmp_path: Path, model_cache: Path) -> None:
    case = ImageCase("0", paint_ramp(tmp_path / "ramp.png"))
    (found,) = asyncio.run(LocalImageEmbedder(model_cache, max_megapixels=0.01).embed([case]))
    assert found == ItemFailure("cannot read image ramp.png: 256 x 256 pixels are too many")


async def test_the_event_loop_goes_on_meanwhile(tmp_path: Path, model_cache: Path) -> None:
    seen: list[int] = []

    async def count() -> None:
        while True:
            seen.append(threading.get_ident())
            await asyncio.sleep(0.001)

    counting = asyncio.create_task(count())
    paths = [tmp_path / f"{number}.png" for number in range(8)]
    for number, path in enumerate(paths):
        Image.new("RGB", (64, 64), (number, 0, 0)).save(path)
    await LocalImageEmbedder(model_cache).embed([ImageCase(path.stem, path) for path in paths])
    counting.cancel()
    assert len(seen) > 10


def test_whoever_asks_second_does_not_pay_again(
    tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The classifier reads scores, the embedder vectors: one decode and one pass for both, also of a copied file."""
    path, copy = paint_ramp(tmp_path / "ramp.png"), tmp_path / "copy.png"
    copy.write_bytes(path.read_bytes())
    logits = read_images([path], cache_dir=model_cache).logits
    with monkeypatch.context() as patched:
        patched.setattr(image_readings, "open_picture", lambda *_: pytest.fail("decoded again"))
        again = embed_one(copy, model_cache)
        assert np.array_equal(read_images([copy, path], cache_dir=model_cache).logits, logits[[0, 0]])
    forget_readings()
    assert np.allclose(embed_one(path, model_cache).views["visual"], again.views["visual"], atol=1e-6)


def test_readings_are_kept_in_bounded_number(
    tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_readings, "READINGS_KEPT", 3)
    paths = [tmp_path / f"{number}.png" for number in range(6)]
    for number, path in enumerate(paths):
        Image.new("RGB", (16, 16), (40 * number, 0, 0)).save(path)
    embed_views(paths, cache_dir=model_cache)
    assert len(image_readings._kept) == 3
