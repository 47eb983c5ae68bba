import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tasks.local.image_files import LEAST_SIDE_PIXELS, UnreadableImageError, open_picture


def test_a_large_image_is_reduced_to_no_less_than_the_views_need(tmp_path: Path) -> None:
    for suffix in ("png", "jpg"):
        path = tmp_path / f"large.{suffix}"
        Image.linear_gradient("L").resize((3001, 2003)).save(path)
        width, height = open_picture(path).size
        assert LEAST_SIDE_PIXELS <= height < 2 * LEAST_SIDE_PIXELS
        assert width / height == pytest.approx(3001 / 2003, rel=0.01)


def test_bands_join_without_a_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ramp.png"
    ramp = Image.fromarray(np.random.default_rng(1).integers(0, 256, (1399, 1111, 4), dtype=np.uint8))
    ramp.save(path)
    whole = np.asarray(open_picture(path))
    monkeypatch.setattr("tasks.local.image_files._BAND_PIXELS", 50_000)
    assert np.array_equal(np.asarray(open_picture(path)), whole)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_an_image_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    """The file claims 10,000 x 12,000 pixels and holds none."""
    path = tmp_path / "bomb.png"
    head = struct.pack(">IIBBBBB", 10_000, 12_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    body = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    with pytest.raises(UnreadableImageError, match="10000 x 12000 pixels are too many"):
        open_picture(path)


def test_the_cap_is_the_callers(tmp_path: Path) -> None:
    path = tmp_path / "small.png"
    Image.new("RGB", (300, 200)).save(path)
    assert open_picture(path, max_megapixels=0.06).size == (300, 200)
    with pytest.raises(UnreadableImageError, match="too many"):
        open_picture(path, max_megapixels=0.059)


def test_a_photograph_on_its_side_is_turned_upright(tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 40)).save(path, exif=exif)
    assert open_picture(path).size == (40, 60)


def test_sixteen_bits_are_scaled_to_eight(tmp_path: Path) -> None:
    path = tmp_path / "deep.tif"
    Image.fromarray(np.array([[1000, 2000], [3000, 61000]], np.uint16)).save(path)
    assert np.asarray(open_picture(path))[..., 0].tolist() == [[0, 4], [8, 255]]


def test_values_that_are_no_numbers_make_an_image_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "nan.tif"
    Image.fromarray(np.full((8, 8), np.nan, np.float32)).save(path)
    with pytest.raises(UnreadableImageError, match="finite"):
        open_picture(path)
