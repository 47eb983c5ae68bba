"""Pictures from the web as files of the library: JPEG or PNG, looked at before and while they are decoded.

A whole JPEG (grey or RGB) or PNG keeps its bytes: they are what the source published, engines and browsers read them,
and the same file from another URL or a PDF is the same image. Anything else that can be decoded is converted.
"""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from tasks.catalog.pdf.image_files import EncodedImage, ImageError, encode_pixels
from tasks.catalog.pdf.image_stats import THUMBNAIL_PIXELS, shrink

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP")

_ORIENTATION = 0x0112  # EXIF
_DEEP_MODES = ("I", "F")  # and I;16...: more than 8 bits a channel, which Pillow would clip at 255
_JPEG_FORMATS = ("JPEG", "MPO")  # MPO: a JPEG with further pictures behind it
_LOSSY_FORMATS = (*_JPEG_FORMATS, "AVIF")
_HEAD_BYTES = 512
_REASON_MAX_CHARS = 200


class PictureBounds(NamedTuple):
    """What is decoded at all. Hashable and plain, because it travels to another process."""

    max_pixels: int = 100_000_000
    min_side_pixels: int = 8  # narrower or lower: a tracking pixel or a spacer


def encode_download(data: bytes, bounds: PictureBounds) -> EncodedImage:
    """The file to keep for what a URL delivered, and its thumbnail; raises `ImageError` with the reason.

    The type is told by the bytes, never by a header or a name; the size is checked before pixels are decoded. Of an
    animation or a document of several pages it is the first picture. Width and height are as displayed (EXIF).
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            _check_size(picture, bounds)
            return _encode(data, picture)
    except ImageError:
        raise
    except UnidentifiedImageError:
        raise ImageError(_explain_type(data)) from None
    except MemoryError as error:
        raise ImageError("it needs more memory than allowed") from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"it has too many pixels: {error}") from error
    except Exception as error:  # the picture's edge: on damaged input Pillow's decoders raise almost anything
        line = " ".join(str(error).split())[:_REASON_MAX_CHARS]
        raise ImageError(f"it cannot be decoded: {line or type(error).__name__}") from error


def _check_size(picture: Image.Image, bounds: PictureBounds) -> None:
    width, height = picture.size
    if width * height > bounds.max_pixels:
        raise ImageError(f"{width} x {height} pixels are more than the {bounds.max_pixels} allowed")
    if min(width, height) < bounds.min_side_pixels:
        raise ImageError(f"{width} x {height} pixels are too few to show anything")


def _encode(data: bytes, picture: Image.Image) -> EncodedImage:
    if picture.format in _JPEG_FORMATS and picture.mode in ("L", "RGB"):
        return _keep_jpeg(data, picture)
    if picture.format == "PNG":
        return _keep_png(data, picture)
    lossy = picture.format in _LOSSY_FORMATS or (picture.format == "WEBP" and b"VP8 " in data[:_HEAD_BYTES])
    picture.load()
    upright = ImageOps.exif_transpose(_convert_colors(picture))
    return encode_pixels(_flatten(upright), lossy=lossy)


def _keep_jpeg(data: bytes, picture: Image.Image) -> EncodedImage:
    width, height = _displayed_size(picture)
    # At a small scale all of the file is read, so that a torn one is found, at a fraction of the cost.
    picture.draft("RGB", (THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    return EncodedImage(data, "jpg", width, height, _upright_thumbnail(picture, picture))


def _keep_png(data: bytes, picture: Image.Image) -> EncodedImage:
    width, height = _displayed_size(picture)
    picture.load()
    return EncodedImage(data, "png", width, height, _upright_thumbnail(_reduce(picture), picture))


def _displayed_size(picture: Image.Image) -> tuple[int, int]:
    width, height = picture.size
    turned = picture.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
    return (height, width) if turned else (width, height)


def _upright_thumbnail(picture: Image.Image, original: Image.Image) -> Image.Image:
    thumbnail = shrink(_flatten(picture))
    thumbnail.getexif()[_ORIENTATION] = original.getexif().get(_ORIENTATION, 1)
    return ImageOps.exif_transpose(thumbnail)


def _reduce(picture: Image.Image) -> Image.Image:
    """A smaller picture of the same kind where there is a cheap one, so that not all of it is converted."""
    factor = min(picture.size) // (4 * THUMBNAIL_PIXELS)
    return picture.reduce(factor) if factor > 1 and picture.mode in ("L", "RGB", "LA", "RGBA") else picture


def _flatten(picture: Image.Image) -> Image.Image:
    """Grey or RGB of 8 bits; what is transparent is put on white."""
    if picture.mode in _DEEP_MODES or picture.mode.startswith("I;"):
        return _compress_range(picture)
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        white = Image.new("RGB", layer.size, "white")
        white.paste(layer, mask=layer.getchannel("A"))
        return white
    return picture if picture.mode in ("1", "L", "RGB") else picture.convert("RGB")


def _compress_range(picture: Image.Image) -> Image.Image:
    values = np.asarray(picture, np.float32)
    if not np.isfinite(values).all():
        raise ImageError("its pixels are not finite numbers")
    low, high = float(values.min()), float(values.max())
    return Image.fromarray(np.uint8((values - low) * (255 / max(high - low, 1e-9))))


def _convert_colors(picture: Image.Image) -> Image.Image:
    """CMYK in RGB through its own profile, where it has a usable one."""
    profile = picture.info.get("icc_profile")
    if picture.mode != "CMYK" or not isinstance(profile, bytes):
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return picture
    return converted or picture


def _explain_type(data: bytes) -> str:
    """What the bytes are instead of a picture, for who has to correct the source."""
    head = data[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not data:
        return "it is empty"
    if b"<svg" in head:
        return "it is an SVG drawing, which is not read"
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "it is a web page, not a picture"
    if head.startswith(b"%pdf-"):
        return "it is a PDF document, not a picture"
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"msf1"):
        return "it is a HEIC picture, which is not read"
    if head.startswith((b"<?xml", b"{", b"[")):
        return "it is text, not a picture"
    return f"it is no picture of a known type (it begins with {data[:8].hex(' ')})"
