"""Images of a page as files that every reader shows in the right colours: JPEG or PNG, RGB or grey, without alpha."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pymupdf
from PIL import Image
from pymupdf import mupdf

from tasks.catalog.pdf.image_stats import THUMBNAIL_PIXELS, shrink

JPEG_QUALITY = 92
_PNG_LEVEL = 4  # a third of the time of the usual 6 for files a few per cent larger
_PHOTO_COLORS = 128  # a thumbnail with more colours (4 bits a channel) is a photograph
_LOSSLESS_PIXELS = 64 * 64  # smaller images are stored without loss whatever they show

Extension = Literal["jpg", "png"]


MUPDF_ERRORS = (mupdf.FzErrorBase, RuntimeError, ValueError)  # all that MuPDF's bindings raise on broken input


class ImageError(ValueError):
    """An image that cannot be read; the message says why."""


class EncodedImage(NamedTuple):
    """An image's file and its thumbnail (RGB, at most 64 x 64)."""

    data: bytes
    ext: Extension
    width: int  # pixels
    height: int
    thumbnail: Image.Image

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def encode_embedded(image: Any, max_pixels: int) -> EncodedImage:
    """The file of an image embedded in a PDF (mupdf.FzImage); raises `ImageError`.

    A plain grey or RGB JPEG keeps its bytes. Everything else is decoded, converted to RGB through its colour profile,
    and what its mask lets through is put on white.
    """
    width, height = int(image.w()), int(image.h())
    if width * height > max_pixels:
        raise ImageError(f"{width} x {height} pixels are more than the {max_pixels} allowed")
    masked = bool(image.mask().m_internal)
    if not masked and (data := _find_plain_jpeg(image)):
        try:
            return _wrap_jpeg(data, width, height)
        except (OSError, ValueError, SyntaxError):  # damaged: MuPDF decodes what is left of it
            pass
    decoded = _decode(image)
    if masked:
        decoded = _put_on_white(decoded, image.mask(), max_pixels)
    if int(image.bpc()) == 1 and decoded.mode == "L" and not masked:
        decoded = decoded.convert("1", dither=Image.Dither.NONE)
    return encode_pixels(decoded, lossy=mupdf.fz_is_lossy_image(image))


def encode_pixels(pixels: Image.Image, *, lossy: bool = False) -> EncodedImage:
    """A file for pixels (RGB, grey or 1 bit): JPEG for photographs and what was `lossy` before, else PNG."""
    thumbnail, out = shrink(pixels), io.BytesIO()
    photo = lossy or _count_colors(thumbnail) > _PHOTO_COLORS
    ext: Extension = "png"
    if photo and pixels.mode != "1" and pixels.width * pixels.height > _LOSSLESS_PIXELS:
        pixels.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0)
        ext = "jpg"
    else:
        pixels.save(out, "PNG", compress_level=_PNG_LEVEL)
    return EncodedImage(out.getvalue(), ext, pixels.width, pixels.height, thumbnail)


def store(image: EncodedImage, folder: Path) -> str:
    """Write the image's file into `folder` unless it is there; returns its SHA-256.

    The file is named once a page is announced that shows it, and until then nobody reads it: so it is written in place,
    which takes a third of the calls. A process that was killed leaves it short; the next to find it writes it again.
    """
    digest = image.sha256
    path = f"{folder}/{digest}.{image.ext}"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if os.stat(path).st_size == len(image.data):
            return digest
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)  # not truncated: who writes it, too, writes the same
    try:
        _write_all(handle, image.data)
    finally:
        os.close(handle)
    return digest


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees a part of it."""
    part = f"{path.parent}/.{path.name}.{os.getpid()}.part"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        try:
            _write_all(handle, data)
        finally:
            os.close(handle)
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def _write_all(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def to_pillow(pixmap: pymupdf.Pixmap) -> Image.Image:
    """A grey or RGB pixmap without alpha as an image; copies the pixels once."""
    mode = {1: "L", 3: "RGB"}[pixmap.n]
    return Image.frombuffer(mode, (pixmap.width, pixmap.height), pixmap.samples_mv, "raw", mode, pixmap.stride, 1)


def _count_colors(thumbnail: Image.Image) -> int:
    reduced = thumbnail.point(lambda value: value & 0xF0)
    return len(reduced.getcolors(thumbnail.width * thumbnail.height) or ())


def _find_plain_jpeg(image: Any) -> bytes | None:
    """The bytes of an embedded JPEG that says everything about its own colours."""
    compressed = mupdf.fz_compressed_image_buffer(image)
    if not compressed.m_internal or compressed.m_internal.params.type != mupdf.FZ_IMAGE_JPEG:
        return None
    if image.imagemask() or image.use_decode() or image.use_colorkey() or image.n() not in (1, 3):
        return None
    if mupdf.fz_colorspace_is_lab(image.colorspace()):
        return None
    return bytes(mupdf.fz_buffer_extract_copy(mupdf.FzBuffer(mupdf.ll_fz_keep_buffer(compressed.m_internal.buffer))))


def _wrap_jpeg(data: bytes, width: int, height: int) -> EncodedImage:
    """The JPEG as it is, decoded at a small scale to see that it is whole."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
        if picture.size != (width, height) or picture.mode not in ("L", "RGB"):
            raise ValueError("the JPEG's header and the PDF's disagree")
        picture.draft("RGB", (THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
        return EncodedImage(data, "jpg", width, height, shrink(picture))


def _decode(image: Any) -> Image.Image:
    """Pixels as grey or RGB; a stencil is shown as black ink on white."""
    try:
        raw = mupdf.fz_get_unscaled_pixmap_from_image(image)
        pixmap = pymupdf.Pixmap(raw)
        if pixmap.colorspace is None:
            ink = to_pillow_alpha(pixmap)
            return ink.point(lambda value: 255 - value)
        if pixmap.colorspace.n not in (1, 3) or pixmap.colorspace.name not in ("DeviceGray", "DeviceRGB"):
            pixmap = pymupdf.Pixmap(pymupdf.csRGB, pixmap)
        if pixmap.alpha:
            pixmap = pymupdf.Pixmap(pixmap, 0)
        return to_pillow(pixmap).copy()
    except MemoryError as error:
        raise ImageError("it needs more memory than allowed") from error
    except MUPDF_ERRORS as error:
        raise ImageError(f"cannot be decoded: {error}") from error


def to_pillow_alpha(pixmap: pymupdf.Pixmap) -> Image.Image:
    """The single channel of a pixmap that has no colour."""
    return Image.frombytes("L", (pixmap.width, pixmap.height), bytes(pixmap.samples_mv), "raw", "L", pixmap.stride, 1)


def _put_on_white(picture: Image.Image, mask: Any, max_pixels: int) -> Image.Image:
    if mask.w() * mask.h() > max_pixels:
        raise ImageError(f"its mask of {mask.w()} x {mask.h()} pixels is more than the {max_pixels} allowed")
    alpha = to_pillow_alpha(pymupdf.Pixmap(mupdf.fz_get_unscaled_pixmap_from_image(mask)))
    if alpha.size != picture.size:
        alpha = alpha.resize(picture.size, Image.Resampling.BILINEAR)
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture.convert("RGB"), mask=alpha)
    return white
