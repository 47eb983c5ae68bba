"""Images as services take them: small enough, in a format they know, with the media type that the bytes really have."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageOps

MAX_PIXELS = 100_000_000  # an image with more is not decoded
_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"


class UnreadableImageError(ValueError):
    """The file is missing, no image, or too large to be decoded."""


class PictureSize(NamedTuple):
    """How an image is prepared: the longer side in pixels, JPEG's quality, and what is small enough as it is."""

    max_side_pixels: int = 1024
    jpeg_quality: int = 85
    keep_bytes: int = 200_000  # a JPEG or PNG within the side and this size is sent unchanged


CHAT_SIZE = PictureSize()
SLIG_SIZE = PictureSize(max_side_pixels=512, keep_bytes=0)  # at most 512 px, JPEG 85


class Picture(NamedTuple):
    """One image, ready to be sent."""

    media_type: str
    base64: str

    @property
    def data_uri(self) -> str:
        return f"data:{self.media_type};base64,{self.base64}"


def load_picture(path: Path, size: PictureSize = CHAT_SIZE) -> Picture:
    """The image of `path`, upright, at most as large as `size` says. Raises UnreadableImageError; blocks."""
    try:
        data = path.read_bytes()
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise UnreadableImageError(f"{image.width} x {image.height} pixels are too many")
            media_type = "image/jpeg" if data.startswith(_JPEG) else "image/png" if data.startswith(_PNG) else None
            fits = max(image.size) <= size.max_side_pixels and len(data) <= size.keep_bytes
            if media_type and fits and image.mode in ("RGB", "L") and not image.getexif().get(0x0112):
                image.load()  # a damaged file is found here, not by the service
                return Picture(media_type, base64.b64encode(data).decode("ascii"))
            data = _encode_jpeg(image, size)
    except UnreadableImageError:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, MemoryError) as error:
        raise UnreadableImageError(f"the image cannot be read: {error}") from error
    return Picture("image/jpeg", base64.b64encode(data).decode("ascii"))


def _encode_jpeg(image: Image.Image, size: PictureSize) -> bytes:
    side = size.max_side_pixels
    image.draft("RGB", (side, side))  # JPEG can be decoded at a reduced size
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA", "P"):
        upright = upright.convert("RGBA")
        white = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(white, upright)
    upright = upright.convert("RGB")
    upright.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=size.jpeg_quality)
    return out.getvalue()
