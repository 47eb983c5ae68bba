"""Decodes an image file to a picture small enough for every view, in bounded memory, whatever its pixel format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

LEAST_SIDE_PIXELS = 448  # twice what the views look at: an image is never reduced below this before they resample it
MAX_MEGAPIXELS = 100.0  # of a file that is decoded at all; the caller's setting takes its place
_BAND_PIXELS = 4_000_000  # converted at once


class UnreadableImageError(ValueError):
    """An image file that cannot be decoded; `path` says which."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot read image {path.name}: {reason}")
        self.path = path


def open_picture(path: Path, max_megapixels: float = MAX_MEGAPIXELS) -> Image.Image:
    """The image as RGB, upright, transparency on white; its shorter side is under 896 pixels.

    Raises UnreadableImageError for what cannot be decoded and for images of more pixels than `max_megapixels`, which
    are not decoded.
    """
    try:
        with Image.open(path) as image:
            if image.width * image.height > max_megapixels * 1e6:
                raise UnreadableImageError(path, f"{image.width} x {image.height} pixels are too many")
            # JPEG decodes to a half, a quarter or an eighth of its size at less cost.
            image.draft("RGB", (LEAST_SIDE_PIXELS, LEAST_SIDE_PIXELS))
            return _reduce(ImageOps.exif_transpose(image))
    except UnreadableImageError:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableImageError(path, str(error)) from error


def _reduce(image: Image.Image) -> Image.Image:
    """The image as RGB at a whole fraction of its size, converted band by band: only the result is held in RGB."""
    factor = max(1, min(image.size) // LEAST_SIDE_PIXELS)
    extent = _measure_range(image)
    size = (-(-image.width // factor), -(-image.height // factor))
    picture = Image.new("RGB", size)
    rows = factor * max(1, _BAND_PIXELS // (image.width * factor))
    for top in range(0, image.height, rows):
        band = _flatten(image.crop((0, top, image.width, min(top + rows, image.height))), extent)
        picture.paste(band.reduce(factor) if factor > 1 else band, (0, top // factor))
    return picture


def _measure_range(image: Image.Image) -> tuple[float, float] | None:
    """Lowest and highest value of an image with more than 8 bits a channel: Pillow would clip these at 255."""
    if not (image.mode.startswith("I;16") or image.mode in ("I", "F")):
        return None
    low, high = (float(value) for value in image.getextrema())  # type: ignore[arg-type]  # one channel: two numbers
    if not np.isfinite([low, high]).all():
        raise ValueError("pixels are not finite numbers")
    return low, high


def _flatten(image: Image.Image, extent: tuple[float, float] | None) -> Image.Image:
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    if extent:
        low, high = extent
        values = np.asarray(image, np.float32)
        image = Image.fromarray(np.uint8(np.clip((values - low) * (255 / max(high - low, 1e-9)), 0, 255)))
    return image.convert("RGB")
