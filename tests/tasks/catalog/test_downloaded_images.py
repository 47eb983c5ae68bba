import contextlib
import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from tasks.catalog.downloaded_images import PictureBounds, encode_download
from tasks.catalog.pdf.image_files import ImageError
from tasks.catalog.pdf.image_stats import compare_by

BOUNDS = PictureBounds(max_pixels=1_000_000)


def draw(size: tuple[int, int] = (90, 60)) -> Image.Image:
    """A smooth picture of many colours."""
    pixels = np.random.default_rng(7).integers(0, 255, (5, 5, 3)).astype("uint8")
    return Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)


def save(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def is_alike(data: bytes, picture: Image.Image) -> bool:
    """Whether the stored file looks like `picture` to somebody who knows RGB only."""
    stored = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.int16)
    return bool(np.abs(stored - np.asarray(picture, np.int16)).mean() < 12)  # a GIF has 256 colours


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_jpeg_keeps_its_bytes(mode: str) -> None:
    data = save(draw().convert(mode), "JPEG")
    made = encode_download(data, BOUNDS)
    assert (made.data, made.ext, made.width, made.height) == (data, "jpg", 90, 60)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_a_png_keeps_its_bytes_and_is_measured_whatever_its_mode(mode: str) -> None:
    picture = Image.fromarray(np.arange(5400, dtype=np.uint16).reshape(60, 90)) if mode == "I;16" else draw()
    data = save(picture if mode == "I;16" else picture.convert(mode), "PNG")
    made = encode_download(data, BOUNDS)
    assert (made.data, made.ext, made.width, made.height) == (data, "png", 90, 60)
    assert made.thumbnail.mode == "RGB"
    assert len(set(made.thumbnail.convert("L").tobytes())) > 1


@pytest.mark.parametrize("kind", ["WEBP", "AVIF", "GIF", "TIFF", "BMP", "MPO"])
def test_other_types_are_converted_and_look_the_same(kind: str) -> None:
    picture = draw()
    made = encode_download(save(picture, kind), BOUNDS)
    assert Image.open(io.BytesIO(made.data)).format in ("JPEG", "PNG", "MPO")
    assert is_alike(made.data, picture)


def test_a_print_jpeg_is_converted_to_rgb() -> None:
    made = encode_download(save(draw().convert("CMYK"), "JPEG", quality=95), BOUNDS)
    assert Image.open(io.BytesIO(made.data)).mode == "RGB"
    assert is_alike(made.data, draw())


def test_an_unusable_colour_profile_does_no_harm() -> None:
    wrong = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()  # of RGB, on a CMYK picture
    for profile in (wrong, b"no profile at all"):
        made = encode_download(save(draw().convert("CMYK"), "TIFF", icc_profile=profile), BOUNDS)
        assert is_alike(made.data, draw())


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_a_turned_picture_is_described_upright(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = encode_download(save(draw(), kind, exif=exif), BOUNDS)
    upright = encode_download(save(draw().transpose(Image.Transpose.ROTATE_270), "PNG"), BOUNDS)
    assert (made.width, made.height) == (60, 90)
    mine, its = (compare_by(one.thumbnail, one.width, one.height) for one in (made, upright))
    assert mine.matches(its, 5)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_is_white(kind: str) -> None:
    clear = draw().convert("RGBA")
    clear.putalpha(0)
    made = encode_download(save(clear, kind, exact=True) if kind == "WEBP" else save(clear, kind), BOUNDS)
    assert made.thumbnail.getpixel((5, 5)) == (255, 255, 255)


def test_the_first_picture_of_an_animation_is_taken() -> None:
    frames = [draw(), Image.new("RGB", (90, 60), "red")]
    for kind in ("GIF", "WEBP"):
        made = encode_download(save(frames[0], kind, save_all=True, append_images=frames[1:]), BOUNDS)
        assert is_alike(made.data, draw())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"])
def test_a_torn_picture_is_refused(kind: str) -> None:
    data = save(draw((400, 300)), kind)
    with pytest.raises(ImageError, match=r"decoded|no picture"):
        encode_download(data[: len(data) // 2], BOUNDS)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"])
def test_damaged_pictures_are_read_or_refused_and_never_crash(kind: str) -> None:
    data, random = save(draw(), kind), np.random.default_rng(1)
    for _ in range(30):
        hurt = bytearray(data)
        for place in random.integers(0, len(data), 8):
            hurt[place] = random.integers(0, 256)
        with contextlib.suppress(ImageError):
            assert encode_download(bytes(hurt), BOUNDS).width > 0


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"  <svg/>", "SVG"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html>", "web page"),
        (b'{"error": "not found"}', "text"),
        (b"%PDF-1.7", "PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 90 90\n", "no picture of a known type"),
        (bytes(100), "begins with 00 00 00"),
    ],
)
def test_what_is_no_picture_is_named(data: bytes, reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        encode_download(data, BOUNDS)


def test_too_many_and_too_few_pixels_are_refused_by_the_header() -> None:
    large = save(Image.new("1", (1001, 1000)), "PNG")
    with pytest.raises(ImageError, match="1001 x 1000 pixels are more than the 1000000"):
        encode_download(large[:200], BOUNDS)  # nothing to decode is there: the header is enough
    with pytest.raises(ImageError, match="too many pixels"):
        encode_download(_claim_size(large, 20000), PictureBounds(max_pixels=100_000_000))
    with pytest.raises(ImageError, match="too few"):
        encode_download(save(Image.new("RGB", (7, 300)), "PNG"), BOUNDS)


def _claim_size(png: bytes, side: int) -> bytes:
    import zlib

    header = png[12:16] + side.to_bytes(4, "big") * 2 + png[24:29]
    return png[:12] + header + zlib.crc32(header).to_bytes(4, "big") + png[33:]
